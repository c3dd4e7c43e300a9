"""Work for many environments, in several processes when there is enough of it.

Each process takes the next few names that nobody has taken, until none is left: one that is slower, or has more to do
with what it took, takes fewer. Those beside this one send what they made through pipes, which are emptied between two
names; so nothing waits, and nothing is read while something else is worked on.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Any

from efdgen.language.tuples import NamedTuple

Work = Callable[[str], Any]
"""Returns plain data, as `marshal` writes it, for an environment."""

_MEASURED = 2
"""Environments that are worked on before anybody knows what one takes. The first one takes more: it finds nothing that
was made for another."""

_WORTH = 0.5
"""Seconds of work from which on other processes are asked: they take a tenth of that to begin."""

_TURNS = 256
"""Turns at most: the number of one is a byte, and bytes of a pipe are taken one by one."""

_LENGTH = 8
_AT_ONCE = 1 << 16
_ROOM = 1 << 20
"""What a pipe should hold, so that who writes need not wait: any process may ask for that much."""


def each(names: Sequence[str], work: Work, jobs: int) -> Generator[Any, None, None]:
    """Yield what comes of the work for each name, in their order, whatever process did it.

    The first few are worked on here, to see what they take. What another process can't do, for whatever reason, is
    done here. Who stops before the end closes the generator: that ends the other processes.

    Args:
        names: the environments.
        work: the work: a function of the name alone.
        jobs: the most processes that work at once, this one among them.
    """
    spent = 0.0
    for number, name in enumerate(names):
        if number >= _MEASURED and jobs > 1 and spent / (number - 1) * (len(names) - number) > _WORTH and _can_fork():
            yield from _shared(names[number:], work, jobs)
            return
        begin = time.perf_counter()
        found = work(name)
        spent += time.perf_counter() - begin if number else 0.0
        yield found


def processors() -> int:
    """Return how many processors there are for this process."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _can_fork() -> bool:
    """Say whether a copy of this process can go on with the work: not on systems, or with threads, that forbid it."""
    return sys.platform == "linux" and threading.active_count() == 1


class _Helper(NamedTuple):
    """Another process: where what it makes comes from, and what came so far."""

    process: int
    source: int
    received: bytearray


class _Turns:
    """Parts of the names, each taken once, by whichever process asks first: the bytes in a pipe that all read from.

    Args:
        names: the names.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._count = min(_TURNS, len(names))
        self._source, sink = os.pipe()
        os.write(sink, bytes(range(self._count)))
        os.close(sink)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Yield names that this process takes, with their numbers."""
        while turn := os.read(self._source, 1):
            begin, end = (len(self._names) * edge // self._count for edge in (turn[0], turn[0] + 1))
            yield from enumerate(self._names[begin:end], begin)

    def close(self) -> None:
        """Close what this process takes turns from."""
        os.close(self._source)


def _shared(names: Sequence[str], work: Work, jobs: int) -> Iterator[Any]:
    """Yield the same as `each`, when all of it was worked on, here and elsewhere."""
    helpers: list[_Helper] = []
    buffer = memoryview(bytearray(_AT_ONCE))
    with contextlib.closing(_Turns(names)) as turns:
        try:
            # Where the system has no room for another process, there are fewer.
            with _no_interrupt(), contextlib.suppress(OSError):
                helpers.extend(_helper(turns, work) for _ in range(min(jobs, len(names)) - 1))
            found: dict[int, Any] = {}
            for number, name in turns:
                found[number] = work(name)
                _receive(helpers, buffer)
            found |= dict(_results(helpers, buffer))
            for number, name in enumerate(names):
                yield found.pop(number) if number in found else work(name)
        finally:
            for helper in helpers:
                _end(helper)


@contextlib.contextmanager
def _no_interrupt() -> Iterator[None]:
    """Let Ctrl-C wait until it is known who has to be ended."""
    import signal

    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _helper(turns: _Turns, work: Work) -> _Helper:
    """Start a process that takes turns."""
    import fcntl
    import signal

    source, sink = os.pipe()
    with contextlib.suppress(OSError):
        fcntl.fcntl(sink, fcntl.F_SETPIPE_SZ, _ROOM)
    try:
        process = os.fork()
    except OSError:
        os.close(source)
        os.close(sink)
        raise
    if process == 0:
        status = 1
        try:
            # Who started it ends it, and says what there is to say.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            os.close(source)
            _send(turns, work, sink)
            status = 0
        finally:
            os._exit(status)
    os.close(sink)
    os.set_blocking(source, False)
    return _Helper(process, source, bytearray())


def _send(turns: _Turns, work: Work, sink: int) -> None:
    """Work on names and write what comes of each, with its length before; stop when nobody waits for it any more."""
    parent = os.getppid()
    for number, name in turns:
        if os.getppid() != parent:
            return
        found = marshal.dumps((number, work(name)))
        rest = memoryview(len(found).to_bytes(_LENGTH, "big") + found)
        while rest:
            rest = rest[os.write(sink, rest) :]


def _receive(helpers: Iterable[_Helper], buffer: memoryview) -> None:
    """Take what helpers have sent: all that waits, or, of those that are waited for, everything."""
    for helper in helpers:
        with contextlib.suppress(OSError):
            while length := os.readv(helper.source, (buffer,)):
                helper.received.extend(buffer[:length])


def _results(helpers: Iterable[_Helper], buffer: memoryview) -> Iterator[tuple[int, Any]]:
    """Wait for helpers, and yield what they sent as a whole, with the number of its name."""
    for helper in helpers:
        os.set_blocking(helper.source, True)
        _receive((helper,), buffer)
        with memoryview(helper.received) as received:
            at = 0
            while len(received) >= at + _LENGTH:
                end = at + _LENGTH + int.from_bytes(received[at : at + _LENGTH], "big")
                if len(received) < end:
                    break
                with received[at + _LENGTH : end] as sent:
                    yield marshal.loads(sent)  # noqa: S302 - from this very program
                at = end
        helper.received.clear()


def _end(helper: _Helper) -> None:
    """End a process, whatever it does."""
    import signal

    with contextlib.suppress(ProcessLookupError):
        os.kill(helper.process, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(helper.process, 0)
    os.close(helper.source)
