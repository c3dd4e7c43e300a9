from __future__ import annotations

from efdgen.environment.argocd import without_empty


def test_empty_values_are_left_out_and_empty_mappings_are_not() -> None:
    policy = {
        "automated": {"prune": False, "selfHeal": True, "allowEmpty": None},
        "syncOptions": [],
        "retry": {"limit": 0, "backoff": {"duration": "5s", "factor": 2}},
    }
    assert without_empty(policy) == {
        "automated": {"selfHeal": True},
        "retry": {"backoff": {"duration": "5s", "factor": 2}},
    }
    # Sync automatically, in every other way by default.
    assert without_empty({"automated": {"prune": False}}) == {"automated": {}}
    assert without_empty({"automated": None}) == {}


def test_what_is_given_stays_as_it_was() -> None:
    given = {"group": "", "kind": "Service"}
    assert without_empty(given) == {"kind": "Service"}
    assert given == {"group": "", "kind": "Service"}
