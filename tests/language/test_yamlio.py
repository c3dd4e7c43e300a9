from __future__ import annotations

from collections.abc import Callable
from typing import Any

import helm_python
import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from efdgen.errors import InvalidInputError, Location
from efdgen.language import visible, yamlio
from efdgen.language.layers import at
from support import TRICKY_WORDS, data, differences, document, few, go, many, problems_of, pyyaml, ruamel, texts
from support.foreach import for_each


def parse(text: str) -> Any:
    return yamlio.parse(text, "f").data


def refusal(text: str) -> tuple[str, int, int]:
    """Return the code and the place of the only problem of a text."""
    (problem,) = problems_of(yamlio.parse, text, "f")
    return problem.code, problem.location.line, problem.location.column


# -- parse: what plain scalars mean


@for_each(
    ("written", "meant"),
    [
        *((word, None) for word in ("~", "null", "Null", "NULL")),
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, False) for word in ("false", "False", "FALSE")),
        *((word, int(word)) for word in ("0", "7", "-7", "+7", "-0", "9223372036854775807")),
        *((word, float(word)) for word in ("1.5", "-0.25", "+3.0", "1.0e+20", "2.5E-3", "-1.0e-7")),
        *((word, float(word)) for word in (".5", ".0", ".5e+3", ".25E-1", "5.", "-5.", "+0.", "5.e+3")),
        *((word, word) for word in ("2022-01-01", "2022-01-01T00:00:00Z", "22:22", "190:20:30", "1.2.3")),
        *((word, word) for word in ("a", "a b", "yesterday", "nil", "10Gi", "500m", "v1", "-a", "--", "a:b")),
        *((word, word) for word in ("tRue", "nUll", "1.9.4-nightly", "0xg", "+", ".", "a#b", "_1", "é")),
    ],
    ids=repr,
)
def test_a_plain_scalar_has_the_type_that_all_parsers_give_it(written: str, meant: Any) -> None:
    value = parse(f"key: {written}")["key"]
    assert (type(value), value) == (type(meant), meant)


AMBIGUOUS = [
    *("yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "y", "Y", "n", "N"),
    *("012", "007", "08", "-012", "0o12", "+0o12", "0x1F", "-0x1f", "0b11", "1_000", "+1_0", "0_1", "1_0.5"),
    *("1e3", "1E3", "1e+3", "-1e-3", "1.5e3", "12e4567", ".5e3", "-.5", "+.5", "-.5e+2", "1.e3"),
    *(".inf", ".Inf", "-.inf", "+.INF", ".nan", ".NaN"),
]


@for_each("word", AMBIGUOUS)
def test_what_parsers_read_differently_is_refused_as_a_value(word: str) -> None:
    (problem,) = problems_of(yamlio.parse, f"a: x\nb:\n- {word}", "f")
    assert (problem.code, problem.location) == ("E109", Location("f", 3, 3))
    assert problem.path == ("b", 0)
    assert f'"{word}"' in problem.hint


def test_what_parsers_read_differently_is_refused_as_a_key() -> None:
    for word in AMBIGUOUS:
        assert refusal(f"a: x\n{word}: 1") == ("E109", 2, 1), word


@pytest.mark.parametrize("quote", ["'", '"'])
def test_what_is_in_quotes_is_text(quote: str) -> None:
    for word in AMBIGUOUS:
        assert parse(f"{quote}{word}{quote}: {quote}{word}{quote}") == {word: word}


@for_each("word", ["0X1F", "0B11", "0O17", "1._", "1.5_", "0._1", "+_1", "-_0"])
def test_what_go_reads_as_a_number_and_others_do_not_is_refused(word: str) -> None:
    assert refusal(f"key: {word}") == ("E109", 1, 6)


@pytest.mark.parametrize("word", [".internal", ".nightly", ".india"])
def test_a_dot_and_letters_are_text(word: str) -> None:
    assert parse(f"key: {word}") == {"key": word} == pyyaml(f"key: {word}")


@many
@given(st.text("01289+-.xXoObBeEaf", min_size=1, max_size=7))
def test_a_number_that_is_accepted_is_the_same_to_every_parser(word: str) -> None:
    text = f"key: {word}"
    try:
        read = parse(text)
    except InvalidInputError:
        return
    assert not differences(read, go(text), as_float64=True)
    assert not differences(read, ruamel(text))
    assert not differences(read, pyyaml(text))


@pytest.mark.parametrize("word", ["1.0e+999", "-1.0e+400"])
def test_a_number_beyond_every_float_is_refused(word: str) -> None:
    (problem,) = problems_of(yamlio.parse, f"key: {word}", "f")
    assert (problem.location.line, problem.location.column) == (1, 6)


# -- parse: what is refused


def test_a_key_that_stands_twice_is_refused_with_both_lines() -> None:
    (problem,) = problems_of(yamlio.parse, "a:\n  b: 1\n  c: 2\n  b: 3\n", "f")
    assert (problem.code, problem.location) == ("E105", Location("f", 4, 3))
    assert "'b'" in problem.message
    assert "line 2" in problem.message


def test_a_key_that_stands_twice_with_and_without_quotes_is_refused() -> None:
    assert refusal("a: 1\n'a': 2") == ("E105", 2, 1)


@for_each(
    ("text", "hint"),
    [
        ("a: {x: 1}\na: {z: 2}", "put what is in both below one of them"),
        ("a:\n- x: {z: 1}\n  x: {z: 1, w: 2}", "put what is in both below one of them"),
        ("a: [1]\na: [2]", "put what is in both below one of them"),
        ("a: [1]\na: [2]\na: [1]", "put what is in both below one of them"),
        ("a: &a {x: 1}\nb: {c: *a, c: {x: 2}}", "put what is in both below one of them"),
        ("a: {x: 1}\na: {x: 1}", "keep one of them"),
        ("a: [1]\na: [1]", "keep one of them"),
        ("a: {x: 1}\na: [2]", "keep one of them"),
        ("a: {x: 1}\na: 2", "keep one of them"),
        ("a: 1\na: {x: 1}", "keep one of them"),
        ("a: 1\na: 2", "keep one of them"),
        ("b:\n  <<: {x: 1}\n  <<: {z: 1}", "keep one of them"),
    ],
)
def test_of_a_key_that_stands_twice_nothing_is_lost_by_the_advice(text: str, hint: str) -> None:
    problems = problems_of(yamlio.parse, text, "f")
    assert {(each.code, each.hint) for each in problems} == {("E105", hint)}


def test_a_key_may_stand_in_several_mappings() -> None:
    assert parse("a: {x: 1}\nb: {x: 2, a: 3}\nc:\n- x: 4\n- x: 5") == {
        "a": {"x": 1},
        "b": {"x": 2, "a": 3},
        "c": [{"x": 4}, {"x": 5}],
    }


@for_each(
    ("text", "expected"),
    [
        pytest.param("a: &a {x: 1}\nb:\n  x: 2\n  <<: *a", ("E107", 4, 3), id="merge key below what it has, too"),
        pytest.param("a: &a [{x: 1}]\nb:\n  <<: *a", ("E107", 3, 7), id="merge key with the alias of a list"),
        pytest.param("b:\n  <<: [{x: 1}, 2]", ("E107", 2, 3), id="merge key with a list of more than mappings"),
        pytest.param("b:\n  <<: a", ("E107", 2, 3), id="merge key with text"),
        pytest.param("b:\n  <<:", ("E107", 2, 3), id="merge key with nothing"),
        pytest.param("b:\n  <<: {x: 1}\n  <<: {z: 1}", ("E105", 3, 3), id="merge key twice"),
        pytest.param("b:\n  <<: {x: 1}\n  x: 2\n  x: 3", ("E105", 4, 3), id="key twice beside a merge key"),
        pytest.param("a: !!int '3'", ("E108", 1, 4), id="tag of another type"),
        pytest.param("a: !secret b", ("E108", 1, 4), id="own tag"),
        pytest.param("a: !!python/object:os.system []", ("E108", 1, 4), id="python tag"),
        pytest.param("a: !!set {b: null}", ("E108", 1, 4), id="set"),
        pytest.param("a: !!binary aGk=", ("E108", 1, 4), id="binary"),
        pytest.param("a: 1\n---\nb: 2", ("E104", 2, 1), id="second document"),
        pytest.param("a: 1\n...\n---\nb: 2", ("E104", 3, 1), id="second document after an end"),
        pytest.param("a: *b", ("E111", 1, 4), id="unknown anchor"),
        pytest.param("a: &a [1, *a]", ("E111", 1, 11), id="anchor inside itself"),
        pytest.param("a:\n\tb: 1", ("E103", 2, 1), id="tab as indentation"),
        pytest.param("a: [1, 2\n", ("E103", 1, 4), id="open bracket"),
        pytest.param("a: 'b", ("E103", 1, 4), id="open quote"),
        pytest.param("a: b\n c: d", ("E103", 2, 2), id="mapping inside text"),
        pytest.param("a: 1\nb\n", ("E103", 2, 1), id="key without a value"),
        pytest.param("+1: a", ("E106", 1, 1), id="integer key with a sign"),
        pytest.param("-0: a", ("E106", 1, 1), id="minus zero as key"),
        pytest.param("9223372036854775808: a", ("E106", 1, 1), id="integer key that Helm refuses"),
        pytest.param("1: a\n'1': b", ("E105", 2, 1), id="integer key beside its text"),
        pytest.param("a: 18446744073709551616", ("E109", 1, 4), id="integer that Go reads as a fraction"),
        pytest.param("a: -9223372036854775809", ("E109", 1, 4), id="negative integer that Go reads as a fraction"),
        pytest.param("a:\n  1.5: b", ("E106", 2, 3), id="fraction as key"),
        pytest.param("true: a", ("E106", 1, 1), id="boolean key"),
        pytest.param("null: a", ("E106", 1, 1), id="null key"),
        pytest.param("~: a", ("E106", 1, 1), id="tilde key"),
        pytest.param("? [a]\n: b", ("E106", 1, 3), id="list as key"),
        pytest.param("{a: b}: c", ("E106", 1, 1), id="mapping as key"),
        pytest.param("a: &x z\n*x : b", ("E106", 2, 1), id="alias as key"),
        pytest.param("a: 'x'#c", ("E103", 1, 7), id="comment right behind quotes"),
        pytest.param("a: [x]#c", ("E103", 1, 7), id="comment right behind brackets"),
        pytest.param("a: &x 'b' # c\nd: >-2#c\n   x", ("E103", 2, 7), id="comment right behind a block's sign"),
        pytest.param("a: {<<: {'9000': b}, 9000: c}", ("E107", 1, 22), id="number over merged text"),
        pytest.param("a: {<<: {9000: b}, '9000': c}", ("E107", 1, 20), id="text over a merged number"),
        pytest.param("a: {<<: [{9000: b}, {'9000': c}]}", ("E107", 1, 5), id="merged number and merged text"),
        pytest.param("a: \x01", ("E102", 1, 4), id="control character"),
        pytest.param("a: b\nc: \x00", ("E102", 2, 4), id="NUL"),
    ],
)
def test_what_is_refused_is_located(text: str, expected: tuple[str, int, int]) -> None:
    assert refusal(text) == expected


def test_a_control_character_after_other_alphabets_is_located() -> None:
    assert refusal("µ: é\nb: \x01") == ("E102", 2, 4)


@pytest.mark.parametrize("mark", ["@", "`", "%"])
def test_tabs_are_blamed_for_tabs_only(mark: str) -> None:
    (problem,) = problems_of(yamlio.parse, f"a: {mark}x", "f")
    assert problem.code == "E103"
    assert "tab" not in problem.hint


def test_a_tab_as_indentation_is_explained() -> None:
    (problem,) = problems_of(yamlio.parse, "a:\n\tb: 1", "f")
    assert "tab" in problem.hint


def test_every_problem_is_found_not_only_the_first() -> None:
    found = problems_of(yamlio.parse, "a: yes\nb: 012\na: !x 1\n3.5: 4\n", "f")
    assert [(p.location.line, p.code) for p in found] == [
        (1, "E109"),
        (2, "E109"),
        (3, "E105"),
        (3, "E108"),
        (4, "E106"),
    ]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a: !!str 12", {"a": "12"}),
        ("a: !!str yes", {"a": "yes"}),
        ("a: !!map {b: 1}", {"a": {"b": 1}}),
        ("a: !!seq [1]", {"a": [1]}),
    ],
)
def test_a_tag_that_says_what_is_there_is_accepted(text: str, meant: Any) -> None:
    assert parse(text) == meant == ruamel(text)


@for_each(
    ("text", "place"),
    [
        ("a: !!str\n", (1, 4)),
        ("a: &b !!str\nc: 1\n", (1, 4)),
        ("a: [!!str , b]\n", (1, 5)),
        ("- b\n- !!str # c\n", (2, 3)),
    ],
)
def test_a_tag_of_text_with_nothing_behind_it_is_nothing(text: str, place: tuple[int, int]) -> None:
    (problem,) = problems_of(yamlio.parse, text, "f")
    assert (problem.code, problem.location, problem.hint) == (
        "E112",
        Location("f", *place),
        'write "" for text with nothing in it',
    )
    assert parse(text.replace("!!str", '!!str ""')) == parse(text.replace("!!str", '""'))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_merge_conflict_is_told_where_it_begins(end: str) -> None:
    lines = ["# one", "a: 1", "<<<<<<< HEAD", "b: 1", "=======", "b: 2", ">>>>>>> other", ""]
    (problem,) = problems_of(yamlio.parse, end.join(lines), "f.yaml")
    assert (problem.message, problem.location) == ("Git left a merge conflict here", Location("f.yaml", 3, 1))


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "null\n", "---\n...\n"])
def test_an_empty_document_is_null(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("text", ["---\na: 1\n", "a: 1\n...\n", "%YAML 1.2\n---\na: 1\n", "\n# b\n---\na: 1 # c\n"])
def test_one_document_may_have_markers(text: str) -> None:
    assert parse(text) == {"a": 1}


def test_an_alias_repeats_a_value() -> None:
    assert parse("a: &x {b: [1, 2]}\nc: *x\nd: [*x, *x]") == {
        "a": {"b": [1, 2]},
        "c": {"b": [1, 2]},
        "d": [{"b": [1, 2]}, {"b": [1, 2]}],
    }


@pytest.mark.parametrize("number", [-(2**63), 2**63 - 1, 2**63, 2**64 - 1])
def test_integers_of_64_bits_are_read_as_they_are(number: int) -> None:
    assert parse(f"a: {number}") == {"a": number}


def test_an_alias_of_a_key_repeats_its_text() -> None:
    assert parse("&x a: 1\nb: *x") == {"a": 1, "b": "a"}


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    code, line, _ = refusal("\n".join(lines))
    assert (code, line) == ("E111", 6)


def test_merge_keys_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 {k0: [x, x, x, x, x, x, x, x, x]}"]
    lines += [f"a{n}: &a{n} {{<<: *a{n - 1}, k{n}: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 30)]
    code, line, _ = refusal("\n".join(lines))
    assert (code, line) == ("E111", 6)


@pytest.mark.parametrize("key", ["9000", "-1", "0", "9223372036854775807", "-9223372036854775808"])
def test_a_whole_number_as_key_is_the_text_that_helm_makes_of_it(key: str) -> None:
    text = f"ports:\n  {key}: a\n"
    assert parse(text) == {"ports": {key: "a"}} == go(text)
    assert yamlio.dump(parse(text)) == f'ports:\n  "{key}": a\n'


@for_each(
    ("text", "meant"),
    [
        ("a: &a {x: 1}\nb: {<<: *a, z: 2}", {"a": {"x": 1}, "b": {"x": 1, "z": 2}}),
        ("a: &a {x: 1}\nb: {z: 2, <<: *a}", {"a": {"x": 1}, "b": {"z": 2, "x": 1}}),
        ("a: &a {x: {k: 1}}\nb: {<<: *a, x: {l: 2}}", {"a": {"x": {"k": 1}}, "b": {"x": {"l": 2}}}),
        (
            "a: &a {x: 1}\nb: &b {x: 2, z: 3}\nc: {<<: [*a, *b]}",
            {"a": {"x": 1}, "b": {"x": 2, "z": 3}, "c": {"x": 1, "z": 3}},
        ),
        (
            "a: &a {x: 1}\nb: &b {<<: *a, z: 2}\nc: {<<: *b, x: 9}",
            {"a": {"x": 1}, "b": {"x": 1, "z": 2}, "c": {"x": 9, "z": 2}},
        ),
        ("b: {<<: {x: 1}, z: 2}", {"b": {"x": 1, "z": 2}}),
        ("b: {<<: {}}\nc: {<<: []}", {"b": {}, "c": {}}),
        ("b: {'<<': {x: 1}}", {"b": {"<<": {"x": 1}}}),
        ("b: {<<: {'9': 1}, '9': 2}", {"b": {"9": 2}}),
    ],
)
def test_a_merge_key_adds_what_every_parser_adds(text: str, meant: Any) -> None:
    assert parse(text) == meant == pyyaml(text) == ruamel(text) == go(text)


def test_a_merged_whole_number_may_be_said_anew() -> None:
    assert parse("b: {<<: {9000: 1}, 9000: 2}") == go("b: {<<: {9000: 1}, 9000: 2}") == {"b": {"9000": 2}}


@pytest.mark.parametrize(
    "text", ["a: '#fff'", 'a: "x]#" # c', "a: x#c", "a: ['#', \"}#\"]", "a: >\n  'x'#c", "a: x'#c"]
)
def test_what_only_looks_like_a_comment_is_text(text: str) -> None:
    assert parse(text) == ruamel(text) == go(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('a: "x\\/y"', (1, 6)),
        ('a: "\\\\ x\n  \\/"', (2, 3)),
        ("%YAML 1.2\n---\na: 1", (1, 1)),
    ],
)
def test_what_helm_alone_can_not_read_is_a_problem_of_its_files(text: str, place: tuple[int, int]) -> None:
    with pytest.raises(helm_python.HelmError):
        go(text)
    problem = yamlio.syntax_problem(text, "a.yaml")
    assert problem is not None
    assert (problem.code, problem.location) == ("E103", Location("a.yaml", *place))


@pytest.mark.parametrize("text", ['a: "x\\\\/y"', "a: 'x\\/y'", "%YAML 1.1\n---\na: 1"])
def test_what_helm_reads_is_no_problem_of_its_files(text: str) -> None:
    assert yamlio.syntax_problem(text, "a.yaml") is None
    assert go(text) == yamlio.load(text)


@many
@given(st.data())
def test_a_merge_that_is_accepted_is_the_same_to_every_parser(drawn: st.DataObject) -> None:
    def mapping(names: str) -> str:
        keys = drawn.draw(st.lists(st.sampled_from("abc"), unique=True))
        entries = [f"{key}: {drawn.draw(st.integers(0, 9))}" for key in keys]
        if names and drawn.draw(st.booleans()):
            merged = drawn.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
            is_list = len(merged) > 1 or drawn.draw(st.booleans())
            merge = f"<<: [{', '.join(f'*{name}' for name in merged)}]" if is_list else f"<<: *{merged[0]}"
            entries.insert(drawn.draw(st.integers(0, len(entries))), merge)
        return f"{{{', '.join(entries)}}}"

    text = "".join(f"{name}: &{name} {mapping('pqrs'[:index])}\n" for index, name in enumerate("pqrs"))
    codes = set()
    try:
        read = parse(text)
    except InvalidInputError as error:
        codes = {problem.code for problem in error.problems}
    if codes:
        assert codes == {"E107"}
        return
    # PyYAML forgets what a mapping says itself when it is merged again, and has a say below.
    assert read == ruamel(text)
    assert not differences(read, go(text), as_float64=True)
    if text.count("<<") == 1:
        assert read == pyyaml(text)


def test_what_is_merged_is_located_where_it_is_written() -> None:
    where = document("a: &a\n  x: 1\n  z: [2]\nb:\n  <<: *a\n  x: 3\n", "f")
    assert where.locate(("b", "z", 0)) == Location("f", 3, 7)
    assert where.locate(("b", "z"), key=True) == Location("f", 3, 3)
    assert where.locate(("b", "x")) == Location("f", 6, 6)
    assert where.locate(("b", "x"), key=True) == Location("f", 6, 3)
    assert where.locate(("a", "x")) == Location("f", 2, 6)


@pytest.mark.parametrize("bracket", ["[", "{a: "], ids=["lists", "mappings"])
@pytest.mark.parametrize("levels", [101, 10_000])
def test_nesting_too_deep_is_refused(bracket: str, levels: int) -> None:
    assert refusal(bracket * levels) == ("E110", 1, len(bracket) * yamlio.MAX_DEPTH + 1)


def test_nesting_as_deep_as_allowed_is_read() -> None:
    value = parse("[" * yamlio.MAX_DEPTH + "]" * yamlio.MAX_DEPTH)
    for _ in range(yamlio.MAX_DEPTH - 1):
        (value,) = value
    assert value == []


@many
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
    | st.text("abc:-?[]{}&*!|>'\"#% \n\t\x01é0", max_size=40)
)
def test_any_text_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    try:
        yamlio.parse(text, "f")
    except InvalidInputError as error:
        for problem in error.problems:
            assert problem.location.file == "f"
            assert 1 <= problem.location.line <= len(text) + 1
            assert problem.location.column >= 1


# -- decode


def test_a_byte_order_mark_is_left_out() -> None:
    assert yamlio.decode(b"\xef\xbb\xbfa: 1", "f") == "a: 1"


def test_what_is_not_utf8_is_refused_with_its_byte_and_place() -> None:
    (problem,) = problems_of(yamlio.decode, b"a: 1\nb: \xff\n", "f")
    assert (problem.code, problem.location) == ("E102", Location("f", 2, 4))
    assert "0xff" in problem.message


def test_what_is_not_utf8_is_found_behind_a_byte_order_mark() -> None:
    (problem,) = problems_of(yamlio.decode, b"\xef\xbb\xbfa: \xff", "f")
    assert problem.location == Location("f", 1, 4)
    assert "0xff" in problem.message


def test_the_column_of_what_is_not_utf8_counts_characters() -> None:
    (problem,) = problems_of(yamlio.decode, "é: ".encode() + b"\xff", "f")
    assert problem.location == Location("f", 1, 4)


def test_a_file_too_big_is_refused() -> None:
    assert len(yamlio.decode(b"a" * yamlio.MAX_BYTES, "f")) == yamlio.MAX_BYTES
    (problem,) = problems_of(yamlio.decode, b"a" * (yamlio.MAX_BYTES + 1), "f")
    assert (problem.code, problem.location) == ("E101", Location("f"))


# -- locate

WHERE = """\
# comment
top:
  key:   value
  "quoted key": [one, {two: 3}]
  list:
  - first
  -   second: x
  block: |
    line one
    <% line two %>
  folded: >-
    a
  text: "abc <% d %>"
"""


@for_each(
    ("path", "value", "key"),
    [
        ((), (2, 1), (2, 1)),
        (("top",), (3, 3), (2, 1)),
        (("top", "key"), (3, 10), (3, 3)),
        (("top", "quoted key"), (4, 17), (4, 3)),
        (("top", "quoted key", 0), (4, 18), (4, 18)),
        (("top", "quoted key", 1, "two"), (4, 29), (4, 24)),
        (("top", "list", 0), (6, 5), (6, 5)),
        (("top", "list", 1, "second"), (7, 15), (7, 7)),
        (("top", "block"), (8, 10), (8, 3)),
        (("top", "nowhere"), (3, 3), (3, 3)),
        (("top", "list", 9, "deeper"), (6, 3), (6, 3)),
    ],
    ids=str,
)
def test_values_and_keys_are_located(path: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]) -> None:
    where = document(WHERE, "f")
    assert where.locate(path) == Location("f", *value)
    if path not in {("top", "nowhere"), ("top", "list", 9, "deeper")}:
        assert where.locate(path, key=True) == Location("f", *key)


@pytest.mark.parametrize(
    ("path", "part", "line", "column"),
    [
        (("top", "key"), "value", 3, 10),
        (("top", "key"), "lue", 3, 12),
        (("top", "block"), "line one", 9, 5),
        (("top", "block"), "<%", 10, 5),
        (("top", "quoted key", 0), "ne", 4, 19),
    ],
    ids=str,
)
def test_characters_inside_a_text_are_located(path: tuple[str | int, ...], part: str, line: int, column: int) -> None:
    where = document(WHERE, "f")
    value = where.data
    for step in path:
        value = value[step]
    assert where.locate_in_text(path, value.index(part)) == Location("f", line, column)


FOLDED = """\
a: >-
  one two
  three one

    more
  # four


  five
b:
  - &x >2
      six
    seven \\
    six

    # nothing
c: *x
d: >

e: 1
"""


@for_each(
    ("path", "part", "line", "column"),
    [
        (("a",), "one", 2, 3),
        (("a",), "two", 2, 7),
        (("a",), "three", 3, 3),
        (("a",), "one\n", 3, 9),
        (("a",), "more", 5, 5),
        (("a",), "#", 6, 3),
        (("a",), "five", 9, 3),
        (("b", 0), "six", 12, 7),
        (("b", 0), "seven", 13, 5),
        (("b", 0), "six\n#", 14, 5),
        (("b", 0), "# nothing", 16, 5),
        (("c",), "seven", 13, 5),
        (("d",), "", 18, 4),
    ],
    ids=str,
)
def test_characters_of_lines_that_are_joined_are_located(
    path: tuple[str | int, ...], part: str, line: int, column: int
) -> None:
    where = document(FOLDED, "f")
    value = at(where.data, path)
    assert where.locate_in_text(path, value.index(part)) == Location("f", line, column)


def test_what_is_no_text_is_located_as_a_whole() -> None:
    where = document(WHERE, "f")
    assert where.locate_in_text(("top", "list"), 3) == where.locate(("top", "list"))


# -- dump


@many
@given(data)
@example({"a": "wait..."})
@example({"a": "b\n...\n"})
def test_whatever_is_dumped_is_read_back_by_pyyaml_as_it_was(value: Any) -> None:
    assert not differences(pyyaml(yamlio.dump(value)), value)


@few
@given(data)
def test_whatever_is_dumped_is_read_back_by_ruamel_as_it_was(value: Any) -> None:
    assert not differences(ruamel(yamlio.dump(value)), value)


@many
@given(data)
def test_whatever_is_dumped_is_read_back_by_go_as_it_was(value: Any) -> None:
    assert not differences(go(yamlio.dump({"data": value})), {"data": value}, as_float64=True)


@many
@given(data)
def test_whatever_is_dumped_is_read_back_by_parse_as_it_was(value: Any) -> None:
    text = yamlio.dump(value)
    assert not differences(parse(text), value)
    assert yamlio.dump(parse(text)) == text


def _nodes(value: Any) -> yaml.Node:
    """Return what libyaml is to write, in the styles that scalars have here."""
    if isinstance(value, dict):
        return yaml.MappingNode("", [(_nodes(key), _nodes(item)) for key, item in value.items()], flow_style=not value)
    if isinstance(value, list):
        return yaml.SequenceNode("", [_nodes(item) for item in value], flow_style=not value)
    written = yamlio.inline(value)
    return yaml.ScalarNode("", value, style='"') if written[0] == '"' else yaml.ScalarNode("", written, style="")


class _AsTheyAre(yaml.CSafeDumper):
    def resolve(self, *_: Any) -> str:
        return ""


def _on_one_line(value: Any) -> Any:
    """Return data whose texts have one line, all of it visible: others are written here only."""
    if isinstance(value, str):
        return visible.lines(value.replace("\n", " "))
    if isinstance(value, list):
        return [_on_one_line(each) for each in value]
    return {_on_one_line(key): _on_one_line(each) for key, each in value.items()} if isinstance(value, dict) else value


@many
@given(data.filter(lambda value: value and isinstance(value, dict | list)).map(_on_one_line))
@example({"a" * 128: {"b": 1}, "b" * 129: {"c": [1, {"d": 2}]}})
@example([{"é" * 65: [[1, [2]], {}]}, {"x\u2028y": "z", "a": []}, ["\\", '"', "\a"]])
def test_it_is_written_as_libyaml_writes_it(value: Any) -> None:
    expected = yaml.serialize(_nodes(value), None, _AsTheyAre, width=1_000_000, allow_unicode=True)
    assume(visible.lines(expected) == expected)
    assert yamlio.dump(value) == expected


@many
@given(data, st.booleans())
def test_parts_that_are_written_once_are_written_as_they_are_alone(value: Any, is_all: bool) -> None:
    whole = {"a": value, "b": [value, {"c": value}], "d": {"e": {"f": value}, "g": [[value]]}}
    constants: dict[int, Any] = {}

    def add(part: Any) -> None:
        if isinstance(part, dict | list):
            constants[id(part)] = part
            for each in part.values() if isinstance(part, dict) else part:
                add(each)

    add(whole if is_all else value)
    texts_of = yamlio.Texts(constants)
    for _ in range(2):
        assert yamlio.dump(whole, texts_of) == yamlio.dump(whole)


@pytest.mark.parametrize("read", [pyyaml, ruamel, go, parse])
def test_a_tricky_word_stays_text_as_value_item_and_key(read: Callable[[str], Any]) -> None:
    for word in TRICKY_WORDS:
        value = {"value": word, "list": [word, word], word: {word: [word]}, "last": [[word]], "end": word}
        assert not differences(read(yamlio.dump(value)), value), word


@pytest.mark.parametrize("read", [pyyaml, ruamel, parse])
def test_a_tricky_word_stays_text_as_a_whole_document(read: Callable[[str], Any]) -> None:
    for word in TRICKY_WORDS:
        assert read(yamlio.dump(word)) == word


@many
@given(st.dictionaries(texts, st.text("ab c", max_size=400), max_size=3))
def test_no_line_is_folded(value: dict[str, str]) -> None:
    lines = yamlio.dump(value).split("\n")
    for text in value.values():
        assert any(text in line for line in lines)


def test_long_texts_stand_on_one_line() -> None:
    value = {"plain": "word " * 99 + "end", "quoted": "a: b " * 99, "block": "word " * 99 + "end\nshort\n"}
    assert len(yamlio.dump(value).splitlines()) == 2 + 3


def test_the_plainest_style_that_is_safe_is_used() -> None:
    value = {
        "text": "a b",
        "word": "yes",
        "number": "1.9.4",
        "integer": 4,
        "fraction": 0.5,
        "large": 1e16,
        "null": None,
        "empty": {"map": {}, "list": [], "text": ""},
        "list": [True, {"a": 1, "b": 2}, [1]],
        "lines": "one\ntwo\n",
        "open": "one\ntwo",
    }
    assert yamlio.dump(value) == (
        "text: a b\n"
        'word: "yes"\n'
        'number: "1.9.4"\n'
        "integer: 4\n"
        "fraction: 0.5\n"
        "large: 1.0e+16\n"
        '"null": null\n'
        "empty:\n  map: {}\n  list: []\n"
        '  text: ""\n'
        "list:\n- true\n- a: 1\n  b: 2\n- - 1\n"
        "lines: |\n  one\n  two\n"
        "open: |-\n  one\n  two\n"
    )


def test_a_text_of_several_lines_stands_in_a_block_whatever_blanks_it_has() -> None:
    value = {
        "tabs": "a:\n\tb\n\tc\td\n",
        "blanks": ["a \nb\t\n  \nc", "  first\nsecond \n\n", "\n\n# third"],
        "others": {"\U0001f600: x": "\U0001f52d\nb"},
        "no block": ["\n", " \n\t\n", "a\r\nb", "a\n\u00a0b", "a\n\x1bb", "a\n\u202eb"],
    }
    assert yamlio.dump(value) == (
        "tabs: |\n  a:\n  \tb\n  \tc\td\n"
        "blanks:\n- |-\n  a \n  b\t\n    \n  c\n- |2+\n    first\n  second \n\n- |2-\n\n\n  # third\n"
        'others:\n  "\\U0001F600: x": |-\n    \U0001f52d\n    b\n'
        'no block:\n- "\\n"\n- " \\n\\t\\n"\n- "a\\r\\nb"\n- "a\\n\\xa0b"\n- "a\\n\\eb"\n- "a\\n\\u202eb"\n'
    )


@pytest.mark.parametrize(
    "wrap",
    [
        lambda text: [text, text],
        lambda text: [[[text], text], {"a": [text]}],
        lambda text: {"a": {"b": text, "c": [text, {"d": text, "e": text}]}, "f: =0": text, "=1": "=1"},
        lambda text: {"k" * 200: text, "l": [{"k" * 200: text}], "m": text},
        lambda text: ["a - =0", "b: =0", "=0", "x\n=0\n- =0\nb: =0", text],
    ],
)
@pytest.mark.parametrize("text", ["\ta\n", " \n a \n", "\n\t\n a\n\n", "a\n\n  \n", "a: =0\n- =1", "a\n\U0001f600 "])
def test_a_block_is_read_back_wherever_it_stands(text: str, wrap: Callable[[str], Any]) -> None:
    written = yamlio.dump(wrap(text))
    assert not differences(pyyaml(written), wrap(text))
    assert not differences(ruamel(written), wrap(text))
    assert not differences(parse(written), wrap(text))
    assert not differences(go(yamlio.dump({"data": wrap(text)})), {"data": wrap(text)})


@many
@given(st.text(" \t\na#|-", min_size=2, max_size=9).map(lambda text: f"{text}\nb"), st.booleans())
def test_blanks_and_line_ends_are_read_back_as_they_were(text: str, is_reversed: bool) -> None:
    value = {"a": [text[::-1] if is_reversed else text], "b": 1}
    written = yamlio.dump(value)
    assert pyyaml(written) == ruamel(written) == go(written) == parse(written) == value


def test_keys_keep_their_order_and_nothing_is_anchored() -> None:
    shared = {"x": [1]}
    assert yamlio.dump({"b": shared, "a": shared}) == "b:\n  x:\n  - 1\na:\n  x:\n  - 1\n"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")], ids=str)
def test_a_number_that_is_not_finite_is_not_written(number: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        yamlio.dump({"a": [number]})


@pytest.mark.parametrize("value", [{1: "a"}, {None: 1}, {"a": {True: 1}}, {"a": {1, 2}}, b"bytes", object], ids=repr)
def test_what_yaml_does_not_know_is_not_written(value: Any) -> None:
    with pytest.raises(TypeError):
        yamlio.dump(value)


def test_data_is_written_that_is_nested_deeper_than_in_any_file() -> None:
    value: Any = "end"
    for _ in range(250):
        value = [{"a": value}]
    lines = yamlio.dump(value).splitlines()
    assert [line.strip() for line in lines] == [*["- a:"] * 249, "- a: end"]


def test_a_key_that_only_equals_a_text_is_refused_whatever_was_written_before() -> None:
    class Text(str):
        __slots__ = ()

    assert yamlio.dump({"a": 1}) == "a: 1\n"
    with pytest.raises(TypeError, match="the key 'a' is not text"):
        yamlio.dump({Text("a"): 1})


# -- inline


@many
@given(texts | st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.just({}) | st.just([]))
@example("wait...")
@example("a\n\U0001f600")
@example("a\n\x7f")
def test_an_inline_value_is_one_line_that_every_parser_reads_as_it_was(value: Any) -> None:
    line = f"key: {yamlio.inline(value)}\n"
    assert line.count("\n") == 1
    assert not differences(pyyaml(line), {"key": value})
    assert not differences(ruamel(line), {"key": value})
    assert not differences(go(line), {"key": value}, as_float64=True)


@pytest.mark.parametrize("value", [[1], {"a": 1}, (None,)], ids=repr)
def test_what_does_not_fit_on_one_line_is_not_written_inline(value: Any) -> None:
    with pytest.raises(TypeError):
        yamlio.inline(value)


@pytest.mark.parametrize("word", ["on", "y", "No"])
def test_a_key_that_may_be_a_boolean_is_quoted_as_no_key_is_true(word: str) -> None:
    (problem,) = problems_of(yamlio.parse, f"{word}: 1", "f")
    assert (problem.code, problem.hint) == ("E109", f'quote it: "{word}"')
