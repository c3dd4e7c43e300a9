"""Which values the templates of a chart read: their actions are followed, with every branch taken.

What is not understood reads everything: a value that a template reads is never missing in the result. A value that is
only asked for (`if .Values.a`) is read itself, and what is written out, handed to a function or repeated (`toYaml`,
`range`) is read with all that is below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from efdgen.helm.charts import gotemplate
from efdgen.helm.charts.gotemplate import Node, Pipeline, TemplateSyntaxError, Term
from efdgen.helm.charts.templatevalues import NOTHING, KeyPath, Value, depth, union
from efdgen.language.tuples import NamedTuple

_DEEPEST = 16
"""Steps of a path that are told apart; templates that call themselves would go on for ever."""

_DEEPEST_MAP = 6
"""Maps inside each other that a template makes and that are told apart."""

_MOST_CALLS = 20_000
"""Calls of named templates with other values that are followed; what later ones are handed is read as a whole."""

_ONLY_ASK = frozenset(
    (
        *("not", "empty", "kindIs", "kindOf", "typeIs", "typeOf", "typeIsLike", "len", "eq", "ne", "lt", "le", "gt"),
        *("ge", "fail"),
    )
)
"""Functions whose result holds nothing of their arguments."""

_HAND_ON = frozenset(
    (
        *("default", "or", "and", "coalesce", "ternary", "required", "deepCopy", "mustDeepCopy", "list", "merge"),
        *("mergeOverwrite", "mustMerge", "mustMergeOverwrite", "first"),
    )
)
"""Functions whose result holds what their arguments hold, and that read nothing of it."""

_WRITE = frozenset(("toYaml", "mustToYaml", "toJson", "mustToJson", "toRawJson", "mustToRawJson", "toPrettyJson"))
"""Functions that write a value as a text."""

_SUM_UP = frozenset(("sha1sum", "sha256sum", "sha512sum", "adler32sum"))
"""Functions whose result only says whether a text is another one."""

_LOOK_UP = frozenset(("index", "get", "hasKey", "dig", "pluck"))
_CALLS = frozenset(("include", "template"))


class Chart(NamedTuple):
    """A chart, or one inside it.

    Attributes:
        at: where its values begin in those of the outermost chart.
        templates: the texts of its templates, by path.
        texts: other texts that its templates may take for templates: of values and files.
    """

    at: KeyPath
    templates: Mapping[str, str]
    texts: tuple[str, ...] = ()


class Reads(NamedTuple):
    """What templates read.

    Attributes:
        asked: the values that are read, by path, with all above them.
        whole: those of them that are read with all that is below.
        required: the values that templates insist on, each with their message.
        unread: templates that could not be read, each with the reason: they count as reading all of their chart's.
    """

    asked: frozenset[KeyPath]
    whole: frozenset[KeyPath]
    required: Mapping[KeyPath, str]
    unread: Mapping[str, str]


NO_READS = Reads(frozenset(), frozenset(), {}, {})
"""Those of no template."""


def of(charts: Sequence[Chart]) -> Reads:
    """Return what the templates of a chart, and of those inside it, read. All share their named templates."""
    reader = _Reader(frozenset(chart.at for chart in charts))
    bodies: list[tuple[Chart, tuple[Node, ...]]] = []
    for chart in charts:
        for path, text in chart.templates.items():
            try:
                parsed = gotemplate.parse(text)
            except TemplateSyntaxError as error:
                reader.unread["/".join((*chart.at, path))] = str(error)
                reader.whole.add(chart.at)
                continue
            reader.defined.update(parsed.defined)
            bodies.append((chart, parsed.body))
    for chart, body in bodies:
        reader.run(body, Value(roots=frozenset((chart.at,))))
    if reader.takes_texts:
        for chart in charts:
            for text in chart.texts:
                reader.run_text(text, Value(roots=frozenset((chart.at,))))
    return Reads(frozenset(reader.asked), frozenset(reader.whole), reader.required, reader.unread)


class _Scope:
    """Variables: those that an enclosing block declared are shared with it."""

    def __init__(self, cells: Mapping[str, list[Value]]) -> None:
        self.cells = dict(cells)

    def inner(self) -> _Scope:
        return _Scope(self.cells)

    def declare(self, name: str, value: Value) -> None:
        self.cells[name] = [value]

    def assign(self, name: str, value: Value) -> None:
        cell = self.cells.setdefault(name, [NOTHING])
        cell[0] = union((cell[0], value))

    def get(self, name: str) -> Value:
        return self.cells.get(name, [NOTHING])[0]


class _Reader:
    def __init__(self, charts: frozenset[KeyPath]) -> None:
        self._charts = charts
        self.asked: set[KeyPath] = set()
        self.whole: set[KeyPath] = set()
        self.required: dict[KeyPath, str] = {}
        self.unread: dict[str, str] = {}
        self.defined: dict[str, tuple[Node, ...]] = {}
        self.takes_texts = False
        self._called: set[tuple[str, Value]] = set()
        self._waiting: list[tuple[str, Value]] = []

    def run(self, body: Sequence[Node], dot: Value) -> None:
        """Follow a template that is handed a value, and those that it calls."""
        self._nodes(body, dot, _Scope({"$": [dot]}))
        while self._waiting:
            name, handed = self._waiting.pop()
            if len(self._called) > _MOST_CALLS:
                self._take(handed)
            else:
                self._nodes(self.defined[name], handed, _Scope({"$": [handed]}))

    def run_text(self, text: str, dot: Value) -> None:
        """Follow a text that may be a template; one that is none reads nothing."""
        try:
            parsed = gotemplate.parse(text)
        except TemplateSyntaxError:
            return
        self.run(parsed.body, dot)

    def _call(self, name: str | None, dot: Value) -> None:
        """Follow named templates: the one, or, where the name is worked out, any."""
        for each in self.defined if name is None else (name,):
            if each in self.defined and (each, dot) not in self._called:
                self._called.add((each, dot))
                self._waiting.append((each, dot))

    def _nodes(self, nodes: Iterable[Node], dot: Value, scope: _Scope) -> None:
        for node in nodes:
            if node.kind == "output":
                value = self._pipeline(node.pipeline, dot, scope)
                if not (node.pipeline and node.pipeline.variables):
                    self._take(value)
            elif node.kind == "template":
                self._call(node.name, self._pipeline(node.pipeline, dot, scope))
            else:
                self._branch(node, dot, scope)

    def _branch(self, node: Node, dot: Value, scope: _Scope) -> None:
        inner = scope.inner()
        value = self._pipeline(node.pipeline, dot, inner, is_repeated=node.kind == "range")
        self.whole |= value.written
        if node.kind == "range":
            self._take(value)
            # What is assigned at the end of a turn is read in the next one.
            for _ in range(2):
                self._nodes(node.body, NOTHING, inner.inner())
        else:
            self._nodes(node.body, value if node.kind == "with" else dot, inner.inner())
        self._nodes(node.otherwise, dot, inner.inner())

    def _pipeline(self, pipeline: Pipeline | None, dot: Value, scope: _Scope, *, is_repeated: bool = False) -> Value:
        if pipeline is None:
            return NOTHING
        value: Value | None = None
        for command in pipeline.commands:
            value = self._command(command, value, dot, scope)
        result = value or NOTHING
        for name in pipeline.variables:
            # Of what is repeated, all was read already.
            said = NOTHING if is_repeated else result
            (scope.declare if pipeline.is_declaration else scope.assign)(name, said)
        return result

    def _command(self, command: Sequence[Term], piped: Value | None, dot: Value, scope: _Scope) -> Value:
        first, *others = command
        if first.kind == "function":
            return self._function(first.name, others, piped, dot, scope)
        value = self._term(first, dot, scope)
        for term in others:  # the arguments of a method
            self._take(self._term(term, dot, scope))
        return value

    def _term(self, term: Term, dot: Value, scope: _Scope) -> Value:
        if term.kind == "dot":
            value = dot
        elif term.kind == "variable":
            value = scope.get(term.name)
        elif term.kind == "pipeline":
            value = self._pipeline(term.pipeline, dot, scope)
        elif term.kind == "function":
            value = self._function(term.name, (), None, dot, scope)
        else:
            return NOTHING
        return self._reach(value, term.fields)

    def _reach(self, value: Value, names: Iterable[str]) -> Value:
        for name in names:
            value = self._field(value, name)
        return value

    def _field(self, value: Value, name: str) -> Value:
        found = [field for key, field in value.fields if key == name]
        if value.roots and name == "Values":
            found.append(Value(paths=value.roots))
        elif value.roots and name == "Subcharts":
            found.append(Value(families=value.roots))
        elif value.families:
            found.append(Value(roots=frozenset((*path, name) for path in value.families)))
        paths = set()
        for path in value.paths:
            if len(path) >= _DEEPEST:
                self.whole.add(path)
            else:
                paths.add((*path, name))
        self.asked |= paths
        return union((*found, Value(paths=frozenset(paths))))

    def _take(self, value: Value) -> None:
        """Read a value with all that is below it."""
        self.asked |= value.paths
        self.whole |= value.paths
        self.whole |= value.roots
        self.whole |= value.written
        for _, field in value.fields:
            self._take(field)

    def _function(self, name: str, terms: Sequence[Term], piped: Value | None, dot: Value, scope: _Scope) -> Value:
        values = [self._term(term, dot, scope) for term in terms]
        texts: list[str | None] = [term.name if term.kind == "text" else None for term in terms]
        if piped is not None:
            values.append(piped)
            texts.append(None)
        if name in _CALLS or name == "tpl":
            self._run_another(name, terms, texts, values)
            return NOTHING
        if name == "required" and len(values) > 1:
            for path in values[-1].paths:
                self.required.setdefault(path, texts[0] or "")
        if name == "dict":
            pairs = zip(texts[::2], values[1::2], strict=False)
            return self._flattened(Value(fields=tuple(sorted((key, each) for key, each in pairs if key is not None))))
        return self._looked_up(name, texts, values) if name in _LOOK_UP else self._result(name, values)

    def _result(self, name: str, values: Sequence[Value]) -> Value:
        """Return what a function yields that knows no key."""
        if name in _HAND_ON:
            return union(values)
        if name in _WRITE or name in _SUM_UP:
            return self._written(union(values), is_summed_up=name in _SUM_UP)
        if name in _ONLY_ASK:
            for value in values:
                self.whole |= value.written
            return NOTHING
        is_of_all = name in ("set", "unset") and values and (values[0].roots or values[0].paths & self._charts)
        for value in values[1:] if is_of_all else values:
            self._take(value)
        return values[0] if is_of_all else NOTHING  # with another entry

    def _run_another(
        self, name: str, terms: Sequence[Term], texts: Sequence[str | None], values: Sequence[Value]
    ) -> None:
        """Follow a named template, or note that the chart takes texts for templates (`tpl`)."""
        for value in values[:1]:
            self._take(value)
        if name == "tpl":
            self.takes_texts = True
        elif values and not (terms and _is_file(terms[0])):
            self._call(texts[0], values[1] if len(values) > 1 else NOTHING)

    def _written(self, value: Value, *, is_summed_up: bool) -> Value:
        """Return a value as a text, or the sum of a text; all is read but what stands for all values of a chart."""
        texts = value.written | (value.paths & self._charts)
        self._take(value._replace(paths=value.paths - self._charts, written=frozenset()))
        return NOTHING if is_summed_up else Value(written=texts)

    def _flattened(self, value: Value) -> Value:
        """Return a map that the template makes; what stands in too many maps of maps is read as a whole."""
        if depth(value) <= _DEEPEST_MAP:
            return value
        self._take(value)
        return NOTHING

    def _looked_up(self, name: str, texts: Sequence[str | None], values: Sequence[Value]) -> Value:
        """Return what stands in a map under keys; where one is worked out, all of the map is read."""
        if name in ("dig", "pluck"):  # dig "a" "b" default map, pluck "a" map map
            keys = list(texts[: -2 if name == "dig" else 1])
            held = values[-1:] if name == "dig" else values[1:]
            others = values[-2:-1] if name == "dig" else []
        else:
            keys, held, others = list(texts[1:]), values[:1], []
        found: list[Value] = list(others)
        for value in held:
            reached = value
            for key in keys:
                if key is None:
                    self._take(reached)
                    reached = NOTHING
                else:
                    reached = self._field(reached, key)
            found.append(reached)
        return union(found)


def _is_file(name: Term) -> bool:
    """Say whether a template is called by its path, as for checksums: all of these are followed anyway."""
    commands = name.pipeline.commands if name.pipeline else ()
    return any(term.fields[-2:] == ("Template", "BasePath") for command in commands for term in command)
