"""The command that people type to have one of efdgen's extras, whose libraries they lack."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[3]
"""Where efdgen's pyproject.toml stands, in a checkout."""


def command(name: str, *, option: str = "") -> str:
    """Return the command that installs an extra, by the pip of the Python that runs: `make` sets up one of its own.

    It works in the current folder: where that is not efdgen's checkout, it names the checkout, or, where efdgen was
    installed from none that is here, the extra's own packages. A checkout stays what runs (`-e`): pip would put a copy
    in its place, which no `git pull` changes.
    """
    pip = "pip"
    if sys.prefix != sys.base_prefix:
        pip = _near(str(Path(sys.prefix, "Scripts" if os.name == "nt" else "bin", "pip")))
    return " ".join(filter(None, (shlex.quote(pip), "install", option, *map(shlex.quote, _asked(name)))))


def _asked(name: str) -> list[str]:
    """Return what pip is asked for, and in which form."""
    if _is_checkout(_CHECKOUT):
        here = "." if Path.cwd() == _CHECKOUT else _near(str(_CHECKOUT))
        return ["-e", f"{here}[{name}]"]
    from importlib import metadata

    try:
        listed = metadata.requires("efdgen") or []
    except metadata.PackageNotFoundError:
        listed = []
    found = [each.partition(";")[0].strip() for each in listed if re.search(rf"extra == [\"']{name}[\"']", each)]
    return found or ["-e", f".[{name}]"]


def _is_checkout(folder: Path) -> bool:
    """Say whether efdgen's source lies in a folder."""
    try:
        return 'name = "efdgen"' in (folder / "pyproject.toml").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False


def _near(path: str) -> str:
    """Return a path below the current folder as one in it."""
    below = os.path.relpath(path)
    return path if below.startswith(os.pardir) else below
