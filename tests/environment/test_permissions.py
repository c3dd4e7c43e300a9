"""Who may do what in Argo CD, held to what Casbin and gobwas/glob answer.

tests/data/argocd-rbac.json has policies, made up, with questions that they answer with yes and with no. The answers are
those of casbin/v2 2.123 and gobwas/glob 0.2.3 in Go, with the matcher, the effect and the built-in
policies of Argo CD 3.1.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.environment import globs, permissions
from efdgen.environment.model import Group, Policy, Rbac
from efdgen.environment.permissions import Decision, Question, decide, pointless
from support import many
from support.growth import is_in_proportion

ANSWERS = json.loads((Path(__file__).resolve().parents[1] / "data/argocd-rbac.json").read_text(encoding="utf-8"))

SUBJECTS = ("ann", "team", "role:a", "role:admin", "role:readonly")
ACTIONS = ("get", "sync", "*", "update/*")
OBJECTS = ("default/*", "*/*", "*", "default/a?", "default/app", "default/{app,b}")

policies = st.builds(
    Policy,
    st.sampled_from(SUBJECTS),
    st.sampled_from(["applications", "logs", "*"]),
    st.sampled_from(ACTIONS),
    st.sampled_from(OBJECTS),
    st.sampled_from(["allow", "allow", "deny"]),
)
groups = st.builds(Group, st.sampled_from(SUBJECTS[:3]), st.sampled_from(SUBJECTS[2:]))
rbacs = st.builds(
    Rbac,
    st.sampled_from(["", "role:readonly", "role:a"]),
    st.lists(policies, min_size=1, max_size=4).map(tuple),
    st.lists(groups, max_size=3).map(tuple),
)
QUESTIONS = [
    Question(*each)
    for each in itertools.product(
        SUBJECTS, ("get", "sync", "update/x"), ("applications", "clusters"), ("default/app", "x/b", "*/*")
    )
]


def test_the_answers_are_casbins() -> None:
    wrong = []
    for case in ANSWERS:
        rbac = Rbac(
            "",
            tuple(Policy(*policy) for policy in case["policies"]),
            tuple(Group(*group) for group in case["groups"]),
            case["matchMode"],
        )
        for answer in ("allowed", "denied"):
            for subject, resource, action, what in case[answer]:
                if decide(rbac, Question(subject, action, resource, what)).allowed != (answer == "allowed"):
                    wrong.append((rbac, subject, resource, action, what, answer))
    assert wrong == []


@many
@given(rbacs)
def test_without_what_is_pointless_every_answer_is_the_same(rbac: Rbac) -> None:
    for index, _ in pointless(rbac):
        less = rbac._replace(policies=(*rbac.policies[:index], *rbac.policies[index + 1 :]))
        for question in QUESTIONS:
            assert decide(rbac, question).allowed == decide(less, question).allowed, (index, question)


def test_a_policy_beside_a_role_that_allows_the_same_is_pointless() -> None:
    policy = Policy("team", "applications", "sync", "default/*", "allow")
    admins = Rbac("role:readonly", (policy,), (Group("team", "role:admin"),))
    assert [index for index, _ in pointless(admins)] == [0]
    assert list(pointless(admins._replace(groups=()))) == []
    denied = admins._replace(policies=(policy._replace(effect="deny"),))
    assert list(pointless(denied)) == []
    assert not decide(denied, Question("team", "sync", "applications", "default/app")).allowed


def test_the_default_role_is_asked_first_and_nobody_can_be_denied_what_it_may() -> None:
    deny = Policy("ann", "applications", "get", "*/*", "deny")
    rbac = Rbac("role:readonly", (deny,), ())
    decision = decide(rbac, Question("ann", "get", "applications", "default/app"))
    assert decision == Decision(allowed=True, policy=permissions.BUILT_IN[0], roles=("role:readonly",), is_default=True)
    assert [index for index, _ in pointless(rbac)] == [0]


def test_policies_of_many_subjects_take_time_in_proportion() -> None:
    def prepared(count: int) -> Callable[[], object]:
        names = [f"team-{number}" for number in range(count)]
        rbac = Rbac(
            "role:readonly",
            tuple(Policy(name, "applications", "sync", "default/*", "allow") for name in names),
            tuple(Group(name, "role:readonly") for name in names),
        )
        return lambda: list(pointless(rbac))

    assert is_in_proportion(prepared, 1600)


def test_the_way_to_a_role_is_told() -> None:
    rbac = Rbac("", (), (Group("ann", "role:a"), Group("role:a", "role:admin")))
    decision = decide(rbac, Question("ann", "get", "logs", "default/app"))
    assert decision.roles == ("ann", "role:a", "role:admin", "role:readonly")
    assert permissions.because(decision).endswith("says so, as role:a as role:admin as role:readonly")


def test_with_regular_expressions_argo_cds_own_roles_can_do_nothing() -> None:
    rbac = Rbac("", (), (), permissions.REGEX)
    decision = decide(rbac, Question("admin", "sync", "applications", "default/app"))
    assert not decision.allowed
    assert "'*/*' is not a regular expression" in permissions.because(decision)


@pytest.mark.parametrize(
    ("glob", "matched", "others"),
    [
        ("default/*", ["default/", "default/a/b"], ["default", "x/default/a"]),
        ("a?[b-d][!x]", ["azby"], ["azb", "azax", "azbx"]),
        ("{a,b{c,d}}*", ["a", "bd-1"], ["b", "c"]),
        (r"a\*[.]", ["a*."], ["ab.", "a*b"]),
    ],
)
def test_globs(glob: str, matched: list[str], others: list[str]) -> None:
    assert [text for text in (*matched, *others) if globs.matches(glob, text)] == matched


def test_what_is_no_glob_matches_nothing_and_is_said() -> None:
    for text in ("a{b", "a[b", "[]", "a{}", "\\", "[a-]", "[z-a]"):
        assert permissions.flaw(None, text), text
        assert not globs.matches(text, text), text
    assert not any(permissions.flaw(None, text) for text in ("default/*", "{a,b}", "[!a-c]", "a,b}", r"\{"))
