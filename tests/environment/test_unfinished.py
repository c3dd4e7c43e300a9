"""Expressions are looked at in the same run that finds other problems, and what follows from those says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.checkout import edit, refused
from support.repository import small_repository

DOME, LAB = "environments/dome.yaml", "environments/lab.yaml"
SHARED = "environments/shared/facts.yaml"
STORE, VIEW = "templates/apps/store", "templates/apps/view"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_repository(tmp_path)


def said(root: Path, *environments: str) -> list[str]:
    return [f"{p.code} {p.location}" for p in refused(root, *environments)]


def unknown_name(root: Path) -> str:
    """Let a value of an app in the lab use a name that is not there; return what is said about it."""
    edit(root / LAB, "          cpu: 2", "          cpu: <% cpus %>")
    return f"E301 {LAB}:30:16"


def unknown_fact(root: Path) -> str:
    """Let a fact of the lab use a name that is not there; return what is said about it."""
    edit(root / LAB, "storageSize: 10Gi", "storageSize: <% sizes %>")
    return f"E301 {LAB}:10:16"


MISTAKES = {
    "another spec": (DOME, "place: the dome", "place: 5", f"E204 {DOME}:2:8"),
    "a spec without a name": (DOME, "name: dome\n", "", f"E202 {DOME}:1:1"),
    "a spec that is not YAML": (DOME, "place: the dome", "place: [", f"E103 {DOME}:2:8"),
    "the same spec": (LAB, "aliases: [bench]", "aliases: [bench, 5]", f"E204 {LAB}:3:18"),
    "an unknown key": (LAB, "aliases: [bench]", "alias: [bench]", f"E201 {LAB}:3:1"),
    "an unknown app": (LAB, "  view:\n", "  vew:\n", f"E402 {LAB}:31:3"),
    "an app that is none": (DOME, "  view: {}", "  view: 5", f"E204 {DOME}:10:9"),
    "apps that are none": (DOME, "apps:\n  store: {}\n  view: {}", "apps: 5", f"E204 {DOME}:8:7"),
    "hosts that are none": (DOME, "hosts:\n  view: status.dome.example.org", "hosts: 5", f"E204 {DOME}:6:8"),
    "hosts of all that are none": (SHARED, "  hosts: {}", "  hosts: 5", f"E204 {SHARED}:7:10"),
    "links of all that are none": (SHARED, "  links: {}", "  links: 5", f"E204 {SHARED}:8:10"),
    "a pin": (LAB, "        reason: 1.9.4 has not been tried here.\n", "", f"E202 {LAB}:21:7"),
    "an unknown parameter": (LAB, "refresh: 5s", "refesh: 5s", f"E402 {LAB}:33:7"),
    "the defaults": (SHARED, "  title: <% name | capitalize %>", "  title: 5", f"E204 {SHARED}:2:10"),
    "a site": (SHARED, "    place: the northern site", "    place: 5", f"E204 {SHARED}:59:12"),
    "another app": (f"{VIEW}/app.yaml", "namespace: display", "namespac: display", f"E201 {VIEW}/app.yaml:6:1"),
    "values of another app": (f"{VIEW}/values.yaml", "  path: /", "  path: [", f"E103 {VIEW}/values.yaml:8:3"),
    "a table": ("environments/shared/news.yaml", "items:", "item:", "E201 environments/shared/news.yaml:5:1"),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_expressions_are_looked_at_beside_mistakes_of_other_places(root: Path, mistake: tuple[str, ...]) -> None:
    file, old, new, _ = mistake
    unknown_name(root)
    unknown_fact(root)
    edit(root / file, old, new)
    found = said(root)
    assert {each.split()[0] for each in found} == {"E301", mistake[3].split()[0]}
    assert len([each for each in found if each.startswith("E301")]) == 2


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_mistakes_alone_say_what_they_said(root: Path, mistake: tuple[str, ...]) -> None:
    file, old, new, expected = mistake
    edit(root / file, old, new)
    found = said(root)
    assert expected in found
    assert {each.split()[0] for each in found} == {expected.split()[0]}


def test_every_kind_of_mistake_in_expressions_is_said_at_once(root: Path) -> None:
    edit(root / DOME, "place: the dome", "place: 5")
    edit(root / LAB, "storageSize: 10Gi", "storageSize: <% 10 Gi %>")  # syntax
    edit(root / LAB, "storageClass: local-path", "storageClass: <% 5 %>")  # the wrong type
    edit(root / LAB, "          cpu: 2", "          cpu: <% count(name) %>")  # an unknown function
    edit(root / LAB, "refresh: 5s", "refresh: <% nam %>")  # an unknown name, of another app
    assert said(root) == [
        f"E204 {DOME}:2:8",
        f"E204 {LAB}:6:17",
        f"E302 {LAB}:10:16",
        f"E301 {LAB}:30:16",
        f"E301 {LAB}:33:16",
    ]


def test_the_type_of_a_fact_is_said_beside_an_expression_that_fails(root: Path) -> None:
    edit(root / LAB, "storageClass: local-path", "storageClass: <% 5 %>")
    assert said(root) == [f"E204 {LAB}:6:17"]
    assert unknown_fact(root) in said(root)
    assert said(root) == [f"E204 {LAB}:6:17", f"E301 {LAB}:10:16"]


def test_what_reads_a_wrong_fact_says_nothing(root: Path) -> None:
    edit(root / LAB, "  storageClass: local-path", "  storageClass: {name: local-path}")
    edit(root / LAB, "storageSize: 10Gi", "storageSize: <% cluster.storageClass.size %>")
    assert said(root) == [f"E204 {LAB}:6:17"]


def test_a_value_that_reads_a_wrong_fact_which_no_fact_reads_says_nothing(root: Path) -> None:
    edit(root / LAB, "aliases: [bench]", "aliases: [bench, 5]")
    edit(root / LAB, "          cpu: 2", "          cpu: <% aliases[1].size %>")
    assert said(root) == [f"E204 {LAB}:3:18"]


def test_what_reads_a_link_that_is_misspelt_says_nothing(root: Path) -> None:
    edit(root / LAB, "  dome: The link", "  dom: The link")
    assert said(root) == [f"E402 {LAB}:12:3"]


def test_what_reads_an_environment_with_problems_says_nothing(root: Path) -> None:
    edit(root / DOME, "cluster:\n", "kafka: {broker: 5}\ncluster:\n")
    assert said(root) == [f"E204 {DOME}:4:17"]


def test_what_follows_from_parameters_that_are_wrong_says_nothing(root: Path) -> None:
    edit(root / LAB, "refresh: 5s", "refresh: {seconds: 5, of: <% nam %>}")
    edit(root / f"{VIEW}/values.yaml", "REFRESH: <% parameters.refresh %>", "REFRESH: <% parameters.refresh.x %>")
    edit(root / DOME, "  view: {}", "  view: {parameters: {refresh: {x: a}}}")
    assert f"E301 {VIEW}/values.yaml" not in " ".join(said(root))


def test_services_of_an_app_with_problems_may_well_be_there(root: Path) -> None:
    edit(root / f"{VIEW}/app.yaml", "ingressHosts: [view]", "ingressHosts: [view, 5]")
    edit(root / LAB, "          cpu: 2", "          cpu: <% host('view') %>")
    assert [each.split()[0] for each in said(root)] == ["E204"]


def test_items_of_a_table_with_problems_may_well_be_there(root: Path) -> None:
    edit(root / "environments/shared/news.yaml", "items:", "item:")
    edit(root / LAB, "          cpu: 2", "          cpu: <% tables.news.first.title %>")
    assert {each.split()[1].split(":")[0] for each in said(root)} == {"environments/shared/news.yaml"}


def test_environments_that_were_not_asked_for_say_nothing(root: Path) -> None:
    edit(root / DOME, "place: the dome", "place: 5\ntitle: <% nam %>")
    unknown_name(root)
    assert said(root, "dome") == [f"E204 {DOME}:2:8", f"E301 {DOME}:3:8"]
