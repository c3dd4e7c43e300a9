"""`efdgen charts keys`: what each app's charts know, made from the locked archives."""

from __future__ import annotations

import types
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from efdgen.errors import ChartError, InvalidInputError, OutputError, UsageError, dotted
from efdgen.helm.charts import archive, cache, keys
from efdgen.helm.charts.outcomes import DeadValue, Failure, Looser, WrittenKeys
from efdgen.helm.hydrate import Charts
from efdgen.language import suggest, yamlio
from efdgen.language.tuples import NamedTuple
from efdgen.output import sources
from efdgen.output.compare import Change
from efdgen.repository import chartaddress, chartfolders, chartkeys, definitions
from efdgen.repository.files import Files
from efdgen.repository.model import AppChart, AppDefinition


class Made(NamedTuple):
    """The keys of an app's charts, the text of their file, what is there now, and what could not be read."""

    tree: Mapping[str, Any]
    path: str
    text: str
    former: str
    unread: tuple[str, ...]


def write(root: Path, names: Collection[str] = ()) -> WrittenKeys:
    """Write chart-keys.yaml of the named apps (none named: all with charts), from the locked charts: all or none.

    Raises:
        UsageError: when an app is unknown, or has no charts.
        InvalidInputError: with everything wrong with app definitions or the lock.
        ChartError: when the lock can't be read.
        OutputError: when a file can't be written.
    """
    outcome, changes = prepare(root, names, cache.LockedCharts.open(root))
    if changes:
        sources.replace(root, changes)
    return outcome


def prepare(
    root: Path, names: Collection[str], charts: Charts, instead: Mapping[str, str] = types.MappingProxyType({})
) -> tuple[WrittenKeys, dict[str, Change]]:
    """Return what `write` does, and the files that it changes, in memory.

    An app that takes its charts and their keys from the app that it extends needs no file of its own.

    Args:
        root: the repository.
        names: the apps; none: all with charts.
        charts: third-party charts.
        instead: texts of files as they would be after an edit.

    Raises:
        UsageError: when an app is unknown, or has no charts.
        InvalidInputError: with everything wrong with app definitions.
        OutputError: when a file can't be read.
    """
    apps = _load(root, instead)
    for name in names:
        if name not in apps:
            raise UsageError(suggest.unknown("app", name, apps))
        if not apps[name].charts:
            raise UsageError(f"the app {name} has no chart whose keys could be known")
    wanted = [app for app in apps.values() if (app.name in names if names else _needs_keys(app, apps))]
    changes: dict[str, Change] = {}
    written: list[tuple[str, tuple[str, ...]]] = []
    anything: set[str] = set()
    dead: list[DeadValue] = []
    failures: list[Failure] = []
    looser: list[Looser] = []
    for app in wanted:
        try:
            made = make(root, app, charts)
        except ChartError as error:
            failures.append(Failure((), f"{app.name}: {error}"))
            continue
        dead += _dead(app, made.tree)
        if not made.unread:
            anything.update(_open(app, made))
        if made.text != made.former:
            looser += _looser(app, made)
            changes[made.path] = change_of(root, made.path, made.text)
            written.append((made.path, made.unread))
    unchanged = len(wanted) - len(written) - len(failures)
    outcome = WrittenKeys(
        tuple(written), unchanged, tuple(dead), tuple(failures), frozenset(anything), looser=tuple(looser)
    )
    return outcome, changes


def change_of(root: Path, path: str, text: str) -> Change:
    """Return how a file changes, whether it is there or not.

    Raises:
        OutputError: when it can't be read.
    """
    try:
        return Change((root / path).read_bytes(), text.encode())
    except FileNotFoundError:
        return Change(b"", text.encode(), is_new=True)
    except OSError as error:
        raise OutputError(f"can't read {path}: {error.strerror}") from error


def _looser(app: AppDefinition, made: Made) -> Iterator[Looser]:
    """Yield where any key counts as known now, and only some did, whoever wrote the former file."""
    try:
        former = yamlio.load(made.former)
    except ValueError:
        return
    whole = 0 if app.chart is not None else 1
    for path in chartkeys.opened(former, made.tree) if isinstance(former, dict) else ():
        if not made.unread or len(path) > whole:
            yield Looser(made.path, path)


def _open(app: AppDefinition, made: Made) -> Iterator[str]:
    """Yield where any key counts as known: the file of an app of one chart, or one of several charts in it."""
    if app.chart is not None:
        yield from () if made.tree else (made.path,)
    else:
        yield from (f"{made.path}, {key}" for key, tree in made.tree.items() if not tree)


def differing(root: Path, charts: Charts) -> Iterator[Failure]:
    """Yield the files that say what they were made from, and are not what that yields; charts that lack are skipped.

    Raises:
        InvalidInputError: with everything wrong with app definitions.
    """
    for app in _load(root).values():
        mark = app.chart_keys.mark if app.chart_keys else None
        if mark is None or mark.location.file != file_of(app):
            continue
        try:
            made = make(root, app, charts)
        except ChartError:
            continue  # whoever verifies charts says it
        if made.text != made.former:
            what = ", ".join(chartkeys.pinned(app.charts))
            yield Failure((), f"{made.path} is not what {what} yields; run: efdgen charts keys {app.name}")


def _dead(app: AppDefinition, tree: Mapping[str, Any]) -> Iterator[DeadValue]:
    """Yield the values of an app's own definition that its charts do not know; its templates may read others."""
    for layer in app.layers:
        values = layer.data.get("values") or {}
        for path, _ in chartkeys.unknown(values, tree):
            location = layer.locate(("values", *path), key=True)
            if app.taker(path) is not None and location.file.startswith(f"{app.source}/"):
                yield DeadValue(location, dotted(path), app.takes(path))


def _load(root: Path, instead: Mapping[str, str] = types.MappingProxyType({})) -> dict[str, AppDefinition]:
    files = Files(root, instead=instead)
    found = definitions.load(files)
    if files.problems:
        raise InvalidInputError(files.problems)
    return found


def file_of(app: AppDefinition) -> str:
    """Return the path of an app's own file."""
    return f"{app.source}/{chartkeys.FILE}"


def _needs_keys(app: AppDefinition, apps: Mapping[str, AppDefinition]) -> bool:
    """Say whether an app has charts, and not just those, with their keys, of the app that it extends."""
    base = apps.get(app.document.data.get("extends", ""))
    is_inherited = base is not None and base.charts == app.charts and not {"chart", "charts"} & app.document.data.keys()
    return bool(app.charts) and not is_inherited


def make(root: Path, app: AppDefinition, charts: Charts) -> Made:
    """Return what an app's file should hold.

    Raises:
        ChartError: when one of its charts is not there, or can't be read.
    """
    found = {chart.key: keys.of(_files(root, chart, charts)) for chart in app.charts}
    path = file_of(app)
    try:
        former = (root / path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        former = ""
    tree: Mapping[str, Any]
    tree = found[app.chart.key].tree if app.chart else {key: each.tree for key, each in sorted(found.items())}
    unread = tuple(sorted(template for each in found.values() for template in each.unread))
    return Made(tree, path, chartkeys.dump(tree, chartkeys.pinned(app.charts), former), former, unread)


def _files(root: Path, chart: AppChart, charts: Charts) -> Mapping[str, bytes]:
    if chart.folder:
        return chartfolders.read(root, chartaddress.folder_of(chart.repository))
    content = charts.archive(chart.reference)
    archive.refuse_incomplete_archive(content)
    return archive.files(content)
