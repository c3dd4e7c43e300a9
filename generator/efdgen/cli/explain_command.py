"""`efdgen explain`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from efdgen.cli.common import complete_environment, reports_errors, repository_root, root_option
from efdgen.repository import paths
from efdgen.verbs import project

if TYPE_CHECKING:
    from efdgen.helm.charts.cache import Charts
    from efdgen.language.layers import Layer
    from efdgen.repository.model import AppDefinition


def _complete_app(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from efdgen.errors import UsageError
    from efdgen.repository import load

    try:
        root = project.find_root(Path(ctx.params.get("root") or ".").resolve())
    except UsageError:
        return []
    spec = load.load(root).environments.get(ctx.params.get("environment") or "")
    return [CompletionItem(app) for app in (spec.apps if spec else ()) if app.startswith(incomplete)]


class _ChartDefaults:
    """The values that charts bring themselves, from the chart cache; says once when they can't be had."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._charts: Charts | None = None
        self._has_said = False

    def __call__(self, definition: AppDefinition) -> tuple[Layer, ...]:
        from efdgen.errors import ChartError
        from efdgen.explain import defaults
        from efdgen.helm.charts import archive
        from efdgen.helm.charts.cache import Charts

        chart = definition.chart
        try:
            if self._charts is None:
                self._charts = Charts.open(self._root)
            texts = archive.default_values(self._charts.archive(chart))
        except ChartError as error:
            if not self._has_said:
                click.echo(f"chart defaults are not shown: {error}", err=True)
            self._has_said = True
            return ()
        return defaults.layers(f"{chart.name}-{chart.version}.tgz", texts)


@click.command("explain")
@click.argument("environment", metavar="ENV", shell_complete=complete_environment)
@click.argument("question", metavar="[APP[.PATH]]", default="", shell_complete=_complete_app)
@root_option
@click.option("--hosts", "subject", flag_value="hosts", help="The public hosts, and where each comes from.")
@click.option("--secrets", "subject", flag_value="secrets", help="The Vault paths, and where each comes from.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@reports_errors
def command(environment: str, question: str, root: Path | None, subject: str | None, form: str) -> None:
    """Say why a value is what it is: every layer that had a say, with file and line; `*` marks the one that wins.

    APP.PATH is a value of an app's chart, of its wrapper chart (hosts, vault) or of the app's parameters. A fact, such
    as kafka.broker, stands without an app. An app without a path: all its values, a line each.

    \b
    Examples:
      efdgen explain summit influxdb.persistence.size
      efdgen explain summit influxdb
      efdgen explain summit kafka.broker
      efdgen explain summit efd.applications.influxdb.path
      efdgen explain summit --hosts
      efdgen explain summit --secrets --format json
      efdgen explain summit
    """
    from efdgen.errors import UsageError
    from efdgen.explain import questions
    from efdgen.report import explanation
    from efdgen.verbs.explain import explain

    if subject and question:
        raise UsageError(f"--{subject} is about all of {environment}: leave out {question!r}")
    folder = repository_root(root)
    found = explain(folder, environment, _ChartDefaults(folder))
    if subject == "hosts":
        hosts = list(found.hosts())
        text = explanation.as_json(hosts) if form == "json" else explanation.hosts(hosts, click.style)
    elif subject == "secrets":
        secrets = list(found.secrets())
        text = explanation.as_json(secrets) if form == "json" else explanation.secrets(secrets, click.style)
    elif question:
        answers = questions.ask(found, question)
        if form == "json":
            text = explanation.as_json(answers)
        else:
            show = explanation.lines if question in (*found.apps, paths.PARENT) else explanation.blocks
            text = show(answers, click.style)
    else:
        facts = questions.facts(found)
        text = (
            explanation.as_json(facts)
            if form == "json"
            else explanation.overview(facts, questions.apps(found), environment, click.style)
        )
    click.echo(text)
