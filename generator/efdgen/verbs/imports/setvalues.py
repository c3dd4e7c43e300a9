"""What the parameters of an Application set, by the rules of `helm --set`, as Argo CD hands them over.

`nginx.list[1].port` with the value `8080` lies below `nginx`, `list`, its second item, `port`, and is the number 8080.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

_MOST_ITEMS = 65536
"""Helm's own limit."""

_INT64 = 1 << 63
_WORDS = {"true": True, "false": False, "null": None, "0": 0}


class SetValuesError(ValueError):
    """Helm refuses a parameter, or nobody can say before it runs what it sets."""


def with_parameters(values: Mapping[str, Any], listed: Any) -> dict[str, Any]:
    """Return values with the parameters of an Application on top: first those of `--set`, then of `--set-string`.

    Args:
        values: what values files say; they are not changed.
        listed: `spec.source.helm.parameters`.

    Raises:
        SetValuesError: when Helm would refuse one, or Argo CD puts something into it.
    """
    if listed is None:
        return dict(values)
    if not isinstance(listed, list) or not all(isinstance(each, dict) and each.get("name") for each in listed):
        raise SetValuesError("the parameters of the Application are no list of name and value")
    found = copy.deepcopy(dict(values))
    for each in sorted(listed, key=lambda one: bool(one.get("forceString"))):
        name, text = str(each["name"]), str(each.get("value") if each.get("value") is not None else "")
        if "$" in text:
            raise SetValuesError(f"Argo CD puts something in the place of $ in the parameter {name}")
        _set(found, _path(name), _value(text, is_text=bool(each.get("forceString"))), name)
    return found


def _path(name: str) -> list[str | int]:
    r"""Return the steps of a name: `a.b\.c[0]` is a, then b.c, then its first item."""
    steps: list[str | int] = []
    rest = name
    while rest:
        key, end, rest = _until(rest, ".[=,")
        if not key or end in ("=", ","):
            raise SetValuesError(f"Helm reads the name of the parameter {name} otherwise than it looks")
        steps.append(key)
        while end == "[":
            number, closed, rest = rest.partition("]")
            if not closed or not number.isdigit() or int(number) > _MOST_ITEMS:
                raise SetValuesError(f"the parameter {name} has no number of an item between its brackets")
            steps.append(int(number))
            end, rest = rest[:1], rest[1:]
            if end not in ("", "[", "."):
                raise SetValuesError(f"Helm can't read the name of the parameter {name}")
        if end == "." and not rest:
            raise SetValuesError(f"the name of the parameter {name} ends with a dot")
    return steps


def _until(text: str, stops: str) -> tuple[str, str, str]:
    """Return what comes before the first of some characters, that one, and what follows; a backslash takes it along."""
    found = ""
    characters = iter(enumerate(text))
    for at, character in characters:
        if character == "\\":
            found += next(characters, (0, ""))[1]
        elif character in stops:
            return found, character, text[at + 1 :]
        else:
            found += character
    return found, "", ""


def _value(text: str, *, is_text: bool) -> Any:
    """Return what a text is to Helm: Argo CD keeps commas together, but for those between braces."""
    if text.startswith("{"):
        if not text.endswith("}"):
            raise SetValuesError(f"Helm takes {text} for a list without an end")
        return [_typed(each, is_text=is_text) for each in _items(text[1:-1])]
    return _typed(_until(text, "")[0], is_text=is_text)


def _items(text: str) -> Iterator[str]:
    """Yield the items between braces; between `{` and `}` is one empty text, as Helm takes it."""
    rest, end = text, ","
    while end:
        item, end, rest = _until(rest, ",}")
        if end == "}":
            raise SetValuesError(f"Helm takes {{{text}}} for a list that ends before the text does")
        yield item


def _typed(text: str, *, is_text: bool) -> Any:
    if is_text:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    digits = text[1:] if text[:1] in ("+", "-") else text
    if text[:1] != "0" and digits.isascii() and digits.isdigit() and -_INT64 <= int(text) < _INT64:
        return int(text)
    return text


def _set(values: dict[str, Any], path: list[str | int], value: Any, name: str) -> None:
    """Set a value below what is there; an item of a list that is shorter gets null before it."""
    here: Any = values
    for number, step in enumerate(path):
        if isinstance(step, int):
            here.extend([None] * (step + 1 - len(here)))
        if number == len(path) - 1:
            here[step] = value
            return
        wanted = list if isinstance(path[number + 1], int) else dict
        below = here.get(step) if isinstance(here, dict) else here[step]
        if below is None or (isinstance(step, int) and wanted is dict and not isinstance(below, dict)):
            below = here[step] = wanted()
        if not isinstance(below, wanted):
            raise SetValuesError(
                f"Helm fails on the parameter {name}: it lies below something that is no {_KINDS[wanted]}"
            )
        here = below


_KINDS = {list: "list", dict: "mapping"}
