"""What a result depends on beside the input: efdgen's own code and data, the libraries below it, and Python."""

from __future__ import annotations

import functools
import hashlib
import importlib.machinery
import os
import sys
from collections.abc import Iterator

import efdgen

_LIBRARIES = ("jinja2", "jsonschema", "yaml")
"""What results are made with. Where they are installed stands what they need themselves."""

_PACKAGE = os.path.dirname(os.path.abspath(efdgen.__file__))


@functools.cache
def digest() -> str | None:
    """Return a digest of everything that takes part in making a result, in hexadecimal digits.

    Code is compared by its content, a library by its version and its file's time. None: not all of it can be read.
    """
    found = hashlib.sha256(f"{sys.version}\0{sys.implementation.cache_tag}\0{sys.byteorder}".encode())
    try:
        for path in files(_PACKAGE):
            with open(path, "rb", buffering=0) as stream:
                content = stream.readall()
            found.update(f"\0{path[len(_PACKAGE) :]}\0{len(content)}\0".encode())
            found.update(content)
        for line in _libraries():
            found.update(f"\0{line}".encode())
    except (OSError, ValueError):
        return None
    return found.hexdigest()


def files(folder: str) -> Iterator[str]:
    """Yield the files below a folder, sorted, without what Python compiles."""
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from files(entry.path)
        else:
            yield entry.path


def _libraries() -> Iterator[str]:
    """Yield what tells the installed libraries from others.

    Raises:
        ValueError: when one is not there.
    """
    folders: dict[str, None] = {}
    for name in _LIBRARIES:
        spec = importlib.machinery.PathFinder.find_spec(name)
        if spec is None or spec.origin is None:
            raise ValueError(name)
        status = os.stat(spec.origin)
        yield f"{spec.origin} {status.st_size} {status.st_mtime_ns}"
        folders[os.path.dirname(os.path.dirname(spec.origin))] = None
    for folder in folders:
        yield from sorted(name for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info")))
