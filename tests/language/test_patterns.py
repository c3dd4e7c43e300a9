from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from efdgen.language import ambiguity, patterns
from support.foreach import for_each

FAST = [
    (r"^none$", 0),
    (r"^a*b", 1),
    (r"^(a+b)+$", 1),
    (r"^(a?)*$", 1),
    (r"^(ab|a)*$", 1),
    (r"(?i)^(a|A)*$", 1),
    (r"^\S.*\S$", 1),
    (r"^((?!\{\{)[^\n])*$", 1),
    (r"^(?!.*\.\.)[a-z.]+$", 1),
    (r"^[a-z]+-[a-z]+-[a-z]+-[a-z]+$", 1),
    (r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", 1),
    (r"^[^<]+(<[^<]+)*$", 1),
    (r"^(.+\n)*$", 1),
    (r"^.*x.*$", 2),
    (r"^a*((?=a*b)a)*$", 3),
    (r"^a*(?=a*b)c", 2),
    (r"(?=.*x)y", 2),
    (r"\s+$", 2),
    (r".*x.*", 3),
]
SLOW = [
    r"^(a+)+$",
    r"^(a*)*$",
    r"^(a|aa)+$",
    r"(a|b|ab)*$",
    r"^(\w+\s?)*$",
    r"^(\d+|\d+\.\d+)*$",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"^(.*,){11}P",
    r"^(?=(a+)+b)x",
    r"(?s)^(.+\n)*$",
    r"(?x)(a+) +",
    r"(?i)^(a|A+)*$",
    r"^((?=a*b)a)*a*a*a*$",
    r"(a?){50}",
    r"a*a*a*a*$",
    r"^(.*)(.*)(.*)\1$",
    "^(" + "(a|b)?" * 151 + ")*$",
    "a?" * 30 + "a" * 30,
    "^" + "(a|aa)" * 32 + "$",
    "^" + "(?:a|a?)" * 30 + "$",
    "^" + "(.|..)" * 25 + "$",
    "^" + "(?:x?|y?)" * 30 + "z$",
    "^" + "(?:[ab]*a?c+)?" * 8 + "$",
    "^a*a*a*" + "(a|aa)" * 6 + "$",
    "^" + "(?=(?:a|aa)(?:a|aa)(?:a|aa)(?:a|aa)(?:a|aa)b)" * 4 + "a$",
    "(" * 60 + "a" + ")" * 60,
]
SEVERAL = [
    (r"^none$", 1),
    (r"^(a|b)(a|b)(a|b)$", 1),
    (r"^(a|aa)(a|aa)(a|aa)c$", 4),
    (r"^a?a?a?aaa$", 8),
    (r"^(?:a?|b?)(?:a?|b?)c$", 4),
]


@for_each(("pattern", "power"), FAST)
def test_a_pattern_that_ends_has_a_power(pattern: str, power: int) -> None:
    assert ambiguity.cost(pattern).power == power
    assert patterns.fault(pattern) == ""


@pytest.mark.parametrize(("pattern", "least"), SEVERAL)
def test_ways_through_what_is_not_repeated_are_counted(pattern: str, least: int) -> None:
    assert least <= ambiguity.cost(pattern).ways <= 4 * least


# Each pair of parts reads some letter alike, but for the pairs behind it.
ALIKE = [
    ("(?i:K)", "k"),
    ("K", "(?i:k)"),
    ("(?ia:k)", "K"),
    ("(?i:[a-z])", "K"),
    ("(?i:[a-z])", "\u017f"),
    ("(?i:[a-z])", r"[^\x00-\x7f]"),
    ("(?i:[\u0430-\u044f])", "\u1c80"),
    ("(?i:[\u0170-\u0190])", r"[^ -~\u0100-\uffff]"),
    ("(?i:\u03a3)", "\u03c2"),
    ("(?i:\u00b5)", "\u03bc"),
    ("(?i:\u1e9e)", "\u00df"),
    ("(?i:\u0130)", "i"),
    ("(?i:\u03b8)", "\u03d1"),
    ("(?i:(?-i:k)|K)", "x"),
    ("(?s:.)", r"\n"),
    (r"(?a:\W)", "\u00e9"),
    (r"(?a:\S)", "[\x1c-\x1d]"),
    (r"([\u0900-\u0fff])", r"(\d)"),
    (r"([\x80-\x9f])", r"(\s)"),
]
DIFFERENT = [
    ("(?i:(?-i:k)|(?-i:K))", "x"),
    ("(?ia:[a-z])", r"[^\x00-\x7f]"),
    (r"(?a:\w)", "\u00e9"),
    ("(?-s:.)", r"\n"),
    (r"([\u0900-\u0965])", r"(\d)"),
    (r"([\x80-\x84])", r"(\s)"),
]


@for_each(("one", "other", "is_alike"), [*((*each, True) for each in ALIKE), *((*each, False) for each in DIFFERENT)])
def test_parts_read_alike_what_the_engine_says_that_they_do(one: str, other: str, is_alike: bool) -> None:
    for first, second in ((one, other), (other, one)):
        assert bool(patterns.fault(f"^(?:{first}|{second})*$")) is is_alike


@for_each("pattern", SLOW)
def test_a_pattern_that_could_take_for_ever_is_a_fault(pattern: str) -> None:
    re.compile(pattern)
    assert patterns.fault(pattern) != ""


@pytest.mark.parametrize(
    ("pattern", "most"),
    [("^a*$", None), ("^.*x.*$", 4_472), (".*x.*", 391), ("(.)\\1", 350), ("^" + "(a|aa)" * 9 + "$", 39_062)],
)
def test_texts_have_a_bound_where_a_pattern_can_be_slow(pattern: str, most: int | None) -> None:
    assert patterns.longest(pattern) == most
    for text in ("a" * 350, "a" * 351, "a" * 392, "a" * 4_473, "a" * 39_063):
        assert patterns.is_too_long(pattern, text) == (most is not None and len(text) > most)
    assert patterns.fits("^a*$", "a" * 100_000)
    assert not patterns.fits(".*x.*", "x" * 1_001)


# -- what is told at a glance

_characters = st.sampled_from(
    ["a", "b", "-", r"\.", r"\d", r"\w", "[ab]", "[^a]", "[*+{(?|)#]", "[]a]", r"[\]+]", r"\+", r"\("]
)
_repetitions = st.sampled_from(["", "", "*", "+", "?", "+?", "{2}", "{1,3}", "{2,}"])
_looked_at = st.lists(st.tuples(_characters, _repetitions).map("".join), max_size=8).map("".join)
_glances = st.tuples(
    _looked_at, _looked_at, st.sampled_from(["", "?", "*", "+", "{2}"]), _looked_at, st.booleans()
).map(lambda made: f"^{made[0]}({made[1]}|x){made[2]}{made[3]}$" if made[4] else f"^{made[0]}$")


def worked_out(pattern: str) -> str:
    """Return the same pattern, written so that nothing is told at a glance."""
    return f"{pattern}(?x:)"


@settings(max_examples=100, deadline=None)
@given(_glances)
def test_what_looks_fast_is_worked_out_to_be(pattern: str) -> None:
    re.compile(pattern)
    assert bool(patterns.fault(pattern)) == bool(patterns.fault(worked_out(pattern)))


@for_each(
    ("pattern", "is_told"),
    [
        (r"^v[0-9]+\.[0-9]+\.[0-9]+-k3s[0-9]+$", True),
        (r"^[a-z]+-[a-z]+-[a-z]+-[a-z]+$", True),
        (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$", True),
        (r"^(|https?://[^/?#:@\s\"<>{}|^`\\][^\s\"<>{}|^`\\]*)$", True),
        (r"^\w+\.\w+\.\w+\.\w+$", True),
        (r"^[^a]+\.[^a]+\.[^a]+$", False),
        (r"^[0-9]{4}[0-9]{2}[0-9]{2}[0-9]{2}$", False),
        (r"^[.]+\.[.]+\.[.]+\.$", False),
        (r"^(?#[)a*a*a*a*a*(?#])$", False),
        (r"(?x)(a+) +b*c*", False),
        (r"^[)]([a]+)+$", False),
    ],
)
def test_only_what_can_be_slow_is_worked_out(pattern: str, is_told: bool) -> None:
    asked: list[str] = []

    def cost(pattern: str) -> ambiguity.Cost:
        asked.append(pattern)
        return ambiguity.Cost(1, 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ambiguity, "cost", cost)
        patterns.fault.cache_clear()
        for each in (pattern, worked_out(pattern)):
            re.compile(each)
            patterns.fault(each)
    patterns.fault.cache_clear()
    assert asked == [*([] if is_told else [pattern]), worked_out(pattern)]


# -- against an engine that counts

Pattern = tuple[Any, ...]
_atoms = st.sampled_from(["a", "b", "[ab]"]).map(lambda atom: ("atom", atom))
_patterns = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.tuples(st.just("then"), inner, inner),
        st.tuples(st.just("or"), inner, inner),
        st.tuples(st.sampled_from(["*", "+", "?"]), inner),
    ),
    max_leaves=5,
)


def written(pattern: Pattern) -> str:
    kind, *parts = pattern
    if kind == "atom":
        return str(parts[0])
    inner = [written(part) for part in parts]
    return "".join(inner) if kind == "then" else f"(?:{'|'.join(inner)}){'' if kind == 'or' else kind}"


class Counting:
    """A backtracking engine, as simple as one can be, which counts its steps. It reads what Python's engine reads."""

    def __init__(self, text: str, most: int) -> None:
        self.text = text
        self.left = most

    def match(self, tree: Sequence[tuple[Any, Any]], at: int, then: Callable[[int], bool]) -> bool:
        if not tree:
            return then(at)
        if self.left <= 0:
            return True
        self.left -= 1
        (node, argument), rest = tree[0], tree[1:]
        kind = str(node)
        if kind in ("LITERAL", "IN"):
            letters = {argument} if kind == "LITERAL" else {code for _, code in argument}
            return at < len(self.text) and ord(self.text[at]) in letters and self.match(rest, at + 1, then)
        if kind == "SUBPATTERN":
            return self.match([*argument[-1], *rest], at, then)
        if kind == "BRANCH":
            return any(self.match([*branch, *rest], at, then) for branch in argument[1])
        assert kind == "MAX_REPEAT"
        least, most, body = argument
        return self.repeat((least, most, list(body)), at, lambda end: self.match(rest, end, then))

    def repeat(self, loop: tuple[int, int, list[Any]], at: int, then: Callable[[int], bool]) -> bool:
        least, most, body = loop
        again = (max(0, least - 1), most - 1 if most < ambiguity.sre.MAXREPEAT else most, body)
        is_more = least > 0 or most > 0
        if is_more and self.match(body, at, lambda end: (least > 0 or end > at) and self.repeat(again, end, then)):
            return True
        return least == 0 and then(at)


def steps(pattern: str, text: str) -> int:
    """Return how many steps it takes to find that a pattern does not match the whole of a text."""
    most = 5_000
    engine = Counting(text, most)
    engine.match(list(ambiguity.sre.parse(pattern)), 0, lambda _: False)
    return most - engine.left


def texts(length: int) -> Iterator[str]:
    for start in ("", "a", "b"):
        for word in ("a", "b", "ab", "aab", "abb"):
            yield (start + word * length)[:length]


@settings(max_examples=40, deadline=None)
@given(_patterns.map(written))
def test_a_power_is_never_too_low(pattern: str) -> None:
    try:
        power, _ = ambiguity.cost(f"^{pattern}$")
    except ambiguity.BoundlessError:
        return
    # Twice as long a text takes two to that power as many steps; a constant is allowed for what is added to that.
    few, many = (max(steps(pattern, text) for text in texts(length)) for length in (8, 16))
    assert many <= few * 2**power * 1.6 + 60


_blocks = st.lists(st.sampled_from(["a?", "(a|aa)", "(a?|b?)", "[ab]?", "b", "(ab|a)", "a"]), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(_blocks, st.sampled_from(["", "[ab]*", "b*"]))
def test_ways_are_never_too_few(blocks: list[str], repeated: str) -> None:
    pattern = repeated + "".join(blocks)
    _, ways = ambiguity.cost(f"^{pattern}$")
    # Each way has at most a step for each of its parts, and those that are tried for one that is not taken.
    parts = 4 * (len(blocks) + 2) ** 2 * (16 if repeated else 1)
    assert max(steps(pattern, text) for text in texts(16)) <= ways * parts


@settings(max_examples=40, deadline=None)
@given(_patterns.map(written))
def test_what_is_refused_is_slow_in_an_engine(pattern: str) -> None:
    try:
        ambiguity.cost(f"^{pattern}$")
    except ambiguity.BoundlessError:
        assert max(steps(pattern, text) for text in texts(25)) > 500
