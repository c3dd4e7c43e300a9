"""What is kept of a repository for the next time that it is opened: it must say what would be found anew."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from efdgen.repository.kept import Kept
from efdgen.repository.load import load
from efdgen.repository.model import Repository
from support.repository import overlay, small_repository

SPEC = "environments/dome.yaml"
APP = "templates/apps/view/app.yaml"


def seen(repository: Repository) -> Any:
    """Return what can be compared of a repository: what is wrong, and what there is."""
    return (
        [str(problem) for problem in repository.problems],
        {name: (spec.document, spec.apps, spec.site) for name, spec in repository.environments.items()},
        {name: app._replace(layers=()) for name, app in repository.apps.items()},
        {name: [layer.data for layer in spec.layers] for name, spec in repository.environments.items()},
        {name: (app.chart_keys, [layer.data for layer in app.layers]) for name, app in repository.apps.items()},
        repository.tables,
    )


def test_what_is_opened_again_is_the_same(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    first, second = load(root), load(root)
    assert first.problems == second.problems == ()
    assert first.environments
    for name, spec in first.environments.items():
        assert second.environments[name] is spec
    for name, app in first.apps.items():
        assert second.apps[name] is app


@pytest.mark.parametrize(
    "edit",
    [
        {SPEC: "name: dome\napps:\n  gone: {}\n"},
        {SPEC: "name: dome\ntitle: The {{ name }}\napps:\n  view: {}\n"},
        {SPEC: "name: dome\nlinks: {zoo: because}\napps:\n  view: {}\n"},
        {SPEC: "name: dome\nlinks: {dome: because}\napps:\n  view: {}\n"},
        {SPEC: "name: dome\nsite: nowhere\napps:\n  view: {}\n"},
        {SPEC: "name: other\napps:\n  view: {}\n"},
        {SPEC: "name: dome\ntitle: a\u200bb\napps:\n  view: {}\n"},
        {SPEC: "name: dome\napps:\n  view: {pins: {a.b: {value: 1, reason: x}, a: {value: 2, reason: x}}}\n"},
        {SPEC: "name: dome\napps:\n  view: {parameters: {none: 1}}\n"},
        {SPEC: "name: dome\ntitle: [<% inherited %>]\napps:\n  view: {}\n"},
        {"environments/zoo.yaml": "name: zoo\napps: {}\n"},
        {"environments/view.yaml": "name: view\napps: {}\n"},
        {APP: "description: Nothing.\nchart: none\n"},
        {APP: "description: Both.\nchart: {name: a, git: https://a.example.org/a.git, version: 1.0.0, revision: v1}\n"},
        {APP: "description: Nothing.\nrequires: [gone]\nchart: none\n"},
        {"templates/apps/view/values.yaml": "more: 1\n"},
        {"templates/apps/view/values.schema.json": '{"type": "object", "properties": {"title": {"type": "array"}}}'},
        {"templates/apps/view/parameters.schema.json": '{"required": ["a"]}'},
        {"templates/apps/view/chart-keys.yaml": "# By hand.\nother: {}\n"},
        {"templates/apps/view/chart-keys.yaml": "# Also by hand.\nother: {}\n"},
        {"templates/apps/view/templates/more.yaml": "a: <% host('none') %>\n"},
        {"templates/apps/new/app.yaml": "description: New.\nextends: view\n"},
        {"templates/runbook/05-more.md": "---\nphase: 5\ntitle: More\n---\n\n<% app('none').name %>\n"},
        {"charts.lock": "charts:\n- name: a\n  version: 1.0.0\n  repository: https://charts.example.org/\n"},
        {"schemas/app.schema.json": "{"},
    ],
)
def test_what_is_opened_after_an_edit_is_what_it_would_be_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: dict[str, str]
) -> None:
    root = small_repository(tmp_path)
    before = seen(load(root))
    former = {path: (root / path).read_bytes() if (root / path).exists() else None for path in edit}
    overlay(root, edit)
    edited, again = seen(load(root)), seen(load(root))
    assert edited != before
    for path, content in former.items():
        overlay(root, {path: content})
        with contextlib.suppress(OSError):  # others are in there
            (root / path).parent.rmdir()
    assert seen(load(root)) == before
    overlay(root, edit)
    monkeypatch.setattr(Kept, "get", lambda *_: None)
    assert edited == again == seen(load(root))


def test_as_many_answers_are_kept_as_there_may_be() -> None:
    kept: Kept[int] = Kept(3)
    things = [object() for _ in range(4)]
    for number, thing in enumerate(things[:3]):
        assert kept.once(lambda _, number=number: number, thing) == number  # type: ignore[misc]
    assert [kept.get(thing) for thing in things] == [0, 1, 2, None]
    kept.add(3, things[3])
    assert [kept.get(thing) for thing in things] == [None, None, None, 3]


def test_things_that_are_kept_are_not_taken_for_others() -> None:
    kept: Kept[int] = Kept(1000)
    for number in range(1000):
        assert kept.get([number]) is None  # where it is put, another stood before, unless that is held
        kept.add(number, [number])
