"""kubectl: it asks in its own way, with its own login, in a context that is named, and is ended when it hangs."""

from __future__ import annotations

import atexit
import contextlib
import os
import selectors
import signal
import subprocess
import time
from typing import Any

from efdgen.language import suggest
from efdgen.language.shown import count
from efdgen.verbs.audit import jsontext
from efdgen.verbs.audit.answers import MOST, TOO_MUCH, AskError

_TOKENS = ("VAULT_TOKEN", "ARGOCD_AUTH_TOKEN")
"""What it has no use for, it does not get."""

_PIECE = 1_000_000

_RUNNING: set[subprocess.Popen[bytes]] = set()


def applications(context: str, namespace: str, seconds: float) -> Any:
    """Return what kubectl prints of Argo CD's Applications; None: it is no JSON.

    Args:
        context: kubectl's name of the cluster.
        namespace: where they are.
        seconds: how long the cluster may be silent.

    Raises:
        AskError: when kubectl is not there, fails or hangs, or has no such context.
    """
    asked = ("--namespace", namespace, "get", "applications.argoproj.io", "--output", "json")
    limit = f"{max(1, round(seconds))}s"
    status, said = _run(("kubectl", f"--context={context}", "--request-timeout", limit, *asked), 3 * seconds)
    if status:
        raise _fault(context, namespace, status, _contexts(seconds))
    return jsontext.data(said)


def _fault(context: str, namespace: str, status: int, known: list[str] | None) -> AskError:
    if known is not None and context not in known:
        return AskError(suggest.unknown("context of kubectl", context, known), "kubectl config get-contexts lists them")
    text = f"kubectl --context {context} fails with status {status}"
    return AskError(text, f"try: kubectl --context {context} -n {namespace} get applications.argoproj.io")


def _contexts(seconds: float) -> list[str] | None:
    """Return the contexts that kubectl's own settings have: nobody is asked for them. None: it does not say."""
    try:
        status, said = _run(("kubectl", "config", "get-contexts", "--output=name"), seconds)
    except AskError:
        return None
    return said.decode(errors="replace").splitlines() if status == 0 else None


def _run(command: tuple[str, ...], seconds: float) -> tuple[int, bytes]:
    """Run a command, and return its status and what it prints; what it says of errors can hold what nobody may see."""
    environment = {key: value for key, value in os.environ.items() if key not in _TOKENS}
    start: type[subprocess.Popen[bytes]] = subprocess.Popen
    try:
        process = start(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            # What it starts itself, such as a login, is ended with it, and has no terminal to ask at.
            start_new_session=True,
        )
    except FileNotFoundError:
        raise AskError("kubectl is not installed", "install it, or ask the API: ARGOCD_AUTH_TOKEN") from None
    except OSError as error:
        raise AskError(f"kubectl can't be started: {error.strerror}", "is it the right program?") from None
    _RUNNING.add(process)
    try:
        said = _read(process, time.monotonic() + seconds)
    except TimeoutError:
        advice = "does it wait for a login? Log in first; --timeout waits longer"
        raise AskError(f"kubectl does not answer within {count(seconds, 'second')}", advice) from None
    finally:
        _end(process)
    return process.returncode, said


def _read(process: subprocess.Popen[bytes], until: float) -> bytes:
    """Return all that a process prints, until it ends.

    Raises:
        TimeoutError: when it does not end in time.
        AskError: when it prints too much.
    """
    said = bytearray()
    with selectors.DefaultSelector() as waiting:
        assert process.stdout is not None  # noqa: S101 - it was started with a pipe
        waiting.register(process.stdout, selectors.EVENT_READ)
        while len(said) <= MOST:
            if not waiting.select(max(0.0, until - time.monotonic())):
                raise TimeoutError
            piece = os.read(process.stdout.fileno(), _PIECE)
            if not piece:
                break
            said += piece
        else:
            raise AskError(f"kubectl prints more than {MOST:,} bytes", TOO_MUCH)
    try:
        process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise TimeoutError from None
    return bytes(said)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it started, unless it ended itself."""
    _RUNNING.discard(process)
    if process.poll() is None:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


@atexit.register
def _end_all() -> None:
    for process in tuple(_RUNNING):
        _end(process)
