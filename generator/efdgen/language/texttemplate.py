"""Text files with expressions: Helm templates and Chart.yaml, the same for every environment.

An expression stands on its own after `key:` or `-`, or inside a word. It becomes a YAML value of the right
shape, so it can neither break indentation nor inject a key; null takes its line away. A first line such as
`# efdgen: when <% app.secrets != [] %>` says whether the file is there at all; it is not part of what is rendered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from efdgen.errors import InvalidInputError, Location, Problem
from efdgen.language import expressions, yamlio
from efdgen.language.shown import shown
from efdgen.language.tuples import NamedTuple

_WHOLE_VALUE = re.compile(
    r"(?P<lead>[ ]*(?![ ])(?:- )*(?:[A-Za-z0-9_.-]+:)?)(?P<blank>[ ]*)(?P<value><%(?:(?!%>).)*%>)[ ]*\Z"
)
_EXPRESSION = re.compile(r"<%.*?(?:(?P<close>%>)|\Z)")
_MARK = "efdgen:"
_DIRECTIVE = re.compile(rf"#[ ]*{_MARK}(?P<what>.*)")
_WHEN = re.compile(r"[ ]*when[ ]+(?P<condition><%(?:(?!%>).)*%>)[ ]*\Z")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]*\Z")


class TextFile(NamedTuple):
    """A file that is rendered as text: a Helm template, a Chart.yaml."""

    source: str
    text: str


def is_there(file: TextFile, context: Mapping[str, Any]) -> bool:
    """Say whether a file is rendered: whether the condition in its first line, if it has one, holds.

    Raises:
        InvalidInputError: when the condition is wrong, or is neither true nor false.
    """
    directive = _DIRECTIVE.match(file.text.partition("\n")[0].removesuffix("\r"))
    if not directive:
        return True
    try:
        return _holds(directive, context)
    except expressions.ExpressionError as error:
        raise InvalidInputError([_problem(error, file, 1)]) from None


def _holds(directive: re.Match[str], context: Mapping[str, Any]) -> bool:
    when = _WHEN.match(directive["what"])
    if not when:
        raise expressions.ExpressionError("E302", "after `# efdgen:` comes `when <% ... %>`, and nothing else")
    start = directive.start("what") + when.start("condition")
    try:
        value = expressions.evaluate(when["condition"], context)
    except expressions.ExpressionError as error:
        raise error.at(start) from None
    if not isinstance(value, bool):
        raise expressions.ExpressionError("E304", f"`when` must yield true or false, not {shown(value)}", offset=start)
    return value


def fill(file: TextFile, context: Mapping[str, Any]) -> str:
    """Return the text with its expressions filled in, without the line that says whether the file is there.

    Raises:
        InvalidInputError: when an expression is wrong, or yields what its place can't hold.
    """
    problems: list[Problem] = []
    lines: list[str] = []
    for number, line in enumerate(file.text.split("\n"), 1):
        if expressions.OPEN not in line and _MARK not in line:  # nearly all lines
            lines.append(f"{line}\n")
        elif _DIRECTIVE.match(line):
            if number > 1:
                message = "`# efdgen:` is about the whole file: it belongs in the first line"
                problems.append(Problem("E302", message, Location(file.source, number, 1)))
        elif not expressions.has_expression(line):
            lines.append(f"{line}\n")
        else:
            try:
                lines.append(_fill_line(line.removesuffix("\r"), context))
            except expressions.ExpressionError as error:
                problems.append(_problem(error, file, number))
    if problems:
        raise InvalidInputError(problems)
    return "".join(lines).removesuffix("\n")


def _problem(error: expressions.ExpressionError, file: TextFile, line: int) -> Problem:
    return Problem(error.code, error.message, Location(file.source, line, error.offset + 1), hint=error.hint)


def _fill_line(line: str, context: Mapping[str, Any]) -> str:
    whole = _WHOLE_VALUE.match(line)
    if whole and not line.lstrip().startswith("#"):
        return _whole_value(whole, context)

    def word(match: re.Match[str]) -> str:
        try:
            value = expressions.evaluate(match.group(), context)
        except expressions.ExpressionError as error:
            raise error.at(match.start()) from None
        if not isinstance(value, str) or not _WORD.match(value):
            message = f"inside other text, an expression must yield a word, not {shown(value)}"
            raise expressions.ExpressionError("E304", message, offset=match.start())
        return value

    for match in _EXPRESSION.finditer(line):
        if not match["close"]:
            message = f"{expressions.OPEN} without {expressions.CLOSE}"
            raise expressions.ExpressionError("E302", message, offset=match.start())
    return _EXPRESSION.sub(word, line) + "\n"


def _whole_value(match: re.Match[str], context: Mapping[str, Any]) -> str:
    try:
        value = expressions.evaluate(match["value"], context)
    except expressions.ExpressionError as error:
        raise error.at(match.start("value")) from None
    if value is None:
        return ""
    lead = match["lead"]
    if not isinstance(value, dict | list) or not value:
        return f"{lead}{match['blank']}{yamlio.inline(value)}\n"
    if lead.strip() == "-":
        return _indented(yamlio.dump([value]), lead[: lead.index("-")])
    if not lead.endswith(":"):
        message = "a list or a mapping needs a key or a dash of its own before it"
        raise expressions.ExpressionError("E304", message, offset=match.start("value"))
    # A list's dashes stand right below their key, a mapping's keys two columns further in.
    indent = " " * (len(lead) - len(lead.lstrip(" -")) + (2 if isinstance(value, dict) else 0))
    return f"{lead}\n{_indented(yamlio.dump(value), indent)}"


def _indented(text: str, indent: str) -> str:
    """Return lines further in; a line of blanks too, which are part of a text, but for one with nothing at all."""
    return "\n".join(f"{indent}{line}" if line else line for line in text.split("\n"))
