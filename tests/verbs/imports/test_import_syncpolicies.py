"""How environments sync is what the source says: also what is empty, switched off, or not there in some of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from efdgen.helm import engines
from efdgen.language import yamlio
from efdgen.language.layers import merge
from efdgen.render.applications import without_empty
from efdgen.verbs.imports import applications, result, syncpolicies, telling
from efdgen.verbs.imports.compared import aligned, compared, normal_application
from efdgen.verbs.imports.model import Source
from support import handwritten

A: dict[str, Any] = {"syncOptions": ["A=true"]}
AUTOMATED: dict[str, Any] = {**A, "automated": {}}
PRUNED: dict[str, Any] = {**A, "automated": {"prune": True}}
RETRIED: dict[str, Any] = {"automated": {}, "retry": {}}


@pytest.mark.parametrize("others", [(A, AUTOMATED), (PRUNED, AUTOMATED), (RETRIED, A), (None, PRUNED), (RETRIED, None)])
def test_layers_merge_to_the_policy_of_each(others: tuple[Any, Any]) -> None:
    one, other = others
    for usual, odd in ((one, other), (other, one)):
        policies = {"a": usual, "b": usual, "c": usual, "lab1": odd, "lab2": odd, "odd": odd}
        for sites in ({}, {"lab": ["lab1", "lab2"]}):
            made = syncpolicies.layers(policies, sites)
            for name, policy in policies.items():
                merged: Any = made.shared
                layers = (
                    made.sites.get("lab", ...) if name in sites.get("lab", ()) else ...,
                    made.specs.get(name, ...),
                )
                for layer in layers:
                    merged = merged if layer is ... else merge(merged, layer)
                assert without_empty({"": merged}) == without_empty({"": policy}), (name, made)


def test_half_of_the_environments_have_no_say_for_all() -> None:
    assert syncpolicies.layers({"a": A, "b": AUTOMATED}, {}) == syncpolicies.Policies(
        None, {}, {"a": A, "b": AUTOMATED}
    )
    made = syncpolicies.layers({"a": A, "b": AUTOMATED, "c": AUTOMATED}, {})
    assert made == syncpolicies.Policies(AUTOMATED, {}, {"a": {"automated": None}})


def test_an_application_that_is_switched_off_is_synced_by_hand() -> None:
    for said, meant in (
        ({"automated": {"enabled": False, "prune": True}, **A}, {"syncPolicy": A}),
        ({"automated": {"enabled": False}}, {}),
        ({"automated": {"enabled": True, "prune": True}, **A}, {"syncPolicy": PRUNED}),
        ({"automated": {"prune": True}, **A}, {"syncPolicy": PRUNED}),
    ):
        assert applications.switched({"spec": {"syncPolicy": said}}) == {"spec": meant}


def test_what_is_empty_and_counts_differs_from_what_is_not_there() -> None:
    automated: Mapping[str, Any] = {"syncPolicy": {"automated": {}, "managed": {}}}
    by_hand: Mapping[str, Any] = {"syncPolicy": {}}
    assert aligned(by_hand, automated) == {"syncPolicy": {"managed": {}}}


MANY: tuple[Any, ...] = (
    None,
    {},
    A,
    AUTOMATED,
    {"automated": {"prune": True}},
    {"automated": {"prune": True, "selfHeal": True}, "retry": {"limit": 3, "backoff": {"duration": "5s"}}},
    RETRIED,
    {"automated": {"enabled": False, "prune": True}},
    {"automated": {"enabled": True}},
)


def _kept(policy: Any) -> dict[str, Any]:
    """Return an Application with a policy as the proof has it."""
    spec = {"source": {"repoURL": "https://git.example.org/a"}, "syncPolicy": policy}
    return normal_application(applications.switched({"metadata": {"name": "db"}, "spec": spec}))


@pytest.mark.parametrize("one", MANY)
@pytest.mark.parametrize("other", MANY)
def test_each_policy_beside_each_other_is_kept_and_told_apart(one: Any, other: Any) -> None:
    before, after = _kept(one), _kept(other)
    meant = [applications.switched({"spec": {"syncPolicy": p}})["spec"].get("syncPolicy") or None for p in (one, other)]
    is_told = bool(list(compared("Application", aligned(before, after), aligned(after, before))))
    assert is_told == (meant[0] != meant[1])
    files = handwritten.repository({name: {"db": {"size": "8Gi"}} for name in ("east", "north", "south")})
    path = "apps/parent/templates/db.yaml"
    said = f'{{{{ if eq .Values.env "north" }}}}{json.dumps(one)}{{{{ else }}}}{json.dumps(other)}{{{{ end }}}}'
    files[path] = files[path].replace(b"spec:\n", f"spec:\n  syncPolicy: {said}\n".encode(), 1)
    made = result.run(Source("hand", files), engines.choose("sdk"))
    for name, wanted in (("north", meant[0]), ("east", meant[1]), ("south", meant[1])):
        values = yamlio.load(made.files[f"rendered/apps/efd/values-{name}.yaml"].decode())
        assert (values["applications"]["db"].get("syncPolicy") or None) == wanted
    assert not any(each.differences for each in made.proved)


def test_what_a_policy_that_is_switched_off_says_more_is_a_finding() -> None:
    files = handwritten.repository({name: {"db": {"size": "8Gi"}} for name in ("north", "south")})
    path = "apps/parent/templates/db.yaml"
    said = '{{ if eq .Values.env "north" }}{enabled: false, prune: true}{{ else }}{enabled: false}{{ end }}'
    files[path] = files[path].replace(b"spec:\n", f"spec:\n  syncPolicy:\n    automated: {said}\n".encode(), 1)
    made = result.run(Source("hand", files), engines.choose("sdk"))
    (found,) = [each for each in made.findings if each.code == "I301"]
    assert (found.environment, "is off: prune: true not imported" in found.message) == ("north", True)
    assert [row.verdict for row in telling.told(made).rows] == ["equal"] * 2


def test_each_environment_syncs_as_it_did() -> None:
    files = handwritten.repository({name: {"db": {"size": "8Gi"}} for name in ("east", "north", "south")})
    policy = (
        "  syncPolicy:\n    syncOptions: [CreateNamespace=true]\n"
        '{{- if ne .Values.env "north" }}\n    automated: {}\n{{- end }}\n{{- end -}}\n'
    )
    path = "apps/parent/templates/db.yaml"
    files[path] = files[path].replace(b"{{- end -}}\n", policy.encode())
    made = result.run(Source("hand", files), engines.choose("sdk"))
    assert [row.verdict for row in telling.told(made).rows] == ["equal"] * 3
    spec = yamlio.load(made.files["environments/north.yaml"].decode())
    assert spec["argocd"] == {"syncPolicy": {"automated": None}}
