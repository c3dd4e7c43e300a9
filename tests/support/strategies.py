"""Random data, from harmless to nasty."""

from __future__ import annotations

import os
import re
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# The same examples in each run, so that no pull request fails by chance; SEARCH=1 looks for new ones, and for more of
# them. How long an example takes says something of the machine, and nothing of the law.
_IS_SEARCH = bool(os.environ.get("SEARCH"))
_TIMES = 15 if _IS_SEARCH else 1
_slow = [HealthCheck.too_slow]
settings.register_profile(
    "laws", deadline=None, derandomize=not _IS_SEARCH, max_examples=35 * _TIMES, suppress_health_check=_slow
)
settings.load_profile("laws")

few = settings(max_examples=15 * _TIMES)
"""For laws that ask Helm or a slow parser."""

many = settings(max_examples=40 * _TIMES)
"""For laws that cost little."""

TRICKY_WORDS = (
    *("", " ", "  x", "x ", "\t", "~", "null", "Null", "NULL", "nil", "none", "None"),
    *("true", "True", "TRUE", "false", "False", "FALSE", "tRuE"),
    *("yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "y", "Y", "n", "N"),
    *("0", "-0", "+1", "1", "12345678901234567890", "007", "0o12", "0O12", "012", "0x1F", "0X1F", "0b11"),
    *("1.0", "1.", ".5", "-.5", "+.5", "1e3", "1E3", "1.5e3", "1.5e+3", "12e4567", "1_000", "1_0.5", "._1"),
    *(".inf", "-.inf", "+.INF", ".nan", ".NaN", "inf", "nan", "NaN", "Infinity", "1.0e+999"),
    *("22:22", "190:20:30", "1:30:00.5", "2022-01-01", "2022-01-01T00:00:00Z", "2001-12-14 21:59:43.10 -5"),
    *("=", "<<", "---", "...", "wait...", "- a", "-", "?", "? a", ":", "a:", ": a", "a: b", "a:b", "a::b"),
    *("#", "# a", "a #b", "a#b", "!", "!!str", "!a", "&a", "*a", "|", ">", "|-", "%", "%YAML", "@", "`"),
    *("{", "}", "{}", "[", "]", "[]", "{a: b}", "[a, b]", ",", "a, b", "'", '"', "''", '""', "\\", "\\n"),
    *("<% x %>", "{{ x }}", "${topic}", "$", "é", "\u00a0", "\u2028", "\u2029", "\x85", "\ufeff", "\ufffe"),
    *("\0", "\x01", "\x1b", "\x7f", "\ud7ff", "\ue000", "\U0001f600", "\U0010ffff", "a\U0001f600\nb"),
    *("\n", "\n\n", "a\n", "a\n\n", "\na", "a\nb", "a\n\nb\n", " a\nb", "a \nb", "a\n b", "a\tb\nc", "a\n\tb"),
    *("a\r\nb", "a\r", "\r", "a\n...", "a\n...\n", "a\n---\nb", "...\n", "a\n# b\n", "a\x85b", "a\u2028b"),
    *("http://a:80/b?c=d&e#f", "x" * 200, "x " * 200, "a" * 130 + ": b", "word " * 30 + "\n" + "word " * 30),
)
"""Texts that one YAML parser or another takes for something else, or could be folded or trimmed."""

HIDDEN = re.compile("[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
"""What no page can show, or what lets text look like other text."""

_NASTY = " \t\n\r\x85\u2028\u2029\ufeff\u00a0:#-?,[]{}&*!|>'\"%@`.~=<a0"

words = st.text("abcdefgxyz0123456789-", min_size=1, max_size=8).filter(lambda text: text[0].isalpha())

texts = st.one_of(
    st.sampled_from(TRICKY_WORDS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.text(_NASTY, max_size=12),
    st.lists(st.sampled_from(TRICKY_WORDS), min_size=2, max_size=3).map("\n".join),
)
"""Any text that UTF-8 can hold, and most of all what is awkward in YAML."""

_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
)

data: st.SearchStrategy[Any] = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)
"""Anything that a values file can hold."""


def tables(*, nulls: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Return small maps over few keys, so that two of them often meet: maps, lists and scalars at any key."""
    leaves: st.SearchStrategy[Any] = st.one_of(
        st.integers(0, 3), st.booleans(), st.sampled_from(["x", ""]), st.lists(st.integers(0, 2), max_size=2)
    )
    if nulls:
        leaves = leaves | st.none()
    keys = st.sampled_from("abc")
    inner = st.recursive(leaves, lambda value: st.dictionaries(keys, value, max_size=3), max_leaves=8)
    return st.dictionaries(keys, inner, max_size=3)
