"""What the verbs that edit share: where, what, completion, and how an edit is shown."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from efdgen.cli.common import told
from efdgen.cli.interrupted import root_to_edit
from efdgen.cli.reports import Said, Style, publish
from efdgen.cli.streams import say, say_warning
from efdgen.language.tuples import NamedTuple
from efdgen.verbs import project

if TYPE_CHECKING:
    from efdgen.explain.edits.making import Edit
    from efdgen.explain.edits.model import Target
    from efdgen.verbs.edit import Sources
    from efdgen.verbs.edited import Edited
    from efdgen.verbs.readings import Word

dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")


def complete_place(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return layers that begin like what was typed, and, behind one of them, the apps and facts, or their paths."""
    from efdgen.errors import EfdgenError
    from efdgen.verbs import edit

    try:
        root = project.find_root(Path(ctx.params.get("root") or ".").resolve())
        sources = edit.Sources(root)
    except EfdgenError:
        return []
    given = [word for value in ctx.params.values() if isinstance(value, tuple) for word in value]
    before, comma, _ = incomplete.rpartition(",")
    taken = before.split(",")
    found = [] if given and not incomplete else [f"{before}{comma}{n}" for n in sources.layers() if n not in taken]
    if given and not comma:
        layers = [name for word in given for name in word.split(",")]
        found = [*found, *sources.paths(incomplete, layers)]
    return [CompletionItem(name) for name in found if name.startswith(incomplete)]


def complete_pin(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return layers that begin like what was typed, and, behind them, what they pin."""
    from efdgen.errors import EfdgenError
    from efdgen.explain.edits import targets
    from efdgen.verbs import edit

    given = [word for value in ctx.params.values() if isinstance(value, tuple) for word in value]
    if not given:
        return complete_place(ctx, parameter, incomplete)
    try:
        sources = edit.Sources(project.find_root(Path(ctx.params.get("root") or ".").resolve()))
        layers = [name for word in given for name in word.split(",")]
        found = [pin for layer in layers for pin in targets.pins(sources.written, layer)]
    except EfdgenError:
        return []
    found += sources.layers() if incomplete else []
    return [CompletionItem(name) for name in dict.fromkeys(found) if name.startswith(incomplete)]


def split(words: Sequence[str], behind: int, usage: str) -> tuple[list[str], str, list[str]]:
    """Return the layers, the path and what stands behind it.

    Args:
        words: what was typed.
        behind: how many words stand behind the path.
        usage: how the verb is used.

    Raises:
        UsageError: when there are too few, or too many.
    """
    from efdgen.errors import UsageError

    if len(words) < behind + 2:
        raise UsageError(f"too few arguments: {usage}")
    end = len(words) - behind
    path = next((word for word in words[1 : end - 1] if "." in word), None)
    if path is not None:  # no layer has a dot
        raise UsageError(f"too many arguments behind {path}: {usage}")
    layers = list(dict.fromkeys(name for word in words[: end - 1] for name in word.split(",") if name))
    if not layers:
        raise UsageError(f"name a layer, such as an environment: {usage}")
    return layers, words[end - 1], list(words[end:])


def opened(root: Path | None, *, dry_run: bool) -> Sources:
    """Return the repository, ready for edits."""
    from efdgen.verbs import edit

    return edit.Sources(root_to_edit(root, dry_run=dry_run))


def run(
    sources: Sources,
    edits: Sequence[Edit],
    *,
    dry_run: bool,
    tells_hidden: bool = True,
    refuse: Callable[[Edited], None] = lambda _: None,
    typed: Typed | None = None,
) -> None:
    """Make edits, show what they change, and write them.

    Args:
        sources: the repository.
        edits: the edits.
        dry_run: whether nothing is written.
        tells_hidden: whether to say where a change does nothing: not where that is what it is for.
        refuse: raises what is wrong with what the edits come to.
        typed: what was typed that could be read in another way.
    """
    from efdgen.language.shown import count
    from efdgen.report import edits as report
    from efdgen.verbs import edit, readings

    edited, numbers = readings.edited(sources, edits, *(typed or ()))
    refuse(edited)
    if not edited.changes:
        say("Nothing to change: it says so already")
        return

    def tell(form: str, style: Style) -> list[Said]:
        warnings = told(edited.warnings, form, style, sources.root, edited.texts) if edited.warnings else []
        is_known = edited.review is not None and not edited.unseen
        unknown = [] if is_known else [Said(report.unknown(edited.unseen))]
        # Where something is not known, it would be wrong to say that nothing changes.
        review = edited.review if is_known or edited.outdated else None
        return [Said(report.changes(edited.changes, review, edited.outdated, style)), *unknown, *warnings]

    publish(tell, "text", ())
    for hidden in edited.hidden if tells_hidden else ():
        say_warning(report.warning_hidden(hidden))
    tell_what_goes(edited)
    for target in edited.unlisted:
        say_warning(report.warning_unlisted(target))
    if edited.before:
        say_warning(report.warning_before(len(edited.before)))
    for word in numbers:
        say(report.is_number(word.text) if word.is_open else report.is_rewritten(word.text, word.shown))
    if dry_run:
        say("Nothing was written (--dry-run)")
        return
    edit.write(sources.root, edited)
    say(f"{count(len(edited.changes), 'file')} written{next_step(edited)}")


def tell_what_goes(edited: Edited) -> None:
    """Say what an edit takes along beside what was asked for, and which comments may be about nothing now."""
    from efdgen.report import edits as report

    for target in edited.ended:
        say(report.ended(target))
    for line in report.comments(edited.gone, edited.left):
        say(line)


def next_step(edited: Edited) -> str:
    """Return what is to be done next; empty: no rendered file differs, or nobody knows."""
    from efdgen.verbs.tried import to_render

    if edited.unseen and not edited.before:
        return "; now run: efdgen render"  # they have no errors any more
    if edited.review is None or not edited.outdated:
        return ""
    touched = to_render(edited.outdated, edited.tree or {})
    some = () if len(touched) > _MANY else touched
    return f"; now run: {shlex.join(['efdgen', 'render', *some])}"


_MANY = 3
"""So many environments are named; of more, all are rendered."""


class Typed(NamedTuple):
    """What was typed that could be read in another way.

    Attributes:
        others: the edits with the other reading; none: there is no other one.
        words: what only YAML says is a number, or is written in another way.
    """

    others: Sequence[Edit]
    words: Sequence[Word]


def value_of(sources: Sources, target: Target, text: str) -> tuple[Any, Any, list[Word]]:
    """Return the value that a text means at a place, the other one that it could mean (ABSENT: none), and as what.

    Raises:
        UsageError: when it can't be read, or is not a mapping, and there is one.
    """
    from efdgen.explain.edits import making, slips, values
    from efdgen.verbs import readings

    now = sources.value_now(target)
    slips.refuse_without_unit(
        target, text, now, lambda itself: readings.is_right(sources, [making.put(target, itself)])
    )
    value = values.read(text, now)
    sources.refuse_scalar_for_mapping(target, value)
    return value, values.other(text, value), word(text, value, now)


def word(text: str, value: Any, before: Any) -> list[Word]:
    """Return a word, if only YAML says that it is a number, and not what stood there, or if it is written otherwise."""
    from efdgen.explain.edits import values
    from efdgen.verbs.readings import Word

    is_open, is_changed = values.is_open(text, value, before), values.is_changed(text, value)
    return [Word(text, value, is_changed, is_open)] if is_open or is_changed else []


def handed_over(sources: Sources, target: Target, *, to_cluster: bool) -> list[Edit]:
    """Return the edits that leave an app to the cluster, or deploy it from here.

    Raises:
        UsageError: when the target is not an app in a spec.
    """
    from efdgen.explain.edits import making

    provides = sources.target(target.where, "cluster.provides")
    own, below = sources.value_at(provides), sources.below(provides)
    return making.hand_over(target, provides, own, below, to_cluster=to_cluster)


def pinned_value(sources: Sources, target: Target, text: str, now: Any) -> Any:
    """Return the value that a text means where it is pinned, by what is there now (`standing`).

    Raises:
        UsageError: when what is there is a mapping, or nothing is to be pinned.
    """
    from efdgen.errors import UsageError
    from efdgen.explain.edits import making, values
    from efdgen.verbs import standing

    if text in ("", "null", "~"):
        raise UsageError(f"{text!r} can't be pinned{_how_to_set(sources, target, text)}")
    if text[:1] in ("{", "[") and isinstance(values.read(text, now), dict | list):
        what = "mapping" if text[0] == "{" else "list"
        raise UsageError(f"a pin can't be a {what}: pin a value in it, such as {making.name(target)}.NAME")
    value = standing.read(text, target, now)
    sources.refuse_scalar_for_mapping(target, value)
    return value


def _how_to_set(sources: Sources, target: Target, text: str) -> str:
    """Return how a value is set that can't be pinned; empty: that would be refused, too."""
    from efdgen.errors import EfdgenError
    from efdgen.explain.edits import making

    try:
        sources.refuse_pinned(target, "")
        sources.edited([making.put(target, value_of(sources, target, text)[0])])
    except EfdgenError:
        return ""
    return f"; to set it: {shlex.join(['efdgen', 'set', target.where, making.name(target), text])}"
