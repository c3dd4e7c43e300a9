"""`efdgen rbac`."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from efdgen.cli import completing, others
from efdgen.cli.common import DIFFERENCES, complete_environment, reports_errors, repository_root, root_option

_RESOURCE = "resource"


def _complete(_ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the resources, and the actions that any of them knows."""
    from efdgen.environment import permissions

    actions = sorted({action for known in permissions.ACTIONS.values() for action in known})
    words = permissions.ACTIONS if parameter.name == _RESOURCE else actions
    return [CompletionItem(word) for word in words if word.startswith(incomplete)]


@click.command("rbac")
@click.argument("environment", metavar="ENV", shell_complete=complete_environment)
@click.argument("can", metavar="can", type=click.Choice(["can"]))
@click.argument("subject", metavar="SUBJECT", shell_complete=completing.rbac_subject)
@click.argument("action", metavar="ACTION", shell_complete=_complete)
@click.argument(_RESOURCE, metavar="RESOURCE", shell_complete=_complete)
@click.argument("object_", metavar="[OBJECT]", default="", shell_complete=completing.rbac_object)
@root_option
@click.option(
    "--group",
    "groups",
    multiple=True,
    metavar="GROUP",
    shell_complete=completing.rbac_subject,
    help="A group of the user SUBJECT. As often as wanted.",
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Default: text.")
@reports_errors
def command(
    environment: str,
    can: str,  # noqa: ARG001 - the only question there is; others may come
    subject: str,
    action: str,
    resource: str,
    object_: str,
    root: Path | None,
    groups: tuple[str, ...],
    format_: str,
) -> None:
    """Say what Argo CD would answer: whether a subject may do something, by the policies that ENV renders.

    SUBJECT is a user, a group, a role, or a role of an AppProject, proj:<project>:<role>; OBJECT is
    <project>/<application> for applications. With --group, SUBJECT is a user, who may what any of the groups may. The
    line that decides is shown. What must stay true can be written under argocd.rbac.tests: validate asks it. The exit
    status is 1 for no.

    The answers are those of Argo CD 3. In 2, update and delete of an Application were of its resources, too.

    \b
    Examples:
      efdgen rbac summit can "lsst-sqre:EFD ops" sync applications default/influxdb
      efdgen rbac summit can role:readonly delete applications
      efdgen rbac summit can ann sync applications default/influxdb --group "lsst-sqre:EFD ops" --group lsst-sqre:guests
    """
    from efdgen.environment.permissions import Question
    from efdgen.report import rbac as report
    from efdgen.verbs import rbac as verb

    resolved = others.resolve(repository_root(root), (environment,))
    answer = verb.can(resolved, Question(subject, action, resource, object_, groups))
    click.echo(report.as_json(answer) if format_ == "json" else report.text(answer, click.style))
    if not answer.decision.allowed:
        raise click.exceptions.Exit(DIFFERENCES)
