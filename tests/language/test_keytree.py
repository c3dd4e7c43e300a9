from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from efdgen.errors import InvalidInputError
from efdgen.language import yamlio
from efdgen.language.yamlio.keytree import key_tree
from support import many
from support.foreach import for_each

_KEYS = st.sampled_from(["a", "b", "storage-class", "no_x", "Y", "on", "null", "e5", "nan", "x1", "True"])
_TREES = st.recursive(st.just({}), lambda below: st.dictionaries(_KEYS, below, max_size=3), max_leaves=12)
_LINES = st.sampled_from(
    ["a:\n", "a: {}\n", "b: {}\n", "  a: {}\n", "  b:\n", "    a: {}\n", "   a: {}\n", "# a\n", "\n", "a: 1\n", "- a\n"]
)


def _parsed(text: str) -> Any:
    try:
        return yamlio.parse(text, "keys.yaml").data
    except InvalidInputError:
        return None


def _text(tree: Any, indent: str = "") -> str:
    lines = []
    for key, below in tree.items():
        lines.append(f"{indent}{key}:\n{_text(below, f'{indent}  ')}" if below else f"{indent}{key}: {{}}\n")
    return "".join(lines)


@many
@given(_TREES)
def test_a_tree_of_keys_is_what_yaml_makes_of_it(tree: Any) -> None:
    text = f"# keys\n{_text(tree)}"
    found = key_tree(text)
    if found is None:
        assert not tree or _parsed(text) is None
    else:
        assert found == (_parsed(text), "# keys\n")


@many
@given(st.lists(_LINES, max_size=7).map("".join))
def test_of_any_text_the_tree_is_yamls_or_there_is_none(text: str) -> None:
    found = key_tree(text)
    if found is not None:
        assert found[0] == _parsed(text)


@for_each("text", ["", "a", "a:\n", "a:\n  b:\n", "a: {}\na: {}\n", "a: {} # b\n", "é: {}\n", "a: {}"])
def test_what_is_in_another_form_is_none(text: str) -> None:
    assert key_tree(text) is None
