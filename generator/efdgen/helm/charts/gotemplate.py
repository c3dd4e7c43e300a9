"""Reads Go templates, as Helm's charts have them, into a tree: which actions there are, and what they name.

Only what tells which values a template reads is kept: the text around the actions is left out. The grammar is that of
https://pkg.go.dev/text/template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from efdgen.language.tuples import NamedTuple

_PIECE = re.compile(
    r"""
    (?P<end>\}\}) | (?P<comment>/\*.*?\*/)
    | "(?:\\.|[^"\\\n])*" | `[^`]*` | '(?:\\.|[^'\\\n])*'
    | [^"'`}/]+ | [}/]
    """,
    re.VERBOSE | re.DOTALL,
)
_TOKEN = re.compile(
    r"""\s+
    | (?P<text>"(?:\\.|[^"\\])*"|`[^`]*`)
    | (?P<number>'(?:\\.|[^'\\])*'|[+-]?\d[\w.]*(?:[eEpP][+-]?\d+)?)
    | (?P<name>\$?\w*(?:\.\w+)+|\$\w*|\w+|\.)
    | (?P<sign>:=|[=,|()])
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(.)")
_BLOCKS = frozenset(("if", "range", "with", "define", "block"))
_CONSTANTS = frozenset(("true", "false", "nil"))
_MOST_NESTED = 100


class TemplateSyntaxError(Exception):
    """What was read is not a Go template."""


class Term(NamedTuple):
    """One operand of a command, and the fields that are read from it.

    Attributes:
        kind: `dot`, `variable`, `function`, `text`, `constant` or `pipeline`.
        name: of a variable or a function, its name; of a text, the text.
        fields: what is read from it: `.Values.image` is a dot with two fields.
        pipeline: what stands in parentheses.
    """

    kind: str
    name: str = ""
    fields: tuple[str, ...] = ()
    pipeline: Pipeline | None = None


class Pipeline(NamedTuple):
    """Commands, each of which is handed what the one before it yields, and the variables that take the last result."""

    commands: tuple[tuple[Term, ...], ...]
    variables: tuple[str, ...] = ()
    is_declaration: bool = False


class Node(NamedTuple):
    """An action, with what it encloses.

    Attributes:
        kind: `output`, `if`, `with`, `range`, `template` or `block`.
        pipeline: what it is about; None: nothing, as in a final `else`.
        body: what it encloses.
        otherwise: what its `else` encloses.
        name: of `template` and `block`, the template that is called.
    """

    kind: str
    pipeline: Pipeline | None
    body: tuple[Node, ...] = ()
    otherwise: tuple[Node, ...] = ()
    name: str = ""


class Parsed(NamedTuple):
    """A template, and those that it defines, by name."""

    body: tuple[Node, ...]
    defined: dict[str, tuple[Node, ...]]


def parse(text: str) -> Parsed:
    """Read a template.

    Raises:
        TemplateSyntaxError: when it is not one.
    """
    return _Parser(list(_actions(text))).parse()


def _actions(text: str) -> Iterator[str]:
    """Yield what stands between the braces of each action; comments are left out."""
    at = text.find("{{")
    while at >= 0:
        start = at = at + 2
        is_comment = False
        while (piece := _PIECE.match(text, at)) and not piece["end"]:
            is_comment = is_comment or bool(piece["comment"])
            at = piece.end()
        if piece is None:
            raise TemplateSyntaxError("an action is not closed")
        if not is_comment:
            yield text[start:at].removeprefix("-").removesuffix("-").strip()
        at = text.find("{{", piece.end())


class _Parser:
    def __init__(self, actions: Sequence[str]) -> None:
        self._actions = actions
        self._at = 0
        self._defined: dict[str, tuple[Node, ...]] = {}

    def parse(self) -> Parsed:
        body, end = self._list(0)
        if end is not None:
            raise TemplateSyntaxError(f"unexpected {end}")
        return Parsed(body, self._defined)

    def _list(self, depth: int) -> tuple[tuple[Node, ...], str | None]:
        """Read actions up to an `end` or `else`, and return them with that; None: up to the end of the text."""
        if depth > _MOST_NESTED:
            raise TemplateSyntaxError("nested too deeply")
        nodes: list[Node] = []
        while self._at < len(self._actions):
            action = self._actions[self._at]
            self._at += 1
            word = re.match(r"\w+", action)
            keyword = word.group() if word else ""
            if keyword in ("end", "else"):
                return tuple(nodes), action
            if keyword in _BLOCKS:
                nodes += self._block(keyword, action[len(keyword) :], depth)
            elif keyword == "template":
                name, rest = _named(action[len(keyword) :])
                nodes.append(Node("template", rest, name=name))
            elif keyword not in ("break", "continue"):
                nodes.append(Node("output", _pipeline(action)))
        return tuple(nodes), None

    def _block(self, keyword: str, rest: str, depth: int) -> Iterator[Node]:
        if keyword in ("define", "block"):
            name, pipeline = _named(rest)
            body, end = self._list(depth + 1)
            self._refuse_else(end)
            self._defined[name] = body
            if keyword == "block":
                yield Node("template", pipeline, name=name)
            return
        body, end = self._list(depth + 1)
        yield Node(keyword, _pipeline(rest), body, self._otherwise(end, depth))

    def _otherwise(self, end: str | None, depth: int) -> tuple[Node, ...]:
        if end is None:
            raise TemplateSyntaxError("an end is missing")
        if end == "end":
            return ()
        branch = re.match(r"else\s+(if|with)\b", end)
        if branch:  # its end is the end of the whole
            body, last = self._list(depth + 1)
            return (Node(branch.group(1), _pipeline(end[branch.end() :]), body, self._otherwise(last, depth + 1)),)
        body, last = self._list(depth + 1)
        self._refuse_else(last)
        return body

    @staticmethod
    def _refuse_else(end: str | None) -> None:
        if end != "end":
            raise TemplateSyntaxError("an end is missing" if end is None else f"unexpected {end}")


def _named(text: str) -> tuple[str, Pipeline | None]:
    """Read the name of a template, and what it is handed."""
    match = re.match(r"""\s*("(?:\\.|[^"\\])*"|`[^`]*`)""", text)
    if not match:
        raise TemplateSyntaxError("a template without a name")
    rest = text[match.end() :]
    return _unquoted(match.group(1)), _pipeline(rest) if rest.strip() else None


def _unquoted(text: str) -> str:
    return text[1:-1] if text[0] == "`" else _ESCAPE.sub(r"\1", text[1:-1])


class _Token(NamedTuple):
    kind: str
    text: str
    is_glued: bool  # nothing stands between it and the one before it


def _tokens(text: str) -> list[_Token]:
    found = []
    at = 0
    is_glued = False
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            raise TemplateSyntaxError(f"unexpected {text[at]!r}")
        if match.lastgroup:
            found.append(_Token(match.lastgroup, match.group(), is_glued))
        is_glued = bool(match.lastgroup)
        at = match.end()
    return found


def _pipeline(text: str) -> Pipeline:
    tokens = _tokens(text)
    pipeline, at = _pipeline_of(tokens, 0, 0)
    if at < len(tokens):
        raise TemplateSyntaxError(f"unexpected {tokens[at].text}")
    return pipeline


def _pipeline_of(tokens: Sequence[_Token], at: int, depth: int) -> tuple[Pipeline, int]:
    """Read a pipeline from a token on, and return it with where it ends."""
    if depth > _MOST_NESTED:
        raise TemplateSyntaxError("nested too deeply")
    variables, is_declaration, at = _variables(tokens, at)
    commands: list[tuple[Term, ...]] = []
    command: list[Term] = []
    while at < len(tokens) and tokens[at].text != ")":
        token = tokens[at]
        if token.text == "|":
            commands.append(tuple(command))
            command = []
            at += 1
            continue
        if token.text == "(":
            term, at = _in_parentheses(tokens, at + 1, depth)
        elif token.kind == "sign":
            raise TemplateSyntaxError(f"unexpected {token.text}")
        else:
            term, at = _term(token), at + 1
        command.append(term)
    commands.append(tuple(command))
    if not all(commands):
        raise TemplateSyntaxError("a command is missing")
    return Pipeline(tuple(commands), variables, is_declaration), at


def _variables(tokens: Sequence[_Token], at: int) -> tuple[tuple[str, ...], bool, int]:
    """Read `$a, $b :=`; return the variables, whether they are declared, and where that ends; none: it is not there."""
    variables: list[str] = []
    ahead = at
    while ahead + 1 < len(tokens) and tokens[ahead].text.startswith("$"):
        variables.append(tokens[ahead].text)
        sign = tokens[ahead + 1].text
        ahead += 2
        if sign in (":=", "="):
            return tuple(variables), sign == ":=", ahead
        if sign != ",":
            break
    return (), False, at


def _in_parentheses(tokens: Sequence[_Token], at: int, depth: int) -> tuple[Term, int]:
    """Read a pipeline up to its parenthesis, and the fields that are read from it: `(index .Values "a").b`."""
    inner, at = _pipeline_of(tokens, at, depth + 1)
    if at >= len(tokens):
        raise TemplateSyntaxError("a parenthesis is not closed")
    at += 1
    following = tokens[at] if at < len(tokens) else None
    if following is not None and following.is_glued and re.match(r"\.\w", following.text):
        return Term("pipeline", fields=tuple(following.text[1:].split(".")), pipeline=inner), at + 1
    return Term("pipeline", pipeline=inner), at


def _term(token: _Token) -> Term:
    if token.kind == "text":
        return Term("text", _unquoted(token.text))
    if token.kind == "number" or token.text in _CONSTANTS:
        return Term("constant", token.text)
    name, *fields = token.text.split(".")
    if token.text == ".":
        return Term("dot")
    if not name:
        return Term("dot", fields=tuple(fields))
    return Term("variable" if name.startswith("$") else "function", name, tuple(fields))
