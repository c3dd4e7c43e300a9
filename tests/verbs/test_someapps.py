"""The parts that apps have of the values of the parent chart."""

from __future__ import annotations

import pytest

from efdgen.verbs.someapps import of_apps, spliced

THERE = """\
# mark
env: lab
applications:
  store:
    project: default
  view:
    project: default
    syncPolicy:
      automated: {}
argocd:
  host: x
"""


def values(*parts: str, mark: str = "# other mark", tail: str = "argocd:\n  host: y\n") -> str:
    return f"{mark}\nenv: lab\napplications:\n{''.join(parts)}{tail}"


STORE, VIEW, LINK = "  store:\n    project: a\n", '  "view":\n    project: b\n', "  link:\n    project: c\n"


@pytest.mark.parametrize(
    ("apps", "rendered", "expected"),
    [
        (["store"], values(STORE, VIEW), THERE.replace("  store:\n    project: default\n", STORE)),
        (["view"], values(STORE), THERE.partition("  view:")[0] + "argocd:\n  host: x\n"),
        (["link"], values(STORE, LINK), THERE.replace("argocd:", f"{LINK}argocd:")),
        (["none"], values(STORE, VIEW), THERE),
        (["view"], values(STORE, VIEW), THERE.partition("  view:")[0] + VIEW + "argocd:\n  host: x\n"),
    ],
)
def test_only_the_parts_of_the_apps_change(apps: list[str], rendered: str, expected: str) -> None:
    assert spliced(THERE, rendered, apps) == expected


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "applications: {}\n",
        "a: [",
        values("    project: x\n"),
        values(STORE, STORE),
        THERE.replace("applications:", "x:"),
    ],
)
def test_damaged_values_are_taken_as_a_whole(damaged: str) -> None:
    rendered = values(STORE)
    assert spliced(damaged, rendered, ["store"]) == rendered
    assert spliced(rendered, damaged, ["store"]) == damaged


def test_values_that_come_or_go_are_looked_at_when_they_have_one_of_the_apps() -> None:
    path = "apps/efd/values-lab.yaml"
    content = {path: values(STORE).encode()}
    assert of_apps(content, {}, {"store"}) == (content, {})
    assert of_apps({}, content, {"store"}) == ({}, content)
    assert of_apps(content, {}, {"view"}) == of_apps({}, content, {"view"}) == ({}, {})
    assert of_apps({path: b"\xff"}, {}, {"view"}) == ({path: b"\xff"}, {})


def test_bytes_that_are_no_text_stay() -> None:
    path = "apps/efd/values-lab.yaml"
    there = {path: b"# \xff\napplications:\n  store:\n    a: 1\n"}
    before, after = of_apps(there, {path: b"# mark\napplications:\n  store:\n    a: 2\n"}, {"store"})
    assert (before, after) == (there, {path: b"# \xff\napplications:\n  store:\n    a: 2\n"})
