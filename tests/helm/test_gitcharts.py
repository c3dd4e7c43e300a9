"""Charts from Git: what is packed, locked and found again."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from typing import Any

import helm_python
import pytest

from efdgen.errors import ChartError, InvalidInputError
from efdgen.helm import hydrate
from efdgen.helm.charts import archive, cache, gitcharts, lock
from efdgen.helm.charts.packing import pack
from efdgen.helm.hydrate import FromGit
from efdgen.helm.objects import Object
from efdgen.repository import chartaddress
from efdgen.repository.model import ChartReference

URL = "https://github.com/example/boards"
BOARDS = ChartReference("boards", "v1.4.0", chartaddress.of_git(URL, "deploy/chart"))
DIGEST = "1ad3315fb43ab0546a6017aa5d58caaf51ba2e2062b19aab194050c83953439d"
COMMIT = "0f" * 20
FILES = {
    "Chart.yaml": b"apiVersion: v2\nname: boards\nversion: 0.0.1\n",
    "templates/a.yaml": b"a: 1\n",
    "large": bytes(range(256)) * 600,
    "a/very/long/path/" + "x" * 120: b"",
}


def test_an_address_of_a_chart_from_git_leads_there() -> None:
    assert BOARDS.repository == "git+https://github.com/example/boards#deploy/chart"
    assert chartaddress.git_of(BOARDS.repository) == (URL, "deploy/chart")
    assert chartaddress.git_of("https://charts.example.org/") is None
    assert chartaddress.of_git(URL, "./deploy//chart/") == BOARDS.repository


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ("https://github.com/example/boards", True),
        ("https://GitHub.com/example/boards.git/", True),
        ("ssh://git@github.com:22/example/boards.git", True),
        ("git@github.com:example/boards.git", True),
        ("https://github.com/example/board", False),
        ("https://gitlab.com/example/boards", False),
        ("boards", False),
    ],
)
def test_one_repository_has_several_urls(other: str, is_same: bool) -> None:
    assert chartaddress.is_same(URL, other) is is_same


def test_an_archive_is_the_same_everywhere_and_helm_reads_it() -> None:
    packed = pack("boards", FILES, COMMIT)

    # What it was on another machine: neither time, user nor compressor is in it.
    assert cache.digest(packed) == cache.digest(pack("boards", dict(reversed(FILES.items())), COMMIT))
    assert cache.digest(pack("boards", {"Chart.yaml": FILES["Chart.yaml"]}, COMMIT)) == DIGEST
    assert archive.files(packed) == FILES
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(packed))) as tar:
        assert tar.getnames() == [f"boards/{path}" for path in sorted(FILES)]
    with helm_python.Chart.load_archive(packed) as chart:
        assert chart.name == "boards"


def test_a_lock_has_the_commits_of_charts_from_git_only() -> None:
    entries = [
        lock.LockedChart(*BOARDS, URL, "1" * 64, COMMIT),
        lock.LockedChart("store", "1.0.0", "https://charts.example.org/", "https://charts.example.org/s.tgz", "2" * 64),
    ]

    text = lock.dump(entries)

    assert text.count("commit:") == 1
    assert lock.parse(text).charts == {entry.reference: entry for entry in entries}
    with pytest.raises(InvalidInputError, match="must be 40 hexadecimal digits"):
        lock.parse(text.replace(COMMIT, COMMIT[:9]))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((f'  commit: "{COMMIT}"\n', ""), "'commit' is missing"),
        (("version: v1.4.0", f'version: "{"1e" * 20}"'), "the chart's version is another commit"),
        (("git+https", "https"), "only a chart from Git has a commit"),
    ],
)
def test_a_lock_without_the_commit_of_a_chart_from_git_is_refused(change: tuple[str, str], said: str) -> None:
    text = lock.dump([lock.LockedChart(*BOARDS, URL, "1" * 64, COMMIT)])
    assert change[0] in text

    with pytest.raises(InvalidInputError, match=said) as caught:
        lock.parse(text.replace(*change))

    (problem,) = caught.value.problems
    assert problem.hint == "remove this entry, and run: efdgen charts fetch"


def test_the_only_entry_of_a_lock_can_be_removed() -> None:
    text = lock.dump([lock.LockedChart(*BOARDS, URL, "1" * 64, COMMIT)])
    head, _, _ = text.partition("- name")

    assert head.endswith("charts:\n")
    assert lock.parse(head) == lock.EMPTY


def test_a_warm_cache_does_not_hide_that_the_lock_has_a_false_commit(tmp_path: Path) -> None:
    packed = pack("boards", FILES, COMMIT)
    store = cache.Cache(tmp_path)
    store.write(packed)
    assert archive.commit(packed) == COMMIT
    entry = lock.LockedChart(*BOARDS, URL, cache.digest(packed), "1e" * 20)
    charts = cache.LockedCharts(lock.ChartLock({BOARDS: entry}, {BOARDS: 3}), store)

    with pytest.raises(ChartError, match=r"charts.lock:3 says the commit 1e1e.*, and its archive is of another one"):
        charts.archive(BOARDS)


def test_an_application_finds_a_chart_from_git_by_its_place(tmp_path: Path) -> None:
    packed = pack("boards", FILES, COMMIT)
    store = cache.Cache(tmp_path)
    store.write(packed)
    entry = lock.LockedChart(*BOARDS, URL, cache.digest(packed), COMMIT)
    charts = cache.LockedCharts(lock.ChartLock({BOARDS: entry}, {BOARDS: 3}), store)

    assert charts.archive(BOARDS._replace(name="")) == packed
    with pytest.raises(ChartError, match=r"#deploy/chart v1.5.0: not in charts.lock; run: efdgen charts fetch"):
        charts.archive(BOARDS._replace(name="", version="v1.5.0"))


def application(*sources: dict[str, Any]) -> hydrate.HydratedApp:
    data = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "boards"},
        "spec": {"destination": {"namespace": "boards"}, "sources": list(sources)},
    }
    return hydrate.HydratedApp("summit", "efd", (Object("", data),), "")


WRAPPER = {"repoURL": "https://x/y", "path": "deep/apps/boards", "ref": "own", "helm": {"valueFiles": ["values.yaml"]}}


def test_an_application_with_sources_says_what_is_deployed() -> None:
    file = "$own/deep/apps/boards/git/boards/values.yaml"
    chart = {"repoURL": URL, "path": "deploy/chart", "targetRevision": "v1.4.0", "helm": {"valueFiles": [file]}}

    deployment = hydrate.deployments(application(WRAPPER, chart))["boards"]

    assert isinstance(deployment, hydrate.Deployment)
    assert (deployment.folder, deployment.value_files) == ("apps/boards", ("values.yaml",))
    assert deployment.from_git == (FromGit(BOARDS._replace(name=""), "boards", ("git/boards/values.yaml",)),)


@pytest.mark.parametrize("file", ["$other/deep/apps/boards/git/boards/values.yaml", "values-of-its-own.yaml"])
def test_value_files_from_elsewhere_are_not_guessed(file: str) -> None:
    chart = {"repoURL": URL, "path": "deploy/chart", "targetRevision": "v1.4.0", "helm": {"valueFiles": [file]}}

    found = hydrate.deployments(application(WRAPPER, chart))["boards"]

    assert found == f"efdgen does not know where {file} in the Application boards is"


def test_what_git_is_not_asked_for_is_refused() -> None:
    assert gitcharts.is_git(BOARDS)
    with pytest.raises(ChartError, match="is no Git repository"):
        gitcharts.download(ChartReference("a", "1.0.0", "https://charts.example.org/"), 1)


@pytest.mark.parametrize(
    ("charts", "path", "hint"),
    [
        (["deploy/chart"], "deploy/chart/Chart.yaml", "write its folder as path: deploy/chart"),
        (["deploy/chart"], "chart", "write path: deploy/chart"),
        (["charts/boards", "charts/tiles"], "charts/board", "did you mean 'charts/boards'?"),
        ([], "chart", "there is none anywhere: is it the right repository?"),
    ],
)
def test_a_path_without_a_chart_is_told_from_those_with_one(charts: list[str], path: str, hint: str) -> None:
    assert gitcharts.advice(charts, path) == hint
