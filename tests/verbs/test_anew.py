"""What is made anew of each environment is let go of again."""

from __future__ import annotations

import gc

from efdgen import rules
from efdgen.verbs import anew, project
from support.repository import FROZEN

MOST = 200
"""Objects that hold each other and that nobody else holds. With what holds the lines of a runbook, there are 340."""


def test_an_environment_leaves_next_to_nothing_that_only_a_search_for_garbage_would_free() -> None:
    # A run makes no such search (`__main__`): what holds itself stays as long as it lasts.
    opened = project.open_project(FROZEN)
    work = anew.Work(opened, rules.Identities(opened.repository, opened.resolver))
    first, second = opened.selected[:2]
    work.made(first)
    gc.collect()
    gc.disable()
    try:
        assert len(anew.Made(*work.made(second)).files) > 1
        assert gc.collect() < MOST
    finally:
        gc.enable()


def test_a_run_leaves_next_to_nothing_that_only_a_search_for_garbage_would_free() -> None:
    # A program may make many runs, and a review two: what was read for one is freed with it.
    project.rendering(FROZEN)
    gc.collect()
    gc.disable()
    try:
        assert project.rendering(FROZEN).tree
        assert gc.collect() < MOST
    finally:
        gc.enable()
