"""`efdgen set`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli import edits
from efdgen.cli.common import reports_errors, root_option
from efdgen.cli.streams import say

_USAGE = "efdgen set WHERE... APP.PATH VALUE"


@click.command("set")
@click.argument("words", nargs=-1, metavar="WHERE... APP.PATH [VALUE]", shell_complete=edits.complete_place)
@root_option
@click.option("--add", multiple=True, metavar="VALUE", help="Put one more item at the end of a list.")
@click.option("--add-first", multiple=True, metavar="VALUE", help="Put one more item at the top of a list.")
@click.option("--remove", multiple=True, metavar="VALUE", help="Take an item out of a list.")
@click.option("--replace", is_flag=True, help="Let a mapping take the place of one that says more.")
@edits.dry_run_option
@reports_errors
def command(
    words: tuple[str, ...],
    root: Path | None,
    add: tuple[str, ...],
    add_first: tuple[str, ...],
    remove: tuple[str, ...],
    replace: bool,
    dry_run: bool,
) -> None:
    """Change a value in the file that people write, and show what that changes. Comments and other lines stay.

    WHERE is an environment, several, a site, `defaults` (what all environments share) or `definition` (what the app's
    folder says). APP.PATH is a value of an app's chart, or a setting such as parameters; a fact, such as kafka.broker,
    stands without an app. An app alone, with the value {}, is listed: that deploys it.

    VALUE is YAML: 3, true, null, {} or [a, b]; anything else is text, and "3" is, too. What validate refuses is refused
    before anything is written. A mapping takes the place of the one that the layer has: where that takes values away,
    it is refused without --replace. A value that begins with a hyphen stands behind --.

    \b
    Examples:
      efdgen set summit influxdb.persistence.size 50Gi
      efdgen set summit base influxdb.config.http.max_row_limit 10000
      efdgen set ncsa cluster.storageClass nfs --dry-run
      efdgen set definition influxdb.image.tag 1.8.10
      efdgen set summit kafdrop {}
      efdgen set summit feed.news --add-first maintenance
    """
    from efdgen.explain.edits import making, replacing
    from efdgen.language.layers import ABSENT

    listed = bool(add or add_first or remove)
    layers, path, given = edits.split(words, 0 if listed else 1, _USAGE)
    sources = edits.opened(root, dry_run=dry_run)
    made = []
    for target in (sources.target(layer, path) for layer in layers):
        if listed:
            items = making.Items(add, add_first, remove)
            made.append(making.in_list(target, items, sources.value_at(target), sources.below(target)))
        else:
            again = f"efdgen pin {target.where} {path} {given[0]} --reason ..., or efdgen unpin {target.where} {path}"
            sources.refuse_pinned(target, again)
            value = edits.value_of(sources, target, given[0])
            if not replace:
                own = sources.value_at(target)
                replacing.refuse_taking_away(target, own, value)
                if replacing.lists_again(target, value) and own not in (ABSENT, None, {}):
                    say(
                        f"{target.where} lists {target.app} already, and what it says of it stays; "
                        f"--replace takes it away"
                    )
            made.append(making.put(target, value, anew=replace))
    edits.run(sources, made, dry_run=dry_run)
