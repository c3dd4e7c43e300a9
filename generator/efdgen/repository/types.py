"""The types of an app's values and parameters: `values.schema.json` and `parameters.schema.json` in its folder.

An app whose folder has neither takes whatever its chart takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from efdgen.errors import Location, Path, Problem
from efdgen.language import expressions, layers, schema, scope, yamlio
from efdgen.language.conforms import Reading, conforms
from efdgen.language.shown import shown
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Document
from efdgen.repository import ownschemas
from efdgen.repository.files import Files
from efdgen.repository.model import Types


def load(files: Files, folder: str, base: Types) -> Types:
    """Read the types of an app.

    Args:
        files: records what is wrong.
        folder: the app's, below the repository's top.
        base: the types of the app that it extends; a file of its own takes the place of the base's.
    """
    beside: tuple[tuple[str, ownschemas.OwnSchema], ...] = ()
    types = base
    for name in Types._fields:
        path = f"{folder}/{name}.schema.json"
        if files.exists(path):
            own = ownschemas.read(files, path, beside)
            if own is None:
                return base  # what is wrong with one may be why a reference of the next leads nowhere
            beside = (*beside, (name, own))
            types = types._replace(**{name: own.content})
    return types


class _Part(NamedTuple):
    """What stands at a place of a document, seen with the eyes of one who has yet to evaluate it."""

    document: Document
    at: Path
    data: Any

    def locate(self, path: Path = (), *, key: bool = False) -> Location:
        return self.document.locate((*self.at, *path), key=key)

    def locate_in_text(self, path: Path, offset: int = 0) -> Location:
        return self.document.locate_in_text((*self.at, *path), offset)


def check(
    document: Document, at: Path, rules: schema.Rules, *, takes_null: bool = False, reading: Reading | None = None
) -> Iterator[Problem]:
    """Yield what is wrong with the mapping at a place of a document, if there is one, as far as it is written.

    What expressions yield, and whether a key is missing in all layers together, is for the resolver to say. Only in
    items of lists, which no other layer can add to, is a missing key missing.

    Args:
        document: what was read.
        at: where the mapping stands.
        rules: what it must be.
        takes_null: whether null can stand anywhere: it takes the chart's own value away, whatever its type.
        reading: what was read of schemas before, of data that may become the same as here; None: nothing.
    """
    data = layers.at(document.data, at)
    if data is not layers.ABSENT and (reading is None or not conforms(data, rules, reading)):
        yield from _checked(_Part(document, at, scope.pending(data, nulls=takes_null)), rules, None)


class _Pin(NamedTuple):
    """A pin's value, nested as deeply as its path says."""

    document: Document
    at: Path
    data: Any

    def locate(self, path: Path = (), *, key: bool = False) -> Location:  # noqa: ARG002 - a pin is one value
        return self.document.locate(self.at[:-1], key=True) if key else self.document.locate(self.at)

    def locate_in_text(self, path: Path, offset: int = 0) -> Location:  # noqa: ARG002 - a pin is one value
        return self.document.locate_in_text(self.at, offset)


def check_pin(
    document: Document, at: Path, rules: schema.Rules, below: Any = None, reading: Reading | None = None
) -> Iterator[Problem]:
    """Yield what is wrong with the value of the pin at a place of a document: `(..., "pins", "image.tag")`.

    Args:
        document: what was read.
        at: where the pin stands.
        rules: what the app's values must be.
        below: the values of the app's definition: what one of them is, its pin is, too.
        reading: what was read of schemas before; None: nothing.
    """
    where = (*at, "value")
    keys = str(at[-1]).split(".")
    value = nested = layers.at(document.data, where)
    for key in reversed(keys):
        nested = {key: nested}
    message, hint = _other_kind(value, keys, layers.at(below, tuple(keys), None))
    found = [problem._replace(path=where) for problem in _checked(_Pin(document, where, nested), rules, reading)]
    if message and (not found or not isinstance(value, str)):
        found = [Problem("E204", message, document.locate(where), where, hint)]
    yield from found


def _other_kind(value: Any, keys: Sequence[str], default: Any) -> tuple[str, str]:
    """Return what is wrong with a pin of another kind than what it takes the place of, and the hint."""
    is_tag = keys[-1] == "imageTag" or keys[-2:] == ["image", "tag"]
    is_text = isinstance(default, str) and not expressions.has_expression(default)
    if not isinstance(value, str):
        return (f"must be text, not {shown(value)}", "put it in quotes") if is_tag or is_text else ("", "")
    if isinstance(default, int | float) and not is_tag:
        try:
            plain = yamlio.resolve_plain(value)
        except yamlio.AmbiguousScalarError:
            plain = value
        if not isinstance(plain, str) and plain is not None and isinstance(plain, bool) is isinstance(default, bool):
            return (
                f"must be of the type of {shown(default)}, which it takes the place of",
                f"write {value} without quotes",
            )
    return "", ""


def _checked(part: _Part | _Pin, rules: schema.Rules, reading: Reading | None) -> Iterator[Problem]:
    for problem in schema.check_data(part, rules, reading=reading):
        if problem.code != "E202" or any(isinstance(step, int) for step in problem.path):
            yield problem._replace(path=(*part.at, *problem.path))
