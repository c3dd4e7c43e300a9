"""`efdgen check`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from efdgen.cli.common import (
    DIFFERENCES,
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
from efdgen.output import layout
from efdgen.verbs import render


@click.command("check")
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
    """Say whether rendered/ is exactly what the specs render to. Writes nothing.

    Exits with 0 when it is, and with 1 and a diff when it is not. With --app, only files of these apps are compared:
    their charts, the templates of their Applications, and their parts of the parent chart's values.

    With --templates, Helm runs the templates of our own as well, which takes almost as long again. efdgen lint does so
    anyway.

    \b
    Examples:
      efdgen check
      efdgen check summit base
      efdgen check summit --app influxdb
      efdgen check --format github
      efdgen check --report sarif=findings.sarif
    """
    folder = repository_root(root)
    outcome = render.check(
        folder, environments, apps, means(no_cache=no_cache, jobs=jobs), engine=quickest() if templates else None
    )

    def tell(form: str, style: Style) -> Iterator[Said]:
        if form == "text":
            yield from told(outcome.warnings, form, style, folder)
            yield from _for_people(outcome, environments, apps, style)
            return
        from efdgen.report import findings

        differences = findings.differences(
            outcome.changes, outcome.foreign, outcome.edited, render.OUTPUT, outcome.refusal
        )
        if outcome.is_interrupted:
            differences.append(findings.interrupted(render.OUTPUT))
        yield from told([*outcome.warnings, *differences], form, style, folder)

    publish(tell, format_, reports)
    if not outcome.is_clean:
        raise click.exceptions.Exit(DIFFERENCES)


def _for_people(
    outcome: render.Outcome, environments: Sequence[str], apps: Sequence[str], style: Style
) -> Iterator[Said]:
    """Return the differences as text, and what to do about them."""
    if outcome.is_clean:
        yield Said(f"{outcome.unchanged} files are what the specs render to{only(apps)}")
        return
    from efdgen.language import visible
    from efdgen.language.shown import count
    from efdgen.report import text

    if outcome.is_interrupted:
        yield Said(text.interrupted(render.OUTPUT, style))
    if outcome.changes or outcome.foreign:
        yield Said(text.differences(outcome.changes, outcome.foreign, outcome.edited, render.OUTPUT, style))
    other_ends = sum(change.is_of_line_ends for change in outcome.changes)
    if other_ends:
        files = count(other_ends, "file")
        said = f"Git, or an editor, wrote the line ends of {files} as CRLF; efdgen writes LF."
        hint = f"So that Git leaves them alone, put this line into .gitattributes: {render.OUTPUT}/** -text"
        yield Said(f"{said} {hint}", is_result=False)
    if outcome.changes:
        command_line = " ".join(["efdgen render", *environments])
        files = count(len(outcome.changes), "file")
        if outcome.refusal:
            what = f"{command_line} would not bring {files} up to date{only(apps)}"
            yield Said(f"{what}: {visible.line(outcome.refusal)}", is_result=False)
        else:
            yield Said(f"To bring {files} up to date, run: {command_line}{only(apps)}", is_result=False)
        if environments:
            fleet = f"It writes {render.OUTPUT}/{layout.FLEET} anew, too. " if outcome.is_fleet_stale else ""
            rest = "Other environments may be out of date as well: run efdgen check"
            yield Said(f"{fleet}{rest}", is_result=False)
    if outcome.foreign:
        files = count(len(outcome.foreign), "file")
        yield Said(f"efdgen did not make {files}: nothing else belongs in {render.OUTPUT}/", is_result=False)
