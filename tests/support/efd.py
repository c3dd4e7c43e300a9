"""The EFD's repository as tests know it: tests/efd-repository/, which nobody edits, with what it renders to.

What people edit (environments/, templates/, schemas/, charts.lock) may say something else on any day, so no test but
tests/whole/test_live.py looks at it.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from efdgen.verbs import render
from support.checkout import FROZEN, ROOT, copy_tree


def _rendered() -> Path:
    """Return a copy with its rendered tree, made once for all tests of this process, which must not change it."""
    folder = Path(tempfile.mkdtemp(prefix="efd-")).resolve()
    made_by = os.getpid()

    def remove() -> None:
        # A process that a test forks ends, too.
        if os.getpid() == made_by:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    root = copy_tree(FROZEN, folder / "checkout")
    # Where the schemas that editors read refer to efdgen's own.
    (root / "generator").symlink_to(ROOT / "generator")
    render.write(root)
    return root


EFD = _rendered()
