"""What pages, the site and `efdgen list` show, as people write it, and what stands in where they wrote nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from efdgen.environment.resolve import Resolver
from efdgen.errors import Location, Problem
from efdgen.language import schema
from efdgen.report import list as report
from efdgen.repository import pages
from efdgen.repository.load import load
from support.documents import document
from support.efd import EFD
from support.repository import overlay, small_repository

FLEET, ADDRESSES, PROJECT = "templates/pages/fleet.yaml", "templates/pages/addresses.yaml", "templates/project.yaml"


def problems(tmp_path: Path, files: dict[str, str | bytes | None]) -> tuple[Problem, ...]:
    root = small_repository(tmp_path)
    overlay(root, files)
    return load(root).problems


def test_the_project_s_own_are_read() -> None:
    repository = load(EFD)
    assert repository.title == "EFD"
    assert repository.pages.environment.source == "templates/pages/environment.md"
    assert [column.name for column in repository.pages.columns] == [
        "site",
        "Kubernetes",
        "storage class",
        "provided by the cluster",
        "Kafka broker",
        "Kafka's storage class",
        "Kafka's disks",
        "Vault",
        "Vault's prefix",
        "Argo CD",
        "deployed from",
        "revision",
        "sync",
    ]
    assert [(row.name, row.key, row.otherwise) for row in repository.pages.addresses] == [
        ("Kafka", "broker", "not reachable from outside")
    ]
    assert list(repository.pages.services) == ["schema-registry"]


def test_a_repository_without_them_has_efdgen_s(tmp_path: Path) -> None:
    repository = load(small_repository(tmp_path))
    assert repository.title == ""
    assert repository.pages == (pages.default_environment(), pages.default_columns(), (), {})
    assert not repository.problems


def test_each_of_them_can_be_missing(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, {FLEET: "columns: []\n"})
    assert load(root).pages == (pages.default_environment(), (), (), {})


def test_efdgen_s_columns_are_what_a_repository_could_write() -> None:
    text = (Path(pages.__file__).parent / "defaults/fleet.yaml").read_text(encoding="utf-8")
    assert schema.check(document(text), "fleet") == []


def test_efdgen_s_page_names_what_every_environment_has() -> None:
    folder = Path(pages.__file__).parent / "defaults"
    said = "".join(file.read_text(encoding="utf-8") for file in sorted(folder.iterdir()))
    assert not re.search(r"kafka|schemaRegistry|feed|k3d|sciencePlatformHost|cp-helm", said, re.IGNORECASE)


@pytest.mark.parametrize(
    ("files", "code", "place", "message"),
    [
        ({PROJECT: "title: EFD\ntitel: EFD\n"}, "E201", f"{PROJECT}:2:1", "unknown key 'titel'"),
        ({PROJECT: "title: ' '\n"}, "E206", f"{PROJECT}:1:8", "must be a title"),
        ({FLEET: "columns:\n- name: A\n"}, "E202", f"{FLEET}:2:3", "'is' is missing"),
        ({FLEET: 'columns:\n- {name: A, is: "a\\nb"}\n'}, "E206", f"{FLEET}:2:17", "must be Markdown on one line"),
        ({FLEET: "columns:\n- name: A\n  is: <% name\n"}, "E302", f"{FLEET}:3:7", "<% without %>"),
        ({FLEET: "columns:\n- {name: A, is: B, when: x}\n"}, "E206", f"{FLEET}:2:26", "true, false or one expression"),
        ({ADDRESSES: "services:\n  vieww: a\n"}, "E402", f"{ADDRESSES}:2:3", "unknown service 'vieww'"),
        ({ADDRESSES: "services:\n  broker: a\n"}, "E402", f"{ADDRESSES}:2:3", "unknown service 'broker'"),
        (
            {ADDRESSES: "addresses:\n- {name: A, address: a, key: b}\n- {name: B, address: b, key: b}\n"},
            "E405",
            f"{ADDRESSES}:3:30",
            "two addresses have one key",
        ),
        ({"templates/pages/fleets.yaml": ""}, "E401", "templates/pages/fleets.yaml", "nothing reads a file"),
        ({"templates/pages/environment.md": "a\n%% if site\n"}, "E302", "templates/pages/environment.md:2:1", "no end"),
    ],
)
def test_what_is_wrong_is_located(
    files: dict[str, str | bytes | None], code: str, place: str, message: str, tmp_path: Path
) -> None:
    (problem,) = problems(tmp_path, files)
    assert problem.code == code
    assert str(problem.location).startswith(place)
    assert message in problem.message


def test_a_misspelt_name_brings_a_hint(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, {"templates/pages/fleets.yaml": ""})
    assert problem.hint == "did you mean 'fleet.yaml'?"
    assert problem.location == Location("templates/pages/fleets.yaml")


def test_services_are_not_called_unknown_while_an_app_definition_is_wrong(tmp_path: Path) -> None:
    found = problems(tmp_path, {"templates/apps/view/app.yaml": "x: y\n", ADDRESSES: "services:\n  view: a\n"})
    assert ADDRESSES not in {problem.location.file for problem in found}


def test_no_address_can_take_the_place_of_what_list_says(tmp_path: Path) -> None:
    dome = Resolver(load(small_repository(tmp_path))).resolve("dome")
    (listed,) = json.loads(report.as_json([dome]))["environments"]
    for key in listed:
        written = document(f"addresses:\n- {{name: A, address: a, key: {key}}}\n")
        assert [problem.code for problem in schema.check(written, "addresses")] == ["E206"], key
    assert schema.check(document("addresses:\n- {name: A, address: a, key: nameOfIt}\n"), "addresses") == []
