"""`efdgen validate`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from efdgen.cli.common import (
    app_option,
    environments,
    findings_report_option,
    format_option,
    means,
    means_options,
    only,
    reports_errors,
    repository_root,
    root_option,
    told,
)
from efdgen.cli.helm_options import quickest, templates_option
from efdgen.cli.reports import Report, Said, Style, publish
from efdgen.verbs import validate


@click.command("validate")
@environments
@app_option
@root_option
@templates_option
@format_option
@findings_report_option
@means_options
@reports_errors
def command(
    environments: tuple[str, ...],
    apps: tuple[str, ...],
    root: Path | None,
    templates: bool,
    format_: str,
    reports: tuple[Report, ...],
    no_cache: bool,
    jobs: int | None,
) -> None:
    """Check specs, shared facts and app definitions. Writes nothing, and does not look at rendered/.

    A pin whose day (`until`) is past is a warning.

    With --app, problems of other apps are warnings: those in their definitions, and in what specs say about them.

    With --templates, Helm runs the templates of our own as well, which takes almost as long again. efdgen lint does so
    anyway.

    \b
    Examples:
      efdgen validate
      efdgen validate summit
      efdgen validate --app influxdb
      efdgen validate --format sarif
    """
    folder = repository_root(root)
    today = dt.datetime.now().astimezone().date()
    rendering = validate.validate(
        folder, environments, apps, today, means(no_cache=no_cache, jobs=jobs), engine=quickest() if templates else None
    )

    def tell(form: str, style: Style) -> list[Said]:
        said = told(rendering.warnings, form, style, folder)
        return [*said, Said(f"valid: {', '.join(rendering.project.selected)}{only(apps)}")] if form == "text" else said

    publish(tell, format_, reports)
