"""`efdgen rename`: an environment under another name, everywhere that it is named."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.explain.edits import renaming
from efdgen.verbs import project
from support.checkout import edit, snapshot

FACTS = "environments/shared/facts.yaml"


def run(root: Path, *arguments: str) -> Result:
    return CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, [*arguments, "--root", str(root)])


def test_everything_that_names_the_environment_follows_and_nothing_else_changes(small: Path) -> None:
    edit(small / FACTS, "defaults:\n", "stages:\n- [lab]   # first\n- [dome]\ndefaults:\n")
    before = project.rendering(small).tree
    spec, lab = ((small / f"environments/{name}.yaml").read_text(encoding="utf-8") for name in ("dome", "lab"))
    result = run(small, "rename", "dome", "big-dome")
    assert result.exit_code == 0, result.output
    assert not (small / "environments/dome.yaml").exists()
    assert (small / "environments/big-dome.yaml").read_text(encoding="utf-8") == spec.replace(
        "name: dome", "name: big-dome"
    )
    assert "- [lab]   # first\n- [big-dome]\n" in (small / FACTS).read_text(encoding="utf-8")
    assert (small / "environments/lab.yaml").read_text(encoding="utf-8") == lab.replace(
        "  dome: The link copies what the dome records.", "  big-dome: The link copies what the dome records."
    ).replace("links.dome.kafka", "links['big-dome'].kafka")
    after = project.rendering(small).tree
    names = {path.replace("big-dome", "dome") for path in after}
    assert names == set(before)
    changed = {path for path in before if "lab" in path and path.startswith("apps/") and before[path] != after[path]}
    assert changed == {"apps/link/values-lab.yaml"}, "it reads the address of the other one's broker"
    assert "  [ ] secret/k8s_operator/dome-lsp.dome.example.org/efd/tls-certs -> " in result.stdout
    assert "argocd app set efd --helm-set env=big-dome" in result.stdout
    assert "environments/big-dome.yaml:2" in result.stdout
    assert "now run: efdgen render" in result.stderr


def test_a_name_that_can_t_be_had_changes_nothing(small: Path) -> None:
    before = snapshot(small)
    for old, new, message in (
        ("dome", "lab", "there is an environment lab already"),
        ("dome", "north", "is the name of a site"),
        ("dom", "dome2", "unknown environment 'dom': did you mean 'dome'?"),
        ("dome", "Dome", "is not a name for an environment"),
    ):
        result = run(small, "rename", old, new)
        assert (result.exit_code, message in result.stderr) == (2, True), result.output
    assert run(small, "rename", "dome", "roof", "--dry-run").exit_code == 0
    assert snapshot(small) == before


def test_only_expressions_that_name_the_link_change() -> None:
    text = "a: <% links.dome.url %> links.dome <% links['dome'].url + links.dome2.x + links.domes %>\n"
    assert renaming.in_expressions(text, "dome", "roof") == (
        "a: <% links.roof.url %> links.dome <% links['roof'].url + links.dome2.x + links.domes %>\n"
    )
    text = """<% 'links.dome' + "links['dome']" + links["dome"].url + '\\'' + links.dome.x %>"""
    assert renaming.in_expressions(text, "dome", "big-dome") == (
        """<% 'links.dome' + "links['dome']" + links["big-dome"].url + '\\'' + links['big-dome'].x %>"""
    )


def test_back_from_a_name_that_needs_brackets_nothing_is_left_of_them() -> None:
    text = "a: <% links.dome.url + links[ 'dome' ].x %>\n"
    there = renaming.in_expressions(text, "dome", "big-dome")
    assert there == "a: <% links['big-dome'].url + links[ 'big-dome' ].x %>\n"
    assert renaming.in_expressions(there, "big-dome", "dome") == "a: <% links.dome.url + links.dome.x %>\n"


def test_quotes_of_yaml_around_an_expression_stay_what_they_are() -> None:
    text = (
        "a: '<% links.dome.url %>'  # why\nb: '<% ''links.dome'' + links[''dome''].x %>'\nc: [\"<% links.dome.x %>\"]\n"
    )
    assert renaming.in_yaml(text, "a.yaml", "dome", "big-dome") == (
        "a: '<% links[''big-dome''].url %>'  # why\n"
        "b: '<% ''links.dome'' + links[''big-dome''].x %>'\n"
        "c: [\"<% links['big-dome'].x %>\"]\n"
    )


def test_a_quoted_key_keeps_its_quotes(small: Path) -> None:
    edit(small / "environments/lab.yaml", "  dome: The link", '  "dome": The link')
    assert run(small, "rename", "dome", "roof").exit_code == 0
    assert '  "roof": The link' in (small / "environments/lab.yaml").read_text(encoding="utf-8")


def test_lines_that_say_the_old_name_are_told_wherever_people_write() -> None:
    texts = {
        "a": "place: utc-at-dome\nDome_1\nkingdome\nname: dome-2\n",
        "b": "kubectl -n dome-2 get pods # as at dome\n",
    }
    assert renaming.mentions(texts, "dome", ["dome-2", "lab"]) == [("a", 1), ("a", 2), ("b", 1)]


def test_all_else_that_says_the_old_name_is_listed(small: Path) -> None:
    for file, text in {
        "Makefile": "dome:\n\tefdgen render dome\n",
        "CODEOWNERS": "/environments/dome.yaml @ann\n",
        ".github/workflows/ci.yaml": "on: push\nenv: {NAME: dome}\n",
        ".ci/run": "efdgen check dome\n",
        "docs/on-call.md": "# On call\n\nThe dome.\n",
        "charts/mirror/values.yaml": "from: dome\n",
        "tests/test_dome.py": "DOME = 'dome'\n",
        "rendered/apps/old.yaml": "dome\n",
        "engine/efdgen/__init__.py": "dome\n",
        ".cache/x": "dome\n",
        "node_modules/x": "dome\n",
    }.items():
        (small / file).parent.mkdir(parents=True, exist_ok=True)
        (small / file).write_text(text, encoding="utf-8")
    (small / "picture").write_bytes(b"\xff dome")
    schema = small / "schemas/facts.schema.json"
    schema.write_text(schema.read_text(encoding="utf-8").replace('"description": "', '"description": "Dome. ', 1))
    result = run(small, "rename", "dome", "roof", "--dry-run")
    assert result.exit_code == 0, result.output
    listed = result.stdout.partition("stay as they are; read them:\n")[2].splitlines()
    assert [line.strip() for line in listed[-10:]] == [
        "environments/lab.yaml:12",
        "environments/roof.yaml:2, 3, 7",
        ".ci/run:1",
        ".github/workflows/ci.yaml:2",
        "CODEOWNERS:1",
        "Makefile:1, 2",
        "charts/mirror/values.yaml:1",
        "schemas/facts.schema.json:4",
        "docs/on-call.md:3",
        "tests/test_dome.py:1",
    ]


def test_what_is_odd_under_the_new_name_is_said(small: Path) -> None:
    facts = small / FACTS
    edit(facts, "  argocd:\n", "  argocd:\n    applicationName: <% name %>-<% app.name %>\n")
    policy = "{subject: role:ops, resource: applications, action: delete, object: default/lab-store, effect: allow}"
    edit(facts, "      policies:\n", f"      policies:\n      - {policy}\n")
    result = run(small, "rename", "lab", "bench-1", "--dry-run")
    assert result.exit_code == 0, result.output
    assert "warning[W543]" in result.stderr, result.output
    assert "'default/lab-store'" in result.stderr
    number = facts.read_text(encoding="utf-8").split("\n").index(f"      - {policy}") + 1
    assert f"  environments/shared/facts.yaml:{number}" in result.stdout
