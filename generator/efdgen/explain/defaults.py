"""A chart's own values as layers below all others."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from efdgen.errors import InvalidInputError, Location, Path
from efdgen.explain.says import CHART_DEFAULT
from efdgen.language import yamlio
from efdgen.language.layers import Layer


def layers(
    archive: str,
    texts: Mapping[str, str],
    above: tuple[str, ...] = (),
    folders: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Layer, ...]:
    """Return the values that a chart and its subcharts bring, the least specific first: a subchart's own.

    Args:
        archive: what the locations of the chart's files begin with: `influxdb-3.0.9.tgz:`, or a folder and a slash.
        texts: the text of values.yaml of the chart, under an empty name, and of its subcharts, by their names,
            one below the other: `a/b`.
        above: what the chart's own values stand under in the app's.
        folders: where subcharts are, by the same names; one that is not there is in `charts/<name>/`.
    """
    deepest_first = sorted(texts, key=lambda name: (-len(_parts(name)), name))
    return tuple(
        _layer(f"{archive}{folders.get(name, _folder(name))}values.yaml", _parts(name), texts[name], above)
        for name in deepest_first
    )


def _folder(name: str) -> str:
    return "".join(f"charts/{part}/" for part in _parts(name))


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part for part in name.split("/") if part)


def _layer(file: str, subchart: tuple[str, ...], text: str, above: tuple[str, ...]) -> Layer:
    document = _read(text, file)
    data: Any = document.data if isinstance(document.data, dict) else {}
    place = (*above, *subchart)
    for name in reversed(place):
        data = {name: data}

    def locate(path: Path, offset: int = 0, *, key: bool = False) -> Location:
        return document.locate_in_text(path[1 + len(place) :], offset, key=key)

    return Layer(CHART_DEFAULT, {"values": data}, locate)


def _read(text: str, file: str) -> yamlio.Document:
    """Parse what others wrote; what is too loose for the strict reader has no lines, and what is no YAML no values."""
    try:
        return yamlio.parse(text, file)
    except InvalidInputError:
        pass
    try:
        data = yamlio.load(text)
    except yamlio.YamlError:
        data = None
    return yamlio.Document(file, data, yamlio.NOWHERE)
