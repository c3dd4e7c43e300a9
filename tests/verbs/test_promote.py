"""`efdgen promote`: what one stage runs comes to the next, and to nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from efdgen import cli
from efdgen.errors import UsageError
from efdgen.explain.edits import promoting
from efdgen.explain.edits.promoting import Plan, Running
from efdgen.verbs import project, promote
from efdgen.verbs.edit import Sources
from support.checkout import edit
from support.repository import small_repository

FACTS, VALUES = "environments/shared/facts.yaml", "templates/apps/store/values.yaml"
SPEC = "name: {name}\ncluster:\n  provides: [vault-secrets-operator, ingress-nginx]\napps:\n  store: {{}}\n"
NAMES = ("dome", "east", "lab", "west")


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Four environments in four stages, all of which run the default."""
    root = small_repository(tmp_path)
    for name in ("east", "west"):
        (root / f"environments/{name}.yaml").write_text(SPEC.format(name=name), encoding="utf-8")
    pin = "    pins:\n      image.tag:\n        value: 1.9.3\n        reason: 1.9.4 has not been tried here.\n"
    edit(root / "environments/lab.yaml", pin, "")
    edit(root / FACTS, "defaults:\n", "stages:\n- [lab]\n- [east]\n- [west]\n- [dome]\ndefaults:\n")
    return root


def tags(root: Path) -> dict[str, str]:
    """Return the store's tag in each environment."""
    return {
        each.facts.name: app.values["image"]["tag"]
        for each in project.resolve(root).environments
        for app in each.apps
        if app.definition.name == "store"
    }


def run(root: Path, *arguments: str) -> str:
    result = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, [*arguments, "--root", str(root)])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_tag_comes_from_the_first_stage_to_the_last_and_leaves_no_pin(fleet: Path) -> None:
    specs = {name: (fleet / f"environments/{name}.yaml").read_bytes() for name in NAMES}
    run(fleet, "pin", "lab", "store.image.tag", "2.0.0", "--reason", "Tried here first.")
    assert tags(fleet) == {"dome": "1.9.4", "east": "1.9.4", "lab": "2.0.0", "west": "1.9.4"}
    assert "store / image.tag" in run(fleet, "promote", "store", "--to", "east")
    assert tags(fleet) == {"dome": "1.9.4", "east": "2.0.0", "lab": "2.0.0", "west": "1.9.4"}
    assert '  tag: "2.0.0"\n' in (fleet / VALUES).read_text(encoding="utf-8")
    assert b"reason: " in (fleet / "environments/dome.yaml").read_bytes()
    shown = run(fleet, "versions", "store", "--format", "markdown")
    assert ("| 2.0.0 | lab, east | " in shown, "| 1.9.4 | west, dome | behind 2.0.0 | " in shown) == (True, True)
    run(fleet, "promote", "store", "--to", "west")
    assert tags(fleet) == {"dome": "1.9.4", "east": "2.0.0", "lab": "2.0.0", "west": "2.0.0"}
    run(fleet, "promote", "store.image.tag", "--to", "dome")
    assert set(tags(fleet).values()) == {"2.0.0"}
    assert {name: (fleet / f"environments/{name}.yaml").read_bytes() for name in NAMES} == specs
    assert run(fleet, "promote", "store", "--to", "dome") == "Nothing to change: it says so already\n"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("store", "--to", "lab"), "lab is in the first stage: pin what is new there"),
        (("stor", "--to", "east"), "unknown app 'stor': did you mean 'store'"),
        (("store", "--to", "eats"), "unknown environment 'eats': did you mean 'east'"),
        (("store.image.tga", "--to", "east"), "is not the tag of an image; store has: store.image.tag"),
        (("view", "--to", "east"), "east does not list view"),
        (("store.", "--to", "east"), "'store.' ends with a dot: name what stands behind it"),
        (("link", "--from", "lab", "--to", "east"), "east does not list link"),
    ],
)
def test_what_can_not_be_promoted_is_refused(fleet: Path, arguments: tuple[str, ...], why: str) -> None:
    result = CliRunner().invoke(cli.command, ["promote", *arguments, "--root", str(fleet)])
    assert (result.exit_code, why in result.output) == (2, True), result.output


def test_a_stage_that_does_not_run_it_is_passed_over_and_who_is_in_no_stage_is_named(fleet: Path) -> None:
    edit(fleet / "environments/east.yaml", "apps:\n  store: {}\n", "apps: {}\n")
    edit(fleet / FACTS, "- [dome]\n", "")
    run(fleet, "pin", "lab", "store.image.tag", "2.0.0", "--reason", "Tried here first.")
    said = run(fleet, "promote", "store", "--to", "west")
    assert said.startswith(
        "east does not run it: taken from the stage before\nwarning: dome is in no stage, and stays behind"
    )
    assert tags(fleet) == {"dome": "1.9.4", "lab": "2.0.0", "west": "2.0.0"}
    first = r"west is in the first stage that runs it \(lab and east do not run it\): pin what is new there"
    with pytest.raises(UsageError, match=first):
        promoting.before([["lab"], ["east"], ["west"]], "west", {"west"})


def test_without_stages_it_needs_to_be_said_from_where(rendered_small: Path) -> None:
    arguments = ["promote", "store", "--to", "dome", "--dry-run", "--root", str(rendered_small)]
    result = CliRunner().invoke(cli.command, arguments)
    assert "has no stages; write them there, or say --from ENV" in result.output
    result = CliRunner().invoke(cli.command, [*arguments, "--from", "lab"])
    assert 'dome / store / image.tag: "1.9.4" -> "1.9.3"' in result.output


def test_an_app_that_inherits_the_default_is_not_moved_along(fleet: Path) -> None:
    heir = fleet / "templates/apps/second"
    heir.mkdir()
    said = "description: Another.\nextends: store\ningressHosts: [second]\nnodePortHosts: []\n"
    (heir / "app.yaml").write_text(said, encoding="utf-8")
    edit(fleet / "environments/dome.yaml", "  store: {}\n", "  store: {}\n  second: {}\n")
    run(fleet, "pin", "lab", "store.image.tag", "2.0.0", "--reason", "Tried here first.")
    result = CliRunner().invoke(cli.command, ["promote", "store", "--to", "east", "--root", str(fleet)])
    assert "second.image.tag of dome inherits the default, and would change, too. Hold it first: " in result.output


def test_nobody_goes_back_to_an_older_version_unasked(fleet: Path) -> None:
    run(fleet, "pin", "lab", "store.image.tag", "1.9.3", "--reason", "1.9.4 fails here.")
    result = CliRunner().invoke(cli.command, ["promote", "store", "--to", "east", "--root", str(fleet)])
    told = "store.image.tag: east runs 1.9.4, and 1.9.3 of lab is older; to take east back to it, say --from lab"
    assert (result.exit_code, told in result.output) == (2, True), result.output
    run(fleet, "promote", "store", "--to", "east", "--from", "lab")
    assert tags(fleet) == {"dome": "1.9.4", "east": "1.9.3", "lab": "1.9.3", "west": "1.9.4"}
    assert "1.9.4 fails here." in (fleet / "environments/lab.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("tag", ["1.9.4-rc1", "latest", "abcdef1", "v1.9.4"])
def test_the_default_moves_to_what_is_in_no_known_order_with_it_only_when_told(fleet: Path, tag: str) -> None:
    values = (fleet / VALUES).read_bytes()
    run(fleet, "pin", "lab", "store.image.tag", tag, "--reason", "Tried here first.")
    before = tags(fleet)
    result = CliRunner().invoke(cli.command, ["promote", "store", "--to", "east", "--root", str(fleet)])
    told = f"which of {tag} of lab and the default 1.9.4 is newer can't be told from their numbers. To make {tag} the "
    assert (result.exit_code, told in result.output) == (2, True), result.output
    run(fleet, "promote", "store", "--to", "east", "--from", "lab")
    assert tags(fleet) == {**before, "east": tag}
    assert (fleet / VALUES).read_bytes() == values
    run(fleet, "promote", "store", "--to", "west", "--from", "lab", "--default")
    assert tags(fleet) == {**before, "east": tag, "west": tag}
    assert tag.encode() in (fleet / VALUES).read_bytes()


def test_a_pre_release_becomes_the_default_only_when_told(fleet: Path) -> None:
    tag = "1.9.13-rc1"
    values = (fleet / VALUES).read_bytes()
    run(fleet, "pin", "lab", "store.image.tag", tag, "--reason", "Tried here first.")
    before = tags(fleet)
    result = CliRunner().invoke(cli.command, ["promote", "store", "--to", "east", "--root", str(fleet)])
    told = f"{tag} of lab is a pre-release, and the default 1.9.4 would become it. To make {tag} the default, say --def"
    assert (result.exit_code, told in result.output) == (2, True), result.output
    run(fleet, "promote", "store", "--to", "east", "--from", "lab")
    assert (tags(fleet), (fleet / VALUES).read_bytes()) == ({**before, "east": tag}, values)
    run(fleet, "promote", "store", "--to", "west", "--from", "lab", "--default")
    assert tags(fleet) == {**before, "east": tag, "west": tag}
    assert tag.encode() in (fleet / VALUES).read_bytes()


def test_a_pin_over_its_sites_stays_where_it_is_promoted_from(fleet: Path) -> None:
    edit(fleet / "environments/west.yaml", "name: west\n", "name: west\nsite: north\n")
    run(fleet, "pin", "north", "store.image.tag", "1.9.3", "--reason", "Older here.")
    run(fleet, "pin", "west", "store.image.tag", "2.0.0", "--reason", "Tried here first.")
    before = tags(fleet)
    run(fleet, "promote", "store", "--from", "west", "--to", "dome")
    assert tags(fleet) == {**before, "dome": "2.0.0"}
    run(fleet, "promote", "store", "--from", "east", "--to", "west")
    assert tags(fleet) == {**before, "dome": "2.0.0", "west": before["east"]}


def test_what_would_end_otherwise_than_planned_is_refused(fleet: Path) -> None:
    run(fleet, "pin", "lab", "store.image.tag", "2.0.0", "--reason", "Tried here first.")
    sources = Sources(fleet)
    planned = promote.promotion(sources, "store", "east", "")
    promote.refuse_surprises(planned, sources.edited(planned.edits))
    unpinned = [each for each in planned.edits if "values.yaml" not in each.target.file]
    told = (
        r"east would run 1\.9\.4 of store\.image\.tag, and not 2\.0\.0: its app definition says so \(templates/.*:3:9\)"
    )
    with pytest.raises(UsageError, match=told):
        promote.refuse_surprises(planned, sources.edited(unpinned))


def test_shared_facts_are_several(fleet: Path) -> None:
    pinned = "    store:\n      pins: {image.tag: {value: 1.9.3, reason: Not tried yet.}}\n      values:\n        heap"
    edit(fleet / FACTS, "    store:\n      values:\n        heap", pinned)
    environments = project.resolve(fleet).environments
    told = promote._who_wins(environments, ("east", "store", ("image", "tag")))  # noqa: SLF001
    assert told.startswith(f"its shared facts say so ({FACTS}:")


# -- the plan


def running(**tags_of: str) -> dict[str, Running]:
    return {name: Running(*tag.split("!")) for name, tag in tags_of.items()}


def test_a_plan_is_as_small_as_it_can_be() -> None:
    behind = "2 is not yet promoted to here."
    assert promoting.plan(running(a="1", b="1"), "1", ["a"], ["b"]) == Plan("", (), {}, "1")
    assert promoting.plan(running(a="2", b="1!spec"), "2", ["a"], ["b"]) == Plan("", ("b",), {}, "2")
    assert promoting.plan(running(a="2!spec", b="1", c="1"), "1", ["a"], ["b"]) == Plan(
        "2", ("a",), {"c": ("1", behind)}, "2"
    )
    at_site = running(a="2!spec", b="1", c="0!site n!0!site n")
    assert promoting.plan(at_site, "1", ["a"], ["b"]) == Plan("2", ("a",), {}, "2")


def test_a_plan_pins_where_a_layer_below_the_spec_says_something_else() -> None:
    over_site = "Promoted from a; the site n says 1."
    found = promoting.plan(running(a="2", b="1!site n!1!site n"), "2", ["a"], ["b"])
    assert found == Plan("", (), {"b": ("2", over_site)}, "2")
    found = promoting.plan(running(a="2", b="1!shared facts!1!shared facts"), "2", ["a"], ["b"])
    assert found.pin["b"] == ("2", "Promoted from a; the defaults say 1.")
    found = promoting.plan(running(a="2!spec!1!site n", b="1"), "1", ["a"], ["b"])
    assert found == Plan("2", (), {}, "2")
    found = promoting.plan(running(a="2!spec", b="1!spec!2!site n"), "0", ["a"], ["b"])
    assert found == Plan("", ("b",), {}, "2")


def test_a_plan_moves_the_default_only_ahead_and_leaves_the_reasons_of_others() -> None:
    found = promoting.plan(running(a="1!spec", b="2", c="1!spec"), "2", ["a"], ["b"], back=True)
    assert found == Plan("", (), {"b": ("1", "Promoted from a; the default is 2.")}, "1")
    found = promoting.plan(running(a="3!spec", b="2", c="3!spec"), "2", ["a"], ["b"])
    assert found == Plan("3", ("a",), {}, "3")


def test_what_a_plan_can_not_know_is_refused() -> None:
    with pytest.raises(UsageError, match="the stage does not run one thing: a 1, b 2; say which one with --from ENV"):
        promoting.plan(running(a="1", b="2", c="0"), "0", ["a", "b"], ["c"])
    with pytest.raises(UsageError, match="b runs 2, and 1 of a is older; to take b back to it, say --from a"):
        promoting.plan(running(a="1!spec", b="2"), "2", ["a"], ["b"])
    with pytest.raises(UsageError, match="a and b do not run it"):
        promoting.plan(running(c="0"), "0", ["a", "b"], ["c"])
