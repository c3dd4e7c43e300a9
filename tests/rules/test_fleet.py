from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from efdgen.errors import Location
from efdgen.rules import fleet
from efdgen.rules.fleet import Fleet
from efdgen.rules.identity import APART, Identity

NAMES = ["ant", "bee", "cat"]
HOSTS = [f"{label}.{domain}" for label in ("ant", "bee", "store") for domain in ("one.org", "sub.one.org", "two.org")]
WORDS = [*NAMES, *HOSTS, "secret/ant", "secret/teams/bee", "place ant", "title ant", "other"]
PATH = ("hostPattern",)


def identities(name: str) -> st.SearchStrategy[Identity]:
    return st.builds(
        Identity,
        name=st.just(name),
        hosts=st.sets(st.sampled_from(HOSTS), max_size=3).map(lambda hosts: dict.fromkeys(sorted(hosts), PATH)),
        places=st.integers(1, 3).map(lambda line: {PATH: Location(f"environments/{name}.yaml", line, 1)}),
        vault_prefix=st.sampled_from(["secret/ant", "secret/bee", "secret/teams/bee"]),
        aliases=st.frozensets(st.sampled_from([*NAMES, "dog"]), max_size=1),
        domain=st.sampled_from(["one.org", "sub.one.org", "two.org"]),
        argocd=st.sampled_from(["argocd.one.org", "argocd.two.org"]),
        is_managing=st.booleans(),
        links=st.frozensets(st.sampled_from(NAMES), max_size=1),
        is_at_home=st.booleans(),
        apart=st.frozensets(st.sampled_from(APART)),
        applications=st.frozensets(st.sampled_from(["efd", "store"])),
        destinations=st.frozensets(st.sampled_from([("https://a", "store"), ("https://b", "store")])),
        called=st.frozensets(st.sampled_from(["place ant", "place bee", "title ant"])),
    )


FLEETS = st.lists(st.sampled_from(NAMES), unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: identities(name) for name in names})
)


def answers(of: Fleet, words: list[str]) -> list[object]:
    """Ask everything about some words."""
    asked = (of.by_host, of.by_name, of.by_vault_prefix, of.by_what_it_is_called)
    return [(*(each.of(w) for each in asked), of.is_in_a_domain(w)) for w in words]


@settings(max_examples=30)
@given(FLEETS, FLEETS, st.lists(st.sampled_from(WORDS), max_size=3))
def test_who_is_not_affected_gets_the_same_answers(
    one: dict[str, Identity], other: dict[str, Identity], words: list[str]
) -> None:
    before, now = Fleet(one), Fleet(other)
    found = answers(before, words)
    changes = now.changes(before)
    if changes is None:
        assert (now.vault_depth, now.contested) != (before.vault_depth, before.contested)
        return
    if not fleet.is_any(changes.questions, before.asked.packed()):
        assert answers(now, words) == found
    for name in one.keys() & other.keys() - changes.neighbours:
        assert now.neighbourhoods.of(name) == before.neighbourhoods.of(name)
    assert Fleet(one).changes(before) == fleet.Changes(frozenset(), frozenset())


def test_a_new_host_concerns_who_asked_for_it() -> None:
    ant = Identity(
        name="ant",
        hosts={"store.one.org": PATH},
        places={PATH: Location("environments/ant.yaml", 1, 1)},
        vault_prefix="secret/ant",
        aliases=frozenset(),
        domain="one.org",
        argocd="argocd.one.org",
        is_managing=False,
        links=frozenset(),
        is_at_home=True,
        apart=frozenset(),
        applications=frozenset(),
        destinations=frozenset(),
        called=frozenset(),
    )
    before = Fleet({"ant": ant})
    now = Fleet({"ant": ant._replace(hosts={"store.one.org": PATH, "new.one.org": PATH})})
    changes = now.changes(before)
    assert changes is not None
    before.by_host.of("old.one.org")
    assert not fleet.is_any(changes.questions, before.asked.packed())
    before.by_host.of("new.one.org")
    assert fleet.is_any(changes.questions, before.asked.packed())
    assert not fleet.is_any([], before.asked.packed())
    assert not fleet.is_any(changes.questions, b"")
