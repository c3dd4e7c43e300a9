"""What a render refuses to write, for reasons that people have to look at: `write` does, and `check` says so before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from efdgen.errors import OutputError
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout, obstacles
from efdgen.output.compare import FileChange
from efdgen.repository import paths


class Planned(NamedTuple):
    """What a render is about to do.

    Attributes:
        changes: what differs, and is efdgen's to change.
        foreign: files that efdgen did not make.
        there: all files that are there.
        tree: what was rendered.
        is_in_part: whether it is for some environments only.
    """

    changes: Sequence[FileChange]
    foreign: Sequence[str]
    there: Mapping[str, bytes]
    tree: Mapping[str, bytes]
    is_in_part: bool


def refuse(planned: Planned, *, allow_mass_deletion: bool = False) -> None:
    """Refuse what needs people's eyes.

    Raises:
        OutputError: when a file that efdgen did not make is in the way, or most of what is there would be deleted.
    """
    # The page about all environments must not keep one from being rendered.
    in_the_way = [
        path for path in planned.foreign if path in planned.tree and not (planned.is_in_part and path == layout.FLEET)
    ]
    if in_the_way:
        files = ", ".join(f"{paths.OUTPUT}/{path}" for path in in_the_way)
        raise OutputError(f"not made by efdgen, and in the way: {files}; move it, and run this again")
    if not allow_mass_deletion:
        _refuse_mass_deletion(planned.there, planned.changes)


def refusal(root: Path, planned: Planned, *, allow_mass_deletion: bool = False) -> str:
    """Return why a render would refuse what it is about to do, in its words; empty: it would not.

    Files are named as the repository does.

    Args:
        root: the repository.
        planned: what it is about to do.
        allow_mass_deletion: whether that is no reason, or nobody knows.
    """
    if not planned.changes:
        return ""
    folder = root / paths.OUTPUT
    try:
        obstacles.refuse_unusable(folder)
        refuse(planned, allow_mass_deletion=allow_mass_deletion)
        obstacles.refuse(folder, planned.changes)
    except OutputError as error:
        return str(error).replace(f"{root}/", "")
    return ""


def _refuse_mass_deletion(there: Iterable[str], changes: Sequence[FileChange]) -> None:
    """Refuse to delete more than half of the environments' files, or of all files."""
    removed = [change.path for change in changes if change.after is None]
    if not removed:
        return
    for what, files, gone in (
        ("files", list(there), removed),
        ("files of environments", _of_environments(there), _of_environments(removed)),
    ):
        if len(gone) * 2 > len(files):
            message = f"this would delete {len(gone)} of {len(files)} {what} in {paths.OUTPUT}/"
            raise OutputError(f"{message}; if that is meant, run it again with --allow-mass-deletion")


def _of_environments(files: Iterable[str]) -> list[str]:
    return [path for path in files if layout.environment_of(path) is not None]
