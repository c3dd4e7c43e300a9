"""Whether somebody decided to take back what was interrupted: whoever goes on knows it, however few files are back."""

from __future__ import annotations

import os
from pathlib import Path

from efdgen.output import staging
from efdgen.output.journal import DROPPED, FOLDER


def is_decided(folder: Path) -> bool:
    """Say whether what was interrupted in a folder is to be taken back."""
    return os.path.lexists(folder / FOLDER / DROPPED)


def decide(folder: Path, *, drops: bool) -> None:
    """Write down whether what was interrupted in a locked folder is taken back, before the first file is, or is not.

    Raises:
        OutputError: when that can't be written.
    """
    if is_decided(folder) == drops:
        return
    staged = folder / FOLDER
    with staging.naming(folder, f"{FOLDER}/{DROPPED}"):
        if drops:
            staging.write_new(staged / DROPPED, b"", sync=True)
        else:
            (staged / DROPPED).unlink()
        staging.sync_folder(staged)
