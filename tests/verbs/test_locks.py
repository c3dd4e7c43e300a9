"""A change of third-party charts, reviewed with the lock of each side."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.helm.charts import lock
from efdgen.helm.charts.cache import Cache, digest
from efdgen.helm.charts.lock import LockedChart
from support.chartserver import chart
from support.checkout import edit
from support.gitrepo import commit

pytestmark = pytest.mark.usefixtures("at_once", "helm_once")

REPOSITORY = "https://charts.example.org/"
STORE = "templates/apps/store/app.yaml"
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: store
data:
  is: {is}
"""


@pytest.fixture
def root(small: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small repository, in Git with a lock, and a cache of its own."""
    monkeypatch.setenv("EFDGEN_CACHE", str(small.parent / "cache"))
    lock_charts(small, store("1.2.3", "old"))
    commit(small)
    return small


def store(version: str, is_: str) -> tuple[str, bytes]:
    """Return a version of the store's chart, and its archive, which yields a ConfigMap."""
    return version, chart("store-chart", version, {"templates/c.yaml": CONFIG.format(**{"is": is_})}).archive


def lock_charts(root: Path, *charts: tuple[str, bytes], is_cached: bool = True) -> None:
    entries = []
    for version, archive in charts:
        if is_cached:
            Cache(root.parent / "cache").write(archive)
        url = f"{REPOSITORY}store-chart-{version}.tgz"
        entries.append(LockedChart("store-chart", version, REPOSITORY, url, digest(archive)))
    (root / lock.FILE).write_text(lock.dump(entries), encoding="utf-8")


def diff(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli.command, ["diff", "lab", *arguments, "--engine", "sdk", "--root", str(root)])


def test_a_revision_is_reviewed_with_its_own_lock(root: Path) -> None:
    edit(root / STORE, 'version: "1.2.3"', 'version: "2.0.0"')
    lock_charts(root, store("2.0.0", "new"))

    result = diff(root, "--base", "main", "--hydrate")

    assert result.exit_code == 0, result.output
    assert "lab / store / ConfigMap store/store / data.is: old -> new" in result.stdout
    # Before it is committed, and against the rendered tree, it is the last commit's.
    assert "lab / store / ConfigMap store/store / data.is: old -> new" in diff(root, "--hydrate").stdout


def test_a_version_that_is_another_archive_now_is_a_change(root: Path) -> None:
    (_, old), new = store("1.2.3", "old"), store("1.2.3", "new")
    lock_charts(root, new)

    result = diff(root, "--base", "main")

    said = f'"1.2.3 sha256:{digest(old)}" -> "1.2.3 sha256:{digest(new[1])}"'
    assert f"lab / store / charts.lock / store-chart: {said}" in result.stdout
    assert (
        "lab / store / ConfigMap store/store / data.is: old -> new" in diff(root, "--base", "main", "--hydrate").stdout
    )


def test_a_version_that_makes_the_same_objects_is_not_nothing(root: Path) -> None:
    edit(root / STORE, 'version: "1.2.3"', 'version: "2.0.0"')
    lock_charts(root, store("2.0.0", "old"))

    result = diff(root, "--base", "main", "--hydrate", "--fail-outside", "dome")

    assert result.exit_code == 1, result.output
    assert result.stdout.splitlines()[1:] == [
        "lab: 1 value in no object",
        "",
        "No object changes with these values:",
        "  lab / store / Chart.yaml / dependencies[store-chart].version",
    ]
    assert "Outside of dome, this changes: lab" in result.stderr


def test_what_can_t_be_compared_is_not_nothing(root: Path) -> None:
    edit(root / STORE, 'version: "1.2.3"', 'version: "2.0.0"')
    lock_charts(root, store("2.0.0", "new"), is_cached=False)

    result = diff(root, "--base", "main", "--hydrate")

    assert result.exit_code == 5
    assert "lab: 1 app not compared\nNOT COMPARED  store in lab" in result.stdout
    assert "not in the chart cache" in result.stderr
    page = diff(root, "--base", "main", "--hydrate", "--format", "html").stdout
    assert "1 app not compared" in page
    assert "Nothing changes in" not in page
    assert (
        "| lab | 0 (1 not compared) | 0 |" in diff(root, "--base", "main", "--hydrate", "--format", "markdown").stdout
    )


def test_a_revision_s_lock_that_is_wrong_is_named(root: Path) -> None:
    (root / lock.FILE).write_text("charts: [nothing]\n", encoding="utf-8")
    commit(root)
    lock_charts(root, store("1.2.3", "old"))
    edit(root / "environments/lab.yaml", "size: 20Gi", "size: 30Gi")

    result = diff(root, "--base", "main", "--hydrate")

    assert result.exit_code == 5
    assert "charts.lock at main" in result.stderr
    assert "is wrong on line 1" in result.stderr


def test_a_revision_with_a_lock_that_is_wrong_is_rendered_all_the_same(root: Path) -> None:
    (root / lock.FILE).write_text("<<<<<<< HEAD\n=======\n>>>>>>> b\n", encoding="utf-8")
    commit(root)
    lock_charts(root, store("1.2.3", "old"))
    edit(root / "environments/lab.yaml", "size: 20Gi", "size: 30Gi")

    result = diff(root, "--base", "main")

    assert result.exit_code == 0, result.output
    assert 'persistence.size: "20Gi" -> "30Gi"' in result.stdout
    assert "can't render" not in result.stderr


def test_a_lock_that_is_wrong_stops_whoever_reads_specs(root: Path) -> None:
    (root / lock.FILE).write_text("charts:\n<<<<<<< HEAD\n=======\n>>>>>>> b\n", encoding="utf-8")
    for verb in ("validate", "check", "render", "diff", "diff --base main", "list", "charts fetch", "charts verify"):
        result = CliRunner().invoke(cli.command, [*verb.split(), "--root", str(root)])
        assert result.exit_code == 3, verb
        assert "error[E103] Git left a merge conflict here\n  --> charts.lock:2:1" in result.stderr, result.stderr
