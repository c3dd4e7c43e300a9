"""`efdgen audit`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from efdgen.cli import logins, reaching, vaultvariables
from efdgen.cli.common import (
    DIFFERENCES,
    UNKNOWN,
    complete_environment,
    progress_bar,
    reports_errors,
    repository_root,
    root_option,
)
from efdgen.cli.reaching import complete_token_file, reach_options
from efdgen.cli.reports import Report, Said, Style, publish, report_option
from efdgen.cli.words import one_by_one

if TYPE_CHECKING:
    from efdgen.verbs.audit.asking.reach import Means
    from efdgen.verbs.audit.sites import Logins, Wanted

_FORMATS = ("text", "json", "markdown")


def _complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from efdgen.review.audit import AREAS

    areas = [CompletionItem(area) for area in AREAS if area.startswith(incomplete)]
    return [*complete_environment(ctx, parameter, incomplete), *areas]


@click.command("audit")
@click.argument("words", nargs=-1, metavar="[ENV]... [AREA]...", callback=one_by_one, shell_complete=_complete)
@root_option
@click.option("--brief", is_flag=True, help="Show only what is not as it should be.")
@click.option("--plan", is_flag=True, help="Show who would be asked, and how; nobody is.")
@click.option("--address", default="", metavar="ADDRESS", help="Where hosts behind the ingress controller must lead.")
@click.option("--node-address", default="", metavar="ADDRESS", help="The same of hosts on nodes' own ports.")
@click.option("--former", multiple=True, metavar="NAME", help="A name that it once had: its hosts must be gone.")
@reach_options
@click.option(
    "--argocd-token-file",
    "argocd_token_files",
    metavar="[ENV=]FILE",
    multiple=True,
    shell_complete=complete_token_file,
    help="Where the token for Argo CD is, or that for one environment's. Default: ARGOCD_AUTH_TOKEN.",
)
@click.option(
    "--kube-context",
    "kube_contexts",
    metavar="[ENV=]CONTEXT",
    multiple=True,
    help="Ask Argo CD through kubectl, in this context, or in that of one environment's cluster.",
)
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="text", help="Default: text.")
@report_option(_FORMATS)
@reports_errors
def command(
    words: tuple[str, ...],
    root: Path | None,
    brief: bool,
    plan: bool,
    address: str,
    node_address: str,
    former: tuple[str, ...],
    argocd_token_files: tuple[str, ...],
    kube_contexts: tuple[str, ...],
    format_: str,
    reports: tuple[Report, ...],
    **reaching_options: Any,
) -> None:
    """Ask the real servers whether an environment is as the repository says.

    It reads, and changes nothing; only servers that the specs name are asked. A token goes to one server: that of
    VAULT_ADDR, else the one that all specs name, and not over http. The areas are vault, dns, tls, services
    and argocd; without any, all are looked at; without ENV, the whole fleet.

    Exits with 1 when something is missing or different, and with 6 when all that could be asked is there, and something
    could not be asked.

    \b
    Examples:
      efdgen audit summit
      efdgen audit summit --plan
      efdgen audit summit vault --brief
      efdgen audit dns tls
      efdgen audit summit argocd --kube-context summit
      efdgen audit argocd --kube-context summit=summit-admin --kube-context base=base-admin
      efdgen audit --format json > audit.json
    """
    from efdgen.report import audit as report
    from efdgen.repository import paths
    from efdgen.review.audit import AREAS, ARGOCD, VAULT, Status, worst
    from efdgen.verbs.audit import run as verb
    from efdgen.verbs.audit.sites import Logins, Wanted
    from efdgen.verbs.audit.tokens import Tokens

    environments, areas = verb.told_apart(words)
    asked = areas or AREAS
    folder = repository_root(root)
    known = paths.environment_names(folder)
    files = reaching_options["vault_token_files"]
    login = Logins(
        logins.vault_tokens(files, known, may_ask=not plan) if VAULT in asked else Tokens(),
        logins.argocd_tokens(argocd_token_files, known) if ARGOCD in asked else Tokens(),
        logins.contexts(kube_contexts, known),
    )
    wanted = Wanted(environments, areas, address, node_address, former)
    means = reaching.means(reaching_options, asks_vault=VAULT in asked)
    if plan:
        _show_plan(folder, wanted, means, login, format_, reports)
        return
    now = dt.datetime.now(dt.timezone.utc)
    interrupts: list[bool] = []
    with progress_bar("Asking") as progress:
        found = verb.audit(folder, wanted, means, login, now, progress, lambda: interrupts.append(True))

    def tell(form: str, style: Style) -> list[Said]:
        return [Said(report.FORMATS[form](found, style, is_brief=brief))]

    publish(tell, format_, reports)
    if interrupts:
        raise KeyboardInterrupt
    status = worst(each for audit in found for each in audit.findings)
    if status is not Status.THERE:
        raise click.exceptions.Exit(UNKNOWN if status is Status.UNKNOWN else DIFFERENCES)


def _show_plan(
    folder: Path, wanted: Wanted, means: Means, login: Logins, format_: str, reports: tuple[Report, ...]
) -> None:
    from efdgen.report import auditplan as report
    from efdgen.verbs.audit.planned import planned

    found = planned(folder, wanted, means, login)
    unused = tuple(vaultvariables.unused())

    def tell(form: str, style: Style) -> list[Said]:
        return [Said(report.FORMATS[form](found, unused, style))]

    publish(tell, format_, reports)
