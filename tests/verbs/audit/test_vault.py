"""What an audit says of a real Vault: filled as the rendered pages say, then broken one by one."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.environment.model import ResolvedEnvironment
from efdgen.environment.secrets import Gap
from efdgen.report.secrets import commands
from efdgen.review.audit import Finding, Status
from efdgen.verbs.audit.answers import KeyState, VaultQuestion
from efdgen.verbs.audit.asking import vault
from efdgen.verbs.audit.asking.reach import Means, Reach, VaultMeans, server_of
from efdgen.verbs.audit.asking.secretvalues import key_state
from efdgen.verbs.audit.judging import vault as judging
from efdgen.verbs.audit.plan import plan
from support import needs
from support.bao import Bao, free_port, reads, sound
from support.checkout import ROOT, edit, resolved
from support.efd import EFD
from support.gitrepo import variables
from support.nameserver import NameServer
from support.repository import small_repository
from support.terminal import typed
from support.tlsserver import in_tls

pytestmark = [needs.VAULT.needed, pytest.mark.xdist_group("vault")]

ROOT_NAMESPACE = VaultMeans()
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
    page = (EFD / f"rendered/docs/{environment}.md").read_text(encoding="utf-8")
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


def found(asked: VaultQuestion, token: str, vault_means: VaultMeans = ROOT_NAMESPACE) -> list[Finding]:
    reach = Reach(Means(5, vault=vault_means), [server_of(asked.address)])
    return list(judging.judge("summit", asked, vault.ask(reach, asked, token), dt.datetime.now(dt.timezone.utc)))


def wrong(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [
        ("warning" if each.is_warning else each.status.value, each.subject.rpartition("/efd/")[2], each.detail)
        for each in findings
        if not each.is_fine
    ]


def filled(bao: Bao, environment: str, mount: str) -> None:
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
        filled(bao, name, mount)
        findings = found(asked, bao.token(reads(asked.prefix)))
        assert wrong(findings) == []
        assert {each.status for each in findings} == {Status.THERE}
        assert len(findings) == 2 + len(asked.paths)


def test_every_path_and_every_key_of_every_environment_is_missed(
    bao: Bao, fleet: Mapping[str, ResolvedEnvironment]
) -> None:
    missed = 0
    for name in fleet:
        filled(bao, name, "secret")
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
    filled(bao, "summit", mount)
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
    filled(bao, "summit", "secret")
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
    assert said["base"] == [
        ("different", "the token", "it may also read secret/k8s_operator/base-lsp.lsst.codes/efd/*")
    ]
    ((status, _, until),) = said["short"]
    assert (status, until[:15]) == ("warning", "it counts until")


def test_the_policy_of_the_documentation_is_enough(bao: Bao, fleet: Mapping[str, ResolvedEnvironment]) -> None:
    text = (ROOT / "docs/audit.md").read_text(encoding="utf-8")
    rules = dict(re.findall(r'^path "([^"]+)" \{ capabilities = (\[.*\]) \}$', text, re.MULTILINE))
    by_path = {path: json.loads(may) for path, may in rules.items()}
    asked = question(bao, fleet, "summit")
    filled(bao, "summit", "secret")
    assert wrong(found(asked, bao.token(by_path, no_default_policy=True))) == []
    own = {path: may for path, may in by_path.items() if path.startswith("secret/")}
    (alone,) = wrong(found(asked, bao.token(own, no_default_policy=True)))
    assert alone[0] == "unknown"
    assert alone[2] == "the token may not look at itself: its policy lacks auth/token/lookup-self"


def test_what_a_token_may_not_see_is_unknown_and_never_fine(bao: Bao, fleet: Mapping[str, ResolvedEnvironment]) -> None:
    asked = question(bao, fleet, "summit")
    filled(bao, "summit", "secret")
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


def test_a_token_that_ran_out_by_itself_is_told(bao: Bao, fleet: Mapping[str, ResolvedEnvironment]) -> None:
    asked = question(bao, fleet, "summit")
    filled(bao, "summit", "secret")
    token = bao.token(reads(asked.prefix), ttl="2s")
    (ending,) = found(asked, token)[-1:]
    assert (ending.subject, ending.status, "minutes: it counts until" in ending.detail) == (
        "the token", Status.DIFFERENT, True
    )  # fmt: skip
    time.sleep(2.2)
    findings = found(asked, token)
    (server, *others) = findings
    assert (server.status, {each.status for each in others}) == (Status.THERE, {Status.UNKNOWN})
    assert {each.subject for each in others} == {*(each.path for each in asked.paths), f"{asked.prefix}/*", "the token"}
    assert all("the token does not count: it has ended" in each.detail for each in others)


def test_a_namespace_is_asked_in_and_no_other(bao: Bao, fleet: Mapping[str, ResolvedEnvironment]) -> None:
    asked = question(bao, fleet, "tucson-teststand")
    made = [("PUT", "sys/namespaces/team", {}, "")]
    made += [("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "1"}}, "team")]
    rules = {f"{asked.prefix}/*": ["read", "list"]}
    text = "\n".join(f'path "{path}" {{ capabilities = {json.dumps(may)} }}' for path, may in rules.items())
    made += [("PUT", "sys/policies/acl/audit", {"policy": text}, "team")]
    for path, keys in rendered_paths("tucson-teststand").items():
        made.append(("PUT", path, {key: sound(key) for key in keys}, "team"))
        bao.delete(path)
    for method, path, data, namespace in made:
        bao.api(method, path, data, namespace=namespace)
    made_token = bao.api("POST", "auth/token/create", {"policies": ["audit"], "ttl": "768h"}, namespace="team")
    token = made_token["auth"]["client_token"]
    there = found(asked, token, vault_means=VaultMeans("team"))
    assert [each for each in there if not each.is_fine] == []
    assert len(there) == 2 + len(asked.paths)
    assert there[-1].detail.endswith("it may do nothing beyond the environment's own")
    for namespace, said in (("nowhere", "there is no secrets engine there"), ("empty", "no secrets engine is mounted")):
        if namespace == "empty":
            bao.api("PUT", f"sys/namespaces/{namespace}", {})
        token_there = token if namespace == "nowhere" else bao.root
        wrong_one = found(asked, token_there, vault_means=VaultMeans(namespace))[1]
        assert (wrong_one.status, wrong_one.detail.startswith(said)) == (Status.UNKNOWN, True)
        assert wrong_one.detail.endswith(f", in the namespace {namespace}")
        assert wrong_one.advice.endswith("Is VAULT_NAMESPACE?")
    # In the root's namespace, the same token is nobody's, and nothing is there.
    assert {each.status for each in found(asked, token)[1:]} == {Status.UNKNOWN}
    assert {each.status for each in found(asked, bao.root)[1 : 1 + len(asked.paths)]} == {Status.MISSING}


def test_the_commands_put_things_into_the_namespace_that_was_asked_in(
    bao: Bao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = small_repository(tmp_path)
    edit(root / "environments/lab.yaml", "pathPrefix:", f"address: {bao.address}\n  pathPrefix:")
    bao.api("PUT", "sys/namespaces/of-commands", {})
    bao.api("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "1"}}, namespace="of-commands")
    for name, value in (
        ("VAULT_TOKEN", bao.root),
        ("VAULT_NAMESPACE", "of-commands"),
        ("VAULT_CAPATH", "certificates"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    Path("certificates").mkdir()
    trustme.CA(key_type=trustme.KeyType.ECDSA).cert_pem.write_to_path("certificates/lab.pem")
    said = CliRunner().invoke(cli.command, ["secrets", "lab", "--missing", "--root", str(root)]).stdout
    exported = f"export VAULT_ADDR={bao.address} VAULT_NAMESPACE=of-commands VAULT_CAPATH={Path.cwd()}/certificates\n"
    assert exported in said
    assert "unset -v VAULT_AGENT_ADDR VAULT_TLS_SERVER_NAME\n" in said
    assert "kv put -cas=0" not in said, "the engine of the namespace keeps no versions"


def test_vault_is_trusted_as_its_command_trusts_it(
    bao: Bao, fleet: Mapping[str, ResolvedEnvironment], tmp_path: Path
) -> None:
    kind = trustme.KeyType.ECDSA
    authority, other = trustme.CA(key_type=kind), trustme.CA(key_type=kind)
    (tmp_path / "folder").mkdir()
    (tmp_path / "odd.pem").write_text("nothing", encoding="utf-8")
    authority.cert_pem.write_to_path(str(tmp_path / "folder/mine.pem"))
    other.cert_pem.write_to_path(str(tmp_path / "other.pem"))
    text = authority.cert_pem.bytes().decode()
    with in_tls(bao.port, authority.issue_cert("127.0.0.1", key_type=kind)) as port:
        asked = question(bao, fleet, "summit")._replace(address=f"https://127.0.0.1:{port}", paths=())
        for means, there in (
            (VaultMeans(ca_file=f"{tmp_path}/folder/mine.pem"), ""),
            (VaultMeans(ca_text=text), ""),
            (VaultMeans(ca_folder=f"{tmp_path}/folder"), ""),
            (VaultMeans(), "its certificate is not to be trusted"),
            (VaultMeans(ca_file=f"{tmp_path}/other.pem"), "its certificate is not to be trusted"),
            (VaultMeans(ca_file=f"{tmp_path}/odd.pem"), "what VAULT_CACERT names holds no certificates"),
            (VaultMeans(ca_folder=f"{tmp_path}/none"), "what VAULT_CAPATH names holds no certificates"),
        ):
            server = found(asked, bao.root, vault_means=means)[0]
            assert (server.status is Status.THERE, there in server.detail) == (not there, True), server
            if "not to be trusted" in there:
                assert server.advice == "--ca-file, or VAULT_CACERT, names others to trust"


def test_without_a_token_or_a_server_everything_is_unknown(bao: Bao, fleet: Mapping[str, ResolvedEnvironment]) -> None:
    asked = question(bao, fleet, "summit")
    nobody = asked._replace(address=f"http://127.0.0.1:{free_port()}")
    for each, token, reason in (
        (asked, "", "there is no token to ask with"),
        (nobody, "x", "refuses connections"),
        (asked._replace(address=f"https://127.0.0.1:{bao.port}"), "x", "it does not speak TLS"),
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
        *(
            (text, KeyState.PLACEHOLDER)
            for text in (
                "${PASSWORD}",
                "$PASSWORD",
                "$(cat file)",
                "{{ password }}",
                "{% x %}",
                "null",
                "None",
                "n/a",
                "N.A.",
                "****",
                "insert here",
                "INSERT_PASSWORD_HERE",
                "put it here",
                "TODO: ask Angelo",
                "???",
            )
        ),
        *((text, KeyState.SOUND) for text in ("pa$$word1", "nullius", "a*b", "$2b$12$abcdefgh", "x{y}", "sample-7f3a")),
    ],
)
def test_a_placeholder_is_told_from_a_value(value: object, state: KeyState) -> None:
    assert key_state(value) is state


# -- the commands for what is missing

NEW = Gap(f"{SUMMIT}/fill-new", ("user", "pass word"), has_others=False)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for which tokens the server said yes to what is asked before anybody types."""
    return tmp_path_factory.mktemp("told")


_COMMAND = r"""#!/bin/bash
name=${0##*/}
printf '%q ' "$name" "$@" >>"$LOG"; echo >>"$LOG"
if [[ "$*" == $FAIL* && -n $FAIL ]]; then exit 2; fi
real=REAL_$name
case "$name $*" in
  "vault status" | "vault token lookup")
    said="$TOLD/${*// /-} ${VAULT_ADDR//\//-} $VAULT_NAMESPACE $VAULT_TOKEN"
    if [[ ! -e $said ]]; then "${!real}" "$@" && touch "$said"; fi ;;
  *) exec "${!real}" "$@" ;;
esac
"""
"""A command that notes how it was called. Whether the server is there and takes a token, it is asked once: that is the
same in every script, and the command vault takes a tenth of a second to begin."""


@pytest.fixture
def fill(bao: Bao, told: Path, tmp_path: Path) -> Callable[..., tuple[str, int, str]]:
    """Return what runs commands on a terminal, and returns what is shown, the status, and the programs that ran."""
    needs.SCRIPTS.require()
    log = tmp_path / "log"
    for name in ("vault", "jq"):
        command = tmp_path / "bin" / name
        command.parent.mkdir(exist_ok=True)
        command.write_text(_COMMAND, encoding="utf-8")
        command.chmod(0o755)
    environment = {
        **variables(), "PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "HOME": str(tmp_path), "VAULT_TOKEN": bao.root,
        "VAULT_NAMESPACE": "nowhere",
        "LOG": str(log), "TOLD": str(told),
        "REAL_vault": needs.VAULT.require(), "REAL_jq": str(shutil.which("jq")),
        # A command that ends at once has no need to tidy its memory up.
        "GOGC": "off", "GOMAXPROCS": "1",
    }  # fmt: skip

    def run(
        gaps: Sequence[Gap], *answers: tuple[str, str], way: str = "bash {}", failing: str = ""
    ) -> tuple[str, int, str]:
        script = tmp_path / "fill.sh"
        script.write_text(commands("lab", {"VAULT_ADDR": bao.address}, gaps) + "\n", encoding="utf-8")
        log.unlink(missing_ok=True)
        shell = ["bash", "-c", way.format(script)] if "{}" in way else ["bash", "--norc", "-i"]
        said, status = typed(shell, answers, {**environment, "FAIL": failing, "PS1": "at the prompt> "})
        return said, status, log.read_text(encoding="utf-8") if log.exists() else ""

    return run


def test_the_commands_are_one_whether_run_piped_or_pasted(bao: Bao, fill: Callable[..., tuple[str, int, str]]) -> None:
    answers = [("user: ", "\n"), ("user: ", " somebody \n"), ("pass word: ", "hun'ter2\\n\n")]
    stored = {"user": " somebody ", "pass word": "hun'ter2\\n"}
    pasted = commands("lab", {"VAULT_ADDR": bao.address}, [NEW])
    for way in ("bash -x {}", "set -a; cat {} | bash", "paste"):
        typed_first = [("prompt> ", f"{pasted}\n")] if way == "paste" else []
        typed_last = [("prompt> ", 'echo "left: $value $new"; exit\n')] if way == "paste" else []
        said, status, ran = fill([NEW], *typed_first, *answers, *typed_last, way=way)
        assert status == 0, said
        assert bao.get(NEW.path) == stored
        assert "hun" not in said + ran
        assert "left: hun" not in said
        bao.api("DELETE", NEW.path.replace("secret/", "secret/metadata/", 1))


@pytest.mark.parametrize("mount", ["secret", "old"])
def test_what_was_there_stays_whatever_fails(bao: Bao, fill: Callable[..., tuple[str, int, str]], mount: str) -> None:
    path = f"{mount}/fill/there"
    gap = Gap(path, ("pw",), has_others=True, is_versioned=mount == "secret")
    there = {"data": "a key of this name", "kept": "as it was"}
    bao.put(path, there)
    for failing in ("kv get", "kv patch", "-e .data"):
        if (mount == "secret") == (failing == "kv patch"):
            said, status, _ = fill([gap, NEW], ("pw: ", "x\n"), failing=failing)
            assert (status, bao.get(path)) == (1, there), said
            assert f"stopped: {path} was not changed" in said
    # Ctrl-C, and the end of the file, end all of it.
    for end in ("\x03", "\x04"):
        said, status, ran = fill([gap, NEW], ("pw: ", end))
        assert (status != 0, bao.get(path)) == (True, there)
        assert "user: " not in said
        assert " put " not in ran
        assert " patch " not in ran
    assert fill([gap], ("pw: ", "typed\n"))[1] == 0
    assert bao.get(path) == {**there, "pw": "typed"}
    # What somebody put there in between is not replaced.
    said, status, _ = fill([gap._replace(has_others=False)], ("pw: ", "another\n"))
    assert (status, bao.get(path)["pw"]) == (1, "typed"), said
    bao.delete(path)
    deleted = gap._replace(has_others=False, is_deleted=mount == "secret", keys=())
    said, status, _ = fill([deleted], ("no more): ", "a\n"), ("a: ", "b\n"), ("no more): ", "\n"))
    assert (status, bao.get(path)) == (0, {"a": "b"}), said


def test_what_can_not_be_put_is_said_before_anybody_types(bao: Bao, fill: Callable[..., tuple[str, int, str]]) -> None:
    new = Gap("secret/fill/may", ("pw",), has_others=False, at="secret/data/fill/may")
    there = new._replace(has_others=True)
    old = Gap("old/fill/may", ("pw",), has_others=True, is_versioned=False, at="old/fill/may")
    reader = bao.token({"secret/data/fill/*": ["read"], "old/fill/*": ["read", "create"]})
    for gap, right in ((new, "create"), (there, "patch"), (old, "update")):
        said, status, ran = fill([NEW, gap], way=f"VAULT_TOKEN={reader} bash {{}}")
        assert (status, f"stopped: the token may not {right} {gap.at}: its policy needs that" in said) == (1, True), (
            said
        )
        assert "efdgen secrets lab --missing shows the rest" in said
        assert " put " not in ran
    said, status, _ = fill(
        [new], way=f"sed s={bao.address}=http://nowhere.invalid:1= {{}} | VAULT_CLIENT_TIMEOUT=1 bash"
    )
    assert (status, "stopped: Vault at http://nowhere.invalid:1 can not be asked" in said) == (1, True), said
    # Without the policy `default`, what it may do can't be asked: it may still write.
    writer = bao.token({"secret/data/fill/*": ["read", "create"]}, no_default_policy=True)
    said, status, _ = fill([new], ("pw: ", "x\n"), way=f"VAULT_TOKEN={writer} bash {{}}")
    assert (status, bao.get(new.path)) == (0, {"pw": "x"}), said
    assert "warning: what the token may do at secret/data/fill/may can not be asked" in said
    assert "all of it was put there; efdgen secrets lab --missing tells" in said


def test_the_commands_lead_to_where_the_dns_server_that_was_named_says(
    bao: Bao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = small_repository(tmp_path)
    edit(
        root / "environments/lab.yaml",
        "pathPrefix: secret/",
        f"address: http://vault.test:{bao.port}\n  pathPrefix: secret/named/",
    )
    monkeypatch.setenv("VAULT_TOKEN", bao.root)
    monkeypatch.delenv("VAULT_ADDR", raising=False)
    with NameServer({"vault.test": ["127.0.0.1"]}) as names:
        asked = f"--dns-server={names.address[0]}:{names.address[1]}"
        words = ["secrets", "lab", "--missing", "--allow-http", asked, "--root", str(root)]
        result = CliRunner().invoke(cli.command, words)
    said = result.stdout
    assert result.exit_code == 1, result.output
    assert f"export VAULT_ADDR=http://127.0.0.1:{bao.port} VAULT_TLS_SERVER_NAME=vault.test\n" in said
    assert re.search(r"^  may secret/data/\S+ create$", said, re.MULTILINE)


def test_nothing_that_a_spec_says_is_run(bao: Bao, fill: Callable[..., tuple[str, int, str]], tmp_path: Path) -> None:
    mark = tmp_path / "pwned"
    key = f"a\ntouch {mark}; $(touch {mark}) `touch {mark}` 'touch {mark}'\x1b[2J"
    gap = Gap(f"secret/x'; touch {mark}; '", (key,), has_others=False)
    said, _, _ = fill([gap], (": ", "x\n"))
    assert not mark.exists(), said
    assert "\x1b" not in commands("lab", {"VAULT_ADDR": bao.address}, [gap]).partition("all typed")[0]


def test_the_commands_for_what_is_missing_put_it_there(
    bao: Bao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = small_repository(tmp_path)
    edit(root / "environments/lab.yaml", "pathPrefix:", f"address: {bao.address}\n  pathPrefix:")
    certificate, key = tmp_path / "a certificate.pem", tmp_path / "key.pem"
    certificate.write_text(sound("tls.crt"), encoding="utf-8")
    key.write_text(sound("tls.key"), encoding="utf-8")
    monkeypatch.setenv("VAULT_TOKEN", bao.root)
    monkeypatch.delenv("VAULT_ADDR", raising=False)

    def efdgen(*words: str) -> Result:
        return CliRunner().invoke(cli.command, ["secrets", "lab", "--root", str(root), *words])

    listed = json.loads(efdgen("--format", "json").stdout)["secrets"]
    wanted = {each["path"]: each["keys"] for each in listed}
    for path in (path for path, keys in wanted.items() if not keys):
        # Which keys it has, only its app knows.
        bao.put(path, {"some": "thing"})
    monkeypatch.setenv("VAULT_TOKEN", "of-nobody")
    unknown = efdgen("--missing", "--format", "json")
    assert (unknown.exit_code, json.loads(unknown.stdout)["missing"]) == (6, None)
    monkeypatch.setenv("VAULT_TOKEN", bao.root)
    kept = next(path for path, keys in wanted.items() if len(keys) > 1 and "tls.crt" not in keys)
    bao.put(kept, {"kept": "as it was"})
    missing = efdgen("--missing")
    assert missing.exit_code == 1
    answers = []
    for kind, key_name in re.findall(r"(?<=[ '])(ask|ask_file):([^ '\n]+)", missing.stdout):
        named = {"tls.crt": str(certificate), "tls.key": str(key)}.get(key_name, f"typed for {key_name}")
        answers.append((f"{'file of ' if kind == 'ask_file' else ''}{key_name}: ", f"{named}\n"))
    assert len(answers) == sum(len(keys) for keys in wanted.values())
    vault_command = tmp_path / "bin/vault"
    vault_command.parent.mkdir()
    vault_command.symlink_to(needs.VAULT.require())
    script = tmp_path / "fill.sh"
    script.write_text(missing.stdout, encoding="utf-8")
    path = f"{vault_command.parent}:{os.environ['PATH']}"
    environment = {**variables(), "PATH": path, "HOME": str(tmp_path), "VAULT_TOKEN": bao.root}
    said, status = typed(["bash", str(script)], answers, environment)
    assert status == 0, said
    again = efdgen("--missing")
    assert (again.exit_code, again.stdout, again.stderr) == (0, "", "Vault has every secret of lab\n")
    assert bao.get(kept)["kept"] == "as it was"
    (with_files,) = (path for path, keys in wanted.items() if "tls.crt" in keys)
    assert bao.get(with_files)["tls.crt"] == certificate.read_text(encoding="utf-8")
