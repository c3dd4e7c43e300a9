"""`--report`: several reports of one run, each in a file of its own."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.report import former
from efdgen.report.diff import refused
from support import needs, warm
from support.checkout import edit, snapshot
from support.html import Document

FORMATS = ["text", "json", "github", "sarif"]
DIFF_FORMATS = ["text", "markdown", "json", "html"]
OLD, NEW = "        size: 20Gi\n", "        size: 40Gi\n"


def run(root: Path, *arguments: str, cwd: Path | None = None, color: bool = False) -> Result:
    """Run the command in this process, on a repository, from a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd or root)
        return CliRunner().invoke(cli.command, [*arguments, "--root", str(root)], color=color)


def asked(formats: list[str]) -> list[str]:
    """Return the options for a report of each format, in the file `out.<format>`."""
    return [f"--report={name}=out.{name}" for name in formats]


def outdated(root: Path) -> None:
    edit(root / "environments/lab.yaml", OLD, NEW)


def wrong(root: Path) -> None:
    edit(root / "environments/lab.yaml", "  view:\n", "  vieww:\n")


def clean(_root: Path) -> None:
    pass


# -- what is in them


@pytest.mark.parametrize(
    ("verb", "change", "status"),
    [
        ("check", clean, 0),
        ("check", outdated, 1),
        ("check", wrong, 3),
        ("validate", clean, 0),
        ("validate", wrong, 3),
        ("diff", clean, 0),
        ("diff", outdated, 0),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_report_is_what_a_run_with_its_format_shows(
    small: Path, tmp_path: Path, verb: str, change: object, status: int
) -> None:
    assert callable(change)
    change(small)
    formats = DIFF_FORMATS if verb == "diff" else FORMATS
    alone = {name: run(small, verb, "--format", name) for name in formats}
    done = run(small, verb, "--format", "json", *asked(formats), cwd=tmp_path)
    assert (done.exit_code, done.stdout, done.stderr) == (status, alone["json"].stdout, "")
    again = run(small, verb, "--format", "json", *asked(formats), cwd=tmp_path)
    assert (again.exit_code, again.output) == (status, done.output)
    for name in formats:
        told = alone[name].output if name == "text" else alone[name].stdout
        assert (tmp_path / f"out.{name}").read_text(encoding="utf-8") == told, name


def test_the_screen_shows_the_same_with_and_without_reports(small: Path, tmp_path: Path) -> None:
    outdated(small)
    plain, reported = run(small, "check"), run(small, "check", *asked(FORMATS), cwd=tmp_path)
    assert (plain.exit_code, plain.stdout, plain.stderr) == (1, reported.stdout, reported.stderr)


def test_a_review_of_wrong_specs_says_in_each_format_what_is_wrong(small: Path, tmp_path: Path) -> None:
    wrong(small)
    done = run(small, "diff", "--format", "markdown", *asked(DIFF_FORMATS), cwd=tmp_path)
    assert (done.exit_code, done.stdout) == (3, "")
    reports = {name: (tmp_path / f"out.{name}").read_text(encoding="utf-8") for name in DIFF_FORMATS}
    assert reports["text"] == done.stderr
    assert reports["json"] == run(small, "check", "--format", "json").stdout
    assert reports["markdown"].startswith("### Nothing could be compared: the specs are wrong\n\n    error[E402] ")
    assert "Nothing could be compared" in Document(reports["html"]).text
    assert "error[E402]" in Document(reports["html"]).text


def test_a_change_outside_of_what_was_declared_is_in_the_text_and_spoils_no_data(small: Path, tmp_path: Path) -> None:
    outdated(small)
    done = run(small, "diff", "--fail-outside", "dome", *asked(DIFF_FORMATS), cwd=tmp_path)
    assert done.exit_code == 1
    outside = "Outside of dome, this changes: lab\n"
    assert done.stderr == outside
    assert (tmp_path / "out.text").read_text(encoding="utf-8").endswith(outside)
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["nothingChanges"] is False
    assert outside.strip() not in (tmp_path / "out.markdown").read_text(encoding="utf-8")


@pytest.mark.parametrize(("verb", "change"), [("check", outdated), ("check", wrong), ("diff", outdated)])
def test_a_file_has_no_colours_where_the_terminal_has_some(
    small: Path, tmp_path: Path, verb: str, change: object
) -> None:
    assert callable(change)
    change(small)
    done = run(small, verb, "--report", "text=out.text", cwd=tmp_path, color=True)
    assert "\x1b[" in done.output
    assert "\x1b[" not in (tmp_path / "out.text").read_text(encoding="utf-8")


def test_a_file_s_name_that_is_no_text_is_written_as_its_bytes(small: Path, tmp_path: Path) -> None:
    (small / b"rendered/apps/\xff".decode("utf-8", "surrogateescape")).write_bytes(b"mine\n")
    warm.efdgen("check", "--format=github", "--root", small, "--report=json=out.json", cwd=tmp_path)
    (problem,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["problems"]
    assert problem["file"] == "rendered/apps/\udcff"


def test_files_are_written_though_nobody_reads_the_screen(small: Path, tmp_path: Path) -> None:
    full = needs.DEV_FULL.require()
    command = [sys.executable, "-m", "efdgen", "check", "--root", small, *asked(FORMATS)]
    with Path(full).open("w", encoding="utf-8") as stdout:
        done = subprocess.run(command, cwd=tmp_path, stdout=stdout, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 4
    assert {path.name for path in tmp_path.glob("out.*")} == {f"out.{name}" for name in FORMATS}


# -- comments and pages about wrong specs


def test_a_comment_has_room_for_many_mistakes_and_says_when_not_for_all() -> None:
    many = "\n".join(f"error[E402] {number} \N{GRINNING FACE}" for number in range(10_000))
    shown = refused.written(many, "markdown")
    assert 59_000 < len(shown.encode("utf-16-le")) // 2 < 65_000
    assert shown.endswith("\n\nThere is more; see: `efdgen validate`")


def test_nothing_in_a_mistake_is_taken_for_markdown_or_html() -> None:
    evil = "</pre><script>evil()</script>\n# mine\n```\n\u202e"
    assert refused.written(evil, "markdown").splitlines()[2:] == [
        "    </pre><script>evil()</script>",
        "    # mine",
        "    ```",
        "    \\u202e",
    ]
    assert "<script>evil" not in refused.written(evil, "html")
    assert "evil()" in Document(refused.written(evil, "html")).text


# -- how they are written


@pytest.mark.parametrize("name", ["README.md", "charts.lock", ".gitignore", "pyproject.toml", "data.json", "page.html"])
@pytest.mark.parametrize("change", [clean, wrong], ids=lambda value: value.__name__)
def test_a_file_that_is_not_an_earlier_report_is_never_replaced(small: Path, name: str, change: object) -> None:
    assert callable(change)
    change(small)
    mine = {"data.json": '{"runs": []}', "page.html": "<!doctype html>\n<p>mine</p>"}.get(name, "mine\n")
    (small / name).write_text(mine, encoding="utf-8")
    done = run(small, "check", "--report", f"json={name}", "--report", "text=out.text")
    message = f"error: {name} is not an earlier result of efdgen: name another file, or remove it first\n"
    assert (done.exit_code, done.output) == (2, message)
    assert (small / name).read_text(encoding="utf-8") == mine
    assert not (small / "out.text").exists()


@pytest.mark.parametrize(
    "content", [b"", b"\n", b'{"problems": [], "errors": 0, "warnings": 0}', b"nothing found in lab\n", b"note: x\n"]
)
def test_what_a_run_reports_is_known_again(content: bytes) -> None:
    assert former.is_report(content)


@pytest.mark.parametrize(
    "content", [b"\xff", b"{", b"[]", b"{}", b"# What changes", b'{"problems": []}', b"mine\nvalid: x"]
)
def test_what_others_wrote_is_no_report(content: bytes) -> None:
    assert not former.is_report(content)


def test_a_former_report_is_replaced_at_once_and_keeps_its_permissions(small: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    run(small, "check", "--report", "text=out.json", cwd=tmp_path)
    before = file.read_text(encoding="utf-8")
    file.chmod(0o640)
    with file.open(encoding="utf-8") as reader:
        assert run(small, "check", "--report", "json=out.json", cwd=tmp_path).exit_code == 0
        assert reader.read() == before
    assert json.loads(file.read_text(encoding="utf-8"))["errors"] == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["out.json"]


@pytest.mark.parametrize("change", [clean, outdated, wrong], ids=lambda value: value.__name__)
def test_a_file_that_can_t_be_written_ends_with_4_and_the_rest_is_told_all_the_same(
    small: Path, tmp_path: Path, change: object
) -> None:
    assert callable(change)
    change(small)
    told = run(small, "check")
    options = ["--report=json=no folder/out.json", "--report=text=out.text", "--report=sarif=nor this/out"]
    done = run(small, "check", *options, cwd=tmp_path)
    message = (
        "error: can't write no folder/out.json: No such file or directory; "
        "can't write nor this/out: No such file or directory\n"
    )
    assert (done.exit_code, done.stdout, done.stderr) == (4, told.stdout, told.stderr + message)
    assert (tmp_path / "out.text").read_text(encoding="utf-8") == told.output


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("folder", "it is no ordinary file"),
        ("/dev/null", "it is no ordinary file"),
        ("link", "it is a symbolic link; nothing is written through links"),
        ("file/out", "Not a directory"),
        ("x" * 300, "File name too long"),
    ],
    ids=["folder", "device", "link", "below a file", "long"],
)
def test_what_is_in_the_way_is_named_and_stays(small: Path, tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to("file")
    before = snapshot(tmp_path)
    done = run(small, "check", "--report", f"text={name}", cwd=tmp_path)
    assert (done.exit_code, done.stderr) == (4, f"error: can't write {name}: {message}\n")
    assert snapshot(tmp_path) == before
    assert (tmp_path / "link").is_symlink()


# -- how they are asked for


@pytest.mark.parametrize(
    ("verb", "reports", "message"),
    [
        ("check", ["jsn=out"], "unknown format 'jsn': did you mean 'json'?"),
        ("check", ["zzzzzz=out"], "unknown format 'zzzzzz': known: github, json, sarif, text"),
        ("check", ["markdown=out"], "unknown format 'markdown'"),
        ("diff", ["sarif=out"], "unknown format 'sarif'"),
        ("lint", ["sarif"], "it takes a format and a file, such as sarif=FILE"),
        ("validate", ["text="], "it takes a format and a file, such as text=FILE"),
        ("check", ["text=out", "json=./out"], "out can hold one report only"),
        ("check", ["text=rendered/out"], "rendered/out: nothing but what specs render to belongs in rendered/"),
        ("check", ["json=environments/lab.yaml"], "nothing but what people write belongs in environments/"),
        ("diff", ["html=templates/apps/view/app.yaml"], "nothing but what people write belongs in templates/"),
        ("validate", ["json=schemas/new.json"], "nothing but what people write belongs in schemas/"),
        ("check", ["json=.git/HEAD"], "nothing but what Git writes belongs in .git/"),
    ],
    ids=str,
)
def test_wrong_usage_ends_with_2_and_writes_nothing(small: Path, verb: str, reports: list[str], message: str) -> None:
    before = snapshot(small)
    done = run(small, verb, *(f"--report={report}" for report in reports))
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""
    assert snapshot(small) == before


@pytest.mark.parametrize("name", ["environments/lab.yaml", "rendered/docs/lab.md", ".git/HEAD"])
def test_a_runbook_takes_the_place_of_nothing_in_a_repository(small: Path, name: str) -> None:
    before = snapshot(small)
    done = run(small, "runbook", "lab", "-o", name)
    assert (done.exit_code, snapshot(small)) == (2, before)
    assert "nothing but what" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--report", "json=loop"],
        ["check", "--report", "json=loop/x"],
        ["diff", "--report", "html=loop"],
        ["site", "-o", "loop"],
        ["site", "-o", "loop/x"],
        ["runbook", "lab", "-o", "loop"],
    ],
    ids=" ".join,
)
def test_nothing_is_written_to_a_link_that_leads_in_a_circle(small: Path, arguments: list[str]) -> None:
    (small / "loop").symlink_to("loop")
    before = snapshot(small)
    done = run(small, *arguments)
    assert (done.exit_code, snapshot(small)) == (4, before), done.stderr
    assert done.stderr.startswith("error: ")


def test_a_run_without_a_result_leaves_a_former_report_alone(small: Path) -> None:
    assert run(small, "check", "--report", "json=out.json").exit_code == 0
    before = snapshot(small)
    assert run(small, "check", "labb", "--report", "json=out.json").exit_code == 2
    assert snapshot(small) == before


@pytest.mark.parametrize("verb", ["check", "validate", "lint", "diff"])
def test_the_help_names_the_formats_and_shells_complete_them(small: Path, verb: str) -> None:
    formats = DIFF_FORMATS if verb == "diff" else FORMATS
    shown = " ".join(run(small, verb, "--help").stdout.split())
    listed = f"{', '.join(formats[:-1])} or {formats[-1]}"
    assert f"--report FORMAT=FILE Write a report to a file as well, however the run ends: {listed}." in shown
    asking = {"_EFDGEN_COMPLETE": "bash_complete", "COMP_CWORD": "3"}
    for typed, offered in (("", formats), ("t", ["text"]), ("text=out", [])):
        words = asking | {"COMP_WORDS": f"efdgen {verb} --report {typed}"}
        done = CliRunner().invoke(cli.command, [], prog_name="efdgen", env=words)
        assert done.stdout.split() == [f"plain,{name}=" for name in offered]


def test_a_problem_shows_its_line_where_carriage_returns_end_the_lines(small: Path) -> None:
    file = small / "environments/lab.yaml"
    edit(file, "  view:\n", "  vieww:\n")
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r"))
    assert " |   vieww:\n" in run(small, "check").stderr
