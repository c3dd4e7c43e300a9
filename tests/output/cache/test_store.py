from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from efdgen.output.cache.store import Store
from support import needs

DATA = (True, None, 1, 2.5, "text", b"bytes", {"a": [1, 2]}, frozenset({"x"}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "kind"


def test_what_is_kept_is_read_again(folder: Path) -> None:
    store = Store(folder)
    assert store.read("a1") is None
    store.write("a1", DATA)
    assert Store(folder).read("a1") == DATA
    assert store.read("a2") is None


def test_only_its_owner_can_read_what_is_kept(folder: Path) -> None:
    before = os.umask(0)
    try:
        Store(folder).write("a1", DATA)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "a1").stat().st_mode) == 0o600


@pytest.mark.parametrize("at", [0, 5, 20, 60, -1])
def test_a_damaged_file_is_none(folder: Path, at: int) -> None:
    store = Store(folder)
    store.write("a1", DATA)
    content = bytearray((folder / "a1").read_bytes())
    content[at] ^= 1
    (folder / "a1").write_bytes(content)
    assert store.read("a1") is None
    store.write("a1", DATA)
    assert store.read("a1") == DATA


@pytest.mark.parametrize("length", [0, 5, 20, 60])
def test_a_cut_file_is_none(folder: Path, length: int) -> None:
    store = Store(folder)
    store.write("a1", DATA)
    (folder / "a1").write_bytes((folder / "a1").read_bytes()[:length])
    assert store.read("a1") is None


def test_a_file_under_another_key_is_none(folder: Path) -> None:
    store = Store(folder)
    store.write("a1", DATA)
    (folder / "a1").rename(folder / "b2")
    assert store.read("b2") is None


def test_parts_are_read_when_somebody_asks_and_written_again_as_they_are(folder: Path) -> None:
    store = Store(folder)
    store.write("a1", "first", DATA, [1])
    parts = store.open("a1")
    assert parts is not None
    assert (parts.first, parts.other(1), parts.other(2), parts.other(3)) == ("first", DATA, [1], None)
    store.write("b2", "second", parts.as_kept(1), parts.as_kept(2))
    again = store.open("b2")
    assert again is not None
    assert (again.first, again.other(1), again.other(2)) == ("second", DATA, [1])


def test_a_part_of_a_file_that_was_written_anew_since_is_none(folder: Path) -> None:
    store = Store(folder)
    store.write("a1", "first", "other")
    parts = store.open("a1")
    assert parts is not None
    store.write("a1", "first", "another")
    assert (parts.other(1), parts.as_kept(1)) == (None, None)
    (folder / "a1").unlink()
    assert parts.other(1) is None


def test_a_damaged_part_is_none_and_stays_so_where_it_is_written_again(folder: Path) -> None:
    store = Store(folder)
    store.write("a1", "first", DATA)
    content = bytearray((folder / "a1").read_bytes())
    content[-1] ^= 1
    (folder / "a1").write_bytes(content)
    parts = store.open("a1")
    assert parts is not None
    assert (parts.first, parts.other(1)) == ("first", None)
    store.write("b2", "second", parts.as_kept(1))
    again = store.open("b2")
    assert again is not None
    assert again.other(1) is None


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_what_others_can_write_is_not_read(folder: Path, mode: int) -> None:
    store = Store(folder)
    store.write("a1", DATA)
    (folder / "a1").chmod(mode)
    assert store.read("a1") is None


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_a_folder_that_others_can_write_to_is_not_used(folder: Path, mode: int) -> None:
    store = Store(folder)
    store.write("a1", DATA)
    folder.chmod(mode)
    assert store.read("a1") is None
    store.write("b2", DATA)
    assert not (folder / "b2").exists()


def test_the_file_of_another_user_is_not_read(folder: Path) -> None:
    needs.ROOT_USER.require()
    store = Store(folder)
    store.write("a1", DATA)
    os.chown(folder / "a1", 12345, 12345)
    assert store.read("a1") is None


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    store = Store(folder)
    store.write("a1", DATA)
    (folder / "a1").rename(tmp_path / "elsewhere")
    (folder / "a1").symlink_to(tmp_path / "elsewhere")
    assert store.read("a1") is None


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_place_that_can_t_be_used_is_no_error(folder: Path, what: str) -> None:
    folder.parent.mkdir(parents=True)
    if what == "file":
        folder.write_text("somebody's")
    else:
        (folder / "a1").mkdir(parents=True)
    store = Store(folder)
    store.write("a1", DATA)
    assert store.read("a1") is None


def test_a_full_disk_leaves_what_was_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(folder)
    store.write("a1", "first")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    store.write("a1", "second")
    assert store.read("a1") == "first"
    assert [path.name for path in folder.iterdir()] == ["a1"]


def test_what_is_no_plain_data_is_not_kept(folder: Path) -> None:
    store = Store(folder)
    store.write("a1", [Path("x")])
    assert store.read("a1") is None


def test_the_oldest_makes_room(folder: Path) -> None:
    store = Store(folder, most=3000)
    for number, key in enumerate("abcd"):
        store.write(key, b"x" * 1000)
        os.utime(folder / key, (number, number))
    store.write("e", b"x" * 1000)
    assert [key for key in "abcde" if store.read(key) is not None] == ["d", "e"]


def test_what_was_just_read_is_not_the_oldest(folder: Path) -> None:
    store = Store(folder, most=3000)
    for number, key in enumerate("ab"):
        store.write(key, b"x" * 1000)
        os.utime(folder / key, (number, number))
    assert store.read("a") is not None
    store.write("c", b"x" * 1000)
    assert [key for key in "abc" if store.read(key) is not None] == ["a", "c"]


def test_what_needs_too_much_room_is_not_kept(folder: Path) -> None:
    store = Store(folder, most=3000)
    store.write("a1", b"x" * 2000)
    assert store.read("a1") is None


def test_what_an_interrupted_run_left_is_deleted_when_it_is_old(folder: Path) -> None:
    store = Store(folder)
    store.write("a1", DATA)
    for name, when in ((".old", 0), (".new", None)):
        (folder / name).touch()
        if when is not None:
            os.utime(folder / name, (when, when))
    store.write("b2", DATA)
    assert sorted(path.name for path in folder.iterdir()) == [".new", "a1", "b2"]


def test_a_run_of_less_importance_changes_nothing(folder: Path) -> None:
    store = Store(folder)
    store.write("a1", "first")
    other = store.adding()
    other.write("a1", "second")
    other.write("b2", "new")
    assert (store.read("a1"), store.read("b2")) == ("first", "new")


def test_several_runs_at_once_see_whole_data(folder: Path) -> None:
    wrong = []

    def use(number: int) -> None:
        store = Store(folder)
        for _ in range(20):
            store.write("a1", (number,) * 2000)
            read = store.read("a1")
            wrong.extend([] if read is None or len(set(read)) == 1 else [read])

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert [path.name for path in folder.iterdir()] == ["a1"]


def test_very_many_files_are_counted_now_and_then_and_are_never_too_many(folder: Path) -> None:
    store = Store(folder, files=640)
    for number in range(700):
        store.write(f"k{number}", number)
    assert 600 < len(list(folder.iterdir())) <= 640
    assert store.read("k699") == 699
    small = Store(folder, 64_000, files=640)
    for number in range(100):
        small.write(f"s{number}", b"x" * 1000)
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 64_000
    assert small.read("s99") == b"x" * 1000
