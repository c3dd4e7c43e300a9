"""Where a value is said: wherever it takes the fewest lines, as long as it renders to the same."""

from __future__ import annotations

from typing import Any

from efdgen.verbs.imports import namedthings
from efdgen.verbs.imports.factor import Factoring, Layers
from efdgen.verbs.imports.forms import literal


def factored(**values: dict[str, Any]) -> Layers:
    names = [name.replace("_", "-") for name in values]
    sites = {"lab": [name for name in names if name.startswith("lab-")]}
    forms = {name: lambda _, value: (literal(value),) for name in names}
    return Factoring(sites, forms).layers(dict(zip(names, values.values(), strict=True)))


def test_what_most_say_is_shared_and_what_a_site_says_is_its_own() -> None:
    small, large = {"size": "8Gi", "tag": "1"}, {"size": "50Gi", "tag": "1"}
    layers = factored(north=small, south=small, west={**small, "tag": "2"}, lab_1=large, lab_2=large)
    assert layers == Layers(small, {"lab": {"size": "50Gi"}}, {"west": {"tag": "2"}})


def test_what_few_lack_is_taken_away_and_what_few_have_is_theirs() -> None:
    all_ = {"resources": {"memory": "1Gi", "cpu": 1}}
    assert factored(a=all_, b=all_, c={}) == Layers(all_, {}, {"c": {"resources": "<% none %>"}})
    assert factored(a={"x": {"y": 1}}, b={}, c={}) == Layers({}, {}, {"a": {"x": {"y": 1}}})


def test_an_empty_mapping_is_not_merged_with_what_is_below_it() -> None:
    full = {"limits": {"memory": "1Gi", "cpu": 1}}
    layers = factored(a=full, b=full, c=full, d={"limits": {}})
    assert layers == Layers(full, {}, {"d": {"limits": "<% {} %>"}})
    assert factored(a={"limits": {}}, b={"limits": {}}, c={"limits": {"memory": "1Gi"}}) == Layers(
        {"limits": {}}, {}, {"c": {"limits": {"memory": "1Gi"}}}
    )


def test_what_named_things_have_alike_is_a_parameter() -> None:
    alike = {"url": "u", "db": "d", "user": "x", "tasks": 1}
    things = {"a": {"name": "a", **alike}, "b": {"name": "other", **alike, "tasks": 5}}
    values = {"north": {"sink": things, "kept": 1}, "south": {"sink": {"c": {"name": "c", **alike}}}}
    changed, (named,) = namedthings.separate(values)
    assert named.parameters == {"sinks": {}, "sinksDefaults": alike}
    assert named.entries == {"north": {"a": {}, "b": {"name": "other", "tasks": 5}}, "south": {"c": {}}}
    assert changed["north"] == {"sink": "<% named(parameters.sinks, parameters.sinksDefaults) %>", "kept": 1}
    assert namedthings.separate({"north": {"sink": {"a": {"name": "a", "url": "u"}}}})[1] == []
