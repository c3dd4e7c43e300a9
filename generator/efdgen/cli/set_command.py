"""`efdgen set`."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from efdgen.cli import edits
from efdgen.cli.common import reports_errors, root_option
from efdgen.cli.streams import say
from efdgen.language.layers import ABSENT
from efdgen.language.tuples import NamedTuple

if TYPE_CHECKING:
    from efdgen.explain.edits.making import Edit, Items
    from efdgen.explain.edits.model import Target
    from efdgen.verbs.edit import Sources
    from efdgen.verbs.edited import Edited
    from efdgen.verbs.readings import Word

_USAGE = "efdgen set WHERE... APP.PATH VALUE   (the value {} lists an app)"


class _Edits(NamedTuple):
    """Edits, the same with the other reading of what was typed, and what only YAML says is a number."""

    edits: list[Edit]
    others: list[Edit]
    words: list[Word]


@click.command("set")
@click.argument("words", nargs=-1, metavar="WHERE... APP.PATH [VALUE]", shell_complete=edits.complete_place)
@root_option
@click.option("--add", multiple=True, metavar="VALUE", help="Put one more item at the end of a list.")
@click.option("--add-first", multiple=True, metavar="VALUE", help="Put one more item at the top of a list.")
@click.option("--remove", multiple=True, metavar="VALUE", help="Take an item out of a list.")
@click.option("--replace", is_flag=True, help="Let a mapping take the place of one that says more.")
@click.option("--not-provided", is_flag=True, help="With {} for an app: the cluster has it from elsewhere no longer.")
@edits.dry_run_option
@reports_errors
def command(
    words: tuple[str, ...],
    root: Path | None,
    add: tuple[str, ...],
    add_first: tuple[str, ...],
    remove: tuple[str, ...],
    replace: bool,
    not_provided: bool,
    dry_run: bool,
) -> None:
    """Change a value in the file that people write, and show what that changes. Comments and other lines stay.

    WHERE is an environment, several, a site, `defaults` (what all environments share) or `definition` (what the app's
    folder says). APP.PATH is a value of an app's chart, or a setting such as parameters; a fact, such as kafka.broker,
    stands without an app. An app alone, with the value {}, is listed: that deploys it.

    VALUE is YAML: 3, true, null, {} or [a, b]; anything else is text, and "3" is, too. What validate refuses is refused
    before anything is written. A mapping takes the place of the one that the layer has: where that takes values away,
    it is refused without --replace. A value that begins with a hyphen stands behind --.

    With --not-provided, an app that the cluster had from elsewhere is listed, and is no longer among cluster.provides.

    \b
    Examples:
      efdgen set summit influxdb.persistence.size 50Gi
      efdgen set summit base influxdb.config.http.max_row_limit 10000
      efdgen set ncsa cluster.storageClass nfs --dry-run
      efdgen set definition influxdb.image.tag 1.8.10
      efdgen set summit kafdrop {}
      efdgen set base ingress-nginx {} --not-provided
      efdgen set summit feed.news --add-first maintenance
    """
    from efdgen.errors import InvalidEditError, UsageError
    from efdgen.explain.edits import making, slips, values

    listed = bool(add or add_first or remove)
    layers, path, given = edits.split(words, 0 if listed else 1, _USAGE)
    sources = edits.opened(root, dry_run=dry_run)
    targets = [sources.target(layer, path) for layer in layers]
    if not_provided and (listed or given[0] != "{}"):
        raise UsageError("--not-provided lists an app: efdgen set ENV... APP {} --not-provided")
    if not_provided:
        typed = _Edits([each for t in targets for each in edits.handed_over(sources, t, to_cluster=False)], [], [])
    elif listed:
        typed = _in_lists(sources, targets, making.Items(add, add_first, remove))
    else:
        typed = _values(sources, targets, path, given[0], replace=replace)
    readings = edits.Typed(typed.others, typed.words)

    def refuses(edited: Edited) -> None:
        refuse(edited, targets)
        for target in targets if given else ():
            now = sources.value_now(target)
            slips.refuse_other_type(target, given[0], values.read(given[0], now), now)

    try:
        edits.run(sources, typed.edits, dry_run=dry_run, typed=readings, refuse=refuses)
    except InvalidEditError as error:
        advised = slips.advised(error.problems, targets, "" if listed else given[0])
        raise InvalidEditError(advised, error.instead) from None


def refuse(edited: Edited, targets: Sequence[Target]) -> None:
    """Refuse what looks like a slip, though it is only odd to `validate`."""
    from efdgen.explain.edits import slips

    secrets: dict[str, set[str]] = {}
    for app in (app for environment in edited.environments for app in environment.apps):
        secrets.setdefault(app.definition.name, set()).update(secret.name for secret in app.secrets)
    slips.refuse_unknown(edited.warnings, targets, secrets)


def _in_lists(sources: Sources, targets: Sequence[Target], items: Items) -> _Edits:
    """Return the edits of lists, and those with plain items as text."""
    from efdgen.explain.edits import making, slips, values
    from efdgen.language.inheriting import INHERITED

    made = _Edits([], [], [])
    for target in targets:
        own, below = sources.value_at(target), sources.below(target)
        made.edits.append(making.in_list(target, items, own, below))
        made.others.append(making.in_list(target, items._replace(are_text=True), own, below))
        known = below if own is ABSENT else own
        example = making.example_of(known)
        new = {text: values.read(text, example) for text in (*items.last, *items.first)}
        slips.refuse_items(
            target, list(new.values()), known if isinstance(known, list) and known != [INHERITED] else below
        )
        for text, item in new.items():
            made.words.extend(edits.word(text, item, example))
    return made


def _values(sources: Sources, targets: Sequence[Target], path: str, text: str, *, replace: bool) -> _Edits:
    """Return the edits that set a value, and those with the other thing that it could be."""
    import datetime as dt

    from efdgen.explain.edits import making, replacing, slips
    from efdgen.explain.edits.model import names
    from efdgen.language.expressions import has_expression

    made = _Edits([], [], [])
    for target in targets:
        pin = shlex.join(["efdgen", "pin", target.where, path, text, "--reason", "..."])
        unpin = shlex.join(["efdgen", "unpin", target.where, path])
        # A pin holds a value itself.
        again = unpin if text in ("", "null", "~") or has_expression(text) else f"{pin}, or {unpin}"
        sources.refuse_pinned(target, again)
        value, other, words = edits.value_of(sources, target, text)
        slips.refuse_listing(target, value, names(target, sources.written))
        if target.setting[-1:] == ("until",) and target.setting[:1] == ("pins",):
            slips.refuse_past(value, dt.datetime.now().astimezone().date())
        if not replace:
            own = sources.value_at(target)
            replacing.refuse_taking_away(target, own, value)
            if replacing.lists_again(target, value) and own not in (ABSENT, None, {}):
                say(f"{target.where} lists {target.app} already, and what it says of it stays; --replace takes it away")
        made.edits.append(making.put(target, value, anew=replace))
        made.others.append(making.put(target, value if other is ABSENT else other, anew=replace))
        made.words.extend(words)
    return made
