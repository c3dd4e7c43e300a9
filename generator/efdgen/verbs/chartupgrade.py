"""`efdgen charts upgrade`: pins another version of a chart, locks it, makes its keys, and shows what that does."""

from __future__ import annotations

import re
from pathlib import Path

from efdgen.errors import ChartError, InvalidInputError, Location, Problem, UsageError
from efdgen.helm.charts import cache, lock, versions
from efdgen.helm.charts.outcomes import Choice, Looser, WrittenKeys
from efdgen.language import schema, yamlio
from efdgen.language.conforms import conforms
from efdgen.language.tuples import NamedTuple
from efdgen.output import sources
from efdgen.output.compare import Change
from efdgen.repository import chartkeys, paths
from efdgen.review.charts import ChartReview
from efdgen.review.model import Review
from efdgen.review.trees import review as review_trees
from efdgen.verbs import chartkeys as keys
from efdgen.verbs import charts as fetching
from efdgen.verbs import upgradelint
from efdgen.verbs.chartreview import Subject, Versions, compare, environments, newest, open_subject
from efdgen.verbs.diff import Trees
from efdgen.verbs.project import rendering
from efdgen.verbs.vendored import with_archives

_TOKEN = re.compile(r"""(["'])(?P<quoted>[^"'\\]*)\1|(?P<plain>[^\s,}\]#"'&*!|>][^\s,}\]#]*)""")
"""A version as people write it: in quotes or without."""


class Upgraded(NamedTuple):
    """What an upgrade did, and what comes of it.

    Attributes:
        chart: the review of the chart itself; None: nothing newer fits.
        choice: which version was chosen, where none was named.
        written: the files that were changed.
        values: what changes in what is rendered.
        trees: what is rendered before and after.
        former_lock: charts.lock as it was.
        problems: what is wrong with what people wrote, now that another version is pinned: nothing can be rendered.
        sides: the environments that have the apps, before and after; None: none has.
        looser: where files of keys say less than they did, beside what the review of the chart says.
    """

    chart: ChartReview | None
    choice: Choice | None
    written: tuple[str, ...]
    values: Review | None = None
    trees: Trees | None = None
    former_lock: bytes | None = None
    problems: tuple[Problem, ...] = ()
    sides: tuple[upgradelint.Side, upgradelint.Side] | None = None
    looser: tuple[Looser, ...] = ()


def upgrade(root: Path, app: str, version: str, timeout: float, key: str = "") -> Upgraded:
    """Pin another version of a chart in app.yaml, lock it, and make the keys of the app's charts anew.

    What can be known to fail is tried before anything is written. All of these files are written, or none, also when
    it is killed.

    Args:
        root: the repository.
        app: the app.
        version: the version; empty: the newest of the same major version that is for every cluster of the app.
        timeout: how long a server may be silent, in seconds.
        key: which of the app's charts, where it has several.

    Raises:
        UsageError: when there is no such app or chart, or the version is pinned already, or can't be written.
        InvalidInputError: with everything wrong with what people wrote.
        ChartError: when the version is not there or damaged, or can't be locked.
        OutputError: when a file can't be written, or somebody else is editing.
    """
    subject = open_subject(root, app, key)
    of = Versions(subject, timeout)
    choice = None if version else newest(subject, of)
    wanted = choice.version if choice else version if subject.chart.git else versions.plain(version)
    if not wanted:
        return Upgraded(None, choice, ())
    if wanted == subject.chart.version:
        raise UsageError(f"{subject.chart.name} {wanted} is what {app} pins already")
    if subject.chart.git is None and not conforms(wanted, schema.load("types#/$defs/version")):
        raise UsageError(f"{wanted!r} is not an exact version, such as 1.2.3 (without a v before it)")
    reviewed = compare(subject, of.side(subject.chart.version), of.side(wanted))
    definition = keys.change_of(root, subject.chart.location.file, pinned(subject, wanted))
    former_lock = _bytes(root / paths.LOCK)
    names = _sharing(subject)
    before = with_archives(rendering(root, (), names)).tree
    having = sorted({name for each in names for name in environments(subject.project.repository, each)})
    side = upgradelint.side(root, names, having) if having else None
    changes, made = _prepared(root, timeout, subject, definition, names)
    sources.replace(root, changes)
    written = tuple(changes)
    below = () if subject.app.chart is not None else (subject.chart.key,)
    said = [(*below, *path) for path in reviewed.opened]
    looser = tuple(each for each in made.looser if each.path not in said)
    try:
        after = with_archives(rendering(root, (), names))
    except InvalidInputError as error:
        return Upgraded(reviewed, choice, written, problems=error.problems, looser=looser)
    trees = Trees(before, after.tree, f"{subject.chart.name} {subject.chart.version}", after.project, former_lock)
    values = review_trees(trees.before, trees.after, trees.base, (), names)
    sides = (side, upgradelint.side(root, names, having)) if side else None
    return Upgraded(reviewed, choice, written, values, trees, former_lock, sides=sides, looser=looser)


def _prepared(
    root: Path, timeout: float, subject: Subject, definition: Change, names: list[str]
) -> tuple[dict[str, Change], WrittenKeys]:
    """Return the files that change, and what is to be said of the keys; charts are downloaded into the cache alone.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        ChartError: when the chart can't be locked; others may fail.
        OutputError: when a file can't be read.
    """
    file, chart = subject.chart.location.file, subject.chart.name
    instead = {file: definition.after.decode("utf-8-sig")}
    former = _bytes(root / paths.LOCK)
    fetched, locked = fetching.locking(root, timeout, instead=instead)
    mine = [each for each in fetched.failures if any(failed.name == chart for failed in each.charts)]
    if mine:
        raise ChartError("; ".join(map(str, mine)))
    changes = {file: definition}
    if locked is not None:
        changes[paths.LOCK] = Change(former or b"", locked.encode(), is_new=former is None)
    charts = cache.LockedCharts(lock.parse(locked or ""), cache.Cache(cache.folder()), root / paths.OUTPUT)
    made, anew = keys.prepare(root, _with_keys(root, names), charts, instead)
    changes.update(anew)
    return {path: each for path, each in changes.items() if each.is_new or each.before != each.after}, made


def _sharing(subject: Subject) -> list[str]:
    """Return the apps that take the chart from where its version is written, sorted: those that extend it, too."""
    apps = subject.project.repository.apps.values()
    return sorted(app.name for app in apps if any(each.location == subject.chart.location for each in app.charts))


def _with_keys(root: Path, names: list[str]) -> list[str]:
    """Return those of some apps that have a file of keys."""
    return [name for name in names if (root / paths.APPS / name / chartkeys.FILE).exists()]


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def pinned(subject: Subject, version: str) -> str:
    """Return the text of the app.yaml that pins a chart, with another version in it, and nothing else changed.

    Raises:
        UsageError: when the version does not stand there by itself.
    """
    location = subject.chart.location
    text = (subject.project.root / location.file).read_bytes().decode("utf-8")
    changed = with_version(text, location, subject.chart.version, version)
    if changed is None:
        by_hand = f"write {version} there yourself, then run: efdgen charts fetch; efdgen charts keys"
        raise UsageError(f"{location}: the version {subject.chart.version} does not stand there by itself: {by_hand}")
    return changed


def with_version(text: str, location: Location, old: str, new: str) -> str | None:
    """Return a text with another version in the place of one; None: that does not stand there.

    Quotes stay; a version without them gets some where YAML would take it for a number.
    """
    lines = text.splitlines(keepends=True)
    if not 0 < location.line <= len(lines):
        return None
    line = lines[location.line - 1]
    match = _TOKEN.match(line, location.column - 1)
    if not match or old not in (match["quoted"], match["plain"]):
        return None
    quote = match[1] or ("" if isinstance(_read(new), str) else '"')
    lines[location.line - 1] = f"{line[: match.start()]}{quote}{new}{quote}{line[match.end() :]}"
    return "".join(lines)


def _read(text: str) -> object:
    try:
        return yamlio.load(text)
    except ValueError:
        return None
