from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from efdgen.output.compare import FileChange, Kind, compare
from support import many

trees = st.dictionaries(st.sampled_from("abcdef"), st.binary(max_size=1), max_size=6)


def test_each_kind_of_change_is_told() -> None:
    before = {"same": b"1", "changed": b"1", "removed": b"1", "emptied": b"1"}
    after = {"same": b"1", "changed": b"2", "added": b"1", "emptied": b""}
    changes = compare(before, after)
    assert changes == [
        FileChange("added", None, b"1"),
        FileChange("changed", b"1", b"2"),
        FileChange("emptied", b"1", b""),
        FileChange("removed", b"1", None),
    ]
    assert [change.kind for change in changes] == [Kind.ADDED, Kind.CHANGED, Kind.CHANGED, Kind.REMOVED]


@many
@given(trees, trees)
def test_the_changes_turn_one_tree_into_the_other(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    tree = dict(before)
    for change in compare(before, after):
        assert tree.get(change.path) == change.before
        if change.after is None:
            del tree[change.path]
        else:
            tree[change.path] = change.after
    assert tree == after


@many
@given(trees, trees)
def test_they_are_sorted_and_each_changes_something(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    changes = compare(before, after)
    paths = [change.path for change in changes]
    assert paths == sorted(set(paths))
    assert all(change.before != change.after for change in changes)


@many
@given(trees)
def test_nothing_changes_between_equal_trees(tree: dict[str, bytes]) -> None:
    assert compare(tree, dict(tree)) == []


@many
@given(trees, trees)
def test_the_way_back_has_the_opposite_changes(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    back = compare(after, before)
    assert [(change.path, change.after, change.before) for change in back] == list(map(tuple, compare(before, after)))
