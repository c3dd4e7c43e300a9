"""What `explain` says of tables: of values that come out of one, and of what stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from efdgen.explain import questions
from efdgen.explain.says import Explanation
from efdgen.language.layers import Layer
from efdgen.repository.model import AppChart, AppDefinition
from efdgen.verbs.explain import explain
from support.checkout import edit

NEWS = "environments/shared/news.yaml"


def no_charts(_definition: AppDefinition, _charts: Sequence[AppChart]) -> Sequence[Layer]:
    return ()


def ask(root: Path, question: str) -> Explanation:
    (answer,) = questions.ask(explain(root, "lab", no_charts), question)
    return answer


def says(explanation: Explanation) -> list[tuple[str, str, bool]]:
    return [(say.layer, str(say.location), say.wins) for say in explanation.says]


@pytest.mark.parametrize(
    ("question", "value", "expected"),
    [
        ("tables.news.first.title", "The first news", [("table news", f"{NEWS}:14:12", True)]),
        ("tables.news.first.image", "", [("defaults of the table news", f"{NEWS}:2:11", True)]),
        ("tables.news.second.authors[0].name", "The EFD team", [("defaults of the table news", f"{NEWS}:4:11", True)]),
    ],
)
def test_what_stands_in_a_table_is_explained(
    small: Path, question: str, value: str, expected: list[tuple[str, str, bool]]
) -> None:
    answer = ask(small, question)
    assert (answer.value, says(answer)) == (value, expected)


def test_an_item_that_says_otherwise_wins_over_the_defaults(small: Path) -> None:
    edit(small / NEWS, "  first:\n", "  first:\n    image: https://example.org/first.png\n")
    assert says(ask(small, "tables.news.first.image")) == [
        ("defaults of the table news", f"{NEWS}:2:11", False),
        ("table news", f"{NEWS}:13:12", True),
    ]


def test_a_value_that_comes_out_of_a_table_leads_there(small: Path) -> None:
    edit(
        small / "templates/apps/view/values.yaml",
        "env:\n",
        "env:\n  HEADLINE: <% tables.news.first.title %>\n  LATEST: <% entries(tables.news, feed.news)[0].title %>\n",
    )
    for key, value, place in (("HEADLINE", "The first news", 14), ("LATEST", "The second news", 8)):
        answer = ask(small, f"view.env.{key}")
        assert answer.value == value
        assert answer.copy_of is not None
        assert says(answer.copy_of) == [("table news", f"{NEWS}:{place}:12", True)]


def test_a_key_of_a_table_leads_to_the_table(small: Path) -> None:
    edit(
        small / "templates/apps/view/values.yaml",
        "env:\n",
        "env:\n  ALL: <% tables.news | join(' ') %>\n",
    )
    answer = ask(small, "view.env.ALL")
    assert answer.value == "second first"
    assert [each.path for each in answer.inputs] == [("tables", "news")]
