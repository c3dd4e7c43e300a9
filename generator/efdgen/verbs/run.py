"""One run beside what earlier ones found: it loads, resolves and renders what is not known to be as it was."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from efdgen.errors import Problem, Severity
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout, seen
from efdgen.output.seen import Looking
from efdgen.output.tree import FileTree
from efdgen.repository import snapshot as snapshots
from efdgen.repository.snapshot import Snapshot
from efdgen.verbs import parallel, records, rest
from efdgen.verbs.model import Project
from efdgen.verbs.records import Kept, Known, Record
from efdgen.verbs.rest import Rest

if TYPE_CHECKING:
    from efdgen.render.pages.fleetrow import Row
    from efdgen.repository.model import Repository
    from efdgen.rules import Identities
    from efdgen.verbs.meeting import Met

File = tuple[str, bytes]


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
        self._is_in_parts = False
        self._met: Met | None = None
        self._known: dict[str, Record] = {}
        self.project = Project(root, (), self._load)

    def made(self, names: Sequence[str]) -> Made | None:
        """Return what comes of the named environments; None: nothing can be said without looking at everything."""
        self.project.selected = tuple(names)
        is_all_new = not self._fresh and len(names) == len(self._snapshot.specs)
        self._is_in_parts = is_all_new and parallel.may_pay(names, self._jobs)
        try:
            if self._fresh.keys() == self._kept.records.keys() == self._snapshot.specs.keys():
                self._known = dict(self._fresh)
            elif not self._is_in_parts:
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
        return load(self._root, snapshot=self._snapshot, sound=sound, on_demand=self._is_in_parts)

    def _sound_repository(self) -> Repository:
        """Load the repository.

        Raises:
            _UnfitError: when it has problems.
        """
        repository = self.project.repository
        folders = {chart.folder for app in repository.apps.values() for chart in app.charts if chart.folder}
        if repository.problems or not folders.issubset(self._snapshot.beside):
            raise _UnfitError
        return repository

    def _meet(self) -> Met:
        """Load the repository, let its environments know each other, and forget what they found out among others.

        Raises:
            _UnfitError: when it has problems.
        """
        if self._met is None:
            from efdgen.verbs import meeting

            self._sound_repository()
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

        found = anew.add_shared(self._sound_repository(), tree)
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

        with contextlib.closing(self._each(names)) as results:
            for name, plain in zip(names, results, strict=True):
                made = anew.Made(*plain)
                self._known[name] = Record(
                    {other: self._snapshot.specs.get(other) for other in made.looked_at},
                    made.accepts,
                    made.found,
                    made.wrong,
                    _digests(made.files) if made.files and not made.wrong else None,
                    self._add_row(name, made.row),
                    self._identity(name).digest(),
                    made.asked,
                )
                yield name, made.files

    def _each(self, names: Sequence[str]) -> Generator[tuple[Any, ...], None, None]:
        """Return what yields the parts of what comes of each environment: of `anew.Made`.

        Raises:
            _UnfitError: when the repository has problems.
        """
        if self._is_in_parts:
            from efdgen.verbs import inparts

            self._sound_repository()
            return inparts.made(self.project, self._jobs, self._all_met)
        from efdgen.verbs import anew

        return parallel.each(names, anew.Work(self.project, self._meet().identities).made, self._jobs)

    def _all_met(self, known: Mapping[str, Known]) -> Identities:
        """Let environments know each other that nothing is kept of."""
        from efdgen.verbs import meeting

        self._met = meeting.all_new(self.project, known)
        return self._met.identities

    def _add_row(self, name: str, row: tuple[Any, ...] | None) -> bytes | None:
        """Keep an environment's row of the page about all; return its digest."""
        if row is None:
            return None
        from efdgen.render.pages.fleetrow import Row

        self._new_rows[name] = Row(*row)
        return records.digest_of_row(row)

    def _of_identity(self, name: str) -> Record:
        """Return what is known of an environment that nobody asked for."""
        from efdgen.repository.specs import accepts_literals
        from efdgen.verbs.anew import linked

        known = self._identity(name)
        specs = {other: self._snapshot.specs.get(other) for other in linked(name, self.project)}
        accepts = accepts_literals(self.project.repository.environments[name])
        return Record(specs, accepts, None, (), None, None, known.digest())

    def _identity(self, name: str) -> Known:
        """Return what an environment is known by, and note it."""
        self._new[name] = self._meet().changed.get(name) or self._rest.known[name]._replace(asked=b"")
        return self._new[name]

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
            row = fleet.row(environment, self.project.repository.pages.columns)
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
