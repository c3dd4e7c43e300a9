"""What is deployed otherwise although none of an app's own files differs: another revision, or another tag."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.helm.charts import lock
from efdgen.helm.charts.cache import Cache, digest
from efdgen.helm.charts.lock import LockedChart
from efdgen.helm.charts.packing import pack
from efdgen.repository import chartaddress
from support.checkout import edit
from support.gitrepo import commit

pytestmark = pytest.mark.usefixtures("at_once", "helm_once")

URL = "https://github.com/example/boards"
ADDRESS = chartaddress.of_git(URL, "deploy/chart")
BOARDS = "templates/apps/boards/app.yaml"
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: boards
data:
  {is}: "30"
"""


@pytest.fixture
def root(small: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small repository with a chart from Git, locked and cached, in Git."""
    monkeypatch.setenv("EFDGEN_CACHE", str(small.parent / "cache"))
    path = small / BOARDS
    path.parent.mkdir()
    chart = f"chart:\n  name: boards\n  git: {URL}\n  path: deploy/chart\n  revision: v1.4.0\n"
    path.write_text(f"description: Shows what is recorded.\n{chart}", encoding="utf-8")
    for name in ("dome", "lab"):
        edit(small / f"environments/{name}.yaml", "\napps:\n", "\napps:\n  boards: {}\n")
    lock_charts(small, ("v1.4.0", "lines", "1a"))
    commit(small)
    return small


def lock_charts(root: Path, *charts: tuple[str, str, str]) -> None:
    """Lock and cache revisions of the chart, each with the key that its object has, and a commit."""
    entries = []
    for revision, is_, commit_ in charts:
        files = {
            "Chart.yaml": b"apiVersion: v2\nname: boards\nversion: 0.0.1\n",
            "templates/c.yaml": CONFIG.format(**{"is": is_}).encode(),
        }
        archive = pack("boards", files, commit_ * 20)
        Cache(root.parent / "cache").write(archive)
        entries.append(LockedChart("boards", revision, ADDRESS, URL, digest(archive), commit_ * 20))
    (root / lock.FILE).write_text(lock.dump(entries), encoding="utf-8")


def diff(root: Path, *arguments: str) -> Result:
    arguments = ("--base", "main", "--engine", "sdk", *arguments)
    result = CliRunner().invoke(cli.command, ["diff", *arguments, "--root", str(root)])
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.parametrize("only", [(), ("--app", "boards"), ("lab",)])
def test_another_revision_of_a_chart_from_git_is_shown_down_to_the_objects(root: Path, only: tuple[str, ...]) -> None:
    edit(root / BOARDS, "v1.4.0", "v1.5.0")
    lock_charts(root, ("v1.5.0", "rows", "2b"))

    shown = diff(root, *only, "--hydrate").stdout

    where = "lab" if "lab" in only else "dome, lab"
    object_ = f"{where} / boards / ConfigMap boards/boards"
    assert f"{where} / efd / Application argocd/boards / spec.sources[1].targetRevision: v1.4.0 -> v1.5.0" in shown
    assert f'{object_} / data.lines: "30" -> not set' in shown
    assert f'{object_} / data.rows: not set -> "30"' in shown


def test_a_tag_that_means_another_commit_now_is_a_change(root: Path) -> None:
    old = (root / lock.FILE).read_text(encoding="utf-8")
    lock_charts(root, ("v1.4.0", "rows", "2b"))
    digests = [
        next(iter(lock.parse(text).charts.values())).sha256
        for text in (old, (root / lock.FILE).read_text(encoding="utf-8"))
    ]

    said = f"v1.4.0 sha256:{digests[0]} (commit {'1a' * 20})", f"v1.4.0 sha256:{digests[1]} (commit {'2b' * 20})"
    shown = diff(root).stdout
    assert "dome, lab / boards / charts.lock / boards" in shown
    assert all(each in shown for each in said)
    assert 'ConfigMap boards/boards / data.lines: "30" -> not set' in diff(root, "--hydrate").stdout
