"""The verbs about charts as functions: fetch, verify."""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from efdgen.errors import ChartError, InvalidInputError, UsageError
from efdgen.helm import threads
from efdgen.helm.charts import cache, gitcharts, lock, mirrors
from efdgen.helm.charts.cache import FETCH, Cache, LockedCharts
from efdgen.helm.charts.lock import ChartLock, LockedChart
from efdgen.helm.charts.outcomes import Failure, Fetched
from efdgen.helm.charts.repositories import Repositories
from efdgen.language import suggest
from efdgen.repository import definitions, paths
from efdgen.repository.files import Files
from efdgen.repository.mirrors import Mirror, mirror_of
from efdgen.repository.model import ChartReference
from efdgen.verbs import chartkeys
from efdgen.verbs.chartdamage import refuse_damaged, refuse_other_chart

_THREADS = 16

Result = TypeVar("Result")


def pinned(
    root: Path, instead: Mapping[str, str] = types.MappingProxyType({})
) -> dict[ChartReference, tuple[str, ...]]:
    """Return the charts that app definitions pin, sorted, each with its apps.

    Args:
        root: the repository.
        instead: texts of files as they would be after an edit.

    Raises:
        InvalidInputError: with everything wrong with app definitions.
    """
    files = Files(root, instead=instead)
    found: dict[ChartReference, tuple[str, ...]] = {}
    for app in definitions.load(files).values():
        for chart in dict.fromkeys(each.reference for each in app.charts if not each.folder):
            found[chart] = (*found.get(chart, ()), app.name)
    if files.problems:
        raise InvalidInputError(files.problems)
    return dict(sorted(found.items()))


def fetch(root: Path, timeout: float, accepted: Collection[str] = ()) -> Fetched:
    """Download the pinned charts that are not in lock and cache, and bring the lock up to date.

    Args:
        root: the repository.
        timeout: how long a server may be silent, in seconds.
        accepted: names of charts that are downloaded again and may be other archives than those that are locked.

    Raises:
        UsageError: when no app pins a chart of an accepted name.
        InvalidInputError: with everything wrong with app definitions or the lock.
        ChartError: when the lock can't be read or written.
    """
    store = Cache(cache.folder())
    store.sweep()
    cache.sweep([root, *(root / paths.APPS).glob("*")])  # beside app.yaml as far as former versions wrote there
    outcome, text = locking(root, timeout, accepted)
    if text is not None:
        _write_lock(root, text)
    return outcome


def locking(
    root: Path,
    timeout: float,
    accepted: Collection[str] = (),
    instead: Mapping[str, str] = types.MappingProxyType({}),
) -> tuple[Fetched, str | None]:
    """Download the same into the cache, and return what `fetch` does, and the lock (None: none is needed), unwritten.

    Args:
        root: the repository.
        timeout: how long a server may be silent, in seconds.
        accepted: as in `fetch`.
        instead: texts of files as they would be after an edit.

    Raises:
        UsageError: when no app pins a chart of an accepted name.
        InvalidInputError: with everything wrong with app definitions or the lock.
        ChartError: when the lock can't be read.
    """
    pins = pinned(root, instead)
    for name in accepted:
        if name not in (known := sorted({chart.name for chart in pins})):
            raise UsageError(suggest.unknown("chart", name, known))
    locked = cache.read_lock(root)
    store = Cache(cache.folder())
    there = LockedCharts(locked, store, root / paths.OUTPUT)
    asked = mirrors.load(root)
    repositories = Repositories(timeout, asked)

    def one(chart: ChartReference) -> LockedChart:
        entry = locked.charts.get(chart)
        is_there = entry is not None and not lock.is_url_of_another(entry)
        found = repositories.download(chart, entry.url if entry and is_there else "")
        refuse_damaged(chart, found, lock.EMPTY if chart.name in accepted else locked)
        store.write(found.content)
        # Where a chart is published, a mirror knows less well than the lock.
        is_mirrored = found.url != found.place
        url = entry.url if entry and entry.url and is_there and is_mirrored else found.url
        return _lockable(LockedChart(*chart, url, cache.digest(found.content), found.commit))

    wanted = [chart for chart in pins if chart.name in accepted or not _is_settled(chart, locked, there, asked)]
    results, failures = side_by_side(one, wanted)
    twins = _twins(results, accepted)
    results = {chart: entry for chart, entry in results.items() if chart not in twins}
    failures = (*failures, *_failures((message, [chart]) for chart, message in twins.items()))
    # A pin that can't be fetched may be a slip: what was locked under the former one is still what was reviewed.
    removed = () if failures else tuple(entry for chart, entry in locked.charts.items() if chart not in pins)
    kept = {chart: entry for chart, entry in locked.charts.items() if entry not in removed}
    charts = {**kept, **results}
    text = lock.dump(charts.values()) if charts or (root / lock.FILE).exists() else None
    others = [
        (former, new)
        for new in results.values()
        if new.name in accepted and (former := _another(new, locked)) is not None
    ]
    idle = () if failures else tuple(_idle(asked, charts.values()))
    return Fetched(tuple(results.values()), len(pins) - len(wanted), removed, failures, tuple(others), idle), text


def with_chart(root: Path, chart: ChartReference, timeout: float) -> tuple[bytes | None, bytes]:
    """Return charts.lock as it is (None: there is none), and with one more chart, which is downloaded into the cache.

    Nothing is written to the repository.

    Args:
        root: the repository.
        chart: the chart.
        timeout: how long a server may be silent, in seconds.

    Raises:
        InvalidInputError: with everything wrong with the lock.
        ChartError: when the chart can't be had, is another one than is locked, or the lock can't be read.
    """
    locked = cache.read_lock(root)
    path = root / lock.FILE
    former = path.read_bytes() if path.exists() else None
    if former is not None and chart in locked.charts and LockedCharts.open(root).has(chart):
        return former, former
    found = Repositories(timeout, mirrors.load(root)).download(chart, "")
    refuse_damaged(chart, found, locked)
    Cache(cache.folder()).write(found.content)
    entry = locked.charts.get(chart) or LockedChart(*chart, found.url, cache.digest(found.content), found.commit)
    return former, lock.dump({**locked.charts, chart: _lockable(entry)}.values()).encode()


def _is_settled(chart: ChartReference, locked: ChartLock, there: LockedCharts, asked: Iterable[Mirror]) -> bool:
    """Say whether a chart is locked and at hand, and its entry says all that is known: nothing has to be fetched."""
    entry = locked.charts.get(chart)
    if entry is None or lock.is_url_of_another(entry):
        return False
    if not entry.url and mirror_of(chart.repository, asked) is None:
        return False  # where it is published can be known here
    try:
        refuse_other_chart(chart, there.archive(chart), lock.FILE, FETCH)
    except ChartError:
        return False
    return True


def _lockable(entry: LockedChart) -> LockedChart:
    """Return an entry that a lock can hold.

    Raises:
        ChartError: when it can't: what is written must be readable the next time.
    """
    try:
        lock.parse(lock.dump([entry]))
    except InvalidInputError as error:
        said = "; ".join(f"{problem.path[-1]} {problem.message}" for problem in error.problems)
        raise ChartError(f"{lock.FILE} can't hold its entry: {said}; ask the repository's maintainers") from None
    return entry


def _idle(asked: Iterable[Mirror], charts: Iterable[LockedChart]) -> Iterator[Mirror]:
    """Yield the repository's mirrors that stand for no chart; a machine's own can be for other repositories."""
    urls = [url for chart in charts for url in (chart.repository, chart.url)]
    for mirror in asked:
        if mirror.source == paths.CHARTS and not any(mirror_of(url, [mirror]) for url in urls):
            yield mirror


def _twins(results: Mapping[ChartReference, LockedChart], accepted: Collection[str]) -> dict[ChartReference, str]:
    """Return what is wrong with charts that are new as others of their name and version, and are other archives."""
    first: dict[tuple[str, str], LockedChart] = {}
    found = {}
    for chart, entry in results.items():
        other = first.setdefault((chart.name, chart.version), entry)
        is_other = other.sha256 != entry.sha256 and gitcharts.is_git(chart) == gitcharts.is_git(other.reference)
        if is_other and chart.name not in accepted:
            message = (
                f"{chart.repository} has the SHA-256 digest {entry.sha256}, and {other.repository} has {other.sha256}"
            )
            accept = f"To accept both, run: efdgen charts fetch --accept {chart.name}"
            found[chart] = f"{message}; these are two charts: find out which one is meant. {accept}"
    return found


def _another(new: LockedChart, locked: ChartLock) -> LockedChart | None:
    """Return what was locked of a chart's version, if it was another archive, or another commit."""
    known = locked.of_version(new.reference)
    is_known = new.reference not in locked.charts and any(each.sha256 == new.sha256 for each in known)
    former = None if is_known else locked.charts.get(new.reference) or next(iter(known), None)
    return former if former is not None and (former.sha256, former.commit) != (new.sha256, new.commit) else None


def _write_lock(root: Path, text: str) -> None:
    """Write the lock, if it is not the same already."""
    path = root / lock.FILE
    content = text.encode()
    try:
        if not path.exists() or path.read_bytes() != content:
            cache.replace(path, content)
    except OSError as error:
        raise ChartError(f"can't write {lock.FILE}: {error.strerror}; fix that, and fetch again") from None


def verify(root: Path) -> tuple[int, tuple[Failure, ...]]:
    """Check, offline, that every pinned chart is locked and in the cache, and that keys are those of the charts.

    Returns how many charts are pinned, and what is wrong.

    Raises:
        InvalidInputError: with everything wrong with app definitions or the lock.
        ChartError: when the lock can't be read.
    """
    pins = pinned(root)
    locked = cache.read_lock(root)
    store = Cache(cache.folder())
    charts = LockedCharts(locked, store, root / paths.OUTPUT)

    def one(chart: ChartReference) -> None:
        if chart not in locked.charts:
            raise ChartError(f"not in {lock.FILE}; {FETCH}")
        content = charts.read(chart)
        where = f"{lock.FILE}:{locked.lines[chart]}"
        refuse_other_chart(chart, content, where, f"remove this entry, and {FETCH}")
        if lock.is_url_of_another(locked.charts[chart]):
            raise ChartError(f"{where}: its url is that of another version; {FETCH}")
        for path, sha256 in charts.other_vendored(chart):
            message = f"{path} is another archive: its SHA-256 digest is {sha256}, and {where} says"
            raise ChartError(f"{message} {locked.charts[chart].sha256}; efdgen render puts that there")

    _, failures = side_by_side(one, list(pins))
    stale = [
        Failure((chart,), f"{lock.FILE}:{line}: no app pins it any more; {FETCH}")
        for chart, line in locked.lines.items()
        if chart not in pins
    ]
    return len(pins), (*failures, *stale, *chartkeys.differing(root, charts))


def side_by_side(
    function: Callable[[ChartReference], Result], charts: Sequence[ChartReference]
) -> tuple[Mapping[ChartReference, Result], tuple[Failure, ...]]:
    """Call a function for each chart, in threads; return the results, and what went wrong, once an error."""

    def attempt(chart: ChartReference) -> Result | ChartError:
        try:
            return function(chart)
        except ChartError as error:
            return error

    results: dict[ChartReference, Result] = {}
    failed: dict[str, list[ChartReference]] = {}
    for chart, result in zip(charts, threads.in_order(attempt, charts, _THREADS), strict=True):
        if isinstance(result, ChartError):
            failed.setdefault(str(result), []).append(chart)
        else:
            results[chart] = result
    return results, _failures(failed.items())


def _failures(failed: Iterable[tuple[str, list[ChartReference]]]) -> tuple[Failure, ...]:
    return tuple(Failure(tuple(charts), message) for message, charts in failed)
