"""The runbook as a script, run for real against commands that only write down how they were called."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from efdgen.environment import secrets
from efdgen.environment.order import sync_order
from efdgen.render.runbook import read
from efdgen.render.runbook.script import script
from support import needs
from support.checkout import names, repository, resolved
from support.labs import labs
from support.stubs import PASSWORD, SESSION, TOKEN, Machine, Run

RESOLVED = resolved()
ALL = ["cluster", "argocd", "vault", "sync", "dns", "testing"]

pytestmark = needs.SCRIPTS.needed


@functools.cache
def text(environment: str) -> str:
    return script(environment, read.read(RESOLVED[environment], repository().runbook))


def machine(folder: Path, environment: str, server: str = "") -> Machine:
    keys = {key for secret in secrets.secrets(RESOLVED[environment]) for key in secret.keys}
    k3d = RESOLVED[environment].facts.data["cluster"]["k3d"]
    return Machine(folder / "machine", server or ("v1.21.5+k3s2" if k3d else "v1.22.3-gke.100"), keys)


class Whole(NamedTuple):
    """A script that was run from end to end, and where."""

    machine: Machine
    run: Run


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Whole]:
    """Run an environment's script from end to end, once for all tests that look at it."""

    @functools.cache
    def run(environment: str) -> Whole:
        there = machine(tmp_path_factory.mktemp(environment), environment)
        return Whole(there, there.run(text(environment), "--yes"))

    return run


def synced(run: Run) -> list[str]:
    return [call[3] for call in run.of("argocd", "app", "sync")]


# With the one that the Python package brings along, and with the machine's own.
@needs.SHELLCHECK.needed
@pytest.mark.parametrize("environment", ["sandbox", "summit"])
def test_shellcheck_finds_nothing(environment: str) -> None:
    for program in needs.SHELLCHECK.found:
        done = subprocess.run([program, "-"], input=text(environment), capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("environment", names())
def test_it_runs_from_end_to_end(environment: str, whole: Callable[[str], Whole]) -> None:
    run = whole(environment).run
    assert run.status == 0, run.output
    assert run.output.endswith(f"Done: {' '.join(ALL)}.\n")
    apps = [app.definition.name for app in sync_order(RESOLVED[environment].apps)]
    managed = RESOLVED[environment].facts.argocd.managed
    assert synced(run) == ["efd", *apps, *(["efd"] if managed else [])]
    for app in apps:
        at = run.calls.index(["argocd", "app", "sync", app, "--timeout", "900"])
        assert run.calls[at + 1] == ["argocd", "app", "wait", app, "--health", "--timeout", "900"]
    titles = re.findall(r"^== (\w+): ", run.output, re.MULTILINE)
    assert list(dict.fromkeys(titles)) == ALL


def test_the_summit_is_brought_up_in_the_order_of_the_guide(whole: Callable[[str], Whole]) -> None:
    run = whole("summit").run
    wanted = [
        "sudo systemctl enable --now docker",
        "k3d version",
        (
            "k3d cluster create efd --network host --no-lb --image rancher/k3s:v1.21.5-k3s2 "
            "--volume /data:/var/lib/rancher/k3s/storage/ --k3s-arg --disable=traefik@server:0"
        ),
        "k3d kubeconfig get efd",
        "kubectl version -o json",
        "kubectl create namespace argocd --dry-run=client -o yaml",
        "kubectl -n argocd wait --for=condition=Available deployment --all --timeout=600s",
        "kubectl port-forward svc/argocd-server -n argocd 8080:443",
        (
            "argocd app create efd --upsert --project default --dest-namespace argocd --dest-server "
            "https://kubernetes.default.svc --repo https://github.com/lsst-sqre/argocd-efd --path rendered/apps/efd "
            "--revision HEAD --helm-set env=summit"
        ),
        "kubectl create namespace vault-secrets-operator --dry-run=client -o yaml",
        "vault token lookup",
        "argocd app sync vault-secrets-operator --timeout 900",
        "argocd app sync ingress-nginx --timeout 900",
        "argocd app sync telegraf-ds --timeout 900",
        "argocd app sync efd",
        'kubectl patch pv pv-of-influxdb-1 -p {"spec":{"persistentVolumeReclaimPolicy":"Retain"}}',
        "kafkacat -P -b kafka-0-summit-efd.lsst.codes:31090 -t test_topic",
    ]
    called = [" ".join(call) for call in run.calls]
    assert [call for call in wanted if call not in called] == []
    places = [called.index(call) for call in wanted]
    assert places == sorted(places)
    patched = {call[3] for call in run.of("kubectl", "patch", "pv")}
    assert patched == {
        f"pv-of-{app}-{n}" for app in ("cp-helm-charts", "influxdb", "chronograf", "kapacitor") for n in "12"
    }


def test_nothing_is_torn_down_and_nothing_is_daily_work() -> None:
    for environment in names():
        for word in ("app delete", "cluster delete", "rollout restart", "docker start", "kubectl delete"):
            assert word not in text(environment)
        assert "nothing that tears down" in text(environment).replace("\n# ", " ")


def test_secrets_are_neither_shown_nor_passed_as_arguments(whole: Callable[[str], Whole]) -> None:
    there, run = whole("summit")
    assert run.status == 0
    everything_said = run.output + "\n".join(" ".join(call) for call in run.calls)
    for secret in (TOKEN, PASSWORD, SESSION):
        assert secret not in everything_said
    assert PASSWORD in (there.stubs / "credentials").read_text(encoding="utf-8")
    assert (there.home / "k3s.yaml").stat().st_mode & 0o777 == 0o600


def test_running_it_again_makes_nothing_anew(whole: Callable[[str], Whole]) -> None:
    there, first = whole("summit")
    second = there.run(text("summit"), "--yes")
    assert (first.status, second.status) == (0, 0)
    assert len(first.of("k3d", "cluster", "create")) == 1
    assert second.of("k3d", "cluster", "create") == []
    installs = [
        [call for call in run.of("kubectl", "apply") if call[-1].endswith("install.yaml")] for run in (first, second)
    ]
    assert [len(found) for found in installs] == [1, 0]
    assert synced(first) == synced(second)


FAILURES = {
    "sudo systemctl enable *": ("cluster", "docker-on-boot"),
    "k3d cluster create *": ("cluster", "create-cluster"),
    "k3d kubeconfig get *": ("cluster", "kubeconfig"),
    "kubectl apply *install.yaml": ("argocd", "argocd-install"),
    "curl *session": ("argocd", "argocd-login"),
    "argocd app create *": ("argocd", "app-of-apps"),
    "kubectl create secret *": ("vault", "secret-vault-secrets-operator"),
    "vault token lookup": ("vault", "vault-login"),
    "vault kv get *kafdrop-oauth": ("vault", "vault-paths"),
    "argocd app wait ingress-nginx *": ("sync", "sync-ingress-nginx"),
    "argocd app sync influxdb *": ("sync", "sync-rest"),
    "kubectl patch pv pv-of-influxdb-2 *": ("sync", "retain"),
    "curl *http_code* https://influxdb-*": ("testing", "urls"),
    "kafkacat -C *": ("testing", "kafka-consume"),
}


@pytest.mark.parametrize("call", FAILURES)
def test_it_stops_at_the_first_error_and_says_where(call: str, tmp_path: Path) -> None:
    there = machine(tmp_path, "summit")
    phase, step = FAILURES[call]
    begins = ALL.index(phase)
    run = there.run(text("summit"), "--yes", *ALL[begins:], FAIL=call)
    assert run.status not in (0, 2)
    assert f"Failed in the phase {phase}, step {step} " in run.output
    assert run.output.endswith(f"then run: bash {there.folder / 'script.sh'} {phase}\n")
    assert set(re.findall(r"^== (\w+): ", run.output, re.MULTILINE)) == {phase}


def gone(process: int) -> bool:
    """Say whether a process has ended, or does so soon, also one that nobody has asked for its status since."""
    state = Path(f"/proc/{process}/stat")
    for _ in range(100):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        with contextlib.suppress(OSError):
            if state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
                return True
        time.sleep(0.02)
    return False


def test_the_port_forward_ends_with_it(whole: Callable[[str], Whole], tmp_path: Path) -> None:
    there, run = whole("summit")
    assert run.status == 0
    assert gone(int((there.stubs / "forward").read_text(encoding="utf-8")))

    there = machine(tmp_path, "summit")
    assert there.run(text("summit"), "--yes", "argocd", "sync", FAIL="argocd app sync influxdb *").status != 0
    assert gone(int((there.stubs / "forward").read_text(encoding="utf-8")))


@pytest.mark.parametrize("phase", ["cluster", "argocd", "vault", "sync"])
def test_another_cluster_stops_it(phase: str, tmp_path: Path) -> None:
    run = machine(tmp_path, "summit", server="v1.20.4+k3s1").run(text("summit"), "--yes", phase)
    assert run.status == 1
    assert "STOP: this cluster is not v1.21.5+k3s2" in run.output
    assert run.of("argocd") == []
    old = machine(tmp_path / "base", "base", server="v1.9.3").run(text("base"), "--yes", phase)
    assert "STOP: this cluster is older than v1.21.5" in old.output
    assert old.of("argocd") == []


@pytest.mark.parametrize(
    ("address", "is_right"), [("https://k8s.lab.example.org:6443/", True), ("https://k8s.example.org", False)]
)
def test_another_api_server_than_argo_cd_s_stops_it(address: str, is_right: bool, tmp_path: Path) -> None:
    written = script("lab-remote", read.read(labs()["lab-remote"], repository().runbook))
    run = machine(tmp_path, "base").run(written, "--yes", "dns", API=address)
    assert (
        "STOP: kubectl talks to another API server than https://k8s.lab.example.org:6443" in run.output
    ) is not is_right
    assert bool(run.of("kubectl", "get", "ingress")) is is_right


def test_a_missing_key_in_vault_stops_it(tmp_path: Path) -> None:
    there = machine(tmp_path, "summit")
    there.environment["KEYS"] = there.environment["KEYS"].replace("cookie-secret ", "")
    run = there.run(text("summit"), "--yes", "vault")
    assert run.status == 1
    assert "efd/kafdrop-oauth: no key cookie-secret\n" in run.output
    assert "efd/influxdb-auth: complete\n" in run.output
    assert "a value" not in run.output


def test_it_looks_for_what_it_needs_before_it_begins(tmp_path: Path) -> None:
    there = machine(tmp_path, "summit")
    tools = there.folder / "only"
    tools.mkdir()
    for tool in ("bash", "sed", "jq"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    run = there.run(text("summit"), "--yes", PATH=str(tools))
    assert run.status == 1
    assert run.output == "STOP: not installed: sudo docker systemctl curl kubectl base64 vault\n"
    assert run.calls == []
    # The command argocd is what the phase argocd installs: alone, a later one needs it.
    alone = there.run(text("summit"), "--yes", "sync", PATH=str(tools))
    assert alone.output == "STOP: not installed: kubectl argocd curl base64\n"


def test_a_token_must_be_there_when_nobody_can_be_asked(tmp_path: Path) -> None:
    run = machine(tmp_path, "summit").run(text("summit"), "--yes", "vault", VAULT_TOKEN="")
    assert run.status == 1
    assert "STOP: set VAULT_TOKEN in the environment" in run.output


def test_one_phase_can_be_run_alone(tmp_path: Path) -> None:
    run = machine(tmp_path, "summit").run(text("summit"), "--yes", "dns")
    assert run.status == 0
    assert "The ingress controller of summit: 192.0.2.7" in run.output
    assert '"Name": "chronograf-summit-efd.lsst.codes."' in run.output
    assert set(map(tuple, run.calls)) == {
        ("kubectl", "version", "-o", "json"),
        ("kubectl", "get", "ingress", "--all-namespaces", "-o", "json"),
    }


def test_it_lists_its_phases_and_explains_itself(tmp_path: Path) -> None:
    there = machine(tmp_path, "summit")
    listed = there.run(text("summit"), "--list")
    assert [line.split("\t")[0] for line in listed.output.splitlines()] == ALL
    shown = there.run(text("summit"), "--help")
    assert "Usage: bash FILE" in shown.output
    assert "set -euo" not in shown.output
    wrong = there.run(text("summit"), "sink")
    assert (wrong.status, wrong.calls) == (2, [])
    assert f"sink is not a phase; there are: {' '.join(ALL)}" in wrong.output


def test_it_asks_before_each_phase(tmp_path: Path) -> None:
    there = machine(tmp_path, "summit")
    answers = [(f"summit, {phase}: ", "y") for phase in ALL]
    run = there.run_in_a_terminal(text("summit"), answers)
    assert run.status == 0, run.output
    assert len(re.findall(r"\[y\]es, \[s\]kip", run.output)) == len(ALL)
    assert run.of("kafkacat", "-C")


def test_a_phase_can_be_skipped_and_the_rest_left(tmp_path: Path) -> None:
    there = machine(tmp_path, "summit")
    answers = [("summit, cluster: ", "s"), ("summit, argocd: ", "what?"), ("summit, argocd: ", "n")]
    run = there.run_in_a_terminal(text("summit"), answers)
    assert run.status == 0
    assert "Stopped before argocd." in run.output
    assert run.calls == []


def test_it_asks_for_a_token_and_does_not_show_it(tmp_path: Path) -> None:
    there = machine(tmp_path, "summit")
    answers = [("summit, vault: ", "y"), ("VAULT_TOKEN of summit", "typed-by-hand")]
    run = there.run_in_a_terminal(text("summit"), answers, "vault", unset="VAULT_TOKEN")
    assert run.status == 0, run.output
    assert "typed-by-hand" not in run.output


_VERBS = {"apply", "cluster-info", "create", "exec", "get", "patch", "port-forward", "rollout", "version", "wait"}


@needs.KUBECTL.needed
def test_kubectl_knows_every_option_that_is_used(whole: Callable[[str], Whole], tmp_path: Path) -> None:
    refused = re.compile(
        r"unknown (?:shorthand )?flag|unknown command|invalid argument|error parsing|must specify|required"
    )
    # A command that ends at once has no need to tidy its memory up.
    variables = {"HOME": str(tmp_path), "GOGC": "off", "GOMAXPROCS": "1"}
    shapes = {
        tuple(word.partition("=")[0] for word in call if word.startswith("-") or word in _VERBS): call
        for environment in ("summit", "sandbox", "ncsa-int")
        for call in whole(environment).run.of("kubectl")
    }
    assert len(shapes) > 5
    for call in shapes.values():
        if any(word.startswith(("https://", "/dev/fd/")) or "/dev/fd/" in word for word in call):
            continue
        command = [needs.KUBECTL.require(), *call[1:]]
        at = command.index("--") if "--" in command else len(command)
        command[at:at] = ["--server=http://127.0.0.1:1", "--request-timeout=1s"]
        done = subprocess.run(command, input="", capture_output=True, text=True, check=False, timeout=60, env=variables)
        assert not refused.search(done.stderr), f"{call}: {done.stderr}"
