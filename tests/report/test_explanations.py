"""Explanations as text: of what is long, the beginning is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from efdgen.cli.reports import plain
from efdgen.errors import Location
from efdgen.explain.says import Explanation, Say, Source
from efdgen.report import explain


class Counted(list[Any]):
    """A list that knows how many items were looked at."""

    seen = 0

    def __iter__(self) -> Iterator[Any]:
        for item in super().__iter__():
            self.seen += 1
            yield item


def test_of_a_long_list_that_a_layer_says_the_beginning_is_written_and_no_more_is_looked_at() -> None:
    for written in ([{"name": f"item {number}"} for number in range(1000)], ["é", None, 1.5], "x" * 100, {"a": True}):
        counted = Counted(written) if isinstance(written, list) else written
        said = (Say("spec", Location("f", 1, 1), counted, counted, wins=True),)
        text = explain.blocks([Explanation("e", "a", ("b",), 1, Source("e", "a", ("b",)), said)], plain)
        whole = json.dumps(written, ensure_ascii=False)
        assert (whole if len(whole) <= 72 else f"{whole[:69]}...") in text
        assert not isinstance(counted, Counted) or counted.seen < 10
