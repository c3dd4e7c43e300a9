"""`efdgen diff`: what the specs render to now, against what they, or their former selves, rendered to before."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from efdgen.errors import ChartError, InvalidInputError, OutputError, Problem, UsageError
from efdgen.language import suggest
from efdgen.language.tuples import NamedTuple
from efdgen.output import disk, layout, seen
from efdgen.output.marks import Ownership
from efdgen.repository import chartfolders, git, paths
from efdgen.review.model import Review
from efdgen.review.trees import review
from efdgen.verbs import locks
from efdgen.verbs.means import ALONE, Means
from efdgen.verbs.project import Project, Rendering, rendering
from efdgen.verbs.render import OUTPUT
from efdgen.verbs.vendored import with_archives

Tree = Mapping[str, bytes]

_NO_NAMES = (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL)


class Trees(NamedTuple):
    """What a change turns into what.

    Attributes:
        before: the tree to compare with, and the charts in folders of the repository that it names, as they were.
        after: what the specs render to now, and these charts as they are.
        base: what people call the former.
        project: the repository that `after` was rendered from.
        lock: charts.lock as it was with `before`, if that is known.
        warnings: what is odd about the specs as they are now, but no error.
    """

    before: Tree
    after: Tree
    base: str
    project: Project
    lock: bytes | None = None
    warnings: tuple[Problem, ...] = ()


class Reviewed(NamedTuple):
    """What is to be shown, the review of all environments, if somebody asked for it: else the same, and the trees."""

    shown: Review
    whole: Review
    trees: Trees


def diff(root: Path, names: Sequence[str] = (), base: str | None = None) -> Review:
    """Say what the specs render to now that they did not render to before.

    Args:
        root: the repository.
        names: the environments to look at; none: all.
        base: the revision to compare with; None: the output folder.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment or the revision is unknown.
        OutputError: when the output folder can't be read.
    """
    return compare(root, names, base).shown


def compare(
    root: Path,
    names: Sequence[str],
    base: str | None,
    apps: Sequence[str] = (),
    *,
    is_whole: bool = False,
    means: Means = ALONE,
) -> Reviewed:
    """Say the same as `diff`, of some apps only, and, with `is_whole`, also what changes in everything.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment, an app or the revision is unknown.
        OutputError: when the output folder can't be read.
    """
    both = trees(root, () if is_whole else names, base, () if is_whole else apps, means)
    _refuse_unknown("environment", names, paths.environment_names(root), _environments(both.before))
    _refuse_unknown("app", apps, paths.app_names(root), map(layout.app_of, filter(layout.is_in_chart, both.before)))
    shown = review(both.before, both.after, both.base, names, apps)
    whole = review(both.before, both.after, both.base) if is_whole and (names or apps) else shown
    return Reviewed(shown, whole, both)


def trees(
    root: Path,
    names: Sequence[str] = (),
    base: str | None = None,
    apps: Sequence[str] = (),
    means: Means = ALONE,
) -> Trees:
    """Return what `diff` compares, without the files that efdgen did not make.

    A revision's specs and templates are rendered; where this efdgen can't, the tree that was committed with them
    stands in.

    Args:
        root: the repository.
        names: the environments whose files are needed; none: all. Others' may be there.
        base: the revision to compare with; None: the output folder.
        apps: the apps whose files are needed; none: all. Others' may be there.
        means: what may be used to be done sooner.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment or the revision is unknown.
        OutputError: when the output folder can't be read.
    """
    if base is None:
        there = disk.read(root / OUTPUT)
        _refuse_unknown("environment", names, paths.environment_names(root), _environments(there))
        now = _rendered(root, names, apps, means, there)
        before, after = _built(_own(there, now.tree), root), _built(now.tree, root)
        return Trees(before, after, f"{OUTPUT}/", now.project, warnings=now.warnings)
    then = git.revision(root, base)
    sources = git.files(root, then, (*paths.FOLDERS, paths.LOCK))
    locked = sources.get(paths.LOCK)
    # Nobody compares with these here: what is not there is rendered.
    at_hand = _there(root) if means.store is not None else {}
    with _temporary_folder() as folder:
        old = Path(folder)
        # Whoever needs its charts says what is wrong with its lock; its specs can be rendered.
        is_read = locked is None or locks.is_one(locked)
        _write(old, {path: each for path, each in sources.items() if is_read or path != paths.LOCK}, then)
        more = [*chartfolders.named(old), *_vendored(old, sources)]
        _write(old, git.files(root, then, more) if more else {}, then)
        if not paths.is_repository(old):
            return _against_committed(root, names, then, "which has no specs", old, apps)._replace(lock=locked)
        _refuse_unknown("environment", names, paths.environment_names(root), paths.environment_names(old))
        now = _rendered(root, names, apps, means, at_hand)
        try:
            # What is kept of now is not to make room for this.
            adding = means._replace(store=means.store and means.store.adding())
            former = _rendered(old, names, apps, adding, at_hand)
            before = _built(former.tree, old)
            after = _built(now.tree, root)
        except (InvalidInputError, OutputError, ChartError) as error:
            is_chart = isinstance(error, ChartError)
            why = "whose vendored charts are not there" if is_chart else "whose specs this efdgen can't render"
            return _against_committed(root, names, then, why, old, apps, now)._replace(lock=locked)
        if locked is not None and (new := _lock(root)) is not None and new != locked:
            before, after = locks.with_republished(before, after, locked, new)
        return Trees(before, after, then.name, now.project, locked, now.warnings)


def _lock(root: Path) -> bytes | None:
    """Return charts.lock as it is; None where there is none that can be read."""
    try:
        return (root / paths.LOCK).read_bytes()
    except OSError:
        return None


def _vendored(old: Path, sources: Iterable[str]) -> list[str]:
    """Return where the archives of vendored charts may have been committed, if any were."""
    if not any(
        b"vendored" in (old / path).read_bytes() for path in sources if path.endswith((paths.CHARTS, "/app.yaml"))
    ):
        return []
    return [f"{OUTPUT}/{layout.chart(app)}/charts" for app in paths.app_names(old)]


def _built(tree: Tree, root: Path) -> Tree:
    """Return a tree with the charts that lie in folders of the repository: Argo CD deploys these, too."""
    from efdgen.helm import folders

    return folders.built(tree, root)


def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix="efdgen-")
    except OSError as error:
        raise OutputError(f"can't make a temporary folder: {error.strerror}; TMPDIR can name another place") from error


def _write(folder: Path, sources: Tree, then: git.Revision) -> None:
    """Write the files of a revision to a folder.

    Raises:
        UsageError: when one has a name that no file can have here.
        OutputError: when the folder can't be written.
    """
    for path, content in sources.items():
        try:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno not in _NO_NAMES:
                raise OutputError(f"can't write to the temporary folder {folder}: {error.strerror}") from error
            raise UsageError(f"{then.name} has a file whose name is not possible here: {path[:80]!r}") from None


def _against_committed(
    root: Path,
    names: Sequence[str],
    then: git.Revision,
    why: str,
    old: Path,
    apps: Sequence[str],
    now: Rendering | None = None,
) -> Trees:
    """Compare with the output folder as it was committed, because there is nothing to render."""
    committed = git.files(root, then, [OUTPUT])
    there = {path.removeprefix(f"{OUTPUT}/"): content for path, content in committed.items()}
    if now is None:
        _refuse_unknown("environment", names, paths.environment_names(root), _environments(there))
        now = _rendered(root, names, apps)
    before = _built(_own(there, now.tree), old)
    base = f"{OUTPUT}/ at {then.name}, {why}"
    return Trees(before, _built(now.tree, root), base, now.project, warnings=now.warnings)


def _there(root: Path) -> Tree:
    """Return the files in the output folder, if it can be read."""
    try:
        return disk.read(root / OUTPUT)
    except OutputError:
        return {}


def _rendered(
    root: Path, names: Sequence[str], apps: Sequence[str], means: Means = ALONE, there: Tree | None = None
) -> Rendering:
    """Render the named environments, for the named apps; all of them when none of those is there."""
    known = sorted(set(names) & set(paths.environment_names(root)))
    looking = None if there is None else seen.among(there)
    sooner = rendering(root, known, sorted(set(apps) & set(paths.app_names(root))), means=means, there=looking)
    return with_archives(sooner)


def _own(there: Tree, rendered: Tree) -> Tree:
    """Return the files that efdgen made, or that stand where it makes one."""
    ownership = Ownership(there, rendered)
    return {path: there[path] for path in there if path in rendered or ownership.is_generated(path)}


def _environments(tree: Tree) -> set[str]:
    return {name for name in map(layout.environment_of, tree) if name is not None}


def _refuse_unknown(what: str, names: Sequence[str], *known: Iterable[str]) -> None:
    both = {name for side in known for name in side}
    for name in names:
        if name not in both:
            raise UsageError(suggest.unknown(what, name, both))


def outside(root: Path, whole: Review, declared: Sequence[str]) -> list[str]:
    """Return what a change touches beside the declared environments: others, and apps that are deployed nowhere.

    Args:
        root: the repository.
        whole: the review of all environments.
        declared: the environments that may change.

    Raises:
        UsageError: when a declared one is unknown.
    """
    gone = (environment.name for environment in whole.removed_environments)
    _refuse_unknown("environment", declared, paths.environment_names(root), gone)
    nowhere = {app or change.part for change in whole.changes if not change.environments for app in change.apps}
    others = sorted(whole.touched() - set(declared))
    return [*others, *(f"{app} (deployed nowhere)" for app in sorted(nowhere))]
