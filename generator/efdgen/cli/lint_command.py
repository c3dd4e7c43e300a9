"""`efdgen lint`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from efdgen.cli import helmwarnings, others
from efdgen.cli.common import (
    CHARTS,
    DIFFERENCES,
    app_option,
    environments,
    findings_report_option,
    format_option,
    no_cache_option,
    only,
    progress_bar,
    reports_errors,
    repository_root,
    root_option,
    told,
)
from efdgen.cli.helm_options import choose, failures, open_charts
from efdgen.cli.reports import Report, Said, Style, publish


@click.command("lint")
@environments
@app_option
@root_option
@click.option("--dead-values", is_flag=True, help="Find overrides that change no object instead.")
@click.option("--redundant", is_flag=True, help="With --dead-values: show every override that says nothing new.")
@click.option("--resources", is_flag=True, help="Name the containers without requests or limits, too.")
@click.option(
    "--engine",
    "engine",
    type=click.Choice(["auto", "helm", "sdk"]),
    default="auto",
    help="The helm command, or Helm's library. Default: the command where it is installed; the library, which is much "
    "quicker, with --dead-values.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["warning", "error"]),
    default="warning",
    help="What has to be found for the exit status to be 1. Default: warning, which is anything.",
)
@no_cache_option
@format_option
@findings_report_option
@reports_errors
def command(
    environments: tuple[str, ...],
    apps: tuple[str, ...],
    root: Path | None,
    dead_values: bool,
    redundant: bool,
    resources: bool,
    engine: str,
    fail_on: str,
    no_cache: bool,
    format_: str,
    reports: tuple[Report, ...],
) -> None:
    """Check the Kubernetes objects that the specs lead to, made by Helm.

    Exits with 1 when something is found, or only for an error with --fail-on error, and with 5 when an app can't be
    hydrated; the others are checked all the same.

    \b
    Examples:
      efdgen lint
      efdgen lint summit --format github
      efdgen lint --app influxdb --app kapacitor
      efdgen lint --fail-on error
      efdgen lint --dead-values
    """
    from efdgen.verbs import fixingcharts, lint

    if redundant and not dead_values:
        raise click.UsageError("--redundant goes with --dead-values")
    if resources and (dead_values or apps):
        raise click.UsageError("--resources goes with whole environments, and not with --dead-values or --app")
    folder = repository_root(root)
    if dead_values:
        from efdgen.verbs import deadvalues

        helm = choose("quickest" if engine == "auto" else engine, no_cache=no_cache)
        with helmwarnings.once(helm) as shown, progress_bar("Looking", shown) as progress:
            result = deadvalues.search(
                folder, environments, helm, open_charts(folder), apps, redundant=redundant, progress=progress
            )
    else:
        helm = choose(engine, no_cache=no_cache)
        with helmwarnings.once(helm):
            result = lint.lint(
                folder, environments, helm, open_charts(folder), apps, resources=resources, known=fixingcharts.offline()
            )

    others.tell(result.warnings, folder)

    def tell(form: str, style: Style) -> Iterator[Said]:
        # What was found is the result, whatever the format: it was asked for.
        yield from (said._replace(is_result=True) for said in told(result.problems, form, style, folder))
        yield from (Said(f"note: {note}", is_result=False) for note in result.notes)
        if form == "text" and not result.problems and not result.failed:
            yield Said(f"nothing found in {', '.join(result.environments)}{only(apps)}")
        yield from failures(result.failed, style)

    publish(tell, format_, reports)
    if result.failed:
        raise click.exceptions.Exit(CHARTS)
    if any(problem.severity.value == "error" or fail_on == "warning" for problem in result.problems):
        raise click.exceptions.Exit(DIFFERENCES)
