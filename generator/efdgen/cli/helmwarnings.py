"""Helm's own warnings, each said once: its library writes them to the process's error output, for every rendering."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator

from efdgen.cli.streams import say_warning
from efdgen.helm.engines.engine import Engine

_WARNING = re.compile(r"(?:^|[\s\"])warning: (.*?)\"?\s*$")
_ERROR_OUTPUT = 2
_LONGEST = 160


@contextlib.contextmanager
def once(engine: Engine) -> Iterator[None]:
    """Say Helm's warnings once each, when what is done in between is done; whatever else was written follows as it was.

    Args:
        engine: Helm: the command's warnings are those that it noted.
    """
    try:
        saved = os.dup(_ERROR_OUTPUT)
    except OSError:  # nobody would see them
        yield
        return
    with tempfile.TemporaryFile() as caught:
        sys.stderr.flush()
        os.dup2(caught.fileno(), _ERROR_OUTPUT)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(saved, _ERROR_OUTPUT)
            os.close(saved)
            caught.seek(0)
            _tell([*caught.read().decode("utf-8", "replace").splitlines(), *getattr(engine, "noted", ())])


def _tell(lines: Iterable[str]) -> None:
    warnings: dict[str, None] = {}
    for line in lines:
        match = _WARNING.search(line)
        if match:
            warnings[match[1]] = None
        else:
            sys.stderr.write(f"{line}\n")
    for text in sorted(warnings):
        # `destination for telegraf.telegraf.config...`: the wrapper chart comes first, which is called like the app.
        say_warning(f"Helm: {text if len(text) <= _LONGEST else f'{text[: _LONGEST - 3]}...'}")
