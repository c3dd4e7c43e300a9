"""What is wrong with specs that a verb was not asked for, where it shows something else than problems."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from efdgen.cli.common import show
from efdgen.verbs import project

if TYPE_CHECKING:
    from efdgen.errors import Problem
    from efdgen.verbs.model import Resolved


def resolve(root: Path, names: Sequence[str]) -> Resolved:
    """Resolve the named environments (none named: all), and tell what is wrong with the specs of others.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
    """
    found = project.resolve(root, names)
    tell(found.warnings, root)
    return found


def tell(warnings: Sequence[Problem], root: Path) -> None:
    """Tell, on the error output, what would be an error if everything was looked at; nothing that is only odd."""
    from efdgen.errors import severity

    show([problem for problem in warnings if problem.severity is not severity(problem.code)], "text", root)
