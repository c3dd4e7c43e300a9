"""What audits say of a Vault whose answers are of no shape that Vault has: unknown, of that thing alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from efdgen.review.audit import Finding, Status
from efdgen.verbs.audit.answers import KeyState, VaultPath, VaultQuestion
from efdgen.verbs.audit.asking import vault
from efdgen.verbs.audit.asking.reach import Means, Reach, server_of
from efdgen.verbs.audit.asking.secretvalues import key_state
from efdgen.verbs.audit.judging import vault as judging
from support.tlsserver import Answer, Server, says

NOW = dt.datetime(2026, 11, 29, tzinfo=dt.timezone.utc)
PREFIX = "secret/lab"
NOBODYS = "efdgen-audit-nobody-has-this"
MOUNT = {"path": "secret/", "type": "kv", "options": {"version": "2"}}

SOUND: dict[str, Any] = {
    "/v1/sys/health?standbyok=true&sealedcode=200&uninitcode=200": {"sealed": False, "initialized": True},
    "/v1/sys/internal/ui/mounts/secret/lab/login": {"data": MOUNT},
    "/v1/sys/internal/ui/mounts/secret/lab": {"data": MOUNT},
    "/v1/sys/internal/ui/resultant-acl": {"data": {"exact_paths": {}, "glob_paths": {}}},
    "/v1/auth/token/lookup-self": {"data": {"expire_time": "2027-11-29T14:05:00.123456789Z", "policies": ["audit"]}},
    "/v1/secret/metadata/lab/?list=true": {"data": {"keys": ["login"]}},
    "/v1/secret/data/lab/login": {"data": {"data": {"user": "somebody"}, "metadata": {}}},
    "/v1/sys/capabilities-self": {"data": {f"secret/{kind}/{NOBODYS}/{NOBODYS}": ["deny"]
        for kind in ("data", "metadata")}},
}  # fmt: skip

HEALTH, MOUNT_OF_PATH, MOUNT_OF_PREFIX, ACL, LOOKUP, LIST, DATA, CAPABILITIES = SOUND
DEEP = b"[" * 3000 + b"]" * 3000

ODD: list[bytes | Any] = [
    None, {}, "x", [], [1], 7, {"data": None}, {"data": []}, {"data": "x"}, {"data": {}}, {"errors": "x"},
    {"data": {"keys": "abc", "data": [], "metadata": {}, "path": 1, "policies": "root", "expire_time": 5}},
    {"data": {"keys": [1], "data": "x", "metadata": {}, "path": "other/", "type": "kv", "options": {},
        "policies": [1], "expire_time": "soon"}},
    {"data": {"keys": {"a": 1}, "data": None, "metadata": {}, "path": "secret/", "type": "kv", "options": "x",
        "policies": ["audit"], "expire_time": "x"}},
    b"", b"\xff\x00random", b"<html>", DEEP, b'{"data": ' + b"9" * 5000 + b"}",
]  # fmt: skip


@pytest.fixture(scope="module")
def found() -> Iterator[Callable[..., dict[str, Finding]]]:
    """Return what asks a Vault with other answers than sound ones."""
    answers: dict[str, Answer] = {}
    with Server(lambda path, _headers: answers.get(path, says({}, 404))) as server:
        address = f"http://127.0.0.1:{server.port}"

        def ask(instead: dict[str, Answer], elsewhere: tuple[str, ...] = ()) -> dict[str, Finding]:
            asked = VaultQuestion(address, PREFIX, (VaultPath(f"{PREFIX}/login", ("user",)),), elsewhere)
            answers.update({path: says(answer) for path, answer in SOUND.items()} | instead)
            reach = Reach(Means(2), [server_of(address)])
            judged = judging.judge("lab", asked, vault.ask(reach, asked, "a-token"), NOW)
            return {each.subject.replace(address, "server"): each for each in judged}

        yield ask


Found = Callable[..., dict[str, Finding]]


def test_sound_answers_are_there(found: Found) -> None:
    assert {each.status for each in found({}).values()} == {Status.THERE}
    assert set(found({})) == {"server", f"{PREFIX}/login", "the token"}


@pytest.mark.parametrize(
    ("path", "unknown"),
    [
        (HEALTH, "server"),
        (MOUNT_OF_PATH, f"{PREFIX}/login"),
        (DATA, f"{PREFIX}/login"),
        (LIST, f"{PREFIX}/*"),
        (LOOKUP, "the token"),
        (CAPABILITIES, "the token"),
    ],
)
def test_an_odd_answer_makes_what_it_is_about_unknown(found: Found, path: str, unknown: str) -> None:
    for status in (200, 404):
        for odd in ODD if status == 200 else (b"<html>", *ODD[:8:3]):
            body = odd if isinstance(odd, bytes) else says(odd)[2]
            if status == 404 and isinstance(odd, dict) and isinstance(odd.get("data"), dict):
                continue
            if path == HEALTH and isinstance(odd, dict) and "sealed" in odd:
                continue
            paths = (MOUNT_OF_PATH, MOUNT_OF_PREFIX) if path == MOUNT_OF_PATH else (path,)
            about = found(dict.fromkeys(paths, (status, {}, body)))[unknown]
            assert about.status is Status.UNKNOWN, (status, odd, about)
            assert "efdgen" not in about.advice


def test_the_engine_of_others_is_unknown_unless_vault_says_that_there_is_none(found: Found) -> None:
    mount = "/v1/sys/internal/ui/mounts/other/lab"
    for said, status in (
        (says({}, 404), Status.UNKNOWN),
        (says({}, 500), Status.UNKNOWN),
        (says({"data": {}}), Status.UNKNOWN),
        (says({"errors": []}, 404), Status.THERE),
        (says({"errors": ["preflight capability check returned 403"]}, 403), Status.THERE),
    ):
        assert found({mount: said}, ("other/lab",))["the token"].status is status, said


def test_rights_that_can_not_be_known_are_not_said_to_be_none(found: Found) -> None:
    said = found({ACL: says({}, 404)})["the token"]
    assert "what else it may do is not known" in said.detail
    exact = {"sys/policies/acl/a": {"capabilities": ["update"]}, "cubbyhole/x": {"capabilities": ["read"]}}
    wide = {"exact_paths": exact,
        "glob_paths": {"secret/data/lab/": {"capabilities": ["read", "create"]}}}  # fmt: skip
    said = found({ACL: says({"data": wide})})["the token"]
    assert (said.is_warning, said.detail) == (True, "it may change secret/data/lab/*: an audit only reads")
    narrow = {**wide, "glob_paths": {"pki/": {"capabilities": ["read"]}}}
    said = found({ACL: says({"data": narrow})})["the token"]
    assert (said.status, said.detail) == (Status.DIFFERENT, "it may also read pki/*; change sys/policies/acl/a")
    said = found({ACL: says({"data": {"root": True}})})["the token"]
    assert said.detail == "it is a root token: it may do everything"


def test_a_token_that_ends_now_is_no_warning(found: Found) -> None:
    for ends, word in (("2026-11-29T00:01:00Z", "it ends in 1 minute"), ("2026-11-28T00:00:00Z", "it has ended")):
        said = found({LOOKUP: says({"data": {"expire_time": ends, "policies": []}})})["the token"]
        assert (said.status, said.detail.partition(":")[0]) == (Status.DIFFERENT, word)


def test_where_vault_sends_on_to_is_named_and_what_is_secret_in_it_is_not(found: Found) -> None:
    elsewhere = "https://me:hunter2@other.example.org/v1/x"
    for path, about, status in ((DATA, f"{PREFIX}/login", 307), (LIST, f"{PREFIX}/*", 301), (HEALTH, "server", 308)):
        said = found({path: (status, {"Location": f"{elsewhere}?token=hunter2"}, b"")})
        assert said[about].status is Status.UNKNOWN
        assert said[about].detail == (
            f"it sends on to https://other.example.org/v1/x (status {status}), which is not followed"
        )
        assert "hunter2" not in repr(said)


def test_what_is_not_allowed_is_named(found: Found) -> None:
    denied = says({"errors": ["permission denied"]}, 403)
    said = found({LIST: denied})[f"{PREFIX}/*"]
    assert said.detail == "no policy of the token has list here, by KV version 2"
    assert said.advice == 'its policy needs: path "secret/metadata/lab/*" { capabilities = ["list"] }'
    said = found({DATA: denied})[f"{PREFIX}/login"]
    assert said.advice == 'its policy needs: path "secret/data/lab/*" { capabilities = ["read"] }'
    # A token that may not look at itself counts all the same.
    blind = found({LOOKUP: denied})
    assert blind[f"{PREFIX}/login"].status is Status.THERE
    assert blind["the token"].detail == "the token may not look at itself: its policy lacks auth/token/lookup-self"
    assert blind["the token"].advice == ('its policy needs: path "auth/token/lookup-self" { capabilities = ["read"] }')
    said = found({LOOKUP: denied, DATA: denied})[f"{PREFIX}/login"]
    assert said.detail == "no policy of the token has read here, by KV version 2"
    said = found({CAPABILITIES: denied})["the token"]
    assert said.detail == "no policy of the token has sys/capabilities-self"
    ended = found(dict.fromkeys((DATA, LOOKUP, MOUNT_OF_PREFIX), denied))[f"{PREFIX}/login"]
    assert ended.detail.startswith("the token does not count")
    # Vault says the same of a place without an engine, whoever asks.
    nowhere = dict.fromkeys((MOUNT_OF_PATH, MOUNT_OF_PREFIX), denied)
    assert "or no secrets engine is mounted there" in found(nowhere)[f"{PREFIX}/login"].detail
    root = {LOOKUP: says({"data": {"expire_time": None, "policies": ["root"]}})}
    said = found(nowhere | root)[f"{PREFIX}/login"]
    assert said.detail == f"no secrets engine is mounted there (sys/internal/ui/mounts/{PREFIX}/login)"
    # Whichever question comes first, both are about the same engine.
    pki = says({"data": {**MOUNT, "type": "pki"}})
    other = found({MOUNT_OF_PATH: pki, MOUNT_OF_PREFIX: pki})[f"{PREFIX}/login"]
    assert other.detail == "the secrets engine there is not KV"


def test_a_private_key_beside_a_certificate_is_no_certificate_alone() -> None:
    certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    key = "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\n"
    for name, value, state in (
        ("tls.crt", certificate * 2, KeyState.SOUND),
        ("tls.crt", certificate + key, KeyState.WITH_PRIVATE_KEY),
        ("ca.crt", key + certificate, KeyState.WITH_PRIVATE_KEY),
        ("tls.key", key, KeyState.SOUND),
        ("tls.key", certificate, KeyState.NOT_PEM),
        ("combined.pem", certificate + key, KeyState.SOUND),
    ):
        assert key_state(value, name) is state, name
