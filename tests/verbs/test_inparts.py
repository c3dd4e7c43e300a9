"""Where each process loads the specs that it works on, all comes to what one process says that loads all of them."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from efdgen.errors import FlawedSpecError
from efdgen.output import seen
from efdgen.output.cache.store import Store
from efdgen.repository.load import load
from efdgen.verbs import inparts, parallel, project
from efdgen.verbs.means import Means
from support.changes import WORDS, Edit, came_of, specs
from support.repository import small_repository

COPIES = ("copy-a", "copy-b", "copy-c")


class Fleet:
    """A few environments that count as many."""

    def __init__(self, folder: Path) -> None:
        self.root = small_repository(folder)
        self.store = Store(folder / "cache")
        spec = (self.root / "environments/dome.yaml").read_text(encoding="utf-8")
        for name in COPIES:
            (self.root / f"environments/{name}.yaml").write_text(spec.replace("dome", name), encoding="utf-8")
        files = (path for part in ("environments", "templates", "schemas") for path in (self.root / part).rglob("*"))
        self.contents = {path: path.read_bytes() for path in sorted(files) if path.is_file()}

    def restore(self) -> None:
        for path in (self.root / "environments").glob("*.yaml"):
            if path not in self.contents:
                path.unlink()
        for path, content in self.contents.items():
            if not path.exists() or path.read_bytes() != content:
                path.write_bytes(content)

    def compare(self) -> Any:
        """Return what comes of the environments; whoever loads them."""

        def rendered(means: Means) -> Any:
            found = project.rendering(self.root, means=means, there=seen.among({}))
            return dict(found.tree), found.warnings

        expected = came_of(lambda: rendered(Means()))
        for means in (Means(jobs=2), Means(self.store, jobs=2), Means(self.store)):
            assert came_of(lambda each=means: rendered(each)) == expected
        return expected


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    return Fleet(tmp_path_factory.mktemp("fleet"))


@pytest.fixture(autouse=True)
def stages(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let both stages begin for any environments; no process begins beside this one, which may have threads."""
    begun: list[int] = []

    def none(_: Any, number: int) -> Any:
        begun.append(number)
        raise BlockingIOError

    monkeypatch.setattr(parallel, "_MANY", 2)
    monkeypatch.setattr(parallel, "_WORTH_KNOWING", 1e-9)
    monkeypatch.setattr(parallel, "_can_fork", lambda: True)
    monkeypatch.setattr(parallel, "_helper", none)
    return begun


def test_nothing_is_loaded_in_one_process_where_nothing_is_wrong(
    fleet: Fleet, stages: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = fleet.compare()
    stages.clear()
    monkeypatch.setattr(project, "open_project", lambda *_: pytest.fail("all were loaded"))
    for means in (Means(jobs=2), Means(Store(fleet.root.with_name("other")), jobs=2)):
        found = project.rendering(fleet.root, means=means, there=seen.among({}))
        assert (dict(found.tree), found.warnings) == expected
    assert stages == [1, 1]


PLACE = "place: the copy-b"
SECRET = "place: ghp_0123456789abcdefghijABCDEFGHIJ012345"
ACCEPTED = "\naccept:\n- rule: E506\n  reason: it is none"


@pytest.mark.parametrize(
    ("old", "new", "is_flawed"),
    [
        (PLACE, "place: there", False),
        ("name: copy-b", "name: copy-x", True),
        (PLACE, "place: [there", True),
        (PLACE, "none: 1", True),
        (PLACE, "links: {copy-b: itself}", True),
        (PLACE, "site: nowhere", True),
        (PLACE, "place: '{{ x }}'", True),
        (PLACE, SECRET, True),
        (PLACE, f"{SECRET}{ACCEPTED}", False),
    ],
)
def test_a_spec_on_demand_is_looked_at_as_any(fleet: Fleet, old: str, new: str, is_flawed: bool) -> None:
    file = fleet.root / "environments/copy-b.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    try:
        file.write_text(text.replace(old, new), encoding="utf-8")
        loaded = load(fleet.root)
        assert ("copy-b" not in loaded.environments) == is_flawed
        found = load(fleet.root, on_demand=True)
        assert (found.environments.keys(), found.problems) == (found.names, ())
        assert found.environments["copy-a"].document.data == loaded.environments["copy-a"].document.data
        with pytest.raises(FlawedSpecError) if is_flawed else contextlib.nullcontext():
            assert found.environments["copy-b"].apps == loaded.environments["copy-b"].apps
        with pytest.raises(FlawedSpecError) if is_flawed else contextlib.nullcontext():
            assert inparts.rendering(fleet.root, 2) is not None
        fleet.compare()
    finally:
        fleet.restore()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_wrong_it_is_said_as_by_one_process(fleet: Fleet, data: st.DataObject) -> None:
    try:
        for _ in range(data.draw(st.integers(1, 2), "edits")):
            Edit(data, list(fleet.contents)).make()
        fleet.compare()
    finally:
        fleet.restore()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whoever_is_beside_whom_it_is_said_as_by_one_process(fleet: Fleet, data: st.DataObject) -> None:
    try:
        for name in WORDS:
            (fleet.root / f"environments/{name}.yaml").write_text(data.draw(specs(name), name), encoding="utf-8")
        fleet.compare()
    finally:
        fleet.restore()
