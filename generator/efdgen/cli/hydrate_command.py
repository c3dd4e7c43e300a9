"""`efdgen hydrate`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from efdgen.cli import helmwarnings
from efdgen.cli.common import (
    app_option,
    complete_app,
    complete_environment,
    no_cache_option,
    reports_errors,
    repository_root,
    root_option,
)
from efdgen.cli.helm_options import choose, engine_option, open_charts, report_failures
from efdgen.cli.interrupted import finish_interrupted
from efdgen.cli.streams import say, say_warning
from efdgen.cli.words import one_by_one
from efdgen.repository import paths
from efdgen.verbs import render

if TYPE_CHECKING:
    from efdgen.helm.hydrate import HydratedApp


@click.command("hydrate")
@click.argument("environment", metavar="ENV", shell_complete=complete_environment)
@click.argument("named", nargs=-1, metavar="[APP]...", callback=one_by_one, shell_complete=complete_app)
@app_option
@root_option
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Write a file an app in there.")
@click.option("--format", "format_", type=click.Choice(["yaml", "json"]), default="yaml", help="Default: yaml.")
@engine_option
@no_cache_option
@reports_errors
def command(
    environment: str,
    named: tuple[str, ...],
    apps: tuple[str, ...],
    root: Path | None,
    output: Path | None,
    format_: str,
    engine: str,
    no_cache: bool,
) -> None:
    """Show the Kubernetes objects that Argo CD would apply, made by Helm from rendered/ as it is.

    No APP: all of the environment's, and efd, the parent chart. APP and --app APP say the same.

    \b
    Examples:
      efdgen hydrate summit
      efdgen hydrate summit influxdb efd
      efdgen hydrate summit -o hydrated/summit
    """
    from efdgen.helm import hydrate
    from efdgen.language.shown import count
    from efdgen.output import resultfolder
    from efdgen.report import hydrate as report
    from efdgen.verbs import hydrate as verb

    apps = (*named, *apps)
    folder = repository_root(root)
    there = {}
    if output is not None:
        resultfolder.refuse_inside(output, folder / render.OUTPUT)
        finish_interrupted(output, str(output))
        there = resultfolder.read(output, report.is_result)
    deployed = verb.deployed(folder, environment)
    capabilities = hydrate.capabilities(deployed.tree, environment, deployed.cluster)
    helm = choose(engine, no_cache=no_cache, whole=True)
    _introduce(helm, capabilities, deployed, environment)
    locked = open_charts(folder)
    charts = verb.ChartsOfFormerPins(locked) if deployed.is_outdated else locked
    made = hydrate.hydrate(deployed.tree, environment, apps, helm, charts, capabilities)
    with helmwarnings.once(helm) as shown, _progress(made, shown) as results:
        found = sorted(results, key=lambda result: (result.app != paths.PARENT, result.app))
    done = [result for result in found if not result.error]
    if output is None and format_ == "json":
        click.echo(report.as_json(found))
    elif output is None:
        click.echo(report.as_yaml(done), nl=bool(done))
    else:
        files = {f"{result.app}.{format_}": report.file(result, format_) for result in done}
        if apps:
            # The other apps' files stay; what failed leaves none that could be taken for its result.
            done_now = {result.app for result in found}
            files = {**{name: old for name, old in there.items() if Path(name).stem not in done_now}, **files}
        for change in resultfolder.replace(output, there, files):
            click.echo(f"{change.kind.value:7} {output / change.path}")
        say(f"{count(len(done), 'app')} in {output}")
    report_failures([result for result in found if result.error])


def _introduce(engine: Any, capabilities: Any, deployed: Any, environment: str) -> None:
    """Say what the objects are made with, and for which cluster."""
    say(f"With {engine.description}, for Kubernetes {capabilities.kubernetes_version}")
    warnings = list(engine.cautions)
    if deployed.is_outdated:
        warnings.append(f"rendered/ is not what the specs render to; see: efdgen check {environment}")
    if deployed.cluster is None:
        warnings.append(
            "the specs are invalid: rendered/ names the Kubernetes version, and cluster.apiVersions is unknown"
        )
    for warning in warnings:
        say_warning(str(warning))


@contextlib.contextmanager
def _progress(results: Iterator[HydratedApp], stream: TextIO) -> Iterator[Iterator[HydratedApp]]:
    """Show the apps that are done, on a terminal."""
    if not stream.isatty():
        yield results
        return
    with click.progressbar(results, label="Hydrating", file=stream, item_show_func=_name) as bar:
        yield iter(bar)


def _name(result: HydratedApp | None) -> str:
    return result.app if result else ""
