from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.environment.argocd import server_at, without_empty
from support import many
from support.foreach import for_each


@for_each(
    "url",
    [
        "https://lab.org/argo-cd",
        "https://LAB.org:443/argo-cd/",
        "http://lab.org:80/argo-cd",
        "https://me:x@lab.org./argo-cd",
        "https://lab.org/argo-cd/?a=b",
        "https://lab.org/argo-cd#/applications",
        "https://lab.org/./x/..//argo-cd/.",
        "https://lab.org/argo%2Dcd",
    ],
)
def test_one_place_has_one_text(url: str) -> None:
    assert server_at(url) == "lab.org/argo-cd"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://kubernetes.default.svc.cluster.local:443/", "kubernetes.default.svc"),
        ("https://Kubernetes.Default.svc", "kubernetes.default.svc"),
        ("https://k8s.lab.org:6443", "k8s.lab.org:6443"),
        ("https://lab.org:80", "lab.org:80"),
        ("https://lab.org/Argo-CD", "lab.org/Argo-CD"),
        ("https://[fe80::1]:443", "fe80::1"),
        ("https://lab.org:x", "https://lab.org:x"),
    ],
)
def test_other_places_have_other_texts(url: str, place: str) -> None:
    assert server_at(url) == place


@many
@given(st.from_regex(r"https://[a-z0-9.-]{1,6}(\.cluster\.local)?(/[a-z0-9_.-]{0,3}){0,3}", fullmatch=True))
def test_plain_addresses_are_read_as_all_others(url: str) -> None:
    # A fragment leads to no other place.
    assert server_at(url) == server_at(f"{url}#")


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
