r"""What yields a value of a document, quoted for its place, where it can be put into its line as it is.

<% name %>          "a b" as a shell's word     'a b'
<% lines %>         "a\nb"                       UnusualError: whoever fills the line must look at it
"""

from __future__ import annotations

import collections
import functools
from collections.abc import Callable, Mapping
from typing import Any

from efdgen.language import expressions, quoting
from efdgen.language.expressions import Names
from efdgen.language.places import Place
from efdgen.language.quoting import Blocks, Markdown, Verbatim
from efdgen.language.syntaxtree import Getattr, Name, Node

MOST_WORDS = 1000
"""How many letters words on a line have at most."""


class UnusualError(ValueError):
    """A value is not words on a line."""


def in_line(expression: Node, place: Place, *, is_inside: bool) -> Callable[[Names], str]:
    """Return what evaluates an expression, and quotes what it yields, where that is words on a line.

    It may raise what `expressions.step` may, and `UnusualError`: of what is nothing, has blanks at an end, takes more
    than a line, or a very long one. Inside a fence, where blanks stay, it is raised only of the last two, and of a word
    of a command that is nothing: a blank goes with it.

    Args:
        expression: the expression.
        place: where its value stands.
        is_inside: whether that is in a fence, or in another language than Markdown.
    """
    evaluate = expressions.step(expression)
    of_kind = _quotes(place, is_inside)

    def value(names: Names) -> str:
        found = evaluate(names)
        return of_kind[type(found)](found)

    def value_of_name(names: Names) -> str:
        try:
            found = names[name]
        except KeyError:
            return value(names)
        return of_kind[type(found)](found)

    def value_of_key(names: Names) -> str:
        try:
            found = names[owner][key]
        except (KeyError, TypeError):
            return value(names)
        return of_kind[type(found)](found)

    # The most frequent of all expressions are looked up here.
    if isinstance(expression, Name):
        name = expression.name
        return value_of_name
    if isinstance(expression, Getattr) and isinstance(expression.node, Name):
        owner, key = expression.node.name, expression.attr
        return value_of_key
    return value


@functools.cache
def _quotes(place: Place, is_inside: bool) -> Mapping[type, Callable[[Any], str]]:
    """Return what quotes a value for its place where it is words on a line, by the kind of value."""
    quote = functools.partial(_on_a_line, place=place, is_inside=is_inside)
    # Text in Markdown equals the same text, which is quoted in another way, so they are remembered apart.
    scalar, markdown, verbatim = (functools.lru_cache(maxsize=2048)(quote) for _ in range(3))
    found: dict[type, Callable[[Any], str]] = {str: scalar, int: scalar, type(None): scalar}
    return collections.defaultdict(lambda: quote, {**found, Markdown: markdown, Verbatim: verbatim})


def _on_a_line(value: Any, place: Place, is_inside: bool) -> str:
    kind = type(value)
    text = quoting.quote_scalar(value, place) if kind is str or kind is int else quoting.quote(value, place)
    if "\n" in text or len(text) > MOST_WORDS or isinstance(text, Blocks):
        raise UnusualError
    if (not text and place in quoting.WORDS) if is_inside else (not text or text[0].isspace() or text[-1].isspace()):
        raise UnusualError
    return text
