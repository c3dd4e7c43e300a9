from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from efdgen.language import yamlio
from efdgen.repository import snapshot as snapshots
from efdgen.repository.load import load
from support import needs
from support.repository import small_repository


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_repository(tmp_path)


def taken(root: Path) -> snapshots.Snapshot:
    found = snapshots.take(root)
    assert found is not None
    return found


def test_it_holds_every_file_that_is_not_hidden(root: Path) -> None:
    (root / "templates/.hidden").touch()
    found = taken(root)
    assert set(found.specs) == {"dome", "lab"}
    assert "templates/.hidden" not in found.contents
    for path, content in found.contents.items():
        assert (root / path).read_bytes() == content


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "environments/shared/facts.yaml").write_text("{}"),
        lambda root: (root / "environments/shared/facts.yaml").rename(root / "environments/shared/other.yaml"),
        lambda root: (root / "templates/apps/new").mkdir(),
        lambda root: (root / "environments/notes.md").touch(),
        lambda root: (root / "environments/dome.yml").touch(),
    ],
    ids=["content", "name", "folder", "file beside specs", "no spec"],
)
def test_what_is_no_spec_is_shared(root: Path, change: Callable[[Path], object]) -> None:
    before = taken(root)
    change(root)
    assert taken(root).shared != before.shared
    assert taken(root).specs == before.specs


def test_a_spec_counts_for_itself(root: Path) -> None:
    before = taken(root)
    (root / "environments/dome.yaml").write_text("name: dome\n")
    (root / "environments/new.yaml").touch()
    after = taken(root)
    assert after.shared == before.shared
    assert [name for name, digest in after.specs.items() if before.specs.get(name) != digest] == ["dome", "new"]


@pytest.mark.parametrize("what", ["link", "link to a folder", "pipe", "folder", "big"])
def test_what_is_no_plain_file_has_no_snapshot(root: Path, what: str) -> None:
    path = root / "environments/zoo.yaml"
    if what == "link":
        path.symlink_to("dome.yaml")
    elif what == "link to a folder":
        path.symlink_to("shared")
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"#" * (yamlio.MAX_BYTES + 1))
    assert snapshots.take(root) is None


def test_what_can_t_be_read_has_no_snapshot(root: Path) -> None:
    needs.ORDINARY_USER.require()
    (root / "environments/dome.yaml").chmod(0)
    assert snapshots.take(root) is None


def test_the_biggest_file_that_is_read_is_read(root: Path) -> None:
    (root / "environments/shared/notes.md").write_bytes(b"#" * yamlio.MAX_BYTES)
    assert len(taken(root).contents["environments/shared/notes.md"]) == yamlio.MAX_BYTES


def test_charts_beside_it_count(root: Path) -> None:
    (root / "charts/own").mkdir(parents=True)
    (root / "charts/own/Chart.yaml").write_text("name: own\n")
    first = snapshots.with_folders(taken(root), root, ["charts/own"])
    assert first is not None
    assert first.contents["charts/own/Chart.yaml"] == b"name: own\n"
    (root / "charts/own/.helmignore").touch()
    second = snapshots.with_folders(taken(root), root, ["charts/own"])
    assert second is not None
    assert first.charts != second.charts
    assert snapshots.with_folders(taken(root), root, ["charts/none"]) is None
    (root / "charts/linked").symlink_to("own")
    assert snapshots.with_folders(taken(root), root, ["charts/linked"]) is None


def test_a_repository_is_loaded_from_its_snapshot_alone(root: Path, tmp_path: Path) -> None:
    found = taken(root)
    expected = load(root)
    for folder in ("environments", "templates", "schemas"):
        (root / folder).rename(tmp_path / folder)
    loaded = load(root, snapshot=found)
    assert loaded.problems == expected.problems == ()
    assert loaded.environments.keys() == expected.environments.keys()
    assert loaded.apps.keys() == expected.apps.keys()
    assert loaded.names == expected.names
    assert {path: file.text for path, file in loaded.parent.items()} == {p: f.text for p, f in expected.parent.items()}
    for name, spec in expected.environments.items():
        assert loaded.environments[name].document == spec.document


def test_a_sound_spec_is_parsed_when_it_is_asked_for(root: Path) -> None:
    found = taken(root)
    expected = load(root).environments
    loaded = load(root, snapshot=found, sound={"dome": False}).environments
    assert list(loaded) == ["dome", "lab"]
    assert len(loaded) == 2
    assert "nowhere" not in loaded
    assert loaded["dome"].document == expected["dome"].document
    assert loaded["dome"].apps == expected["dome"].apps
    with pytest.raises(KeyError):
        loaded["nowhere"]
