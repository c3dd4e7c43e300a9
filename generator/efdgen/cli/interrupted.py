"""What an interrupted run left half done: finished, and told, before the next one writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from efdgen.cli.common import found_root, repository_root
from efdgen.cli.streams import say, say_warning

if TYPE_CHECKING:
    from efdgen.output.staging import Finished


def finish_interrupted(folder: Path, shown: str) -> None:
    """Finish what an interrupted run was writing to a folder, and say what that was."""
    from efdgen.output import disk

    _tell_finished(disk.finish(folder), shown)


def finish_edit(root: Path) -> None:
    """Finish an edit that was interrupted, and say what that was."""
    from efdgen.output import sources

    _tell_finished(sources.finish(root), "")


def root_to_edit(given: Path | None, *, dry_run: bool = False) -> Path:
    """Return the repository's folder for a verb that edits, once an edit that was interrupted there is finished.

    Raises:
        OutputError: when somebody else is editing.
        UsageError: when it is none.
    """
    if not dry_run:
        finish_edit(found_root(given))
    return repository_root(given)


def _tell_finished(finished: Finished | None, shown: str) -> None:
    if finished is not None:
        from efdgen.report import text

        say(text.finished(finished, shown, click.style))
        for path in finished.kept:
            say_warning(f"{shown}{shown and '/'}{path} changed since; that run left it alone")
