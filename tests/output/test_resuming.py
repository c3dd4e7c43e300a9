"""An edit that was interrupted: what people did since decides whether it is finished, taken back, or asked about."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from efdgen import cli
from efdgen.errors import OutputError
from efdgen.output import resuming, sources, staging
from efdgen.output.compare import Change
from efdgen.output.journal import FOLDER, Entry
from support.checkout import snapshot

BEFORE = {"a/one": b"1\n", "b/two": b"2\n", "gone/three": b"3\n"}
AFTER = {"a/one": b"one\n", "b/two": b"two\n", "new/four": b"four\n"}
CHANGES = {path: Change(BEFORE.get(path, b""), content, path not in BEFORE) for path, content in AFTER.items()}
GONE = {path: content for path, content in BEFORE.items() if path not in AFTER}
STEPS = len(CHANGES) + len(GONE)
TWO = "b/two"


class DiedError(BaseException):
    """The process dies here."""


def stopping(left: Iterator[int], step: Callable[..., None]) -> Callable[..., None]:
    def stepping(*arguments: object) -> None:
        if next(left, None) is None:
            raise DiedError
        step(*arguments)

    return stepping


def dying(monkeypatch: pytest.MonkeyPatch, steps: int, edit: Callable[[], object]) -> None:
    """Do something, and die when so many files were put in their places, or taken back."""
    left = iter(range(steps))
    with monkeypatch.context() as patch:
        for module, name in ((staging, "place"), (resuming, "_take_back")):
            patch.setattr(module, name, stopping(left, getattr(module, name)))
        with pytest.raises(DiedError):
            edit()


@pytest.fixture
def killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Path]:
    """Return what makes a repository in which an edit died after so many of its files."""
    numbers = itertools.count()

    def make(steps: int) -> Path:
        root = tmp_path / str(next(numbers))
        for path, content in BEFORE.items():
            (root / path).parent.mkdir(parents=True)
            (root / path).write_bytes(content)
        (root / "a/one").chmod(0o640)
        if steps < STEPS:
            dying(monkeypatch, steps, lambda: sources.replace(root, CHANGES, GONE))
        else:
            with monkeypatch.context() as patch:
                patch.setattr(staging, "discard", lambda _: (_ for _ in ()).throw(DiedError))
                with pytest.raises(DiedError):
                    sources.replace(root, CHANGES, GONE)
        return root

    return make


def test_it_is_finished_once_a_file_was_written_and_dropped_before(killed: Callable[[int], Path]) -> None:
    for steps in range(STEPS + 1):
        root = killed(steps)
        if steps == 0:
            assert sources.resume(root) == resuming.Resumed(had_changed_none=True)
            assert snapshot(root) == BEFORE
        else:
            assert sources.resume(root) == resuming.Resumed(("a/one", "b/two", "new/four"), ("gone/three",))
            assert snapshot(root) == AFTER
            assert not (root / "gone").exists()
        assert sources.resume(root) is None
        assert (root / "a/one").stat().st_mode & 0o777 == 0o640


def empty(root: Path) -> list[Path]:
    """Return the folders of a repository in which nothing is."""
    return [path for path in root.rglob("*") if path.is_dir() and not any(path.iterdir())]


@pytest.mark.parametrize("step", ["_rename", "remove_empty"])
@pytest.mark.parametrize("action", [None, resuming.finish, resuming.drop])
def test_no_empty_folder_is_left_by_a_kill_between_a_folder_and_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, action: Callable[[Path], resuming.Resumed] | None
) -> None:
    before = {f"all/{path}": content for path, content in BEFORE.items()}
    after = {f"all/{path}": content for path, content in AFTER.items()}
    changes = {f"all/{path}": change for path, change in CHANGES.items()}
    gone = {f"all/{path}": content for path, content in GONE.items()}
    empty_after_the_kill = 0
    for dies in range(STEPS + 1):
        root = tmp_path / str(dies)
        for path, content in before.items():
            (root / path).parent.mkdir(parents=True)
            (root / path).write_bytes(content)
        with monkeypatch.context() as patch:
            patch.setattr(staging, step, stopping(iter(range(dies)), getattr(staging, step)))
            with contextlib.suppress(DiedError):
                sources.replace(root, changes, gone)
        empty_after_the_kill += len(empty(root))
        sources.resume(root, action)
        assert (snapshot(root) in (before, after), empty(root)) == (True, []), dies
    assert empty_after_the_kill


def test_what_was_put_back_is_an_undo_of_all_of_it(
    killed: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for steps in range(1, STEPS + 1):
        done = [*CHANGES, *GONE][:steps]
        for path in done:
            root = killed(steps)
            if path in BEFORE:
                (root / path).parent.mkdir(exist_ok=True)
                (root / path).write_bytes(BEFORE[path])
            else:
                (root / path).unlink()
            for dies in range(steps - 1):  # taking back is interrupted, too, and goes on
                dying(monkeypatch, min(dies, 1), lambda root=root: sources.resume(root))  # type: ignore[misc]
            resumed = sources.resume(root)
            assert resumed is not None
            assert path in resumed.undone
            assert (resumed.written, resumed.deleted, resumed.kept) == ((), (), ())
            assert snapshot(root) == BEFORE, (steps, path)
            assert not (root / "new/four").exists()
            assert (root / "a/one").stat().st_mode & 0o777 == 0o640


def test_what_somebody_decided_to_drop_is_dropped_wherever_that_is_interrupted(
    killed: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def drop(root: Path) -> None:
        sources.resume(root, resuming.drop)

    for steps in range(1, STEPS + 1):
        for dies in range(steps):
            root = killed(steps)
            dying(monkeypatch, dies, lambda root=root: drop(root))  # type: ignore[misc]
            assert sources.resume(root) is not None
            assert snapshot(root) == BEFORE, (steps, dies)
            assert not (root / FOLDER).exists()
    # Somebody changed a file since: there is nothing left to ask.
    root = killed(2)
    dying(monkeypatch, 0, lambda: drop(root))
    (root / TWO).write_bytes(b"mine\n")
    resumed = sources.resume(root)
    assert resumed is not None
    assert (resumed.kept, snapshot(root)) == ((TWO,), {**BEFORE, TWO: b"mine\n"})
    # Who decides otherwise before a file is back has decided otherwise, also when that is interrupted.
    root = killed(2)
    dying(monkeypatch, 0, lambda: drop(root))
    dying(monkeypatch, 0, lambda: sources.resume(root, resuming.finish))
    sources.resume(root)
    assert snapshot(root) == AFTER


def test_folders_that_were_made_for_a_file_that_did_not_come_go_with_the_edit(tmp_path: Path) -> None:
    new = {"apps/beam/charts/a.yaml": Change(b"", b"a\n", is_new=True), "top/b.yaml": Change(b"", b"b\n", is_new=True)}
    for made in ("apps/beam/charts", "apps/beam", "apps"):
        root = tmp_path / made.replace("/", "-")
        (root / "apps").mkdir(parents=True)
        (root / "top").mkdir()
        with pytest.MonkeyPatch.context() as patch:
            dying(patch, 0, lambda root=root: sources.replace(root, new))  # type: ignore[misc]
        (root / made).mkdir(parents=True, exist_ok=True)
        assert sources.resume(root) is not None
        assert sorted(each.name for each in root.rglob("*")) == ["apps", "top"]
    # What somebody put there stays.
    with pytest.MonkeyPatch.context() as patch:
        dying(patch, 0, lambda: sources.replace(root, new))
    (root / "apps/beam/mine").mkdir(parents=True)
    sources.resume(root)
    assert (root / "apps/beam/mine").is_dir()


def test_what_is_neither_is_left_to_people(killed: Callable[[int], Path]) -> None:
    for steps in range(1, STEPS):
        for path in BEFORE.keys() | AFTER.keys():
            root = killed(steps)
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_bytes(b"mine\n")
            there = snapshot(root)
            with pytest.raises(OutputError, match=rf"in another way: {path}\..*interrupted finish\..*interrupted drop"):
                sources.resume(root)
            with pytest.raises(OutputError, match="an edit was interrupted before"):
                sources.replace(root, {"a/one": Change((root / "a/one").read_bytes(), b"more")})
            assert snapshot(root) == there
            for action, expected in ((resuming.finish, AFTER), (resuming.drop, BEFORE)):
                again = killed(steps)
                (again / path).parent.mkdir(exist_ok=True)
                (again / path).write_bytes(b"mine\n")
                resumed = sources.resume(again, action)
                assert resumed is not None
                assert resumed.kept == (path,)
                assert snapshot(again) == {**expected, path: b"mine\n"}


def test_what_cannot_be_done_changes_nothing(killed: Callable[[int], Path]) -> None:
    root = killed(2)
    (root / TWO).write_bytes(BEFORE[TWO])
    there = snapshot(root)
    with pytest.raises(OutputError, match=r"put back what the edit had written in b/two: it can't be finished"):
        sources.resume(root, resuming.finish)
    (entry,) = [entry for entry in staging.entries_of(root) if entry.path == "a/one"]
    assert entry == Entry("a/one", "0", entry.before, entry.after, "4")
    (root / FOLDER / "4").unlink()
    with pytest.raises(OutputError, match="can't take back a/one: what it held before"):
        sources.resume(root, resuming.drop)
    (root / FOLDER / "4").write_bytes(BEFORE["a/one"])
    assert snapshot(root) == there


def test_of_an_edit_that_was_killed_behind_its_last_file_nobody_says_that_it_changed_nothing(
    killed: Callable[[int], Path],
) -> None:
    root = killed(STEPS)
    (root / FOLDER / staging.JOURNAL).unlink()  # the first that goes when all files have changed
    for folder in ("environments", "templates/apps"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    said = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, ["interrupted", "drop", "--root", str(root)]).output
    assert said == "An edit was interrupted, and left nothing half done; what it had made ready is removed\n"
    assert snapshot(root) == AFTER
    assert not (root / FOLDER).exists()


def test_the_command_shows_what_is_left_and_names_each_file(killed: Callable[[int], Path]) -> None:
    def said(root: Path, *words: str) -> tuple[int, str]:
        for folder in ("environments", "templates/apps"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        result = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, ["interrupted", *words, "--root", str(root)])
        return result.exit_code, result.output

    root = killed(1)
    (root / TWO).write_bytes(b"mine\n")
    assert said(root)[1].splitlines() == [
        "a/one       written",
        "b/two       changed by somebody else",
        "new/four    not written yet",
        "gone/three  not deleted yet",
        "To write what is not written yet: efdgen interrupted finish",
        "To take back what is written: efdgen interrupted drop",
        "What somebody else changed is left alone in both cases",
    ]
    assert said(root, "finish")[1].splitlines() == [
        "wrote    a/one",
        "wrote    new/four",
        "deleted  gone/three",
        "left     b/two",
        "Finished an edit that was interrupted: 3 files",
    ]
    assert said(root) == said(root, "drop") == (0, "No edit is left half done\n")
    assert said(killed(3), "drop")[1].splitlines() == [
        "restored a/one",
        "restored b/two",
        "removed  new/four",
        "Took back an edit that was interrupted: 3 files",
    ]
