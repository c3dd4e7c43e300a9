"""The Python that `support.warm` forks processes from: it runs until its standard input ends.

    python warmserver.py SOCKET REPOSITORY

A request is its length in 4 bytes, then `marshal` of (arguments, folder, variables), with the three standard streams as
file descriptors. The answer is the exit status in decimal; below 0, the signal that ended the process.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import marshal
import os
import runpy
import select
import signal
import socket
import sys
import threading
import traceback
from types import FrameType

_running: dict[int, socket.socket] = {}


def serve(listener: socket.socket) -> None:
    """Fork a process for each request, until standard input ends."""
    signal.signal(signal.SIGCHLD, _answer)
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            break
        asked, _ = listener.accept()
        head, streams, _, _ = socket.recv_fds(asked, 4, 3)
        request = asked.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        process = os.fork()
        if process == 0:
            listener.close()
            asked.close()
            _become(streams, *marshal.loads(request))  # noqa: S302 - from the tests alone
        _running[process] = asked
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        for stream in streams:
            os.close(stream)
    while _running:
        signal.pause()


def _answer(_signal: int, _frame: FrameType | None) -> None:
    """Tell those who asked for processes how these ended."""
    while _running:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break  # this interrupts itself, between the last one's end and the answer
        if not process:
            break
        with _running.pop(process) as asked, contextlib.suppress(BrokenPipeError):
            asked.send(b"%d" % os.waitstatus_to_exitcode(status))


def _become(streams: list[int], arguments: list[str], folder: str, variables: dict[str, str]) -> None:
    """Do what `python ARGUMENTS` does, and end as it does."""
    for target, stream in enumerate(streams):
        os.dup2(stream, target)
        os.close(stream)
    gc.disable()  # as the command does, and who looks for garbage copies the memory that is shared until then
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _writer(1, "strict")
    sys.stderr = _writer(2, "backslashreplace")
    status = 1
    try:
        status = _run(*arguments)
    except SystemExit as error:
        status = _status_of(error.code)
    except BaseException:  # noqa: BLE001 - as Python ends
        traceback.print_exc()
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - what Python calls at its end
    atexit._run_exitfuncs()  # noqa: SLF001 - the same
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        status = 120
    os._exit(status & 0xFF)


def _writer(stream: int, errors: str) -> io.TextIOWrapper:
    return open(stream, "w", encoding="utf-8", errors=errors, closefd=False, buffering=-1 if stream == 1 else 1)


def _run(kind: str, what: str, *arguments: str) -> int:
    if kind == "-m":
        sys.argv = [what, *arguments]
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        sys.argv = [kind, *arguments]
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__", "__builtins__": __builtins__})  # noqa: S102
    return 0


def _status_of(code: object) -> int:
    if code is None or isinstance(code, int):
        return code or 0
    sys.stderr.write(f"{code}\n")
    return 1


def _warm(root: str) -> None:
    """Import what the verbs import, and check a repository, so that all that is made once is made."""
    from efdgen.cli import command

    said = io.StringIO()
    for verb in ("check", "list"):
        # What is wrong with the repository is for its own tests to say.
        with (
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
            contextlib.suppress(Exception, SystemExit),
        ):
            command.main([verb, "--root", root], prog_name="efdgen", standalone_mode=False)
    import jsonschema  # noqa: F401

    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    del sys.path[0]  # this folder, whose modules have names that Python's have
    _warm(sys.argv[2])
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as at:
        at.bind(sys.argv[1])
        at.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        serve(at)
