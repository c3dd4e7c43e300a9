from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.errors import OutputError
from efdgen.output.tree import FileTree
from support import many, words
from support.foreach import for_each

paths = st.lists(words, min_size=1, max_size=3).map("/".join)


@many
@given(st.dictionaries(paths, st.binary(max_size=5), max_size=8))
def test_it_holds_what_was_added_in_the_order_of_the_paths(files: dict[str, bytes]) -> None:
    tree = FileTree(files)
    assert dict(tree) == files
    assert list(tree) == sorted(files)
    assert len(tree) == len(files)
    assert all(path in tree for path in files)


@many
@given(st.dictionaries(paths, st.binary(max_size=5), min_size=2, max_size=6))
def test_the_order_of_adding_does_not_matter(files: dict[str, bytes]) -> None:
    assert list(FileTree(files).items()) == list(FileTree(dict(reversed(files.items()))).items())


@for_each(
    "path",
    [
        "",
        "/",
        "/etc/passwd",
        "a/",
        "a//b",
        ".",
        "..",
        "../a",
        "a/../b",
        "a/..",
        "./a",
        "a/./b",
        "a\\b",
        "..\\a",
        "a\0b",
    ],
    ids=repr,
)
def test_a_path_that_is_not_below_the_folder_is_refused(path: str) -> None:
    tree = FileTree()
    with pytest.raises(OutputError, match="is not a path below"):
        tree.add(path, b"")
    assert not tree


@many
@given(st.lists(st.sampled_from(["a", "A", "a/b", "a/B", "b", "é", "É", "", "a/..", "a//b", "a\\b", "c\0", "c", "d"])))
def test_files_that_are_added_together_are_added_as_one_by_one(names: list[str]) -> None:
    files = [(path, b"%d" % number) for number, path in enumerate(names)]
    together, alone = FileTree({"d/e": b""}), FileTree({"d/e": b""})
    errors = []
    for tree, parts in ((together, [files]), (alone, [[file] for file in files])):
        try:
            for part in parts:
                tree.add_all(part)
            errors.append("")
        except OutputError as error:
            errors.append(str(error))
    assert errors[0] == errors[1]
    assert dict(together) == dict(alone)


@pytest.mark.parametrize("path", ["...", "..a", "a..b", ".a", "a/.b", "a b", "é"])
def test_dots_inside_names_are_no_harm(path: str) -> None:
    assert dict(FileTree({path: b"x"})) == {path: b"x"}


@pytest.mark.parametrize("second", ["a/File", "a/file", "A/file", "a/FILE"])
def test_two_files_with_one_path_are_refused_whatever_the_case(second: str) -> None:
    tree = FileTree({"a/File": b"first"})
    with pytest.raises(OutputError, match="two files claim") as caught:
        tree.add(second, b"second")
    assert second in str(caught.value)
    assert "a/File" in str(caught.value)
    assert dict(tree) == {"a/File": b"first"}


def test_what_is_not_there_is_missing() -> None:
    with pytest.raises(KeyError):
        FileTree({"a": b""})["b"]
    assert "b" not in FileTree({"a": b""})
