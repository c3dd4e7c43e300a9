"""Work for many environments, in several processes when there is enough of it.

Each process takes the next few names that nobody has taken, until none is left: one that is slower, or has more to do
with what it took, takes fewer. Those beside this one send what they made through pipes, which are emptied between two
names; so nothing waits, and nothing is read while something else is worked on.

Where the work needs to know something of all names, it has two stages: when the first one is done for all of them, each
process is told what came of it, and begins the second one with those names that it had in the first.
"""

from __future__ import annotations

import contextlib
import functools
import marshal
import os
import sys
import threading
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from typing import Any

from efdgen.language.tuples import NamedTuple
from efdgen.verbs.turns import Turns

Work = Callable[[str], Any]
"""Returns plain data, as `marshal` writes it, for an environment."""

WorkOnSome = Callable[[Sequence[str]], Iterable[Any]]
"""Yields the same for some environments."""

_MEASURED = 2
"""Environments that are worked on before anybody knows what one takes. The first one takes more: it finds nothing that
was made for another."""

_WORTH = 0.1
"""Seconds of work from which on other processes are asked: they take a tenth of that to begin."""

_WORTH_KNOWING = 0.02
"""The same of a first stage: that is the smaller part of all the work, and other processes begin only once."""

_SHARES = 2
"""How many processes there are at most for as much work as one more is worth: of many processors, not all are asked."""

_MANY = 64
"""Names from which on other processes may be worth it, whatever the work: that of fewer is done before these begin."""

_AT_ONCE_KNOWN = 8
"""Names that a process takes at once in a first stage: what it does for several together takes less time."""

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
    done, seconds = yield from _alone(names, work, jobs)
    if done < len(names):
        stage = _Stage(lambda _: functools.partial(map, work), 1)
        yield from _shared(names[done:], (stage,), min(jobs, _shares(seconds, _WORTH)))


def each_among(
    names: Sequence[str], known: WorkOnSome, work: Callable[[Sequence[Any]], Work], jobs: int
) -> Generator[Any, None, None]:
    """Yield the same as `each`, of work that needs to know something of all names.

    Args:
        names: the environments.
        known: yields what the work needs to know of some environments, each a function of its name alone. Its process
            works on the environments, too, if it can.
        work: returns the work, from what is known of each environment.
        jobs: the most processes that work at once, this one among them.
    """
    found = [*known(names[:1])]
    begin = time.perf_counter()
    found += known(names[1:_MEASURED])
    rest = names[_MEASURED:]
    seconds = (time.perf_counter() - begin) * len(rest)
    if jobs > 1 and seconds > _WORTH_KNOWING and _can_fork():
        stages = (_Stage(lambda _: known, _AT_ONCE_KNOWN), _Stage(lambda found: functools.partial(map, work(found)), 1))
        yield from _shared(names, stages, min(jobs, _shares(seconds, _WORTH_KNOWING)))
    else:
        yield from each(names, work([*found, *known(rest)]), jobs)


def _alone(names: Sequence[str], work: Work, jobs: int) -> Generator[Any, None, tuple[int, float]]:
    """Yield what comes of the first names, until the rest is worth other processes.

    Return how many that were, and the seconds of work that are left.
    """
    spent = 0.0
    for number, name in enumerate(names):
        left = spent / (number - 1) * (len(names) - number) if number >= _MEASURED else 0.0
        if left > _WORTH and jobs > 1 and _can_fork():
            return number, left
        begin = time.perf_counter()
        found = work(name)
        spent += time.perf_counter() - begin if number else 0.0
        yield found
    return len(names), 0.0


def _shares(seconds: float, worth: float) -> int:
    """Return how many processes some work is enough for, where one beside this is asked for so many seconds of it."""
    return 1 + int(_SHARES * seconds / worth)


def may_pay(names: Collection[str], jobs: int) -> bool:
    """Say whether there are so many names that other processes may be worth it, whatever the work."""
    return len(names) >= _MANY and jobs > 1 and _can_fork()


def processors() -> int:
    """Return how many processors there are for this process."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _can_fork() -> bool:
    """Say whether a copy of this process can go on with the work: not on systems, or with threads, that forbid it."""
    return sys.platform == "linux" and threading.active_count() == 1


class _Stage(NamedTuple):
    """A part of the work.

    Attributes:
        begin: returns what works on names, from what came of the stage before for each of all names, in their order.
        at_once: how many names a process takes at once.
    """

    begin: Callable[[Sequence[Any]], WorkOnSome]
    at_once: int


class _Crew(NamedTuple):
    """What all processes have: the names, the stages of the work, and the turns of each stage."""

    names: Sequence[str]
    stages: Sequence[_Stage]
    turns: Sequence[Turns]

    def made(self, stage: int, process: int, work: WorkOnSome) -> Iterator[tuple[int, Any]]:
        """Yield what comes of the names that a process takes in a stage, with their numbers."""
        is_last = stage == len(self.stages) - 1
        again = None if is_last else self.turns[stage + 1]
        for numbers, names in self.turns[stage].taken(process, self.stages[stage].at_once, again):
            yield from zip(numbers, work(names), strict=True)


class _Helper(NamedTuple):
    """Another process.

    Attributes:
        process: its number for the system.
        source: where what it makes comes from.
        sink: where it is told what all of them made.
        received: what came so far, and was not looked at.
    """

    process: int
    source: int
    sink: int
    received: bytearray


def _shared(names: Sequence[str], stages: Sequence[_Stage], jobs: int) -> Iterator[Any]:
    """Yield what comes of the last stage, when all of it was worked on, here and elsewhere."""
    helpers: list[_Helper] = []
    jobs = min(jobs, len(names))
    with contextlib.ExitStack() as stack:
        turns = [
            stack.enter_context(contextlib.closing(Turns(names, jobs if stage else 1))) for stage in range(len(stages))
        ]
        turns[0].add_all()
        crew = _Crew(names, stages, turns)
        stack.callback(lambda: list(map(_end, helpers)))
        # Where the system has no room for another process, there are fewer.
        with _no_interrupt(), contextlib.suppress(OSError):
            helpers.extend(_helper(crew, number) for number in range(1, jobs))
        buffer = memoryview(bytearray(_AT_ONCE))
        known: Sequence[Any] = ()
        for number, stage in enumerate(stages):
            work = stage.begin(known)
            found: dict[int, Any] = {}
            for place, made in crew.made(number, 0, work):
                found[place] = made
                _receive(helpers, buffer)
            for helper in helpers:
                found.update(_results(helper, buffer))
            each = (found.pop(at) if at in found else next(iter(work((name,)))) for at, name in enumerate(names))
            if number == len(stages) - 1:
                yield from each
            else:
                known = every = list(each)
                _tell(helpers, every)


@contextlib.contextmanager
def _no_interrupt() -> Iterator[None]:
    """Let Ctrl-C wait until it is known who has to be ended."""
    import signal

    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _helper(crew: _Crew, number: int) -> _Helper:
    """Start a process that takes turns.

    Raises:
        OSError: when the system has no room for it.
    """
    import signal

    with contextlib.ExitStack() as stack:
        source, sink = _pipe(stack)
        told, telling = _pipe(stack)
        process = os.fork()
        stack.pop_all()
    if process == 0:
        status = 1
        try:
            # Who started it ends it, and says what there is to say.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            os.close(source)
            os.close(telling)
            _help(crew, number, told, sink)
            status = 0
        finally:
            os._exit(status)
    os.close(sink)
    os.close(told)
    os.set_blocking(source, False)
    return _Helper(process, source, telling, bytearray())


def _pipe(stack: contextlib.ExitStack) -> tuple[int, int]:
    """Return the ends of a new pipe, which are closed with others."""
    import fcntl

    ends = os.pipe()
    for end in ends:
        stack.callback(os.close, end)
    with contextlib.suppress(OSError):
        fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, _ROOM)
    return ends


def _help(crew: _Crew, number: int, source: int, sink: int) -> None:
    """Work on names and send what comes of each; stop when nobody waits for it any more."""
    parent = os.getppid()
    known: Sequence[Any] = ()
    for stage, (begin, _) in enumerate(crew.stages):
        if stage:
            with open(source, "rb", closefd=False) as stream:
                known = marshal.loads(stream.read(int.from_bytes(stream.read(_LENGTH), "big")))  # noqa: S302 - see below
        for made in crew.made(stage, number, begin(known)):
            if os.getppid() != parent:
                return
            _send(sink, marshal.dumps(made))
        _send(sink, b"")


def _send(sink: int, data: bytes) -> None:
    """Write data, with its length before: nothing, when a stage is done."""
    rest = memoryview(len(data).to_bytes(_LENGTH, "big") + data)
    while rest:
        rest = rest[os.write(sink, rest) :]


def _tell(helpers: Iterable[_Helper], known: list[Any]) -> None:
    """Tell helpers what came of a stage; those that are gone need not know it."""
    data = marshal.dumps(known)
    for helper in helpers:
        with contextlib.suppress(OSError):
            _send(helper.sink, data)


def _receive(helpers: Iterable[_Helper], buffer: memoryview) -> None:
    """Take what waits of what helpers have sent."""
    for helper in helpers:
        with contextlib.suppress(OSError):
            while length := os.readv(helper.source, (buffer,)):
                helper.received.extend(buffer[:length])


def _results(helper: _Helper, buffer: memoryview) -> Iterator[tuple[int, Any]]:
    """Wait for a helper to be done with a stage, or gone, and yield what it sent, with the number of its name."""
    os.set_blocking(helper.source, True)
    received = helper.received
    while True:
        end = _LENGTH + int.from_bytes(received[:_LENGTH], "big")
        if len(received) < end:
            length = os.readv(helper.source, (buffer,))
            if not length:
                break
            received.extend(buffer[:length])
            continue
        with memoryview(received) as everything, everything[_LENGTH:end] as sent:
            found = marshal.loads(sent) if sent else None  # noqa: S302 - from this very program
        del received[:end]
        if found is None:
            break
        yield found
    os.set_blocking(helper.source, False)


def _end(helper: _Helper) -> None:
    """End a process, whatever it does."""
    import signal

    with contextlib.suppress(ProcessLookupError):
        os.kill(helper.process, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(helper.process, 0)
    os.close(helper.source)
    os.close(helper.sink)
