"""What app.yaml declares, and what an app inherits of it."""

from __future__ import annotations

from pathlib import Path

from efdgen.repository.load import load
from efdgen.repository.model import AppDefinition, NamedThings
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


def test_names_that_must_differ_are_declared_by_kind(tmp_path: Path) -> None:
    found = definition(
        tmp_path,
        "distinctNames: {disk: [{at: disks.*}], shelf: [{at: shelf}], tape: [{at: tapes.*}]}\n",
        "parameters: {disks: {}}\n"
        "distinctNames:\n"
        "  disk: [{at: a.*.b, name: label, sameAsKey: true, onlyIf: inUse, from: parameters.disks.new}]\n"
        "  shelf: null\n",
    )

    assert found.distinct_names == {
        "disk": (
            NamedThings(
                ("a", "*", "b"), "label", same_as_key=True, only_if="inUse", source=("parameters", "disks", "new")
            ),
        ),
        "tape": (NamedThings(("tapes", "*"), "name", same_as_key=False, only_if="", source=()),),
    }


def test_what_reads_secrets_is_inherited_or_replaced(tmp_path: Path) -> None:
    store = "readsSecrets: [login]\n"

    assert definition(tmp_path / "inherited", store).reads_secrets == ("login",)
    assert definition(tmp_path / "replaced", store, "readsSecrets: [secrets.*]\n").reads_secrets == ("secrets.*",)


def test_an_empty_folder_says_how_it_comes_that_git_does_not_show_it(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    for name in ("attic", "cellar"):
        (root / "templates/apps" / name).mkdir()
    (root / "templates/apps/cellar/values.yaml").write_text("a: 1\n", encoding="utf-8")
    told = [(problem.code, problem.location.file, problem.hint) for problem in load(root).problems]
    assert told == [
        ("E401", "templates/apps/attic", "if no app is meant, delete the folder: Git does not show empty ones"),
        ("E401", "templates/apps/cellar", ""),
    ]
