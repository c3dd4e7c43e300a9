"""Text files with expressions: Helm templates and Chart.yaml, the same for every environment.

An expression stands on its own after `key:` or `-`, or inside a word. It becomes a YAML value of the right
shape, so it can neither break indentation nor inject a key; null takes its line away.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from typing import Any

from efdgen import templating, yamlio
from efdgen.errors import InvalidInputError, Location, Problem
from efdgen.model import TextFile

_WHOLE_VALUE = re.compile(r"(?P<lead>[ ]*(?:- )*(?:[A-Za-z0-9_.-]+:)?)(?P<blank>[ ]*)(?P<value><%(?:(?!%>).)*%>)[ ]*\Z")
_EXPRESSION = re.compile(r"<%.*?%>")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]*\Z")


def fill(file: TextFile, context: Mapping[str, Any]) -> str:
    """Return the text with its expressions filled in.

    Raises:
        InvalidInputError: when an expression is wrong, or yields what its place can't hold.
    """
    problems: list[Problem] = []
    lines: list[str] = []
    for number, line in enumerate(file.text.split("\n"), 1):
        if not templating.has_expression(line):
            lines.append(f"{line}\n")
            continue
        try:
            lines.append(_fill_line(line.removesuffix("\r"), context))
        except templating.ExpressionError as error:
            location = Location(file.source, number, error.offset + 1)
            problems.append(Problem(error.code, error.message, location, hint=error.hint))
    if problems:
        raise InvalidInputError(problems)
    return "".join(lines).removesuffix("\n")


def _fill_line(line: str, context: Mapping[str, Any]) -> str:
    whole = _WHOLE_VALUE.match(line)
    if whole and not line.lstrip().startswith("#"):
        return _whole_value(whole, context)

    def word(match: re.Match[str]) -> str:
        try:
            value = templating.evaluate(match.group(), context)
        except templating.ExpressionError as error:
            raise error.at(match.start()) from None
        if not isinstance(value, str) or not _WORD.match(value):
            message = f"inside other text, an expression must yield a word, not {value!r}"
            raise templating.ExpressionError("E304", message, offset=match.start())
        return value

    unclosed = _EXPRESSION.sub(lambda match: " " * len(match.group()), line).find(templating.OPEN)
    if unclosed >= 0:
        raise templating.ExpressionError("E302", f"{templating.OPEN} without {templating.CLOSE}", offset=unclosed)
    return _EXPRESSION.sub(word, line) + "\n"


def _whole_value(match: re.Match[str], context: Mapping[str, Any]) -> str:
    try:
        value = templating.evaluate(match["value"], context)
    except templating.ExpressionError as error:
        raise error.at(match.start("value")) from None
    if value is None:
        return ""
    lead = match["lead"]
    if not isinstance(value, dict | list) or not value:
        return f"{lead}{match['blank']}{yamlio.inline(value)}\n"
    if lead.strip() == "-":
        return textwrap.indent(yamlio.dump([value]), lead[: lead.index("-")])
    if not lead.endswith(":"):
        message = "a list or a mapping needs a key or a dash of its own before it"
        raise templating.ExpressionError("E304", message, offset=match.start("value"))
    # A list's dashes stand right below their key, a mapping's keys two columns further in.
    indent = " " * (len(lead) - len(lead.lstrip(" -")) + (2 if isinstance(value, dict) else 0))
    return f"{lead}\n{textwrap.indent(yamlio.dump(value), indent)}"
