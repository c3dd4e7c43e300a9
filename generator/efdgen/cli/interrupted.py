"""What an interrupted run left half done: finished, and told, before the next one writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from efdgen.cli.common import found_root, repository_root
from efdgen.cli.streams import say, say_warning

if TYPE_CHECKING:
    from efdgen.output.resuming import Resumed
    from efdgen.output.staging import Finished


def finish_interrupted(folder: Path, shown: str) -> None:
    """Finish what an interrupted run was writing to a folder, and say what that was."""
    from efdgen.output import disk

    _tell_finished(disk.finish(folder), shown)


def resume_edit(root: Path) -> None:
    """Finish an edit that was interrupted, or take it back, and say what that was.

    Raises:
        OutputError: when people have to say which, or somebody else is editing.
    """
    from efdgen.output import sources

    resumed = sources.resume(root)
    if resumed is not None:
        tell_resumed(resumed)


def tell_resumed(resumed: Resumed) -> None:
    """Say what became of an edit that was interrupted."""
    from efdgen.report import interrupted as report

    say(report.resumed(resumed, click.style))


def root_to_edit(given: Path | None, *, dry_run: bool = False) -> Path:
    """Return the repository's folder for a verb that edits; an edit that was interrupted ends first.

    Raises:
        OutputError: when somebody else is editing, or people have to say what becomes of that edit.
        UsageError: when it is none.
    """
    if not dry_run:
        resume_edit(found_root(given))
    return repository_root(given)


def _tell_finished(finished: Finished | None, shown: str) -> None:
    if finished is not None:
        from efdgen.report import text

        say(text.finished(finished, shown, click.style))
        for path in finished.kept:
            say_warning(f"{shown}/{path} changed since; that run left it alone")
