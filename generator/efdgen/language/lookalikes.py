"""What looks like a control line or a value of a document, and is none: it would be text, silently."""

from __future__ import annotations

import re

from efdgen.language.expressions import CLOSE, EXPRESSION, NO_BEGINNING, OPEN, ExpressionError
from efdgen.language.late import late
from efdgen.language.places import VALUE

_CONTROL = r"(?:if|elif|else|endif|for|endfor|set)\b"
_LIKE_CONTROL = re.compile(rf"\s*%\s*{_CONTROL}|\s+%%")
"""A line that was meant to be a control line, and would be text."""

_INDENTED = re.compile(rf"\s+%%\s*{_CONTROL}")
"""The same in a fence of another language than the shell's, in which `%%` can mean something else."""

_JINJA = late(r"{{.*?}}|{%.*?%}|{#.*?#}")
_APART = late(r"<[ \t]+%(?P<inside>[ \t]*[A-Za-z_(\[{'\"](?:(?!%>|<%).)*?)%>")
"""A value with a blank between `<` and `%`: a shell reads a file there."""

_ENDED = late(r"(?<![\w%$&.\\)\]])[A-Za-z_][\w.]*(?:[\[(][^\[\]()\n]*[\])][\w.]*)*[ \t]+%>(?![%=]|[ \t]*\d)")
"""What surely was meant as an expression, and lacks its beginning. `%>%` is a sign of R, `CPU %> 80` is prose."""

_SHORT_FENCE = late(r"``?(?P<rest>[A-Za-z][\w-]*(?: [a-z-]+)*)\s*\Z")
_CODE_SPAN = late(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")


def refuse_control(line: str, *, is_data: bool = False) -> None:
    """Refuse a line that almost is a control line: it would be text, and what it controls always there.

    Args:
        line: the line.
        is_data: whether it stands in a fence of data, in which `%%` can mean something else.

    Raises:
        ExpressionError: when it is such a line.
    """
    found = (_INDENTED if is_data else _LIKE_CONTROL).match(line) if "%" in line else None
    if found:
        hint = "it begins at the beginning of its line, with two percent signs: `%% if ...`"
        offset = len(found[0]) - len(found[0].lstrip())
        raise ExpressionError("E302", "this is not a control line", hint, offset)


def refuse_apart(line: str) -> None:
    """Refuse a value whose first bracket has a blank inside: it would be text, or a file that a shell reads.

    Args:
        line: the line; a value in it is one character, `VALUE`.

    Raises:
        ExpressionError: when there is one.
    """
    found = _APART.search(line) if "%>" in line else None
    if found is None:
        return
    inside = found["inside"].strip()
    message = "this is not a value: there is a blank between < and %"
    hint = f"write <% {'...' if VALUE in inside else inside} %>"
    raise ExpressionError("E302", message, hint, 0 if VALUE in line[: found.start()] else found.start())


def refuse_jinja(line: str, *, is_code: bool) -> None:
    """Refuse Jinja's own marks in prose, but between backticks: they would be text.

    Args:
        line: the line; a value in it is one character, `VALUE`.
        is_code: whether the line begins between two backticks.

    Raises:
        ExpressionError: when there is such a mark.
    """
    if is_code or not ("{{" in line or "{%" in line or "#}" in line):
        return
    found = _JINJA.search(_CODE_SPAN.sub(lambda code: " " * len(code[0]), line))
    if found is None:
        return
    mark = found[0][:2] + found[0][-2:]
    inside = found[0][2:-2].strip("- ")
    inside = "..." if VALUE in inside else inside
    message, hint = {
        "{{}}": ("{{ }} is not a value", f"write <% {inside} %>; to show brackets, put them between backticks"),
        "{%%}": ("{% %} is not a control line", f"write it on a line of its own: `%% {inside}`"),
        "{##}": ("{# #} is not a comment", f"write it on a line of its own: `%% # {inside}`"),
    }[mark]
    raise ExpressionError("E302", message, hint, 0 if VALUE in line[: found.start()] else found.start())


def ended(text: str) -> int | None:
    """Return where the end of an expression stands that has no beginning; None: nothing in a text is surely one.

    It is one behind a word and a blank: `The name %>`. `50%>40%` and `${x%>}` are none.
    """
    if text.count(CLOSE) <= text.count(OPEN):
        return None
    found = _ENDED.search(EXPRESSION.sub(lambda match: " " * len(match[0]), text))
    return None if found is None else found.end() - len(CLOSE)


def refuse_ended(line: str, *, is_code: bool) -> None:
    """Refuse the end of a value in prose, but between backticks, where no value begins: it would be text.

    Args:
        line: the line; a value in it is one character, `VALUE`.
        is_code: whether the line begins between two backticks.

    Raises:
        ExpressionError: when there is one.
    """
    at = None if is_code or CLOSE not in line else ended(_CODE_SPAN.sub(lambda code: "`" * len(code[0]), line))
    if at is not None:
        raise ExpressionError("E302", NO_BEGINNING, f"begin it with {OPEN}", 0 if VALUE in line[:at] else at)


def short_fence(line: str, number: int) -> str:
    """Return a hint about a line that begins code with too few backticks for a fence; empty: it is no such line."""
    found = _SHORT_FENCE.match(line) if line.startswith("`") else None
    return f"a fence begins with three backticks: write ```{found['rest']} in line {number}" if found else ""
