"""Where efdgen keeps what it can make, or fetch, again."""

from __future__ import annotations

import os
from pathlib import Path


def folder() -> Path | None:
    """Return the cache folder: `$EFDGEN_CACHE`, else `efdgen` in `$XDG_CACHE_HOME` or `~/.cache`; None: no home."""
    named = os.environ.get("EFDGEN_CACHE")
    if named:
        return Path(named).absolute()
    shared = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if shared.is_absolute():
        return shared / "efdgen"
    try:
        return Path.home() / ".cache" / "efdgen"
    except RuntimeError:
        return None
