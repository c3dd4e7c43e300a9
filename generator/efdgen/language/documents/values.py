r"""What yields a value of a document, quoted for its place, where it can be put into its line as it is.

<% name %>          "a b" as a shell's word     'a b'
<% lines %>         "a\nb"                       UnusualError: whoever fills the line must look at it
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from efdgen.language import expressions, quoting
from efdgen.language.expressions import Names
from efdgen.language.places import Place
from efdgen.language.quoting import Blocks, Markdown
from efdgen.language.syntaxtree import Getattr, Name, Node


class UnusualError(ValueError):
    """A value is not words on a line."""


def in_line(expression: Node, place: Place, *, is_inside: bool) -> Callable[[Names], str]:
    """Return what evaluates an expression, and quotes what it yields, where that is words on a line.

    It may raise what `expressions.step` may, beside errors of expressions, and `UnusualError`: of what is nothing, has
    blanks at an end, or takes more than a line. Inside a fence, where blanks stay, only of what takes more than a line,
    and of a word of a command that is nothing: a blank goes with it.

    Args:
        expression: the expression.
        place: where its value stands.
        is_inside: whether that is in a fence, or in another language than Markdown.
    """
    evaluate = expressions.step(expression)
    # Text in Markdown equals the same text, which is quoted in another way, so they are remembered apart.
    of_scalar, of_markdown = (_words_on_a_line(place, is_inside, kind) for kind in ("", "Markdown"))

    def value(names: Names) -> str:
        found = evaluate(names)
        kind = type(found)
        if kind is str or kind is int:
            return of_scalar(found)
        return of_markdown(found) if kind is Markdown else _on_a_line(found, place, is_inside)

    if not (isinstance(expression, Getattr) and isinstance(expression.node, Name)):
        return value
    owner, key = expression.node.name, expression.attr

    def value_of_key(names: Names) -> str:
        # The most frequent of all expressions: looked up here, where it yields text.
        try:
            found = names[owner][key]
        except (KeyError, TypeError):
            return value(names)
        return of_scalar(found) if type(found) is str else value(names)

    return value_of_key


@functools.cache
def _words_on_a_line(place: Place, is_inside: bool, _kind: str) -> Callable[[Any], str]:
    return functools.lru_cache(maxsize=2048)(functools.partial(_on_a_line, place=place, is_inside=is_inside))


def _on_a_line(value: Any, place: Place, is_inside: bool) -> str:
    kind = type(value)
    text = quoting.quote_scalar(value, place) if kind is str or kind is int else quoting.quote(value, place)
    if "\n" in text or isinstance(text, Blocks):
        raise UnusualError
    if (not text and place in quoting.WORDS) if is_inside else (not text or text[0].isspace() or text[-1].isspace()):
        raise UnusualError
    return text
