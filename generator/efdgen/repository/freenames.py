"""Which names files can be given that have a wrong one: valid ones that none has, and that no other was told to take.

Who follows a hint must not overwrite anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from efdgen.language import schema
from efdgen.language.conforms import conforms
from efdgen.language.yamlio.scalars import is_text
from efdgen.repository import paths
from efdgen.repository.files import Files

_LONGEST = 63
_MOST_TRIED = 100


def is_environment(name: str) -> bool:
    """Say whether an environment can have a name, as far as its letters say."""
    return conforms(name, schema.load("types#/$defs/name")) and is_text(name)


def takes(files: Files, path: str) -> bool:
    """Say whether a path is free; from now on, it is not: some file was told to move there."""
    if path in files.promised or files.exists(path):
        return False
    files.promised.add(path)
    return True


def of_environment(files: Files, like: str) -> str:
    """Return a name for an environment like a text, whose spec nothing stands in the place of; empty: none is found."""
    plain = re.sub(r"[^a-z0-9]+", "-", like.lower())[:_LONGEST].strip("-")
    for number in range(1, _MOST_TRIED if plain else 0):
        end = f"-{number}" if number > 1 or not is_text(plain) else ""
        name = plain[: _LONGEST - len(end)] + end
        if is_environment(name) and not files.exists(f"{paths.APPS}/{name}") and takes(files, paths.spec(name)):
            return name
    return ""


def move_spec(files: Files, stem: str, verb: Literal["move", "rename"]) -> str:
    """Return the hint for a spec that does not lie where specs do, or does not end as they do.

    Args:
        files: the repository's.
        stem: its name without the end.
        verb: what to do with it.
    """
    named = paths.spec if verb == "move" else "{}.yaml".format
    if is_environment(stem) and takes(files, paths.spec(stem)):
        return f"{verb} it to {named(stem)}"
    name = of_environment(files, stem)
    if not name:
        return "give it a name of lower-case letters, digits and hyphens that no other spec has"
    both = f"name it {name}, and {verb} the file to {named(name)}"
    return f"{paths.spec(stem)} is there, too: keep one of them, or {both}" if is_environment(stem) else both


def name_of_spec(files: Files, stem: str, name: str) -> str:
    """Return the hint for a spec whose name is not its file's.

    Args:
        files: the repository's.
        stem: the file's name, without its end.
        name: what the spec says.
    """
    is_name = is_environment(stem)
    if takes(files, paths.spec(name)):
        if not is_name:
            return f"rename the file to {name}.yaml"
        both = "to give an environment another name, efdgen rename does both"
        return f"name it {stem}, or rename the file to {name}.yaml; {both}"
    why = f"{paths.spec(name)} is there" if files.exists(paths.spec(name)) else f"another file has the name {name}"
    if is_name:
        return f"name it {stem}: {why}, too"
    new = of_environment(files, stem)
    return f"{f'name it {new}, and the file {new}.yaml' if new else 'choose another name for both'}: {why}, too"


def of_table(files: Files, stem: str, is_name: Callable[[str], bool]) -> str:
    """Return the hint for a table whose file does not end as tables do.

    Args:
        files: the repository's.
        stem: its name without the end.
        is_name: says whether a table can have a name.
    """
    name = stem if is_name(stem) else re.sub(r"[^a-z0-9]+", "", stem.lower()).lstrip("0123456789")
    if is_name(name) and takes(files, paths.table(name)):
        return f"rename it to {name}.yaml"
    if is_name(name):
        return f"{name}.yaml is there, too: keep one of them, or choose another name"
    return "choose a name of lower-case letters and digits, and end it in .yaml"
