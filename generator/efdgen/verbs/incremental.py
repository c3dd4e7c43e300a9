"""Renders what changed since an earlier run, and takes the rest from there: the answer is that of `anew`, sooner.

Everything that a run reads is compared by content. What environments share, efdgen itself and the libraries below it
are the key: where one of these changed, nothing is known. Beside them an environment depends on its own spec, on those
that it has links to, and on what its rules ask about all the others (`rules.fleet`). Only repositories that loading
finds nothing wrong with are kept. Files are kept as digests: their content is in rendered/, or they are rendered anew.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from efdgen.errors import Problem, Severity
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout
from efdgen.output.cache import program
from efdgen.output.cache.store import Store
from efdgen.output.tree import FileTree
from efdgen.repository import snapshot as snapshots
from efdgen.repository.snapshot import Snapshot
from efdgen.verbs import parallel, records
from efdgen.verbs.model import Project, Rendering, selected
from efdgen.verbs.once import raise_errors, said_once
from efdgen.verbs.records import Kept, Record

if TYPE_CHECKING:
    from efdgen.repository.model import Repository
    from efdgen.rules import Identities

File = tuple[str, bytes]
Files = Mapping[str, bytes]


def rendering(root: Path, names: Sequence[str], store: Store, there: Files | None, jobs: int) -> Rendering | None:
    """Render environments, those that changed; None: nothing can be kept of this repository, or it has problems.

    Args:
        root: the repository.
        names: the environments; none: all.
        store: what earlier runs found out.
        there: files that may be what the specs render to; None: nobody needs the tree, and none is returned.
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
    kept = records.unpacked(store.read(key))
    with_charts = snapshots.with_folders(snapshot, root, kept.folders)
    if with_charts is None or with_charts.charts != kept.charts:
        kept = records.NOTHING
    else:
        snapshot = with_charts
    run = Run(root, snapshot, kept, there, jobs)
    made = run.made(selected(names, frozenset(snapshot.specs)))
    if made is None:
        return None
    if made.now != kept:
        store.write(key, records.packed(made.now))
    raise_errors(made.problems)
    return Rendering(run.project, made.tree, tuple(said_once(made.problems)), is_vendored=made.now.is_vendored)


class Made(NamedTuple):
    """What came of a run: the tree, if somebody needs it, what is wrong, and what is known now."""

    tree: FileTree
    problems: list[Problem]
    now: Kept


class _UnfitError(Exception):
    """The repository has problems of its own, or names files that were not read."""


class Run:
    """One run of `rendering`.

    Args:
        root: the repository.
        snapshot: what was read of it.
        kept: what is known from earlier runs with the same shared files.
        there: files that may be what the specs render to; None: nobody needs the tree.
        jobs: the most processes that work at once.
    """

    def __init__(self, root: Path, snapshot: Snapshot, kept: Kept, there: Files | None, jobs: int = 1) -> None:
        self._root = root
        self._jobs = jobs
        self._snapshot = snapshot
        self._there = there
        self._kept = kept
        # Where an environment is gone, any other may name it.
        is_any_gone = not kept.records.keys() <= snapshot.specs.keys()
        self._fresh = {
            name: each for name, each in kept.records.items() if not is_any_gone and each.is_of(snapshot.specs)
        }
        self._identities: Identities | None = None
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

    def _load(self) -> Repository:
        from efdgen.repository import chartfolders
        from efdgen.repository.load import load

        sound = {name: record.accepts for name, record in self._fresh.items()}
        with_charts = snapshots.with_folders(self._snapshot, self._root, chartfolders.named(self._root))
        if with_charts is not None:
            self._snapshot = with_charts
        return load(self._root, snapshot=self._snapshot, sound=sound)

    def _meet(self) -> Identities:
        """Load the repository, let its environments know each other, and forget what they found out among others.

        Raises:
            _UnfitError: when it has problems.
        """
        if self._identities is not None:
            return self._identities
        from efdgen.rules import Identities

        repository = self.project.repository
        folders = {chart.folder for app in repository.apps.values() for chart in app.charts if chart.folder}
        if repository.problems or not folders.issubset(self._snapshot.beside):
            raise _UnfitError
        fresh = {name: records.identity(record.identity, record.places) for name, record in self._fresh.items()}
        self._identities = Identities(repository, self.project.resolver, fresh)
        self._known = self._not_affected(self._identities)
        return self._identities

    def _not_affected(self, identities: Identities) -> dict[str, Record]:
        """Return what is known of environments whose rules would find of all the others what they found before."""
        before = self._kept.records
        changed = {
            name: records.plain_identity(identities.all[name]) for name in identities.all if name not in self._fresh
        }
        is_same = before.keys() == identities.all.keys()
        if is_same and all(now == (before[name].identity, before[name].places) for name, now in changed.items()):
            return dict(self._fresh)
        if not self._fresh:
            return {}
        from efdgen.rules import fleet

        known = {name: records.identity(record.identity, record.places) for name, record in before.items()}
        earlier = fleet.Fleet({name: each for name, each in known.items() if each is not None})
        changes = identities.fleet.changes(earlier)
        if changes is None:
            return {}
        return {
            name: record
            for name, record in self._fresh.items()
            if name not in changes.neighbours and not fleet.is_any(changes.questions, record.asked)
        }

    def _all(self, names: Sequence[str]) -> Made:
        tree = FileTree()
        problems: list[Problem] = []
        shared = self._add_shared(tree, problems)
        there = {name: self._there_already(name) for name in names}
        made = dict(self._made_anew([name for name in names if there[name] is None]))
        for name in names:
            record = self._known[name]
            problems += records.problems(record.found or ())
            said = {(problem.code, problem.location) for problem in problems} if record.wrong else set()
            problems += [p for p in records.problems(record.wrong) if (p.code, p.location) not in said]
            tree.add_all(made.get(name) or there[name] or ())
        is_wrong = any(problem.severity is Severity.ERROR for problem in problems)
        page = None if is_wrong or self._there is None else self._add_page(tree)
        return Made(FileTree() if self._there is None else tree, problems, self._now(shared, page))

    def _there_already(self, name: str) -> Sequence[File] | None:
        """Return the files of an environment that is as it was; None: it is not, or not all of them are there."""
        record = self._known.get(name)
        return None if record is None or record.found is None else self._contents(record.files)

    def _contents(self, digests: Mapping[str, bytes] | None) -> Sequence[File] | None:
        """Return files by their digests; None: not all of them are there. Of what nobody needs, the name is enough."""
        if self._there is None or digests is None:
            return [(path, b"") for path in digests or ()]
        found = []
        of, digest_of = self._there.get, hashlib.sha256
        for path, digest in digests.items():
            content = of(path)
            if content is None or digest_of(content).digest() != digest:
                return None
            found.append((path, content))
        return found

    def _add_shared(self, tree: FileTree, problems: list[Problem]) -> Mapping[str, bytes] | None:
        """Add what environments share, and what is wrong with it; return its digests, None when something is.

        Raises:
            _UnfitError: when the repository has problems.
            OutputError: when two files have one name.
        """
        digests = self._kept.shared
        contents = None if digests is None else self._contents(digests)
        if digests is not None and contents is not None:
            tree.add_all(contents)
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

        work = anew.Work(self.project, self._meet(), is_noted=True)
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
                    row=made.row,
                    asked=made.asked,
                )
                yield name, made.files

    def _of_identity(self, name: str) -> Record:
        """Return what is known of an environment before it is resolved."""
        from efdgen.repository.load import accepts_literals

        identities = self._meet()
        repository = self.project.repository
        identity, places = records.plain_identity(identities.all[name])
        specs = {other: self._snapshot.specs.get(other) for other in self._linked(name)}
        accepts = accepts_literals(repository.environments[name])
        return Record(specs, accepts, identity, places, None, (), None, None)

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
        rows = {}
        for name in self._snapshot.specs:
            row = self._row(name)
            if row is None:
                return None
            rows[name] = row
        before = {name: record.row for name, record in self._kept.records.items()}
        kept = None if self._kept.page is None or before != rows else self._contents({layout.FLEET: self._kept.page})
        if kept is not None:
            tree.add(*kept[0])
            return self._kept.page
        from efdgen.render import files

        self._meet()
        repository = self.project.repository
        path, content = files.fleet_file(
            [records.row(rows[name], repository.apps) for name in sorted(rows)], repository
        )
        tree.add(path, content)
        return hashlib.sha256(content).digest()

    def _row(self, name: str) -> bytes | None:
        """Return an environment's row of the page about all; None: it has none, because something is wrong with it."""
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
        self._known[name] = self._of_identity(name)._replace(row=row)
        return row

    def _now(self, shared: Mapping[str, bytes] | None, page: bytes | None) -> Kept:
        """Return what is known after a run."""
        missing = self._snapshot.specs.keys() - self._known.keys()
        others = {name: self._of_identity(name) for name in missing}
        known = {name: others.get(name) or self._known[name] for name in self._snapshot.specs}
        if page is None and self._there is None and self._kept.page is not None:
            before = {name: record.row for name, record in self._kept.records.items()}
            page = self._kept.page if before == {name: record.row for name, record in known.items()} else None
        is_vendored = self._kept.is_vendored
        if self._identities is not None:
            from efdgen.verbs import vendored

            is_vendored = any(vendored.apps(self.project.repository))
        return Kept(self._snapshot.beside, self._snapshot.charts, shared, page, is_vendored, known)


def _digests(files: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """Return the digest of each file."""
    return {path: hashlib.sha256(content).digest() for path, content in files}
