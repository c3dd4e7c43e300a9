"""What lies in the folders of a repository: on the disk, or as it was when all of it was read, or after an edit."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from efdgen.repository.snapshot import Snapshot


class WorkTree:
    """Names and kinds of files and folders.

    Args:
        root: the repository.
        snapshot: what was read of it before; what it knows is not looked for on the disk.
        instead: texts of files as they would be after an edit; None: the file is gone then.
    """

    def __init__(self, root: Path, snapshot: Snapshot | None, instead: Mapping[str, str | None]) -> None:
        self._snapshot = snapshot
        self._instead = instead
        # Of thousands of files, texts are put together in a tenth of the time that paths are.
        self._folder = f"{root}/"
        self._real_root = os.path.realpath(root)
        self._inside: dict[str, bool] = {}

    def names(self, folder: str) -> Sequence[str]:
        """Return the names in a folder that are not hidden, sorted; raise OSError when it can't be read."""
        if self._snapshot is not None and folder in self._snapshot.folders:
            return self._snapshot.folders[folder]
        return [name for name in sorted(os.listdir(self._folder + folder)) if not name.startswith(".")]

    def kind(self, path: str, *, follow: bool = False) -> int:
        """Return what kind of thing a path is, as in the mode of a file; a link is a link, unless it is followed."""
        if self._snapshot is not None and self._snapshot.knows(path):
            return stat.S_IFDIR if path in self._snapshot.folders else stat.S_IFREG
        return _mode(self._folder + path, follow=follow)

    def is_folder(self, path: str) -> bool:
        """Say whether a path is a folder; one that can't be looked at is none."""
        return stat.S_ISDIR(self.kind(path, follow=True))

    def exists(self, path: str) -> bool:
        """Say whether there is a file or folder of that name: a name that none can have is simply not there.

        What stands in a folder that can't be searched may be there, and a link that leads nowhere is: reading it says
        what is wrong.
        """
        if path in self._instead:
            return self._instead[path] is not None
        if self._snapshot is not None and self._snapshot.knows(path):
            return path in self._snapshot.contents or path in self._snapshot.folders
        try:
            os.lstat(self._folder + path)
        except PermissionError:
            return True
        except (OSError, ValueError):
            return False
        return True

    def is_inside(self, path: str) -> bool:
        """Say whether a file or folder lies in the repository, whatever links lead to it.

        What lies in a folder that is inside is inside, unless it is a link; each folder is looked at once.
        """
        folder = path.rpartition("/")[0]
        if folder and folder not in self._inside:
            self._inside[folder] = self.is_inside(folder)
        is_link = stat.S_ISLNK(self.kind(path))
        if not is_link:
            return not folder or self._inside[folder]
        real = os.path.realpath(self._folder + path)
        return real == self._real_root or real.startswith(f"{self._real_root.removesuffix('/')}/")


def _mode(path: str, *, follow: bool) -> int:
    """Return what kind of thing a path is; of what can't be looked at, nothing."""
    try:
        return os.stat(path, follow_symlinks=follow).st_mode
    except (OSError, ValueError):
        return 0
