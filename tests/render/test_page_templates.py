"""templates/pages/: each part of it is evaluated by every check, and a repository can do without."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from efdgen.cli import command
from efdgen.environment.model import ResolvedEnvironment
from efdgen.environment.names import names as names_of
from efdgen.errors import InvalidInputError, Problem
from efdgen.language import documents
from efdgen.language.quoting import Blocks
from efdgen.language.texttemplate import TextFile
from efdgen.render.graph import content
from efdgen.render.pages import environment as environment_page
from efdgen.repository.load import load
from efdgen.verbs import project, render
from support.checkout import ROOT, edit, refused, resolved
from support.efd import EFD
from support.foreach import for_each
from support.repository import overlay, small_repository

PAGES = EFD / "templates/pages"
EXPRESSION = re.compile(r"<%(?:(?!%>).)*%>|(?<=^%% if ).*$", re.MULTILINE)


@functools.cache
def environments() -> tuple[ResolvedEnvironment, ...]:
    """Return the project's, and one that lets the cluster choose where Kafka's disks are: no other does."""
    found = tuple(resolved().values())
    facts = found[0].facts
    kafka = {**facts.data["kafka"], "storageClass": None}
    return (*found, found[0]._replace(facts=facts._replace(data={**facts.data, "kafka": kafka})))


def wrong_one_by_one(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the place of each expression in a file, and the file with a name in its place that nothing has."""
    text = file.read_text(encoding="utf-8")
    for match in EXPRESSION.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        nowhere = "<% nowhere %>" if match[0].startswith("<%") else "nowhere"
        yield f"{line}: {match[0]}", text[: match.start()] + nowhere + text[match.end() :]


@for_each(("where", "text"), list(wrong_one_by_one(PAGES / "environment.md")))
def test_every_expression_of_the_page_is_evaluated_for_some_environment(where: str, text: str) -> None:
    document = documents.parse(TextFile("environment.md", text))
    block = Blocks("block")
    page = {"apps": block, "picture": block, "contents": block, "runbook": block}
    seen = []
    for environment in environments():
        try:
            documents.fill(document, {**names_of(environment), "page": page})
        except InvalidInputError as error:
            seen += [(problem.code, problem.location.line) for problem in error.problems]
    assert set(seen) == {("E301", int(where.partition(":")[0]))}


YAML = [
    pytest.param(file.name, text, int(where.partition(":")[0]), id=f"{file.name}:{where}")
    for file in sorted(PAGES.glob("*.yaml"))
    for where, text in wrong_one_by_one(file)
]


@pytest.mark.parametrize(("name", "text", "line"), YAML)
def test_every_column_and_address_is_evaluated_by_a_check(name: str, text: str, line: int, inputs: Path) -> None:
    overlay(inputs, {f"templates/pages/{name}": text})
    problems = refused(inputs, "summit")
    assert {(each.code, each.location.file, each.location.line) for each in problems} == {
        ("E301", f"templates/pages/{name}", line)
    }


FLEET = "templates/pages/fleet.yaml"


def problems_of(root: Path, *names: str) -> tuple[Problem, ...]:
    with pytest.raises(InvalidInputError) as caught:
        render.check(root, names)
    return caught.value.problems


def test_what_is_wrong_with_several_is_said_at_once_and_once(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    columns = "- {name: A, is: <% a %>}\n- {name: B, is: B, when: <% b %>}\n- {name: C, is: C, when: <% name %>}\n"
    overlay(root, {FLEET: f"columns:\n{columns}"})
    problems = problems_of(root)
    assert [(each.code, str(each.location), each.message) for each in problems] == [
        ("E301", f"{FLEET}:2:17", "'a' is not defined (environment dome)"),
        ("E301", f"{FLEET}:3:26", "'b' is not defined (environment dome)"),
        ("E304", f"{FLEET}:4:26", "`when` must yield true or false, not 'dome' (environment dome)"),
    ]


def test_a_page_s_problems_and_those_of_its_runbook_are_said_together(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(
        root,
        {
            "templates/pages/environment.md": "# <% a %>\n",
            "templates/runbook/10-look.md": "---\nphase: look\ntitle: Look\n---\n\n### Look {#look}\n\n<% b %>\n",
            FLEET: "columns:\n- {name: C, is: <% c %>}\n",
        },
    )
    assert [str(problem.location) for problem in problems_of(root)] == [
        "templates/pages/environment.md:1:3",
        f"{FLEET}:2:17",
        "templates/runbook/10-look.md:8:1",
    ]


def test_a_check_of_one_environment_evaluates_its_columns(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, {FLEET: "columns:\n- {name: A, is: \"<% nowhere if name == 'lab' else 1 %>\"}\n"})
    assert [problem.message for problem in problems_of(root, "lab")] == ["'nowhere' is not defined (environment lab)"]
    render.write(root, ["dome"])
    assert not (root / "rendered/README.md").exists()


def test_columns_say_nothing_where_they_do_not_apply(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    text = """columns:
- name: Pipes | and *stars*
  is: <% code('a|b') %> in <% place %>
  when: <% name == 'lab' %>
- {name: all alike, is: yes it is}
- {name: never, is: <% nowhere %>, when: false}
"""
    overlay(root, {FLEET: text})
    render.write(root)
    page = (root / "rendered/README.md").read_text(encoding="utf-8")
    assert "| environment | Pipes \\| and \\*stars\\* |\n| --- | --- |\n| Dome | - |\n" in page
    assert "| Lab | `a\\|b` in the northern site |\n" in page
    assert "The same everywhere: all alike yes it is; never -.\n" in page


# -- without them


def run(capsys: pytest.CaptureFixture[str], root: Path, *arguments: str) -> str:
    status = command.main([*arguments, "--root", str(root)], prog_name="efdgen", standalone_mode=False)
    assert not status
    return capsys.readouterr().out


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A repository without templates/pages/ and templates/project.yaml, rendered."""
    root = small_repository(tmp_path)
    assert not (root / "templates/pages").exists()
    assert not (root / "templates/project.yaml").exists()
    render.write(root)
    return root


def test_a_repository_without_templates_has_efdgen_s_page(plain: Path) -> None:
    page = (plain / "rendered/docs/lab.md").read_text(encoding="utf-8")
    assert "\n# Lab\n\nThe environment `lab`, as [`environments/lab.yaml`](../../environments/lab.yaml) says; " in page
    assert (
        page.partition("## Facts\n\n")[2].partition("\n## Apps")[0]
        == """| fact | value |
| --- | --- |
| title | Lab |
| place | the northern site |
| site | `north` |
| cluster | Kubernetes 1.21.5, storage class `local-path` |
| provided by the cluster | `ingress-nginx` |
| Argo CD | <https://argocd-lab.example.org>, managed here; what else it deploys: [all environments](../README.md) |
| deployed from | <https://github.com/example/deployments>, `rendered/apps` at `HEAD` |
| Vault | <https://vault.example.org>, below `secret/teams/lab` |
| Argo CD's host | [argocd](https://argocd-lab.example.org) |
"""
    )
    headings = re.findall(r"^## (.*)$", page, re.MULTILINE)
    assert headings[:3] == ["Facts", "Apps", "How the apps depend on each other"]
    assert "| cluster | Kubernetes 1.19.0, its default storage class |" in (plain / "rendered/docs/dome.md").read_text()


def test_a_repository_without_templates_has_efdgen_s_columns(plain: Path) -> None:
    page = (plain / "rendered/README.md").read_text(encoding="utf-8")
    assert "\n# All environments\n" in page
    assert (
        "| environment | site | Kubernetes | storage class | provided by the cluster | Vault's prefix | Argo CD |\n"
    ) in page
    assert (
        "The same everywhere: Vault <https://vault.example.org>; "
        "deployed from <https://github.com/example/deployments>; revision `HEAD`; sync by hand.\n"
    ) in page


PHASE = "---\nphase: power\ntitle: Power up\n---\n### Push the button {#button}\n\nThe green one.\n"


def test_without_a_title_titles_name_the_environment_only(plain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    overlay(plain, {"templates/runbook/10-power.md": PHASE})
    assert json.loads(run(capsys, plain, "hosts", "lab", "--format", "route53"))["Comment"] == "lab"
    phase = "---\nphase: look\ntitle: Look\n---\n\n### Look {#look}\n\nAt it.\n"
    overlay(plain, {"templates/runbook/10-look.md": phase})
    assert run(capsys, plain, "runbook", "lab").startswith("# Lab: runbook\n")
    (resolved,) = project.resolve(plain, ["lab"]).environments
    assert "\n## Runbook\n\n- [Look](#look)\n  - [Look](#look-1)\n" in page_of(plain, resolved)
    assert content.graph(resolved).title == "Lab"
    site = plain.parent / "site"
    run(capsys, plain, "site", "-o", str(site))
    assert "<title>Lab</title>" in (site / "lab.html").read_text(encoding="utf-8")
    assert "<h1>All environments</h1>" in (site / "index.html").read_text(encoding="utf-8")
    assert "<h1>All environments in detail</h1>" in (site / "fleet.html").read_text(encoding="utf-8")


def page_of(root: Path, resolved: ResolvedEnvironment) -> str:
    return environment_page.page(resolved, load(root))


def test_without_addresses_only_hosts_are_listed(plain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (lab,) = json.loads(run(capsys, plain, "list", "lab", "--format", "json"))["environments"]
    assert list(lab) == ["name", "title", "site", "kubernetesVersion", "argocd", "hosts", "apps"]


def test_what_is_declared_is_shown_everywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_repository(tmp_path)
    files: Mapping[str, Any] = {
        "templates/project.yaml": "title: Weather <station>\n",
        "templates/pages/addresses.yaml": """services:
  view: https://<% host('view') %>:8443
addresses:
- {name: Mast, key: mast, address: "mast-<% name %>.example.org:502"}
- {name: Radar, key: radar, address: <% none %>, otherwise: switched off}
- {name: Balloon, address: <% none %>}
""",
    }
    overlay(root, files)
    (lab,) = json.loads(run(capsys, root, "list", "lab", "--format", "json"))["environments"]
    assert list(lab)[5:] == ["hosts", "mast", "radar", "apps"]
    assert (lab["mast"], lab["radar"]) == ("mast-lab.example.org:502", None)
    assert json.loads(run(capsys, root, "hosts", "lab", "--format", "route53"))["Comment"] == "Weather <station> lab"
    site = tmp_path / "site"
    run(capsys, root, "site", "-o", str(site))
    page = (site / "lab.html").read_text(encoding="utf-8")
    assert "<h1>Lab Weather &lt;station&gt;</h1>" in page
    assert "<dt>Mast</dt><dd>mast-lab.example.org:502</dd>\n<dt>Radar</dt><dd>switched off</dd>\n<dt>store" in page
    assert "Balloon" not in page
    assert '<dt>view</dt><dd><a href="https://view-lab.example.org:8443">view-lab.example.org:8443</a></dd>' in page
    index = (site / "index.html").read_text(encoding="utf-8")
    assert "<h1>The Weather &lt;station&gt;'s environments</h1>" in index
    assert index.count("<dt>Mast</dt>") == 2
    assert "Radar" not in index
    assert '["Mast","mast-lab.example.org:502"]' in (site / "data.js").read_text(encoding="utf-8")
    render.write(root)
    assert "# The Weather \\<station\\>'s environments\n" in (root / "rendered/README.md").read_text(encoding="utf-8")
    assert "# Lab Weather \\<station\\>\n" in (root / "rendered/docs/lab.md").read_text(encoding="utf-8")


# -- docs/pages.md

DOCS = (ROOT / "docs/pages.md").read_text(encoding="utf-8")


def example(begin: str) -> str:
    """Return the lines of an example that begins so."""
    (text,) = re.findall(rf"^```(?:yaml|markdown)\n{re.escape(begin)}\n?(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)
    return str(text)


def test_the_documentation_s_row_and_column_do_what_it_says(inputs: Path) -> None:
    row = "| Science Platform | <<% 'https://' ~ sciencePlatformHost %>> |"
    assert example(row) == ""
    edit(inputs / "templates/pages/environment.md", "| place | <% place %> |\n", f"| place | <% place %> |\n{row}\n")
    file = inputs / "templates/pages/fleet.yaml"
    file.write_text(file.read_text(encoding="utf-8") + example("# at the end of templates/pages/fleet.yaml"))
    render.write(inputs)
    page = (inputs / "rendered/docs/summit.md").read_text(encoding="utf-8")
    assert "\n| place | the Summit |\n| Science Platform | <https://summit-lsp.lsst.codes> |\n" in page
    fleet = (inputs / "rendered/README.md").read_text(encoding="utf-8")
    assert re.search(r"^\| environment \| site .* \| Science Platform \|$", fleet, re.MULTILINE)
    assert re.search(r"^\| Summit \| none .* \| `summit-lsp.lsst.codes` \|$", fleet, re.MULTILINE)


def test_the_documentation_s_addresses_do_what_it_says(inputs: Path) -> None:
    file = inputs / "templates/pages/addresses.yaml"
    service = example("# in templates/pages/addresses.yaml\nservices:")
    edit(file, "services:\n", f"services:\n{service}")
    file.write_text(file.read_text(encoding="utf-8") + example("# at the end of templates/pages/addresses.yaml"))
    (summit,) = project.resolve(inputs, ["summit"]).environments
    assert summit.services["chronograf"] == "https://chronograf-summit-efd.lsst.codes/sources"
    assert [(each.key, each.address) for each in summit.addresses] == [
        ("broker", "kafka-0-summit-efd.lsst.codes:31090"),
        ("sciencePlatform", "https://summit-lsp.lsst.codes"),
    ]
