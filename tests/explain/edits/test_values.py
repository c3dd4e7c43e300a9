"""What a value means that was typed on a command line."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from efdgen.errors import UsageError
from efdgen.explain.edits import values
from efdgen.language.layers import ABSENT
from efdgen.language.yamlio import styles
from support.foreach import for_each


@for_each(
    ("text", "before", "meant"),
    [
        ("3", ABSENT, 3),
        ("3", 2, 3),
        ("3", "2", "3"),
        ("1.8", "1.8.5", "1.8"),
        ("true", False, True),
        ("true", "false", "true"),
        ("null", "x", None),
        ("", "x", ""),
        ("yes", True, "yes"),
        ("12e4567", "1.8.5", "12e4567"),
        ("1e3", ABSENT, "1e3"),
        ("50Gi", ABSENT, "50Gi"),
        ("a: b # c", ABSENT, "a: b # c"),
        ('"3"', 2, "3"),
        ("'null'", "x", "null"),
        ("[a, 1]", ABSENT, ["a", 1]),
        ("{a: {b: 1}}", ABSENT, {"a": {"b": 1}}),
        ("{}", ABSENT, {}),
        ("<% cluster.storageClass %>", "x", "<% cluster.storageClass %>"),
        ("a\nb\n", "x", "a\nb\n"),
    ],
)
def test_a_value_is_yaml_unless_text_stood_there(text: str, before: Any, meant: Any) -> None:
    value = values.read(text, before)
    assert (type(value), value) == (type(meant), meant)


@pytest.mark.parametrize(("text", "why"), [("{a: b", "not valid YAML"), ("[yes]", "quote it"), ('"a', "not valid")])
def test_what_begins_like_a_collection_and_is_none_is_refused(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        values.read(text, ABSENT)


def test_what_can_not_be_read_says_how_it_is_typed_as_text() -> None:
    for text in (
        "{{ .Values.x }}",
        '{{ "a" | quote }}',
        "[a",
        "{a: @b}",
        "[*x]",
        "[%a]",
        "[`a]",
        "'a",
        '"a',
        "{{ it's }}",
    ):
        with pytest.raises(UsageError) as caught:
            values.read(text, ABSENT)
        (typed,) = shlex.split(str(caught.value).rpartition(" For text, type ")[2])
        assert values.read(typed, ABSENT) == text
    for text in ("*x", "%a", "@a", "`a", "&a b", "!a b", "| a", "# a", "? a", "a: b", "- a"):
        assert values.read(text, ABSENT) == text


@pytest.mark.parametrize(
    ("text", "before", "other", "is_open", "is_changed"),
    [
        ("1.10", ABSENT, "1.10", True, True),
        ("1.5", None, "1.5", True, False),
        ("1.50", 2, "1.50", False, True),
        ("1.5", "1.8.5", 1.5, False, False),
        ("3", ABSENT, "3", False, False),
        ("+5", ABSENT, "+5", True, True),
        ("-0", None, "-0", True, True),
        ("+5", 3, "+5", False, True),
        ("+5", "3", 5, False, False),
        ("-5", ABSENT, "-5", False, False),
        ("true", "x", True, False, False),
        ("true", ABSENT, "true", False, False),
        ("yes", ABSENT, ABSENT, False, False),
        ("50Gi", ABSENT, ABSENT, False, False),
        ("null", ABSENT, ABSENT, False, False),
        ('"3"', ABSENT, ABSENT, False, False),
    ],
)
def test_a_word_can_mean_another_thing(text: str, before: Any, other: Any, is_open: bool, is_changed: bool) -> None:
    value = values.read(text, before)
    found = values.other(text, value)
    assert (type(found), found) == (type(other), other)
    assert values.is_open(text, value, before) == is_open
    assert values.is_changed(text, value) == is_changed


@for_each(
    ("text", "looks_so", "meant"),
    [
        ("0x10", True, ("16",)),
        ("-0X1F", True, ("-31",)),
        ("0o17", True, ("15",)),
        ("0b11", True, ("3",)),
        ("010", True, ("8", "10")),
        ("-010", True, ("-8", "-10")),
        ("089", True, ("89",)),
        ("00", True, ("0",)),
        ("1e3", True, ("1000",)),
        ("1e-3", True, ("0.001",)),
        ("1e20", True, ("1.0e+20",)),
        ("1_000", True, ("1000",)),
        ("1_0.5", True, ("10.5",)),
        ("-.5", True, ("-0.5",)),
        ("1e400", True, ()),
        (".inf", True, ()),
        (".nan", True, ()),
        ("1" * 9000, True, ()),
        ("18446744073709551616", True, ()),
        ("1:30", True, ()),
        ("1,000", True, ()),
        ("yes", False, ()),
        ("abc", False, ()),
        ("", False, ()),
        ("5", False, ()),
        ("500m", False, ()),
        ("2Gi", False, ()),
        ("1.8.5", False, ()),
        ("2024-01-01", False, ()),
        ("10.0.0.1", False, ()),
    ],
)
def test_text_can_look_like_a_number(text: str, looks_so: bool, meant: tuple[str, ...]) -> None:
    assert values.looks_like_a_number(text) == looks_so
    assert (values.numbers_meant(text) if looks_so else ()) == meant
    for number in meant:
        assert styles.scalar(values.read(number, 1)) == number, "it can be typed"
