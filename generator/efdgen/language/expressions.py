"""Expressions such as `<% cluster.storageClass %>`: how they stand in a scalar of a YAML file, and what they yield.

Data is parsed first and filled afterwards, so that no value can break indentation or inject a key. Expressions have
Jinja2's syntax; what they may do is decided by the evaluator.

    "kafka-<% name %>"        with {"name": "summit"}           ->  "kafka-summit"
    "<% cluster.provides %>"  with {"cluster": {"provides": []}} ->  []
"""

from __future__ import annotations

import functools
import re
from typing import Any

from efdgen.language import quickly
from efdgen.language.evaluator import Function, Names, Step, step, value
from efdgen.language.syntaxtree import Name, Node
from efdgen.language.tuples import NamedTuple
from efdgen.language.yielded import (
    FAILURES,
    ExpressionError,
    UndefinedNameError,
    bounded,
    failure,
    item,
    plain,
    text,
)

__all__ = [
    "CLOSE",
    "EXPRESSION",
    "FAILURES",
    "LOOP",
    "NO_BEGINNING",
    "OPEN",
    "ExpressionError",
    "Function",
    "Names",
    "Step",
    "UndefinedNameError",
    "bounded",
    "end_hint",
    "evaluate",
    "failure",
    "half",
    "has_expression",
    "is_name",
    "item",
    "parse",
    "parse_loop",
    "parsed",
    "plain",
    "step",
    "text",
    "value",
]

OPEN, CLOSE = "<%", "%>"
LOOP = "loop"
"""The name under which a loop of a document says where it is."""

EXPRESSION = re.compile(r"<%(?P<source>.*?)(?:(?P<close>%>)|\Z)", re.DOTALL)
"""An expression, or one without an end: the rest of the text is then read once, however often it begins another."""
_NAME = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_MAX_LENGTH = 1000


def has_expression(text: str) -> bool:
    """Say whether a scalar holds an expression."""
    return OPEN in text


def is_name(text: str) -> bool:
    """Say whether expressions can name something so: `old-news` is a subtraction, and `loop` is a loop's own."""
    return _NAME.match(text) is not None and text.lower() not in quickly.KEYWORDS and text != "loop"


NO_BEGINNING = f"{CLOSE} without {OPEN}: the expression has no beginning"
_NO_END = f"{OPEN} without {CLOSE}: the expression has no end"


def end_hint(source: str) -> str:
    """Return the hint for an expression without an end: how it ends."""
    begun = source.partition("\n")[0].partition("% >")[0].strip().rstrip("%>").rstrip()
    is_known = begun and not {"%", ">"}.intersection(begun)
    return f"end it with {CLOSE}: {OPEN} {begun} {CLOSE}" if is_known else f"end it with {CLOSE}"


def half(text: str) -> tuple[str, int] | None:
    """Return what half of an expression lacks, as a message, and where the half begins; None: there is none."""
    rest = EXPRESSION.sub(lambda match: " " * len(match.group()) if match["close"] else match.group(), text)
    for sign, message in ((OPEN, _NO_END), (CLOSE, NO_BEGINNING)):
        if sign in rest:
            return message, rest.index(sign)
    return None


def evaluate(text: str, names: Names) -> Any:
    """Return what a scalar with expressions stands for.

    A scalar that is one expression gets its native type; in the middle of other text, an expression must yield
    text, a number or a boolean.

    Args:
        text: the scalar.
        names: the facts and functions that expressions can use.

    Raises:
        ExpressionError: when an expression is malformed, uses an unknown name or yields the wrong type.
    """
    expression = _whole(text)
    if expression is None:
        return "".join([part if isinstance(part, str) else _as_text(part, names) for part in _parse(text)])
    try:
        found = (expression.step or step(expression))(names)
    except FAILURES as error:
        raise failure(error).at(0) from None
    return plain(found)


def parsed(text: str) -> list[tuple[int, Node]]:
    """Return the expressions of a scalar, each with where it begins.

    Raises:
        ExpressionError: when one is malformed.
    """
    return [(part.offset, part.expression) for part in _parse(text) if isinstance(part, _Part)]


class _Part(NamedTuple):
    """One expression of a scalar, and where it begins."""

    offset: int
    expression: Node


@functools.lru_cache(maxsize=4096)
def _parse(text: str) -> tuple[str | _Part, ...]:
    """Split a scalar into literal text and expressions."""
    parts: list[str | _Part] = []
    end = 0
    for match in EXPRESSION.finditer(text):
        if match.start() > end:
            parts.append(text[end : match.start()])
        if not match["close"]:
            hint = f"{end_hint(match['source'])}{_cut_hint(match['source'])}"
            raise ExpressionError("E302", _NO_END, hint, match.start())
        try:
            parts.append(_Part(match.start(), parse(match["source"])))
        except ExpressionError as error:
            if error.code == "E302" and OPEN in match["source"]:
                # It runs into the next one: `<% name > and <% title %>`.
                before = match["source"].partition(OPEN)[0]
                raise ExpressionError("E302", _NO_END, end_hint(before), match.start()) from None
            if error.code == "E302" and _ends_in_text(text, match):
                hint = f"{CLOSE} can't stand in text there; write '%' ~ '>'"
                raise ExpressionError("E302", error.message, hint, match.start()) from None
            raise error.at(match.start()) from None
        end = match.end()
    if end < len(text):
        parts.append(text[end:])
    return tuple(parts)


def _cut_hint(source: str) -> str:
    """Return what else may be wrong with an expression that ends with its value: YAML may have taken the rest away."""
    is_cut = "\n" not in source and not {"%", ">"}.intersection(source) and source.strip()
    return "; if # stands in it, quote the value: behind a blank, # begins a comment to YAML" if is_cut else ""


def _ends_in_text(text: str, match: re.Match[str]) -> bool:
    """Say whether an expression ends in a text of it: `<% "%>" %>`. As far as the next end, it would be one."""
    rest, close, _ = text[match.end() :].partition(CLOSE)
    if not close or OPEN in rest:
        return False
    try:
        parse(f"{match['source']}{CLOSE}{rest}")
    except ExpressionError:
        return False
    return True


@functools.lru_cache(maxsize=4096)
def _whole(text: str) -> Node | None:
    """Return the expression that is all of a scalar; None: there is more."""
    part, *others = _parse(text) or ("",)
    return None if others or isinstance(part, str) else part.expression


@functools.lru_cache(maxsize=4096)
def parse(source: str) -> Node:
    """Return what stands between `<%` and `%>`, parsed.

    Raises:
        ExpressionError: when it is malformed, empty or too long.
    """
    _check_length(source)
    found = quickly.expression(source)
    if found is not None:
        return found
    from efdgen.language import jinjatree

    try:
        return jinjatree.expression(source)
    except jinjatree.MalformedError as error:
        raise ExpressionError("E302", f"malformed expression: {error}", error.hint) from None


def _check_length(source: str) -> None:
    if len(source) > _MAX_LENGTH:
        raise ExpressionError("E302", f"an expression may have at most {_MAX_LENGTH} characters")
    if not source.strip():
        raise ExpressionError("E302", "the expression is empty")


class Loop(NamedTuple):
    """What stands behind `for`: the names that each turn has, what is gone over, and a test of its items, if any."""

    names: tuple[str, ...]
    items: Node
    test: Node | None


@functools.lru_cache(maxsize=4096)
def parse_loop(source: str) -> Loop:
    """Return what stands behind `for`, in Jinja2's syntax: `name in list`, `name, other in mapping if name != 'a'`.

    Raises:
        ExpressionError: when it is malformed, empty or too long.
    """
    if not source.strip():
        raise ExpressionError("E302", _LOOP_FORM)
    _check_length(source)
    targets, items, test = quickly.loop(source) or _loop_of_jinja(source)
    if not all(isinstance(target, Name) for target in targets):
        raise ExpressionError("E302", _LOOP_FORM)
    names = tuple(target.name for target in targets if isinstance(target, Name))
    if LOOP in names or len(set(names)) < len(names):
        raise ExpressionError("E302", f"a loop gives names that differ, and none is `{LOOP}`")
    return Loop(names, items, test)


_LOOP_FORM = "a loop is `for NAME in LIST`, or `for KEY, VALUE in MAPPING`"


def _loop_of_jinja(source: str) -> quickly.Loop:
    from efdgen.language import jinjatree

    try:
        return jinjatree.loop(source)
    except jinjatree.LoopFormError:
        raise ExpressionError("E302", _LOOP_FORM) from None
    except jinjatree.MalformedError as error:
        raise ExpressionError("E302", f"malformed expression: {error}", error.hint) from None


def _as_text(part: _Part, names: Names) -> str:
    try:
        return text(value(part.expression, names))
    except ExpressionError as error:
        raise error.at(part.offset) from None
