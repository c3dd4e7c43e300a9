"""Whatever a hand-written repository says, what is made of it renders to the same."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from efdgen.helm import engines
from efdgen.language import yamlio
from efdgen.verbs.imports import result
from efdgen.verbs.imports.model import Source
from support import handwritten
from support.strategies import TRICKY_WORDS, few

_keys = st.sampled_from(
    ["image", "tag", "size", "resources", "limits", "host", "storageClass", "a.b", "name", "env", "x-y"]
)
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: round(number, 3)),
    st.sampled_from(
        ["8Gi", "local-path", "db-north.example.org", "north", "https://db-south-1.example.org/x", "<% name %>"]
    ),
    st.sampled_from([word for word in TRICKY_WORDS if word.isprintable()]),
)
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_keys, inner, max_size=4)),
    max_leaves=10,
)
_thing = st.fixed_dictionaries(
    {key: st.sampled_from([1, "x", None]) for key in ("a", "b", "c", "d", "e")}, optional={"f": _scalars}
)
_things = st.dictionaries(st.sampled_from(["one", "two", "three"]), _thing, min_size=1).map(
    lambda things: {key: {"name": "one" if key == "two" else key, **thing} for key, thing in things.items()}
)
_long = st.lists(st.sampled_from(["", "[b]\n", "x = 2\n", "<% name %>\n"]), min_size=3, max_size=3).map(
    lambda parts: parts[0] + "[a]\n" * 9 + parts[1] + "x = 1\n" * 9 + parts[2]
)
_app = st.dictionaries(_keys, _values, max_size=4)


@st.composite
def _fleets(draw: Any) -> dict[str, dict[str, dict[str, Any]]]:
    """Draw the values of some apps in some environments: mostly the same, as copies are."""
    common = {app: draw(_app) for app in ("db", "web")}
    fleet: dict[str, dict[str, dict[str, Any]]] = {}
    for name in draw(st.sampled_from([["north"], ["north", "south"], ["north", "south-1", "south-2", "west"]])):
        fleet[name] = {}
        for app, values in common.items():
            if draw(st.integers(0, 4)) or not fleet[name]:
                things = (
                    {"sinks": draw(st.one_of(_things, _values)), "text": draw(_long)} if draw(st.booleans()) else {}
                )
                fleet[name][app] = {**values, **(draw(_app) if draw(st.booleans()) else {}), **things}
                for key in draw(st.sets(_keys, max_size=2)):
                    fleet[name][app].pop(key, None)
    return fleet


@few
@given(_fleets())
def test_values_are_the_same_when_rendered(fleet: dict[str, dict[str, dict[str, Any]]]) -> None:
    made = result.run(Source("hand", handwritten.repository(fleet)), engines.choose("sdk"))
    assert made.proved, [finding.message for finding in made.findings]
    assert [d for each in made.proved for d in each.differences if not d.reason] == []
    for name, apps in fleet.items():
        for app, values in apps.items():
            rendered = yamlio.load(made.files[f"rendered/apps/{app}/values-{name}.yaml"].decode())
            assert (rendered.get(app) or {}) == values
