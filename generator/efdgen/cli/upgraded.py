"""How `efdgen charts upgrade` shows what another version does to the objects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from efdgen.cli.common import told
from efdgen.cli.helm_options import choose, open_charts
from efdgen.cli.streams import say
from efdgen.errors import ChartError

if TYPE_CHECKING:
    from efdgen.helm.hydrate import HydratedApp
    from efdgen.verbs.chartupgrade import Upgraded
    from efdgen.verbs.upgradelint import Compared


def show(root: Path, done: Upgraded, engine: str, *, no_cache: bool) -> tuple[HydratedApp, ...]:
    """Show what an upgrade does to the objects, or, without Helm, to files; return what Helm could not do."""
    from efdgen.cli import helmwarnings
    from efdgen.report.diff import written
    from efdgen.verbs import locks, objectdiff, upgradelint

    if done.trees is None or done.values is None:
        return ()
    try:
        helm = choose(engine, no_cache=no_cache)
    except ChartError as error:
        say(f"The objects are not shown, and not looked at as efdgen lint does: {error}")
        click.echo(written(done.values, "text", click.style))
        return ()
    former = open_charts(root, lambda: locks.former(root, done.former_lock, "the lock as it was"))
    charts = open_charts(root)
    with helmwarnings.once(helm):
        found = objectdiff.compare(done.trees, done.values, helm, charts, former)
        wrong = upgradelint.compare(root, *done.sides, helm, (former, charts)) if done.sides else None
    click.echo(written(found.shown, "text", click.style))
    for line in _wrong(root, wrong) if wrong else ():
        click.echo(line)
    return found.failed


def _wrong(root: Path, found: Compared) -> Iterator[str]:
    """Yield what is wrong with the objects of the environments that have the app, as far as it was not before."""
    from efdgen.language.shown import count

    where = ", ".join(found.environments)
    yield ""
    yield (
        f"efdgen lint finds then in {where}, and did not before:"
        if found.new
        else (f"efdgen lint finds nothing then in {where} that it did not find before")
    )
    yield from (said.text for said in told(found.new, "text", click.style, root))
    if found.gone:
        yield ""
        yield "efdgen lint does not find any more:"
        yield from (f"  {problem.code} {problem.message}" for problem in found.gone)
    if found.staying:
        yield f"{count(found.staying, 'problem')} more that it found before: efdgen lint {' '.join(found.environments)}"
    alike: dict[str, list[str]] = {}
    for name, why in found.not_together:
        alike.setdefault(why, []).append(name)
    for why, names in alike.items():
        yield f"Not looked at together: the objects of {', '.join(names)}, E707 to W718: {why}"
