"""An engine in a process of its own, with bounds: a chart that never ends does not take the run along.

What goes between the two processes is marshalled data, its length first.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import efdgen
from efdgen.errors import ChartError
from efdgen.helm import engines
from efdgen.helm.engines.engine import Capabilities, Release

SECONDS = 20
"""How long a chart may take; real ones take some hundredths of a second."""

MOST_BYTES = 2 << 30
"""Memory that the process may take."""

_READY = b"ready"
_LENGTH = struct.Struct("<Q")
_SERVE = (
    "import sys; sys.path.insert(0, sys.argv[2]); from efdgen.helm.engines import guarded; guarded.serve(sys.argv[1])"
)


_EMPTY = Release("empty", "empty", {"Chart.yaml": b"apiVersion: v2\nname: empty\nversion: 1.0.0\n"}, ())


class Guarded:
    """Helm in another process, which is ended when a chart takes too long or too much. A context manager.

    Args:
        name: the engine, as for `engines.choose`.
        seconds: how long a chart may take.

    Raises:
        ChartError: when the engine is not installed.
    """

    def __init__(self, name: str = "auto", seconds: float = SECONDS) -> None:
        engine = engines.choose(name)
        self.description = engine.description
        self.cautions: Sequence[str] = engine.cautions
        self._name = name
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._refused: dict[bytes, str] = {}

    def __enter__(self) -> Guarded:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._end()

    def template(self, release: Release, capabilities: Capabilities) -> list[tuple[str, str]]:
        """Return what `helm template --include-crds` yields.

        Raises:
            ChartError: with Helm's message, or when a chart takes too long or too much memory: then, and whenever it
                comes again.
        """
        known = _digest(release)
        if known in self._refused:
            raise ChartError(self._refused[known])
        asked = (*release[:2], dict(release.chart), list(release.values), *capabilities)
        try:
            is_good, answer = self._answer(marshal.dumps(asked))
        except (TimeoutError, EOFError, OSError) as error:
            self._end()
            is_late = isinstance(error, TimeoutError)
            late = f"Helm takes longer than {self._seconds:g} seconds for it"
            self._refused[known] = late if is_late else "Helm ends without a word: it may take too much memory"
            raise ChartError(self._refused[known]) from None
        if not is_good:
            raise ChartError(answer)
        return [(path, text) for path, text in answer]

    def _answer(self, asked: bytes) -> Any:
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-c", _SERVE, self._name, str(Path(efdgen.__file__).parents[1])]
            # What it writes when it dies is for nobody: a message says that it did.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                start_new_session=True,
            )
            started = self._process.stdout
            if started is not None:
                _receive(started, len(_READY), time.monotonic() + SECONDS)
        process = self._process
        if process.stdin is None or process.stdout is None:
            raise EOFError
        deadline = time.monotonic() + self._seconds
        _send(process.stdin, asked)
        (length,) = _LENGTH.unpack(_receive(process.stdout, _LENGTH.size, deadline))
        return marshal.loads(_receive(process.stdout, length, deadline))  # noqa: S302 - our own process wrote it

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _digest(release: Release) -> bytes:
    """Return what tells a chart from others, whatever its values are."""
    found = hashlib.sha256()
    for path, content in sorted(release.chart.items()):
        found.update(f"{path}\0{len(content)}\0".encode(errors="surrogateescape"))
        found.update(content)
    return found.digest()


def _send(stream: IO[bytes], content: bytes) -> None:
    waiting = memoryview(_LENGTH.pack(len(content)) + content)
    while waiting:
        waiting = waiting[stream.write(waiting) or 0 :]


def _receive(stream: IO[bytes], length: int, deadline: float) -> bytes:
    parts = []
    while length:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([stream], [], [], left)[0]:
            raise TimeoutError
        part = stream.read(min(length, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def serve(name: str) -> None:
    """Answer what `Guarded` asks, until it asks no more: the other process."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    engine = engines.choose(name)
    asking, answering = os.fdopen(0, "rb"), os.fdopen(1, "wb")
    engine.template(_EMPTY, Capabilities("1.21.5", ()))  # what is loaded at the first time takes the longest
    answering.write(_READY)
    answering.flush()
    while head := asking.read(_LENGTH.size):
        release_name, namespace, chart, values, version, apis = marshal.loads(  # noqa: S302 - our own process wrote it
            asking.read(*_LENGTH.unpack(head))
        )
        answer: tuple[bool, Any]
        try:
            found = engine.template(Release(release_name, namespace, chart, values), Capabilities(version, tuple(apis)))
            answer = True, found
        except ChartError as error:
            answer = False, str(error)
        content = marshal.dumps(answer)
        answering.write(_LENGTH.pack(len(content)) + content)
        answering.flush()
