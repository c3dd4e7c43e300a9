"""Every example of README.md and docs/: a command prints what the page shows, and YAML and JSON are what they are for.

An example that nobody knows here fails: say how it is run, or why it is not.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from efdgen import cli
from efdgen.language import schema, yamlio
from efdgen.repository import paths, schemas, types
from efdgen.repository.files import Files
from efdgen.repository.model import Types
from support.checkout import ROOT, edit
from support.docexamples import Example, Step, examples, matches, steps
from support.efd import EFD
from support.foreach import for_each
from support.gitrepo import commit, variables
from support.repository import overlay, small_repository

SUMMIT, ANTU = "environments/summit.yaml", "environments/antu.yaml"
Setup = Callable[[Path], object]


def nothing(_root: Path) -> None:
    """The example is about the EFD as it is."""


def fence(page: str, begin: str) -> str:
    """Return the text of another example."""
    (found,) = (each.text for each in examples("yaml") if each.page == page and each.text.startswith(begin))
    return found


def antu(root: Path) -> None:
    """The environment of docs/spec.md, as it is in the example about pins."""
    apps = "  vault-secrets-operator: {}\n  ingress-nginx: {}\n"
    said = fence("docs/spec.md", "apps:\n  influxdb:")
    said = said.replace("apps:\n", f"name: antu\napps:\n{apps}", 1)
    (root / ANTU).write_text(said, encoding="utf-8")


def misspelt(root: Path) -> None:
    lines = (
        "name: antu\ncluster:\n  provides: [vault-secrets-operator, ingress-nginx]\napps:\n  influxdb:\n    values:\n"
    )
    (root / ANTU).write_text(
        f"{lines}      persistence:\n        storageClass: <% clustr.storageClass %>\n", encoding="utf-8"
    )


def without_the_link(root: Path) -> None:
    lines = "name: antu\ncluster:\n  provides: [vault-secrets-operator, cp-helm-charts, influxdb]\napps:\n"
    lines += "  kafka-connect-manager:\n    values:\n"
    lines += "      mirrorMaker2:\n        enabled: false\n"
    host = "        sourceClusterBootstrapServers: kafka-0-summit-efd.lsst.codes:31090\n"
    (root / ANTU).write_text(lines + host, encoding="utf-8")


def query_timeout(root: Path) -> None:
    edit(root / SUMMIT, "query_timeout: 900s", "query_timeout: 600s")


def query_timeout_on_a_branch(root: Path) -> None:
    commit(root)
    query_timeout(root)


def copied(root: Path) -> None:
    text = (root / SUMMIT).read_text(encoding="utf-8")
    (root / ANTU).write_text(text.replace("name: summit", "name: antu").replace("the Summit", "Antu"), encoding="utf-8")


def grafana(root: Path) -> None:
    folder = root / "templates/apps/grafana"
    (folder / "templates").mkdir(parents=True)
    begins = {
        "app.yaml": "# yaml-language-server: $schema=../../../schemas/app.schema.json",
        "values.yaml": "admin:",
        "templates/banner.yaml": "# Control lines stand in comments",
    }
    for file, begin in begins.items():
        (folder / file).write_text(fence("docs/apps.md", begin), encoding="utf-8")


def grafana_at_the_summit(root: Path) -> None:
    grafana(root)
    efdgen("render")
    listed = fence("docs/apps.md", "apps:\n  grafana:").partition("apps:\n")[2]
    edit(root / SUMMIT, "  telegraf-ds: {}\n", f"  telegraf-ds: {{}}\n{listed}")


def size_without_a_unit(root: Path) -> None:
    edit(root / SUMMIT, "feed:\n", "kafka:\n  storageSize: 15GB\nfeed:\n")


RUN: dict[tuple[str, str], Setup] = {
    ("README.md", "$ efdgen check"): query_timeout,
    ("README.md", "$ efdgen diff --base main"): query_timeout_on_a_branch,
    ("README.md", "$ cp environments/summit.yaml environments/antu.yaml"): nothing,
    ("docs/apps.md", "$ efdgen render"): grafana,
    ("docs/apps.md", "$ efdgen render summit"): grafana_at_the_summit,
    ("docs/audit.md", "$ efdgen audit summit vault --plan"): nothing,
    ("docs/audit.md", "$ efdgen secrets tucson-teststand"): nothing,
    ("docs/cache.md", "$ efdgen check --no-cache"): nothing,
    ("docs/daily.md", "$ efdgen set summit influxdb.persistence.size 50Gi"): nothing,
    (
        "docs/daily.md",
        '$ efdgen set --dry-run -- ncsa cp-helm-charts.cp-kafka.heapOptions "-Xms4G -Xmx4G"',
    ): nothing,
    ("docs/daily.md", "$ efdgen set summit feed.news --add-first sasquatch"): nothing,
    ("docs/daily.md", "$ efdgen set summit influxdb-staging {}"): nothing,
    ("docs/daily.md", "$ efdgen unset summit ingress-nginx --provided --dry-run"): nothing,
    ("docs/daily.md", "$ efdgen set summit influxdb.config '{coordinator: {query_timeout: 5s}}'"): nothing,
    (
        "docs/daily.md",
        ('$ efdgen pin summit influxdb.image.tag 1.8.3 --reason "The shards are not migrated yet." --until 2099-01-31'),
    ): nothing,
    ("docs/daily.md", "$ efdgen versions influxdb"): commit,
    ("docs/daily.md", "$ efdgen promote chronograf --from base --to sandbox"): nothing,
    (
        "docs/daily.md",
        "$ efdgen new antu --place Antu --kubernetes-version 1.27.4 --storage-class longhorn --app kapacitor",
    ): nothing,
    ("docs/daily.md", "$ efdgen new antu --like ncsa-stable --dry-run"): nothing,
    ("docs/daily.md", "$ efdgen set summit influxdb.persistance.size 50Gi"): nothing,
    ("docs/daily.md", "$ efdgen set base influxdb.resources.limits.memory 64"): nothing,
    ("docs/daily.md", '$ efdgen set summit influxdb.podAnnotations.foo "{{ .Values.x }}"'): nothing,
    ("docs/daily.md", "$ efdgen unset base cluster.storageClasses --dry-run"): nothing,
    (
        "docs/daily.md",
        '$ efdgen rbac summit can ann delete applications --group lsst-sqre:guests --group "lsst-sqre:EFD ops"',
    ): nothing,
    ("docs/daily.md", "$ efdgen set summit kafka.storageSize 15Gi"): nothing,
    ("docs/daily.md", "$ efdgen rename summit pachon --dry-run"): nothing,
    ("docs/daily.md", '$ efdgen rbac summit can "lsst-sqre:EFD ops" sync applications default/influxdb'): nothing,
    ("docs/daily.md", "$ efdgen unpin ncsa-int kapacitor.image.tag"): nothing,
    ("docs/daily.md", "$ efdgen set base influxdb.image.tag 1.8.10"): nothing,
    ("docs/daily.md", "$ efdgen set definition influxdb.image.tag 1.8.10"): nothing,
    ("docs/explain.md", "$ efdgen explain ncsa-int kapacitor.image.tag"): nothing,
    (
        "docs/explain.md",
        "$ efdgen explain summit kafka-connect-manager.influxdbSink.influxdb-sink.tasksMax",
    ): nothing,
    (
        "docs/explain.md",
        "$ efdgen explain ncsa-int kafka-connect-manager.mirrorMaker2.sourceClusterBootstrapServers",
    ): nothing,
    ("docs/explain.md", "$ efdgen explain sandbox chronograf.env.CUSTOM_AUTO_REFRESH"): nothing,
    ("docs/explain.md", "$ efdgen explain summit efd.applications.influxdb.path"): nothing,
    ("docs/pages.md", "$ efdgen graph tucson-teststand"): nothing,
    ("docs/pages.md", "$ efdgen hosts ncsa-stable"): nothing,
    (
        "docs/pages.md",
        "$ efdgen hosts ncsa-stable --format route53 --zone lsst.codes --address 192.0.2.7 > batch.json",
    ): nothing,
    ("docs/pages.md", "$ efdgen hosts ncsa-stable --format terraform --zone lsst.codes"): nothing,
    ("docs/site.md", "$ pip install -e '.[site]'"): nothing,
    ("docs/spec.md", "$ efdgen list antu"): antu,
    ("docs/spec.md", "$ efdgen validate antu"): misspelt,
    (
        "docs/spec.md",
        (
            "error[E503] 'kafka-0-summit-efd.lsst.codes' is a host of the environment summit "
            "(kafka-connect-manager in environment antu)"
        ),
    ): without_the_link,
    ("docs/diagnostics.md", "error[E206] must be a size with a unit, such as 15Gi, not '15GB'"): size_without_a_unit,
}
"""What comes before an example that is run."""

SHOWN_BY = {"docs/spec.md": "validate antu", "docs/diagnostics.md": "validate"}
"""What prints an example without a command, by page; a summary follows what is shown."""

NOT_RUN = {
    ("README.md", "make render ENV=summit"): "it sets up .venv/ from a package index; CI runs it",
    ("README.md", 'eval "$(_EFDGEN_COMPLETE=bash_source efdgen)"       # bash 4.4 or later'): (
        "a line for the start-up file of a shell; tests/cli/test_command_line.py runs them"
    ),
    (
        "README.md",
        "efdgen charts fetch              # once: downloads the archives that charts.lock says, and no others",
    ): "it downloads charts",
    ("README.md", "argocd app create efd --upsert \\"): "it needs an Argo CD",
    ("docs/audit.md", "$ efdgen audit summit --brief"): "it asks real servers; tests/whole/test_audit.py has some",
    ("docs/charts.md", "$ efdgen charts fetch"): "it downloads charts; tests/helm/test_charts.py has these messages",
    ("docs/charts.md", "$ efdgen charts keys influxdb"): "it needs the chart; tests/verbs/test_chartkeys.py",
    ("docs/charts.md", "$ efdgen charts diff vault-secrets-operator 2.7.0"): "tests/verbs/test_chartupgrade.py",
    ("docs/charts.md", "$ efdgen charts outdated"): "it asks the charts' repositories, and what is newest changes",
    ("docs/import.md", "$ efdgen import ../deployments"): "it needs such a repository; tests/verbs/imports has some",
    ("docs/import.md", "$ efdgen import ../deployments --only north -o ."): "the same",
    (
        "docs/import.md",
        "$ efdgen import ../deployments --rev main --since 2f1c9d > changed.patch",
    ): "the same",
    ("docs/e2e.md", 'EFDGEN_E2E_BIN="$HOME/e2e" make e2e'): "it needs a cluster and an Argo CD",
    ("docs/hydrate.md", "$ efdgen hydrate summit influxdb"): "it needs the charts",
    ("docs/hydrate.md", "$ efdgen hydrate summit -o before"): "it needs the charts",
    (
        "docs/hydrate.md",
        "error: influxdb: execution error at (influxdb/templates/vault-secrets.yaml:12:12): a VaultSecret has no path",
    ): "it needs the charts; tests/helm/test_engines.py has Helm's messages",
    (
        "docs/spec.md",
        "$ efdgen render antu                                        # and merge; then, of the app of apps itself:",
    ): "it needs an Argo CD",
}
"""Examples that are not run, and why."""

OTHERS: dict[str, Setup] = {
    "cp environments/summit.yaml environments/antu.yaml": nothing,
    "vi environments/antu.yaml": copied,
    "pip install -e '.[site]'": nothing,
    "aws route53 change-resource-record-sets --hosted-zone-id ID --change-batch file://batch.json": nothing,
}
"""What commands of others in these examples do here; what they would need is not there, or only a person can do it."""

CONSOLE = [*examples("console"), *(each for each in examples("text") if each.text.startswith("error["))]


_NO_CHARTS = re.compile(r"^chart defaults are not shown: .*\n", re.MULTILINE)
"""What `explain` says where the charts are not there, as here."""

_COMMIT = re.compile(r"(?<=\()[0-9a-f]{9}(?=\))")


def efdgen(command: str) -> str:
    """Run efdgen in this process, in the working directory; return everything that it prints."""
    output = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, shlex.split(command)).output
    return _NO_CHARTS.sub("", output)


def printed(step: Step, root: Path) -> str:
    command, _, file = step.command.partition(" > ")
    if command.startswith("cat "):
        return (root / command.removeprefix("cat ")).read_text(encoding="utf-8")
    if not command.startswith("efdgen "):
        OTHERS[command](root)
        return ""
    output = efdgen(command.removeprefix("efdgen "))
    if not file:
        return output
    (root / file).write_text(output, encoding="utf-8")
    return ""


def test_every_example_is_run_or_it_is_said_why_not() -> None:
    keys = [example.key for example in CONSOLE]
    assert sorted(keys) == sorted({*RUN, *NOT_RUN})


@pytest.mark.parametrize("example", [each for each in CONSOLE if each.key in RUN], ids=lambda each: ":".join(each.key))
def test_a_command_prints_what_the_page_shows(
    example: Example, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout)
    for name in [name for name in os.environ if name.startswith("VAULT_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    for name, value in {**variables(), "HOME": str(checkout)}.items():
        monkeypatch.setenv(name, value)
    RUN[example.key](checkout)
    for step in steps(example):
        if step.command:
            output = printed(step, checkout)
            assert matches(_COMMIT.sub("...", step.output), output), f"{step.command} prints\n{output}"
        else:
            output = efdgen(SHOWN_BY[example.page])
            assert matches(f"{step.output}...\n", output), f"it prints\n{output}"


@pytest.mark.parametrize(
    ("shown", "printed_text", "is_same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nb\nc\n", False),
        ("a\n...\n", "a\nb\nc\n", True),
        ("a\n  ...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\nd\n", "a\nd\n", True),
        ("a (...)\n", "a (5)\n", True),
        ("a (5)\n", "a (6)\n", False),
        ("", "a\n", False),
    ],
)
def test_three_points_stand_for_what_a_page_leaves_out(shown: str, printed_text: str, *, is_same: bool) -> None:
    assert matches(shown, printed_text) is is_same


# -- YAML and JSON

YAML = {
    "docs/apps.md": [
        *("app", "app", "values", "spec", "app", "app", "app", "app", "app", "app", "template", "part of a template"),
        *("app", "app", "facts of its own", "table", "app", "values", "template", "spec", "rendered at the summit"),
        # What apps are made of: tests/whole/test_chart_kinds.py renders these, and compares.
        *("app", "values", "template", "a part of apps", "rendered", "rendered"),
        *("chart", "values", "part of a template", "app", "values", "a part of apps", "rendered", "rendered"),
        *("app", "values", "a part of apps", "rendered", "rendered"),
        *("app", "values", "a part of apps", "rendered", "rendered", "sources"),
    ],
    "docs/audit.md": ["app"],
    "docs/charts.md": ["lock", "charts", "charts", "lock", "workflow"],
    "docs/daily.md": ["facts", "spec"],
    "docs/hydrate.md": ["spec"],
    "docs/spec.md": [
        *("spec", "rendered for antu", "facts", "spec", "spec", "part of a list", "spec", "spec", "spec", "spec"),
        *("table", "spec", "first line"),
    ],
}
"""What the examples of a page are, in their order."""

TESTED_ELSEWHERE = {
    "docs/diagnostics.md": "tests/whole/test_diagnostics.py",
    "docs/github.md": "tests/people/test_github_page.py",
    "docs/pages.md": "tests/render/test_page_templates.py",
}

OF_A_FILE = [
    pytest.param(kind, example, id=f"{page}:{number}")
    for page, kinds in YAML.items()
    for number, (kind, example) in enumerate(
        zip(kinds, (each for each in examples("yaml") if each.page == page), strict=True), 1
    )
    if kind != "part of a template"
]


def test_every_yaml_example_is_one_of_these() -> None:
    assert {each.page for each in examples("yaml")} == YAML.keys() | TESTED_ELSEWHERE.keys()
    assert all(page in (ROOT / test).read_text(encoding="utf-8") for page, test in TESTED_ELSEWHERE.items())


@for_each(("kind", "example"), OF_A_FILE)
def test_a_yaml_example_is_what_it_is_for(kind: str, example: Example) -> None:
    document = yamlio.parse(example.text, example.page)
    rules = {
        "app": lambda: schema.load("app"),
        "spec": lambda: schemas.load(Files(EFD)).environment,
        "facts": lambda: schemas.load(Files(EFD)).shared,
        "table": lambda: schema.load("table"),
        "charts": lambda: schema.load("charts"),
        "lock": dict,
    }
    if kind in rules:
        # An example shows a part: what is missing stands in the rest of the file.
        found = [each for each in schema.check_data(document, rules[kind]()) if each.code != "E202"]
        assert found == []


def test_the_first_line_of_a_file_for_editors_names_a_schema() -> None:
    for example in examples("yaml"):
        for path in re.findall(r"^# yaml-language-server: \$schema=(?:\.\./)+(\S+)", example.text, re.MULTILINE):
            assert (EFD / path).is_file() or path == "schemas/topics.schema.json"


def test_the_types_of_an_app_are_a_schema_of_values(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    (text,) = (each.text for each in examples("json") if "Grafana" in each.text)
    overlay(root, {f"{paths.APPS}/view/values.schema.json": text})
    files = Files(root)
    found = types.load(files, f"{paths.APPS}/view", Types())
    assert (files.problems, found.values["title"]) == ([], "Grafana's values")


def test_values_are_rendered_as_the_pages_show_them(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(checkout)
    grafana_at_the_summit(checkout)
    smallest = fence("docs/spec.md", "# yaml-language-server: $schema=../schemas/environment.schema.json\nname:")
    (checkout / ANTU).write_text(smallest, encoding="utf-8")
    efdgen("render")
    shown = {
        "grafana/values-summit.yaml": fence("docs/apps.md", 'env: summit\nkubernetesVersion: "1.21.5"\nhosts:'),
        "influxdb/values-antu.yaml": fence("docs/spec.md", "env: antu"),
    }
    for file, begin in shown.items():
        _, _, text = (checkout / "rendered/apps" / file).read_text(encoding="utf-8").partition("\n")
        assert text.startswith(begin)
