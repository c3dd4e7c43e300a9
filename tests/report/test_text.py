"""Reports for a terminal: what they show of the lines of a file."""

from __future__ import annotations

import click
import pytest

from efdgen.errors import InvalidInputError, Location, Problem, Severity
from efdgen.language import yamlio
from efdgen.report import text
from support.foreach import for_each


def told(source: str, problems: tuple[Problem, ...]) -> str:
    lines = source.split("\n")
    return click.unstyle(text.problems(problems, lambda _file, number: lines[number - 1], click.style))


@for_each(
    ("source", "shown"),
    [
        ("password: [hunter2", "1 | password: ***"),
        ("auth: {apiKey: [hunter2", "1 | auth: {apiKey: ***"),
        ("password: {user: hunter2", "1 | password: ***"),
        ("password: 'hunter2", "1 | password: ***"),
        ("password: |\n hunter2\n  x\nb: c: d", "4 | b: c: d"),
        ("a:\n  password: |\n hunter2\nb: 1", "3 |  ***"),
        ("a:\n  password: |\n    x\n   hunter2", "4 |    ***"),
        ("password: 1\n- hunter2", "2 | ***"),
        ("password:\n  - x\n\n  # why\n  - @hunter2", "5 |   ***"),
        ("password: *hunter2", "the anchor '***' is not defined above"),
        ("password: !hunter2 x", "the tag *** is not supported"),
        ("token: 0x4e2bc91f", "*** is a number to some YAML parsers"),
        ("password: |hunter2", "1 | password: ***"),
        ("pass: &a [1\n", "1 | pass: &a [1"),
        ("token: off", "off is a boolean to some YAML parsers"),
    ],
)
def test_yaml_that_is_wrong_shows_no_secret(source: str, shown: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        yamlio.parse(source, "dome.yaml")
    report = told(source, caught.value.problems)
    assert shown in report
    assert "hunter2" not in report
    assert "0x4e2bc91f" not in report


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("password: <% 'hunter2' ~ nope %>", "password: <% '***' ~ nope %>"),
        ("password: <% vault.nope %>", "password: <% vault.nope %>"),
    ],
)
def test_a_text_in_the_expression_of_a_secret_is_not_shown(line: str, shown: str) -> None:
    problem = Problem("E301", "unknown name 'nope'", Location("dome.yaml", 1, 1))
    assert f"1 | {shown}\n" in told(line, (problem,))


def test_of_very_many_problems_a_terminal_shows_the_first_and_no_warning_in_the_place_of_an_error() -> None:
    places = [Location("a.yaml", line, 1) for line in range(1, 101)]
    found = [
        Problem("E402" if n % 2 else "W511", f"p{n}", place, severity=Severity.ERROR if n % 2 else Severity.WARNING)
        for n, place in enumerate(places)
    ]
    shown = click.unstyle(text.problems(found, lambda _file, _line: "", click.style, most=60)).split("\n")
    heads = [line for line in shown if line.startswith(("error", "warning"))]
    assert heads[:20] == [f"{'error[E402]' if n % 2 else 'warning[W511]'} p{n}" for n in range(20)]
    assert heads[20:] == [f"error[E402] p{n}" for n in range(21, 100, 2)]
    counts = "50 errors and 50 warnings in 1 file"
    assert shown[-1] == f"{counts}; 40 of them are not shown. To see all, add: 2>&1 | less"
    whole = text.problems(found, lambda _file, _line: "", click.style)
    assert click.unstyle(whole).endswith(f"p99\n  --> a.yaml:100:1\n\n{counts}")
    assert text.problems(found, lambda _file, _line: "", click.style, most=100) == whole
