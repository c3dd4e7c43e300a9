"""`efdgen tidy`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli import edits
from efdgen.cli.common import DIFFERENCES, reports_errors, repository_root, root_option
from efdgen.cli.streams import say


@click.command("tidy")
@root_option
@click.option("--check", is_flag=True, help="Show what there is to take out, and exit with 1 if there is anything.")
@edits.dry_run_option
@reports_errors
def command(root: Path | None, check: bool, dry_run: bool) -> None:
    """Take out what says nothing: nothing that is deployed changes by it.

    That is what repeats what is below it, pins of what the default has become, empty mappings, settings of apps that
    no environment lists, accepted rules that nothing breaks, and items of tables, such as news, that nobody shows.

    \b
    Examples:
      efdgen tidy --check
      efdgen tidy --dry-run
      efdgen tidy
    """
    from efdgen.report import edits as report
    from efdgen.report import text
    from efdgen.verbs import edit
    from efdgen.verbs import tidy as verb

    folder = repository_root(root)
    found = verb.tidy(folder)
    if found.edited is None:
        say("Everything says something")
        return
    click.echo(report.leftovers(found.leftovers, click.style))
    if check:
        say("To take out what says nothing, run: efdgen tidy")
        raise click.exceptions.Exit(DIFFERENCES)
    click.echo(report.changes(found.edited.changes, None, (), click.style))
    if dry_run:
        say("Nothing was written (--dry-run)")
        return
    edit.write(folder, found.edited)
    written = text.count(len(found.edited.changes), "file")
    say(f"{written} written; nothing that is deployed changes{edits.next_step(found.edited)}")
