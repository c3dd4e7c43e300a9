"""What the end-to-end test stands on, as far as it needs no cluster."""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from efdgen.output import disk
from support import needs
from support.charts import hydrate
from support.chartserver import ChartServer
from support.checkout import FROZEN, ROOT
from support.e2e import programs
from support.e2e.charts import charts
from support.e2e.controlplane import answers
from support.e2e.gitserver import GitServer
from support.e2e.operator import Operator, changed_lines
from support.e2e.processes import NotInTimeError, Processes, follow, wait
from support.e2e.site import Site
from support.gitrepo import commit, git


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The summit, moved to this machine."""
    site = Site(tmp_path_factory.mktemp("site") / "checkout", "summit")
    with ChartServer() as server, GitServer(site.root / ".git") as served:
        site.move(served.url, server)
        yield site


# -- programs


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    for name in (*programs.ALWAYS, "helm"):
        (tmp_path / name).touch(mode=0o755)
    there = {"PATH": str(tmp_path)}
    own = ["argocd-install.yaml", "etcd", "kube-apiserver", "kube-controller-manager", "redis-server"]
    assert programs.missing(there) == own
    assert programs.missing({**there, programs.CLUSTER: "kubeconfig"}) == []
    (tmp_path / "argocd-install.yaml").touch()
    assert programs.missing({**there, programs.FOLDER: str(tmp_path)}) == own[1:]
    assert "Missing: etcd, jq.\ndocs/e2e.md says" in programs.complaint(["etcd", "jq"])


def test_the_named_folder_comes_before_the_path(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "jq").touch(mode=0o755)
    assert programs.find("jq", {"PATH": f"{tmp_path}/b", programs.FOLDER: f"{tmp_path}/a"}) == f"{tmp_path}/a/jq"
    with pytest.raises(FileNotFoundError, match="etcd"):
        programs.find("etcd", {"PATH": f"{tmp_path}/b"})


def test_make_e2e_asks_for_it_and_the_page_names_all_it_takes() -> None:
    command = ["make", "--dry-run", "e2e"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(r"EFDGEN_E2E=1 \S+pytest tests/e2e -m e2e ", made)
    page = (ROOT / "docs/e2e.md").read_text(encoding="utf-8")
    for name in (*programs.ALWAYS, *programs.OWN, programs.MANIFEST, programs.FOLDER, programs.CLUSTER):
        assert f"`{name}`" in page


# -- processes


def test_processes_end_and_leave_their_logs(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    log = processes.start("loom", [sys.executable, "-c", "print('weaving', flush=True); import time; time.sleep(60)"])
    processes.wait("it weaves", lambda: log.read_text(encoding="utf-8") == "weaving\n")
    processes.stop()
    assert list(processes.ends()) == [("loom", "weaving")]
    with pytest.raises(NotInTimeError, match=r"loom ended with status -15:\nweaving"):
        processes.wait("nothing", lambda: None)


def test_waiting_has_an_end() -> None:
    with pytest.raises(NotInTimeError, match="a loom: not within 0 seconds"):
        wait("a loom", list, seconds=0)


def test_a_command_that_takes_too_long_ends_with_all_that_it_started(tmp_path: Path) -> None:
    command = ["bash", "-c", "echo begun; sleep 60; echo not reached"]
    status, said = follow(command, tmp_path, dict(os.environ), tmp_path / "log", 0.5)
    assert (status, said) == (-signal.SIGKILL, "begun\n")
    assert re.fullmatch(r" +\d\.\d begun\n", (tmp_path / "log").read_text(encoding="utf-8"))


# -- what is served


def test_what_is_committed_is_served_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/one").write_text("1", encoding="utf-8")
    commit(tmp_path / "a")
    with GitServer(tmp_path / "a/.git") as server:
        git(tmp_path, "clone", "--quiet", server.url, "b")
        (tmp_path / "a/one").write_text("2", encoding="utf-8")
        made = commit(tmp_path / "a")
        git(tmp_path / "b", "pull", "--quiet")
        port = urlsplit(server.url).port or 0
        assert [answers(port, f"/efd.git/{what}") for what in ("info/refs?service=git-upload-pack", "HEAD")] == [
            True,
            False,
        ]
        with pytest.raises(subprocess.CalledProcessError, match="push"):
            git(tmp_path / "b", "push", "--quiet")
    assert git(tmp_path / "b", "rev-parse", "HEAD") == made
    assert (tmp_path / "b/one").read_text(encoding="utf-8") == "2"


def test_there_is_a_chart_for_each_that_the_tree_depends_on(site: Site, tmp_path: Path) -> None:
    tree = disk.read(site.root / "rendered")
    made = {each.name: each for each in charts(tree, {"cp-helm-charts": 9})}
    pinned = {}
    for file in (FROZEN / "templates/apps").glob("*/app.yaml"):
        about = yaml.safe_load(file.read_text(encoding="utf-8")).get("chart")
        pinned |= {about["name"]: about["version"]} if about else {}
    assert {name: each.version for name, each in made.items()} == pinned
    for name, each in made.items():
        archive = tmp_path / each.file
        archive.write_bytes(each.archive)
        shutil.unpack_archive(archive, tmp_path, filter="data")
        objects = hydrate(tmp_path / name, {"image": {"tag": "1.2"}, "replicas": 3}, namespace="there")
        kinds = [found["kind"] for found in objects]
        assert kinds.count("PersistentVolumeClaim") == (9 if name == "cp-helm-charts" else 0)
        (values,) = (found for found in objects if found["kind"] == "ConfigMap")
        assert values["data"]["values.yaml"] == 'image:\n  tag: "1.2"\nreplicas: 3\n'


# -- the site, and who looks after it


def test_everything_that_the_site_needs_is_on_this_machine(site: Site) -> None:
    tree = {path: content.decode() for path, content in disk.read(site.root / "rendered/apps").items()}
    wanted = [
        re.search(r"(?m)^  repository: (.+)$", text) for path, text in tree.items() if path.endswith("Chart.yaml")
    ]
    addresses = [found[1] for found in wanted if found]
    addresses += re.findall(r"(?m)^ *repoURL: (.+)$", tree["efd/values-summit.yaml"])
    assert len(addresses) == 13 + 11
    assert all(address.startswith("http://127.0.0.1:") for address in addresses)


def test_steps_are_as_the_page_has_them(site: Site) -> None:
    assert site.step("deploy-a-change") == (
        "argocd app diff influxdb --refresh || true\nargocd app sync influxdb\nargocd app wait influxdb --health"
    )
    assert "ask_secret" not in site.step("secret-vault-secrets-operator")


@needs.SCRIPTS.needed
def test_the_operator_logs_in_before_anything_else(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    for name, script in {
        "kubectl": 'case "$*" in *password*) printf cGFzcw== ;; esac',
        "curl": 'case "$*" in */session) cat >/dev/null; echo \'{"token": "t"}\' ;; esac',
        "argocd": 'echo "$ARGOCD_AUTH_TOKEN: argocd $*"',
    }.items():
        (stubs / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (stubs / name).chmod(0o755)
    monkeypatch.setenv(programs.FOLDER, str(stubs))
    caplog.set_level(logging.INFO)
    operator = Operator(tmp_path / "home", site, tmp_path / "kubeconfig", tmp_path / "log", has_nodes=False)
    done = operator.does("deploy-a-change")
    assert done.output.splitlines()[-3:] == [
        "t: argocd app diff influxdb --refresh",
        "t: argocd app sync influxdb",
        "t: argocd app wait influxdb --health",
    ]
    assert done.status == 0
    assert re.fullmatch(r"the runbook's step deploy-a-change: status 0, \d+ s", caplog.messages[-1])
    assert "t: argocd app sync influxdb\n" in (tmp_path / "log").read_text(encoding="utf-8")


def test_a_diff_s_lines_are_those_that_went_or_came() -> None:
    diff = "===== /ConfigMap a/b ======\n7c7\n<     a: 1\n---\n>     a: 2\n"
    assert changed_lines(diff) == ["< a: 1", "> a: 2"]
