"""`efdgen diff`: what the specs render to now, against what they, or their former selves, rendered to before."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from efdgen import disk, git, load, pipeline, suggest
from efdgen.errors import InvalidInputError, UsageError
from efdgen.review.model import Review
from efdgen.review.trees import review

Tree = Mapping[str, bytes]


class Trees(NamedTuple):
    """What a change turns into what; `base` is what people call the former."""

    before: Tree
    after: Tree
    base: str


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
    both = trees(root, names, base)
    return review(both.before, both.after, both.base, names)


def trees(root: Path, names: Sequence[str] = (), base: str | None = None) -> Trees:
    """Return what `diff` compares. A file that efdgen did not make is on both sides.

    A revision's specs and templates are rendered; where this efdgen can't, the tree that was committed with them
    stands in.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment or the revision is unknown.
        OutputError: when the output folder can't be read.
    """
    if base is None:
        before = disk.read(root / pipeline.OUTPUT)
        after = dict(before)
        for change in pipeline.check(root, names).changes:
            if change.after is None:
                after.pop(change.path, None)
            else:
                after[change.path] = change.after
        return Trees(before, after, f"{pipeline.OUTPUT}/")
    then = git.revision(root, base)
    with tempfile.TemporaryDirectory(prefix="efdgen-") as folder:
        old = Path(folder)
        for path, content in git.files(root, then, load.FOLDERS).items():
            (old / path).parent.mkdir(parents=True, exist_ok=True)
            (old / path).write_bytes(content)
        _refuse_unknown(names, load.environment_names(root), load.environment_names(old))
        now = _rendered(root, names)
        try:
            if load.is_repository(old):
                return Trees(_rendered(old, names), now, then.name)
        except InvalidInputError:
            pass
    base = f"{pipeline.OUTPUT}/ at {then.name}, because its specs can't be rendered by this efdgen"
    return Trees(_committed(root, then), now, base)


def _rendered(root: Path, names: Sequence[str]) -> Tree:
    """Render the named environments; all of them when none of those is there."""
    known = sorted(set(names) & set(load.environment_names(root)))
    return pipeline.rendering(root, known).tree


def _committed(root: Path, then: git.Revision) -> Tree:
    found = git.files(root, then, [pipeline.OUTPUT])
    return {path.removeprefix(f"{pipeline.OUTPUT}/"): content for path, content in found.items()}


def _refuse_unknown(names: Sequence[str], *known: Iterable[str]) -> None:
    both = {name for side in known for name in side}
    for name in names:
        if name not in both:
            raise UsageError(f"unknown environment {name!r}: {suggest.hint(name, both)}")


def outside(root: Path, review: Review, declared: Sequence[str]) -> list[str]:
    """Return the environments that a change touches beside the declared ones.

    Raises:
        UsageError: when a declared one is unknown.
    """
    names = [name.strip() for name in declared if name.strip()]
    gone = (environment.name for environment in review.removed_environments)
    _refuse_unknown(names, load.environment_names(root), gone)
    return sorted(review.touched() - set(names))
