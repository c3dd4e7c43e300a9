"""`efdgen render`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli.common import (
    environments,
    format_option,
    found_root,
    means,
    means_options,
    reports_errors,
    root_option,
    show,
)
from efdgen.cli.interrupted import finish_interrupted, resume_edit
from efdgen.cli.streams import say_warning
from efdgen.verbs import render


@click.command("render")
@environments
@root_option
@format_option
@click.option("--allow-mass-deletion", is_flag=True, help="Go on even if most of rendered/ would be deleted.")
@click.option("-v", "--verbose", is_flag=True, help="Name every file, however many there are.")
@means_options
@reports_errors
def command(
    environments: tuple[str, ...],
    root: Path | None,
    format_: str,
    allow_mass_deletion: bool,
    verbose: bool,
    no_cache: bool,
    jobs: int | None,
) -> None:
    """Write what the specs render to, and say what was written.

    No ENV: all environments, and what is left of deleted ones is deleted.
    Of more than a hundred files, what was written is counted by environment.

    \b
    Examples:
      efdgen render summit
      efdgen render
    """
    from efdgen.report import text

    folder = found_root(root)
    resume_edit(folder)
    finish_interrupted(folder / render.OUTPUT, render.OUTPUT)
    outcome = render.write(
        folder, environments, allow_mass_deletion=allow_mass_deletion, means=means(no_cache=no_cache, jobs=jobs)
    )
    show(outcome.warnings, format_, root)
    said = text.written(outcome.changes, outcome.unchanged, render.OUTPUT, click.style, is_verbose=verbose)
    click.echo(said, err=format_ != "text")
    for path in outcome.edited:
        if path not in outcome.conflicts:
            say_warning(f"{render.OUTPUT}/{path} had been edited by hand; the edit is gone")
    for path in outcome.conflicts:
        say_warning(f"{render.OUTPUT}/{path} had a merge conflict of Git; it was rendered anew")
    for path in outcome.foreign:
        say_warning(f"{render.OUTPUT}/{path} was not made by efdgen; left alone")
