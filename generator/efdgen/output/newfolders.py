"""Folders that are not there yet: all files of one are staged below one name, and take their places at once.

A thousand files that take their names one by one take as long as writing them. A folder that nobody has yet holds no
file of others, so that nothing is swapped away with it. If somebody makes it meanwhile, its files go there one by one.

    new/a and new/b/c, and no folder new        ->      staged as 7/a and 7/b/c, and then 7 becomes new
"""

from __future__ import annotations

import os
from pathlib import Path

from efdgen.output import journal
from efdgen.output.journal import Entry


class NewFolders:
    """Where the files of folders are staged that are not there yet.

    Args:
        folder: the folder that changes.
        staged: where new contents wait.
    """

    def __init__(self, folder: Path, staged: Path) -> None:
        self._folder = folder
        self._staged = staged
        self._new: dict[str, str] = {}
        self._places: dict[str, tuple[str, int] | None] = {}

    def name(self, path: str, number: int) -> str:
        """Return the name under which a file is staged, in a folder that is made for it.

        Args:
            path: where the file goes.
            number: its number, which is its name where its folder is there, or there is none.

        Raises:
            OSError: when the folder can't be made.
        """
        above = path.rpartition("/")[0]
        if above not in self._places:
            self._places[above] = self._place(above, str(number))
        place = self._places[above]
        return str(number) if place is None else f"{place[0]}{path[place[1] :]}"

    def _place(self, above: str, number: str) -> tuple[str, int] | None:
        """Return the name of the outermost new folder above a file, and the length of its path; None: all are there."""
        outermost = self._outermost(above)
        if outermost is None:
            return None
        name = self._new.setdefault(outermost, number)
        (self._staged / f"{name}{above[len(outermost) :]}").mkdir(parents=True, exist_ok=True)
        return name, len(outermost)

    def _outermost(self, above: str) -> str | None:
        """Return the outermost folder on a path that is not there; None: all are."""
        parts = above.split("/") if above else []
        paths = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        return next((path for path in paths if path in self._new or not os.path.lexists(self._folder / path)), None)


class Moves:
    """Puts folders in their places, with all files that wait in them.

    Args:
        folder: the folder that changes.
        staged: where new contents wait.
    """

    def __init__(self, folder: Path, staged: Path) -> None:
        self._folder = folder
        self._staged = staged
        self._is_moved: dict[str, bool] = {}

    def take(self, entry: Entry) -> bool:
        """Say whether a file is in its place with its folder, which goes there now; else it has to go there alone.

        Raises:
            OSError: when the folder around that can't be made.
        """
        number, _, rest = (entry.staged or "").partition("/")
        if not rest:
            return False
        if number not in self._is_moved:
            self._is_moved[number] = self._move(number, self._folder / entry.path[: -len(rest) - 1])
        return self._is_moved[number]

    def _move(self, number: str, target: Path) -> bool:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            (self._staged / number).rename(target)
        except OSError:
            return False  # it went there before, or somebody has made one meanwhile
        return True


def discard(staged: Path) -> None:
    """Remove a staged folder with all that it holds."""
    with os.scandir(staged) as entries:
        found = list(entries)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            discard(Path(entry.path))
        else:
            Path(entry.path).unlink(missing_ok=True)
    staged.rmdir()


def is_one(entry: os.DirEntry[str]) -> bool:
    """Say whether something staged is a folder of files, and of folders of such.

    Raises:
        OSError: when it can't be read.
    """
    return journal.is_number(entry.name) and _is_of_files(entry)


def _is_of_files(entry: os.DirEntry[str]) -> bool:
    if not entry.is_dir(follow_symlinks=False):
        return False
    with os.scandir(entry.path) as entries:
        return all(each.is_file(follow_symlinks=False) or _is_of_files(each) for each in entries)
