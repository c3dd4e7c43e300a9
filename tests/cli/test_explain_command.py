"""`efdgen explain`: what people see, and what programs read."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from efdgen import cli
from support.checkout import ROOT, edit
from support.efd import EFD

PAGE = ROOT / "docs/explain.md"


def run(*arguments: str, root: Path = EFD) -> Result:
    """Run the command in this process, on a repository."""
    return CliRunner().invoke(cli.command, ["explain", *arguments, "--root", str(root)])


def shown(root: Path, *arguments: str) -> str:
    result = run(*arguments, root=root)
    assert result.exit_code == 0, result.output
    return result.stdout


# -- text


def test_a_value_is_shown_with_every_layer_and_the_winner_is_marked(small: Path) -> None:
    assert shown(small, "lab", "store.image.tag") == (
        'lab store.image.tag = "1.9.3"\n'
        '    app definition  "1.9.4"  templates/apps/store/values.yaml:3:9\n'
        '  * spec            "1.9.3"  environments/lab.yaml:22:16\n'
        "      (pinned: 1.9.4 has not been tried here.)\n"
    )


def test_a_derived_value_is_shown_with_its_formula_and_what_went_in(small: Path) -> None:
    assert shown(small, "lab", "view.env.BROKER").splitlines()[:3] == [
        'lab view.env.BROKER = "broker at broker-lab.example.org:31090"',
        "  * app definition  broker at <% kafka.broker %>  templates/apps/view/values.yaml:12:11",
        '      with kafka.broker = "broker-lab.example.org:31090"',
    ]
    assert shown(small, "lab", "link.influxdbSink.main.tasksMax").splitlines()[2:] == [
        "    of which this is main.tasksMax",
        "      from link.parameters.influxdbSinks.main.tasksMax = 2",
        "        * spec  2  environments/lab.yaml:38:21",
    ]


def test_another_environment_is_named(small: Path) -> None:
    text = shown(small, "lab", "link.mirrorMaker2.sourceClusterBootstrapServers")
    assert '\n      from dome kafka.broker = "broker-dome.dome.example.org:31090"\n' in text


def test_a_value_that_is_left_out_says_so(small: Path) -> None:
    edit(small / "environments/lab.yaml", "      refresh: 5s\n", "      refresh: null\n")
    assert shown(small, "lab", "view.env.REFRESH").startswith("lab view.env.REFRESH = (left out)\n")


def test_a_long_text_is_shown_line_by_line_its_formula_in_one() -> None:
    lines = shown(EFD, "summit", "telegraf-ds.override_config.toml").splitlines()
    assert lines[:2] == ["summit telegraf-ds.override_config.toml =", "      [agent]"]
    assert all(line == line.rstrip() for line in lines)
    assert "... <% '[[inputs.diskio]]\\n' if parameters.diskio else '' %>[[inputs.mem]] ..." in lines[-3]


def test_a_map_is_shown_value_by_value(small: Path) -> None:
    blocks = shown(small, "lab", "store.image").split("\n\n")
    assert [block.partition(" = ")[0] for block in blocks] == [
        "lab store.image.repository",
        "lab store.image.tag",
        "lab store.image.pullPolicy",
    ]


def test_an_app_is_shown_a_line_a_value(small: Path) -> None:
    lines = shown(small, "lab", "store").splitlines()
    assert lines[0].split() == ["value", "is", "says", "at", "as"]
    rows = {line.split()[0]: line.split()[1:] for line in lines[1:]}
    assert rows["persistence.size"] == ['"20Gi"', "spec", "environments/lab.yaml:26:15"]
    assert rows["persistence.storageClass"][-3:] == ["<%", "cluster.storageClass", "%>"]
    assert rows["vault.secrets[0].path"][1] == "derived"
    assert re.search(
        r"^applications\.store\.path +\"rendered/apps/store\" +derived ", shown(small, "lab", "efd"), re.MULTILINE
    )


def test_an_environment_is_shown_with_its_facts_and_apps(small: Path) -> None:
    facts, apps = shown(small, "lab").removeprefix("lab\n\n").split("\n\n")
    assert re.search(r"^kafka\.storageSize +\"10Gi\" +spec +environments/lab\.yaml:10:16$", facts, re.MULTILINE)
    assert re.search(r"^hostPattern +\"<% service %>-<% name %>\.<% domain %>\" +shared facts ", facts, re.MULTILINE)
    assert re.search(r"^store +store-chart 1\.2\.3 +environments/lab\.yaml:19:3$", apps, re.MULTILINE)


def test_hosts_and_secrets_are_tables(small: Path) -> None:
    hosts = shown(small, "lab", "--hosts")
    assert re.search(r"^store +store-lab\.example\.org +store +ingress +shared facts ", hosts, re.MULTILINE)
    assert re.search(r"^broker +broker-lab\.example\.org +store +node port ", hosts, re.MULTILINE)
    assert re.search(r"^argocd +argocd-lab\.example\.org +efd +argocd ", hosts, re.MULTILINE)
    secrets = shown(small, "lab", "--secrets")
    assert re.search(r"^secret/teams/lab/store-auth +user password +store/store-auth +derived ", secrets, re.MULTILINE)
    assert re.search(r"^secret/teams/lab/view-oauth +client_id +display/view-oauth ", secrets, re.MULTILINE)
    assert re.search(r"^secret/teams/lab/tls-certs +argocd/argocd-server-tls +shared facts ", secrets, re.MULTILINE)


# -- json


def test_json_holds_the_same(small: Path) -> None:
    (found,) = json.loads(shown(small, "lab", "store.image.tag", "--format", "json"))
    assert (found["environment"], found["app"], found["path"], found["value"]) == ("lab", "store", "image.tag", "1.9.3")
    assert "formula" not in found
    assert found["says"][1] == {
        "layer": "spec",
        "file": "environments/lab.yaml",
        "line": 22,
        "column": 16,
        "written": "1.9.3",
        "value": "1.9.3",
        "wins": True,
        "note": "pinned: 1.9.4 has not been tried here.",
    }
    (found,) = json.loads(shown(small, "lab", "link.influxdbSink.main.tasksMax", "--format", "json"))
    assert (found["within"], found["copyOf"]["path"], found["inputs"]) == (
        "main.tasksMax",
        "parameters.influxdbSinks.main.tasksMax",
        [],
    )


def test_json_leaves_out_what_is_left_out(small: Path) -> None:
    edit(small / "environments/lab.yaml", "      refresh: 5s\n", "      refresh: null\n")
    (found,) = json.loads(shown(small, "lab", "view.env.REFRESH", "--format", "json"))
    assert "value" not in found
    assert found["inputs"][0]["value"] is None


@pytest.mark.parametrize("subject", ["--hosts", "--secrets", "store", ""])
def test_everything_can_be_had_as_json(small: Path, subject: str) -> None:
    arguments = ["lab", *([subject] if subject else []), "--format", "json"]
    found = json.loads(shown(small, *arguments))
    assert len(found) > 3
    assert all((entry.get("explanation") or entry)["says"] for entry in found)


# -- usage


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sumit"], "unknown environment 'sumit': did you mean 'summit'?"),
        (["summit", "influxdb.persistance"], "did you mean 'persistence'?"),
        (["summit", "influxdbb"], "did you mean 'influxdb'?"),
        (["summit", "influxdb", "--hosts"], "--hosts is about all of summit: leave out 'influxdb'"),
        ([], "Missing argument 'ENV'"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_hint(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_what_is_wrong_in_the_input_ends_with_3(small: Path) -> None:
    edit(small / "environments/dome.yaml", "place: the dome\n", "place: <% nowhere %>\n")
    result = run("dome", "place", root=small)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "environments/dome.yaml:2:8" in result.stderr
    assert run("lab", "place", root=small).exit_code == 0


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_the_examples_of_the_help_work(flag: str) -> None:
    text = CliRunner().invoke(cli.command, ["explain", flag]).stdout
    examples = re.findall(r"^ +efdgen explain (.+)$", text, re.MULTILINE)
    assert len(examples) > 5
    for example in examples:
        assert run(*example.split()).exit_code == 0, example


def test_environments_and_their_apps_are_completed(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small)
    complete = ShellComplete(cli.command, {}, "efdgen", "_EFDGEN_COMPLETE")
    assert [item.value for item in complete.get_completions(["explain"], "l")] == ["lab"]
    assert [item.value for item in complete.get_completions(["explain", "lab"], "v")] == [
        "vault",
        "vault-secrets-operator",
        "view",
    ]
    assert complete.get_completions(["explain", "nowhere"], "") == []


def test_the_other_verbs_do_not_load_it() -> None:
    code = "import sys\nfrom efdgen.cli import command\ncommand.main(['check'], standalone_mode=False)\n"
    code += "print(*[name for name in sys.modules if 'explain' in name], file=sys.stderr)\n"
    found = subprocess.run([sys.executable, "-c", code], cwd=EFD, capture_output=True, text=True, check=True)
    assert found.stderr.strip() == ""


# -- the page

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def unnumbered(text: str) -> list[str]:
    """Return the words of a text without lines and columns: a comment more in a spec does not make the page wrong."""
    return re.sub(r":\d+:\d+", ":", text).split()


def test_the_page_shows_real_output() -> None:
    blocks = _BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) > 3
    for block in blocks:
        for command in block.removeprefix("$ ").split("\n$ "):
            line, _, expected = command.partition("\n")
            assert unnumbered(shown(EFD, *line.removeprefix("efdgen explain ").split())) == unnumbered(expected), line


def test_the_questions_of_the_page_have_answers() -> None:
    questions = re.findall(r"^\| `efdgen explain ([^`]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(questions) > 7
    for question in questions:
        assert run(*question.split()).exit_code == 0, question
