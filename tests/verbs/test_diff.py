"""`efdgen diff`: what people see, and with which exit status."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.cli import diff_command
from efdgen.report import diff
from efdgen.verbs import render
from support.checkout import copy_tree, edit
from support.gitrepo import VARIABLES, commit, git
from support.repository import overlay
from support.warm import efdgen

FACTS = "environments/shared/facts.yaml"
FIVE = "base, ncsa-int, ncsa-stable, sandbox, tucson-teststand"


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli.command, ["diff", *arguments, "--root", str(root)])


def told(root: Path, *arguments: str) -> list[str]:
    """Return the lines of a diff that must be fine, without what it compares with."""
    result = run(root, *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines()[1:]


def facts(root: Path, *arguments: str) -> dict[str, Any]:
    result = run(root, "--format", "json", *arguments)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def enlarge(root: Path, size: str = "40Gi") -> None:
    edit(root / "environments/lab.yaml", "        size: 20Gi\n", f"        size: {size}\n")


@pytest.fixture(scope="module")
def committed_small(rendered_small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small repository, committed in Git as it is, that no test may change."""
    root = copy_tree(rendered_small, tmp_path_factory.mktemp("committed") / "repository")
    commit(root)
    return root


@pytest.fixture
def committed(committed_small: Path, tmp_path: Path) -> Path:
    """The small repository, committed in Git as it is."""
    return copy_tree(committed_small, tmp_path / "repository")


def test_the_formats_are_those_of_the_reports() -> None:
    (option,) = (each for each in diff_command.command.params if each.name == "format_")
    assert list(option.type.choices) == list(diff.FORMATS)  # type: ignore[attr-defined]


def test_the_examples_of_the_help_work(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout)  # one writes a report
    commit(checkout)
    git(checkout, "update-ref", "refs/remotes/origin/main", "HEAD")
    examples = re.findall(
        r"^ +efdgen diff *(.*)$", CliRunner().invoke(cli.command, ["diff", "-h"]).stdout, re.MULTILINE
    )
    assert len(examples) == 7
    for example in examples:
        assert "Nothing changes" in run(checkout, *example.split()).stdout


# -- what the changes of the real repository mean


@pytest.mark.parametrize("base", [(), ("--base", "HEAD")])
def test_a_change_of_one_line_in_one_spec_is_one_change(checkout: Path, base: tuple[str, ...]) -> None:
    commit(checkout)
    edit(checkout / "environments/summit.yaml", "query_timeout: 900s", "query_timeout: 901s")
    assert told(checkout, *base) == [
        "summit: 1 app, 1 value; base, ncsa-int, ncsa-stable, sandbox, tucson-teststand: nothing",
        "",
        'summit / influxdb / config.coordinator.query_timeout: "900s" -> "901s"',
    ]


def test_a_default_of_five_environments_is_one_entry(checkout: Path) -> None:
    edit(checkout / FACTS, '\n    kubernetesVersion: "1.21.5"\n', '\n    kubernetesVersion: "1.21.6"\n')
    *_, blank, only = told(checkout)
    assert blank == ""
    assert only.startswith(f"{FIVE} / chronograf, ")
    assert only.endswith(' (where deployed) / kubernetesVersion: "1.21.5" -> "1.21.6"')


def test_a_default_of_one_app_is_one_entry(checkout: Path) -> None:
    edit(checkout / "templates/apps/influxdb/values.yaml", "max_row_limit: 0", "max_row_limit: 1")
    lines = told(checkout)
    assert len(lines) == 3
    assert lines[2].endswith(" / config.http.max_row_limit: 0 -> 1")


def test_a_moved_item_of_a_list_is_nothing(checkout: Path) -> None:
    values = checkout / "templates/apps/telegraf/values.yaml"
    text = values.read_text(encoding="utf-8")
    first, second = text.index("- name: TELEGRAF_PASSWORD"), text.index("# The node's host name")
    end = text.index("config:")
    values.write_text(text[:first] + text[second:end] + text[first:second] + text[end:], encoding="utf-8")
    assert render.check(checkout).changes
    assert told(checkout) == [
        "Only the order of these lists differs:",
        "  base, ncsa-int, ncsa-stable, summit / telegraf / env",
        "Nothing changes",
    ]
    found = facts(checkout, "--fail-outside", "base")
    assert found["nothingChanges"]
    assert [each["steps"] for each in found["reordered"]] == [["env"]]


def test_nothing_changes(checkout: Path) -> None:
    assert run(checkout).stdout == "Compared with rendered/\nNothing changes\n"
    assert run(checkout, "--format", "markdown").stdout == "Nothing changes, compared with `rendered/`.\n"


def test_a_chart_s_version_and_a_template_are_one_entry_each(checkout: Path) -> None:
    edit(checkout / "templates/apps/influxdb/app.yaml", 'version: "3.0.9"', 'version: "3.1.0"')
    with (checkout / "templates/apps/efd/application.yaml").open("a", encoding="utf-8") as stream:
        stream.write("# more\n")
    template, version = facts(checkout)["changes"]
    assert (template["part"], template["lines"][-1], len(template["environments"])) == ("Application", "+# more", 6)
    assert version["path"] == "dependencies[influxdb].version"
    assert (version["before"], version["after"], version["apps"]) == (
        "3.0.9",
        "3.1.0",
        ["influxdb", "influxdb-staging"],
    )


def test_environments_and_apps_that_come_or_go_are_loud(checkout: Path) -> None:
    specs = checkout / "environments"
    text = (specs / "tucson-teststand.yaml").read_text(encoding="utf-8")
    (specs / "tucson-teststand.yaml").unlink()
    (specs / "tucson.yaml").write_text(text.replace("name: tucson-teststand", "name: tucson"), encoding="utf-8")
    edit(specs / "base.yaml", "  telegraf-ds: {}\n", "")
    lines = told(checkout)
    assert lines[1:4] == [
        "ENVIRONMENT ADDED  tucson (1 app: chronograf)",
        "ENVIRONMENT REMOVED  tucson-teststand (1 app: chronograf)",
        "APP REMOVED  telegraf-ds 1.0.23: base",
    ]
    assert not any("-> not set" in line for line in lines)


# -- what it is compared with


def test_it_compares_with_the_specs_of_a_revision_even_if_nothing_was_rendered(committed: Path) -> None:
    enlarge(committed, "30Gi")
    commit(committed, "not rendered")
    enlarge_again = (committed / "environments/lab.yaml").read_text(encoding="utf-8").replace("30Gi", "40Gi")
    overlay(committed, {"environments/lab.yaml": enlarge_again})
    assert told(committed)[-1].endswith('"20Gi" -> "40Gi"')
    assert told(committed, "--base", "HEAD")[-1].endswith('"30Gi" -> "40Gi"')
    assert told(committed, "--base", "main~1")[-1].endswith('"20Gi" -> "40Gi"')


def test_it_compares_with_where_a_branch_began(committed: Path) -> None:
    git(committed, "checkout", "--quiet", "-b", "topic")
    enlarge(committed)
    commit(committed)
    git(committed, "checkout", "--quiet", "main")
    edit(committed / "environments/dome.yaml", "domain: dome.example.org\n", "domain: dome.example.com\n")
    commit(committed)
    git(committed, "checkout", "--quiet", "topic")
    assert len(facts(committed, "--base", "main...")["changes"]) == 1
    assert len(facts(committed, "--base", "main")["changes"]) > 1


def test_a_revision_that_cannot_be_rendered_is_taken_as_it_was_rendered(committed: Path) -> None:
    edit(committed / "environments/lab.yaml", "  view:\n", "  vieww:\n")
    made = commit(committed)
    edit(committed / "environments/lab.yaml", "  vieww:\n", "  view:\n")
    enlarge(committed)
    overlay(committed, {"rendered/README.md": "not made by efdgen"})
    result = run(committed, "--base", "main")
    assert result.stdout.splitlines()[0] == (
        f"Compared with rendered/ at main ({made[:9]}), whose specs this efdgen can't render"
    )
    assert result.stdout.splitlines()[-1].endswith('"20Gi" -> "40Gi"')
    assert facts(committed, "--base", "main")["added"]["environments"] == []


def test_a_revision_without_specs_has_no_environments(small: Path) -> None:
    overlay(small.parent / "other", {"README": "empty"})
    shutil.move(small.parent / "other", small.parent / "new")
    root = small.parent / "new"
    made = commit(root)
    shutil.copytree(small, root, dirs_exist_ok=True)
    lines = run(root, "--base", "HEAD").stdout.splitlines()
    assert lines[0] == f"Compared with rendered/ at HEAD ({made[:9]}), which has no specs"
    assert [line.partition(" (")[0] for line in lines[1:]][:3] == [
        "deployed nowhere: 2 apps, 2 values",
        "ENVIRONMENT ADDED  dome",
        "ENVIRONMENT ADDED  lab",
    ]


def test_a_repository_may_be_a_folder_of_a_larger_one(small: Path) -> None:
    overlay(small.parent, {"environments/other.yaml": "name: other"})
    git(small.parent, "init", "--quiet", "--initial-branch", "main")
    commit(small.parent)
    enlarge(small)
    assert len(facts(small, "--base", "main")["changes"]) == 1
    assert efdgen("diff", "--base", "main", cwd=small / "templates").stdout.endswith('"20Gi" -> "40Gi"\n')


def test_a_hook_s_variables_do_not_matter(committed: Path) -> None:
    enlarge(committed)
    done = efdgen("diff", "--base", "HEAD", cwd=committed, env={"GIT_DIR": ".git", "GIT_INDEX_FILE": os.devnull})
    assert (done.returncode, done.stdout.splitlines()[-1][-16:]) == (0, '"20Gi" -> "40Gi"')


def test_specs_may_be_links(committed: Path) -> None:
    shutil.move(committed / "environments/dome.yaml", committed / "environments/shared/dome-spec.txt")
    (committed / "environments/dome.yaml").symlink_to("shared/dome-spec.txt")
    commit(committed)
    assert told(committed, "--base", "HEAD") == ["Nothing changes"]


def test_names_may_be_in_any_script(committed: Path) -> None:
    overlay(committed, {"templates/apps/view/templates/größe.yaml": "kind: ConfigMap\n"})
    commit(committed)
    overlay(committed, {"templates/apps/view/templates/größe.yaml": "kind: Secret\n"})
    assert facts(committed, "--base", "HEAD")["changes"][0]["part"] == "templates/größe.yaml"


def test_a_name_that_no_file_can_have_here_is_wrong_usage(committed: Path) -> None:
    index = str(committed / "other-index")
    blob = git(committed, "hash-object", "-w", "templates/apps/view/app.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(VARIABLES, "GIT_INDEX_FILE", index)
        git(committed, "read-tree", "HEAD")
        git(committed, "update-index", "--add", "--cacheinfo", f"100644,{blob},environments/{'n' * 300}.yaml")
        tree = git(committed, "write-tree")
    long = git(committed, "commit-tree", tree, "-m", "A long name")
    done = run(committed, "--base", long)
    assert done.exit_code == 2
    assert f"{long[:9]} has a file whose name is not possible here: 'environments/nnn" in done.stderr


def test_without_git_there_is_no_revision_but_a_diff(small: Path) -> None:
    assert told(small) == ["Nothing changes"]
    result = run(small, "--base", "main")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is not in a Git repository" in result.stderr


def test_an_unknown_revision_is_wrong_usage(committed: Path) -> None:
    result = run(committed, "--base", "mian")
    assert (result.exit_code, result.stderr) == (2, "error: unknown revision 'mian': did you mean 'main'?\n")


# -- some environments


def test_only_what_reaches_the_named_environments_is_shown(committed: Path) -> None:
    enlarge(committed)
    with (committed / "templates/apps/link/values.yaml").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    assert told(committed, "dome") == ["Nothing changes"]
    assert told(committed, "dome", "--base", "HEAD") == ["Nothing changes"]
    assert told(committed, "lab")[0] == "lab: 1 app, 1 value"


def test_an_environment_that_is_gone_can_be_named(committed: Path) -> None:
    enlarge(committed)
    edit(committed / "environments/lab.yaml", "links:\n  dome: The link copies what the dome records.\n", "")
    edit(
        committed / "environments/lab.yaml",
        "        sourceClusterBootstrapServers: <% links.dome.kafka.broker %>\n",
        "        sourceClusterBootstrapServers: example.org:9092\n",
    )
    overlay(committed, {"environments/dome.yaml": None})
    for base in ((), ("--base", "HEAD")):
        (line,) = told(committed, "dome", *base)
        assert line.startswith("ENVIRONMENT REMOVED  dome (")


@pytest.mark.parametrize("base", [(), ("--base", "HEAD")])
@pytest.mark.parametrize("arguments", [["dom"], ["--fail-outside", "dom"], ["lab", "--fail-outside", "lab,dom"]])
def test_an_unknown_environment_is_wrong_usage(committed: Path, arguments: list[str], base: tuple[str, ...]) -> None:
    result = run(committed, *arguments, *base)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "unknown environment 'dom': did you mean 'dome'?" in result.stderr


def test_another_spec_s_mistakes_do_not_matter(committed: Path) -> None:
    edit(committed / "environments/lab.yaml", "  view:\n", "  vieww:\n")
    edit(
        committed / "environments/dome.yaml",
        "  store: {}\n",
        "  store:\n    values:\n      persistence:\n        size: 1Gi\n",
    )
    assert run(committed, "dome").stdout.splitlines()[1] == "dome: 1 app, 1 value"
    assert run(committed, "dome", "--fail-outside", "dome").exit_code == 3


# -- the declared scope


@pytest.mark.parametrize(
    ("declared", "status"),
    [
        (["lab"], 0),
        (["lab,dome"], 0),
        (["dome", "lab"], 0),
        ([" lab , "], 0),
        (["dome"], 1),
        ([""], 1),
    ],
)
@pytest.mark.parametrize("shown", [[], ["dome"], ["lab"]])
def test_what_changes_outside_of_the_declared_scope_fails(
    committed: Path, declared: list[str], status: int, shown: list[str]
) -> None:
    enlarge(committed)
    options = [argument for name in declared for argument in ("--fail-outside", name)]
    result = run(committed, *shown, *options)
    assert result.exit_code == status
    assert ("this changes: lab" in result.stderr) is bool(status)
    assert ("lab / store" in result.stdout) is (shown != ["dome"])


def test_what_is_deployed_nowhere_is_outside_of_any_scope(committed: Path) -> None:
    shutil.copytree(committed / "templates/apps/archive", committed / "templates/apps/attic")
    result = run(committed, "--fail-outside", "dome,lab", "--base", "HEAD")
    assert (result.exit_code, result.stderr) == (
        1,
        "Outside of dome, lab, this changes: attic (deployed nowhere)\n",
    )


def test_an_environment_that_comes_or_goes_may_be_declared(committed: Path) -> None:
    spec = (committed / "environments/dome.yaml").read_text(encoding="utf-8")
    edited = spec.replace("name: dome", "name: tower").replace("dome.example.org", "tower.example.org")
    overlay(committed, {"environments/tower.yaml": edited})
    assert run(committed, "--fail-outside", "lab").exit_code == 1
    result = run(committed, "--fail-outside", "tower")
    assert (result.exit_code, result.stderr) == (0, "")


# -- mistakes


@pytest.mark.parametrize("form", list(diff.FORMATS))
def test_problems_of_the_specs_are_reported_as_everywhere(committed: Path, form: str) -> None:
    edit(committed / "environments/lab.yaml", "  view:\n", "  vieww:\n")
    result = run(committed, "--format", form)
    assert result.exit_code == 3
    if form == "json":
        assert json.loads(result.stdout)["problems"][0]["code"] == "E402"
    else:
        assert result.stdout == ""
        assert "error[E402]" in result.stderr


def test_warnings_are_not_shown(committed: Path) -> None:
    edit(committed / "environments/lab.yaml", "aliases: [bench]\n", "aliases: []\n")
    assert run(committed).stderr == ""


# -- the rendered tree


def test_edits_by_hand_are_shown_as_what_rendering_takes_back(committed: Path) -> None:
    edit(committed / "rendered/apps/store/values-lab.yaml", '"20Gi"', '"90Gi"')
    assert told(committed)[-1] == 'lab / store / persistence.size: "90Gi" -> "20Gi"'
    assert told(committed, "--base", "HEAD") == ["Nothing changes"]


def test_files_that_efdgen_did_not_make_are_nothing(committed: Path) -> None:
    overlay(
        committed,
        {
            "rendered/README.md": "x",
            "rendered/apps/mine/values-moon.yaml": "a: 1\n",
            "rendered/apps/mine/Chart.yaml": "x",
        },
    )
    assert told(committed) == ["Nothing changes"]
    assert facts(committed)["environments"] == ["dome", "lab"]
    commit(committed)
    assert told(committed, "--base", "HEAD") == ["Nothing changes"]


def test_a_broken_file_hides_nothing(committed: Path) -> None:
    with (committed / "rendered/apps/store/values-lab.yaml").open("a", encoding="utf-8") as stream:
        stream.write("broken: [\n")
    lines = told(committed)
    assert "lab / store / values-lab.yaml (unreadable):" in lines
    assert lines[-1] == "  -broken: ["


def test_without_a_rendered_tree_everything_comes(committed: Path) -> None:
    shutil.rmtree(committed / "rendered")
    assert [each["name"] for each in facts(committed)["added"]["environments"]] == ["dome", "lab"]


def test_a_link_in_the_rendered_tree_is_refused(committed: Path) -> None:
    (committed / "rendered/link").symlink_to("apps")
    assert run(committed).exit_code == 4


# -- the command line


@pytest.mark.parametrize(
    ("word", "completed"), [("", ["dome", "lab"]), ("l", ["lab"]), ("dome,", ["dome,lab"]), ("dome,lab,", [])]
)
def test_environments_of_the_scope_are_completed(
    committed: Path, monkeypatch: pytest.MonkeyPatch, word: str, completed: list[str]
) -> None:
    monkeypatch.chdir(committed)
    variables = {
        "_EFDGEN_COMPLETE": "bash_complete",
        "COMP_WORDS": f"efdgen diff --fail-outside {word}",
        "COMP_CWORD": "3",
    }
    result = CliRunner().invoke(cli.command, env=variables, prog_name="efdgen")
    assert [line.partition(",")[2] for line in result.stdout.split()] == completed
