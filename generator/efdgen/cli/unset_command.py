"""`efdgen unset`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli import edits
from efdgen.cli.common import reports_errors, root_option


@click.command("unset")
@click.argument("words", nargs=-1, metavar="WHERE... APP.PATH", shell_complete=edits.complete_place)
@root_option
@click.option("--provided", is_flag=True, help="Of an app: say that the cluster has it from elsewhere now.")
@edits.dry_run_option
@reports_errors
def command(words: tuple[str, ...], root: Path | None, provided: bool, dry_run: bool) -> None:
    """Take out what a layer says, so that what the layers below say holds again; show what that changes.

    Mappings that would hold nothing then go along. An app alone is not listed any more: it is deployed no longer.
    To take away what a layer below says, set null. With --provided, the app is left to the cluster: it is no longer
    listed, and is among cluster.provides.

    \b
    Examples:
      efdgen unset summit influxdb.persistence.size
      efdgen unset ncsa kafka.storageSize --dry-run
      efdgen unset summit kafdrop
      efdgen unset summit ingress-nginx --provided
    """
    from efdgen.errors import InvalidEditError
    from efdgen.explain.edits import making, slips

    layers, path, _ = edits.split(words, 0, "efdgen unset WHERE... APP.PATH")
    sources = edits.opened(root, dry_run=dry_run)
    targets = [sources.there(sources.target(layer, path)) for layer in layers]
    made = [making.remove(target) for target in targets]
    if provided:
        made = [edit for target in targets for edit in edits.handed_over(sources, target, to_cluster=True)]
    try:
        edits.run(sources, made, dry_run=dry_run)
    except InvalidEditError as error:
        raise InvalidEditError(slips.advised(error.problems, targets, ""), error.instead) from None
