"""Every connection that this process makes, and every program that it starts, as Python itself reports them.

with watched() as seen:
    ...
seen.servers     # {("127.0.0.1", 443)}
seen.commands    # [("git", "status")]
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Seen:
    """What was seen.

    Args:
        own: ports that servers of the test answer from.
    """

    own: Collection[int] = ()
    servers: set[tuple[str, int]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    commands: list[tuple[str, ...]] = field(default_factory=list)


_WATCHING: list[Seen] = []
_HOOKED: list[bool] = []


@contextlib.contextmanager
def watched(own: Collection[int] = ()) -> Iterator[Seen]:
    """Watch for a while."""
    if not _HOOKED:
        # It stays for as long as the process does: https://docs.python.org/3/library/sys.html#sys.addaudithook
        sys.addaudithook(_look)
        _HOOKED.append(True)
    seen = Seen(own)
    _WATCHING.append(seen)
    try:
        yield seen
    finally:
        _WATCHING.remove(seen)


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    if not _WATCHING:
        return
    for seen in _WATCHING:
        if event == "socket.connect" or (event == "socket.sendto" and arguments[0].getsockname()[1] not in seen.own):
            seen.servers.add(tuple(arguments[1][:2]))
        elif event == "socket.getaddrinfo":
            seen.names.add(str(arguments[0]))
        elif event == "subprocess.Popen":
            seen.commands.append(tuple(map(os.fsdecode, arguments[1])))
