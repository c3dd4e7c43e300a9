"""Whether templates may show all that they are given: the root holds what Go has in any order, and addresses.

    {{ toYaml . }}      {{ $all := $ }} {{ $all | toJson | sha256sum }}

Templates hand the root on to each other everywhere. That is told from showing it by following it: in `.`, in `$`, in
variables that stand for it, and in what `dict` puts it into. In doubt, it may be shown: whatever else gets it, may look
into it, as `index . "Files"` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from efdgen.helm.charts import gotemplate
from efdgen.helm.charts.gotemplate import Node, Pipeline, Term
from efdgen.language.tuples import NamedTuple

_HANDING_ON = frozenset(("include", "tpl"))
_ASKING = frozenset(
    ("empty", "eq", "ge", "gt", "hasKey", "kindIs", "kindOf", "le", "len", "lt", "ne", "not", "typeIs", "typeOf")
)
"""What says something about its operands that holds nothing of them."""
_ESCAPED = re.compile(r"\\[xuU0-7]")
"""A letter of a key that is not read."""

_YIELDING = frozenset(("and", "or", "dict", "list"))
"""What yields its operands, or holds them."""

_METHODS = frozenset(("AsMap", "Encode", "PathValue", "Table", "YAML"))


class Shown(NamedTuple):
    """What templates do with the root.

    Attributes:
        may_be: whether they may show it.
        keys: the keys under which `dict` hands it on.
        links: a field, and a key under which `dict` hands on what it names: the root, if the field is such a key.
        fields: the last fields of all that is shown.
    """

    may_be: bool = False
    keys: frozenset[str] = frozenset()
    links: frozenset[tuple[str, str]] = frozenset()
    fields: frozenset[str] = frozenset()

    def with_(self, other: Shown) -> Shown:
        """Return what both do."""
        keys, links = self.keys | other.keys, self.links | other.links
        return Shown(self.may_be or other.may_be, keys, links, self.fields | other.fields)

    def is_possible(self) -> bool:
        """Say whether the root may be shown, by itself or out of a `dict`."""
        keys = set(self.keys)
        known = -1
        while known != (known := len(keys)):
            keys.update(key for field, key in self.links if field in keys)
        return self.may_be or not keys.isdisjoint(self.fields)


def shown(text: str) -> Shown:
    """Return what a template does with the root."""
    if _ESCAPED.search(text):
        return Shown(may_be=True)
    try:
        parsed = gotemplate.parse(text)
    except (gotemplate.TemplateSyntaxError, RecursionError):
        return Shown(may_be=True)
    reader = _Reader()
    known = -1
    # A variable may stand for the root only below, as in a loop.
    while known != (known := sum(map(len, reader.variables.values()))):
        for body in (parsed.body, *parsed.defined.values()):
            reader.nodes(body, _THE_ROOT)
    return Shown(reader.may_be, frozenset(reader.keys), frozenset(reader.links), frozenset(reader.fields))


_Held = frozenset[str]
"""What a value may be, or hold: the root, as an empty text; and what stands under keys, the root or not."""

_ROOT = ""
_NOTHING: _Held = frozenset()
_THE_ROOT: _Held = frozenset((_ROOT,))


class _Reader:
    def __init__(self) -> None:
        self.may_be = False
        self.keys: set[str] = set()
        self.links: set[tuple[str, str]] = set()
        self.fields: set[str] = set()
        self.variables: dict[str, _Held] = {"$": _THE_ROOT}

    def nodes(self, nodes: Iterable[Node], dot: _Held) -> None:
        """Read actions, where `.` holds something."""
        for node in nodes:
            held = _NOTHING if node.pipeline is None else self._pipeline(node.pipeline, dot)
            if node.kind == "range" or (node.kind == "output" and node.pipeline and not node.pipeline.variables):
                self._show(held)
            self.nodes(node.body, {"with": held, "range": _NOTHING}.get(node.kind, dot))
            self.nodes(node.otherwise, dot)

    def _show(self, held: _Held) -> None:
        self.may_be |= _ROOT in held
        self.fields |= held - _THE_ROOT

    def _pipeline(self, pipeline: Pipeline, dot: _Held) -> _Held:
        """Read a pipeline, and return what it may yield."""
        held = _NOTHING
        for first, *operands in pipeline.commands:
            held = self._command(first, operands, [self._term(term, dot) for term in (first, *operands)], held)
        for variable in pipeline.variables:
            self.variables[variable] = self.variables.get(variable, _NOTHING) | held
        return held

    def _command(self, first: Term, operands: Sequence[Term], held: Sequence[_Held], piped: _Held) -> _Held:
        """Return what a command may yield.

        Args:
            first: its first operand, or the function.
            operands: the others.
            held: what all these hold.
            piped: what it gets by a pipe.
        """
        given = _NOTHING.union(piped, *held[1:])
        if first.kind != "function":
            self._show(given)  # a method, whatever it does
            return held[0]
        if first.name in _HANDING_ON or first.name in _ASKING:
            return _NOTHING
        if first.name == "dict":
            values = (*held[1:], piped)
            for key, value in zip(operands[::2], values[1::2], strict=False):
                self._put(key, value)
        if first.name in _YIELDING:
            return given
        self._show(given)
        return _NOTHING

    def _put(self, key: Term, value: _Held) -> None:
        """Have `dict` hold something under a key."""
        if key.kind != "text" or key.fields:
            self._show(value)
            return
        self.keys.update([key.name] if _ROOT in value else [])
        self.links.update((field, key.name) for field in value - _THE_ROOT)

    def _term(self, term: Term, dot: _Held) -> _Held:
        """Return what a term may be, or hold."""
        if term.pipeline is not None:
            held = self._pipeline(term.pipeline, dot)
        elif term.kind == "dot":
            held = dot
        else:
            held = self.variables.get(term.name, _NOTHING) if term.kind == "variable" else _NOTHING
        if not term.fields or not held:
            return held
        # Methods of what Helm has all in, which yield all of it, or a part by its name.
        self.may_be |= not _METHODS.isdisjoint(term.fields)
        # Charts in a chart are given what it is given.
        return _THE_ROOT if "Subcharts" in term.fields else frozenset(term.fields[-1:])
