"""Image tags that a later stage runs before an earlier one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from efdgen.repository.load import load
from efdgen.rules import ahead
from efdgen.verbs.validate import validate
from support.checkout import edit

FACTS, LAB, DOME = "environments/shared/facts.yaml", "environments/lab.yaml", "environments/dome.yaml"


def found(root: Path, *names: str) -> list[str]:
    repository = load(root)
    assert not repository.problems
    return [f"{problem.location}: {problem.message}" for _, problem in ahead.tags(repository, names or ("lab", "dome"))]


def test_a_default_that_went_past_who_is_held_back_is_said_at_the_pin_unless_a_pin_or_an_exception_says_why(
    small: Path,
) -> None:
    assert found(small) == []
    edit(small / FACTS, "defaults:\n", "stages: [[lab], [dome]]\ndefaults:\n")
    assert found(small) == [f"{LAB}:22:16: lab runs 1.9.3, and later stages are ahead: dome 1.9.4 (store, image.tag)"]
    assert found(small, "dome") == []
    edit(small / DOME, "  store: {}\n", "  store:\n    pins: {image.tag: {value: 1.9.5, reason: Needed there.}}\n")
    assert found(small) == []
    edit(small / DOME, "    pins: {image.tag: {value: 1.9.5, reason: Needed there.}}\n", "    values: {}\n")
    assert len(found(small)) == 1
    edit(small / LAB, "apps:\n", "accept:\n- {rule: W544, app: store, reason: It stays.}\napps:\n")
    assert found(small) == []
    edit(small / FACTS, "[[lab], [dome]]", "[[dome], [lab]]")
    assert found(small) == []


ADVICE = {
    "try it in lab first": (
        LAB,
        "    pins:\n      image.tag:\n        value: 1.9.3\n        reason: 1.9.4 has not been tried here.\n",
        "",
    ),
    "or pin those to what they ran before, with the reason;": (
        DOME,
        "  store: {}\n",
        "  store:\n    pins: {image.tag: {value: 1.9.3, reason: Not tried in the lab.}}\n",
    ),
    "if they are to lead, accept W544 for store in the spec of lab": (
        LAB,
        "apps:\n",
        "accept:\n- {rule: W544, app: store, reason: The dome leads.}\napps:\n",
    ),
}


@pytest.mark.parametrize("advice", ADVICE)
def test_what_is_advised_leaves_nothing_to_say(small: Path, advice: str) -> None:
    def warnings() -> dict[str, str]:
        return {each.code: each.hint for each in validate(small, (), (), dt.date(2026, 1, 1)).warnings}

    edit(small / FACTS, "defaults:\n", "stages: [[lab], [dome]]\ndefaults:\n")
    assert advice in warnings()["W544"]
    edit(small / ADVICE[advice][0], *ADVICE[advice][1:])
    assert warnings() == {}


def test_an_environment_in_no_stage_is_named_where_others_have_stages(small: Path) -> None:
    def strays() -> list[str]:
        return [f"{each.location}: {each.message}" for _, each in ahead.strays(load(small), ("lab", "dome"))]

    assert strays() == []
    edit(small / FACTS, "defaults:\n", "stages: [[lab]]\ndefaults:\n")
    assert strays() == [f"{DOME}:1:7: dome is in no stage: nothing is promoted to it"]
    assert "W545" in {each.code for each in validate(small, (), (), dt.date(2026, 1, 1)).warnings}
    edit(small / DOME, "apps:\n", "accept:\n- {rule: W545, reason: By itself.}\napps:\n")
    assert strays() == []
