"""A repository that stands already: what people wrote in it, and the charts that lie in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from efdgen.language import yamlio
from efdgen.language.yamlio import YamlError
from efdgen.repository import chartfolders, paths, snapshot
from efdgen.verbs.imports.definition import CHARTS, own_chart
from efdgen.verbs.imports.specs import Made


def read(root: Path, imported: Iterable[str]) -> Mapping[str, bytes] | None:
    """Return the files of a repository that an import is compared with, by path; None: it can't be read.

    Args:
        root: the repository.
        imported: the files that the import makes: charts among them may lie there, though no app names them.
    """
    taken = snapshot.take(root) if paths.is_repository(root) else None
    if taken is None:
        return None
    made = {"/".join(path.split("/")[:2]) for path in imported if path.startswith(f"{CHARTS}/")}
    folders = {*chartfolders.named(root), *made}
    with_charts = snapshot.with_folders(taken, root, [each for each in folders if (root / each).is_dir()])
    return None if with_charts is None else with_charts.contents


def with_own_values(made: Made, there: Mapping[str, bytes]) -> Made:
    """Return what an import makes, over the values.yaml of the charts that lie in a repository, for apps that it has.

    Args:
        made: what an import of all of the source makes.
        there: the files of the repository.
    """
    apps = dict(made.apps)
    for name, app in made.apps.items():
        text = there.get(f"{own_chart(name)}/values.yaml")
        is_here = f"{paths.APPS}/{name}/app.yaml" in there
        if app.definition.own_values is not None and is_here and text is not None:
            with contextlib.suppress(YamlError, UnicodeDecodeError):
                own = yamlio.load(text.decode("utf-8-sig")) or {}
                apps[name] = app._replace(definition=app.definition._replace(own_values=own))
    return made._replace(apps=apps)
