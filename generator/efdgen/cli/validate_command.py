"""`efdgen validate`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli.common import (
    environments,
    findings_report_option,
    format_option,
    reports_errors,
    repository_root,
    root_option,
    told,
)
from efdgen.cli.reports import Report, Said, Style, publish
from efdgen.verbs import project


@click.command("validate")
@environments
@root_option
@format_option
@findings_report_option
@reports_errors
def command(environments: tuple[str, ...], root: Path | None, format_: str, reports: tuple[Report, ...]) -> None:
    """Check specs, shared facts and app definitions. Writes nothing, and does not look at rendered/.

    \b
    Examples:
      efdgen validate
      efdgen validate summit
      efdgen validate --format sarif
    """
    folder = repository_root(root)
    rendering = project.rendering(folder, environments)

    def tell(form: str, style: Style) -> list[Said]:
        said = told(rendering.warnings, form, style, folder)
        return [*said, Said(f"valid: {', '.join(rendering.project.selected)}")] if form == "text" else said

    publish(tell, format_, reports)
