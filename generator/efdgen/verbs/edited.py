"""What edits come to, before anything is written."""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import OutputError, Problem, UsageError
from efdgen.explain.edits.comments import Comment
from efdgen.explain.edits.model import Hidden, Target
from efdgen.language import yamlio
from efdgen.language.layers import ABSENT, at
from efdgen.language.tuples import NamedTuple
from efdgen.output.compare import Change
from efdgen.repository import paths
from efdgen.review.model import Review


class Edited(NamedTuple):
    """What edits come to, before anything is written.

    Attributes:
        changes: the files that change.
        review: what that changes in what is deployed; None: the specs had errors before, so nobody knows.
        warnings: what is odd, and was not before.
        hidden: where the change does nothing.
        unlisted: the targets whose app none of their environments lists.
        before: the errors that were there before, and still are.
        texts: the text of each file as it would be.
        tree: what the specs would render to; None: there were errors before.
        environments: the environments as they would be, resolved; none: there were errors before.
        outdated: the rendered files that differ then, pages too.
        ended: the lists that went with their last item, and that a chart may have itself.
        gone: the comments that go with what they are in.
        left: the comments that stood above what goes, and stay.
        unseen: the environments of which nobody knows what changes, since their specs had errors before.
    """

    changes: Mapping[str, Change]
    review: Review | None
    warnings: tuple[Problem, ...]
    hidden: tuple[Hidden, ...]
    unlisted: tuple[Target, ...]
    before: tuple[Problem, ...]
    texts: Mapping[str, str]
    tree: Mapping[str, bytes] | None = None
    environments: Sequence[ResolvedEnvironment] = ()
    outdated: tuple[str, ...] = ()
    ended: tuple[Target, ...] = ()
    gone: tuple[Comment, ...] = ()
    left: tuple[Comment, ...] = ()
    unseen: tuple[str, ...] = ()


def identity(problem: Problem) -> tuple[Any, ...]:
    """Return what makes a problem the same after lines moved."""
    return problem.code, problem.message, problem.location.file, problem.path, problem.severity


def value_in(changed: Mapping[str, Any], target: Target) -> Any:
    """Return what stands at a target in the data of files that changed; ABSENT: nothing, or its file did not change."""
    return at(changed[target.file], target.path) if target.file in changed else ABSENT


def decoded(root: Path, file: str) -> tuple[bytes, str]:
    """Return the byte order mark of a file, if it has one, and its text; an app without values.yaml has an empty one.

    Raises:
        UsageError: when there is no such file.
        OutputError: when it can't be read.
    """
    try:
        content = (root / file).read_bytes()
    except FileNotFoundError:
        if file.startswith(f"{paths.APPS}/") and file.endswith("/values.yaml"):
            return b"", ""
        raise UsageError(f"there is no {file}: nothing can be written there; make it first") from None
    except OSError as error:
        raise OutputError(f"can't read {file}: {error.strerror}") from error
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    return mark, yamlio.decode(content, file)
