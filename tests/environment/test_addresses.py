"""Where services, and what is no public host, are: evaluated for each environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from efdgen.environment.model import Address, ResolvedEnvironment
from efdgen.environment.resolve import Resolver
from efdgen.errors import Location
from efdgen.repository.load import load
from support.checkout import names, repository
from support.documents import problems_of
from support.repository import overlay, small_repository

FILE = "templates/pages/addresses.yaml"


def resolved(tmp_path: Path, text: str, name: str = "dome") -> ResolvedEnvironment:
    root = small_repository(tmp_path)
    overlay(root, {FILE: text})
    repository = load(root)
    assert not repository.problems
    return Resolver(repository).resolve(name)


def test_a_service_is_at_its_host(tmp_path: Path) -> None:
    found = Resolver(load(small_repository(tmp_path))).resolve("dome")
    assert found.services == {"store": "https://store-dome.dome.example.org", "view": "https://status.dome.example.org"}
    assert found.addresses == ()


def test_a_service_s_address_can_be_declared(tmp_path: Path) -> None:
    found = resolved(tmp_path, "services:\n  view: https://<% host('view') %>:8443/<% name %>\n")
    assert found.services == {
        "store": "https://store-dome.dome.example.org",
        "view": "https://status.dome.example.org:8443/dome",
    }


def test_a_declared_address_that_is_null_leaves_the_host(tmp_path: Path) -> None:
    text = "services:\n  view: <% 'https://elsewhere.example.org' if site == 'north' else none %>\n"
    assert resolved(tmp_path, text).services["view"] == "https://status.dome.example.org"
    assert resolved(tmp_path / "north", text, "lab").services["view"] == "https://elsewhere.example.org"


def test_a_service_that_is_not_deployed_has_no_address(tmp_path: Path) -> None:
    found = resolved(tmp_path, "services:\n  archive: <% nowhere %>\n")
    assert "archive" not in found.services


def test_an_address_is_text_or_null(tmp_path: Path) -> None:
    text = """addresses:
- {name: Store, key: store, address: <% app('store-chart').hosts.store %>}
- {name: Fast store, address: <% none %>, otherwise: there is none}
- {name: Fixed, address: "store.example.org:5432"}
"""
    assert resolved(tmp_path, text).addresses == (
        Address("Store", "store", "store-dome.dome.example.org", ""),
        Address("Fast store", "", None, "there is none"),
        Address("Fixed", "", "store.example.org:5432", ""),
    )


def test_what_an_environment_does_not_have_has_no_address(tmp_path: Path) -> None:
    row = "- {name: Store, key: store, when: <% site == 'north' %>, address: a.example.org, otherwise: none}\n"
    text = f"addresses:\n{row}"
    assert resolved(tmp_path, text).addresses == (Address("Store", "store", None, ""),)
    assert resolved(tmp_path / "north", text, "lab").addresses == (Address("Store", "store", "a.example.org", "none"),)


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "message"),
    [
        ("addresses:\n- {name: A, address: <% nowhere %>}\n", "E301", 2, 22, "'nowhere' is not defined"),
        ("addresses:\n- {name: A, address: <% aliases %>}\n", "E304", 2, 22, "must be text or null, not a list"),
        ("addresses:\n- {name: A, address: a, when: <% 5 %>}\n", "E304", 2, 31, "must yield true or false, not 5"),
        ("services:\n  view: <% place.port %>\n", "E303", 2, 9, "can't be looked up in text"),
        ("services:\n  view: a\n  store: <% 5 %>\n", "E304", 3, 10, "must be text or null, not 5"),
    ],
)
def test_what_is_wrong_is_located(text: str, code: str, line: int, column: int, message: str, tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, {FILE: text})
    (problem,) = problems_of(Resolver(load(root)).resolve, "dome")
    assert (problem.code, problem.location) == (code, Location(FILE, line, column))
    assert message in problem.message
    assert problem.message.endswith("(environment dome)")


def test_every_problem_of_an_environment_is_said_at_once(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, {FILE: "services:\n  view: <% a %>\naddresses:\n- {name: A, address: <% b %>}\n"})
    found = problems_of(Resolver(load(root)).resolve, "dome")
    assert [problem.location.line for problem in found] == [2, 4]


def test_the_project_s_own() -> None:
    resolver = Resolver(repository())
    found = {name: resolver.resolve(name) for name in names()}
    brokers = {name: environment.addresses[0].address for name, environment in found.items()}
    assert brokers == {
        "base": "kafka-0-base-efd.lsst.codes:31090",
        "ncsa-int": "lsst-kafka-0-int-efd.ncsa.illinois.edu:31090",
        "ncsa-stable": "lsst-kafka-0-efd.ncsa.illinois.edu:31090",
        "sandbox": None,
        "summit": "kafka-0-summit-efd.lsst.codes:31090",
        "tucson-teststand": None,
    }
    assert found["sandbox"].addresses[0].otherwise == "not reachable from outside"
    assert found["tucson-teststand"].addresses[0].otherwise == ""
    assert found["summit"].services["schema-registry"] == "https://schema-registry-summit-efd.lsst.codes"
    assert list(found["tucson-teststand"].services) == ["chronograf"]
