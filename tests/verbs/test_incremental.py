"""A run that takes over what earlier runs found says what one without says: whatever changed between them."""

from __future__ import annotations

import builtins
import functools
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from efdgen.output import disk, seen
from efdgen.output.cache import program, store
from efdgen.output.cache.store import Store
from efdgen.repository import snapshot as snapshots
from efdgen.verbs import anew, incremental, project, records, render, rest
from efdgen.verbs.means import Means
from support.changes import WORDS, Edit, came_of, specs
from support.checkout import copy_tree, snapshot
from support.foreach import for_each
from support.repository import small_repository

FOLDERS = ("environments", "templates", "schemas")


class Runs:
    """A repository, what its runs keep, and which environments they resolve."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch | None = None) -> None:
        self.root = root
        self.means = Means(Store(root.with_name("cache")))
        self.resolved: list[str] = []
        self._resolution = anew.resolution
        if monkeypatch is not None:
            monkeypatch.setattr(anew, "resolution", self._noting)

    def _noting(self, name: str, *others: Any) -> Any:
        self.resolved.append(name)
        return self._resolution(name, *others)

    def check(self, *names: str) -> Any:
        """Run a check; it must come to what one without a store comes to."""
        expected = came_of(lambda: render.check(self.root, names))
        self.resolved.clear()
        found = came_of(lambda: render.check(self.root, names, means=self.means))
        assert found == expected
        return found

    def problems(self) -> None:
        """Look for problems; there must be those that a run without a store finds."""
        expected = came_of(lambda: project.rendering(self.root).warnings)
        assert came_of(lambda: project.rendering(self.root, means=self.means).warnings) == expected

    def write(self) -> None:
        render.write(self.root, means=self.means)

    def change(self, path: str, old: str, new: str) -> None:
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def kept(rendered_small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what a run keeps that looked at the small repository as it is, which no test may change."""
    made = Runs(copy_tree(rendered_small, tmp_path_factory.mktemp("kept") / "repository"))
    assert made.check().is_clean
    return made.root.with_name("cache")


@pytest.fixture
def runs(small: Path, kept: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """The small repository, and what a first run kept of it: that is found by contents, wherever these are."""
    shutil.copytree(kept, small.with_name("cache"))
    return Runs(small, monkeypatch)


def test_nothing_is_resolved_again(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs(small, monkeypatch)
    assert runs.check().is_clean
    assert runs.resolved == ["dome", "lab"]
    assert runs.check().is_clean
    assert runs.resolved == []


def test_nothing_is_loaded_again(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incremental.Run, "_load", lambda _: pytest.fail("loaded"))
    assert render.check(runs.root, means=runs.means).is_clean
    assert project.rendering(runs.root, ["lab"], means=runs.means).project.selected == ("lab",)


def test_a_changed_environment_is_resolved_again(runs: Runs) -> None:
    runs.change("environments/lab.yaml", "size: 20Gi", "size: 21Gi")
    assert [change.path for change in runs.check().changes] == [
        "README.md",
        "apps/store/values-lab.yaml",
        "docs/lab.md",
    ]
    assert runs.resolved == ["lab"]
    runs.write()
    assert runs.check().is_clean
    assert runs.resolved == []


def test_a_linked_environment_counts(runs: Runs) -> None:
    """The lab has a link to the dome, and takes the address of its broker from there."""
    runs.change("environments/dome.yaml", "place: the dome", "place: the old dome")
    runs.check()
    assert runs.resolved == ["dome", "lab"]


NEW = """domain: new.example.org
cluster:
  provides: [vault-secrets-operator, ingress-nginx]
apps:
  store: {}
"""


def test_a_new_environment_is_resolved_alone(runs: Runs) -> None:
    (runs.root / "environments/new.yaml").write_text(f"name: new\n{NEW}")
    runs.check()
    assert runs.resolved == ["new"]
    runs.write()
    assert runs.check().is_clean
    assert runs.resolved == []


@pytest.mark.parametrize(
    "spec",
    [
        "name: replicator\n",  # a value of the lab
        "name: new\naliases: [replicator]\n",
        "name: new\nhosts:\n  store: dome-store.dome.example.org\n",
        "name: new\nvault:\n  pathPrefix: secret/teams/lab\n",
        "name: new\nargocd:\n  url: https://argocd-lab.example.org\n",
        "name: new\nhosts:\n  store: status.dome.example.org\n",
    ],
    ids=["name", "alias", "host", "Vault prefix", "Argo CD", "the host of another"],
)
def test_who_names_a_new_environment_is_resolved_again(runs: Runs, spec: str) -> None:
    (runs.root / "environments" / f"{spec.split()[1]}.yaml").write_text(spec + NEW)
    runs.check()
    (runs.root / "environments" / f"{spec.split()[1]}.yaml").unlink()
    assert runs.check().is_clean


def test_who_has_the_host_of_a_new_environment_as_a_key_is_resolved_again(runs: Runs) -> None:
    spec = runs.root / "environments/dome.yaml"
    spec.write_text(spec.read_text().replace("  view: {}", '  view: {values: {env: {a.new.example.org: "1"}}}'))
    runs.write()
    (runs.root / "environments/new.yaml").write_text(f"name: new\nhosts:\n  store: a.new.example.org\n{NEW}")
    found = runs.check()
    assert "'a.new.example.org' is a host of the environment new" in str(found)


def test_what_others_are_known_by_counts(runs: Runs) -> None:
    (runs.root / "environments/new.yaml").write_text(f"name: new\n{NEW}")
    runs.check()
    runs.change(
        "environments/new.yaml",
        "domain: new.example.org",
        "domain: dome.example.org\nhosts: {store: status.dome.example.org}",
    )
    assert any(problem.code in ("E501", "E503") for problem in runs.check())
    (runs.root / "environments/new.yaml").unlink()
    assert runs.check().is_clean


def test_errors_are_said_again(runs: Runs) -> None:
    runs.change("environments/lab.yaml", "<% links.dome.kafka.broker %>", "<% links.dome.kafka.nothing %>")
    problems = runs.check()
    assert [problem.code for problem in problems] == ["E301"]
    assert runs.check() == problems
    assert runs.resolved == []


def test_an_error_moves_with_its_line(runs: Runs) -> None:
    runs.change("environments/lab.yaml", "<% links.dome.kafka.broker %>", "<% links.dome.kafka.nothing %>")
    (first,) = runs.check()
    runs.change("environments/lab.yaml", "name: lab\n", "# A remark.\nname: lab\n")
    (second,) = runs.check()
    assert second.location.line == first.location.line + 1


@pytest.mark.parametrize("file", ["apps/store/values-lab.yaml", "apps/store/Chart.yaml", "README.md", "docs/lab.md"])
@pytest.mark.parametrize("how", ["edited", "gone"])
def test_what_is_not_in_rendered_is_rendered_again(runs: Runs, file: str, how: str) -> None:
    path = runs.root / "rendered" / file
    before = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(before + b"# an edit\n")
    assert [change.path for change in runs.check().changes] == [file]
    runs.write()
    assert path.read_bytes() == before
    assert runs.check().is_clean


def test_rendering_from_nothing_needs_no_tree(runs: Runs) -> None:
    shutil.rmtree(runs.root / "rendered")
    runs.write()
    assert runs.check().is_clean


def test_a_run_for_some_environments_keeps_what_it_knows_of_others(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = Runs(small, monkeypatch)
    runs.check("lab")
    assert runs.resolved == ["lab"]
    runs.check()
    assert runs.resolved == ["dome"]
    runs.check("dome")
    assert runs.resolved == []


def test_who_needs_no_tree_gets_none(runs: Runs) -> None:
    assert len(project.rendering(runs.root, means=runs.means).tree) == 0
    assert len(project.rendering(runs.root, means=runs.means, there=seen.among({})).tree) > 0


@pytest.mark.parametrize("what", ["code", "library", "data"])
def test_another_program_knows_nothing(runs: Runs, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    monkeypatch.setattr(program, "digest", lambda: what)
    runs.check()
    assert runs.resolved == ["dome", "lab"]


def test_a_program_that_can_t_be_read_keeps_nothing(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "digest", lambda: None)
    runs = Runs(small)
    assert runs.check().is_clean
    assert not small.with_name("cache").exists()


def test_a_repository_with_links_keeps_nothing(small: Path) -> None:
    (small / "templates/apps/store/values.yaml").rename(small / "values.yaml")
    (small / "templates/apps/store/values.yaml").symlink_to("../../../values.yaml")
    assert Runs(small).check().is_clean
    assert not small.with_name("cache").exists()


def test_a_repository_with_problems_keeps_nothing(runs: Runs) -> None:
    runs.change("environments/lab.yaml", "size: 20Gi", "size: 20Gi\n  size: 1Gi")
    before = sorted(runs.root.with_name("cache").iterdir())
    assert runs.check()
    assert sorted(runs.root.with_name("cache").iterdir()) == before


def test_the_lock_of_charts_counts(runs: Runs) -> None:
    lock = runs.root / "charts.lock"
    entry = f'- {{name: old, version: "1.0.0", repository: "https://charts.example.org/", sha256: "{"a" * 64}"}}'
    for text, warned in (("charts: []\n", False), (f"charts:\n{entry}\n", True)):
        lock.write_text(text, encoding="utf-8")
        runs.problems()
        found = project.rendering(runs.root, means=runs.means).warnings
        assert ({"W409"} if warned else set()) == {problem.code for problem in found}, text


def test_a_lock_of_charts_that_is_none_is_told_each_time(runs: Runs) -> None:
    lock = runs.root / "charts.lock"
    for text in ("charts: [\n", "<<<<<<< HEAD\n=======\n>>>>>>> b\n", "garbage\n"):
        lock.write_text("charts: []\n", encoding="utf-8")
        runs.write()
        assert runs.check().is_clean
        lock.write_text(text, encoding="utf-8")
        for _ in range(2):
            assert [problem.location.file for problem in runs.check()] == ["charts.lock"], text
            runs.problems()
    lock.unlink()
    lock.mkdir()
    assert [problem.code for problem in runs.check()] == ["E101"]


def test_a_chart_in_a_folder_counts(runs: Runs) -> None:
    chart = runs.root / "charts/own"
    chart.mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: own\nversion: 1.0.0\n")
    app = runs.root / "templates/apps/own"
    app.mkdir()
    (app / "app.yaml").write_text("description: its own\nchart:\n  name: own\n  path: charts/own\n")
    runs.change("environments/dome.yaml", "  store: {}", "  store: {}\n  own: {}")
    runs.check()
    runs.write()
    assert runs.check().is_clean
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: own\nversion: 1.0.1\n")
    assert not runs.check().is_clean
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: other\nversion: 1.0.1\n")
    assert [problem.code for problem in runs.check()] == ["E408"]


@for_each("data", [None, 1, "x", (1, 2), (1, 2, 3, 4, 5, 6), ((), "", None, None, True, {"lab": (1,)}), {}, []])
def test_data_of_another_form_is_nothing(data: Any) -> None:
    assert records.unpacked(data) == records.NOTHING


def test_a_run_reads_nothing_that_is_not_in_the_snapshot(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run looks up on the disk, beside the snapshot, its key and its records would not know."""
    read: list[str] = []
    found = snapshots.take(small)
    assert found is not None
    run = incremental.Run(small, found, records.NOTHING, rest.Rest(None), seen.among({}))
    for module, name in (
        (builtins, "open"),
        (os, "listdir"),
        (os, "scandir"),
        (os, "stat"),
        (os, "lstat"),
        (os, "open"),
    ):
        monkeypatch.setattr(module, name, _noting(getattr(module, name), read, str(small)))
    made = run.made(["dome", "lab"])
    monkeypatch.undo()
    assert made is not None
    # The folder itself, and app definitions, to find charts in folders: they must all be in the snapshot.
    allowed = re.compile(r"(/templates/apps(/[a-z-]+/app\.yaml)?)?\Z")
    assert [path for path in read if not allowed.match(path.removeprefix(str(small)))] == []


def _noting(function: Callable[..., Any], read: list[str], root: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def noting(path: Any, *arguments: Any, **named: Any) -> Any:
        if str(path).startswith(root):
            read.append(str(path))
        return function(path, *arguments, **named)

    return noting


# -- what is kept beside the records


def test_a_changed_value_reads_nothing_of_what_others_are_known_by(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (21, 22):
        (runs.root / "environments/new.yaml").write_text(
            f"name: new\n{NEW}".replace("{}", f"{{values: {{size: {size}Gi}}}}")
        )
        runs.check()
        assert runs.resolved == ["new"]
        monkeypatch.setattr(rest.Rest, "known", property(lambda _: pytest.fail("read")))


def test_what_was_asked_is_kept_with_few_records_and_beside_many(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    for most, newer in ((50, 1), (0, 0)):
        monkeypatch.setattr(rest, "_MOST_NEWER", most)
        runs.change("environments/lab.yaml", "size: 2", "size: 22")
        runs.check()
        (file,) = runs.root.with_name("cache").iterdir()
        kept = records.unpacked(runs.means.store.read(file.name))  # type: ignore[union-attr]
        assert sum(record.asked is not None for record in kept.records.values()) == newer
        # Whoever asked for a name is asked anew when there is one, wherever the question is kept.
        (runs.root / "environments/replicator.yaml").write_text(f"name: replicator\n{NEW}")
        runs.check()
        assert "lab" in runs.resolved
        (runs.root / "environments/replicator.yaml").unlink()
        runs.check()


@pytest.mark.parametrize("number", [rest.KNOWN, rest.INDEX, rest.ROWS])
@pytest.mark.parametrize("change", ["value", "host"])
def test_where_a_part_is_lost_all_is_made_anew(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, number: int, change: str
) -> None:
    taken = store.Parts.as_kept
    monkeypatch.setattr(store.Parts, "as_kept", lambda self, n: None if n == number else taken(self, n))
    if change == "value":
        runs.change("environments/lab.yaml", "size: 20Gi", "size: 21Gi")
    else:
        runs.change("environments/lab.yaml", "aliases: [", "aliases: [another, ")
    runs.check()
    monkeypatch.undo()
    runs.check()
    assert runs.resolved == []


# -- writing


def test_what_is_rendered_is_read_once(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Path] = []
    look = disk.look
    monkeypatch.setattr(disk, "look", lambda folder, known: looked.append(folder) or look(folder, known))
    runs.change("environments/lab.yaml", "size: 20Gi", "size: 21Gi")
    runs.write()
    assert len(looked) == 1
    assert runs.check().is_clean


@pytest.mark.parametrize("what", ["README.md", "apps/store/values-lab.yaml", "apps/store/values-new.yaml"])
@pytest.mark.parametrize("how", ["edited", "gone"])
def test_what_changes_before_the_folder_is_locked_is_read_again(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, what: str, how: str
) -> None:
    """Another run, or somebody with an editor, was there since: what is said and written is about what is there now."""
    runs.change("environments/lab.yaml", "size: 20Gi", "size: 21Gi")
    (runs.root / "environments/new.yaml").write_text(f"name: new\n{NEW}")
    other = runs.root.with_name("other")
    shutil.copytree(runs.root, other)
    lock = disk.lock

    def change(root: Path) -> None:
        if how == "gone":
            (root / "rendered" / what).unlink(missing_ok=True)
        else:
            (root / "rendered" / what).write_bytes(b"# mine\n")

    def locking(folder: Path, **named: bool) -> Any:
        change(folder.parent)
        return lock(folder, **named)

    change(other)
    expected = came_of(lambda: render.write(other))
    monkeypatch.setattr(disk, "lock", locking)
    found = came_of(lambda: render.write(runs.root, means=runs.means))
    monkeypatch.undo()
    if isinstance(expected, tuple) and not isinstance(expected, render.Outcome):
        expected = (expected[0], expected[1].replace(str(other), str(runs.root)))
    assert found == expected
    assert snapshot(runs.root / "rendered") == snapshot(other / "rendered")


# -- any byte


class Laboratory:
    """One repository for all examples: each changes it, and puts it back."""

    def __init__(self, folder: Path) -> None:
        self.runs = Runs(small_repository(folder))
        render.write(self.runs.root)
        self.runs.check()
        files = (path for name in FOLDERS for path in sorted((self.runs.root / name).rglob("*")) if path.is_file())
        self.contents = {path: path.read_bytes() for path in files}

        self.rendered = snapshot(self.runs.root / "rendered")

    def restore(self) -> None:
        for path, content in self.contents.items():
            if not path.exists() or path.read_bytes() != content:
                path.write_bytes(content)

    def restore_rendered(self) -> None:
        shutil.rmtree(self.runs.root / "rendered")
        for path, content in self.rendered.items():
            file = self.runs.root / "rendered" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    return Laboratory(tmp_path_factory.mktemp("laboratory"))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_changes_the_answer_is_that_of_a_run_without(laboratory: Laboratory, data: st.DataObject) -> None:
    try:
        for _ in range(data.draw(st.integers(1, 2), "edits")):
            Edit(data, list(laboratory.contents)).make()
            laboratory.runs.check(*data.draw(st.sampled_from([(), ("lab",)]), "asked for"))
    except FileNotFoundError:
        raise AssertionError("a file that is gone was not said to be") from None
    finally:
        laboratory.restore()
    assert laboratory.runs.check().is_clean


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_changes_what_is_written_is_what_a_run_without_writes(
    laboratory: Laboratory, data: st.DataObject
) -> None:
    root = laboratory.runs.root
    rendered = [root / "rendered" / path for path in laboratory.rendered]
    outcomes = []
    try:
        Edit(data, [path for path in laboratory.contents if path.parent.name == "environments"]).make()
        Edit(data, rendered).make()
        edited = snapshot(root / "rendered")
        for means in (Means(), laboratory.runs.means):
            outcomes.append((came_of(lambda m=means: render.write(root, means=m)), snapshot(root / "rendered")))
            shutil.rmtree(root / "rendered")
            for path, content in edited.items():
                (root / "rendered" / path).parent.mkdir(parents=True, exist_ok=True)
                (root / "rendered" / path).write_bytes(content)
    finally:
        laboratory.restore()
        laboratory.restore_rendered()
    assert outcomes[0] == outcomes[1]
    assert laboratory.runs.check().is_clean


# -- any environment beside others


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whoever_is_beside_it_the_answer_is_that_of_a_run_without(laboratory: Laboratory, data: st.DataObject) -> None:
    folder = laboratory.runs.root / "environments"
    try:
        for name in ("dome", "lab"):
            (folder / f"{name}.yaml").unlink()
        for name in [*WORDS, data.draw(st.sampled_from(WORDS)), data.draw(st.sampled_from(WORDS))]:
            (folder / f"{name}.yaml").write_text(data.draw(specs(name), name))
            laboratory.runs.problems()
    finally:
        for name in WORDS:
            (folder / f"{name}.yaml").unlink(missing_ok=True)
        laboratory.restore()


def test_the_project_of_a_run_that_loaded_nothing_can_be_asked(runs: Runs) -> None:
    found = project.rendering(runs.root, means=runs.means)
    assert runs.resolved == []
    assert found.project.repository.problems == ()
    resolved = found.project.resolver.resolve("lab")
    assert resolved.facts == project.open_project(runs.root).resolver.resolve("lab").facts
