from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.environment.model import ResolvedApp
from efdgen.environment.order import sync_order, sync_waves
from support.checkout import names, resolved

RESOLVED = resolved()
TEMPLATE = RESOLVED["summit"].apps[0]


def app(name: str, wave: int = 0, requires: tuple[str, ...] = ()) -> ResolvedApp:
    definition = TEMPLATE.definition._replace(name=name, wave=wave, requires=requires)
    return TEMPLATE._replace(definition=definition)


def order(*apps: ResolvedApp) -> list[str]:
    return [one.definition.name for one in sync_order(apps)]


def test_lower_waves_come_first_then_names() -> None:
    assert order(app("b"), app("c", -1), app("a"), app("d", -2)) == ["d", "c", "a", "b"]


def test_an_app_comes_after_what_it_requires() -> None:
    assert order(app("a", 0, ("b",)), app("b", 0, ("c",)), app("c"), app("d")) == ["c", "b", "a", "d"]


def test_what_the_cluster_provides_is_there_already() -> None:
    assert order(app("b", 0, ("ingress-nginx",)), app("a", 0, ("b",))) == ["b", "a"]


def test_a_circle_does_not_keep_anything_out() -> None:
    assert order(app("b", 0, ("a",)), app("a", 0, ("b",)), app("c", 0, ("a",))) == ["a", "b", "c"]


@pytest.mark.parametrize("environment", names())
def test_the_operator_and_the_ingress_controller_come_first(environment: str) -> None:
    found = order(*RESOLVED[environment].apps)
    first = [name for name in ("vault-secrets-operator", "ingress-nginx") if name in found]
    assert found[: len(first)] == first
    for one in RESOLVED[environment].apps:
        for required in set(one.definition.requires) & set(found):
            assert found.index(required) < found.index(one.definition.name)


@st.composite
def apps(draw: st.DrawFn) -> list[ResolvedApp]:
    known = draw(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1))
    made: list[Any] = []
    for index, name in enumerate(known):
        requires = draw(st.lists(st.sampled_from(known[:index]), unique=True)) if index else []
        made.append(app(name, draw(st.integers(-2, 2)), tuple(requires)))
    return made


@given(apps(), st.randoms())
def test_the_order_is_total_respects_requirements_and_not_how_apps_are_listed(
    listed: list[ResolvedApp], random: Any
) -> None:
    found = order(*listed)
    assert sorted(found) == sorted(one.definition.name for one in listed)
    for one in listed:
        for required in one.definition.requires:
            assert found.index(required) < found.index(one.definition.name)
    random.shuffle(listed)
    assert order(*listed) == found


def waves(*apps: ResolvedApp) -> dict[str, int]:
    return sync_waves({one.definition.name: one.definition for one in apps})


def test_the_wave_is_the_length_of_the_longest_chain_of_requirements() -> None:
    found = waves(app("a"), app("b", 0, ("a",)), app("c", 0, ("b",)), app("d", 0, ("a", "c")), app("e", 0, ("a",)))
    assert found == {"a": 0, "b": 1, "c": 2, "d": 3, "e": 1}


def test_an_app_s_own_wave_is_the_first_that_it_can_be_in() -> None:
    found = waves(app("a", -2), app("b", 0, ("a",)), app("c", 5), app("d", 0, ("b", "c")), app("e", -1, ("a",)))
    assert found == {"a": -2, "b": 0, "c": 5, "d": 6, "e": -1}


def test_what_nobody_defines_does_not_count_and_a_circle_ends() -> None:
    assert waves(app("a", 0, ("elsewhere",)), app("b", 0, ("b",))) == {"a": 0, "b": 0}
    assert waves(app("a", 0, ("b",)), app("b", 0, ("a",))) == {"a": 0, "b": 1}


@given(apps())
def test_an_app_s_wave_comes_after_those_that_it_requires(listed: list[ResolvedApp]) -> None:
    found = waves(*listed)
    assert found.keys() == {one.definition.name for one in listed}
    for one in listed:
        earlier = [found[required] + 1 for required in one.definition.requires]
        assert found[one.definition.name] == max([one.definition.wave, *earlier])
