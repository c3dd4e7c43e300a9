"""What people edit here is looked at by tests/whole/test_live.py alone: other tests must hold whatever it says."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from support.checkout import ROOT

EDITED = ("charts.lock", "environments", "rendered", "schemas", "templates")
_PLACES = tuple(f"{ROOT / name}" for name in EDITED)
_EVENTS = frozenset(("open", "os.listdir", "os.scandir"))
_let_in = False


def watch() -> None:
    """Let no test of this process read what people edit, for as long as it runs."""
    sys.addaudithook(_look)


def _look(event: str, about: tuple[Any, ...]) -> None:
    # A path that is not absolute may be one below an open folder.
    if event in _EVENTS and not _let_in and str(about[0]).startswith(_PLACES):
        raise AssertionError(f"a test of the engine reads what people edit: {about[0]}; see tests/support/efd.py")


@contextlib.contextmanager
def let_in() -> Iterator[None]:
    """Let a test read it."""
    global _let_in  # noqa: PLW0603 - what looks is one for all of a process
    _let_in = True
    try:
        yield
    finally:
        _let_in = False
