"""Environments of one run share what no layer changes: nobody may change it, and no environment may see another."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen import rules
from efdgen.environment.model import ResolvedEnvironment
from efdgen.environment.resolve import Resolver
from efdgen.language.layers import Layer
from efdgen.render import files
from efdgen.repository.load import load
from support.checkout import FROZEN, names, repository


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
