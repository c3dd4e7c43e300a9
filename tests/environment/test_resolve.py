"""Environments of one run share what no layer changes: nobody may change it, and no environment may see another."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen import rules
from efdgen.environment import facts
from efdgen.environment.model import ResolvedEnvironment
from efdgen.environment.once import Once
from efdgen.environment.resolve import Resolver
from efdgen.errors import InvalidInputError
from efdgen.language.layers import Layer, merge_layers
from efdgen.render import files
from efdgen.repository.load import load
from support import layers_of, many, tables
from support.checkout import FROZEN, edit, names, repository
from support.repository import small_repository


def _layers(spec: Any, apps: Mapping[str, Any]) -> Iterator[Layer]:
    yield from spec.layers
    for app, layers in spec.app_layers.items():
        yield from (*layers, *apps[app].layers)


def _plain(environment: ResolvedEnvironment) -> Any:
    """Return what can be compared of an environment: not the functions among its names."""
    data = {key: value for key, value in environment.names.items() if not callable(value)}
    return environment._replace(names=data, known=None, spec=None)  # type: ignore[arg-type]


def test_resolving_checking_and_rendering_changes_nothing_that_environments_share() -> None:
    fresh = load(FROZEN)
    layers = [layer for name in names() for layer in _layers(fresh.environments[name], fresh.apps)]
    written = copy.deepcopy([layer.data for layer in layers])
    resolver = Resolver(fresh)
    resolved = [resolver.resolve(name) for name in names()]
    values = copy.deepcopy([(each.facts.data, [app.values for app in each.apps]) for each in resolved])
    identities = rules.Identities(fresh, resolver)
    for environment in resolved:
        rules.check(environment, identities)
        assert list(files.environment_files(environment, fresh))
    assert [layer.data for layer in layers] == written
    assert [(each.facts.data, [app.values for app in each.apps]) for each in resolved] == values


def test_an_environment_is_the_same_alone_and_after_others() -> None:
    together = Resolver(repository())
    for name in (*names(), *reversed(names())):
        assert _plain(together.resolve(name)) == _plain(Resolver(repository()).resolve(name))


def test_what_no_layer_changes_is_one_object_for_all_environments() -> None:
    resolver = Resolver(repository())
    first, second = ({app.definition.name: app for app in resolver.resolve(name).apps} for name in ("base", "summit"))
    ours, theirs = first["influxdb"].values, second["influxdb"].values
    assert first["telegraf"].values is second["telegraf"].values
    assert ours["setDefaultUser"] is theirs["setDefaultUser"]
    assert ours["ingress"] is not theirs["ingress"]
    layers = [repository().environments[name].layers[0] for name in ("base", "summit")]
    assert layers[0] is layers[1]
    assert layers[0].is_shared


def _resolved(root: Path, name: str) -> Any:
    """Return what can be compared of an environment, or what is wrong with it."""
    try:
        return [(app.values, app.secrets, app.volumes, app.probes) for app in Resolver(load(root)).resolve(name).apps]
    except InvalidInputError as error:
        return [(problem.code, problem.message, problem.location) for problem in error.problems]


@pytest.mark.parametrize(
    "value",
    [
        "<% aliases %>",
        "<% cluster %>",
        "<% cluster.storageClass is none %>",
        "<% hosts %>",
        "<% hosts.view is defined %>",
        "<% hosts.nothing is defined %>",
        "<% host('view') %>",
        "<% links.dome.place %>",
        "<% links.nowhere %>",
        "<% tables.news %>",
        "<% argocd.host %>",
        "<% argocd.applicationName %>",
        "<% hostPattern %>",
        "<% name if nowhere is not defined else 5 %>",
        "<% clustr.storageClass %>",
    ],
)
@pytest.mark.parametrize("host", ["", "hosts: {view: status.example.org}", "hosts: {view: <% none %>}"])
def test_apps_find_the_same_in_facts_that_are_evaluated_already(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, host: str
) -> None:
    root = small_repository(tmp_path)
    lab = root / "environments/lab.yaml"
    edit(lab, "          cpu: 2", f"          cpu: {value}")
    edit(lab, "aliases: [bench]", f"aliases: [bench, <% name %>]\n{host}")
    settled = _resolved(root, "lab")
    monkeypatch.setattr(facts, "_settled", lambda *_: {})
    assert settled == _resolved(root, "lab")


@many
@given(st.lists(tables(nulls=True), max_size=5), st.integers(0, 5), st.integers(0, 5))
def test_layers_of_many_environments_are_merged_once_and_to_the_same(
    contents: list[dict[str, Any]], shared: int, others: int
) -> None:
    layers = [layer._replace(is_shared=index < shared) for index, layer in enumerate(layers_of(*contents))]
    before = copy.deepcopy(contents)
    once = Once()
    assert once.merged(layers[others:]) == merge_layers(layers[others:])
    assert once.merged(layers) == merge_layers(layers)
    if shared >= len(layers):
        assert once.merged(layers) is once.merged(layers)
    assert contents == before
