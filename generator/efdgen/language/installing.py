"""The command that people type to have one of efdgen's extras, whose libraries they lack."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def command(name: str, *, option: str = "") -> str:
    """Return the command that installs an extra, by the pip of the Python that runs: `make` sets up one of its own."""
    pip = "pip"
    if sys.prefix != sys.base_prefix:
        pip = str(Path(sys.prefix, "Scripts" if os.name == "nt" else "bin", "pip"))
        below = os.path.relpath(pip)
        pip = pip if below.startswith(os.pardir) else below
    return " ".join(filter(None, (pip, "install", option, f"'.[{name}]'")))
