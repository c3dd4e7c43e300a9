"""yamlio.load: what others wrote means what it means to Helm."""

from __future__ import annotations

import contextlib
from typing import Any

import helm_python
import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.language import yamlio
from efdgen.language.yamlio import lenient
from support import TRICKY_WORDS, data, differences, few, go, many
from support.foreach import for_each


def refusal(text: str) -> str:
    with pytest.raises(yamlio.YamlError) as caught:
        yamlio.load(text)
    return str(caught.value)


def is_as_in_helm(text: str) -> None:
    """Assert that a text means what it means to Helm, or that both refuse it."""
    try:
        expected = go(text)
    except helm_python.HelmError:
        with pytest.raises(yamlio.YamlError):
            yamlio.load(text)
    else:
        assert not differences(yamlio.load(text) or {}, expected, as_float64=True), text


SCALARS = [
    *("y", "Y", "n", "N", "yes", "Yes", "yES", "no", "on", "On", "off", "OFF", "true", "tRuE", "False", "~", "nil"),
    *("012", "08", "0o12", "0O12", "0o8", "0x1F", "0X1f", "-0x1f", "0x", "0b11", "-0b11", "0B11", "0b12", "-0o7"),
    *("1_000", "_1", "1_", "0_1", "1_0.5", "0x_1", "1__0", "1.", ".5", "-.5", ".", "._1", ".5_0", ".1.2", ".e3"),
    *("1e3", "1E3", "1.5e", "1e999", ".5e3", "0x1p3", "Infinity", ".inf", "+.inf", "-.Inf", ".nan", "+", "--", "="),
    *("22:22", "190:20:30", "2022-01-01", "2001-12-14T21:59:43Z", "+7", "-0", "18446744073709551615"),
    *("18446744073709551616", "-9223372036854775809", "9" * 400, "1" * 5000, "-" + "0" * 30, "é", "-.5_0"),
]


@for_each("word", SCALARS)
def test_a_plain_scalar_means_what_it_means_to_helm(word: str) -> None:
    is_as_in_helm(f"key: {word}\nlist:\n- {word}\n")
    is_as_in_helm(f"key: '{word}'\n")


@many
@given(st.text("01289+-.xXoObBeEaf_ynNtp:T", min_size=1, max_size=7))
def test_any_scalar_means_what_it_means_to_helm(word: str) -> None:
    is_as_in_helm(f"key: {word}")


@many
@given(data)
def test_what_efdgen_writes_is_read_as_it_was(value: Any) -> None:
    assert not differences(yamlio.load(yamlio.dump({"key": value})), {"key": value})


@few
@given(st.lists(st.sampled_from([*TRICKY_WORDS, "a:", "\n", " ", "- ", "&a ", "*a", "<<: ", "{", "}"]), max_size=6))
def test_no_text_breaks_it(parts: list[str]) -> None:
    with contextlib.suppress(yamlio.YamlError):
        assert isinstance(yamlio.load_all("".join(parts)), list)


@for_each(
    "text",
    [
        "1: a\n1.5: b\n012: c\nyes: d\n1e3: e\n2022-01-01: f",
        "a: 1\nb: 2\na: 3",
        "b: &x {k: 1, z: 2}\nc:\n  k: 0\n  <<: *x\n  z: 9",
        "a: &a {k: 1}\nb: &b {k: 2, l: 3}\nc: {<<: [*a, *b]}",
        "c: {'<<': 1}",
        "a: {<<: 3}",
        'a: !!str 12\nb: !!int "3"\nc: !foo 12\nd: !!binary aGk=\ne: !!float 1\nf: ! 12\ng: !!bool yes',
        "a: !foo {x: 1}\nb: !foo [1]\nc: !!set {x, y}\nd: !!timestamp 2022-01-01\ne: !!null",
        "a: !!int x",
        "a: !!null x",
        "a: !!binary '*'",
        "null: 1",
        "? [1]\n: 2",
        "? {a: b}\n: 2",
        "\ufeffa: 1",
        "a: &x 1\nb: *x\n*x : 3",
        "a: *nowhere",
        "a: [1",
        "a: b: c",
        "\ta: 1",
        "a: 1\n---\nb: 2",
        "",
        "# nothing\n",
        "a: |\n  text\n  more\nb: >-\n  folded\n  text\n",
    ],
)
def test_a_document_means_what_it_means_to_helm(text: str) -> None:
    is_as_in_helm(text)


def test_the_first_document_is_loaded_or_all_of_them() -> None:
    text = "a: 1\n---\n- 2\n---\n---\ntext\n"
    assert yamlio.load(text) == {"a": 1}
    assert yamlio.load_all(text) == [{"a": 1}, [2], None, "text"]
    assert yamlio.load_all("") == []
    assert yamlio.load("") is None


@for_each(
    ("text", "message"),
    [
        ("a: 1\nb: [1", "line 3: did not find expected ',' or ']' while parsing a flow sequence"),
        ("a: 1\nb: *x", "line 2: the anchor 'x' is not defined above"),
        ("a: 1\n<<: 2", "line 2: << takes a mapping, or a list of mappings"),
        ("a: 1\n? [1]\n: 2", "line 2: a key must be text, not a list or a mapping"),
        ("a: 1\n~: 2", "line 2: a key must be text, not null"),
        ("a: .inf", "line 1: .inf is not a number to JSON, which Helm turns YAML into"),
        ("a: !!int x", "line 1: 'x' has the tag !!int, and is none"),
        ("a: \x07", "it holds a character that YAML does not allow"),
        ("a: \ud800", "it holds a character that YAML does not allow"),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_line(text: str, message: str) -> None:
    assert refusal(text) == message


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- "])
def test_no_nesting_exhausts_the_stack(bracket: str) -> None:
    assert "nested more than 200 levels deep" in refusal(bracket * 100_000)


def test_aliases_can_t_multiply_a_text_without_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert refusal("\n".join(lines)) == f"line 6: aliases add more than {lenient.MAX_ALIASED:,} values"


@pytest.mark.parametrize(
    "text",
    [
        "{9000: a, '9000': b}",
        "{'true': a, true: b}",
        "{<<: {'9000': b}, 9000: a}",
        "{<<: [{'9000': b}, {9000: a}]}",
        "x: &x {1.5: a}\ny: {'1.5': b, <<: *x}",
    ],
)
def test_a_key_of_which_helm_takes_one_by_chance_is_refused(text: str) -> None:
    assert "by chance" in refusal(text)


@pytest.mark.parametrize(
    "text", ["{9000: a, 9001: b, '9002': c}", "{<<: {9000: b}, 9000: a}", "[{true: a}, {'true': b}]"]
)
def test_keys_of_one_kind_stay_as_they_are(text: str) -> None:
    is_as_in_helm(f"a: {text}")


def test_what_is_wrong_has_its_place() -> None:
    with pytest.raises(yamlio.YamlError) as caught:
        yamlio.load("a: 1\nb: &b [*b]\n")
    error = caught.value
    assert (error.what, error.line, error.column) == ("the anchor 'b' stands inside itself", 2, 8)
