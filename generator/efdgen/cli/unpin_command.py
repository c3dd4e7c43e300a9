"""`efdgen unpin`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli import edits
from efdgen.cli.common import reports_errors, root_option


@click.command("unpin")
@click.argument("words", nargs=-1, metavar="WHERE... APP.PATH", shell_complete=edits.complete_pin)
@root_option
@edits.dry_run_option
@reports_errors
def command(words: tuple[str, ...], root: Path | None, dry_run: bool) -> None:
    """Take a pin away, so that the value of all environments holds here, too; show what that changes.

    \b
    Examples:
      efdgen unpin summit influxdb.image.tag
      efdgen unpin ncsa kapacitor.image.tag --dry-run
    """
    from efdgen.explain.edits import making

    layers, path, _ = edits.split(words, 0, "efdgen unpin WHERE... APP.PATH")
    sources = edits.opened(root, dry_run=dry_run)
    made = [making.remove(sources.pinned(layer, path)) for layer in layers]
    edits.run(sources, made, dry_run=dry_run)
