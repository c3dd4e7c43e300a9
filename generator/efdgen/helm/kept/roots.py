"""Whether templates may show all that they are given: the root holds what Go has in any order, and addresses.

    {{ toYaml . }}      {{ $all := $ }} {{ $all | toJson | sha256sum }}

Templates hand the root on to each other everywhere. That is told from showing it by following it: in `.` outside of
`with` and `range`, in `$`, in variables that stand for it, and in what `dict` puts it into. In doubt, it may be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from efdgen.helm.charts import gotemplate
from efdgen.helm.charts.gotemplate import Node, Pipeline, Term
from efdgen.language.tuples import NamedTuple

_HANDING_ON = frozenset(("include", "tpl"))
_ASKING = frozenset(
    ("empty", "eq", "ge", "gt", "hasKey", "kindIs", "kindOf", "le", "len", "lt", "ne", "not", "typeIs", "typeOf")
)
"""What says something about its operands that holds nothing of them."""
_YIELDING = frozenset(("and", "or", "dict", "list"))
"""What yields its operands, or holds them."""


class Shown(NamedTuple):
    """What templates do with the root.

    Attributes:
        may_be: whether they may show it.
        keys: the keys under which `dict` hands it on.
        fields: the last fields of all that is shown.
    """

    may_be: bool = False
    keys: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()

    def with_(self, other: Shown) -> Shown:
        """Return what both do."""
        return Shown(self.may_be or other.may_be, self.keys | other.keys, self.fields | other.fields)

    def is_possible(self) -> bool:
        """Say whether the root may be shown, by itself or out of a `dict`."""
        return self.may_be or not self.keys.isdisjoint(self.fields)


def shown(text: str) -> Shown:
    """Return what a template does with the root."""
    try:
        parsed = gotemplate.parse(text)
    except (gotemplate.TemplateSyntaxError, RecursionError):
        return Shown(may_be=True)
    reader = _Reader()
    known = -1
    # A variable may stand for the root only below, as in a loop.
    while known != (known := len(reader.aliases)):
        for body in (parsed.body, *parsed.defined.values()):
            reader.nodes(body, is_root=True)
    return Shown(reader.may_be, frozenset(reader.keys), frozenset(reader.fields))


class _Reader:
    def __init__(self) -> None:
        self.may_be = False
        self.keys: set[str] = set()
        self.fields: set[str] = set()
        self.aliases = {"$"}

    def nodes(self, nodes: Iterable[Node], *, is_root: bool) -> None:
        """Read actions, where `.` is the root or not."""
        for node in nodes:
            is_held = False
            if node.pipeline is not None:
                is_held = self._pipeline(node.pipeline, is_root=is_root, is_shown=node.kind not in ("if", "template"))
                is_output = node.kind == "output" and not node.pipeline.variables
                self.may_be |= is_held and (is_output or node.kind == "range")
            inside = {"with": is_held, "range": False}.get(node.kind, is_root)
            self.nodes(node.body, is_root=inside)
            self.nodes(node.otherwise, is_root=is_root)

    def _pipeline(self, pipeline: Pipeline, *, is_root: bool, is_shown: bool) -> bool:
        """Read a pipeline, and say whether it yields the root, or what holds it.

        Args:
            pipeline: the pipeline.
            is_root: whether `.` is the root.
            is_shown: whether fields that it names count as shown.
        """
        is_held = False
        for number, (first, *operands) in enumerate(pipeline.commands):
            is_shown_here = is_shown and first.name not in (*_HANDING_ON, *_ASKING)
            held = [self._term(term, is_root=is_root, is_shown=is_shown_here) for term in (first, *operands)]
            is_held = self._command(first, operands, held, is_piped=number > 0 and is_held)
        if is_held:
            self.aliases.update(pipeline.variables)
        return is_held

    def _command(self, first: Term, operands: Sequence[Term], held: Sequence[bool], *, is_piped: bool) -> bool:
        """Say whether a command yields the root, or what holds it.

        Args:
            first: its first operand, or the function.
            operands: the others.
            held: which of all these are the root, or hold it.
            is_piped: whether it gets the root by a pipe.
        """
        is_any = is_piped or any(held[1:])
        if first.kind != "function":
            self.may_be |= is_any  # a method, whatever it does
            return held[0]
        if first.name in _HANDING_ON or first.name in _ASKING:
            return False
        if first.name == "dict":
            for key, is_value_held in zip(operands, (*held[2:], is_piped), strict=False):
                self.may_be |= is_value_held and key.kind != "text"
                self.keys.update([key.name] if is_value_held else [])
        self.may_be |= is_any and first.name not in _YIELDING
        return is_any and first.name in _YIELDING

    def _term(self, term: Term, *, is_root: bool, is_shown: bool) -> bool:
        """Say whether a term is the root, or holds it."""
        is_inside = term.pipeline is not None and self._pipeline(term.pipeline, is_root=is_root, is_shown=is_shown)
        if term.fields:
            self.fields.update(term.fields[-1:] if is_shown else [])
            return False
        if term.kind == "dot":
            return is_root
        return is_inside or (term.kind == "variable" and term.name in self.aliases)
