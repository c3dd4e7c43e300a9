"""The volumes that apps claim: found by convention, and declared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from efdgen.environment.inside import inside
from efdgen.environment.model import Volume
from efdgen.environment.volumes import claimed, faults, volumes
from efdgen.verbs import project
from support.checkout import repository
from support.foreach import for_each
from support.repository import overlay, small_repository

DEFINITION = next(iter(repository().apps.values()))._replace(name="store", namespace="stores")
ON = {"enabled": True, "size": "8Gi", "storageClass": "fast"}


def found(values: dict[str, Any], declared: dict[str, Any] | None = None) -> list[tuple[str, int, str, str | None]]:
    """Return what is claimed: the name, the number, the size and the storage class."""
    return [
        (v.what, v.claims, v.size, v.storage_class) for v in claimed(DEFINITION, inside(values).disks, declared or {})
    ]


def test_persistence_that_is_on_is_found_at_any_depth_under_the_name_of_its_part() -> None:
    values = {"persistence": ON, "db": {"wal": {"persistence": {"enabled": True, "size": "1Ti"}}}}

    assert found(values) == [("store", 1, "8Gi", "fast"), ("wal", 1, "1Ti", None)]


def test_a_volume_says_whose_it_is() -> None:
    disks = inside({"db": {"persistence": ON}}).disks

    assert claimed(DEFINITION, disks, {}) == (Volume("store", "stores", "db", 1, "8Gi", "fast"),)


@for_each(
    "values",
    [
        {"persistence": {**ON, "enabled": False}},
        {"persistence": {"size": "8Gi"}},
        {"persistence": {**ON, "enabled": "yes"}},
        {"persistence": {"enabled": True}},
        {"persistence": {**ON, "size": None}},
        {"persistence": {**ON, "size": {"limit": "8Gi"}}},
        {"persistence": None},
        {"persistence": [ON]},
        {"db": {"enabled": False, "persistence": ON}},
        {"db": {"enabled": False, "wal": {"persistence": ON}}},
        {"list": [{"persistence": ON}]},
    ],
)
def test_what_is_off_or_says_no_size_is_not_found(values: dict[str, Any]) -> None:
    assert found(values) == []


def test_a_size_in_bytes_is_a_size_and_what_is_no_text_is_no_storage_class() -> None:
    values = {"persistence": {"enabled": True, "size": 8589934592, "storageClass": ["fast"]}}

    assert found(values) == [("store", 1, "8589934592", None)]


def test_a_declared_volume_comes_first_and_takes_the_place_of_a_found_one_of_its_name() -> None:
    declared = {
        "log": {"pods": 3, "claims": 2, "size": "1Gi"},
        "db": {"claims": 0, "size": "2Gi", "storageClass": "slow"},
        "wal": None,
    }
    values = {"persistence": ON, "db": {"persistence": ON}, "wal": {"persistence": ON}}

    assert found(values, declared) == [("log", 6, "1Gi", None), ("db", 0, "2Gi", "slow"), ("store", 1, "8Gi", "fast")]


@for_each(
    ("said", "expected"),
    [
        ({"size": "8Gi"}, []),
        ({"size": "8Gi", "claims": 0, "pods": 1000, "storageClass": ""}, []),
        ({}, [("size", "must be a size with a unit, such as 15Gi, not null")]),
        ({"size": "8"}, [("size", "must be a size with a unit, such as 15Gi, not '8'")]),
        ({"size": 8}, [("size", "must be a size with a unit, such as 15Gi, not 8")]),
        ({"size": "<% x %>"}, [("size", "must be a size with a unit, such as 15Gi, not '<% x %>'")]),
        ({"size": "8Gi", "claims": 2.5}, [("claims", "must be a whole number from 0 to 1,000, not 2.5")]),
        ({"size": "8Gi", "claims": True}, [("claims", "must be a whole number from 0 to 1,000, not true")]),
        ({"size": "8Gi", "pods": -1}, [("pods", "must be a whole number from 0 to 1,000, not -1")]),
        ({"size": "8Gi", "pods": "3"}, [("pods", "must be a whole number from 0 to 1,000, not '3'")]),
        ({"size": "8Gi", "pods": 10**12}, [("pods", "must be a whole number from 0 to 1,000, not 1000000000000")]),
        ({"size": "8Gi", "storageClass": 5}, [("storageClass", "must be the name of a storage class, not 5")]),
        ({"size": ["8Gi"], "claims": {}}, [
            ("claims", "must be a whole number from 0 to 1,000, not a mapping"),
            ("size", "must be a size with a unit, such as 15Gi, not a list"),
        ]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_declared_volume(said: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert list(faults(said)) == expected


def test_volumes_are_declared_with_expressions_and_inherited(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    store, archive = (root / f"templates/apps/{name}/app.yaml" for name in ("store", "archive"))
    overlay(
        root,
        {
            "templates/apps/store/app.yaml": store.read_text()
            + "volumes:\n"
            + "  log: {when: \"<% name == 'lab' %>\", claims: <% values.replicaCount %>, size: 1Gi}\n"
            + "  copy: {size: 2Gi, storageClass: <% cluster.storageClass %>}\n",
            "templates/apps/archive/app.yaml": archive.read_text()
            + "volumes: {log: {when: true, size: 3Gi}, copy: null}\n",
            "environments/dome.yaml": (root / "environments/dome.yaml").read_text() + "  archive: {}\n",
        },
    )

    def claims(name: str) -> list[tuple[str, str, int, str, str | None]]:
        (environment,) = project.resolve(root, (name,)).environments
        return [(v.app, v.what, v.claims, v.size, v.storage_class) for v in volumes(environment)]

    assert claims("lab") == [
        ("store", "log", 1, "1Gi", None),
        ("store", "copy", 1, "2Gi", "local-path"),
        ("store", "store", 1, "20Gi", "local-path"),
    ]
    assert claims("dome") == [
        ("store", "copy", 1, "2Gi", None),
        ("store", "store", 1, "8Gi", None),
        ("archive", "log", 1, "3Gi", None),
        ("archive", "archive", 1, "8Gi", None),
    ]
