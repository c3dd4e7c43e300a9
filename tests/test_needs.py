"""Tests that are skipped, and what is said about them."""

from __future__ import annotations

import re

import pytest

from support import needs
from support.checkout import ROOT
from support.needs import Need

THERE = Need("a loom", "weaving", "buy one", lambda: ["/opt/loom", "/usr/bin/loom"])
MISSING = Need("a loom", "weaving", "buy one", list)
TOOLS = "run .ci/install-tools as root on Debian or Ubuntu"


def test_what_is_there_is_returned_the_best_place_first() -> None:
    assert THERE.require() == "/opt/loom"
    assert THERE.needed.args == (False,)


def test_what_is_missing_skips_the_test_that_asks() -> None:
    with pytest.raises(pytest.skip.Exception, match=r"^needs a loom$"):
        MISSING.require()
    assert (MISSING.needed.args, MISSING.needed.kwargs) == ((True,), {"reason": "needs a loom"})


def test_the_summary_counts_and_says_how_to_have_it() -> None:
    reasons = ["Skipped: needs Chromium", "needs root", "Skipped: needs Chromium", "Skipped: {it} rains"]
    assert needs.summary(reasons) == [
        "1 test: {it} rains",
        "folders without any permission: 1 test; needs root (test as root)",
        f"the site's pages in a real browser: 2 tests; needs Chromium ({TOOLS})",
    ]
    assert needs.summary([]) == []


def test_every_need_has_a_reason_of_its_own() -> None:
    reasons = [need.reason for need in needs.all_needs()]
    assert len(reasons) == len(set(reasons)) > 12


def test_reasons_to_skip_stand_in_one_place() -> None:
    ways = re.compile(r"pytest\.skip\(|mark\.skip|importorskip|unittest\.skip")
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py")} - {"tests/test_needs.py"}
    assert {file for file in files if ways.search((ROOT / file).read_text(encoding="utf-8"))} == {
        "tests/support/needs.py"
    }
