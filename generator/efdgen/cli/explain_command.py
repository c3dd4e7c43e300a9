"""`efdgen explain`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli import completing, others
from efdgen.cli.common import complete_environment, reports_errors, repository_root, root_option
from efdgen.cli.helm_options import open_charts
from efdgen.cli.streams import say
from efdgen.repository import paths


@click.command("explain")
@click.argument("environment", metavar="ENV", shell_complete=complete_environment)
@click.argument("question", metavar="[APP[.PATH]]", default="", shell_complete=completing.question)
@root_option
@click.option("--hosts", "subject", flag_value="hosts", help="The public hosts, and where each comes from.")
@click.option("--secrets", "subject", flag_value="secrets", help="The Vault paths, and where each comes from.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@reports_errors
def command(environment: str, question: str, root: Path | None, subject: str | None, format_: str) -> None:
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
    from efdgen.report import explain as report
    from efdgen.verbs import explain as verb

    if subject and question:
        raise UsageError(f"--{subject} is about all of {environment}: leave out {question!r}")
    folder = repository_root(root)
    defaults = verb.ChartDefaults(folder, open_charts(folder), say)
    found = verb.explain(folder, environment, defaults, defaults.switched_off)
    others.tell(found.problems, folder)
    if subject == "hosts":
        hosts = list(found.hosts())
        text = report.as_json(hosts) if format_ == "json" else report.hosts(hosts, click.style)
    elif subject == "secrets":
        secrets = list(found.secrets())
        text = report.as_json(secrets) if format_ == "json" else report.secrets(secrets, click.style)
    elif question:
        answers = questions.ask(found, question)
        if format_ == "json":
            text = report.as_json(answers)
        else:
            show = report.lines if question in (*found.apps, paths.PARENT) else report.blocks
            text = show(answers, click.style)
    else:
        facts = questions.facts(found)
        text = (
            report.as_json(facts)
            if format_ == "json"
            else report.overview(facts, questions.apps(found), environment, click.style)
        )
    click.echo(text)
