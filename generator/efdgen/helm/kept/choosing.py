"""Which Helm, and where what it makes is kept."""

from __future__ import annotations

import hashlib
import shutil
from typing import cast

from efdgen.errors import ChartError
from efdgen.helm import engines
from efdgen.helm.engines.engine import Engine
from efdgen.helm.kept.entries import Entries
from efdgen.helm.kept.keeping import Keeping, PrintingEngine, Told
from efdgen.output.cache import place, program
from efdgen.output.cache.store import Store

QUICKEST = "quickest"
"""Helm's library where it can be used; else the command."""

_MOST_FILES = 16384
"""A file for each release; a thousand environments have ten each."""


def store() -> Store | None:
    """Return where results are kept; None: there is no place."""
    folder = place.folder()
    return None if folder is None else Store(folder / "hydrated", files=_MOST_FILES)


def choose(name: str, kept: Store | None, *, whole: bool = False) -> Engine:
    """Return an engine, which keeps what it makes, if there is a place for that.

    Args:
        name: see `engines.choose`; or `quickest`.
        kept: where; None: it keeps nothing.
        whole: whether texts are wanted beside objects.

    Raises:
        ChartError: when it is not installed; says what to do.
    """
    base = program.digest() if kept is not None else None
    if kept is None or base is None:
        return engines.choose(_known(name))
    entries = Entries(kept)
    is_library = name in ("sdk", QUICKEST) or (name == "auto" and shutil.which("helm") is None)
    from efdgen.helm.engines import command, sdk

    installed = sdk.identity() if is_library else ""
    identity = hashlib.sha256(f"{base}\0{installed}".encode()).digest()
    told = entries.read(identity) if installed else None
    if told is not None:
        # It worked before. To load it takes longer than to read all that was made of six environments.
        return Keeping(_library, Told(*told[0]), identity, entries, hears=True, whole=whole)
    engine = engines.choose(_known(name))
    if isinstance(engine, command.Command):
        identity = hashlib.sha256(f"{base}\0{engine.identity()}".encode()).digest()
    elif installed:
        entries.write(identity, (engine.description, tuple(engine.cautions)))
    else:
        return engine
    own = cast("PrintingEngine", engine)
    told_now = Told(engine.description, tuple(engine.cautions))
    is_sdk = not isinstance(engine, command.Command)
    return Keeping(lambda: own, told_now, identity, entries, hears=is_sdk, whole=whole)


def _library() -> PrintingEngine:
    return cast("PrintingEngine", engines.choose("sdk"))


def _known(name: str) -> str:
    return ("sdk" if has_library() else "auto") if name == QUICKEST else name


def has_library() -> bool:
    """Say whether Helm's library can be used; a broken one is none."""
    from efdgen.helm.engines import sdk

    try:
        return sdk.find() is not None
    except ChartError:
        return False
