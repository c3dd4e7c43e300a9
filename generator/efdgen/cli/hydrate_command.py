"""`efdgen hydrate`."""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from efdgen.cli.common import CHARTS, complete_environment, reports_errors, repository_root, root_option

if TYPE_CHECKING:
    from efdgen.hydrate import HydratedApp


@click.command("hydrate")
@click.argument("environment", metavar="ENV", shell_complete=complete_environment)
@click.argument("apps", nargs=-1, metavar="[APP]...")
@root_option
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Write a file an app in there.")
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", help="Default: yaml.")
@click.option(
    "--engine",
    "way",
    type=click.Choice(["auto", "helm", "sdk"]),
    default="auto",
    help="The helm command, or Helm's library. Default: the command where it is installed.",
)
@reports_errors
def command(
    environment: str, apps: tuple[str, ...], root: Path | None, output: Path | None, form: str, way: str
) -> None:
    """Show the Kubernetes objects that Argo CD would apply, made by Helm from rendered/ as it is.

    No APP: all of the environment's, and efd, the parent chart.

    \b
    Examples:
      efdgen hydrate summit
      efdgen hydrate summit influxdb efd
      efdgen hydrate summit -o hydrated/summit
    """
    from efdgen import helm, hydrate, pipeline, resultfolder
    from efdgen.report import hydrated

    folder = repository_root(root)
    there = {}
    if output is not None:
        resultfolder.refuse_inside(output, folder / pipeline.OUTPUT)
        there = resultfolder.read(output, hydrated.MARKS.values())
    deployed = pipeline.deployed(folder, environment)
    capabilities = hydrate.capabilities(deployed.tree, environment, deployed.cluster)
    engine = helm.choose(way)
    _introduce(engine, capabilities, deployed, environment)
    charts = _Charts(folder)
    with _progress(hydrate.hydrate(deployed.tree, environment, apps, engine, charts, capabilities)) as results:
        found = sorted(results, key=lambda result: (result.app != "efd", result.app))
    done = [result for result in found if not result.error]
    if output is None and form == "json":
        click.echo(hydrated.as_json(found))
    elif output is None:
        click.echo(hydrated.as_yaml(done), nl=bool(done))
    else:
        files = {f"{result.app}.{form}": hydrated.file(result, form) for result in done}
        if apps:
            # The other apps' files stay; what failed leaves none that could be taken for its result.
            named = {result.app for result in found}
            files = {**{name: old for name, old in there.items() if Path(name).stem not in named}, **files}
        for change in resultfolder.replace(output, there, files):
            click.echo(f"{change.kind.value:7} {output / change.path}")
        click.echo(f"{len(done)} apps in {output}", err=True)
    _report_failures([result for result in found if result.error])


def open_charts(root: Path) -> Any:
    """Return the repository's chart cache."""
    return importlib.import_module("efdgen.charts.cache").Charts.open(root)


class _Charts:
    """The chart cache, opened when the first chart is asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._cache: Any = None
        self._opening = threading.Lock()

    def archive(self, chart: Any) -> bytes:
        """Return a chart's archive."""
        with self._opening:
            if self._cache is None:
                self._cache = open_charts(self._root)
        content: bytes = self._cache.archive(chart)
        return content


def _introduce(engine: Any, capabilities: Any, deployed: Any, environment: str) -> None:
    """Say what the objects are made with, and for which cluster."""
    click.echo(f"With {engine.description}, for Kubernetes {capabilities.kubernetes_version}", err=True)
    warnings = list(engine.cautions)
    if deployed.is_outdated:
        warnings.append(f"rendered/ is not what the specs render to; see: efdgen check {environment}")
    if deployed.cluster is None:
        warnings.append(
            "the specs are invalid: rendered/ names the Kubernetes version, and cluster.apiVersions is unknown"
        )
    for warning in warnings:
        click.echo(f"{click.style('warning:', fg='yellow', bold=True)} {warning}", err=True)


@contextlib.contextmanager
def _progress(results: Iterator[HydratedApp]) -> Iterator[Iterator[HydratedApp]]:
    """Show the apps that are done, on a terminal."""
    if not sys.stderr.isatty():
        yield results
        return
    with click.progressbar(results, label="Hydrating", file=sys.stderr, item_show_func=_name) as bar:
        yield iter(bar)


def _name(result: HydratedApp | None) -> str:
    return result.app if result else ""


def _report_failures(failed: Sequence[HydratedApp]) -> None:
    from efdgen.helm import messages

    if not failed:
        return
    for result in failed:
        click.echo(f"{click.style('error:', fg='red', bold=True)} {result.app}: {result.error}", err=True)
        advice = messages.advice(result.error)
        if advice:
            click.echo(f"  {advice}", err=True)
    raise click.exceptions.Exit(CHARTS)
