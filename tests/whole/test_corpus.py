"""Bad inputs: each is refused, with all of its diagnostics at the right place, and nothing is written.

What a text file can hold is in tests/corpus/, a file a case; see support/corpus.py for how to read and write them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import efdgen
from efdgen.cli import command
from efdgen.errors import Problem
from efdgen.report.findings import as_sarif
from support import needs, warm
from support.checkout import snapshot
from support.corpus import Case, Expected, cases
from support.findings import assert_reported, problems, sarif_results
from support.repository import overlay, small_repository

INVALID_INPUT = 3

CASES = cases()
SEVERAL = CASES[:: max(1, len(CASES) // 12)]
TOGETHER = 20
"""Cases in a test: a repository of its own costs as much again as a case that is refused early."""

PARTS = {
    f"{part[0].name} to {part[-1].name}": part
    for part in (CASES[n : n + TOGETHER] for n in range(0, len(CASES), TOGETHER))
}

DOME = "environments/dome.yaml"
EXTRA = "environments/extra.yaml"
TEMPLATES = "templates/apps/view/templates"


def _render(root: Path, reported: list[Problem] | None = None) -> tuple[int, list[Expected]]:
    """Render in this process, and look at what the other formats make of the problems.

    Args:
        root: the repository.
        reported: where the problems are noted, for one log of those of many repositories.
    """
    result = CliRunner().invoke(command, ["render", "--root", str(root), "--format", "json"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    found = problems(result.stdout)
    assert_reported(root, found)
    if reported is None:
        sarif_results(as_sarif(found))
    else:
        reported += found
    for problem in json.loads(result.stdout)["problems"]:
        assert problem["severity"] == ("warning" if problem["code"].startswith("W") else "error"), problem
    return result.exit_code, _diagnostics(result.stdout)


def _render_apart(root: Path) -> tuple[int, list[Expected]]:
    """Render in a process of its own, as from a shell."""
    arguments = [warm.program(), "render", "--root", str(root), "--format", "json"]
    result = subprocess.run(arguments, capture_output=True, text=True, encoding="utf-8", check=False, timeout=10)
    assert "Traceback" not in result.stderr
    return result.returncode, _diagnostics(result.stdout)


def _diagnostics(output: str) -> list[Expected]:
    found = []
    for problem in json.loads(output)["problems"]:
        place = problem["file"]
        if problem["line"]:
            place += f":{problem['line']}:{problem['column']}"
        found.append(Expected(problem["code"], place, f"{problem['message']}; {problem['hint']}"))
    return found


def _assert_expected(found: list[Expected], expected: tuple[Expected, ...]) -> None:
    assert [(d.code, d.place) for d in found] == [(d.code, d.place) for d in expected], found
    for diagnostic, wanted in zip(found, expected, strict=True):
        assert wanted.text in diagnostic.text


def _check_each(cases: Sequence[Case], check: Callable[[Case, Path], None], tmp_path: Path) -> None:
    """Check every case in a repository where it alone is wrong, and say all that is wrong with any."""
    wrong = []
    root = small_repository(tmp_path)
    right = snapshot(root)
    for case in cases:
        try:
            case.apply(root)
            check(case, root)
        except AssertionError as error:
            wrong.append(f"tests/corpus/{case.name}.txt: {error}")
        _put_back(case, root, right)
    assert not wrong, "\n\n".join(wrong)
    assert snapshot(root) == right, "each case found what is right, but for itself"


def _put_back(case: Case, root: Path, right: Mapping[str, bytes]) -> None:
    """Make a repository right again: a hundredth of the files of a new one."""
    shutil.rmtree(root / "rendered", ignore_errors=True)
    for path, _, _ in case.sections:
        before = {each: content for each, content in right.items() if each == path or each.startswith(f"{path}/")}
        overlay(root, before or ({path: None} if (root / path).exists() else {}))
        for folder in (root / path).parents:
            if folder == root or not folder.is_dir() or any(folder.iterdir()):
                break
            folder.rmdir()


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_the_cases_break_is_right(tmp_path: Path) -> None:
    status, found = _render(small_repository(tmp_path))

    assert status == 0
    assert found == []


def test_there_are_many_cases() -> None:
    assert len(CASES) >= 200


def test_every_code_has_a_case() -> None:
    package = Path(efdgen.__file__).parent
    known = {
        code
        for path in package.rglob("*.py")
        for code in re.findall(r'"([EW][0-9]{3})"', path.read_text(encoding="utf-8"))
    }
    # Those about rendered/ and about what Helm makes of it are not about input: other tests have them.
    known = {code for code in known if code[1] not in "67"}

    of_links, of_validate = {"E306"}, {"W527", "W544", "W545"}
    of_texts = {expected.code for case in CASES for expected in case.expected}
    of_bytes = {code for _, code, _ in BYTES.values()}
    assert known <= of_texts | of_bytes | of_links | of_validate


@pytest.mark.parametrize("part", PARTS)
def test_bad_input_is_refused_and_odd_input_reported(part: str, tmp_path: Path) -> None:
    reported: list[Problem] = []

    def check(case: Case, root: Path) -> None:
        status, found = _render(root, reported)

        assert status == (INVALID_INPUT if case.is_error else 0)
        _assert_expected(found, case.expected)
        assert bool(_files(root / "rendered")) is not case.is_error
        assert (root / "rendered").exists() is not case.is_error

    _check_each(PARTS[part], check, tmp_path)
    assert len(sarif_results(as_sarif(reported))) == len(reported)


def test_bad_input_is_refused_from_a_shell(tmp_path: Path) -> None:
    def check(case: Case, root: Path) -> None:
        status, found = _render_apart(root)

        assert status == (INVALID_INPUT if case.is_error else 0)
        _assert_expected(found, case.expected)

    _check_each(SEVERAL, check, tmp_path)


def test_people_are_told_where_it_is(tmp_path: Path) -> None:
    def check(case: Case, root: Path) -> None:
        result = CliRunner().invoke(command, ["validate", "--root", str(root)])

        assert result.exit_code == (INVALID_INPUT if case.is_error else 0)
        for expected in case.expected:
            assert expected.code in result.stderr
            assert expected.place in result.stderr

    _check_each(SEVERAL, check, tmp_path)


def test_a_linked_environment_that_is_wrong_is_named(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, {DOME: _dome("the dome", "@dome")})

    result = CliRunner().invoke(command, ["render", "lab", "--root", str(root), "--format", "json"])

    assert result.exit_code == INVALID_INPUT
    place = "environments/lab.yaml:50:40"
    _assert_expected(_diagnostics(result.stdout), (Expected("E103", f"{DOME}:2:8"), Expected("E306", place, "dome")))
    assert not (root / "rendered").exists()


# What no text file can hold.


def _dome(old: str, new: str) -> str:
    text = (Path(__file__).parents[1] / "small-repository" / DOME).read_text(encoding="utf-8")
    assert text.count(old) == 1
    return text.replace(old, new)


def _with(path: str, content: str | bytes) -> Callable[[Path], None]:
    return lambda root: overlay(root, {path: content})


def _place(content: str | bytes) -> Callable[[Path], None]:
    if isinstance(content, bytes):
        return _with(DOME, _dome("the dome", "PLACE").encode().replace(b"PLACE", content))
    return _with(DOME, _dome("the dome", content))


def _link(path: str, target: str) -> Callable[[Path], None]:
    return lambda root: (root / path).symlink_to(target)


def _folder(path: str) -> Callable[[Path], None]:
    return lambda root: (root / path).mkdir(parents=True)


def _folder_for_file(path: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / path).unlink()
        (root / path).mkdir()

    return change


def _file_for_folder(path: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        overlay(root, {path: None})
        overlay(root, {path: "x\n"})

    return change


def _outside(root: Path) -> None:
    (root.parent / "elsewhere").mkdir()
    (root.parent / "elsewhere" / "extra.yaml").write_text("name: extra\napps: {}\n", encoding="utf-8")


def _link_to_file_outside(root: Path) -> None:
    _outside(root)
    (root / EXTRA).symlink_to(root.parent / "elsewhere" / "extra.yaml")


def _link_to_folder_outside(root: Path) -> None:
    _outside(root)
    (root / TEMPLATES / "more").symlink_to(root.parent / "elsewhere")


def _two_links_in_circles(root: Path) -> None:
    (root / TEMPLATES / "a").symlink_to(".")
    (root / TEMPLATES / "b").symlink_to(".")


LAUGHS = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10))
APP = "templates/apps/attic/app.yaml"

BYTES: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "nul": (_place("the \0dome"), "E102", f"{DOME}:2:12"),
    "bell": (_place("the \adome"), "E102", f"{DOME}:2:12"),
    "delete": (_place("the \x7fdome"), "E102", f"{DOME}:2:12"),
    "no-character": (_place("the \uffffdome"), "E102", f"{DOME}:2:12"),
    "line-separator": (_place("the\u2028dome"), "E102", f"{DOME}:2:11"),
    "paragraph-separator": (_place("the\u2029dome"), "E102", f"{DOME}:2:11"),
    "next-line": (_place("the\x85dome"), "E102", f"{DOME}:2:11"),
    "latin-1": (_place(b"the d\xf4me"), "E102", f"{DOME}:2:13"),
    "lone-surrogate": (_place(b"the \xed\xa0\x80dome"), "E102", f"{DOME}:2:12"),
    "cut-off": (_with(DOME, "name: dôme".encode()[:-3]), "E102", f"{DOME}:1:8"),
    "utf-16": (_with(DOME, "name: dome\n".encode("utf-16")), "E102", f"{DOME}:1:1"),
    "latin-1-template": (_with(f"{TEMPLATES}/x.yaml", b"a: b\nc: \xf4\n"), "E102", f"{TEMPLATES}/x.yaml:2:4"),
    "nul-in-template": (_with(f"{TEMPLATES}/x.yaml", b"a: b\nc: \0d\n"), "E102", f"{TEMPLATES}/x.yaml:2:4"),
    "picture-among-templates": (_with(f"{TEMPLATES}/x.png", b"\x89PNG\r\n"), "E102", f"{TEMPLATES}/x.png:1:1"),
    "carriage-returns": (_with(DOME, _dome("the dome", "@dome").replace("\n", "\r")), "E103", f"{DOME}:2:8"),
    "50-megabytes": (_with(DOME, b"#" * 50_000_000), "E101", DOME),
    "50-megabytes-template": (_with(f"{TEMPLATES}/x.yaml", b"#" * 50_000_000), "E101", f"{TEMPLATES}/x.yaml"),
    "10000-lists": (_with(DOME, "[" * 10_000), "E110", f"{DOME}:1:101"),
    "10000-mappings": (_with(DOME, "{a: " * 10_000), "E110", f"{DOME}:1:401"),
    "10000-list-items": (_with(DOME, "- " * 10_000), "E110", f"{DOME}:1:201"),
    "1000-levels": (_with(DOME, "".join(" " * i + "a:\n" for i in range(1000))), "E110", f"{DOME}:101:101"),
    "billion-laughs": (_with(DOME, LAUGHS), "E111", f"{DOME}:6:50"),
    "many-digits": (_place("9" * 5000), "E109", f"{DOME}:2:8"),
    "many-digits-before-a-point": (_place("9" * 400 + ".0"), "E109", f"{DOME}:2:8"),
    "large-exponent": (_place("1.0e+999"), "E109", f"{DOME}:2:8"),
    "400-parentheses": (_place(f"<% {'(' * 400}1{')' * 400} %>"), "E302", f"{DOME}:2:8"),
    "900-hyphens": (_place(f"<% {'-' * 900}1 %>"), "E303", f"{DOME}:2:8"),
    "lone-surrogate-in-an-expression": (_place(r"<% '\ud800' %>"), "E304", f"{DOME}:2:8"),
    "infinity-in-an-expression": (_place("<% 1e999 %>"), "E302", f"{DOME}:2:8"),
    "folder-for-a-spec": (_folder(EXTRA), "E101", EXTRA),
    "folder-for-an-app": (_folder(APP), "E101", APP),
    "folder-for-values": (
        _folder_for_file("templates/apps/view/values.yaml"),
        "E101",
        "templates/apps/view/values.yaml",
    ),
    "file-for-templates": (_file_for_folder(TEMPLATES), "E101", TEMPLATES),
    "folder-for-shared-facts": (
        _folder_for_file("environments/shared/facts.yaml"),
        "E101",
        "environments/shared/facts.yaml",
    ),
    "link-to-nothing": (_link(EXTRA, "nowhere.yaml"), "E101", EXTRA),
    "link-to-itself": (_link(EXTRA, "extra.yaml"), "E101", EXTRA),
    "link-to-another-spec": (_link(EXTRA, "dome.yaml"), "E401", f"{EXTRA}:1:7"),
    "link-to-a-device": (_link(EXTRA, "/dev/zero"), "E101", EXTRA),
    "link-out-of-the-repository": (_link_to_file_outside, "E101", EXTRA),
    "name-with-a-line-break": (_with(f"{TEMPLATES}/a\nb.yaml", "a: b\n"), "E101", f"{TEMPLATES}/a\nb.yaml"),
}

SLOW_IF_WRONG: dict[str, tuple[Callable[[Path], None], str, tuple[str, ...]]] = {
    "folder-link-out-of-the-repository": (_link_to_folder_outside, "E101", (f"{TEMPLATES}/more",)),
    "folder-link-in-a-circle": (_link(f"{TEMPLATES}/a", "."), "E101", (f"{TEMPLATES}/a",)),
    "folder-links-in-circles": (_two_links_in_circles, "E101", (f"{TEMPLATES}/a", f"{TEMPLATES}/b")),
    "pipe": (lambda root: os.mkfifo(root / EXTRA), "E101", (EXTRA,)),
    "pipe-among-templates": (lambda root: os.mkfifo(root / TEMPLATES / "a"), "E101", (f"{TEMPLATES}/a",)),
}


@pytest.mark.parametrize("name", BYTES)
def test_bytes_and_files_are_refused(name: str, tmp_path: Path) -> None:
    change, code, place = BYTES[name]
    root = small_repository(tmp_path)
    change(root)

    status, found = _render(root)

    assert status == INVALID_INPUT
    _assert_expected(found, (Expected(code, place),))
    assert not (root / "rendered").exists()


@pytest.mark.parametrize("name", SLOW_IF_WRONG)
def test_links_and_pipes_are_refused(name: str, tmp_path: Path) -> None:
    change, code, places = SLOW_IF_WRONG[name]
    root = small_repository(tmp_path)
    change(root)

    status, found = _render_apart(root)

    assert status == INVALID_INPUT
    _assert_expected(found, tuple(Expected(code, place) for place in places))


@pytest.mark.parametrize(
    "path",
    [
        "environments/shared/charts.yaml",
        "environments/shared/news.yaml",
        "schemas/facts.schema.json",
        "schemas/news.schema.json",
        "templates/apps/view/app.yaml",
        "templates/apps/view/chart-keys.yaml",
        "templates/apps/view/parameters.schema.json",
        "templates/apps/view/templates",
        "templates/apps/view/values.schema.json",
        "templates/apps/view/values.yaml",
        "templates/pages",
        "templates/pages/addresses.yaml",
        "templates/pages/environment.md",
        "templates/pages/fleet.yaml",
        "templates/project.yaml",
        "templates/runbook",
        "templates/runbook/functions.sh",
    ],
)
def test_link_that_leads_nowhere_is_no_file_that_is_not_there(path: str, tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    if (root / path).exists():
        overlay(root, {path: None})
    (root / path).parent.mkdir(exist_ok=True)
    _link(path, "nowhere")(root)

    status, found = _render(root)

    assert status == INVALID_INPUT
    said = [problem.text for problem in found if problem[:2] == ("E101", path)]
    assert len(said) == 1
    assert "the link leads nowhere" in said[0]


@needs.ORDINARY_USER.needed
def test_unreadable_file_is_refused(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    (root / DOME).chmod(0)

    status, found = _render(root)

    assert status == INVALID_INPUT
    _assert_expected(found, (Expected("E101", DOME),))


@needs.ORDINARY_USER.needed
@pytest.mark.parametrize("mode", [0o000, 0o111, 0o444])
@pytest.mark.parametrize("folder", ["schemas", "environments/shared", "templates", "templates/apps/store"])
def test_an_unreadable_folder_is_said_and_nothing_that_follows(folder: str, mode: int, tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    (root / folder).chmod(mode)

    status, found = _render(root)

    (root / folder).chmod(0o755)
    assert status == INVALID_INPUT
    _assert_expected(found, (Expected("E101", folder),))


# What some parsers take for something else, and is kept as it is written.

KEPT = ("22:22", "1:30:45", "2001-12-14", "2001-12-14t21:59:43.10-05:00", "1.2.3", "1.21.5", "v1.10", "0.1.0-rc.1")
KEPT += ("nope", "Yesterday", "o", "Nil", "NoNe", "=", "1,000", "0x", "1e", "e3", "5Gi", "1_a", "infinity")


@pytest.mark.parametrize("text", KEPT)
def test_what_looks_like_something_else_is_kept_as_text(text: str, tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, {DOME: _dome("view: {}", f"view: {{values: {{env: {{WORD: {text}}}}}}}".replace("1,000", '"1,000"'))})

    status, found = _render(root)

    assert status == 0, found
    rendered = (root / "rendered/apps/view/values-dome.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(rendered)["view"]["env"]["WORD"] == text


@pytest.mark.parametrize("ending", [b"\r\n", b"\n"])
@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
def test_line_ends_and_byte_order_marks_make_no_difference(mark: bytes, ending: bytes, tmp_path: Path) -> None:
    plain = small_repository(tmp_path / "plain")
    root = small_repository(tmp_path / "changed")
    for path in _files(root):
        path.write_bytes(mark + path.read_bytes().replace(b"\n", ending))

    assert _render(plain) == _render(root) == (0, [])
    for path in _files(plain / "rendered"):
        assert path.read_bytes() == (root / path.relative_to(plain)).read_bytes()
