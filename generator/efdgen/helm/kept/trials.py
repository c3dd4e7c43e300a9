"""Many changes of one app, each of them made once: what is kept of them stands beside what is kept of the app."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from efdgen.helm.engines.engine import Capabilities, Engine, Release
from efdgen.helm.kept.keeping import Keeping
from efdgen.helm.made import Determined, Made


class _Trying:
    """An engine that knows what it would keep, and keeps nothing.

    Args:
        keeping: the engine that does.
    """

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self.description = keeping.description
        self.cautions = keeping.cautions

    def template(self, release: Release, capabilities: Capabilities) -> list[tuple[str, str]]:
        """Return what a release yields; see `Keeping`."""
        return self._keeping.template(release, capabilities)

    def made(self, releases: Sequence[Release], capabilities: Capabilities) -> Made:
        """Return what comes of the releases of an app; see `Keeping`."""
        return self._keeping.made_anew(releases, capabilities)


def for_trials(engine: Engine, *, is_determined: bool) -> Engine:
    """Return the engine for many changes of one app: none of what comes of them is looked for, or kept.

    Args:
        engine: the engine.
        is_determined: whether what comes of the app would be the same again. Else nothing that comes of changes is
            taken for that.
    """
    if not isinstance(engine, Keeping):
        return engine
    return _Trying(engine) if is_determined else engine.plain()


def recall(engine: Engine, determined: Determined, what: str) -> Any:
    """Return what is kept beside a result; None: nothing."""
    entries = engine.entries if isinstance(engine, Keeping) else None
    found = entries.read(_beside(determined, what)) if entries else None
    return found[0] if found else None


def remember(engine: Engine, determined: Determined, what: str, data: Any) -> None:
    """Keep plain data beside a result, if the engine keeps anything."""
    if isinstance(engine, Keeping) and engine.entries:
        engine.entries.write(_beside(determined, what), data)


def repeat(engine: Engine, said: Sequence[str]) -> None:
    """Say again what Helm logged."""
    if isinstance(engine, Keeping):
        engine.repeat(said)


def _beside(determined: Determined, what: str) -> bytes:
    return hashlib.sha256(f"{what}\0{determined.digest}".encode()).digest()
