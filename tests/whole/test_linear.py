"""A law: reading and checking takes time that grows as the text does, whatever the text is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from efdgen.cli import command
from support.repository import overlay, small_repository

SPEC = "environments/lab.yaml"
TEMPLATE = "templates/apps/view/templates/long.yaml"
PHASE = "templates/runbook/90-long.md"
TEXTS = {
    "a word": "x",
    "words": "x ",
    "hyphens": "-",
    "dots": ".",
    "labels": "a-.-b.",
    "names": "dome-",
    "schemes": "http://",
    "schemes without an address": "http:// ",
    "paths": "secret/a/",
    "slashes": "/",
    "beginnings of expressions": "<%",
    "ends of expressions": "%>",
    "passwords": "password: ",
    "tokens": "token='",
    "web tokens": "eyJaaaaaaaa-",
    "keys": "-----BEGIN A",
    "spaces": " ",
    "digits": "1",
    "colons": "a:",
    "at": "a://b:c",
    "brackets": "](",
    "ticks": "`",
    "headings": " {#a",
}
SHORT, LONG = 10_000, 40_000
TIMES = LONG // SHORT * 3
"""How much longer the long one may take, with room for a busy machine; quadratic: 16 times."""

MEANWHILE = 0.5
"""Seconds in which everything is fast enough, whatever the ratio."""


def _in_a_spec(text: str) -> dict[str, str]:
    spec = f"name: lab\nsite: north\nplace: {json.dumps(text)}\nfeed:\n  title: {json.dumps(text)}\napps:\n  view:\n"
    return {SPEC: f"{spec}    values:\n      long: {json.dumps(text)}\n# {text}\n"}


def _in_a_template(text: str) -> dict[str, str]:
    return {TEMPLATE: f"a: {json.dumps(text)}\n# {text}\n{text}\n{text}<% name %>\n"}


def _in_a_runbook(text: str) -> dict[str, str]:
    head = "---\nphase: long\ntitle: Long\ntools: []\n---\n\n### Read it {#read}\n\n"
    return {PHASE: f"{head}A {text} b.\n\n```bash\necho {text}\n```\n"}


def _seconds(root: Path, files: dict[str, str]) -> float:
    """Return how long it takes to check a repository with other files: whether they are right does not matter here."""
    overlay(root, files)
    best = float("inf")
    for _ in range(2):
        begun = time.process_time()
        result = CliRunner().invoke(command, ["check", "--root", str(root), "--format", "json"])
        best = min(best, time.process_time() - begun)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        if best < MEANWHILE:
            break
    return best


@pytest.mark.parametrize("place", [_in_a_spec, _in_a_template, _in_a_runbook])
@pytest.mark.parametrize("what", TEXTS)
def test_time_grows_as_the_text_does(tmp_path: Path, what: str, place: Callable[[str], dict[str, str]]) -> None:
    root = small_repository(tmp_path)
    longest = _seconds(root, place(_text(what, LONG)))
    if longest > MEANWHILE:
        assert longest < TIMES * _seconds(root, place(_text(what, SHORT)))


def _text(what: str, length: int) -> str:
    return f"x{TEXTS[what] * length}"[:length] + " x.x"
