"""Work for many environments, in several processes when there is enough of it."""

from __future__ import annotations

import contextlib
import itertools
import marshal
import os
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

from efdgen.language.tuples import NamedTuple

Work = Callable[[str], Any]
"""Returns plain data, as `marshal` writes it, for an environment."""

_MEASURED = 8
"""Environments that are worked on before anybody knows what one takes."""

_WORTH = 0.5
"""Seconds of work from which on other processes are asked: they take a tenth of that to begin."""

_LENGTH = 8
_CHUNK = 1 << 20


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
        if number >= _MEASURED and jobs > 1 and spent / number * (len(names) - number) > _WORTH and _can_fork():
            yield from _shared(names[number:], work, jobs)
            return
        begin = time.perf_counter()
        found = work(name)
        spent += time.perf_counter() - begin
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
    """Another process: what it works on, and what it sent so far."""

    process: int
    names: Sequence[str]
    source: int
    received: bytearray
    reader: threading.Thread


def _shared(names: Sequence[str], work: Work, jobs: int) -> Iterator[Any]:
    """Yield the same as `each`: the first names are worked on here, and those behind them meanwhile elsewhere."""
    jobs = min(jobs, len(names))
    edges = [len(names) * number // jobs for number in range(jobs + 1)]
    helpers: list[_Helper] = []
    try:
        with _no_interrupt():
            helpers.extend(_helper(names[begin:end], work) for begin, end in itertools.pairwise(edges[1:]))
        for helper in helpers:
            helper.reader.start()
        for name in names[: edges[1]]:
            yield work(name)
        for helper in helpers:
            helper.reader.join()
            done = list(_results(helper.received))
            helper.received.clear()
            yield from done
            for name in helper.names[len(done) :]:
                yield work(name)
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


def _helper(names: Sequence[str], work: Work) -> _Helper:
    """Start a process that works on some names."""
    import signal

    source, sink = os.pipe()
    process = os.fork()
    if process == 0:
        status = 1
        try:
            # Who started it ends it, and says what there is to say.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            os.close(source)
            _send(names, work, sink)
            status = 0
        finally:
            os._exit(status)
    os.close(sink)
    received = bytearray()
    return _Helper(process, names, source, received, threading.Thread(target=_receive, args=(source, received)))


def _send(names: Sequence[str], work: Work, sink: int) -> None:
    """Work on names and write what comes of it, each with its length before; stop when nobody waits for it any more."""
    parent = os.getppid()
    for name in names:
        if os.getppid() != parent:
            return
        found = marshal.dumps(work(name))
        rest = memoryview(len(found).to_bytes(_LENGTH, "big") + found)
        while rest:
            rest = rest[os.write(sink, rest) :]


def _receive(source: int, received: bytearray) -> None:
    with contextlib.suppress(OSError):
        while part := os.read(source, _CHUNK):
            received += part


def _results(received: bytearray) -> Iterator[Any]:
    """Yield what was received as a whole."""
    at = 0
    while len(received) >= at + _LENGTH:
        end = at + _LENGTH + int.from_bytes(received[at : at + _LENGTH], "big")
        if len(received) < end:
            return
        yield marshal.loads(received[at + _LENGTH : end])  # noqa: S302 - from this very program
        at = end


def _end(helper: _Helper) -> None:
    """End a process, whatever it does."""
    import signal

    with contextlib.suppress(ProcessLookupError):
        os.kill(helper.process, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(helper.process, 0)
    if helper.reader.ident is not None:
        helper.reader.join()
    os.close(helper.source)
