"""What is wrong in a shared file is said once, and what is wrong by itself is said all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from efdgen.errors import InvalidInputError, Location, Problem, Severity
from efdgen.verbs import project
from efdgen.verbs.once import said_once
from support.checkout import edit, refused
from support.repository import small_repository

DOME, LAB = "environments/dome.yaml", "environments/lab.yaml"
SHARED = "environments/shared/facts.yaml"
PLACE = Location("environments/shared/facts.yaml", 3, 5)


def messages(*texts: str, code: str = "E206", location: Location = PLACE) -> list[str]:
    return [problem.message for problem in said_once(Problem(code, text, location) for text in texts)]


def test_an_error_is_not_hidden_by_a_warning_that_says_the_same() -> None:
    problems = [Problem("E206", "must be text", PLACE, severity=severity) for severity in Severity]
    assert [problem.severity for problem in said_once(problems)] == [Severity.ERROR]
    assert [problem.severity for problem in said_once(problems[::-1])] == [Severity.ERROR]
    assert [problem.severity for problem in InvalidInputError(problems[::-1]).problems] == list(Severity)


def test_the_first_environment_is_told_with_the_names_of_the_others() -> None:
    found = messages("must be text (environment c)", "must be text (environment a)", "must be text (environment b)")
    assert found == ["must be text (environment a; as in b and c)"]


def test_a_value_that_differs_from_one_environment_to_the_next_is_that_of_the_first() -> None:
    found = messages("must be a URL, not 'a' (environment b)", "must be a URL, not 'b' (environment a)")
    assert found == ["must be a URL, not 'b' (environment a; as in b)"]


def test_apps_are_named_where_they_differ() -> None:
    found = messages("odd (store in environment a)", "odd (store in environment b)", "odd (archive in environment b)")
    assert found == ["odd (archive in environment b; as in store in a and store in b)"]


def test_of_many_environments_the_first_are_named() -> None:
    (found,) = messages(*(f"odd (environment {letter})" for letter in "abcdefghij"))
    assert found == "odd (environment a; as in b, c, d, e, f and 4 more)"


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        ("must be text (environment a)", "must be a number (environment b)", "E206"),
        ("'x' is not defined (environment a)", "'y' is not defined (environment b)", "E301"),
        ("'a.x' is a host of the environment x (environment a)", "'y' is the name of x (environment a)", "E503"),
        ("must be text, not 1", "must be text, not 2", "E206"),
    ],
)
def test_what_is_wrong_in_another_way_is_said(one: str, other: str, code: str) -> None:
    assert len(messages(one, other, code=code)) == 2


def test_what_is_wrong_at_another_place_or_by_another_code_is_said() -> None:
    problems = [
        Problem("E206", "odd (environment a)", PLACE),
        Problem("E206", "odd (environment b)", PLACE._replace(line=4)),
        Problem("W518", "odd (environment b)", PLACE),
    ]
    assert said_once(problems) == [problems[0], problems[2], problems[1]]


# -- in a repository


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_repository(tmp_path)


def said(root: Path, *environments: str) -> list[str]:
    return [f"{p.code} {p.location} {p.message}" for p in refused(root, *environments)]


def test_a_value_of_an_app_that_names_an_environment_is_said_for_all_others(root: Path) -> None:
    edit(root / "templates/apps/store/values.yaml", "size: 8Gi", "size: 8Gi\nnote: lab")
    edit(root / "templates/apps/view/values.yaml", "  TITLE:", "  NOTE: store-lab.example.org\n  TITLE:")
    assert [each[:45] for each in said(root) if each.startswith("E503")] == [
        "E503 templates/apps/store/values.yaml:11:7 'l",
        "E503 templates/apps/view/values.yaml:10:9 'st",
    ]


def test_warnings_are_said_once_too(root: Path) -> None:
    edit(root / "templates/apps/store/values.yaml", "size: 8Gi", "size: 8Gi\nmost: 26214400")
    (warning,) = (each for each in project.rendering(root).warnings if each.code == "W518")
    assert warning.message == "most: a template can make 2.62144e+07 of 26214400 (store in environment dome; as in lab)"


def test_what_one_environment_accepts_is_said_for_the_others_alone(root: Path) -> None:
    edit(root / "templates/apps/store/values.yaml", "size: 8Gi", "size: 8Gi\nmost: 26214400")
    edit(root / DOME, "apps:\n", "accept:\n- {rule: W518, reason: The chart converts it.}\napps:\n")
    (warning,) = (each for each in project.rendering(root).warnings if each.code == "W518")
    assert warning.message == "most: a template can make 2.62144e+07 of 26214400 (store in environment lab)"


# -- hosts


def test_a_host_of_two_environments_is_said_where_it_is_an_exception(root: Path) -> None:
    edit(root / DOME, "view: status.dome.example.org", "view: view-lab.example.org")
    expected = [f"E501 {DOME}:7:9 dome and lab claim one host: view-lab.example.org"]
    assert said(root) == said(root, "dome") == said(root, "lab") == expected


def test_two_hosts_that_two_environments_have_of_a_third_are_two_mistakes(root: Path) -> None:
    lab = (root / LAB).read_text(encoding="utf-8").replace("name: lab", "name: deck").replace("teams/lab", "teams/deck")
    (root / "environments/deck.yaml").write_text(f"{lab}hosts: {{store: store-lab.example.org}}\n", encoding="utf-8")
    edit(root / DOME, "view: status.dome.example.org", "view: view-lab.example.org")
    found = [each.split(" claim ")[0] for each in said(root) if each.startswith("E501")]
    assert found == [
        f"E501 environments/deck.yaml:{len(lab.splitlines()) + 1}:16 deck and lab",
        f"E501 {DOME}:7:9 dome and lab",
    ]


def test_a_pattern_that_makes_the_same_hosts_for_all_is_said_once(root: Path) -> None:
    edit(root / SHARED, "hostPattern: <% service %>-<% name %>.<% domain %>", "hostPattern: <% service %>.example.org")
    assert said(root) == [f"E501 {SHARED}:6:16 dome and lab claim the same hosts, such as broker.example.org"]


def test_of_two_specs_that_claim_a_host_the_one_without_the_name_in_it_is_wrong(root: Path) -> None:
    edit(root / DOME, "view: status.dome.example.org", "view: status.lab.example.org")
    edit(root / LAB, "apps:\n", "hosts:\n  view: status.lab.example.org\napps:\n")
    with pytest.raises(InvalidInputError) as caught:
        project.rendering(root)
    (problem,) = caught.value.problems
    assert f"{problem.code} {problem.location}" == f"E501 {DOME}:7:9"
    assert problem.hint == f"give each its own, under `hosts`; the other is written in {LAB}:18:9"


def test_what_follows_from_a_pattern_of_another_environment_says_nothing(root: Path) -> None:
    edit(root / DOME, "domain: dome", "hostPattern: <% service %>-lab.example.org\ndomain: dome")
    assert said(root) == [f"E501 {DOME}:3:14 dome and lab claim the same hosts, such as broker-lab.example.org"]


def test_a_pattern_that_names_another_environment_is_said_where_it_stands(root: Path) -> None:
    edit(root / DOME, "domain: dome", "hostPattern: <% service %>-lab.<% domain %>\ndomain: dome")
    assert said(root) == [f"E503 {DOME}:3:28 'lab' is the name of the environment lab (environment dome)"]


def test_facts_that_are_wrong_because_the_pattern_is_say_nothing(root: Path) -> None:
    edit(root / SHARED, "hostPattern: <% service %>-<% name %>", "hostPattern: <% service %>_<% name %>")
    (found,) = said(root)
    assert found.startswith(f"E502 {SHARED}:6:16 the host 'broker_dome.dome.example.org' of broker does not fit")
    assert found.endswith("(environment dome; as in lab)")


def test_a_name_that_a_spec_takes_from_another_environment_is_said_there(root: Path) -> None:
    edit(root / DOME, "domain: dome", "sciencePlatformHost: lab-lsp.example.org\ndomain: dome")
    assert said(root) == [
        f"E503 {DOME}:3:22 'lab-lsp.example.org' is the name of the environment lab (environment dome)"
    ]
    project.rendering(root, ("lab",))


def test_what_is_read_over_a_link_is_wrong_where_it_comes_from(root: Path) -> None:
    annex = "name: annex\ncluster: {provides: [vault-secrets-operator, ingress-nginx]}\napps:\n  store: {}\n"
    (root / "environments/annex.yaml").write_text(annex, encoding="utf-8")
    edit(root / DOME, "cluster:\n", "kafka: {broker: 'broker-annex.example.org:31090'}\ncluster:\n")
    assert [each[:33] for each in said(root)] == [f"E503 {DOME}:4:18 "]


def test_a_literal_beside_a_link_is_said_all_the_same(root: Path) -> None:
    annex = "name: annex\ncluster: {provides: [vault-secrets-operator, ingress-nginx]}\napps:\n  store: {}\n"
    (root / "environments/annex.yaml").write_text(annex, encoding="utf-8")
    edit(root / LAB, "<% links.dome.kafka.broker %>", "broker-annex.example.org:31090")
    assert [each[:33] for each in said(root)] == [f"E503 {LAB}:50:40 "]


# -- apps


def test_an_app_that_several_need_is_missed_once(root: Path) -> None:
    edit(root / DOME, "provides: [vault-secrets-operator, ingress-nginx]", "provides: [ingress-nginx]")
    edit(root / DOME, "  store: {}\n", "  store: {}\n  archive: {}\n")
    (found,) = said(root)
    assert found.startswith(
        f"E507 {DOME}:9:3 store needs vault-secrets-operator, and so does archive (environment dome)"
    )


def test_an_app_without_it_on_purpose_is_not_among_them(root: Path) -> None:
    edit(root / DOME, "provides: [vault-secrets-operator, ingress-nginx]", "provides: [ingress-nginx]")
    edit(root / DOME, "  store: {}\n", "  store: {}\n  archive: {}\n")
    edit(root / DOME, "apps:\n", "accept:\n- {rule: E507, app: store, reason: Made by hand.}\napps:\n")
    (found,) = said(root)
    assert "archive needs vault-secrets-operator (environment dome)" in found
