from __future__ import annotations

import os
from pathlib import Path

import pytest

from efdgen.errors import OutputError
from efdgen.output import disk, seen
from efdgen.output.compare import compare
from efdgen.output.tree import FileTree

BIG = b"0123456789abcdef" * 10_000
"""More than is read at once."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, content in (("a", b"a"), ("b/c", b""), ("b/big", BIG), ("d", b"d")):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


def known(**contents: bytes) -> dict[str, bytes]:
    return {path.replace("_", "/"): seen.digest(content) for path, content in contents.items()}


def test_what_is_known_is_read_again_when_somebody_asks(folder: Path) -> None:
    found = disk.look(folder, known(a=b"a", b_big=BIG, b_c=b"", d=b"other", gone=b""))
    assert dict(found) == disk.read(folder)
    assert (len(found), "a" in found, "d" in found, "gone" in found) == (4, True, True, False)
    for path, content in (("a", b"a"), ("b/big", BIG), ("b/c", b""), ("d", b"d")):
        assert found.is_as(path, seen.digest(content))
        assert found.get(path) == content
        assert found.differing({path: content}) == []
        assert found.digest_of(path) == seen.digest(content)
        assert not found.is_as(path, seen.digest(b"x"))
        assert found.differing({path: b"x"}) == [path]
    assert not found.is_as("gone", seen.digest(b""))
    assert found.differing({"gone": b"", "b/c": b"", "d": None}) == ["gone"]
    assert (found.get("gone"), found.get("gone", b"x")) == (None, b"x")
    # What was held needs no disk; what was known does.
    for path in ("a", "d"):
        (folder / path).write_bytes(b"changed")
    assert found["d"] == b"d"
    with pytest.raises(OutputError, match="a changed while it was looked at; run this again"):
        found["a"]
    (folder / "a").unlink()
    with pytest.raises(OutputError, match=r"can't read .*/a: No such file"):
        found["a"]


def test_what_is_as_somebody_has_it_is_held_once(folder: Path) -> None:
    alike = {"a": b"other", "b/big": BIG, "gone": b""}
    found = disk.read(folder, alike)
    assert found == disk.read(folder)
    assert found["b/big"] is alike["b/big"]


@pytest.mark.parametrize("content", [b"", b"x", BIG, BIG[:-1] + b"x", BIG + b"x", BIG[: 1 << 16]])
def test_a_file_of_any_size_is_told_from_another(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    for other in (b"", b"x", BIG, BIG[: 1 << 16]):
        found = disk.look(tmp_path, known(a=other))
        assert found.is_as("a", seen.digest(other)) == (content == other)
        assert found["a"] == content


def test_systems_that_can_t_read_into_a_buffer_find_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "readv")
    assert dict(disk.look(folder, known(a=b"a", b_big=BIG, d=b"x"))) == disk.read(folder)


def test_a_tree_differs_from_what_was_seen_as_from_what_was_read(folder: Path) -> None:
    digests = known(a=b"a", b_big=BIG, d=b"d")
    found = disk.look(folder, digests)
    tree = FileTree({"new": b"", "b/c": b"1"}, there=found)
    tree.add_seen({"a": None, "b/big": None})
    expected = compare(disk.read(folder), FileTree({"new": b"", "b/c": b"1", "a": b"a", "b/big": BIG}))
    assert dict(tree) == {"a": b"a", "b/big": BIG, "b/c": b"1", "new": b""}
    assert tree.get("a") == b"a"
    read = disk.read(folder)
    for look in (found, disk.look(folder, digests), disk.look(folder, tree.digests()), read, seen.of(read)):
        assert compare(look, tree) == expected
    (folder / "a").write_bytes(b"changed")
    assert "a" in tree.differing(disk.look(folder, digests))


def test_files_that_were_seen_claim_their_paths(folder: Path) -> None:
    for first in ("a", "A"):
        tree = FileTree({first: b""}, there=disk.look(folder, {}))
        with pytest.raises(OutputError, match="two files claim the path a"):
            tree.add_seen({"a": None})
    with pytest.raises(OutputError, match="two files claim the path"):
        FileTree(there=disk.look(folder, {})).add_seen({"a": None, "A": None})


def test_files_are_as_they_were_if_all_of_them_are(folder: Path) -> None:
    were: list[tuple[str, bytes | None]] = [("a", b"a"), ("b/big", BIG), ("gone", None), ("d/below", None)]
    assert disk.are_as(folder, were[:3])
    assert disk.are_as(folder, [])
    assert not disk.are_as(folder, were)  # a file is in its way
    assert not disk.are_as(folder, [("a", b"b")])
    assert not disk.are_as(folder, [("a", None)])
    assert not disk.are_as(folder, [("gone", b"")])
    assert not disk.are_as(folder, [("b", b"")])
    (folder / "link").symlink_to("a")
    assert not disk.are_as(folder, [("link", b"a")])
