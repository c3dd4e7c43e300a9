from __future__ import annotations

from pathlib import Path

import pytest

from efdgen.repository.load import load
from support.repository import overlay, small_repository

ZONES = """\
defaults:
  owner: {name: ops, mail: ops@example.org}
  notes: none
items:
  b:
    owner: {mail: b@example.org}
    size: 2
  a:
    notes: null
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_repository(tmp_path)


def test_an_item_s_own_keys_come_before_the_defaults(root: Path) -> None:
    overlay(root, {"environments/shared/zones.yaml": ZONES})
    repository = load(root)
    items = repository.tables["zones"].items
    assert repository.problems == ()
    assert list(items) == ["b", "a"]
    assert [(key, value) for key, value in items["b"].items()] == [
        ("owner", {"mail": "b@example.org", "name": "ops"}),
        ("size", 2),
        ("notes", "none"),
    ]
    assert list(items["b"]["owner"]) == ["mail", "name"]
    assert items["a"] == {"notes": None, "owner": {"name": "ops", "mail": "ops@example.org"}}


def test_a_table_needs_no_schema_and_no_item(root: Path) -> None:
    overlay(root, {"environments/shared/zones.yaml": "items: {}\n", "environments/shared/README.md": "About zones."})
    repository = load(root)
    assert repository.problems == ()
    assert set(repository.tables) == {"news", "zones"}
    assert repository.tables["zones"].items == {}


def test_a_table_that_facts_name_is_there_without_a_file(root: Path) -> None:
    overlay(root, {"environments/shared/news.yaml": None})
    table = load(root).tables["news"]
    assert (table.items, table.document) == ({}, None)
