"""What app.yaml declares, and what an app inherits of it."""

from __future__ import annotations

from pathlib import Path

from efdgen.repository.load import load
from efdgen.repository.model import AppDefinition
from support.repository import overlay, small_repository

STORE = "templates/apps/store/app.yaml"
ARCHIVE = "templates/apps/archive/app.yaml"


def definition(tmp_path: Path, store: str, archive: str = "", app: str = "archive") -> AppDefinition:
    """Return an app of the small repository, with more in app.yaml: archive extends store."""
    root = small_repository(tmp_path)
    overlay(root, {path: (root / path).read_text() + more for path, more in ((STORE, store), (ARCHIVE, archive))})
    repository = load(root)
    assert repository.problems == ()
    return repository.apps[app]


def test_secrets_made_by_hand_are_a_list_or_a_mapping(tmp_path: Path) -> None:
    listed = definition(tmp_path / "list", "manualSecrets: [license, token]\n")
    mapped = definition(tmp_path / "mapping", 'manualSecrets: {license: {defaults: {DAYS: "30"}}, token: {}}\n')

    assert listed.manual_secrets == {"license": {}, "token": {}}
    assert mapped.manual_secrets == {"license": {"DAYS": "30"}, "token": {}}


def test_an_app_adds_secrets_and_takes_inherited_ones_away(tmp_path: Path) -> None:
    found = definition(
        tmp_path,
        'manualSecrets: {license: {defaults: {DAYS: "30"}}, token: {}}\n',
        'manualSecrets: {token: null, license: {defaults: {HOURS: "8"}}, key: {}}\n',
    )

    assert found.manual_secrets == {"license": {"DAYS": "30", "HOURS": "8"}, "key": {}}


def test_services_on_node_ports_are_a_list_or_a_mapping(tmp_path: Path) -> None:
    more = "nodePortHosts: {copy: {when: <% name == 'lab' %>}, broker: null, spare: {}}\n"

    assert definition(tmp_path / "list", "").node_port_hosts == ("broker",)
    assert definition(tmp_path / "mapping", "", more).node_port_hosts == ("copy", "spare")
