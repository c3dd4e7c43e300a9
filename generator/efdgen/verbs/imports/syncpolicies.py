"""How the environments sync, said once where most do alike: what is not there is said, too, since layers merge.

    one:  {syncOptions: [A=true]}                          shared  {syncOptions: [A=true], automated: {}}
    two:  {syncOptions: [A=true], automated: {}}    ->     one     {automated: null}
    west: {syncOptions: [A=true], automated: {}}

A mapping that is empty says something: `automated: {}` syncs by itself.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.language import schema
from efdgen.language.layers import ABSENT, at
from efdgen.language.tuples import NamedTuple

_EMPTY: Mapping[str, Any] = {"null": None, "boolean": False, "array": []}
"""What a value of a type is as good as not there by; of others, there is no such value."""


class Policies(NamedTuple):
    """What layers say of it: all of them, each site, each environment. Who is not there says nothing."""

    shared: Mapping[str, Any] | None
    sites: Mapping[str, Any]
    specs: Mapping[str, Any]


def layers(policies: Mapping[str, Mapping[str, Any] | None], sites: Mapping[str, Sequence[str]]) -> Policies:
    """Return the layers that merge to the policy of each environment.

    Args:
        policies: the policy of each environment; None: it is synced by hand.
        sites: the environments of each site.
    """
    counted = Counter(map(_key, policies.values()))
    shared = next((each for each in policies.values() if counted[_key(each)] * 2 > len(policies)), None)
    said = {name: over(shared, each) for name, each in policies.items()}
    if ABSENT in said.values():
        shared, said = None, dict(policies)
    specs = {name: value for name, value in said.items() if _key(policies[name]) != _key(shared)}
    of_sites: dict[str, Any] = {}
    for site, names in sites.items():
        if all(name in specs and _key(specs[name]) == _key(specs[names[0]]) for name in names):
            of_sites[site] = specs[names[0]]
            specs = {name: value for name, value in specs.items() if name not in names}
    return Policies(shared, of_sites, specs)


def without_effect(application: Mapping[str, Any]) -> list[str]:
    """Return what `automated` says of an Application beside `enabled: false`, which switches it off."""
    automated = at(application, ("spec", "syncPolicy", "automated"), None)
    is_off = isinstance(automated, dict) and automated.get("enabled") is False
    return [f"{key}: {json.dumps(value)}" for key, value in automated.items() if key != "enabled"] if is_off else []


def over(below: Any, wanted: Any) -> Any:
    """Return what has to be said over a policy below to have the wanted one; ABSENT: nothing can say that."""
    return _over(below, wanted, "types#/$defs/syncPolicy")


def _over(below: Any, wanted: Any, place: str) -> Any:
    if not isinstance(below, Mapping) or not isinstance(wanted, Mapping):
        return wanted
    found: dict[str, Any] = {}
    for key in dict.fromkeys([*wanted, *below]):
        inner = f"{place}/properties/{key}"
        if key not in wanted:
            said = _nothing(inner)
        elif key not in below:
            said = wanted[key]
        elif _key(wanted[key]) != _key(below[key]):
            said = _over(below[key], wanted[key], inner)
        else:
            continue
        if said is ABSENT:
            return ABSENT
        found[key] = said
    return found


def _nothing(place: str) -> Any:
    """Return what says that there is nothing; ABSENT: nothing does."""
    types = schema.load(place).get("type")
    listed = types if isinstance(types, list) else [types]
    return next((value for name, value in _EMPTY.items() if name in listed), ABSENT)


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
