"""Charts that lie in folders of the repository, as Helm would pack them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from efdgen.errors import ChartError
from efdgen.language import yamlio
from efdgen.language.shown import misread
from efdgen.repository import helmignore, paths


def read(root: Path, folder: str) -> dict[str, bytes]:
    """Return the files of a chart in a folder of the repository, by their path in there.

    What its .helmignore names is left out. A link to a file of the repository is that file.

    Raises:
        ChartError: when it can't be read, or a link leads out of the repository.
    """
    top = root / folder
    real = root.resolve()
    try:
        found = {path.relative_to(top).as_posix(): path for path in _walk(top)}
        for path in found.values():
            if path.is_symlink() and not (path.is_file() and path.resolve().is_relative_to(real)):
                name = path.relative_to(root).as_posix()
                raise ChartError(f"{name} is a link to no file of the repository: copy what it leads to")
        rules = found.get(helmignore.FILE)
        text = rules.read_text(encoding="utf-8-sig") if rules else ""
        return {path: found[path].read_bytes() for path in helmignore.kept(sorted(found), text)}
    except OSError as error:
        raise ChartError(f"can't read the folder {folder}: {error.strerror}") from None
    except ValueError as error:
        raise ChartError(f"{folder}/{helmignore.FILE}: {misread(error)}") from None


def _walk(top: Path) -> Iterator[Path]:
    """Yield what is in a folder, however deep, and is no folder."""

    def fail(error: OSError) -> None:
        raise error

    for folder, folders, files in os.walk(top, onerror=fail):
        for name in files:
            yield Path(folder, name)
        for name in folders:
            if Path(folder, name).is_symlink():
                yield Path(folder, name)


def named(root: Path) -> list[str]:
    """Return the folders that app definitions name as charts, sorted, before anything is checked."""
    found = set()
    for file in (root / paths.APPS).glob("*/app.yaml"):
        try:
            text = file.read_text(encoding="utf-8-sig")
            data = yamlio.load(text) if "path:" in text else None
        except (OSError, ValueError):
            continue  # whoever loads it says what is wrong
        found |= {path for path in _paths(data) if not {"", ".", ".."} & set(path.split("/"))}
    return sorted(found)


def _paths(data: Any) -> Iterator[str]:
    if isinstance(data, Mapping):
        for said in (data.get("chart"), *_values(data.get("charts"))):
            path = said.get("path") if isinstance(said, Mapping) and "git" not in said else None
            if isinstance(path, str):
                yield path


def _values(data: Any) -> list[Any]:
    return list(data.values()) if isinstance(data, Mapping) else []
