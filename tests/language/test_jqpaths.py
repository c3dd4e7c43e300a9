"""What is surely not jq."""

from __future__ import annotations

from efdgen.language import jqpaths
from support.foreach import for_each


@for_each(
    ("path", "expected"),
    [
        (".spec.containers[0].image", ""),
        ('.metadata.annotations["a]b\\"("]', ""),
        ('.a[] | select(.name == "x").b', ""),
        (".a[0", "[ is not closed"),
        (".a]", "] closes nothing"),
        (".a[(0])", "] closes nothing"),
        ('.a["b]', "a quote is not closed"),
    ],
)
def test_brackets_and_quotes_have_two_halves(path: str, expected: str) -> None:
    assert jqpaths.fault(path) == expected
