from __future__ import annotations

import pytest
import yaml

from efdgen.language import yamlio
from efdgen.language.yamlio import lenient
from efdgen.language.yamlio.nesting import before_refused_nesting
from support import problems_of

REFUSED = "exceeded maximum nesting depth"


def refused(problem: str, index: int) -> yaml.MarkedYAMLError:
    """An error as PyYAML 6.0.4 has it for the level of nesting that stands there."""
    mark = yaml.Mark("f", index, 0, index, None, None)
    return yaml.scanner.ScannerError("while increasing flow level", mark, problem, mark)


def test_a_refused_level_leaves_what_stands_before_it() -> None:
    assert before_refused_nesting(refused(REFUSED, 7), "é: [[[[[[") == "é: [[[["


def test_any_other_error_leaves_nothing() -> None:
    assert before_refused_nesting(refused("could not find expected ':'", 7), "é: [[[[[[") is None
    assert before_refused_nesting(yaml.MarkedYAMLError(problem=REFUSED), "é: [[[[[[") is None


@pytest.mark.parametrize(
    ("before", "bracket", "place"),
    [
        ("", "[", (1, 101)),
        ("a: 1\nb: ", "[", (2, 103)),
        ('"é": ', "[", (1, 105)),
        ("# c\r\n- ", "{a: ", (2, 2 + 99 * 4 + 1)),
        ("a: 1\r\n\r\nb:\r\n  - ", "[ ", (4, 4 + 98 * 2 + 1)),
        ("a: ", "[\n", (100, 1)),
    ],
)
@pytest.mark.parametrize("levels", [500, 999, 1_000, 1_001, 1_002, 5_000])
def test_every_depth_is_refused_at_the_readers_own_limit(
    before: str, bracket: str, place: tuple[int, int], levels: int
) -> None:
    (problem,) = problems_of(yamlio.parse, before + bracket * levels, "f")
    assert (problem.code, (problem.location.line, problem.location.column)) == ("E110", place)
    with pytest.raises(yamlio.YamlError, match="nested more than 200 levels deep"):
        lenient.load_all(before + bracket * levels)


def test_what_is_wrong_before_the_depth_is_said_first() -> None:
    (problem,) = problems_of(yamlio.parse, "a: " + "[{" * 2_000, "f")
    assert (problem.code, problem.location.line, problem.location.column) == ("E106", 1, 6)
    with pytest.raises(yamlio.YamlError, match="a key must be text, not a list or a mapping"):
        lenient.load_all("a: " + "[{" * 2_000)


def test_the_documents_before_one_that_is_too_deep_are_read() -> None:
    text = "a: 1\n---\n" + "[" * 2_000
    assert lenient.load(text) == {"a": 1}
    with pytest.raises(yamlio.YamlError, match="line 3: nested more than 200 levels deep"):
        lenient.load_all(text)
