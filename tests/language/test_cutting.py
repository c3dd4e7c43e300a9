"""What is taken out of a text that is read once is what would be taken out of one that is read for each."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from efdgen.errors import InvalidInputError, Path
from efdgen.language.yamlio import editing, parse, spans
from efdgen.language.yamlio.cutting import Cutting
from efdgen.language.yamlio.splice import EditError
from support import many
from support.foreach import for_each
from support.growth import is_in_proportion

_SCALARS = ["1", "x y", "'q # r'", '"z"', "<% n %>", "{}", "[]", "|\n@  l\n\n@  # l", "'m\n@  n'", ">-\n@  f"]
_KEYS = "abcdef"


class _Writer:
    """Writes a mapping as people could: on lines, in brackets, with comments anywhere."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311
        self._one = self._random.choice

    def text(self) -> str:
        lines = [*self._block("", 0), *self._comments("")]
        text = "\n".join(lines) + self._one(["\n", "\n", "", "\n\n"])
        return text.replace("\n", self._one(["\n", "\n", "\n", "\r\n"]))

    def _is(self, chance: float) -> bool:
        return self._random.random() < chance

    def _behind(self) -> str:
        return self._one(["", "", "", "  # why"])

    def _comments(self, indent: str) -> Iterator[str]:
        while self._is(0.25):
            yield self._one(["", indent + "# c", indent + "# c", indent + "  # in", indent[2:] + "# out"])

    def _scalar(self, indent: str) -> str:
        if self._is(0.06):
            return self._one(["&n 2", "*n"])
        return self._one(_SCALARS).replace("@", indent)

    def _brackets(self, indent: str, depth: int) -> str:
        if depth > 2 or self._is(0.4):
            return self._one(["1", "x", "'q # r'", "{}", "[]", "[]", "{? a : 1}", "[a: 1, b]"])
        begin = self._one(["", "", " ", f"\n{indent}  ", f"\n{indent}  "])
        between = self._one([", ", f",{begin or ' '}", f"{begin}, "])
        behind = ["", "", f" # c\n{indent}  ", f" # c\n{indent}  # d\n{indent}  "][: 4 if "\n" in begin else 1]
        inner = [self._brackets(indent, depth + 1) + self._one(behind) for _ in range(self._random.randint(1, 4))]
        end = self._one(["", begin, begin, ","])
        if self._is(0.4):
            return f"[{begin}{between.join(inner)}{end}]"
        return f"{{{begin}{between.join(f'{key}: {each}' for key, each in zip(_KEYS, inner, strict=False))}{end}}}"

    def _block(self, indent: str, depth: int) -> Iterator[str]:
        is_list = depth > 0 and self._is(0.3)
        deeper = indent + self._one(["  ", "  ", "    "])
        for key in self._random.sample(_KEYS, self._random.randint(1, 5)):
            yield from self._comments(indent)
            head = f"{indent}-" if is_list else indent + self._one([f"{key}:", f"{key}:", f"'{key}':", f"{key} :"])
            if depth > 3 or self._is(0.35):
                yield f"{head} {self._scalar(indent)}{self._behind()}"
            elif self._is(0.4):
                yield f"{head} {self._brackets(indent, 0)}{self._behind()}"
            elif self._is(0.06):
                yield from (head, f"{deeper}<<: *n", f"{deeper}z: 1")
            elif is_list and self._is(0.7):
                first, *more = self._block(indent + "  ", depth + 1)
                yield from (
                    (f"{head} {first.lstrip()}", *more) if first.strip()[:1] not in ("", "#") else (head, first, *more)
                )
            else:
                yield head + self._behind()
                yield from self._block(deeper, depth + 1)


def _paths(data: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from _paths(value, (*path, key))


_Step = tuple[str, Path, int]


def _steps(text: str, seed: int) -> list[_Step]:
    """Choose what is done at some paths, none of which is in another one: mostly from the end of the text on."""
    chance = random.Random(seed)  # noqa: S311
    document = parse(text, "")
    everything = list(_paths(document.data))
    chosen = chance.sample(everything, min(len(everything), chance.choice([2, 3, 5, 8, 20])))
    apart = [path for path in chosen if not any(path[:depth] in chosen for depth in range(1, len(path)))]
    apart.sort(key=lambda path: document.locate(path, key=True), reverse=True)
    if chance.random() < 0.2:
        chance.shuffle(apart)
    kinds = ["remove"] * 5 + ["has_comment"]
    return [
        (chance.choice(kinds + ["replace"] * isinstance(path[-1], int)), path, chance.randrange(len(path)))
        for path in apart
    ]


def _one_by_one(text: str, steps: list[_Step]) -> tuple[str, list[bool]]:
    found = []
    for what, path, keep in steps:
        if what == "has_comment":
            found.append(editing.has_comment(text, path, keep))
        elif what == "remove":
            text = editing.remove(text, path, keep)
        else:
            text = editing.put(text, path, "<% n %>")
    return text, found


def _together(text: str, steps: list[_Step]) -> tuple[str, list[bool]]:
    found = []
    cutting = Cutting(text)
    for what, path, keep in steps:
        if what == "has_comment":
            found.append(cutting.has_comment(path, keep))
        elif what == "remove":
            cutting.remove(path, keep)
        else:
            cutting.replace(path, "<% n %>")
    return cutting.checked(()), found


def _outcome(run: Callable[[str, list[_Step]], Any], text: str, steps: list[_Step]) -> Any:
    try:
        return run(text, steps)
    except EditError:
        return "it can't be edited"


@settings(many, max_examples=many.max_examples * 15)
@given(st.integers(0, 2**32))
def test_what_is_taken_out_together_is_what_is_taken_out_one_by_one(seed: int) -> None:
    text = _Writer(seed).text()
    try:
        steps = _steps(text, seed)
    except InvalidInputError:
        return
    assert _outcome(_together, text, steps) == _outcome(_one_by_one, text, steps)


_LAST_LINE_END = "f: x\na: |\n  l\nb: z"
_BLANK_LINE_BELOW = "a: |\n  l\nb: 1\n\n  # c\nd: 1\n"
_COMMA_BELOW = "a: {b: {\n  c: 1,\n  d: x # c\n  ,}, e: 1}\n"


@for_each(
    ("text", "steps"),
    [
        (_LAST_LINE_END, "remove b, remove a"),
        (_BLANK_LINE_BELOW, "remove b, remove a"),
        (_COMMA_BELOW, "remove a.b.d, remove a.b.c"),
    ],
)
def test_what_alone_would_be_refused_is_refused(text: str, steps: str) -> None:
    asked = [(what, tuple(path.split(".")), 0) for what, path in (step.split() for step in steps.split(", "))]
    assert _outcome(_one_by_one, text, asked[:1]) == _outcome(_together, text, asked) == "it can't be edited"


def test_a_comment_that_comes_below_is_seen() -> None:
    cutting = Cutting("m:\n  a: 1\n  b: 2\n  # c\no: 1\n")
    cutting.remove(("m", "b"))
    assert cutting.text == "m:\n  a: 1\n  # c\no: 1\n"
    assert cutting.has_comment(("m", "a"))


_MUCH = """\
  k{}:
    b: {{c: 1, d: [x, z]}}
  l{}:
    # b
    b:
    # c
    - c
    d:  # e
      e: >-
        f
  m{}: {{
    x: 1, # z
    z: 1,
  }}
"""
_OF_MUCH: list[_Step] = [
    ("remove", ("m{}", "z"), 1),
    ("remove", ("l{}", "d", "e"), 1),
    ("has_comment", ("l{}", "b"), 0),
    ("remove", ("l{}", "b"), 2),
    ("remove", ("k{}", "b", "d", 1), 0),
    ("replace", ("k{}", "b", "d", 0), 0),
    ("remove", ("k{}", "b", "c"), 0),
]


def test_a_text_from_which_much_goes_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(["a:\n", *(_MUCH.format(n, n, n) for n in range(20)), "  e: 1\n"])
    steps = [
        (what, ("a", str(first).format(n), *path), keep)
        for n in reversed(range(20))
        for what, (first, *path), keep in _OF_MUCH[n % 3 :]
    ]
    expected = _one_by_one(text, steps)
    read: list[str] = []
    spans_of = spans.read
    monkeypatch.setattr(spans, "read", lambda text: read.append(text) or spans_of(text))
    assert _together(text, steps) == expected
    assert read == [text]


def test_time_grows_as_what_goes_does() -> None:
    def prepared(count: int) -> Callable[[], object]:
        text = "a:\n" + "".join(f"  k{n}: {n}\n" for n in range(count)) + "  e: 1\n"

        def run() -> None:
            cutting = Cutting(text)
            for n in reversed(range(count)):
                cutting.remove(("a", f"k{n}"))
            assert cutting.checked(()) == "a:\n  e: 1\n"

        return run

    assert is_in_proportion(prepared, 8000)
