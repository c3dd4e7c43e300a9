"""`efdgen pin`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from efdgen.cli import edits
from efdgen.cli.common import reports_errors, root_option

if TYPE_CHECKING:
    from efdgen.explain.edits.model import Target
    from efdgen.verbs.edited import Edited
    from efdgen.verbs.readings import Word


@click.command("pin")
@click.argument("words", nargs=-1, metavar="WHERE... APP.PATH VALUE", shell_complete=edits.complete_place)
@root_option
@click.option("--reason", default="", metavar="TEXT", help="Why it differs from the other environments; required.")
@click.option("--until", metavar="YYYY-MM-DD", help="When it should be looked at again; later, validate warns.")
@edits.dry_run_option
@reports_errors
def command(words: tuple[str, ...], root: Path | None, reason: str, until: str | None, dry_run: bool) -> None:
    """Hold a value of an app back, or move it ahead, and say why. A pin that is there gets the new value and reason.

    WHERE is an environment, several, a site or `defaults`. APP.PATH is a value of the app's chart. VALUE
    is of the type that the value has elsewhere: 3 is a number where there is a number; an image tag is text.

    \b
    Examples:
      efdgen pin summit influxdb.image.tag 1.8.3 --reason "Waiting for the migration of the old shards."
      efdgen pin base summit kapacitor.image.tag 1.6.3 --reason "Tried here first." --until 2027-01-31
    """
    import datetime as dt

    from efdgen.errors import UsageError
    from efdgen.explain.edits import making, replacing, slips, values
    from efdgen.language.layers import ABSENT
    from efdgen.verbs import standing

    layers, path, given = edits.split(words, 1, "efdgen pin WHERE... APP.PATH VALUE --reason TEXT")
    if not reason:
        again = shlex.join(["efdgen", "pin", *words, "--reason"])
        raise UsageError(f"say why it differs from the other environments: {again} ...")
    slips.refuse_past(until, dt.datetime.now().astimezone().date())
    sources = edits.opened(root, dry_run=dry_run)
    made: list[making.Edit] = []
    others: list[making.Edit] = []
    numbers: list[Word] = []
    meant: list[tuple[Target, Any, Any]] = []
    for layer in layers:
        target, pin = sources.target(layer, path), sources.pin(layer, path)
        replacing.refuse_set(target, sources.value_at(target))
        now = standing.standing(sources, target)
        value = edits.pinned_value(sources, target, given[0], now)
        meant.append((target, value, now))
        other = values.other(given[0], value)
        numbers += edits.word(given[0], value, now)
        there = sources.value_at(pin)
        made += making.pin(pin, there, value, reason, until)
        others += making.pin(pin, there, value if other is ABSENT else other, reason, until)

    def refuses(_edited: Edited) -> None:
        for target, value, now in meant:
            slips.refuse_other_type(target, given[0], value, now)

    edits.run(sources, made, dry_run=dry_run, typed=edits.Typed(others, numbers), refuse=refuses)
