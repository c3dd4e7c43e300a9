"""The command line: what people see, on which stream, and with which exit status."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import click
import pytest
from click.testing import CliRunner, Result

from efdgen import __version__, cli
from efdgen.language import schema
from efdgen.report.text import MOST
from support import needs, warm
from support.checkout import ROOT, edit, efdgen
from support.efd import EFD
from support.gitrepo import commit, git

VERBS = ["render", "check", "validate", "list"]
OLD, NEW = "        size: 20Gi\n", "        size: 40Gi\n"


def run(*arguments: str | Path) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(cli.command, [str(argument) for argument in arguments])


def at(root: Path, *arguments: str) -> Result:
    """Run the command in this process, on a repository."""
    return run(*arguments, "--root", root)


def inside(folder: Path, *arguments: str | Path) -> Result:
    """Run the command in this process, as from a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return run(*arguments)


def outdated(root: Path) -> None:
    edit(root / "environments/lab.yaml", OLD, NEW)


def wrong(root: Path) -> None:
    edit(root / "environments/lab.yaml", "  view:\n", "  vieww:\n")
    edit(root / "environments/dome.yaml", "place: the dome\n", "place: <% nowhere %>\n")


# -- help


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_says_what_it_does_and_gives_examples(verb: str, flag: str) -> None:
    result = run(verb, flag)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: efdgen {verb} [OPTIONS] [ENV]...") or "[ENV]..." in result.stdout
    examples = result.stdout.partition("Examples:\n")[2]
    assert f"  efdgen {verb}\n" in examples


@pytest.mark.parametrize("verb", VERBS)
def test_the_examples_of_the_help_work(verb: str, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout)  # some write a report
    examples = re.findall(r"^ +efdgen (.+)$", run(verb, "--help").stdout, re.MULTILINE)
    assert examples
    for example in examples:
        result = at(checkout, *example.split())
        assert result.exit_code == 0, (example, result.output)


def test_the_help_lists_the_verbs_and_the_exit_statuses() -> None:
    text = run("--help").stdout
    for verb in VERBS:
        assert re.search(rf"^  {verb} +[A-Z].+\.$", text, re.MULTILINE)
    for status in (
        "0 fine",
        "1 something found (by check, lint, audit, secrets --missing, tidy --check, import or diff --fail-outside)",
        "2 wrong usage",
        "3 invalid input",
        "4 rendered/",
        "6 audit or secrets --missing could not ask something",
        "70 a bug",
        "130",
    ):
        assert status in " ".join(text.split())


def test_without_a_verb_there_is_help() -> None:
    result = run()
    assert "Usage:" in result.output
    assert "validate" in result.output


def test_the_version_is_the_package_s() -> None:
    result = run("--version")
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"efdgen, version {__version__}\n", "")


def test_the_version_loads_nothing_else() -> None:
    code = (
        "import sys; sys.argv[1:] = ['--version']\n"
        "try:\n    from efdgen.cli import main; main()\n"
        "finally:\n    print(*sys.modules)"
    )
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"yaml", "jinja2", "jsonschema", "efdgen.verbs.project"} & set(modules)


# -- wrong usage


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rendr"], "no such command 'rendr': did you mean 'render'?"),
        (["zzzzzz"], "no such command 'zzzzzz': known: audit, charts, check, diff, explain, graph, "),
        (["check", "sumit"], "unknown environment 'sumit': did you mean 'summit'?"),
        (["list", "zzzzzz"], "unknown environment 'zzzzzz': known: base, ncsa-int, "),
        (["render", "summit", "sumit"], "unknown environment 'sumit'"),
        (["check", "summit,base"], "name each by itself: summit base"),
        (["versions", "influxdb,kafdrop"], "name each by itself: influxdb kafdrop"),
        (["audit", "tls,dns"], "name each by itself: tls dns"),
        (["check", "--app", "influxdb,kafdrop"], "name each by itself: --app influxdb --app kafdrop"),
        (["hosts", "summit,"], "unknown environment 'summit,': did you mean 'summit'?"),
        (["check", "--fromat", "json"], "No such option"),
        (["check", "--format", "xml"], "'xml' is not one of"),
        (["--nonsense"], "No such option"),
        (["check", "--root", "/nowhere/at/all"], "does not exist"),
        (["check", "--root", str(ROOT / "docs")], "has no environments/ and templates/apps/"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_ends_with_2_and_a_hint(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EFD)
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message.lower() in " ".join(result.stderr.split()).lower()


def test_outside_of_a_repository_the_command_ends_with_2(tmp_path: Path) -> None:
    result = inside(tmp_path, "list")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--root" in result.stderr


# -- exit statuses and streams


def test_a_render_says_on_stdout_what_it_wrote(small: Path) -> None:
    outdated(small)
    result = at(small, "render")
    assert (result.exit_code, result.stderr) == (0, "")
    *changed, last = result.stdout.splitlines()
    # The pages about all environments, and about this one, say what it sets for itself.
    assert changed == [
        "changed rendered/README.md",
        "changed rendered/apps/store/values-lab.yaml",
        "changed rendered/docs/lab.md",
    ]
    assert re.fullmatch(r"3 written, 0 deleted, \d+ left alone", last)


def test_a_render_of_very_many_files_is_counted_and_all_that_it_deletes_is_named(checkout: Path) -> None:
    shutil.rmtree(checkout / "rendered")
    counted = at(checkout, "render")
    assert re.fullmatch(
        r"(wrote   \d+ files? (of [\w-]+|that environments share)\n){7}\d+ written, .*\n", counted.stdout
    )
    shutil.rmtree(checkout / "rendered")
    named = at(checkout, "render", "--verbose")
    assert named.stdout.count("wrote   rendered/") == len(list((checkout / "rendered").rglob("*.*"))) > 100
    for file in (checkout / "rendered").rglob("*.yaml"):
        file.write_text(f"{file.read_text(encoding='utf-8')}# edited\n", encoding="utf-8")
    (checkout / "environments/sandbox.yaml").unlink()
    deleting = at(checkout, "render")
    assert len(re.findall(r"^deleted rendered/\S+sandbox\.\w+$", deleting.stdout, re.MULTILINE)) == 14
    assert "\nchanged " in deleting.stdout


def test_a_check_that_finds_nothing_ends_with_0(small: Path) -> None:
    result = at(small, "check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.fullmatch(r"\d+ files are what the specs render to\n", result.stdout)


def test_a_check_that_finds_differences_ends_with_1_and_shows_them(small: Path) -> None:
    outdated(small)
    (small / "rendered/apps/view/values-dome.yaml").unlink()
    (small / "rendered/apps/notes.txt").write_bytes(b"mine\n")
    chart = small / "rendered/apps/view/Chart.yaml"
    chart.write_text(chart.read_text(encoding="utf-8") + "extra: 1\n", encoding="utf-8")
    result = at(small, "check")
    assert result.exit_code == 1
    for line in (
        "changed  rendered/apps/store/values-lab.yaml\n",
        '  -    size: "20Gi"\n',
        '  +    size: "40Gi"\n',
        "missing  rendered/apps/view/values-dome.yaml\n",
        "foreign  rendered/apps/notes.txt (not made by efdgen)\n",
        "changed  rendered/apps/view/Chart.yaml (edited by hand)\n",
        "  -extra: 1\n",
    ):
        assert line in result.stdout, result.stdout
    assert "To bring 5 files up to date, run: efdgen render\n" in result.stderr
    assert "efdgen did not make 1 file" in result.stderr


def test_the_command_that_a_check_names_mends_it(small: Path) -> None:
    outdated(small)
    result = at(small, "check", "lab")
    (command,) = re.findall(r"run: efdgen (.*)", result.stderr)
    assert command == "render lab"
    assert at(small, *command.split()).exit_code == 0
    assert at(small, "check").exit_code == 0


def test_a_check_of_one_environment_says_what_else_its_render_writes_and_what_it_does_not(small: Path) -> None:
    lab = small / "environments/lab.yaml"
    assert at(small, "render").exit_code == 0
    lab.write_text(lab.read_text(encoding="utf-8").replace("value: 1.9.3", "value: 1.9.2"), encoding="utf-8")
    result = at(small, "check", "lab")
    assert result.stderr.endswith(
        "up to date, run: efdgen render lab\n"
        "It writes rendered/README.md anew, too. Other environments may be out of date as well: run efdgen check\n"
    )
    number = int(re.findall(r"To bring (\d+) files", result.stderr)[0])
    assert f"{number + 1} written, " in at(small, "render", "lab").stdout


@pytest.mark.parametrize("verb", VERBS)
def test_wrong_input_ends_with_3_and_is_shown_where_it_stands(small: Path, verb: str) -> None:
    wrong(small)
    result = at(small, verb)
    assert (result.exit_code, result.stdout) == (3, "")
    for text in (
        "error[E402] unknown app 'vieww'\n  --> environments/lab.yaml:",
        "|   vieww:\n",
        "= did you mean 'view'?",
        "error[E301]",
        "--> environments/dome.yaml:2:8",
        "2 errors in 2 files",
        "Nothing was written.",
    ):
        assert text in result.stderr, result.stderr


def test_warnings_go_to_stderr_and_stop_nothing(small: Path) -> None:
    edit(small / "environments/lab.yaml", "      persistence:\n", "      persistance: {}\n      persistence:\n")
    for verb in ("validate", "render", "check"):
        result = at(small, verb)
        assert result.exit_code == 0
        assert "warning[W511]" in result.stderr
        assert "W511" not in result.stdout
        assert result.stdout


def test_an_output_that_can_t_be_written_ends_with_4(small: Path) -> None:
    (small / "rendered/apps/store/Chart.yaml").write_bytes(b"mine\n")
    result = at(small, "render")
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith("error: not made by efdgen, and in the way: rendered/apps/store/Chart.yaml")


BUG = """
from efdgen import cli
from efdgen.verbs import project
def render(*_, **__):
    raise RuntimeError("the moon is blue")
project.render = render
cli.main()
"""


@pytest.mark.parametrize("verb", ["render", "check", "validate"])
def test_a_bug_ends_with_70_says_so_and_keeps_the_traceback(small: Path, verb: str) -> None:
    result = warm.python("-c", BUG, verb, cwd=small)
    assert (result.returncode, result.stdout) == (70, "")
    assert result.stderr.startswith("Traceback (most recent call last):\n")
    assert "RuntimeError: the moon is blue\n" in result.stderr
    assert f"This is a bug in efdgen {__version__}, and not your mistake." in result.stderr
    assert "/issues/new" in result.stderr


def test_a_merge_conflict_is_not_called_an_edit(small: Path) -> None:
    values = small / "rendered/apps/store/values-lab.yaml"
    mark, _, body = values.read_text(encoding="utf-8").partition("\n")
    values.write_text(f"{mark}\n<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> branch\n{body}", encoding="utf-8")
    assert "changed  rendered/apps/store/values-lab.yaml (Git left a merge conflict)\n" in at(small, "check").stdout
    (found,) = json.loads(at(small, "check", "--format", "json").stdout)["problems"]
    assert (found["code"], found["hint"]) == ("E603", "merge the specs, then run: efdgen render")
    assert "values-lab.yaml had a merge conflict of Git; it was rendered anew\n" in at(small, "render").stderr
    assert at(small, "check").exit_code == 0


def test_edits_and_foreign_files_are_warned_of(small: Path) -> None:
    values = small / "rendered/apps/store/values-lab.yaml"
    values.write_bytes(values.read_bytes() + b"\n")
    (small / "rendered/apps/notes.txt").write_bytes(b"mine\n")
    result = at(small, "render")
    assert result.exit_code == 0
    assert "warning: rendered/apps/store/values-lab.yaml had been edited by hand" in result.stderr
    assert "warning: rendered/apps/notes.txt was not made by efdgen; left alone" in result.stderr
    assert "warning" not in result.stdout


@pytest.mark.parametrize("verb", ["list", "check", "validate", "--help"])
def test_a_reader_that_goes_away_is_no_bug(small: Path, verb: str) -> None:
    outdated(small)
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "efdgen", verb]
    result = subprocess.run(command, cwd=small, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert result.returncode == 4
    assert "Traceback" not in result.stderr
    assert "bug" not in result.stderr


def test_a_full_disk_behind_stdout_is_no_bug(small: Path) -> None:
    full = Path(needs.DEV_FULL.require())
    with full.open("w", encoding="utf-8") as stdout:
        command = [sys.executable, "-m", "efdgen", "list"]
        result = subprocess.run(command, cwd=small, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)
    assert result.returncode not in (0, 70)
    assert "No space left on device" in result.stderr
    assert "This is a bug" not in result.stderr


# -- where the repository is


@pytest.mark.parametrize("folder", ["environments", "environments/shared", "templates/apps/store", "rendered/apps"])
def test_the_repository_is_found_from_its_subfolders(small: Path, folder: str) -> None:
    outdated(small)
    assert inside(small / folder, "check").exit_code == 1
    assert "rendered/apps/store/values-lab.yaml" in inside(small / folder, "render").stdout
    assert at(small, "check").exit_code == 0


def test_the_root_wins_over_the_folder_one_is_in(small: Path) -> None:
    assert inside(EFD, "validate", "--root", small).stdout == "valid: dome, lab\n"


def test_a_source_line_is_shown_from_any_folder(small: Path, tmp_path: Path) -> None:
    wrong(small)
    for cwd, arguments in ((small / "templates", []), (tmp_path, ["--root", str(small)])):
        assert "|   vieww:\n" in inside(cwd, "validate", *arguments).stderr


# -- colours


@pytest.mark.parametrize("cookie", ["# coding: utf-16", "# -*- coding: utf-7 -*-", "# vim: set fileencoding=nowhere :"])
def test_a_source_line_is_shown_as_it_was_parsed(small: Path, cookie: str) -> None:
    spec = small / "environments/dome.yaml"
    spec.write_text(f'{cookie}\n{spec.read_text(encoding="utf-8")}nonsense: "+AGE-"\n', encoding="utf-8")
    result = at(small, "validate")
    assert result.exit_code == 3
    assert ' | nonsense: "+AGE-"\n' in result.stderr


def test_nothing_of_a_file_s_name_or_line_steers_a_terminal_or_a_workflow(small: Path) -> None:
    for name in ("a\n::error file=x::mine", "b\x1b]0;mine\x07", "c\udcff"):
        (small / "rendered" / name).touch()
    shown = inside(small, "render")
    assert "warning: rendered/a\\n::error file=x::mine was not made by efdgen; left alone\n" in shown.stderr
    assert "\x1b" not in shown.stdout + shown.stderr
    for form in ("text", "github", "json", "sarif"):
        found = warm.efdgen("check", "--format", form, cwd=small)
        assert found.returncode == 1, found.stderr
        assert r"c\xff" in found.stdout or r"c\udcff" in found.stdout or "c%FF" in found.stdout
        assert not re.search("^::error file=x|\x1b|\x07", found.stdout + found.stderr, re.MULTILINE)


def in_a_terminal(root: Path, *arguments: str, env: dict[str, str] | None = None) -> tuple[int, str]:
    """Run the command with a terminal on stdout and stderr; return its exit status and what it showed."""
    ours, theirs = pty.openpty()
    variables = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    process = subprocess.Popen(
        [warm.program(), *arguments],
        cwd=root,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**variables, "TERM": "xterm-256color", **(env or {})},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says EIO when the other side is closed
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    return process.wait(timeout=60), shown.decode()


def test_colours_are_for_terminals_only(small: Path) -> None:
    wrong(small)
    status, shown = in_a_terminal(small, "validate")
    assert status == 3
    assert "\x1b[31m\x1b[1merror[E402]\x1b[0m" in shown
    assert "\x1b[" not in warm.efdgen("validate", cwd=small).stderr


def test_a_terminal_shows_the_first_of_very_many_problems_and_a_pipe_and_a_file_have_all(small: Path) -> None:
    many = "".join(f"  unknown{number}: {{}}\n" for number in range(70))
    edit(small / "environments/lab.yaml", "apps:\n", f"apps:\n{many}")
    status, shown = in_a_terminal(small, "validate", "--report", "text=all.txt", env={"NO_COLOR": "1"})
    piped = warm.efdgen("validate", cwd=small)
    assert (status, shown.count("error[E402]"), piped.stderr.count("error[E402]")) == (3, MOST, 70)
    assert f"{70 - MOST} of them are not shown. To see all, add: 2>&1 | less" in shown
    assert "not shown" not in piped.stderr
    assert (small / "all.txt").read_text(encoding="utf-8") == piped.stderr


def test_no_color_is_respected_in_a_terminal(small: Path) -> None:
    outdated(small)
    assert "\x1b[" in in_a_terminal(small, "check")[1]
    for variable in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b[" not in in_a_terminal(small, "check", env=variable)[1]
    status, shown = in_a_terminal(small, "check", env={"NO_COLOR": "1"})
    assert status == 1
    assert "changed  rendered/apps/store/values-lab.yaml" in shown
    assert "\x1b[" not in shown


# -- list


def test_list_shows_versions_pins_and_hosts(small: Path) -> None:
    result = at(small, "list")
    assert (result.exit_code, result.stderr) == (0, "")
    versions, pins, hosts = result.stdout.split("\n\n")
    assert versions.splitlines()[0].split() == ["app", "dome", "lab"]
    assert [line.split() for line in versions.splitlines()[1:]] == [
        ["link", "-", "0.9.9"],
        ["store", "1.2.3", "1.2.3*"],
        ["vault-secrets-operator", "-", "1.4.0"],
        ["view", "2.0.0", "2.0.0"],
    ]
    assert "1.9.4 has not been tried here." in pins
    assert re.search(r"dome +view +https://status\.dome\.example\.org", hosts)
    assert re.search(r"lab +argocd +https://argocd-lab\.example\.org", hosts)
    assert not re.search(r"dome +argocd", hosts)
    assert all(line == line.rstrip() for line in result.stdout.splitlines())


def test_list_as_json_holds_the_same(small: Path) -> None:
    listed = json.loads(at(small, "list", "--format", "json").stdout)
    by_name = {environment["name"]: environment for environment in listed["environments"]}
    assert list(by_name) == ["dome", "lab"]
    lab = by_name["lab"]
    assert lab["kubernetesVersion"] == "1.21.5"
    assert lab["site"] == "north"
    assert lab["argocd"]["managed"] is True
    assert lab["hosts"]["argocd"] == "argocd-lab.example.org"
    assert by_name["dome"]["hosts"] == {"store": "store-dome.dome.example.org", "view": "status.dome.example.org"}
    apps = {app["name"]: app for app in lab["apps"]}
    assert list(apps) == ["vault-secrets-operator", "store", "view", "link"]
    assert apps["store"]["version"] == "1.2.3"
    assert apps["store"]["pins"] == [
        {"path": "image.tag", "value": "1.9.3", "reason": "1.9.4 has not been tried here."}
    ]


def test_list_can_be_about_one_environment(small: Path) -> None:
    listed = json.loads(at(small, "list", "dome", "--format", "json").stdout)
    assert [environment["name"] for environment in listed["environments"]] == ["dome"]


# -- formats of machines


def facts_of_json(text: str) -> set[tuple[Any, ...]]:
    document = json.loads(text)
    problems = document["problems"]
    assert document["errors"] == sum(problem["severity"] == "error" for problem in problems)
    assert document["warnings"] == sum(problem["severity"] == "warning" for problem in problems)
    return {(p["severity"], p["code"], p["file"], p["line"], p["column"]) for p in problems}


def facts_of_github(text: str) -> set[tuple[Any, ...]]:
    found: set[tuple[Any, ...]] = set()
    for line in filter(None, text.splitlines()):
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.+)", line)
        assert match is not None, line
        properties = dict(pair.split("=", 1) for pair in match[2].split(","))
        assert properties.keys() <= {"file", "line", "col", "title"}
        place = properties["file"], int(properties.get("line", 0)), int(properties.get("col", 0))
        found.add((match[1], properties["title"], *place))
    return found


def facts_of_sarif(text: str) -> set[tuple[Any, ...]]:
    """Return the facts of a SARIF log, and check what the standard, and GitHub, require of it."""
    log = json.loads(text)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (part,) = log["runs"]
    driver = part["tool"]["driver"]
    assert driver["name"] == "efdgen"
    rules = [rule["id"] for rule in driver["rules"]]
    assert len(set(rules)) == len(rules)
    found: set[tuple[Any, ...]] = set()
    for result in part["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note", "none")
        assert result["message"]["text"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        region = place["region"]
        where = (region["startLine"], region["startColumn"]) if "startColumn" in region else (0, 0)
        assert min(where) >= 1 or region == {"startLine": 1}
        uri = place["artifactLocation"]["uri"]
        assert not uri.startswith("/")
        found.add((result["level"], result["ruleId"], unquote(uri), *where))
    return found


READERS = {"json": facts_of_json, "github": facts_of_github, "sarif": facts_of_sarif}


def facts(root: Path, verb: str, status: int) -> set[tuple[Any, ...]]:
    """Return the facts that every format agrees on."""
    by_format = []
    for form, read in READERS.items():
        result = at(root, verb, "--format", form)
        assert (result.exit_code, result.stderr) == (status, "")
        by_format.append(read(result.stdout))
    assert by_format[0] == by_format[1] == by_format[2]
    return by_format[0]


def test_the_formats_carry_the_same_errors(small: Path) -> None:
    wrong(small)
    edit(small / "environments/dome.yaml", "name: dome\n", "name: dome\nunknown: 1\n")
    found = facts(small, "validate", 3)
    assert {(code, file) for _, code, file, _, _ in found} == {
        ("E402", "environments/lab.yaml"),
        ("E201", "environments/dome.yaml"),
        ("E301", "environments/dome.yaml"),
    }
    text = at(small, "validate").stderr
    for _, code, file, line, column in found:
        assert re.search(rf"\[{code}\].*\n  --> {re.escape(file)}:{line}:{column}\n", text)


def test_the_formats_carry_the_same_warnings(small: Path) -> None:
    edit(small / "environments/lab.yaml", "      persistence:\n", "      persistance: {}\n      persistence:\n")
    ((severity, code, *_),) = facts(small, "validate", 0)
    assert (severity, code) == ("warning", "W511")


def test_the_formats_carry_the_same_differences(small: Path) -> None:
    outdated(small)
    (small / "rendered/apps/view/values-dome.yaml").unlink()
    (small / "rendered/apps/notes.txt").write_bytes(b"mine\n")
    assert {(code, file.rpartition("/")[2]) for _, code, file, _, _ in facts(small, "check", 1)} == {
        ("E603", "README.md"),
        ("E603", "lab.md"),
        ("E603", "values-lab.yaml"),
        ("E601", "values-dome.yaml"),
        ("E604", "notes.txt"),
    }


@pytest.mark.parametrize("verb", ["validate", "check"])
def test_the_formats_are_valid_when_nothing_is_wrong(small: Path, verb: str) -> None:
    assert facts(small, verb, 0) == set()


# -- completion


def asking(words: str) -> dict[str, str]:
    """Return the environment variables that bash asks for completions with."""
    return {"_EFDGEN_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}


def offered(stdout: str) -> list[str]:
    return [line.partition(",")[2] for line in stdout.splitlines() if line]


def completions(cwd: Path, words: str) -> list[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        result = CliRunner().invoke(cli.command, [], prog_name="efdgen", env=asking(words))
    assert result.exit_code == 0, result.stderr
    return offered(result.stdout)


def test_a_shell_asks_the_command_itself(small: Path) -> None:
    result = efdgen(cwd=small, env=asking("efdgen check l"))
    assert (result.returncode, offered(result.stdout), result.stderr) == (0, ["lab"], "")


def test_shells_complete_verbs_and_environments(small: Path) -> None:
    assert completions(small, "efdgen re") == ["render", "rename"]
    assert completions(small, "efdgen render ") == ["dome", "lab"]
    assert completions(small / "templates", "efdgen check l") == ["lab"]
    assert completions(small, "efdgen list lab d") == ["dome"]
    assert completions(EFD, f"efdgen check --root {small} ") == ["dome", "lab"]
    assert completions(small, "efdgen check --format s") == ["sarif"]
    assert "summit" in completions(EFD, "efdgen render ")


def test_shells_complete_apps(small: Path) -> None:
    every = ["archive", "efd", "ingress-nginx", "link", "store", "vault-secrets-operator", "view"]
    assert completions(small, "efdgen check --app ") == every
    assert completions(small, "efdgen lint lab --app store --app v") == ["vault-secrets-operator", "view"]
    assert completions(small, "efdgen hydrate lab s") == ["store"]
    for verb in ("promote", "versions", "new x --app", "new x --provides", "charts upgrade"):
        assert completions(small, f"efdgen {verb} ") == [each for each in every if each != "efd"], verb


def test_shells_complete_charts(small: Path) -> None:
    assert completions(small, "efdgen charts fetch --accept v") == ["vault-secrets-operator", "view"]
    (small / "templates/apps/view/app.yaml").write_bytes(b"\xff broken: [")
    assert completions(small, "efdgen charts fetch --accept v") == []


def test_shells_complete_what_an_edit_is_about(small: Path) -> None:
    assert completions(small, "efdgen set l") == ["lab"]
    assert completions(small, "efdgen unset de") == ["defaults", "definition"]
    assert completions(small, "efdgen pin lab st") == ["store"]
    assert completions(small, "efdgen set lab store.persistence.s") == [
        "store.persistence.size",
        "store.persistence.storageClass",
    ]
    assert completions(small, "efdgen set lab store.parameters.") == []
    assert completions(small, "efdgen set lab,d") == ["lab,dome", "lab,defaults", "lab,definition"]
    assert completions(small, "efdgen unpin lab ") == ["store.image.tag"]
    assert completions(small, "efdgen unpin lab,dome st") == ["store.image.tag"]
    assert completions(small, "efdgen unpin l") == ["lab"]
    edit(
        small / "templates/apps/store/values.yaml",
        "image:\n",
        "overrides: {log.dirs: x, log.retention.hours: 1}\nimage:\n",
    )
    assert completions(small, "efdgen set lab store.overrides.log.re") == ["store.overrides.log.retention.hours"]
    assert completions(small, "efdgen set lab kafka.st") == ["kafka.storageClass", "kafka.storageSize"]
    assert completions(small, "efdgen set lab hosts.") == ["hosts.view", "hosts.broker", "hosts.store"]
    assert completions(small, "efdgen set north hosts.a") == ["hosts.archive"]
    assert completions(small, "efdgen set lab links.") == ["links.dome"]


def test_bash_completes_words_with_colons_and_blanks(small: Path, tmp_path: Path) -> None:
    command = tmp_path / "efdgen"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m efdgen "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    script = (
        f'PATH={tmp_path}:$PATH; cd {small}; eval "$(_EFDGEN_COMPLETE=bash_source efdgen)"; '
        'asked() { COMP_WORDS=(efdgen rbac lab can "$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=(); '
        "_efdgen_completion efdgen; printf '%s|' \"${COMPREPLY[@]}\"; echo; }; "
        "asked role :; asked example : E; asked 'example' : 'EFD\\ ops' sy"
    )
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["admin|ops|readonly|", "EFD\\ ops|", "sync|"], done.stderr


def test_shells_complete_what_each_verb_asks_for(small: Path) -> None:
    commit(small)
    git(small, "tag", "v1.0")
    assert completions(small, "efdgen diff --base v") == ["v1.0"]
    assert completions(small, "efdgen diff --base H") == ["HEAD"]
    assert completions(small, "efdgen new x --site ") == ["north"]
    assert completions(small, "efdgen explain dome s") == ["schemaRegistry", "sciencePlatformHost", "store"]
    assert completions(small, "efdgen explain dome store.image.") == [
        "store.image.pullPolicy",
        "store.image.repository",
        "store.image.tag",
    ]
    assert completions(small, "efdgen rbac lab can role:o") == ["role:ops"]
    assert completions(small, "efdgen rbac lab can role:ops s") == ["sync"]
    assert completions(small, "efdgen rbac lab can role:ops sync app") == ["applications", "applicationsets"]
    assert completions(small, "efdgen rbac lab can role:ops sync applications default/s") == ["default/store"]
    assert completions(small, "efdgen rename d") == ["dome"]
    assert completions(small, "efdgen promote store --to d") == ["dome"]
    assert completions(small, "efdgen hosts dome --zone d") == ["dome.example.org"]


FREE = {
    *("set --add", "set --add-first", "set --remove", "pin --reason", "pin --until"),
    *("new name", "new --title", "new --place", "new --kubernetes-version", "new --storage-class"),
    *("rename new", "new-app name", "new-app --chart", "new-app --version", "new-app --repository"),
    *("charts diff versions", "charts upgrade version", "hosts --address", "hosts --node-address"),
    *("audit --address", "audit --node-address", "audit --former", "audit --dns-server", "audit --connect-to"),
    *("audit --kube-context", "secrets --dns-server", "secrets --connect-to"),
    *("import --rev", "import --since", "import --env", "import --parent", "import --only"),  # of another repository
}
"""What only people know, or a server or another repository: the options and arguments that take any text."""


def test_every_argument_of_every_verb_is_completed_or_is_free_text() -> None:
    def free(verb: click.Command, name: str) -> Iterator[str]:
        if isinstance(verb, click.Group):
            for each in verb.list_commands(click.Context(verb)):
                found = verb.get_command(click.Context(verb), each)
                assert found is not None
                yield from free(found, f"{name} {each}".strip())
            return
        for parameter in verb.params:
            is_text = isinstance(parameter.type, click.types.StringParamType) and not getattr(parameter, "is_flag", 0)
            if is_text and parameter._custom_shell_complete is None:  # noqa: SLF001 - click says it nowhere else
                yield f"{name} {parameter.opts[0]}"

    assert set(free(cli.command, "")) == FREE


def test_completion_outside_of_a_repository_is_silent(tmp_path: Path) -> None:
    assert completions(tmp_path, "efdgen charts fetch --accept ") == []
    assert completions(tmp_path, "efdgen render ") == []
    assert completions(tmp_path, "efdgen check --app ") == []


def test_completion_does_not_read_specs(small: Path) -> None:
    (small / "environments/lab.yaml").write_bytes(b"\xff broken: [")
    assert completions(small, "efdgen render ") == ["dome", "lab"]


# -- the package


@pytest.mark.slow
def test_a_wheel_works_outside_of_the_checkout(tmp_path: Path, small: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path / "dist", ROOT]
    built = subprocess.run(build, capture_output=True, text=True, check=False, timeout=300)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True, capture_output=True)
    pip = [sys.executable, "-m", "pip", "--python", venv, "install", "--no-index", "--no-deps", wheel]
    subprocess.run(pip, check=True, capture_output=True)
    # What efdgen needs is borrowed from here; efdgen itself, installed in place, is not found this way.
    variables = {**os.environ, "PYTHONPATH": sysconfig.get_path("purelib")}
    variables.pop("VIRTUAL_ENV", None)

    def installed(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [venv / "bin/efdgen", *arguments]
        return subprocess.run(command, cwd=small, env=variables, capture_output=True, text=True, check=False)

    where = [venv / "bin/python", "-c", "import efdgen.language.schema as s; print(s.__file__, s.folder(), sep='\\n')"]
    places = subprocess.run(where, cwd=small, env=variables, capture_output=True, text=True, check=True)
    for place in places.stdout.splitlines():
        assert place.startswith(str(venv))
    schemas = {path.name for path in schema.folder().iterdir()}
    assert {path.name for path in Path(places.stdout.splitlines()[1]).iterdir()} == schemas
    assert installed("--version").stdout == f"efdgen, version {__version__}\n"
    assert installed("check").returncode == 0
    outdated(small)
    assert installed("diff", "--format", "html").stdout.endswith("</html>\n")
    assert "changed rendered/apps/store/values-lab.yaml" in installed("render").stdout
    wrong(small)
    assert installed("validate").returncode == 3
    assert not shutil.which("efdgen", path=str(small))


ONLY_IN_SOME_RUNS = [
    "environment.unfinished",
    "language.ambiguity",
    "language.constants",
    "language.jqpaths",
    "language.yamlio.nesting",
    "output.resuming",
    "repository.drafts",
]
"""Modules of efdgen that a clean check without its cache has no use for."""


def test_a_clean_check_does_not_load_what_only_explains_mistakes() -> None:
    script = (
        "import sys, pathlib; import efdgen.report.text; from efdgen.verbs import render;"
        "outcome = render.check(pathlib.Path(sys.argv[1]));"
        "print(outcome.is_clean, *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(EFD)], capture_output=True, text=True, check=True)
    is_clean, *modules = done.stdout.split()
    assert is_clean == "True"
    assert not {"jsonschema", "jinja2", "difflib", "unicodedata", "array"} & set(modules)
    assert not {f"efdgen.{name}" for name in ONLY_IN_SOME_RUNS} & set(modules)
    assert all((ROOT / "generator" / "efdgen" / f"{name.replace('.', '/')}.py").exists() for name in ONLY_IN_SOME_RUNS)
