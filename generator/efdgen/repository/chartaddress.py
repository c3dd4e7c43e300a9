"""How a wrapper chart names a chart that lies in a folder of the repository. Pure: texts only."""

from __future__ import annotations

SCHEME = "file://"
"""What the address of a folder begins with, in a wrapper chart's dependencies."""

_UP = "../../../"
"""From the folder of a wrapper chart, rendered/apps/<app>, to the repository's top folder."""


def address(folder: str) -> str:
    """Return how a wrapper chart names a folder of the repository: relative to its own, as Helm wants it."""
    return f"{SCHEME}{relative(folder)}"


def relative(folder: str) -> str:
    """Return the way from the folder of a wrapper chart to a folder of the repository."""
    return f"{_UP}{folder}"


def folder_of(address: str) -> str:
    """Return the folder of the repository that a wrapper chart names; nothing where it names something else."""
    start = f"{SCHEME}{_UP}"
    return address.removeprefix(start) if address.startswith(start) else ""
