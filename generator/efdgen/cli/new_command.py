"""`efdgen new`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from efdgen.cli import completing
from efdgen.cli.common import complete_defined_app, complete_environment, reports_errors, root_option, told
from efdgen.cli.interrupted import root_to_edit
from efdgen.cli.reports import Said, Style, publish
from efdgen.cli.streams import say
from efdgen.cli.words import one_by_one

if TYPE_CHECKING:
    from efdgen.explain.edits.drafting import Answers
    from efdgen.verbs.new import Environments


@click.command("new")
@click.argument("name", metavar="ENV")
@root_option
@click.option("--like", "other", metavar="ENV", default="", shell_complete=complete_environment, help="Copy this spec.")
@click.option("--site", metavar="SITE", default="", shell_complete=completing.site, help="The site that it joins.")
@click.option("--title", metavar="TEXT", default="", help="Its name as people write it; else it follows from the name.")
@click.option("--place", metavar="TEXT", default="", help='Where it is, as it follows "at"; else the title.')
@click.option("--kubernetes-version", metavar="VERSION", default="", help="What the cluster runs.")
@click.option("--storage-class", metavar="NAME", default="", help="The storage class of volumes.")
@click.option(
    "--provides", metavar="APP", multiple=True, shell_complete=complete_defined_app, help="What the cluster has."
)
@click.option(
    "--app",
    "apps",
    metavar="APP",
    multiple=True,
    callback=one_by_one,
    shell_complete=complete_defined_app,
    help="An app to deploy.",
)
@click.option("--dry-run", is_flag=True, help="Show the spec and what comes next; write nothing.")
@reports_errors
def command(
    name: str,
    root: Path | None,
    other: str,
    site: str,
    title: str,
    place: str,
    kubernetes_version: str,
    storage_class: str,
    provides: tuple[str, ...],
    apps: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Write the spec of a new environment, and say what comes next: hosts, Vault paths, the runbook.

    On a terminal, what can't be derived and is not said is asked for. Apps that others require are listed with them;
    without --app, those that most environments have. --like copies another spec, without what is that environment's
    own, such as hosts.

    \b
    Examples:
      efdgen new antu --place Antu --kubernetes-version 1.27.4 --storage-class longhorn
      efdgen new ncsa-test --site ncsa --app chronograf --app kapacitor
      efdgen new antu --like summit --dry-run
    """
    from efdgen.explain.edits.drafting import Answers
    from efdgen.report import new as report
    from efdgen.verbs import new as verb

    folder = root_to_edit(root, dry_run=dry_run)
    environments = verb.Environments(folder)
    answers = Answers(site, title, place, kubernetes_version, storage_class, provides)
    if is_terminal() and not other:
        answers = _asked(environments, answers)
    drafted = environments.draft(name, other, answers, apps)

    def tell(form: str, style: Style) -> list[Said]:
        warnings = told(drafted.warnings, form, style, folder, {drafted.file: drafted.text})
        return [Said(report.drafted(drafted, style)), *warnings]

    publish(tell, "text", ())
    if dry_run:
        say("Nothing was written (--dry-run)")
        return
    verb.write(folder, drafted)
    say(f"wrote {drafted.file}; read it, then run: efdgen render")


_OF_THE_CLUSTER = "the cluster's own"


def is_terminal() -> bool:
    """Say whether somebody is there who can be asked."""
    return sys.stdin.isatty()


def _asked(environments: Environments, answers: Answers) -> Answers:
    """Ask for what is not said yet, and again at once where an answer can't be; what is left empty is not said."""
    if environments.fault(answers):
        return answers  # what is refused anyhow costs nobody four answers

    def ask(question: str, hint: str, answered: Callable[[str], Answers]) -> Answers:
        def read(text: str) -> Answers:
            fault = environments.fault(answered(text))
            if fault:
                raise click.BadParameter(fault)
            return answered(text)

        found: Answers = click.prompt(f"{question} ({hint})", default="", show_default=False, value_proc=read)
        return found

    def below(*path: str) -> str:
        default = environments.default(answers.site, path)
        shown = default if isinstance(default, str) and "<%" not in default else ""
        return f"empty: {shown or (_OF_THE_CLUSTER if default is None else 'as the name')}"

    if environments.sites and not answers.site:
        answers = ask("Site", f"{', '.join(environments.sites)}; empty: none", lambda text: answers._replace(site=text))
    if not answers.place:
        where = 'Where is it, as it follows "at"'
        answers = ask(where, below("place"), lambda text: answers._replace(place=text))
    if not answers.kubernetes_version:
        hint = below("cluster", "kubernetesVersion")
        answers = ask("Kubernetes version", hint, lambda text: answers._replace(kubernetes_version=text))
    if not answers.storage_class:
        hint = below("cluster", "storageClass")
        answers = ask("Storage class of volumes", hint, lambda text: answers._replace(storage_class=text))
    return answers
