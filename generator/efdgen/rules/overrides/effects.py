"""What changes of an app do to what comes of it, kept for the next run as far as it would be the same again."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence

from efdgen.helm.engines.engine import Engine
from efdgen.helm.kept import trials
from efdgen.helm.made import Determined

_WHAT = "effects of changes"


def digest(files: Mapping[str, bytes]) -> bytes:
    """Return what tells changed files of an app from others."""
    found = hashlib.sha256()
    for path, content in sorted(files.items()):
        found.update(f"{path}\0{len(content)}\0".encode())
        found.update(content)
    return found.digest()


class Effects:
    """Effects, as numbers, by a digest of the app's files when they are changed.

    Args:
        engine: Helm; one that keeps nothing has none of these.
        unchanged: that the same comes of the app as it is each time; None: that is not known, and nothing is kept.
    """

    def __init__(self, engine: Engine, unchanged: Determined | None = None) -> None:
        self._engine = engine
        self._unchanged = unchanged
        self._known: dict[bytes, tuple[int, Sequence[str]]] = {}
        self._new: dict[bytes, tuple[int, Sequence[str]]] = {}
        if unchanged is not None:
            self._known = trials.recall(engine, unchanged, _WHAT) or {}

    @property
    def is_determined(self) -> bool:
        """Say whether the same comes of the app as it is each time."""
        return self._unchanged is not None

    @functools.cached_property
    def engine(self) -> Engine:
        """Return the engine for the changes."""
        return trials.for_trials(self._engine, is_determined=self.is_determined)

    def get(self, change: bytes) -> int | None:
        """Return the effect of a change, and have said again what Helm logged; None: it is not known."""
        if change not in self._known:
            return None
        effect, said = self._known[change]
        trials.repeat(self._engine, said)
        return effect

    def add(self, change: bytes, effect: int, determined: Determined | None) -> None:
        """Remember the effect of a change, if what comes of it would be the same again, and so the effect."""
        if self._unchanged is not None and determined is not None and determined.said is not None:
            self._new[change] = effect, determined.said

    def keep(self) -> None:
        """Keep what was found out, for the next run."""
        if self._unchanged is not None and self._new:
            trials.remember(self._engine, self._unchanged, _WHAT, {**self._known, **self._new})
