"""Shorthands for documents, layers and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from efdgen.errors import InvalidInputError, Location, Problem
from efdgen.language import yamlio
from efdgen.language.layers import Layer


def document(text: str, file: str = "file.yaml") -> yamlio.Document:
    """Parse a document."""
    return yamlio.parse(text, file)


def layer(name: str, text: str) -> Layer:
    """Return a layer of a file that is called like it, and holds `text`."""
    source = yamlio.parse(text, f"{name}.yaml")
    return Layer(name, source.data, source.locate_in_text)


def layers_of(*contents: Any) -> list[Layer]:
    """Return layers of data that no file holds, called by their number."""
    return [Layer(str(n), content, lambda _path, _offset=0, **_key: Location("")) for n, content in enumerate(contents)]


def problems_of(function: Callable[..., Any], *arguments: Any) -> tuple[Problem, ...]:
    """Call a function that must refuse its input; return what it says is wrong."""
    with pytest.raises(InvalidInputError) as caught:
        function(*arguments)
    return caught.value.problems
