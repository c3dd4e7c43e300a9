"""What an audit asks, and that nothing holds it up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from efdgen.verbs import project
from efdgen.verbs.audit.answers import AskError, Unanswered
from efdgen.verbs.audit.asking.reach import NotNamedError
from efdgen.verbs.audit.asking.threads import ask_all
from efdgen.verbs.audit.plan import plan
from efdgen.verbs.audit.run import told_apart
from support.repository import small_repository


def raises(error: Exception) -> Callable[[], str]:
    def ask() -> str:
        raise error

    return ask


def test_an_answer_that_never_comes_holds_nobody_up() -> None:
    never = threading.Event()
    told: list[tuple[int, int]] = []
    questions: dict[str, Callable[[], object]] = {f"hangs {number}": never.wait for number in range(40)}
    questions |= {
        "fine": lambda: "yes",
        "refused": raises(AskError("no", "try")),
        "odd": raises(ValueError("hunter2")),
    }
    began = time.monotonic()
    found = ask_all(questions, 0.2, lambda done, of_all: told.append((done, of_all)))
    assert time.monotonic() - began < 2
    never.set()
    assert list(found) == list(questions)
    assert found["fine"] == "yes"
    assert found["refused"] == Unanswered("no", "try")
    assert found["odd"] == Unanswered(
        "what came can't be understood (ValueError)", "is it the right server? If it is, please report this"
    )
    assert found["hangs 39"] == Unanswered("no whole answer within 0.2 seconds", "try again")
    assert told[-1] == (43, 43)


def test_who_asks_somebody_that_nobody_named_is_stopped() -> None:
    with pytest.raises(NotNamedError):
        ask_all({"a": raises(NotNamedError("b"))}, 1, lambda *_: None)


def test_areas_are_told_from_environments() -> None:
    assert told_apart(()) == ((), ())
    assert told_apart(("tls", "summit", "dns", "base")) == (("summit", "base"), ("dns", "tls"))


def test_a_plan_asks_for_what_it_is_about_and_for_former_names(tmp_path: Path) -> None:
    (lab,) = project.resolve(small_repository(tmp_path), ("lab",)).environments
    asked = plan(lab, ("dns",), former=("bench",))
    assert asked.hosts == {
        "argocd-lab.example.org": True,
        "broker-lab.example.org": False,
        "store-lab.example.org": True,
        "view-lab.example.org": True,
    }
    assert asked.former == tuple(sorted(host.replace("lab", "bench") for host in asked.hosts))
    assert (asked.vault, asked.certificates, asked.services, asked.argocd) == (None, (), (), None)
    of_vault = plan(lab, ("vault",), ["secret/teams/lab/", "secret/teams/other"]).vault
    assert of_vault is not None
    assert of_vault.elsewhere == ("secret/teams/other",)
