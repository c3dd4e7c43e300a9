"""Reads everything people wrote, and checks each file against its schema and the files it names."""

from __future__ import annotations

from pathlib import Path

from efdgen import definitions, layout, specs
from efdgen.errors import InvalidInputError
from efdgen.files import Files
from efdgen.model import Repository


def is_repository(folder: Path) -> bool:
    """Say whether a folder holds specs and app definitions."""
    return (folder / specs.ENVIRONMENTS).is_dir() and (folder / definitions.APPS).is_dir()


def environment_names(root: Path) -> list[str]:
    """Return the names of the environments that have a spec, without reading any."""
    return sorted(path.stem for path in (root / specs.ENVIRONMENTS).glob("*.yaml") if not path.name.startswith("."))


def load(root: Path) -> Repository:
    """Load a repository.

    Args:
        root: the folder that holds `environments/` and `templates/`.

    Raises:
        InvalidInputError: with every problem of every file.
    """
    files = Files(root)
    apps = definitions.load(files)
    news = specs.load_news(files)
    environments = specs.load(files, apps, news)
    parent = files.texts(f"{definitions.APPS}/{layout.PARENT}")
    wrapper = files.texts(definitions.WRAPPER)
    if files.problems:
        raise InvalidInputError(files.problems)
    return Repository(environments, apps, parent, wrapper, news)
