"""Helm's own messages, each said once: its library writes them to the process's error output, for every rendering."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from typing import TextIO

from efdgen.cli.streams import say_warning
from efdgen.helm.engines.engine import Engine

_WARNING = re.compile(r"(?:^|\s)(?:warning|info): (.*?)\s*$", re.IGNORECASE)
"""As Helm 3 says it: `coalesce.go:301: warning: ...`, `dependencies.go:286: Warning: ...`; and Helm 4 in part."""
_RECORD = re.compile(
    r"^(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (?:WARN|INFO) |(?:time=\S+ )?level=(?:WARN|INFO) msg=)(?P<rest>.*)$"
)
"""As Helm 4 says the rest, a message and what it is about: `2026/11/29 12:15:16 WARN no table chart=a error="..."`."""
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_FIELD = re.compile(r'\s(?P<key>\w+)=(?P<value>"(?:[^"\\]|\\.)*"|\S*)')
_ERROR_OUTPUT = 2
_LONGEST = 160


@contextlib.contextmanager
def once(engine: Engine) -> Iterator[TextIO]:
    """Say Helm's warnings once each, when what is done in between is done; whatever else was written follows as it was.

    What is yielded is where a terminal shows progress in between: it is not caught.

    Args:
        engine: Helm: the command's warnings are those that it noted.
    """
    try:
        saved = os.dup(_ERROR_OUTPUT)
    except OSError:  # nobody would see them
        yield sys.stderr
        return
    shown = os.fdopen(os.dup(saved), "w", errors="backslashreplace") if sys.stderr.isatty() else None
    with tempfile.TemporaryFile() as caught:
        sys.stderr.flush()
        os.dup2(caught.fileno(), _ERROR_OUTPUT)
        _hear(engine, caught.fileno())
        try:
            yield shown or sys.stderr
        finally:
            _hear(engine, None)
            if shown is not None:
                shown.close()
            sys.stderr.flush()
            os.dup2(saved, _ERROR_OUTPUT)
            os.close(saved)
            caught.seek(0)
            _tell([*caught.read().decode("utf-8", "replace").splitlines(), *getattr(engine, "noted", ())])


def _hear(engine: Engine, file: int | None) -> None:
    """Tell an engine that keeps what it makes where its library writes to."""
    from efdgen.helm.kept.keeping import Keeping

    if isinstance(engine, Keeping):
        engine.hearing.file = file


def text_of(line: str) -> str:
    """Return what Helm says in a line of its log, the same for every version of it; empty: that is none of its log.

    `2026/11/29 12:15:16 WARN no table from chart chart=a error="b is none"` is `no table from chart a: b is none`, as
    Helm 3 says it.
    """
    record = _RECORD.match(line.rstrip())
    if record is None:
        match = _WARNING.search(line)
        return match[1] if match else ""
    rest = record["rest"]
    start = _QUOTED.match(rest) or _FIELD.search(rest)
    end = len(rest) if start is None else start.end() if rest.startswith('"') else start.start()
    fields = {each["key"]: _unquoted(each["value"]) for each in _FIELD.finditer(rest, end)}
    error = fields.pop("error", "")
    message = " ".join((_unquoted(rest[:end]), *fields.values())) + (f": {error}" if error else "")
    return message.removeprefix("warning: ")


def _unquoted(value: str) -> str:
    """Return a value of a record: Go puts it in quotes where it holds blanks."""
    is_quoted = len(value) > 1 and value[0] == value[-1] == '"'
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if is_quoted else value


def _tell(lines: Iterable[str]) -> None:
    warnings: dict[str, None] = {}
    for line in lines:
        text = text_of(line)
        if text:
            warnings[text] = None
        else:
            sys.stderr.write(f"{line}\n")
    for text in sorted(warnings):
        # `destination for telegraf.telegraf.config...`: the wrapper chart comes first, which is called like the app.
        say_warning(f"Helm: {text if len(text) <= _LONGEST else f'{text[: _LONGEST - 3]}...'}")
