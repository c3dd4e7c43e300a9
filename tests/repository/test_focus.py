"""Which problems, found on loading, are about the apps that a run is about."""

from __future__ import annotations

import pytest

from efdgen.errors import Location, Path, Problem, Severity
from efdgen.repository.focus import Focus, focus
from support.foreach import for_each

BASES = {"store": None, "archive": "store", "view": None, "attic": "archive"}


@pytest.mark.parametrize(
    ("apps", "folders"),
    [
        ([], set()),
        (["store"], {"store"}),
        (["archive"], {"archive", "store"}),
        (["attic", "view"], {"attic", "archive", "store", "view"}),
        (["efd"], set()),
        (["broken"], None),
        (["view", "broken"], None),
    ],
)
def test_the_folders_are_those_of_what_is_extended_too(apps: list[str], folders: set[str] | None) -> None:
    assert focus(apps, BASES) == (frozenset(apps), folders, {})


def test_what_extends_what_can_t_be_read_is_in_an_unknown_folder() -> None:
    assert focus(["archive"], {"archive": "broken"}).folders is None


def at(file: str, *path: str) -> Problem:
    where: Path = path
    return Problem("E402", "wrong", Location(file, 1, 1), where)


SPEC, FACTS = "environments/lab.yaml", "environments/shared/facts.yaml"


@for_each(
    ("problem", "app"),
    [
        (at("templates/apps/view/values.yaml"), "view"),
        (at("templates/apps/view"), "view"),
        (at("templates/apps/archive/app.yaml"), ""),
        (at("templates/apps/store/templates/a.yaml"), ""),
        (at("templates/apps/efd/application.yaml"), ""),
        (at("templates/wrapper/Chart.yaml"), ""),
        (at("schemas/facts.schema.json"), ""),
        (at(SPEC), ""),
        (at(SPEC, "apps"), ""),
        (at(SPEC, "apps", "view"), "view"),
        (at(SPEC, "apps", "view", "values", "x"), "view"),
        (at(SPEC, "apps", "archive", "values"), ""),
        (at(SPEC, "argocd", "view"), ""),
        (at(FACTS, "defaults", "apps", "view"), ""),
        (at(FACTS, "defaults", "appDefaults", "view", "pins"), "view"),
        (at(FACTS, "defaults", "appDefaults", "archive"), ""),
        (at(FACTS, "sites", "north", "appDefaults", "view"), "view"),
        (at(FACTS, "sites", "appDefaults", "domain", "view"), ""),
        (at(FACTS, "sites"), ""),
        (at("environments/shared/news.yaml", "apps", "view"), ""),
    ],
)
def test_a_problem_is_about_the_app_whose_part_it_stands_in(problem: Problem, app: str) -> None:
    about = focus(["archive"], BASES)
    assert about.other(problem) == app
    assert about.weighed(problem).severity is (Severity.WARNING if app else Severity.ERROR)
    assert Focus().other(problem) == focus(["efd", "store"], BASES).other(problem) == ""


def test_a_file_elsewhere_is_of_the_apps_that_name_it() -> None:
    problem = at("charts/kiosk/Chart.yaml")
    elsewhere = {problem.location.file: {"view", "attic"}}
    spec_apps = {name: focus([name], BASES, elsewhere).other(problem) for name in ("store", "view", "attic")}
    assert spec_apps == {"store": "attic", "view": "", "attic": ""}
    assert focus(["store"], BASES, elsewhere).left_out([problem], SPEC) == {"attic"}
    assert focus(["store"], BASES).other(problem) == ""


def test_what_is_about_two_apps_counts_for_both() -> None:
    problem = at(SPEC)
    about = focus(["store"], BASES)
    weights = [
        about.weighed_for(problem, apps).severity.value for apps in ((), ("store",), ("view", "store"), ("view",))
    ]
    assert weights == ["error", "error", "error", "warning"]


def test_apps_with_errors_are_left_out_where_these_are() -> None:
    about = focus(["store"], BASES)
    warning = at("templates/apps/attic/app.yaml")._replace(severity=Severity.WARNING)
    found = [at(SPEC, "apps", "view"), at("environments/dome.yaml", "apps", "attic"), warning, at(SPEC, "name")]
    assert about.left_out(found, SPEC) == {"view"}
    assert about.left_out([*found, at("templates/apps/archive/app.yaml")], SPEC) == {"view", "archive"}
    assert Focus().left_out(found, SPEC) == set()
