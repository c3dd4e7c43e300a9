"""`efdgen new-app`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli.common import complete_environment, reports_errors, root_option, timeout_option
from efdgen.cli.edits import dry_run_option
from efdgen.cli.interrupted import root_to_edit
from efdgen.cli.reports import Said, Style, publish
from efdgen.cli.streams import say


@click.command("new-app")
@click.argument("name", metavar="APP")
@click.option("--chart", required=True, metavar="NAME", help="The chart's name.")
@click.option("--version", required=True, metavar="V", help="Its exact version.")
@click.option("--repository", required=True, metavar="URL", help="The Helm repository or, with oci://, the registry.")
@click.option(
    "--in",
    "environments",
    multiple=True,
    metavar="ENV",
    shell_complete=complete_environment,
    help="List the app in this spec, too. As often as wanted.",
)
@root_option
@timeout_option
@dry_run_option
@reports_errors
def command(
    name: str,
    chart: str,
    version: str,
    repository: str,
    environments: tuple[str, ...],
    root: Path | None,
    timeout: float,
    dry_run: bool,
) -> None:
    """Write templates/apps/APP: app.yaml, values.yaml and chart-keys.yaml, with what the chart tells, and lock it.

    Ports, Ingresses, Secrets that have to be there, images and volumes are named. What is uncertain is an example in
    comments: `##` stands before prose, `#` before YAML to take in. No spec is touched without --in.

    \b
    Example:
      efdgen new-app grafana --chart grafana --version 6.29.2 --repository https://grafana.github.io/helm-charts
    """
    from efdgen.report import newapp as report
    from efdgen.repository.model import ChartReference
    from efdgen.verbs import newapp

    folder = root_to_edit(root, dry_run=dry_run)
    new = newapp.draft(folder, name, ChartReference(chart, version, repository), environments, timeout)

    def tell(_form: str, style: Style) -> list[Said]:
        return [Said(report.drafted(new.texts, new.drafted.found, new.unread, style))]

    publish(tell, "text", ())
    if dry_run:
        say("Nothing was written (--dry-run)")
        return
    newapp.write(folder, new, timeout)
    listed = f", and listed it in {', '.join(environments)}" if environments else ""
    then = "then: efdgen render" if environments else f"then: efdgen set ENV {name} {{}}; efdgen render"
    say(f"wrote templates/apps/{name} and charts.lock{listed}; read what is in comments, {then}")
