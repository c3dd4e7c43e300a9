"""Lazy evaluation: a tree of data with expressions, each evaluated when it is first looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from efdgen.errors import InvalidInputError, Location, Path, Problem, dotted
from efdgen.language import expressions
from efdgen.language.conforms import Pending
from efdgen.language.expressions import OPEN
from efdgen.language.layers import Layer, Locate, leaves, winner
from efdgen.language.shared import NOTHING, Shared
from efdgen.language.shown import shown
from efdgen.language.tuples import NamedTuple


class Scope(Mapping[str, Any]):
    """The names that expressions can use: facts, evaluated on demand, and functions.

    Args:
        environment: whose facts they are, for messages.
        facts: the merged facts, expressions and all.
        layers: where the facts come from, for locations.
        extra: names beside the facts; they win over a fact of the same name.
        wrong: facts that are known to be wrong, with what to say to those that read them.
        shared: what is known of parts of the facts.
    """

    def __init__(
        self,
        environment: str,
        facts: Mapping[str, Any],
        layers: Sequence[Layer],
        extra: Mapping[str, Any],
        wrong: Mapping[Path, Sequence[Problem]] = MappingProxyType({}),
        shared: Shared = NOTHING,
    ) -> None:
        self.environment = environment
        self.facts = facts
        self.extra = dict(extra)
        self._layers = layers
        self._wrong = wrong
        # What of the facts is the same to all who look it up; where some are wrong, each part is looked up by itself.
        self._constants = NOTHING.constants if wrong else shared.constants
        self._done: dict[Path, Any] = {}
        self._doing: list[Path] = []

    def __getitem__(self, name: str) -> Any:
        if name in self.extra:
            return self.extra[name]
        return self.lookup((name,), self.facts[name])

    def __contains__(self, name: object) -> bool:
        return name in self.extra or name in self.facts

    def __iter__(self) -> Iterator[str]:
        return iter({**self.facts, **self.extra})

    def __len__(self) -> int:
        return len({**self.facts, **self.extra})

    def lookup(self, path: Path, raw: Any) -> Any:
        """Return the value of the fact at `path`, which is written as `raw`.

        Raises:
            ExpressionError: when it depends on itself.
            InvalidInputError: when it can't be evaluated, or is known to be wrong.
        """
        if path in self._wrong:
            raise InvalidInputError(self._wrong[path])
        kind = type(raw)
        if kind is str:
            return self._evaluate(path, raw) if OPEN in raw else raw
        if (kind is not dict and kind is not list) or id(raw) in self._constants:
            return raw
        if kind is dict:
            return _LazyMapping(self, path, raw)
        return [self.lookup((*path, index), item) for index, item in enumerate(raw)]

    def evaluate_with(self, path: Path, raw: str, extra: Mapping[str, Any], variant: Path) -> Any:
        """Evaluate a fact that needs more names than the scope has, such as the host pattern; once for each variant.

        Raises:
            InvalidInputError: when it can't be evaluated, or is known to be wrong.
        """
        if path in self._wrong:
            raise InvalidInputError(self._wrong[path])
        return self._evaluate(path, raw, extra, variant)

    def _evaluate(self, path: Path, raw: str, extra: Mapping[str, Any] | None = None, variant: Path = ()) -> Any:
        """Evaluate the fact at `path`, once for each variant of the names that it is evaluated with."""
        key = (*path, *variant)
        if key in self._done:
            return self._done[key]
        if path in self._doing:
            cycle = " -> ".join(dotted(step) for step in (*self._doing[self._doing.index(path) :], path))
            raise expressions.ExpressionError("E305", f"the value depends on itself: {cycle}")
        self._doing.append(path)
        try:
            names = self if extra is None else WithMore(extra, self)
            value = evaluate(raw, names, self.environment, self._layers, path)
        finally:
            self._doing.pop()
        self._done[key] = value
        return value


class WithMore(dict[str, Any]):
    """Names of which some are others than usual, or more: what is not among these is looked up among the usual ones.

    Args:
        more: these; they can still become more.
        usual: the usual ones.
    """

    __slots__ = ("_usual",)

    def __init__(self, more: Mapping[str, Any], usual: Mapping[str, Any]) -> None:
        super().__init__(more)
        self._usual = usual

    def __missing__(self, name: str) -> Any:
        return self._usual[name]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self._usual

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._usual), **dict.fromkeys(super().__iter__())})

    def __len__(self) -> int:
        return len({*self})


class _LazyMapping(Mapping[str, Any]):
    """One mapping of the facts."""

    __slots__ = ("_data", "_path", "_scope")

    def __init__(self, scope: Scope, path: Path, data: Mapping[str, Any]) -> None:
        self._scope = scope
        self._path = path
        self._data = data

    def __getitem__(self, key: str) -> Any:
        return self._scope.lookup((*self._path, key), self._data[key])

    def __contains__(self, key: object) -> bool:
        return key in self._data

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)


def locate(layers: Sequence[Layer], path: Path, offset: int = 0) -> Location:
    """Return where the value at `path` of merged layers was written."""
    layer = winner(layers, path)
    if layer is None:
        return layers[-1].locate(())
    return layer.locate(path, offset)


def evaluate(text: str, names: Mapping[str, Any], environment: str, layers: Sequence[Layer], path: Path) -> Any:
    """Evaluate the scalar at `path` of merged layers.

    Raises:
        InvalidInputError: located where the winning layer wrote the expression.
    """
    try:
        return expressions.evaluate(text, names)
    except expressions.ExpressionError as error:
        location = locate(layers, path, error.offset)
        raise InvalidInputError([_problem(error, f"environment {environment}", location, path)]) from None


def evaluate_text(text: str, names: Mapping[str, Any], where: str, locate: Locate, path: Path) -> Any:
    """Evaluate a scalar at `path` of one file.

    Args:
        text: the scalar.
        names: what its expressions can use.
        where: for messages: whose names they are.
        locate: says where a part of the file stands.
        path: where the scalar stands in it.

    Raises:
        InvalidInputError: located where the expression was written.
    """
    try:
        return expressions.evaluate(text, names)
    except expressions.ExpressionError as error:
        raise InvalidInputError([_problem(error, where, locate(path, error.offset), path)]) from None


def _problem(error: expressions.ExpressionError, where: str, location: Location, path: Path) -> Problem:
    return Problem(error.code, f"{error.message} ({where})", location, path, error.hint)


def holds(condition: str | bool, names: Mapping[str, Any], where: str, locate: Locate, path: Path) -> bool:
    """Say whether the condition at `path` of one file, such as `when: <% app('store') is not none %>`, holds.

    Raises:
        InvalidInputError: when it can't be evaluated, or yields something else than true or false.
    """
    value = evaluate_text(condition, names, where, locate, path) if isinstance(condition, str) else condition
    if isinstance(value, bool):
        return value
    message = f"`{path[-1]}` must yield true or false, not {shown(value)} ({where})"
    raise InvalidInputError([Problem("E304", message, locate(path), path)])


class Filling(NamedTuple):
    """What filling needs to know, and what it finds: problems, and the values that expressions yielded.

    Attributes:
        shared: what is known of parts of the data.
    """

    names: Mapping[str, Any]
    environment: str
    layers: Sequence[Layer]
    problems: list[Problem]
    evaluated: list[tuple[Path, Any]]
    shared: Shared = NOTHING

    def apart(self, problems: list[Problem]) -> Filling:
        """Return the same that finds something for itself."""
        return Filling(self.names, self.environment, self.layers, problems, [], self.shared)


def fill(raw: Any, path: Path, filling: Filling) -> Any:
    """Return merged data with every expression evaluated; a part that holds none is returned as it is, not copied.

    An expression that yields null leaves its key, or its list item, out. What can't be evaluated is added to the
    problems and left out.
    """
    kind = type(raw)
    if kind is str:
        return _filled_text(raw, path, filling) if OPEN in raw else raw
    return fill_below(raw, filling.shared.opening(raw), path, filling) if kind is dict or kind is list else raw


def fill_below(raw: Any, keys: Iterable[Any], path: Path, filling: Filling) -> Any:
    """Return a mapping or a list with the expressions evaluated that stand below some of its keys; else as `fill`."""
    shared = filling.shared
    constants = shared.constants
    changed: dict[Any, Any] = {}
    for key in keys:
        part = raw[key]
        kind = type(part)
        # Asked here, without a call and a path for each: most parts hold no expression.
        if kind is str:
            if OPEN in part:
                changed[key] = _filled_text(part, (*path, key), filling)
        elif (kind is dict or kind is list) and id(part) not in constants:
            item = fill_below(part, shared.opening(part), (*path, key), filling)
            if item is not part:
                changed[key] = item
    if not changed:
        return raw
    if type(raw) is list:
        return [changed.get(i, item) for i, item in enumerate(raw) if i not in changed or changed[i] is not None]
    filled = {**raw, **changed}
    if None in changed.values():
        for key in [key for key, item in changed.items() if item is None]:
            del filled[key]
    return filled


def _filled_text(raw: str, path: Path, filling: Filling) -> Any:
    try:
        value = expressions.evaluate(raw, filling.names)
    except expressions.ExpressionError as error:
        location = locate(filling.layers, path, error.offset)
        filling.problems.append(_problem(error, f"environment {filling.environment}", location, path))
        return None
    except InvalidInputError as error:
        filling.problems.extend(error.problems)
        return None
    filling.evaluated.append((path, value))
    return value


def left_open(filled: dict[str, Any], raw: Any, filling: Filling) -> dict[str, Any]:
    """Return filled data in which what could not be evaluated may be anything; of a list with such an item, all."""
    if not filling.problems:
        return filled
    evaluated = {path for path, _ in filling.evaluated}
    for path, value in leaves(raw):
        if isinstance(value, str) and expressions.has_expression(value) and path not in evaluated:
            filled = _opened(filled, path)
    return filled


def _opened(filled: Mapping[str, Any], path: Path) -> dict[str, Any]:
    first, following = str(path[0]), path[1:2]
    if not following or isinstance(following[0], int):
        return {**filled, first: Pending()}
    return {**filled, first: _opened(filled.get(first, {}), path[1:])}


def is_open_text(raw: str | None) -> bool:
    """Say whether a text may become anything, and null may not: see `pending`."""
    return raw is not None and OPEN in raw


def is_open(raw: str | None) -> bool:
    """Say whether null, or a text, may become anything: see `pending` with `nulls`."""
    return raw is None or OPEN in raw


def pending(raw: Any, *, nulls: bool = False) -> Any:
    """Return data in which each text that holds an expression is left open: it may become anything.

    With `nulls`, so is each null below the top.
    """
    kind = type(raw)
    if kind is str:
        return Pending() if expressions.has_expression(raw) else raw
    if kind is dict:
        return {key: _pending(value, nulls=nulls) for key, value in raw.items()}
    return [_pending(item, nulls=nulls) for item in raw] if kind is list else raw


def _pending(raw: Any, *, nulls: bool) -> Any:
    return Pending() if raw is None and nulls else pending(raw, nulls=nulls)


def sparse(evaluated: Iterable[tuple[Path, Any]]) -> dict[str, Any]:
    """Return nested data that holds nothing but what expressions yielded."""
    root: dict[str, Any] = {}
    for path, value in evaluated:
        node: Any = root
        for part, following in zip(path, (*path[1:], None), strict=True):
            below = value if following is None else [] if isinstance(following, int) else {}
            if isinstance(node, list):
                node.append(below)
                node = below
            elif following is None:
                node[part] = below
            else:
                node = node.setdefault(part, below)
    return root
