"""`efdgen tidy`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from efdgen.cli import edits
from efdgen.cli.common import DIFFERENCES, reports_errors, root_option
from efdgen.cli.interrupted import root_to_edit
from efdgen.cli.streams import say, say_warning

if TYPE_CHECKING:
    from efdgen.explain.edits.leftovers import Leftover
    from efdgen.explain.edits.lifting import Lift
    from efdgen.explain.edits.repeating import Repeat
    from efdgen.verbs.edited import Edited
    from efdgen.verbs.tidy import Lifted


@click.command("tidy")
@root_option
@click.option("--check", is_flag=True, help="Show what there is to take out, and exit with 1 if there is anything.")
@click.option("--lift", is_flag=True, help="Let a site say what all of its environments say alike, too.")
@edits.dry_run_option
@reports_errors
def command(root: Path | None, check: bool, lift: bool, dry_run: bool) -> None:
    """Take out what says nothing: nothing that is deployed changes by it.

    That is what repeats what is below it, pins of what the default has become, empty mappings, settings of apps that
    no environment lists, accepted rules that nothing breaks, and items of tables, such as news, that nobody shows.
    A list that repeats the one below it, and has more, inherits it instead.

    With --lift, what all environments of a site say alike goes to the site. On a terminal you are asked about that,
    once the lines are shown. What has a comment stays, and is named: lift it, and its comments, by hand.

    \b
    Examples:
      efdgen tidy --check
      efdgen tidy --dry-run
      efdgen tidy
      efdgen tidy --lift
    """
    from efdgen.report import edits as report
    from efdgen.verbs import tidy as verb

    folder = root_to_edit(root, dry_run=dry_run or check)
    found = verb.tidy(folder)
    if found.edited is not None:
        _tell(found.leftovers, found.edited, is_check=check)
        if check:
            say("To take out what says nothing, run: efdgen tidy")
        elif dry_run:
            say("Nothing was written (--dry-run)")
        else:
            _write(folder, found.edited)
    elif not (lift or found.stuck):
        say("Everything says something")
    for each in found.stuck:
        say_warning(report.stuck(each.location, each.why, each.reason))
    asks = is_terminal() and not (check or dry_run)
    lifted = verb.lift(folder) if lift or asks else None
    if lifted is not None:
        _lift(folder, lifted, is_wanted=lift, is_check=check, asks=asks, dry_run=dry_run)
    if check and (found.edited is not None or found.stuck or (lifted is not None and lifted.edited is not None)):
        raise click.exceptions.Exit(DIFFERENCES)


def _lift(folder: Path, lifted: Lifted, *, is_wanted: bool, is_check: bool, asks: bool, dry_run: bool) -> None:
    """Show what sites could say, and let them say it, if that is wanted."""
    from efdgen.report import edits as report

    if lifted.edited is not None:
        _tell(lifted.lifts, lifted.edited, is_check=is_check)
        if is_check or dry_run:
            say("To let sites say this, run: efdgen tidy --lift" if is_check else "Nothing was written (--dry-run)")
        elif not asks or click.confirm("Let the sites say this?"):
            _write(folder, lifted.edited)
    elif is_wanted and not lifted.commented:
        say("No site has environments that say something alike")
    for each in lifted.commented if is_wanted else ():
        say(report.left_commented(each))


def is_terminal() -> bool:
    """Say whether somebody is there who can be asked."""
    return sys.stdin.isatty()


def _tell(found: Sequence[Leftover | Repeat | Lift], edited: Edited, *, is_check: bool) -> None:
    from efdgen.report import edits as report

    click.echo(report.leftovers(found, click.style))
    if not is_check:
        click.echo(report.changes(dict(sorted(edited.changes.items())), None, (), click.style))
        edits.tell_what_goes(edited)


def _write(folder: Path, edited: Edited) -> None:
    from efdgen.language.shown import count
    from efdgen.verbs import edit

    edit.write(folder, edited)
    written = count(len(edited.changes), "file")
    say(f"{written} written; nothing that is deployed changes{edits.next_step(edited)}")
