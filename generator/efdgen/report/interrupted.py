"""What became of an edit that was interrupted, as text."""

from __future__ import annotations

from collections.abc import Mapping

from efdgen.language import visible
from efdgen.language.shown import count
from efdgen.output.resuming import Resumed, State
from efdgen.report.text import Style


def resumed(edit: Resumed, style: Style) -> str:
    """Return what was done with an edit that was interrupted; each of its files has a line.

    Args:
        edit: what was done.
        style: colours text.
    """
    groups = (
        ("wrote", "green", edit.written),
        ("deleted", "red", edit.deleted),
        ("restored", "yellow", edit.restored),
        ("removed", "red", edit.removed),
        ("left", "yellow", edit.kept),
    )
    lines = [
        f"{style(f'{verb:8}', fg=colour)} {visible.line(path)}" for verb, colour, paths in groups for path in paths
    ]
    done = len(edit.written) + len(edit.deleted)
    back = len(edit.restored) + len(edit.removed)
    if done:
        said = f"Finished an edit that was interrupted: {count(done, 'file')}"
    elif edit.undone:
        undone = visible.line(", ".join(edit.undone))
        taken = f"{count(back, 'file')} taken back"
        said = f"An edit was interrupted, and then put back in {undone}: it is dropped, {taken}"
    elif back:
        said = f"Took back an edit that was interrupted: {count(back, 'file')}"
    elif edit.had_changed_none:
        said = "An edit was interrupted before it changed anything, and is dropped: nothing of it is left"
    else:
        # Before it changed the first file, or behind the last one: what is there then does not tell.
        said = "An edit was interrupted, and left nothing half done; what it had made ready is removed"
    return "\n".join([*lines, said])


_OF_WHAT_GOES: Mapping[State, str] = {
    State.WAITING: "not deleted yet",
    State.WRITTEN: "deleted",
    State.SAME: "deleted, by somebody else",
    State.UNDONE: "deleted, and as before again",
}
"""How states are called of a file that the edit deletes, where that is not as of others."""


def standing(files: Mapping[str, tuple[State, bool]], style: Style) -> str:
    """Return how the files of an interrupted edit stand, and what can be done.

    Args:
        files: each file of the edit, one at least, with its state, and whether the edit deletes it.
        style: colours text.
    """
    width = max(map(len, files))
    states = {state for state, _ in files.values()}
    lines = []
    for path, (state, goes) in files.items():
        said = _OF_WHAT_GOES.get(state, state.value) if goes else state.value
        lines.append(f"{visible.line(path):{width}}  {style(said, fg='yellow')}")
    if State.UNDONE not in states:
        lines.append("To write what is not written yet: efdgen interrupted finish")
    lines.append("To take back what is written: efdgen interrupted drop")
    if State.CHANGED in states:
        lines.append("What somebody else changed is left alone in both cases")
    return "\n".join(lines)
