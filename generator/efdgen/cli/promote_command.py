"""`efdgen promote`."""

from __future__ import annotations

import functools
from pathlib import Path

import click

from efdgen.cli import edits
from efdgen.cli.common import complete_defined_app, complete_environment, reports_errors, root_option
from efdgen.cli.streams import say, say_warning


@click.command("promote")
@click.argument("question", metavar="APP[.PATH]", shell_complete=complete_defined_app)
@root_option
@click.option("--to", "target", required=True, metavar="ENV", shell_complete=complete_environment, help="Where to.")
@click.option("--from", "source", default="", metavar="ENV", shell_complete=complete_environment, help="Who runs it.")
@click.option(
    "--default",
    "sets_default",
    is_flag=True,
    help="Make a tag the default, too, that is a pre-release, or whose order with it is unknown.",
)
@edits.dry_run_option
@reports_errors
def command(question: str, root: Path | None, target: str, source: str, sets_default: bool, dry_run: bool) -> None:
    """Take the image tags that one stage runs to the next: `stages` of environments/shared/facts.yaml are their order.

    All environments of ENV's stage get what the nearest stage before runs that has the app. Where that is the default,
    their pins go; where it is newer, it becomes the default, and who is not there yet is pinned to what it runs. With
    --from, ENV alone gets what that one runs, also where that is older, and no stages are needed. Nobody else runs
    anything new by it.

    The default never goes back. A pre-release, such as 1.9.0-rc1, does not become the default by itself, nor does a tag
    such as latest, of which numbers do not tell whether it is newer: --default or --from says what is meant.

    \b
    Examples:
      efdgen promote influxdb --to summit
      efdgen promote cp-helm-charts.cp-kafka-connect.imageTag --to base --dry-run
      efdgen promote chronograf --from ncsa-stable --to ncsa-int
    """
    from efdgen.report import edits as report
    from efdgen.verbs import promote

    sources = edits.opened(root, dry_run=dry_run)
    made = promote.promotion(sources, question, target, source, sets_default=sets_default)
    if made.skipped:
        say(report.skipped(made.skipped))
    for name in made.stray:
        say_warning(report.warning_stray(name))
    refuse = functools.partial(promote.refuse_surprises, made)
    edits.run(sources, made.edits, dry_run=dry_run, tells_hidden=False, refuse=refuse)
