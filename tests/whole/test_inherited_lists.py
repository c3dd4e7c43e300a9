"""Lists that add to those below, from what people write to what is rendered, explained and edited."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from efdgen import cli
from efdgen.verbs import project
from support.checkout import edit

LAB = "environments/lab.yaml"


def run(root: Path, *arguments: str, status: int = 0) -> str:
    result = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, [*arguments, "--root", str(root)])
    assert result.exit_code == status, result.output
    return result.output


def groups(root: Path) -> list[str]:
    (lab,) = (each for each in project.resolve(root).environments if each.facts.name == "lab")
    return [group.subject for group in lab.facts.argocd.rbac.groups]


def test_an_item_more_is_a_line_and_what_is_below_still_counts(small: Path) -> None:
    before = (small / LAB).read_bytes()
    new = '{subject: guests, role: "role:ops"}'
    run(small, "set", "lab", "argocd.rbac.groups", "--add", new)
    assert "    groups:\n    - <% inherited %>\n    - subject: guests\n" in (small / LAB).read_text(encoding="utf-8")
    assert groups(small) == ["example:EFD ops", "guests"]
    run(small, "set", "defaults", "argocd.rbac.groups", "--add", '{subject: more, role: "role:ops"}')
    assert groups(small) == ["example:EFD ops", "more", "guests"]
    shown = run(small, "explain", "lab", "argocd.rbac.groups[1].subject")
    assert '  * spec          "more"  environments/shared/facts.yaml:53:18\n' in shown
    assert "(its list adds to the one below: <% inherited %>)" in shown
    assert "of its own" in run(small, "set", "lab", "argocd.rbac.groups", "--remove", "more", status=2)
    run(small, "unset", "lab", "argocd.rbac.groups")
    assert (small / LAB).read_bytes() == before


def test_values_of_apps_and_items_of_tables_do_so_too(small: Path) -> None:
    edit(small / LAB, "news: [second, first]", "news: [<% inherited %>, second]")
    edit(small / "environments/shared/facts.yaml", "    news: []", "    news: [first]")
    edit(small / LAB, "      persistence:\n", "      args: [<% inherited %>, --lab]\n      persistence:\n")
    edit(small / "templates/apps/store/values.yaml", "image:\n", "args: [--all]\nimage:\n")
    (lab,) = (each for each in project.resolve(small).environments if each.facts.name == "lab")
    assert lab.facts.data["feed"]["news"] == ["first", "second"]
    assert next(app.values["args"] for app in lab.apps if app.definition.name == "store") == ["--all", "--lab"]


def test_where_there_is_no_list_below_it_says_so_and_one_that_adds_nothing_is_a_leftover(small: Path) -> None:
    edit(small / LAB, "news: [second, first]", "news: [<% inherited %>]")
    assert "W517" in run(small, "validate")
    edit(small / LAB, "      persistence:\n", "      args: [<% inherited %>]\n      persistence:\n")
    said = run(small, "validate", status=3)
    assert "E301" in said
    assert "there is no list below that could be inherited here" in said
