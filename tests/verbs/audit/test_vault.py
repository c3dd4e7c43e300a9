"""What an audit says of a real Vault: filled as the rendered pages say, then broken one by one."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.environment.model import ResolvedEnvironment
from efdgen.review.audit import Finding, Status
from efdgen.verbs.audit.answers import KeyState, VaultQuestion
from efdgen.verbs.audit.asking import vault
from efdgen.verbs.audit.asking.reach import Means, Reach, server_of
from efdgen.verbs.audit.judging import vault as judging
from efdgen.verbs.audit.plan import plan
from support import needs
from support.bao import Bao, free_port, reads, sound
from support.checkout import ROOT, edit, resolved
from support.gitrepo import variables
from support.repository import small_repository

pytestmark = [needs.VAULT.needed, pytest.mark.xdist_group("vault")]

NOW = dt.datetime.now(dt.timezone.utc)
SUMMIT = "secret/k8s_operator/summit-lsp.lsst.codes/efd"


@pytest.fixture(scope="module")
def bao(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bao]:
    with Bao(tmp_path_factory.mktemp("bao")) as server:
        yield server


@pytest.fixture(scope="module")
def fleet() -> Mapping[str, ResolvedEnvironment]:
    return resolved()


def rendered_paths(environment: str) -> dict[str, list[str]]:
    """Return the paths that the page about an environment lists, with their keys."""
    page = (ROOT / f"rendered/docs/{environment}.md").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for path, keys in re.findall(r"^\| `(secret/[^`]+)` \| (`.*?) \|", page, re.MULTILINE):
        found.setdefault(path, []).extend(
            key for key in re.findall("`([^`]+)`", keys) if key not in found.get(path, [])
        )
    return found


def question(
    bao: Bao, fleet: Mapping[str, ResolvedEnvironment], environment: str, mount: str = "secret"
) -> VaultQuestion:
    prefixes = [each.facts.vault.path_prefix for each in fleet.values()]
    asked = plan(fleet[environment], ("vault",), prefixes).vault
    assert asked is not None
    moved = [each._replace(path=each.path.replace("secret/", f"{mount}/", 1)) for each in asked.paths]
    return asked._replace(
        address=bao.address,
        prefix=asked.prefix.replace("secret/", f"{mount}/", 1),
        paths=tuple(moved),
        elsewhere=tuple(each.replace("secret/", f"{mount}/", 1) for each in asked.elsewhere),
    )


def found(asked: VaultQuestion, token: str, timeout: float = 5) -> list[Finding]:
    reach = Reach(Means(timeout), [server_of(asked.address)])
    return list(judging.judge("summit", asked, vault.ask(reach, asked, token), NOW))


def wrong(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [
        ("warning" if each.is_warning else each.status.value, each.subject.rpartition("/efd/")[2], each.detail)
        for each in findings
        if not each.is_fine
    ]


def fill(bao: Bao, environment: str, mount: str) -> None:
    for path, keys in rendered_paths(environment).items():
        bao.put(path.replace("secret/", f"{mount}/", 1), {key: sound(key, f"real {key}") for key in keys})


@pytest.mark.parametrize("mount", ["secret", "old"])
def test_every_environment_that_is_filled_as_its_page_says_is_there(
    bao: Bao, fleet: Mapping[str, ResolvedEnvironment], mount: str
) -> None:
    assert len(fleet) == 6
    for name in fleet:
        asked = question(bao, fleet, name, mount)
        assert len(asked.paths) == len(rendered_paths(name)) >= 2
        fill(bao, name, mount)
        findings = found(asked, bao.token(reads(asked.prefix)))
        assert wrong(findings) == []
        assert {each.status for each in findings} == {Status.THERE}
        assert len(findings) == 2 + len(asked.paths)


def test_every_path_and_every_key_of_every_environment_is_missed(
    bao: Bao, fleet: Mapping[str, ResolvedEnvironment]
) -> None:
    missed = 0
    for name in fleet:
        fill(bao, name, "secret")
        asked = question(bao, fleet, name)
        token = bao.token(reads(asked.prefix))
        for path, keys in rendered_paths(name).items():
            alone = asked._replace(paths=tuple(each for each in asked.paths if each.path == path))
            for key in keys:
                bao.put(path, {each: sound(each) for each in keys if each != key} or {"another": "real"})
                assert wrong(found(alone, token))[0] == ("missing", path.rpartition("/efd/")[2], f"no key {key}")
            bao.delete(path)
            assert [each[0] for each in wrong(found(asked, token))] == ["missing"]
            bao.put(path, {key: sound(key) for key in keys})
            missed += 1 + len(keys)
        assert wrong(found(asked, token)) == []
    assert missed == 95


@pytest.mark.parametrize("mount", ["secret", "old"])
def test_what_is_broken_is_found(bao: Bao, fleet: Mapping[str, ResolvedEnvironment], mount: str) -> None:
    asked = question(bao, fleet, "summit", mount)
    token = bao.token(reads(asked.prefix))
    prefix = asked.prefix
    fill(bao, "summit", mount)
    bao.delete(f"{prefix}/telegraf-secret")
    bao.put(f"{prefix}/influxdb-auth", {"influxdb-user": "somebody"})
    bao.put(f"{prefix}/kafdrop-oauth", {"client-id": "an id", "client-secret": " ", "cookie-secret": "CHANGEME"})
    bao.put(f"{prefix}/tls-certs", {"tls.crt": sound("tls.crt"), "tls.key": "a key", "tls.csr": "a request"})
    bao.put(f"{prefix}/nested/leftover", {"a": "b"})
    deleted = "its newest version was deleted" if mount == "secret" else "there is no such path"
    assert wrong(found(asked, token)) == [
        ("missing", "influxdb-auth", "no key influxdb-password"),
        ("different", "kafdrop-oauth client-secret", "the value is empty"),
        ("different", "kafdrop-oauth cookie-secret", "the value holds a placeholder"),
        ("missing", "telegraf-secret", deleted),
        ("different", "tls-certs tls.key", "the value is no PEM, as a certificate or a key for TLS is"),
        ("warning", "tls-certs", "nobody reads tls.csr"),
        ("warning", "nested/leftover", "no app of this environment uses it"),
    ]
    bao.delete(f"{prefix}/nested/leftover")
    if mount == "secret":
        bao.api("DELETE", f"secret/metadata/{prefix.removeprefix('secret/')}/nested/leftover")


def test_a_token_says_how_far_it_reaches_and_until_when(bao: Bao, fleet: Mapping[str, ResolvedEnvironment]) -> None:
    asked = question(bao, fleet, "summit")
    fill(bao, "summit", "secret")
    tokens = {
        "root": bao.root,
        "all": bao.token({**reads("secret/k8s_operator")}),
        "base": bao.token({**reads(asked.prefix), "secret/data/k8s_operator/base-lsp.lsst.codes/efd/*": ["read"]}),
        "short": bao.token(reads(asked.prefix), ttl="1h"),
    }
    said = {
        name: [each for each in wrong(found(asked, token)) if each[1] == "the token"] for name, token in tokens.items()
    }
    assert said["root"] == [("different", "the token", "it is a root token: it may do everything")]
    ((_, _, everything),) = said["all"]
    assert "secret/k8s_operator/base-lsp.lsst.codes/efd/*" in everything
    assert "secret/k8s_operator/summit-lsp.lsst.codes/*" in everything
    assert said["base"] == [("different", "the token", "it may also read secret/k8s_operator/base-lsp.lsst.codes/efd/*")]
    ((status, _, until),) = said["short"]
    assert (status, until[:15]) == ("warning", "it counts until")


def test_what_a_token_may_not_see_is_unknown_and_never_fine(bao: Bao, fleet: Mapping[str, ResolvedEnvironment]) -> None:
    asked = question(bao, fleet, "summit")
    fill(bao, "summit", "secret")
    narrow = bao.token({f"secret/data/{asked.prefix.removeprefix('secret/')}/tls-certs": ["read"]})
    revoked = bao.token(reads(asked.prefix))
    bao.api("POST", "auth/token/revoke-self", token=revoked)
    of_another = bao.token(reads("secret/k8s_operator/base-lsp.lsst.codes/efd"))
    for token, there in ((narrow, {"tls-certs"}), (revoked, set()), (of_another, set())):
        findings = found(asked, token)
        paths = {each.path for each in asked.paths}
        fine = {each.subject.rpartition("/")[2] for each in findings if each.is_fine and each.subject in paths}
        assert fine == there
        assert {
            each.status for each in findings if each.subject in paths and each.subject.rpartition("/")[2] not in there
        } == {Status.UNKNOWN}


def test_without_a_token_or_a_server_everything_is_unknown(bao: Bao, fleet: Mapping[str, ResolvedEnvironment]) -> None:
    asked = question(bao, fleet, "summit")
    nobody = asked._replace(address=f"http://127.0.0.1:{free_port()}")
    for each, token, reason in (
        (asked, "", "there is no token to ask with"),
        (nobody, "x", "refuses connections"),
        (asked._replace(address=f"https://127.0.0.1:{bao.port}"), "x", "TLS fails"),
    ):
        findings = found(each, token)
        assert reason in findings[0].detail
        assert {finding.status for finding in findings} == {Status.UNKNOWN}
        assert len(findings) == 1 + len(asked.paths)
    bao.seal()
    try:
        sealed = found(asked, bao.root)
    finally:
        bao.unseal()
    assert sealed[0][2:4] == (Status.UNKNOWN, "it is sealed")
    assert {finding.status for finding in sealed} == {Status.UNKNOWN}


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("hunter2", KeyState.SOUND),
        ("", KeyState.EMPTY),
        (" \n", KeyState.EMPTY),
        (None, KeyState.EMPTY),
        (0, KeyState.SOUND),
        ("TODO", KeyState.PLACEHOLDER),
        ("replace-me", KeyState.PLACEHOLDER),
        ("<the password>", KeyState.PLACEHOLDER),
        ("your client id", KeyState.PLACEHOLDER),
        ("todos-los-santos", KeyState.SOUND),
    ],
)
def test_a_placeholder_is_told_from_a_value(value: object, state: KeyState) -> None:
    assert vault.key_state(value) is state


def test_the_commands_for_what_is_missing_put_it_there(
    bao: Bao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = small_repository(tmp_path)
    edit(root / "environments/lab.yaml", "pathPrefix:", f"address: {bao.address}\n  pathPrefix:")
    certificate = tmp_path / "a certificate.pem"
    certificate.write_text("-----BEGIN-----\nof two lines\n", encoding="utf-8")
    monkeypatch.setenv("VAULT_TOKEN", bao.root)

    def efdgen(*words: str) -> Result:
        return CliRunner().invoke(cli.command, ["secrets", "lab", "--root", str(root), *words])

    listed = json.loads(efdgen("--format", "json").stdout)["secrets"]
    wanted = {each["path"]: each["keys"] for each in listed}
    for path in (path for path, keys in wanted.items() if not keys):
        # Which keys it has, only its app knows.
        bao.put(path, {"some": "thing"})
    kept = next(path for path, keys in wanted.items() if len(keys) > 1 and "tls.crt" not in keys)
    bao.put(kept, {"kept": "as it was"})
    missing = efdgen("--missing")
    assert missing.exit_code == 1
    typed = "".join(
        f"{certificate}\n" if line.startswith("read -rep") else f"typed for {number}\n"
        for number, line in enumerate(line for line in missing.stdout.splitlines() if line.startswith("read "))
    )
    vault_command = tmp_path / "bin/vault"
    vault_command.parent.mkdir()
    vault_command.symlink_to(needs.VAULT.require())
    environment = {**variables(), "PATH": f"{vault_command.parent}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    script = f"set -euo pipefail\n{missing.stdout}"
    done = subprocess.run(
        ["bash", "-c", script], input=typed, env=environment, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    again = efdgen("--missing")
    assert (again.exit_code, again.stdout, again.stderr) == (0, "", "Vault has every secret of lab\n")
    assert bao.get(kept)["kept"] == "as it was"
    (with_files,) = (path for path, keys in wanted.items() if "tls.crt" in keys)
    assert bao.get(with_files)["tls.crt"] == certificate.read_text(encoding="utf-8")
