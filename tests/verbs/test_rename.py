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


def test_makefiles_and_workflows_are_read_too(small: Path) -> None:
    (small / "Makefile").write_text("dome:\n\tefdgen render dome\n", encoding="utf-8")
    (small / ".github/workflows").mkdir(parents=True)
    (small / ".github/workflows/ci.yaml").write_text("on: push\nenv: {NAME: dome}\n", encoding="utf-8")
    (small / "picture").write_bytes(b"\xff dome")
    shown = run(small, "rename", "dome", "roof", "--dry-run").stdout
    assert all(f"  {place}\n" in shown for place in ("Makefile:1", "Makefile:2", ".github/workflows/ci.yaml:2"))
    assert "picture" not in shown
