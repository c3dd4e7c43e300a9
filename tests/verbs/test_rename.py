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
        "a: <% links.roof.url %> links.dome <% links.roof.url + links.dome2.x + links.domes %>\n"
    )
