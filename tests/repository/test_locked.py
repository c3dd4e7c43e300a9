"""A lock that can't be read is wrong input to whoever reads specs, needs it or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from efdgen.errors import Problem
from efdgen.repository import locked, lockentries
from efdgen.repository.files import Files
from efdgen.repository.load import load
from support.checkout import FROZEN
from support.foreach import for_each
from support.repository import small_repository

ENTRY = (
    f"- {{name: a, version: '1.0.0', repository: 'https://a.example.org', url: 'https://a/b', sha256: '{'a' * 64}'}}\n"
)
GIT = ENTRY.replace("https://a.example.org", "git+https://a.example.org/b#c")


def said(text: str) -> list[tuple[str, int, str]]:
    problems = load(FROZEN, instead={"charts.lock": text}).problems
    assert {problem.location.file for problem in problems} <= {"charts.lock"}
    return [(problem.code, problem.location.line, problem.message) for problem in problems]


@for_each(
    "text, expected",
    [
        ("charts:\n<<<<<<< HEAD\n=======\n>>>>>>> b\n", ("E103", 2, "Git left a merge conflict here")),
        (f"charts:\n{ENTRY}- name: b\n  versi", ("E103", 4, "there is no colon behind this key")),
        ("garbage\n", ("E204", 1, "must be a mapping, not 'garbage'")),
        ("charts: {}\n", ("E204", 1, "must be a list, not a mapping")),
        ("charts:\n- name: a\n  version: 1.0.0\n  repository: https://a\n", ("E202", 2, "'sha256' is missing")),
        (f"charts:\n{ENTRY}{ENTRY}", ("E206", 3, "a 1.0.0 is locked twice (first on line 2)")),
        (f"charts:\n{GIT}", ("E202", 2, "'commit' is missing: nobody could tell that the tag was moved")),
    ],
)
def test_a_lock_that_is_none_is_told_on_loading(text: str, expected: tuple[str, int, str]) -> None:
    (found,) = said(text)
    assert found[:2] == expected[:2]
    assert expected[2] in found[2]


@for_each("text", ["", "# nothing\n", "charts:\n", "# Written.\ncharts:  \n\n", "charts: []\n"])
def test_a_lock_without_entries_is_one(text: str) -> None:
    assert said(text) == []


def test_an_entry_that_no_app_pins_is_a_warning() -> None:
    ((code, line, message),) = said(f"charts:\n{ENTRY}")
    assert (code, line) == ("W409", 2)
    assert message == "no app pins a 1.0.0 from https://a.example.org any more"


def test_a_lock_is_told_beside_apps_that_are_wrong_and_no_pin_of_theirs_is() -> None:
    app = "templates/apps/influxdb/app.yaml"
    lock = f"charts:\n{ENTRY}"
    problems = load(FROZEN, instead={app: "chart: {}\n", "charts.lock": lock}).problems
    assert "charts.lock" not in {problem.location.file for problem in problems}
    problems = load(FROZEN, instead={app: "chart: {}\n", "charts.lock": lock.replace("charts", "chart")}).problems
    assert {app, "charts.lock"} <= {problem.location.file for problem in problems}


def _folder(lock: Path) -> None:
    lock.mkdir()


def _loose_link(lock: Path) -> None:
    lock.symlink_to("nowhere")


def _not_utf8(lock: Path) -> None:
    lock.write_bytes(b"charts: \xff\n")


def test_what_is_in_its_place_and_no_text_is_told(tmp_path: Path) -> None:
    cases: list[tuple[Callable[[Path], None], str, str]] = [
        (_folder, "E101", "it is not a file"),
        (_loose_link, "E101", "can't read it: the link leads nowhere"),
        (_not_utf8, "E102", "the file is not UTF-8: byte 0xff"),
    ]
    for make, code, message in cases:
        root = small_repository(tmp_path / make.__name__)
        make(root / "charts.lock")
        problems = load(root).problems
        assert [(each.code, each.location.file, each.message) for each in problems] == [(code, "charts.lock", message)]


def test_a_lock_that_is_well_is_held_against_pins_once_read() -> None:
    text = (FROZEN / "charts.lock").read_text(encoding="utf-8")
    document = lockentries.read(text)
    assert document is not None
    assert lockentries.read(text) is document
    found: list[Problem] = locked.problems(Files(FROZEN), ())
    assert {problem.code for problem in found} == {"W409"}
    assert len(found) == len(document.data["charts"])
