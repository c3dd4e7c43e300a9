"""Folders that are not there yet, and take their places with all of their files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from efdgen.errors import OutputError
from efdgen.output import disk, journal, staging
from efdgen.output.compare import compare
from efdgen.output.journal import FOLDER
from efdgen.output.staging import Finished
from support import warm
from support.checkout import snapshot
from support.fulldisk import full_at

BEFORE = {"apps/old/values-lab.yaml": b"1\n", "apps/old/mine.txt": b"mine\n", "gone/three": b"3\n"}
AFTER = {
    "README.md": b"read\n",
    "apps/new/charts/one.tgz": b"archive\n",
    "apps/new/values-lab.yaml": b"new\n",
    "apps/old/mine.txt": b"mine\n",
    "apps/old/values-lab.yaml": b"one\n",
    "docs/a.md": b"a\n",
    "docs/b.md": b"b\n",
}
WRITTEN = tuple(sorted(AFTER.keys() - {"apps/old/mine.txt"}))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a few files; one file is as many as it takes."""
    made = tmp_path / "rendered"
    apply(made, BEFORE)
    monkeypatch.setattr(staging, "_MANY", 1)
    return made


def apply(folder: Path, files: dict[str, bytes]) -> None:
    with disk.lock(folder):
        disk.apply(folder, compare(disk.read(folder), files))


def at_the_switch(act: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let something happen between the journal and the switch."""
    switch = staging.switch

    def late(folder: Path, *arguments: object, **more: object) -> None:
        act(folder)
        switch(folder, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(staging, "switch", late)


class DiedError(BaseException):
    """The process dies here."""


def die(_: Path) -> None:
    raise DiedError


def interrupt(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Go from BEFORE to AFTER, and stop when all is staged; return the name under which each file waits."""
    with monkeypatch.context() as patch:
        at_the_switch(die, patch)
        with pytest.raises(DiedError):
            apply(folder, AFTER)
    return {entry.path: entry.staged for entry in staging.entries_of(folder) if entry.staged is not None}


def test_the_files_of_a_new_folder_take_one_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renamed = []
    rename = Path.rename

    def noted(source: Path, target: Path) -> Path:
        renamed.append(target.relative_to(folder).as_posix())
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", noted)
    apply(folder, AFTER)
    assert renamed == ["apps/new", "docs"]
    assert snapshot(folder) == AFTER


def test_they_wait_as_they_will_stand(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = interrupt(folder, monkeypatch)
    assert all(journal.is_number(names[path]) for path in ("README.md", "apps/old/values-lab.yaml"))
    (new,) = {names[path].removesuffix(path.removeprefix("apps/new")) for path in names if path.startswith("apps/new")}
    (docs,) = {names[path].removesuffix(path.removeprefix("docs")) for path in names if path.startswith("docs")}
    assert journal.is_number(new)
    assert journal.is_number(docs)
    assert new != docs


@pytest.mark.parametrize("made", [{}, {"docs/mine.md": b"mine\n"}, {"docs/b.md": b"mine\n"}])
def test_what_somebody_makes_meanwhile_keeps_its_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch, made: dict[str, bytes]
) -> None:
    def make(folder: Path) -> None:
        (folder / "docs").mkdir()
        for path, content in made.items():
            (folder / path).write_bytes(content)

    at_the_switch(make, monkeypatch)
    apply(folder, AFTER)
    # A file in the place of a rendered one is what it is without folders: what was there when the run began counts.
    assert snapshot(folder) == {**made, **AFTER}
    assert not (folder / FOLDER).exists()


def test_a_file_that_somebody_puts_where_a_folder_goes_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(folder: Path) -> None:
        (folder / "docs").write_bytes(b"mine\n")

    with monkeypatch.context() as patch:
        at_the_switch(make, patch)
        with pytest.raises(OutputError, match=rf"^can't write {folder}/docs/a\.md: .* it goes on from here"):
            apply(folder, AFTER)
    assert (folder / "docs").read_bytes() == b"mine\n"
    (folder / "docs").unlink()
    assert disk.finish(folder) == Finished(written=WRITTEN, deleted=("gone/three",))
    assert snapshot(folder) == AFTER


def test_what_waits_and_is_damaged_is_not_put_in_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = interrupt(folder, monkeypatch)
    (folder / FOLDER / names["docs/a.md"]).write_bytes(b"half")
    written = tuple(path for path in WRITTEN if path != "docs/a.md")
    assert disk.finish(folder) == Finished(written=written, deleted=("gone/three",), kept=("docs/a.md",))
    assert snapshot(folder) == {path: content for path, content in AFTER.items() if path != "docs/a.md"}
    assert not (folder / FOLDER).exists()


def test_what_can_t_be_staged_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full_at(b"b\n", monkeypatch)
    with pytest.raises(OutputError, match=rf"^can't write {folder}/docs/b\.md: No space left on device; run it again"):
        apply(folder, AFTER)
    assert snapshot(folder) == BEFORE
    assert not (folder / FOLDER).exists()


def test_few_files_go_one_by_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "_MANY", 64)
    assert all(map(journal.is_number, interrupt(folder, monkeypatch).values()))


# -- kills

KILLER = """
import os, signal, sys
from pathlib import Path
from efdgen.output import disk, filesystem, staging
from efdgen.output.compare import compare
from efdgen.output.journal import FOLDER
sys.path.insert(0, sys.argv[2])
from output.test_newfolders import AFTER, BEFORE, apply

STEPS = {"open", "write", "replace", "rename", "unlink", "mkdir", "rmdir"}
filesystem.sync = lambda folder: None
os.fsync = lambda descriptor: None

def dies(task, number):
    # Kill a copy of this process when it has taken so many steps that change the disk; say whether it took so many.
    child = os.fork()
    if not child:
        taken = 0
        def step(frame, event, function):
            nonlocal taken
            if event == "c_return" and function.__name__ in STEPS:
                taken += 1
                if taken == number:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.setprofile(step)
        task()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), status
    return status != 0

def look(folder):
    found = disk.read(folder)
    assert all(content in (BEFORE.get(path), AFTER.get(path)) for path, content in found.items()), found
    return found

number = kills = both = 0
while True:
    number += 1
    folder = Path(sys.argv[1], str(number))
    staging._MANY = 64
    apply(folder, BEFORE)
    staging._MANY = 1
    if not dies(lambda: apply(folder, AFTER), number):
        break
    kills += 1
    look(folder)
    for again in (3, 8) if disk.is_interrupted(folder) else ():
        # Who finishes can be killed, too.
        both += dies(lambda: disk.finish(folder), again)
        look(folder)
    finished = disk.finish(folder)
    found = look(folder)
    assert found in (BEFORE, AFTER), found
    assert not (folder / FOLDER).exists()
print(kills, both)
"""


def test_a_kill_at_any_step_leaves_all_or_nothing(tmp_path: Path) -> None:
    done = warm.python("-c", KILLER, str(tmp_path), str(Path(__file__).parents[1]), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    kills, both = map(int, done.stdout.split())
    assert kills > 30, "each step was one"
    assert both > 10
