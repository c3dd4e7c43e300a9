"""Folders that can't be read: what follows from one is not said beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from efdgen.errors import Problem

_UNKNOWN_NAME = "E402"


def without_follow_ups(problems: Iterable[Problem], folders: Collection[str]) -> list[Problem]:
    """Return problems without those that only follow from folders that can't be read.

    Nothing below such a folder can be read, either; and which names there are is not known.

    Args:
        problems: what was found on loading.
        folders: the folders that can't be read, each of which is said.
    """
    if not folders:
        return list(problems)
    return [
        problem
        for problem in problems
        if problem.code != _UNKNOWN_NAME and not any(problem.location.file.startswith(f"{each}/") for each in folders)
    ]
