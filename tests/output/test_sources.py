"""What edits write: all files or none, one edit at a time, and after a kill what the next command finishes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.errors import OutputError
from efdgen.output import disk, sources
from efdgen.output.compare import Change
from efdgen.output.journal import FOLDER
from support import kills, warm
from support.checkout import snapshot

SAID = "warning: an edit was interrupted, and its files may be half changed; to see them, run: efdgen interrupted\n"
EDITS = [
    ("set", "lab", "dome", "store.persistence.size", "31Gi"),
    ("rename", "lab", "workshop"),
    ("new", "annex", "--like", "lab"),
]


def at(root: Path, *arguments: str) -> Result:
    """Run the command in this process, on a repository."""
    return CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, [*arguments, "--root", str(root)])


def written(root: Path) -> dict[str, bytes]:
    """Return everything in a repository but what is rendered."""
    return {path: content for path, content in snapshot(root).items() if not path.startswith("rendered/")}


@pytest.mark.parametrize("edit", EDITS, ids=[edit[0] for edit in EDITS])
def test_an_edit_that_is_killed_is_undone_or_finished_by_the_next_command(
    small: Path, tmp_path: Path, edit: tuple[str, ...]
) -> None:
    before = written(small)
    whole = tmp_path / "whole"
    shutil.copytree(small, whole)
    assert at(whole, *edit).exit_code == 0
    expected = written(whole)
    assert expected != before
    kills.edit_until(small, kills.BEFORE_THE_JOURNAL, *edit)
    now = written(small)
    assert {path: now[path] for path in now if FOLDER not in path} == before
    assert "interrupted" not in at(small, "list").stderr, "nothing is to be done"
    assert "No edit is left half done" in at(small, "interrupted").stdout
    kills.edit_until(small, kills.BEFORE_THE_SWITCH, *edit)  # which takes what the former left away
    now = written(small)
    assert {path: now[path] for path in now if FOLDER not in path} == before
    kept = at(small, "set", "lab", "store.persistence.size", "9Gi", "--dry-run")
    assert SAID in kept.stderr
    assert written(small) == now

    # Nothing had changed yet: who looks sees that, and is not told something else later.
    assert "An edit was interrupted before it changed anything, and is dropped" in at(small, "render").stderr
    assert written(small) == before
    if edit[0] != "new":  # of one file only
        kills.edit_until(small, kills.BEFORE_THE_SWITCH + 1, *edit)
        assert SAID in at(small, "list").stderr
        assert "Finished an edit that was interrupted: " in at(small, "render").stderr
        assert written(small) == expected
    assert SAID not in at(small, "list").stderr


def test_an_edit_that_is_killed_between_two_files_is_finished_before_the_next_one(small: Path) -> None:
    kills.edit_until(small, kills.BEFORE_THE_SWITCH + 1, *EDITS[0])
    assert [(small / f"environments/{name}.yaml").read_text().count("31Gi") for name in ("dome", "lab")].count(0) == 1
    result = at(small, "set", "lab", "archive.project", "others")
    assert result.stderr.startswith(
        "wrote    environments/lab.yaml\nwrote    environments/dome.yaml\n"
        "Finished an edit that was interrupted: 2 files\n"
    )
    assert all("31Gi" in (small / f"environments/{name}.yaml").read_text() for name in ("dome", "lab"))


def test_who_edits_keeps_others_from_writing(small: Path) -> None:
    before = snapshot(small)
    with disk.lock(small.resolve()):
        done = warm.efdgen(*EDITS[0], cwd=small)
    assert done.returncode == 4
    assert "is writing to" in done.stderr
    assert snapshot(small) == before


def test_a_file_is_written_as_it_was_edited_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"1")
    (tmp_path / "link").symlink_to("one")
    change = Change(b"1", b"2")
    for changes, gone, said in (
        ({"one": change, "new": Change(b"", b"", is_new=True), "link": change}, {}, "under two names"),
        ({"one": change, "other": change}, {}, "other changed while"),
        ({"link": Change(b"", b"2", is_new=True)}, {}, "link is there already"),
        ({"new": Change(b"", b"2", is_new=True)}, {"one": b"0"}, "one changed while"),
        ({"one": change}, {"one": b"1"}, "under two names"),
    ):
        with pytest.raises(OutputError, match=said):
            sources.replace(tmp_path, changes, gone)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "one"]
        assert (tmp_path / "one").read_bytes() == b"1"
    sources.replace(tmp_path, {"link": change})
    assert (tmp_path / "link").is_symlink()
    sources.replace(tmp_path, {"below/new": Change(b"", b"3", is_new=True)}, {"one": b"2"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["below", "link"]
