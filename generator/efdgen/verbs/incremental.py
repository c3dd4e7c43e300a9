"""Renders what changed since an earlier run, and takes the rest from there: the answer is that of `anew`, sooner.

Everything that a run reads is compared by content. What environments share, efdgen itself and the libraries below it
are the key: where one of these changed, nothing is known. Beside them an environment depends on its own spec, on those
that it has links to, and on what its rules ask about all the others (`rules.fleet`). Only repositories that loading
finds nothing wrong with are kept. Files are kept as digests: their content is in rendered/, or they are rendered anew.
What is there is read when these are known, so that only what is not as it should be is held in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from efdgen.errors import Problem, Severity
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout, seen
from efdgen.output.cache import program
from efdgen.output.cache.store import Store
from efdgen.output.seen import Looking
from efdgen.output.tree import FileTree
from efdgen.repository import snapshot as snapshots
from efdgen.repository.snapshot import Snapshot
from efdgen.verbs import parallel, records, rest
from efdgen.verbs.model import Project, Rendering, selected
from efdgen.verbs.once import raise_errors, said_once
from efdgen.verbs.records import Kept, Known, Record
from efdgen.verbs.rest import Rest

if TYPE_CHECKING:
    from efdgen.render.pages.fleetrow import Row
    from efdgen.repository.model import Repository
    from efdgen.verbs.meeting import Met

File = tuple[str, bytes]


def rendering(root: Path, names: Sequence[str], store: Store, there: Looking | None, jobs: int) -> Rendering | None:
    """Render environments, those that changed; None: nothing can be kept of this repository, or it has problems.

    Args:
        root: the repository.
        names: the environments; none: all.
        store: what earlier runs found out.
        there: looks at files that may be what the specs render to; None: nobody needs the tree, and none is returned.
        jobs: the most processes that work at once.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
    """
    made_by = program.digest()
    snapshot = snapshots.take(root)
    if made_by is None or snapshot is None:
        return None
    key = hashlib.sha256(f"{made_by} {snapshot.shared}".encode()).hexdigest()
    parts = store.open(key)
    kept = records.NOTHING if parts is None else records.unpacked(parts.first)
    with_charts = snapshots.with_folders(snapshot, root, kept.folders)
    if with_charts is None or with_charts.charts != kept.charts:
        kept, parts = records.NOTHING, None
    else:
        snapshot = with_charts

    def run(kept: Kept, more: Rest) -> Rendering | None:
        run = Run(root, snapshot, kept, more, there, jobs)
        made = run.made(selected(root, names, frozenset(snapshot.specs)))
        if made is None:
            return None
        if made.is_news:
            store.write(key, *run.packed(made.now))
        raise_errors(made.problems)
        warnings, read = tuple(said_once(made.problems)), f"{made_by} {run.read}"
        return Rendering(run.project, made.tree, warnings, is_vendored=made.now.is_vendored, read=read)

    try:
        return run(kept, Rest(parts))
    except rest.LostError:
        return run(records.NOTHING, Rest(None))


class Made(NamedTuple):
    """What came of a run: the tree, if somebody needs it, what is wrong, what is known now, and whether that is new."""

    tree: FileTree
    problems: list[Problem]
    now: Kept
    is_news: bool


class _UnfitError(Exception):
    """The repository has problems of its own, or names files that were not read."""


class Run:
    """One run of `rendering`.

    Args:
        root: the repository.
        snapshot: what was read of it.
        kept: what is known from earlier runs with the same shared files.
        more: what else is known from these.
        there: looks at files that may be what the specs render to; None: nobody needs the tree.
        jobs: the most processes that work at once.
    """

    def __init__(
        self, root: Path, snapshot: Snapshot, kept: Kept, more: Rest, there: Looking | None, jobs: int = 1
    ) -> None:
        self._root = root
        self._jobs = jobs
        self._snapshot = snapshot
        self._there = None if there is None else there(kept.digests())
        self._kept = kept
        self._rest = more
        self._new: dict[str, Known] = {}
        self._new_rows: dict[str, Row] = {}
        # Where an environment is gone, any other may name it.
        is_any_gone = not kept.records.keys() <= snapshot.specs.keys()
        self._fresh = {
            name: each for name, each in kept.records.items() if not is_any_gone and each.is_of(snapshot.specs)
        }
        self._met: Met | None = None
        self._known: dict[str, Record] = {}
        self.project = Project(root, (), self._load)

    def made(self, names: Sequence[str]) -> Made | None:
        """Return what comes of the named environments; None: nothing can be said without looking at everything."""
        self.project.selected = tuple(names)
        try:
            if self._fresh.keys() == self._kept.records.keys() == self._snapshot.specs.keys():
                self._known = dict(self._fresh)
            else:
                self._meet()
            return self._all(names)
        except _UnfitError:
            return None

    @property
    def read(self) -> str:
        """A digest of everything that people wrote."""
        return self._snapshot.everything

    def _load(self) -> Repository:
        from efdgen.repository import chartfolders
        from efdgen.repository.load import load

        sound = {name: record.accepts for name, record in self._fresh.items()}
        with_charts = snapshots.with_folders(self._snapshot, self._root, chartfolders.named(self._root))
        if with_charts is not None:
            self._snapshot = with_charts
        return load(self._root, snapshot=self._snapshot, sound=sound)

    def _meet(self) -> Met:
        """Load the repository, let its environments know each other, and forget what they found out among others.

        Raises:
            _UnfitError: when it has problems.
        """
        if self._met is None:
            from efdgen.verbs import meeting

            repository = self.project.repository
            folders = {chart.folder for app in repository.apps.values() for chart in app.charts if chart.folder}
            if repository.problems or not folders.issubset(self._snapshot.beside):
                raise _UnfitError
            self._met = meeting.meet(self.project, self._fresh, self._kept.records, self._rest)
            self._known = dict(self._met.known)
        return self._met

    def _all(self, names: Sequence[str]) -> Made:
        tree = FileTree(there=self._there)
        problems: list[Problem] = []
        shared = self._add_shared(tree, problems)
        stale = {name for name in names if not self._is_made(name)}
        made = dict(self._made_anew([name for name in names if name in stale]))
        for name in names:
            record = self._known[name]
            problems += records.problems(record.found or ())
            said = {(problem.code, problem.location) for problem in problems} if record.wrong else set()
            problems += [p for p in records.problems(record.wrong) if (p.code, p.location) not in said]
            if name in made:
                tree.add_all(made[name])
            elif self._there is not None:
                tree.add_seen(record.files or {})
        is_wrong = any(problem.severity is Severity.ERROR for problem in problems)
        page = None if is_wrong or self._there is None else self._add_page(tree)
        now = self._now(shared, page)
        is_news = now != self._kept or bool(self._new)
        return Made(FileTree() if self._there is None else tree, problems, now, is_news)

    def _is_made(self, name: str) -> bool:
        """Say whether an environment is as it was, and all of its files are there, if there are any."""
        record = self._known.get(name)
        if record is None or record.found is None:
            return False
        return self._there is None or self._there.has_all(record.files or {})

    def _add_shared(self, tree: FileTree, problems: list[Problem]) -> Mapping[str, bytes] | None:
        """Add what environments share, and what is wrong with it; return its digests, None when something is.

        Raises:
            _UnfitError: when the repository has problems.
            OutputError: when two files have one name.
        """
        digests = self._kept.shared
        if digests is not None and (self._there is None or self._there.has_all(digests)):
            tree.add_seen(digests)
            return digests
        from efdgen.verbs import anew

        self._meet()
        found = anew.add_shared(self.project.repository, tree)
        problems += found
        return None if found else _digests(tree.items())

    def _made_anew(self, names: Sequence[str]) -> Iterator[tuple[str, Sequence[File]]]:
        """Resolve, check and render environments; yield each with its files, when it is known what came of it.

        Raises:
            _UnfitError: when the repository has problems.
        """
        if not names:
            return
        from efdgen.verbs import anew

        work = anew.Work(self.project, self._meet().identities)
        with contextlib.closing(parallel.each(names, work.made, self._jobs)) as results:
            for name, plain in zip(names, results, strict=True):
                made = anew.Made(*plain)
                record = self._of_identity(name)
                looked_at = {other: self._snapshot.specs.get(other) for other in made.looked_at}
                self._known[name] = record._replace(
                    specs={**looked_at, **record.specs},
                    found=made.found,
                    wrong=made.wrong,
                    files=_digests(made.files) if made.files and not made.wrong else None,
                    row=self._add_row(name, made.row),
                    asked=made.asked,
                )
                yield name, made.files

    def _add_row(self, name: str, row: bytes | None) -> bytes | None:
        """Keep an environment's row of the page about all; return its digest."""
        if row is None:
            return None
        self._new_rows[name] = records.row(row)
        return seen.digest(row)

    def _of_identity(self, name: str) -> Record:
        """Return what is known of an environment before it is resolved; note what it is known by."""
        from efdgen.repository.load import accepts_literals

        known = self._meet().changed.get(name) or self._rest.known[name]._replace(asked=b"")
        repository = self.project.repository
        self._new[name] = known
        specs = {other: self._snapshot.specs.get(other) for other in self._linked(name)}
        accepts = accepts_literals(repository.environments[name])
        return Record(specs, accepts, None, (), None, None, known.digest())

    def _linked(self, name: str) -> Iterable[str]:
        """Return an environment and those whose facts its expressions can reach, by links of links."""
        found = {name}
        waiting = [name]
        while waiting:
            links = self.project.resolver.scope(waiting.pop()).facts["links"]
            new = [other for other in links if other not in found]
            found.update(new)
            waiting += [other for other in new if other in self._snapshot.specs]
        return found

    def _add_page(self, tree: FileTree) -> bytes | None:
        """Add the page about all environments, unless one of them keeps it waiting; return its digest.

        Raises:
            _UnfitError: when the repository has problems.
        """
        rows = {name: self._row(name) for name in self._snapshot.specs}
        if None in rows.values():
            return None
        page = self._kept.page
        is_same = page is not None and {name: record.row for name, record in self._kept.records.items()} == rows
        if page is not None and is_same and self._there is not None and self._there.is_as(layout.FLEET, page):
            tree.add_seen({layout.FLEET: page})
            return page
        from efdgen.render import files

        self._meet()
        repository = self.project.repository
        path, content = files.fleet_file([self._row_of(name) for name in sorted(rows)], repository)
        tree.add(path, content)
        return seen.digest(content)

    def _row_of(self, name: str) -> Row:
        """Return the row of an environment that has one."""
        from efdgen.render.pages.fleetrow import Row

        return self._new_rows.get(name) or Row(*self._rest.rows[name])

    def _row(self, name: str) -> bytes | None:
        """Return a digest of an environment's row of the page about all; None: it has none, or something is wrong."""
        record = self._known.get(name)
        if record is not None and (record.row is not None or record.found is not None):
            return record.row
        from efdgen.errors import InvalidInputError
        from efdgen.render.pages import fleet

        self._meet()
        try:
            environment = self.project.resolver.resolve(name)
            row = records.plain_row(fleet.row(environment, self.project.repository.pages.columns))
        except InvalidInputError:
            return None
        self._known[name] = self._of_identity(name)._replace(row=self._add_row(name, row))
        return self._known[name].row

    def _now(self, shared: Mapping[str, bytes] | None, page: bytes | None) -> Kept:
        """Return what is known after a run."""
        missing = self._snapshot.specs.keys() - self._known.keys()
        others = {name: self._of_identity(name) for name in missing}
        known = {name: others.get(name) or self._known[name] for name in self._snapshot.specs}
        if page is None and self._there is None and self._kept.page is not None:
            before = {name: record.row for name, record in self._kept.records.items()}
            page = self._kept.page if before == {name: record.row for name, record in known.items()} else None
        is_vendored = self._kept.is_vendored
        if self._met is not None:
            from efdgen.verbs import vendored

            is_vendored = any(vendored.apps(self.project.repository))
        return Kept(self._snapshot.beside, self._snapshot.charts, shared, page, is_vendored, known)

    def packed(self, now: Kept) -> tuple[Any, ...]:
        """Return everything that is known after a run, as it is kept.

        Raises:
            LostError: when what was kept is not there any more.
        """
        return rest.packed(
            now, self._kept, self._rest, self._new, self._new_rows, lambda: self._meet().identities.fleet.index
        )


def _digests(files: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """Return the digest of each file."""
    return {path: seen.digest(content) for path, content in files}
