"""What an edit changes: in the files that people write, and in what is deployed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from efdgen.errors import Location
from efdgen.explain.edits.comments import Comment
from efdgen.explain.edits.leftovers import Leftover
from efdgen.explain.edits.lifting import Lift
from efdgen.explain.edits.making import name
from efdgen.explain.edits.model import Hidden, Target
from efdgen.explain.edits.repeating import Repeat
from efdgen.language import linematching, visible
from efdgen.language.secrecy import masked_line
from efdgen.language.shown import count, listed
from efdgen.output.compare import Change
from efdgen.report.diff import written
from efdgen.report.text import COLOURS, Style
from efdgen.repository import paths
from efdgen.review.model import Review


def changes(edited: Mapping[str, Change], review: Review | None, outdated: Sequence[str], style: Style) -> str:
    """Return the changed lines of each file, then what they change in what is deployed.

    Args:
        edited: the files that people write, before and after.
        review: what changes in what is deployed; None: nobody knows.
        outdated: the rendered files that differ.
        style: colours words.
    """
    lines = [line for file, change in edited.items() for line in lines_changed(file, change, style)]
    if review is not None and review.is_empty and outdated:
        what = f"{count(len(outdated), 'rendered file')} {'does' if len(outdated) == 1 else 'do'}"
        lines += ["", f"Nothing that is deployed changes; {what}: {listed(outdated)}"]
    elif review is not None:
        lines += ["", *written(review, "text", style).split("\n")[1:]]
    return "\n".join(lines)


def lines_changed(file: str, change: Change, style: Style) -> Iterator[str]:
    """Yield a file's name, and its lines that change."""
    yield style(visible.line(file), bold=True)
    before = change.before.decode("utf-8-sig").removesuffix("\n").split("\n")
    after = change.after.decode("utf-8-sig").removesuffix("\n").split("\n")
    for number, line in enumerate(linematching.unified(before, after, context=2)):
        if number > 1:
            colour = COLOURS.get(line[:1])
            shown = visible.line(masked_line(line.rstrip("\r\n"), 1, ())[0])
            yield f"  {style(shown, fg=colour) if colour else shown}"


def unknown(names: Sequence[str]) -> str:
    """Return what is said of environments whose specs had errors before; none: of all."""
    where = f" in {listed(list(names))}" if names else ""
    return f"What this changes in what is deployed{where} is not known: there were errors before"


def leftovers(found: Sequence[Leftover | Repeat | Lift], style: Style) -> str:
    """Return a line for each thing that says nothing, or that a site could say."""
    return "\n".join(
        f"{style(visible.line(str(each.location)), bold=True)}: {visible.line(each.why)}" for each in found
    )


def stuck(place: Location, why: str, reason: str) -> str:
    """Return the warning about what says nothing, and can't be taken out here.

    Args:
        place: where it is.
        why: why it says nothing.
        reason: why it stays.
    """
    return visible.line(f"{place}: {why}; it stays: {reason}")


def left_commented(lift: Lift) -> str:
    """Return what is said of a value that a site could say, and that has a comment."""
    return visible.line(f"{lift.location}: {lift.why}. It has a comment, so it stays: lift both by hand")


def skipped(names: Sequence[str]) -> str:
    """Return what is said of stages that were passed over."""
    return f"{listed(list(names))} {'does' if len(names) == 1 else 'do'} not run it: taken from the stage before"


def warning_stray(name: str) -> str:
    """Return the warning about an environment that stays behind, and that nothing will be promoted to."""
    return (
        f"{name} is in no stage, and stays behind: write it among the stages in {paths.FACTS}, or promote with --from"
    )


def warning_hidden(hidden: Hidden) -> str:
    """Return the warning about a change that a more specific layer hides."""
    what = "pins it" if hidden.is_pin else "sets it, too"
    place = visible.line(str(hidden.location))
    return f"this does nothing in {hidden.environment}: its {hidden.layer} {what} ({place}), and wins"


def warning_unlisted(target: Target) -> str:
    """Return the warning about a change that no environment has."""
    return f"this does nothing yet: no environment of {target.where} lists {target.app}"


def is_number(text: str) -> str:
    """Return what is said of a word that was taken for a number, and may be meant as text."""
    return visible.line(f"{text} is a number here; for text, type '\"{text}\"'")


def is_rewritten(text: str, shown: str) -> str:
    """Return what is said of a number that is not written as it was typed."""
    return visible.line(f"{text} is the number {shown}, and is written so; for text, type '\"{text}\"'")


def ended(target: Target) -> str:
    """Return what is said of a list that went with its last item."""
    again = shlex.join(["efdgen", "set", target.where, name(target), "[]"])
    return visible.line(
        f"{name(target)} has no item left and goes: what the chart itself has there holds again. "
        f"For a list with nothing in it: {again}"
    )


def comments(gone: Sequence[Comment], left: Sequence[Comment]) -> list[str]:
    """Return what is said of comments that go with what they are in, and of those that stay above nothing."""
    lines = [f"{each.location}: this comment goes along: {_said(each)}" for each in gone]
    lines += [f"{each.location}: this comment stood above what goes, and stays: {_said(each)}" for each in left]
    return [visible.line(line) for line in lines]


def _said(comment: Comment) -> str:
    return masked_line(comment.text, 1, ())[0]


def warning_before(errors: int) -> str:
    """Return the warning about errors that an edit has nothing to do with."""
    there, still = ("was", "there still is") if errors == 1 else ("were", "there still are")
    return f"there {there} {count(errors, 'error')} before, and {still}; see: efdgen validate"
