"""A run that is interrupted: what it leaves, how the next one finishes it, and what is nobody's to touch."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from efdgen.errors import InvalidInputError, OutputError
from efdgen.output import disk, journal, staging
from efdgen.output.compare import compare
from efdgen.output.journal import FOLDER, Entry
from efdgen.output.staging import Finished
from efdgen.verbs import render
from support import kills
from support.checkout import edit, snapshot
from support.fulldisk import full_at
from support.gitrepo import commit, git

BEFORE = {"a/one": b"1\n", "b/two": b"2\n", "gone/three": b"3\n"}
AFTER = {"a/one": b"one\n", "b/two": b"two\n", "new/four": b"four\n"}


class DiedError(BaseException):
    """The process dies here."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "rendered"
    apply(made, BEFORE)
    return made


def apply(folder: Path, files: dict[str, bytes]) -> None:
    with disk.lock(folder):
        disk.apply(folder, compare(disk.read(folder), files))


def interrupt(folder: Path, steps: int, error: type[BaseException] = DiedError) -> None:
    """Go from BEFORE to AFTER, and stop after so many files took their names; the journal is the first."""
    left = iter(range(steps))
    replace = os.replace

    def stopping(source: str, target: str) -> None:
        if next(left, None) is None:
            left_over.append(source)
            if len(left_over) == 1:
                raise error
        replace(source, target)

    left_over: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", stopping)
        with pytest.raises(error):
            apply(folder, AFTER)


def finish(folder: Path) -> Finished | None:
    return disk.finish(folder)


# -- finishing


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_switch_that_began_is_finished(folder: Path, steps: int) -> None:
    interrupt(folder, steps)
    assert disk.is_interrupted(folder)
    assert sum(disk.read(folder).get(path) == content for path, content in AFTER.items()) == steps - 1
    assert finish(folder) == Finished(written=("a/one", "b/two", "new/four"), deleted=("gone/three",))
    assert snapshot(folder) == AFTER
    assert not (folder / "gone").exists()
    assert not disk.is_interrupted(folder)
    assert finish(folder) is None


def test_finishing_can_be_interrupted_too(folder: Path) -> None:
    interrupt(folder, 1)
    for _ in range(2):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(staging, "place", dying_after(1))
            with pytest.raises(DiedError):
                finish(folder)
        assert disk.is_interrupted(folder)
    assert finish(folder) == Finished(written=("a/one", "b/two", "new/four"), deleted=("gone/three",))
    assert snapshot(folder) == AFTER


def dying_after(steps: int) -> Callable[..., None]:
    left, place = iter(range(steps)), staging.place

    def dying(*arguments: object) -> None:
        if next(left, None) is None:
            raise DiedError
        place(*arguments)  # type: ignore[arg-type]

    return dying


def test_what_somebody_changed_since_is_left_alone(folder: Path) -> None:
    interrupt(folder, 1)
    (folder / "b/two").write_bytes(b"mine\n")
    (folder / "gone/three").write_bytes(b"mine, too\n")
    assert finish(folder) == Finished(written=("a/one", "new/four"), kept=("b/two", "gone/three"))
    mine = {"b/two": b"mine\n", "gone/three": b"mine, too\n"}
    assert snapshot(folder) == {"a/one": b"one\n", "new/four": b"four\n", **mine}


def test_a_file_that_came_or_went_since_is_left_alone(folder: Path) -> None:
    interrupt(folder, 1)
    (folder / "b/two").unlink()
    (folder / "new").mkdir()
    (folder / "new/four").write_bytes(b"mine\n")
    assert finish(folder) == Finished(written=("a/one",), deleted=("gone/three",), kept=("b/two", "new/four"))
    assert snapshot(folder) == {"a/one": b"one\n", "new/four": b"mine\n"}


def test_what_came_in_the_way_since_is_left_alone(folder: Path, tmp_path: Path) -> None:
    interrupt(folder, 1)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "two").write_bytes(b"2\n")
    (folder / "b/two").unlink()
    (folder / "b").rmdir()
    (folder / "b").symlink_to(outside)
    (folder / "a/one").unlink()
    (folder / "a/one").symlink_to(outside / "two")
    (folder / "new").write_bytes(b"a file\n")
    assert finish(folder) == Finished(deleted=("gone/three",), kept=("a/one", "b/two", "new/four"))
    assert snapshot(outside) == {"two": b"2\n"}
    assert (folder / "new").read_bytes() == b"a file\n"


def test_what_was_staged_and_is_damaged_is_not_put_in_place(folder: Path) -> None:
    interrupt(folder, 1)
    (staged,) = [path for path in (folder / FOLDER).iterdir() if path.read_bytes() == b"one\n"]
    staged.write_bytes(b"half")
    assert finish(folder) == Finished(written=("b/two", "new/four"), deleted=("gone/three",), kept=("a/one",))
    assert (folder / "a/one").read_bytes() == b"1\n"


# -- what an interrupted run leaves


LEFTOVERS: list[dict[str, bytes]] = [
    {},
    {".gitignore": b""},
    {".gitignore": staging.IGNORE[:20]},
    {".gitignore": staging.IGNORE},
    {".gitignore": staging.IGNORE, "0": b"on", "17": b""},
    {".gitignore": staging.IGNORE, "0": b"one\n", "journal.new": b'{"vers'},
    {".gitignore": staging.IGNORE, "0": b"one\n", "1/deep/a.md": b"a", "1/b.md": b""},
]


@pytest.mark.parametrize("left", LEFTOVERS, ids=range(len(LEFTOVERS)))
def test_what_was_staged_before_the_journal_is_removed(folder: Path, left: dict[str, bytes]) -> None:
    (folder / FOLDER).mkdir()
    for name, content in left.items():
        (folder / FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / FOLDER / name).write_bytes(content)
    assert disk.is_interrupted(folder)
    assert disk.read(folder) == BEFORE
    assert finish(folder) == Finished()
    assert snapshot(folder) == BEFORE
    assert not (folder / FOLDER).exists()


FOREIGN: list[dict[str, bytes]] = [
    {"notes.txt": b"mine\n"},
    {"0": b"mine\n"},
    {".gitignore": b"*\n"},
    {".gitignore": staging.IGNORE + b"more\n"},
    {".gitignore": staging.IGNORE, "notes.txt": b"mine\n"},
    {".gitignore": staging.IGNORE, "journal.json": b"{}"},
    {".gitignore": staging.IGNORE, "0": b"x", "journal.json": journal.encode([Entry("../x", "0", None, "x")])},
    {".gitignore": staging.IGNORE, "deeper/0": b"mine\n"},
]


@pytest.mark.parametrize("mine", FOREIGN, ids=range(len(FOREIGN)))
def test_a_folder_of_somebody_else_is_refused_and_left_alone(folder: Path, mine: dict[str, bytes]) -> None:
    for name, content in mine.items():
        (folder / FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / FOLDER / name).write_bytes(content)
    before = snapshot(folder.parent)
    for verb in (disk.read, disk.finish):
        with pytest.raises(
            OutputError, match=r"\.efdgen-staged was not made by efdgen, which needs that name: move it"
        ):
            verb(folder)
    assert not disk.is_interrupted(folder)
    assert snapshot(folder.parent) == before


def test_a_link_in_a_staged_folder_is_somebody_s(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (folder / FOLDER / "1").mkdir(parents=True)
    (folder / FOLDER / ".gitignore").write_bytes(staging.IGNORE)
    (folder / FOLDER / "1" / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(OutputError, match=r"\.efdgen-staged was not made by efdgen"):
        finish(folder)
    assert (folder / FOLDER / "1" / "link").is_symlink()


@pytest.mark.parametrize("kind", ["file", "link", "dangling"])
def test_what_is_no_folder_is_refused_and_left_alone(folder: Path, tmp_path: Path, kind: str) -> None:
    (tmp_path / "outside").mkdir()
    if kind == "file":
        (folder / FOLDER).write_bytes(b"mine\n")
    else:
        (folder / FOLDER).symlink_to(tmp_path / ("outside" if kind == "link" else "nowhere"))
    with pytest.raises(OutputError, match=r"\.efdgen-staged was not made by efdgen"):
        finish(folder)
    assert os.path.lexists(folder / FOLDER)
    assert (tmp_path / "outside").is_dir()


def test_a_folder_of_that_name_further_down_is_like_any_other(folder: Path) -> None:
    (folder / "a" / FOLDER).mkdir()
    (folder / "a" / FOLDER / "mine").write_bytes(b"mine\n")
    assert disk.read(folder) == {**BEFORE, f"a/{FOLDER}/mine": b"mine\n"}


# -- Ctrl-C


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_ctrl_c_in_the_switch_ends_the_run_when_the_switch_is_done(folder: Path, steps: int) -> None:
    interrupt(folder, steps, KeyboardInterrupt)
    assert snapshot(folder) == AFTER
    assert not (folder / FOLDER).exists()


def test_ctrl_c_before_the_journal_takes_everything_back(folder: Path) -> None:
    interrupt(folder, 0, KeyboardInterrupt)
    assert snapshot(folder) == BEFORE
    assert not (folder / FOLDER).exists()
    assert not (folder / "new").exists()


def test_ctrl_c_again_and_again_does_not_stop_the_switch(folder: Path) -> None:
    done: list[str] = []
    place = staging.place

    def pressed(*arguments: object) -> None:
        place(*arguments)  # type: ignore[arg-type]
        path = arguments[1].path  # type: ignore[attr-defined]
        if path not in done:
            done.append(path)
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "place", pressed)
        with pytest.raises(KeyboardInterrupt):
            apply(folder, AFTER)
    assert done == ["a/one", "b/two", "gone/three", "new/four"]
    assert snapshot(folder) == AFTER


# -- a disk that refuses in the middle


def test_a_switch_that_a_disk_refuses_names_the_file_and_goes_on_later(folder: Path) -> None:
    interrupt_with = OSError(28, "No space left on device")
    place = staging.place

    def full(folder: Path, entry: Entry, known: set[str]) -> None:
        if entry.path == "b/two":
            raise interrupt_with
        place(folder, entry, known)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staging, "place", full)
        with pytest.raises(
            OutputError, match=r"can't write .*/b/two: No space left on device; .* it goes on from here"
        ):
            apply(folder, AFTER)
    assert disk.is_interrupted(folder)
    assert finish(folder) == Finished(written=("a/one", "b/two", "new/four"), deleted=("gone/three",))
    assert snapshot(folder) == AFTER


def test_what_can_t_be_staged_is_named_and_nothing_is_left(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full_at(b"four\n", monkeypatch)
    with pytest.raises(OutputError, match=rf"^can't write {folder}/new/four: No space left on device; run it again"):
        apply(folder, AFTER)
    assert snapshot(folder) == BEFORE
    assert not (folder / FOLDER).exists()


# -- a whole repository


def changed(root: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Change what all files of an environment say; return the tree as it is, and as it will be."""
    before = snapshot(root / "rendered")
    edit(root / "environments/lab.yaml", 'kubernetesVersion: "1.21.5"', 'kubernetesVersion: "1.22.0"')
    return before, {**before, **render.rendering(root, ()).tree}


def is_ignored_by_git(root: Path) -> bool:
    return FOLDER not in git(root, "status", "--porcelain", "--untracked-files=all")


def test_a_kill_before_the_journal_leaves_the_old_tree_and_one_folder_that_git_does_not_see(small: Path) -> None:
    commit(small)
    before, after = changed(small)
    kills.render_until(small, kills.BEFORE_THE_JOURNAL)
    assert disk.read(small / "rendered") == before
    assert is_ignored_by_git(small)
    assert git(small, "status", "--porcelain") == "M environments/lab.yaml"
    assert render.finish(small) == Finished()
    assert snapshot(small / "rendered") == before
    render.write(small)
    assert snapshot(small / "rendered") == after


@pytest.mark.parametrize("moment", [kills.BEFORE_THE_SWITCH, kills.IN_THE_SWITCH])
def test_a_kill_after_the_journal_is_finished_by_the_next_render_of_anything(small: Path, moment: int) -> None:
    commit(small)
    _, after = changed(small)
    kills.render_until(small, moment)
    assert is_ignored_by_git(small)
    assert render.check(small).is_interrupted
    render.write(small, ["dome"])
    assert snapshot(small / "rendered") == after
    assert render.check(small).is_clean
    assert FOLDER not in git(small, "status", "--porcelain", "--ignored")


def test_a_kill_is_finished_though_the_specs_are_wrong_by_now(small: Path) -> None:
    _, after = changed(small)
    kills.render_until(small, kills.IN_THE_SWITCH)
    edit(small / "environments/dome.yaml", "domain: dome.example.org\n", "domain: <% nowhere %>\n")
    with pytest.raises(InvalidInputError):
        render.write(small)
    assert snapshot(small / "rendered") == after


def test_a_file_of_mine_in_the_place_of_a_rendered_one_survives_what_was_interrupted(small: Path) -> None:
    changed(small)
    kills.render_until(small, kills.BEFORE_THE_SWITCH)
    mine = small / "rendered/docs/lab.md"
    mine.write_bytes(b"a day of work\n")
    finished = render.finish(small)
    assert finished is not None
    assert finished.kept == ("docs/lab.md",)
    with pytest.raises(OutputError, match=r"not made by efdgen, and in the way: rendered/docs/lab\.md"):
        render.write(small)
    assert mine.read_bytes() == b"a day of work\n"
