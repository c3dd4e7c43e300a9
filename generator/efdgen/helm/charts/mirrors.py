"""The mirrors that a machine has of its own, over those of the repository."""

from __future__ import annotations

import os
import re
from pathlib import Path

from efdgen.errors import ChartError, InvalidInputError, Location, Problem
from efdgen.language import schema, yamlio
from efdgen.language.conforms import conforms
from efdgen.repository import chartsettings
from efdgen.repository.files import Files
from efdgen.repository.mirrors import Mirror, settings

VARIABLE = "EFDGEN_MIRRORS"
"""Mirrors as `PREFIX=URL`, with blanks between them; they win over all others."""

_FILE = "efdgen/charts.yaml"
"""The machine's own file, below the user's folder of settings."""


_TAKEN = ("https", "http", "oci")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,20})://")


def load(root: Path) -> tuple[Mirror, ...]:
    """Return the mirrors of a repository and of this machine; of two for one prefix, the later one wins.

    Raises:
        InvalidInputError: with everything wrong with a file.
        ChartError: when the machine's file can't be read, or the variable can't be understood.
    """
    files = Files(root)
    shared = chartsettings.load(files)
    if files.problems:
        raise InvalidInputError(files.problems)
    return (*shared.mirrors, *_of_file(_file()), *_of_variable(os.environ.get(VARIABLE, "")))


def _file() -> Path | None:
    own = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    if own.is_absolute():
        return own / _FILE
    try:
        return Path.home() / ".config" / _FILE
    except RuntimeError:
        return None


def _of_file(file: Path | None) -> tuple[Mirror, ...]:
    try:
        content = file.read_bytes() if file is not None else None
    except (FileNotFoundError, NotADirectoryError):
        content = None
    except OSError as error:
        raise ChartError(f"can't read {file}: {error.strerror}; make it readable, or remove it") from None
    if content is None:
        return ()
    document = yamlio.parse(yamlio.decode(content, str(file)), str(file))
    if document.data is None:
        return ()
    if not isinstance(document.data, dict):
        hint = "write: mirrors"
        raise InvalidInputError([Problem("E204", "must be a mapping", Location(str(file), 1, 1), hint=hint)])
    problems = schema.check(document, "charts#/$defs/machine")
    if problems:
        raise InvalidInputError(problems)
    return settings(document.data, str(file)).mirrors


def _of_variable(text: str) -> tuple[Mirror, ...]:
    found: list[Mirror] = []
    for pair in text.split():
        prefix, _, url = pair.partition("=")
        data = {"mirrors": {prefix: {"url": url}}}
        if not conforms(data, schema.load("charts#/$defs/machine")):
            # What the word holds is not shown: it may be a password.
            others = [
                scheme[1] for side in (prefix, url) if (scheme := _SCHEME.match(side)) and scheme[1] not in _TAKEN
            ]
            message = f"{VARIABLE} holds a word that is not PREFIX=URL, two URLs without user names"
            if others:
                message = (
                    f"{VARIABLE} names a URL of {others[0]}://, which is not taken, but https://, http:// or oci:// is"
                )
            raise ChartError(f"{message}: fix it, or unset the variable")
        found += settings(data, VARIABLE).mirrors
    return tuple(found)
