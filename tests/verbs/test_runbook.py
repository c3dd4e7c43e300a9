"""The verb, in repositories with another runbook than the project's, or none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen.cli import command
from efdgen.verbs import diff, project, render, runbook
from support import needs
from support.checkout import names
from support.efd import EFD
from support.gitrepo import commit
from support.repository import overlay

PHASE = """\
---
phase: power
title: Power up <% title %>
tools: [<% 'true' if name == 'lab' %>, echo]
when: <% name != 'dome' %>
---
What keeps
the dome running.

### Push the button {#push.button}

%% # Green, since 2021.

```bash
echo 'Power of <% title %>'
```

```bash page
press "<% title %>"
```

```bash by-hand
look
```
"""
FUNCTIONS = """\
# Powers <% title %> up.
#
# Ask before.

press() { echo <% name %>; }
"""
PAGE = """\
# Lab: runbook

## Power up Lab

What keeps the dome running.

### Push the button

```bash
echo 'Power of Lab'
```

```bash
press "Lab"
```

```bash
look
```
"""


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--root", str(root)])


@pytest.fixture
def bare(small: Path) -> Path:
    """A repository without a runbook, rendered."""
    overlay(small, {"templates/runbook": None})
    render.write(small)
    return small


@pytest.fixture
def powered(bare: Path) -> Path:
    """A repository with a phase and a function of its own."""
    overlay(bare, {"templates/runbook/10-power.md": PHASE, "templates/runbook/functions.sh": FUNCTIONS})
    return bare


def test_a_phase_is_a_section_of_the_page(powered: Path) -> None:
    shown = run(powered, "runbook", "lab")
    assert (shown.exit_code, shown.stdout) == (0, PAGE)
    render.write(powered)
    page = (powered / "rendered/docs/lab.md").read_text(encoding="utf-8")
    assert page.endswith(PAGE.partition("\n\n")[2])
    assert "- [Power up Lab](#power-up-lab)\n  - [Push the button](#push-the-button)\n" in page


@needs.BASH.needed
def test_a_phase_is_a_function_of_the_script(powered: Path) -> None:
    text = run(powered, "runbook", "lab", "--format", "sh").stdout
    assert text.startswith("#!/usr/bin/env bash\n# Powers Lab up.\n#\n# Ask before.\n#\n# Usage: bash FILE ")
    assert "\n\npress() { echo lab; }\n\nstep_push_button() {\n  echo 'Power of Lab'\n  cat >&3 <<'BY_HAND'\n" in text
    assert "    power) echo 'true echo' ;;\n" in text
    done = subprocess.run(["bash", "-s", "--", "--yes"], input=text, capture_output=True, text=True, check=True)
    assert done.stdout == "Power of Lab\n"
    assert "right" not in text  # nothing here says which cluster is the right one


@needs.BASH.needed
def test_the_script_says_and_shows_what_the_page_says(powered: Path) -> None:
    phase = PHASE.partition("###")[0] + (
        "### Push {#push}\n\n```bash by-hand\nls 'x\n<% 'BY_HAND' %>\n'\necho pushed\n```\n\n"
        "```bash\necho 'one\n  two'\nif true; then\n  echo \"a\nb\"\nfi\n```\n"
    )
    overlay(powered, {"templates/runbook/10-power.md": phase})
    text = run(powered, "runbook", "lab", "--format", "sh").stdout
    done = subprocess.run(["bash", "-s", "--", "--yes"], input=text, capture_output=True, text=True, check=True)
    assert done.stdout == "one\n  two\na\nb\n"
    assert "# By hand:\nls 'x\nBY_HAND\n'\necho pushed\n" in done.stderr


def test_a_script_needs_no_functions(powered: Path) -> None:
    overlay(powered, {"templates/runbook/functions.sh": None})
    text = run(powered, "runbook", "lab", "--format", "sh").stdout
    assert text.startswith(
        "#!/usr/bin/env bash\n# Brings the environment lab up.\n#\n# Written by `efdgen runbook lab "
    )


def test_the_function_right_cluster_guards_every_phase_but_the_one_with_its_step(powered: Path) -> None:
    guard = "right_cluster() { true; }\n"
    again = PHASE.replace("phase: power", "phase: again").replace("{#push.button}", "{#right-cluster}")
    overlay(powered, {"templates/runbook/functions.sh": guard, "templates/runbook/20-again.md": again})
    text = run(powered, "runbook", "lab", "--format", "sh").stdout
    assert "phase_power() {\n  step=right-cluster\n  right_cluster\n  begin push.button" in text
    assert "phase_again() {\n  begin right-cluster " in text


@pytest.mark.parametrize(
    "guard",
    [
        "right_cluster () {\n  true\n}\n",
        "function right_cluster {\n  true\n}\n",
        "function right_cluster() { true; }\n",
        "if true; then\n  right_cluster() { true; }\nfi\n",
        "right_cluster()\n{\n  true\n}\n",
        "x=${y:-'z'}\n  right_cluster () { true; }\n",
    ],
)
def test_a_guard_is_known_however_it_is_written(powered: Path, guard: str) -> None:
    overlay(powered, {"templates/runbook/functions.sh": guard})
    text = run(powered, "runbook", "lab", "--format", "sh").stdout
    assert "phase_power() {\n  step=right-cluster\n  right_cluster\n" in text


@pytest.mark.parametrize("text", ["# right_cluster() is not here\n", "echo '\nright_cluster() { true; }'\n"])
def test_what_only_names_a_guard_is_none(powered: Path, text: str) -> None:
    overlay(powered, {"templates/runbook/functions.sh": f"true\n{text}"})
    assert "step=right-cluster" not in run(powered, "runbook", "lab", "--format", "sh").stdout


@pytest.mark.parametrize("text", ["say () { :; }", "function fail {\n  :\n}", "true && ask() (true)"])
def test_a_function_of_the_script_is_taken_however_it_is_written(powered: Path, text: str) -> None:
    overlay(powered, {"templates/runbook/functions.sh": f"{text}\n"})
    assert "E407" in run(powered, "check").stderr


@pytest.mark.parametrize("text", ["# say() says", "cat <<'EOF'\nsay() {\nEOF", "echo 'say() {'", 'echo "\nask() {"'])
def test_text_defines_no_function(powered: Path, text: str) -> None:
    overlay(powered, {"templates/runbook/functions.sh": f"true\n{text}\n"})
    assert "E407" not in run(powered, "check").stderr


def test_functions_in_a_folder_are_refused(powered: Path) -> None:
    overlay(powered, {"templates/runbook/functions.sh": None, "templates/runbook/functions.sh/more.sh": "true\n"})
    shown = run(powered, "check")
    assert "error[E101] it is not a file\n  --> templates/runbook/functions.sh\n" in shown.stderr
    assert "E401" not in shown.stderr


def test_an_environment_whose_phases_all_have_another_condition_has_none(powered: Path) -> None:
    shown = run(powered, "runbook", "dome")
    assert shown.exit_code == 2
    assert "no phase of the runbook in templates/runbook/ is one of dome" in shown.stderr


def test_a_repository_without_a_runbook_has_pages_without_one(bare: Path) -> None:
    for form in ("markdown", "sh"):
        shown = run(bare, "runbook", "lab", "--format", form)
        assert (shown.exit_code, shown.stdout) == (2, "")
        assert "this repository has no runbook: there is no phase in templates/runbook/" in shown.stderr
    assert "Runbook" not in (bare / "rendered/docs/lab.md").read_text(encoding="utf-8")
    # An empty folder, and functions of nothing, are no runbook either.
    (bare / "templates/runbook").mkdir()
    assert run(bare, "check").exit_code == 0
    overlay(bare, {"templates/runbook/functions.sh": "true\n"})
    assert run(bare, "runbook", "lab").exit_code == 2


def test_a_phase_without_tools_is_in_no_script(powered: Path) -> None:
    overlay(powered, {"templates/runbook/10-power.md": PHASE.replace("tools:", "# tools:")})
    assert run(powered, "runbook", "lab").exit_code == 0
    shown = run(powered, "runbook", "lab", "--format", "sh")
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "a script can run no phase of the runbook of lab: none names its tools" in shown.stderr


def test_a_wrong_document_is_refused_by_every_verb_that_fills_it(powered: Path) -> None:
    overlay(powered, {"templates/runbook/functions.sh": "echo <% nowhere %>\n"})
    for verb in (["check"], ["render"], ["validate"], ["runbook", "lab"], ["diff"]):
        shown = run(powered, *verb)
        assert shown.exit_code == 3, verb
        assert "templates/runbook/functions.sh:1:6" in shown.stderr, verb


def test_a_review_of_a_revision_has_the_runbook_of_that_revision(powered: Path) -> None:
    commit(powered)
    overlay(powered, {"templates/runbook/10-power.md": PHASE.replace("the dome running", "the dome warm")})
    both = diff.trees(powered, base="HEAD")
    assert (b"dome running" in both.before["docs/lab.md"], b"dome warm" in both.after["docs/lab.md"]) == (True, True)
    # A page is nothing that Argo CD deploys.
    assert run(powered, "diff", "--base", "HEAD").stdout.endswith("Nothing changes\n")


ODD = "the lab; rm -rf x"
ECHO = """\
---
phase: power
title: Power up
tools: [echo]
---
### Push the button {#button}

```FENCE
echo <% place %> && true
```
"""


@pytest.fixture
def odd(bare: Path) -> Path:
    """A repository with a fact that a shell would run a part of."""
    text = (bare / "environments/lab.yaml").read_text(encoding="utf-8")
    overlay(bare, {"environments/lab.yaml": f"{text}place: {ODD}\n"})
    return bare


@pytest.mark.parametrize("language", ["", "bsh", "Bash", "console", "json", "python", "text", "text script"])
def test_no_script_runs_what_is_not_for_the_shell(odd: Path, language: str) -> None:
    overlay(odd, {"templates/runbook/10-power.md": ECHO.replace("FENCE", language)})
    done = run(odd, "runbook", "lab", "--format", "sh")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "E406" in done.stderr
    assert "templates/runbook/10-power.md:8:1" in done.stderr


@pytest.mark.parametrize("language", ["bash", "sh", "shell", "shell script"])
def test_what_a_script_runs_is_quoted(odd: Path, language: str) -> None:
    overlay(odd, {"templates/runbook/10-power.md": ECHO.replace("FENCE", language)})
    assert f"echo '{ODD}' && true" in run(odd, "runbook", "lab", "--format", "sh").stdout


@pytest.mark.parametrize("language", ["text", "console", "json", ""])
def test_what_is_not_for_the_shell_is_shown_or_left_out(odd: Path, language: str) -> None:
    overlay(odd, {"templates/runbook/10-power.md": ECHO.replace("FENCE", f"{language} by-hand")})
    shown = run(odd, "runbook", "lab", "--format", "sh").stdout
    inside = shown.partition("<<'BY_HAND'\n")[2].partition("\nBY_HAND\n")[0]
    assert "the lab; rm -rf x" in inside
    assert shown.count("rm -rf") == 1
    overlay(odd, {"templates/runbook/10-power.md": ECHO.replace("FENCE", f"{language} page")})
    assert "rm -rf" not in run(odd, "runbook", "lab", "--format", "sh").stdout


SYNTAX = """\
---
phase: power
title: Power up
tools: [echo]
---
### Look {#look}

```bash
echo look
```

### Push the button {#button}

```bash
COMMANDS
```
"""


@pytest.mark.parametrize("commands", ["if true; the kubectl get pods; fi", "for a in b; do", "echo $((1", "echo )"])
def test_a_script_that_bash_can_t_read_is_not_written(bare: Path, commands: str) -> None:
    overlay(bare, {"templates/runbook/10-power.md": SYNTAX.replace("COMMANDS", commands)})
    done = run(bare, "runbook", "lab", "--format", "sh")
    assert (done.exit_code, done.stdout) == (3, "")
    if "((" not in commands:
        assert "templates/runbook/10-power.md:12:1" in done.stderr
        assert "E406" in done.stderr
        assert "the step 'button'" in done.stderr


IDLE = ["%% if false\nls\n%% endif", "# nothing here", "%% for each in []\nls\n%% endfor"]


@pytest.mark.parametrize("commands", IDLE)
@pytest.mark.parametrize("before", [True, False])
def test_what_has_nothing_to_do_is_a_function_all_the_same(bare: Path, commands: str, *, before: bool) -> None:
    head, look, rest = SYNTAX.partition("```bash\necho look\n```\n")
    phase = head + (look if before else "") + rest
    overlay(bare, {"templates/runbook/10-power.md": phase.replace("COMMANDS", commands)})
    done = run(bare, "runbook", "lab", "--format", "sh")
    assert (done.exit_code, done.stderr) == (0, "")
    assert ("\n  :\n}" in done.stdout) is (commands.startswith("#") or not before)


def test_functions_that_bash_can_t_read_are_named(bare: Path) -> None:
    overlay(bare, {"templates/runbook/10-power.md": SYNTAX.replace("COMMANDS", "ls")})
    overlay(bare, {"templates/runbook/functions.sh": "# Does it.\n\npress() { if true; }\n"})
    done = run(bare, "runbook", "lab", "--format", "sh")
    assert done.exit_code == 3
    assert "templates/runbook/functions.sh" in done.stderr


def test_without_bash_a_script_is_not_checked(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overlay(bare, {"templates/runbook/10-power.md": SYNTAX.replace("COMMANDS", "if true; fi")})
    monkeypatch.setenv("PATH", "")
    assert run(bare, "runbook", "lab", "--format", "sh").exit_code == 0


def test_what_functions_switch_on_can_be_used(bare: Path) -> None:
    overlay(bare, {"templates/runbook/10-power.md": SYNTAX.replace("COMMANDS", "ls !(a|b)")})
    overlay(bare, {"templates/runbook/functions.sh": "# Does it.\n\nshopt -s extglob\n"})
    assert run(bare, "runbook", "lab", "--format", "sh").exit_code == 0


@pytest.mark.parametrize("environment", names())
def test_bash_can_read_every_script_of_the_project(environment: str) -> None:
    text = runbook.as_script(project.resolve(EFD, (environment,)))
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)
