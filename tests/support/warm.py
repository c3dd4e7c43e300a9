"""Processes that begin warm: each is forked from a Python that has imported efdgen and has checked a repository once.

A process of its own costs a quarter of a second before it does anything; most tests that need one need its standard
streams, its exit status, its working directory, or that it dies. These are real here. What Python does when it starts
is not: a test of PYTHON... variables, of imports or of installed commands starts its own.

    done = warm.efdgen("check", cwd=root)                    # python -m efdgen check
    done = warm.python("-c", "import os; os._exit(9)")       # python -c ...
    program = warm.command(folder / "efdgen")                # an executable file, for shells
"""

from __future__ import annotations

import atexit
import functools
import marshal
import os
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import efdgen as package
from support.efd import EFD

_SERVER = Path(__file__).with_name("warmserver.py")

_CLIENT = """\
#!{python} -IS
import _socket, array, marshal, os, sys
{before}
socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
socket.connect({address!r})
request = marshal.dumps((["-m", "efdgen", *sys.argv[1:]], os.getcwd(), dict(os.environ)))
streams = array.array("i", [0, 1, 2])
socket.sendmsg([len(request).to_bytes(4, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
sent = 0
while sent < len(request):
    sent += socket.send(request[sent:])
status = int(socket.recv(16))
if status < 0:
    os.kill(os.getpid(), -status)
os._exit(status)
"""
"""No module but what is built in: it starts in a hundredth of a second."""


@functools.cache
def _address() -> str:
    """Start the server, once a process that runs tests, and return the socket that it listens at."""
    folder = tempfile.TemporaryDirectory(prefix="warm")
    address = f"{folder.name}/socket"
    path = os.pathsep.join([str(Path(package.__file__).parents[1]), *sys.path])
    server = subprocess.Popen(
        [sys.executable, _SERVER, address, EFD],
        env={**os.environ, "PYTHONPATH": path, "EFDGEN_NO_CACHE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )

    def stop() -> None:
        server.communicate()
        folder.cleanup()

    atexit.register(stop)
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"
    return address


def python(
    *arguments: str | Path, cwd: Path = EFD, env: Mapping[str, str] | None = None, stderr: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Do what `python -c CODE ...` or `python -m MODULE ...` does, with `env` on top of the environment variables.

    `stderr`, such as a terminal of the caller's, takes the place of the pipe that is read.
    """
    words = [str(argument) for argument in arguments]
    request = marshal.dumps((words, str(cwd), {**os.environ, **(env or {})}))
    nothing = os.open(os.devnull, os.O_RDONLY)
    pipes = [os.pipe(), os.pipe()]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.connect(_address())
        theirs = [nothing, *(writer for _, writer in pipes)]
        streams = theirs if stderr is None else [*theirs[:2], stderr]
        socket.send_fds(asking, [len(request).to_bytes(4, "big")], streams)
        asking.sendall(request)
        for stream in theirs:
            os.close(stream)
        said = _read(*(reader for reader, _ in pipes))
        status = int(asking.recv(16))
    return subprocess.CompletedProcess(words, status, *said)


def _read(*pipes: int) -> list[str]:
    """Read pipes to their ends, side by side, and close them."""
    said: dict[int, bytes] = dict.fromkeys(pipes, b"")
    open_pipes = set(pipes)
    while open_pipes:
        for pipe in select.select(open_pipes, [], [])[0]:
            if piece := os.read(pipe, 65536):
                said[pipe] += piece
            else:
                os.close(pipe)
                open_pipes.discard(pipe)
    return [text.decode() for text in said.values()]


def efdgen(
    *arguments: str | Path, cwd: Path = EFD, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Do what `python -m efdgen ...` does."""
    return python("-m", "efdgen", *arguments, cwd=cwd, env=env)


@functools.cache
def program() -> Path:
    """Return a program that does what `efdgen` does, for those who start processes themselves."""
    return command(Path(_address()).with_name("efdgen"))


def command(file: Path, before: str = "") -> Path:
    """Write such a program, which runs some Python of the caller's before."""
    file.write_text(_CLIENT.format(python=sys.executable, address=_address(), before=before), encoding="utf-8")
    file.chmod(0o755)
    return file
