"""`efdgen charts`: fetch, verify, keys, diff, upgrade, outdated."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from efdgen.cli import completing, upgraded
from efdgen.cli.common import (
    CHARTS,
    INVALID_INPUT,
    complete_defined_app,
    no_cache_option,
    reports_errors,
    repository_root,
    root_option,
    show,
    timeout_option,
)
from efdgen.cli.helm_options import engine_option, report_failures
from efdgen.cli.interrupted import root_to_edit
from efdgen.cli.streams import say, say_error, say_warning
from efdgen.cli.words import one_by_one

if TYPE_CHECKING:
    from efdgen.helm.charts.outcomes import Failure


def _complete_chart(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the names of pinned charts that begin like what was typed."""
    from efdgen.errors import EfdgenError
    from efdgen.verbs import charts, project

    try:
        pinned = charts.pinned(project.find_root(Path(ctx.params.get("root") or ".").resolve()))
    except EfdgenError:
        return []
    return [CompletionItem(name) for name in sorted({chart.name for chart in pinned}) if name.startswith(incomplete)]


@click.group("charts")
def command() -> None:
    """Fetch and verify the third-party charts that app definitions pin, and find newer ones.

    charts.lock, which is committed, says which archive each chart is; archives are kept in a cache outside of the
    repository. docs/charts.md says more.

    \b
    Examples:
      efdgen charts fetch
      efdgen charts verify
      efdgen charts keys
      efdgen charts outdated
      efdgen charts upgrade influxdb
    """


@command.command("fetch")
@root_option
@timeout_option
@click.option(
    "--accept",
    "accepted",
    metavar="CHART",
    multiple=True,
    shell_complete=_complete_chart,
    help="Download this chart again, and take it even if it is another archive than the one that is locked.",
)
@click.option(
    "--base",
    metavar="REV",
    shell_complete=completing.revision,
    help="Download what charts.lock of this Git revision says instead, for efdgen diff --base REV --hydrate.",
)
@reports_errors
def fetch_command(root: Path | None, timeout: float, accepted: tuple[str, ...], base: str | None) -> None:
    """Download pinned charts that are not in the cache, check them, and bring charts.lock up to date.

    What charts.lock says of a version is never changed, unless the chart is accepted by name.

    Exits with 5 when a chart can't be fetched; the others are fetched and locked all the same.

    \b
    Examples:
      efdgen charts fetch
      efdgen charts fetch --timeout 120
      efdgen charts fetch --accept influxdb
      efdgen charts fetch --base main
    """
    from efdgen.report import charts
    from efdgen.verbs import charts as fetch

    if base is not None:
        if accepted:
            raise click.UsageError("--accept is about charts.lock as it is now, and --base about another")
        from efdgen.verbs import formercharts

        former = formercharts.fetch(repository_root(root), base, timeout)
        click.echo(charts.fetched_former(former.base, former.fetched, former.kept, click.style))
        return _end(former.failures)
    outcome = fetch.fetch(repository_root(root), timeout, accepted)
    click.echo(charts.fetched(outcome, click.style))
    for mirror in outcome.idle:
        say_warning(f"{mirror.source}: no chart's repository or archive begins with the mirror's {mirror.prefix}")
    return _end(outcome.failures)


@command.command("verify")
@root_option
@reports_errors
def verify_command(root: Path | None) -> None:
    """Check, offline, that each pinned chart is in charts.lock and, undamaged, in the cache or vendored.

    Exits with 5 when one is not, or when charts.lock has an entry that no app pins.

    \b
    Examples:
      efdgen charts verify
    """
    from efdgen.verbs import charts as fetch

    count, failures = fetch.verify(repository_root(root))
    if not failures:
        click.echo(f"{count} charts are locked and at hand, undamaged")
    _end(failures)


@command.command("keys")
@click.argument("apps", metavar="[APP]...", nargs=-1, callback=one_by_one, shell_complete=complete_defined_app)
@root_option
@reports_errors
def keys_command(apps: tuple[str, ...], root: Path | None) -> None:
    """Write chart-keys.yaml: which values each app's charts know, made from the locked charts.

    Without an app, of all that have charts. What templates read, what the charts' values and schemas name, and the
    same of charts inside charts, is known. Exits with 5 when a chart is not there; the others are written all the same.

    \b
    Examples:
      efdgen charts keys
      efdgen charts keys influxdb
    """
    from efdgen.report import charts
    from efdgen.verbs import chartkeys

    outcome = chartkeys.write(root_to_edit(root), apps)
    click.echo(charts.keys(outcome, click.style))
    _end(outcome.failures)


_chart_option = click.option(
    "--chart",
    "key",
    metavar="KEY",
    default="",
    shell_complete=completing.chart_key,
    help="Which of the app's charts, where it has several.",
)


@command.command("diff")
@click.argument("app", metavar="APP", shell_complete=complete_defined_app)
@click.argument("versions", metavar="[OLD] NEW", nargs=-1, required=True)
@root_option
@_chart_option
@timeout_option
@click.option("--all", "is_whole", is_flag=True, help="Show every default that differs.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@reports_errors
def diff_command(
    app: str, versions: tuple[str, ...], root: Path | None, key: str, timeout: float, is_whole: bool, format_: str
) -> None:
    """Compare two versions of a chart that an app pins; without OLD, NEW is compared with the pinned one.

    Shows what of our overrides, in any layer, NEW does not read any more, which values it insists on, which defaults
    differ, and whether it is for each cluster. Changes nothing; what is not in the cache is downloaded to it.

    \b
    Examples:
      efdgen charts diff influxdb 3.1.1
      efdgen charts diff influxdb 3.0.9 3.1.1 --all
      efdgen charts diff ingress-nginx 4.0.19 --format json
    """
    from efdgen.report import chartreview
    from efdgen.verbs import chartreview as compare

    if len(versions) > 2:  # noqa: PLR2004 - two versions are compared
        raise click.UsageError("name one version or two: [OLD] NEW")
    found = compare.review(repository_root(root), app, versions, timeout, key)
    text = chartreview.as_text(found, click.style, is_whole=is_whole)
    click.echo(chartreview.as_json(found) if format_ == "json" else text)


@command.command("upgrade")
@click.argument("app", metavar="APP", shell_complete=complete_defined_app)
@click.argument("version", metavar="[VERSION]", default="")
@root_option
@_chart_option
@timeout_option
@engine_option
@no_cache_option
@reports_errors
def upgrade_command(
    app: str, version: str, root: Path | None, key: str, timeout: float, engine: str, no_cache: bool
) -> None:
    """Pin another version of an app's chart: app.yaml, charts.lock, chart-keys.yaml; then show what that does.

    Without VERSION, the newest of the same major version that is for every cluster of the app. In app.yaml only the
    version changes. The review is that of `efdgen charts diff`, then, if there is Helm, that of
    `efdgen diff --hydrate`, and what `efdgen lint` finds then and did not before.

    Exits with 5 when the chart can't be had, or Helm fails; with 3 when the specs do not fit the new version.

    \b
    Examples:
      efdgen charts upgrade influxdb
      efdgen charts upgrade ingress-nginx 4.0.19
    """
    from efdgen.report import chartreview
    from efdgen.report import charts as report
    from efdgen.verbs import chartupgrade

    folder = root_to_edit(root)
    done = chartupgrade.upgrade(folder, app, version, timeout, key)
    if done.choice is not None:
        say(report.choice(app, done.choice, key))
    if done.chart is None:
        return
    click.echo(chartreview.as_text(done.chart, click.style))
    click.echo("")
    failed = upgraded.show(folder, done, engine, no_cache=no_cache)
    click.echo("")
    click.echo(f"{click.style('wrote', fg='green')} {', '.join(done.written)}")
    for line in report.loosened(done.looser):
        click.echo(line)
    back = f"to take it back: git restore {' '.join(done.written)}"
    if done.problems:
        click.echo(f"What is wrong now is to be fixed before efdgen render; {back}")
        show(done.problems, "text", root)
        raise click.exceptions.Exit(INVALID_INPUT)
    click.echo(f"If that is what you want, run: efdgen render; {back}")
    report_failures(failed)


@command.command("outdated")
@root_option
@timeout_option
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@reports_errors
def outdated_command(root: Path | None, timeout: float, format_: str) -> None:
    """Show which pinned charts have newer versions in their repositories.

    Prereleases count only where a prerelease is pinned. Exits with 5 when a repository can't be asked; what the
    others have is shown all the same.

    \b
    Examples:
      efdgen charts outdated
      efdgen charts outdated --format json
    """
    from efdgen.report import charts
    from efdgen.verbs import newercharts

    found = newercharts.outdated(repository_root(root), timeout)
    click.echo(
        charts.newer_as_json(found.charts) if format_ == "json" else charts.newer_as_text(found.charts, click.style)
    )
    _end(found.failures)


def _end(failures: Iterable[Failure]) -> None:
    """Show what went wrong, if anything did, and end with the status for it."""
    failures = list(failures)
    for failure in failures:
        say_error(f"{failure}")
    if failures:
        raise click.exceptions.Exit(CHARTS)
