"""`efdgen diff`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from efdgen.cli import completing, others
from efdgen.cli.common import (
    CHARTS,
    DIFFERENCES,
    app_option,
    complete_environments,
    environments,
    means,
    means_options,
    reports_errors,
    repository_root,
    root_option,
)
from efdgen.cli.helm_options import choose, engine_option, failures, open_charts
from efdgen.cli.reports import Report, Said, Style, publish, report_option
from efdgen.cli.streams import say
from efdgen.report.diff import FORMATS

if TYPE_CHECKING:
    from efdgen.helm.engines.engine import Engine
    from efdgen.helm.hydrate import HydratedApp
    from efdgen.review.model import Review
    from efdgen.verbs.diff import Reviewed


@click.command("diff")
@environments
@app_option
@root_option
@click.option(
    "--base",
    metavar="REV",
    shell_complete=completing.revision,
    help="Compare with what the specs of this Git revision render to.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="text",
    help="Default: text.",
)
@report_option(FORMATS)
@click.option(
    "--fail-outside",
    metavar="ENV[,ENV]",
    multiple=True,
    shell_complete=complete_environments,
    help="Exit with 1 when anything but these environments changes, shown or not, in whatever app.",
)
@click.option("--hydrate", is_flag=True, help="Compare the Kubernetes objects that Helm makes of the trees.")
@engine_option
@means_options
@reports_errors
def command(
    environments: tuple[str, ...],
    apps: tuple[str, ...],
    root: Path | None,
    base: str | None,
    format_: str,
    reports: tuple[Report, ...],
    fail_outside: tuple[str, ...],
    hydrate: bool,
    engine: str,
    no_cache: bool,
    jobs: int | None,
) -> None:
    """Show what a change means: which environments, which apps, which values.

    Compares data, not text: with rendered/, or with what another revision's specs render to.

    \b
    Examples:
      efdgen diff
      efdgen diff summit --base main
      efdgen diff --base main --app influxdb
      efdgen diff --base origin/main... --format markdown
      efdgen diff --report html=review.html
      efdgen diff --base main --fail-outside summit,base
      efdgen diff summit --hydrate
    """
    from efdgen.report.diff import written
    from efdgen.verbs import diff

    folder = repository_root(root)
    sooner = means(no_cache=no_cache, jobs=jobs)
    compared = diff.compare(folder, environments, base, apps, is_whole=bool(fail_outside), means=sooner)
    others.tell(compared.trees.warnings, folder)
    outside: list[str] = []
    declared = [name.strip() for given in fail_outside for name in given.split(",") if name.strip()]
    if fail_outside:
        outside = diff.outside(folder, compared.whole, declared)
    shown = compared.shown
    failed: tuple[HydratedApp, ...] = ()
    if hydrate:
        shown, failed = _objects(folder, compared, choose(engine, no_cache=no_cache), base or "HEAD")

    def tell(form: str, style: Style) -> Iterator[Said]:
        yield Said(written(shown, form, style))
        if outside:
            what = f"Outside of {', '.join(declared) or 'nothing'}, this changes: {', '.join(outside)}"
            yield Said(what, is_result=False)
        yield from failures(failed, style)

    publish(tell, format_, reports)
    if failed:
        raise click.exceptions.Exit(CHARTS)
    if outside:
        raise click.exceptions.Exit(DIFFERENCES)


def _objects(root: Path, compared: Reviewed, helm: Engine, base: str) -> tuple[Review, tuple[HydratedApp, ...]]:
    """Return the review of the objects, and what can't be said because Helm failed."""
    from efdgen.cli import helmwarnings
    from efdgen.verbs import locks, objectdiff

    say(f"With {helm.description}")
    trees = compared.trees
    former = open_charts(root, lambda: locks.former(root, trees.lock, trees.base), base)
    with helmwarnings.once(helm):
        found = objectdiff.compare(trees, compared.shown, helm, open_charts(root), former)
    return found.shown, found.failed
