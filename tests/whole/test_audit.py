"""An audit from end to end: a site of real servers on loopback, by the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import trustme
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.verbs import render
from efdgen.verbs.audit.asking import threads, vault
from support import needs
from support.bao import Bao, reads, sound
from support.charts import applications
from support.checkout import copy_tree, edit
from support.connections import watched
from support.gitrepo import commit
from support.nameserver import NameServer
from support.repository import small_repository
from support.tlsserver import Answer, Server, says

pytestmark = [needs.VAULT.needed, pytest.mark.xdist_group("vault")]

MARK = "hunter2-marked"
"""What every secret of this site begins with."""

PROBES = """
probes:
  store:
    protocol: http
    address: https://<% host('store') %>/ping
    status: [204]
"""
PREFIX = "secret/teams/lab"


class Lab(NamedTuple):
    """A site, and how it is asked."""

    root: Path
    bao: Bao
    names: NameServer
    there: dict[str, Any]
    options: tuple[str, ...]
    servers: dict[str, int]

    def audit(self, *words: str) -> Result:
        return CliRunner().invoke(cli.command, ["audit", "lab", *words, "--root", str(self.root), *self.options])


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The environment lab of the small repository, with all that it names."""
    folder = tmp_path_factory.mktemp("lab")
    root = small_repository(folder)
    with (root / "templates/apps/store/app.yaml").open("a", encoding="utf-8") as file:
        file.write(PROBES)
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    listed = CliRunner().invoke(cli.command, ["hosts", "lab", "--format", "json", "--root", str(root)])
    hosts = {each["host"]: each["kind"] for each in json.loads(listed.stdout)["hosts"]}
    certificate = authority.issue_cert(*hosts, key_type=trustme.KeyType.ECDSA)
    there: dict[str, Any] = {}

    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        if path.startswith("/api/v1/applications"):
            is_allowed = headers.get("Authorization") == f"Bearer {MARK}-argocd"
            return says({"items": list(there.values())}) if is_allowed else says({}, 401)
        return {"/api/version": says({"Version": "v3.1.8"}), "/ping": (204, {}, b"")}.get(path, says({}, 404))

    with (
        Bao(folder) as bao,
        NameServer({host: ["192.0.2.1"] for host in hosts}) as names,
        Server(answer, certificate) as server,
    ):
        edit(root / "environments/lab.yaml", "pathPrefix:", f"address: {bao.address}\n  pathPrefix:")
        render.write(root)
        there |= deployed(root, commit(root))
        for number, (path, keys) in enumerate(wanted(root).items()):
            bao.put(path, {key: sound(key, f"{MARK}-{number}-{key}") for key in keys or ["any"]})
        (folder / "vault-token").write_text(bao.token(reads(PREFIX), period="2000h"), encoding="utf-8")
        (folder / "argocd-token").write_text(f"{MARK}-argocd\n", encoding="utf-8")
        ingress = [host for host, kind in hosts.items() if kind != "node port"]
        options = (
            *(f"--connect-to={host}:443=127.0.0.1:{server.port}" for host in ingress),
            f"--dns-server={names.address[0]}:{names.address[1]}",
            f"--ca-file={folder}/authority.pem",
            f"--vault-token-file={folder}/vault-token",
            f"--argocd-token-file={folder}/argocd-token",
        )
        ports = {"vault": bao.port, "dns": names.address[1], "ingress": server.port}
        yield Lab(root, bao, names, there, options, ports)


def wanted(root: Path) -> dict[str, list[str]]:
    listed = CliRunner().invoke(cli.command, ["secrets", "lab", "--format", "json", "--root", str(root)])
    found: dict[str, list[str]] = {}
    for each in json.loads(listed.stdout)["secrets"]:
        found.setdefault(each["path"], []).extend(each["keys"])
    return found


def deployed(root: Path, revision: str) -> dict[str, Any]:
    """Return the Applications of a site that was just deployed."""
    found = applications(root, {"env": "lab"})
    (one, *_) = found.values()
    source = {**one["spec"]["source"], "helm": {"parameters": [{"name": "env", "value": "lab"}]}}
    source["path"] = f"{source['path'].rpartition('/')[0]}/efd"
    spec = {
        "project": "default",
        "destination": {"server": "https://kubernetes.default.svc", "namespace": "argocd"},
        "source": source,
    }
    found["efd"] = {"metadata": {"name": "efd"}, "spec": spec}
    for each in found.values():
        each["status"] = {"sync": {"status": "Synced", "revision": revision}, "health": {"status": "Healthy"}}
    return found


def wrong(result: Result) -> list[tuple[str, str, str]]:
    (audit,) = json.loads(result.stdout)["audits"]
    return [(each["status"], each["area"], each["what"]) for each in audit["findings"]]


def test_a_site_that_is_as_written_is_there_and_nobody_else_was_asked(lab: Lab) -> None:
    with watched([lab.servers["dns"]]) as seen:
        result = lab.audit()
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert result.stdout.startswith("lab: 20 there\n"), result.stdout
    assert seen.servers == {("127.0.0.1", port) for port in lab.servers.values()}
    assert seen.names == {"127.0.0.1"}
    assert {command[0] for command in seen.commands} == {"git"}
    data = json.loads(lab.audit("--format", "json").stdout)["audits"][0]
    named = {each.partition(":443")[0] for each in data["asked"] if each.endswith(":443")}
    assert named == {option.partition("=")[2].partition(":443")[0] for option in lab.options if "connect" in option}
    assert len(data["asked"]) == len(named) + 2


def test_a_plan_asks_nobody_and_names_all_that_an_audit_asks(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://somebody:hunter2@127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://somebody:hunter2@127.0.0.1:9")
    monkeypatch.setenv("VAULT_CLIENT_TIMEOUT", "5s")
    with watched([lab.servers["dns"]]) as seen:  # it may still answer an audit before
        planned = lab.audit("--plan", "--format", "json")
        text = lab.audit("--plan")
    assert (seen.servers, seen.names, planned.exit_code) == (set(), set(), 0)
    (plan,) = json.loads(planned.stdout)["plans"]
    with watched([lab.servers["dns"]]) as seen:
        audited = json.loads(lab.audit("--format", "json").stdout)["audits"][0]
    assert sorted(each["server"] for each in plan["asked"]) == sorted(audited["asked"])
    assert seen.servers == {("127.0.0.1", port) for port in lab.servers.values()}, "no proxy was asked"
    for said in ("HTTPS_PROXY; audits ask through no proxy", "VAULT_CLIENT_TIMEOUT; --timeout says", "with a token"):
        assert said in text.stdout
    assert "hunter2" not in text.stdout + planned.stdout
    through = {each["connectsTo"].rpartition(":")[2] for each in plan["asked"] if each["server"].endswith(":443")}
    assert through == {str(lab.servers["ingress"])}
    assert lab.audit("--plan", "--format", "markdown").stdout.startswith("## What an audit asks\n\n### lab: ")


def test_statuses_tell_what_is_wrong_from_what_is_not_known(lab: Lab) -> None:
    assert lab.audit("dns", "tls", "--brief", "--format", "json").exit_code == 0
    (host, *_) = lab.names.names
    lab.names.names[host] = ["192.0.2.2"]
    different = lab.audit("dns", "--brief", "--format", "json")
    assert (different.exit_code, wrong(different)) == (1, [("different", "dns", host)])
    del lab.names.names[host]
    missing = lab.audit("dns", "--brief", "--format", "json")
    assert (missing.exit_code, wrong(missing)) == (1, [("missing", "dns", host)])
    lab.names.names[host] = ["192.0.2.1"]
    lab.bao.seal()
    try:
        sealed = lab.audit("vault", "dns", "--brief", "--format", "json")
    finally:
        lab.bao.unseal()
    assert sealed.exit_code == 6
    assert {(status, area) for status, area, _ in wrong(sealed)} == {("unknown", "vault")}
    unknown = lab.audit("valut")
    assert (unknown.exit_code, unknown.stderr) == (
        2,
        "error: unknown environment or area 'valut': did you mean 'vault'?\n",
    )


def test_a_mistake_in_the_spec_of_another_environment_stops_nobody(lab: Lab) -> None:
    other = lab.root / "environments/other.yaml"
    other.write_text("name: other\naps: {}\n", encoding="utf-8")
    result = lab.audit("vault")
    other.unlink()
    assert result.exit_code == 0, result.output


def test_a_mistake_in_one_spec_loses_nothing_of_the_others(lab: Lab) -> None:
    spec = lab.root / "environments/other.yaml"
    spec.write_text("name: other\naps: {}\n", encoding="utf-8")
    result = lab.audit("other", "vault", "--format", "json")
    spec.unlink()
    there, other = json.loads(result.stdout)["audits"]
    assert (result.exit_code, other["status"], there["environment"], there["status"]) == (6, "unknown", "lab", "there")
    assert "environments/other.yaml:2:1: unknown key 'aps'" in other["findings"][0]["found"]


def test_what_was_found_before_an_interrupt_is_told_and_reported(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: Any) -> Any:
        raise KeyboardInterrupt

    real = threads.queue.SimpleQueue

    class Queue(real):  # type: ignore[misc, valid-type]
        answered = 0

        def get(self, *arguments: Any, **options: Any) -> Any:
            self.answered += 1
            return super().get(*arguments, **options) if self.answered <= 2 else interrupted()

    monkeypatch.setattr(threads.queue, "SimpleQueue", Queue)
    report = tmp_path / "audit.json"
    result = lab.audit("dns", "--report", f"json={report}")
    (audit,) = json.loads(report.read_text(encoding="utf-8"))["audits"]
    assert audit["counts"]["there"] == 2
    assert audit["counts"]["unknown"] > 0
    assert "the audit was interrupted before it was answered" in result.stdout
    assert result.exit_code != 6


def test_what_can_not_be_meant_is_refused(lab: Lab) -> None:
    for words, said in (
        (
            ("--connect-to=vualt.example.org:443=127.0.0.1:1",),
            "--connect-to vualt.example.org:443: nothing is asked there",
        ),
        (("--connect-to=vault.example.org",), "'vault.example.org' must be HOST:PORT=ADDRESS:PORT"),
        (("--former", "dome"), "--former dome: that is no former name"),
        (("--vault-token-file=labb=x",), "unknown environment 'labb'"),
    ):
        result = lab.audit("vault", *words)
        assert (result.exit_code, said in result.stderr) == (2, True), result.stderr


def test_a_file_without_certificates_stops_an_audit_before_it_asks(lab: Lab) -> None:
    with watched() as seen:
        command = ["audit", "lab", "dns", "--root", str(lab.root), "--ca-file=/nowhere/ca.pem"]
        # Audits of other tests that were given up may still ask theirs.
        command.append("--dns-server=127.0.0.1:53")
        result = CliRunner().invoke(cli.command, command)
    said = "error: /nowhere/ca.pem holds no certificates: --ca-file takes PEM\n"
    assert (result.exit_code, result.stderr, ("127.0.0.1", 53) in seen.servers) == (2, said, False)


def test_variables_of_vault_that_audits_do_not_follow_are_refused_where_vault_is_asked(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value, said in (
        ("VAULT_SKIP_VERIFY", "true", "VAULT_SKIP_VERIFY is set: no token is sent"),
        ("VAULT_SKIP_VERIFY", "yes", "VAULT_SKIP_VERIFY is neither true nor false"),
        ("VAULT_ADDR", "https://somebody:hunter2@h:x", "VAULT_ADDR is not the address of a server"),
        ("VAULT_CACERT", "/nowhere/ca.pem", "what VAULT_CACERT names holds no certificates"),
        ("VAULT_NAMESPACE", "a b\r\n", "VAULT_NAMESPACE can't be the name of a namespace"),
    ):
        monkeypatch.setenv(name, value)
        result = lab.audit("vault")
        assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
        assert "hunter2" not in result.output
        if value == "true":
            assert lab.audit("dns", "--brief").exit_code == 0
        monkeypatch.setenv(name, "false" if name == "VAULT_SKIP_VERIFY" else "")
    assert lab.audit("vault", "--brief").exit_code == 0


def test_no_secret_is_anywhere(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.delenv("EFDGEN_NO_CACHE")
    token = (lab.root.parent / "vault-token").read_text(encoding="utf-8")
    parameters = [{"name": "password", "value": f"{MARK}-by-hand"}]
    lab.there["store"]["spec"]["source"]["helm"]["parameters"] = parameters
    lab.bao.put(f"{PREFIX}/leftover", {"key": f"{MARK}-leftover"})
    before = copy_tree(lab.root, tmp_path / "before")
    reports = [f"--report={form}={tmp_path}/report.{form}" for form in ("text", "json", "markdown")]

    def fails(value: Any, _key: str) -> None:
        raise ValueError(f"what is {value}?")

    with watched() as seen:
        results = [lab.audit(*reports), lab.audit("--format", "json"), lab.audit("--format", "markdown")]
        command = ["secrets", "lab", "--missing", *lab.options[-2:-1], "--root", str(lab.root)]
        results.append(secrets := CliRunner().invoke(cli.command, command))
        monkeypatch.setattr(vault, "key_state", fails)
        results.append(failed := lab.audit("vault"))
    del lab.there["store"]["spec"]["source"]["helm"]["parameters"]
    lab.bao.delete(f"{PREFIX}/leftover")
    lab.bao.api("DELETE", f"{PREFIX}/leftover".replace("/", "/metadata/", 1))
    assert secrets.exit_code == 0, secrets.output
    assert [each.exit_code for each in results[:3]] == [1, 1, 1]
    assert failed.exit_code == 6
    assert "(ValueError)" in failed.stdout
    assert "set by hand: helm parameter password" in results[0].stdout
    assert "leftover: no app of this environment uses it" in results[0].stdout
    told = [each.output + repr(each.exception) for each in results]
    assert seen.commands
    told += [" ".join(command) for command in seen.commands]
    told += [path.read_text(encoding="utf-8", errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    told += [path.read_text(encoding="utf-8", errors="replace") for path in lab.root.rglob("*") if path.is_file()]
    assert len([text for text in told if "lab" in text]) > 10
    assert [text for text in told if MARK in text or token in text] == []
    assert {path.relative_to(before) for path in before.rglob("*")} == {
        path.relative_to(lab.root) for path in lab.root.rglob("*")
    }
