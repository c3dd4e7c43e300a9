from __future__ import annotations

from efdgen.rules.numbers import as_go_prints
from support.foreach import for_each


@for_each(
    ("number", "printed"),
    [
        (1000000, "1e+06"),
        (-1000000, "-1e+06"),
        (26214400, "2.62144e+07"),
        (86400000, "8.64e+07"),
        (1234567, "1.234567e+06"),
        (10**16, "1e+16"),
        (123456789012345678, "1.2345678901234568e+17"),
        (10**21, "1e+21"),
    ],
)
def test_numbers_are_printed_as_go_prints_floats(number: int, printed: str) -> None:
    assert as_go_prints(number) == printed
