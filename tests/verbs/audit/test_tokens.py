"""Which server a token goes to."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import click
import pytest

from efdgen.cli import logins, reaching
from efdgen.cli.reports import plain
from efdgen.errors import UsageError
from efdgen.language import installing
from efdgen.report import auditplan as report
from efdgen.verbs.audit.answers import AskError, Unanswered
from efdgen.verbs.audit.asking import dns, http
from efdgen.verbs.audit.asking.reach import Means, Reach, server_of
from efdgen.verbs.audit.named import matched
from efdgen.verbs.audit.planned import planned
from efdgen.verbs.audit.run import audit
from efdgen.verbs.audit.sites import Logins, Wanted
from efdgen.verbs.audit.tokens import Contexts, Tokens
from support.checkout import edit
from support.repository import small_repository
from support.tlsserver import Server, says

ONE, TWO = "https://vault.example.org", "https://vault.example.com:8200"


def test_a_token_goes_to_one_server() -> None:
    assert Tokens("t").of("lab", ONE, [ONE, f"{ONE}:443/"], {}) == "t"
    several = Tokens("t").of("lab", ONE, [ONE, TWO], {})
    assert isinstance(several, Unanswered)
    assert "--vault-token-file lab=FILE" in several.advice
    named = Tokens("t", server=TWO)
    assert named.of("dome", TWO, [ONE, TWO], {}) == "t"
    assert named.of("lab", ONE, [ONE], {}) == Unanswered(
        "the token is for vault.example.com:8200, as VAULT_ADDR says",
        "a token goes to one server: --vault-token-file lab=FILE names one for this",
    )
    tunnel = {server_of(ONE): ("127.0.0.1", 8200)}
    assert Tokens("t", server="https://127.0.0.1:8200").of("lab", ONE, [ONE], tunnel) == "t"
    assert Tokens("t", {"lab": "own"}, server=TWO).of("lab", ONE, [ONE, TWO], {}) == "own"
    assert Tokens(own={"lab": "own"}).of("dome", ONE, [ONE], {}) == ""


def test_a_context_is_one_cluster() -> None:
    assert Contexts("one").of("lab", [ONE, f"{ONE}:443/"]) == "one"
    assert Contexts("one", {"lab": "own"}).of("lab", [ONE, TWO]) == "own"
    assert Contexts(own={"lab": "own"}).of("dome", [ONE, TWO]) == ""
    assert Contexts("one", {"lab": "own"}).of("dome", [ONE, TWO]) == Unanswered(
        "whose cluster one is, is not known: these environments have several Argo CDs",
        "--kube-context dome=CONTEXT names the one for this",
    )
    assert logins.contexts(["one", "lab=a:b/c"], ["lab"]) == Contexts("one", {"lab": "a:b/c"})
    with pytest.raises(UsageError, match="lab= names no file"):
        logins.vault_tokens(["lab="], ["lab"], may_ask=False)
    for given, said in (
        (["lab="], "it names no context"),
        (["lap=x"], "did you mean 'lab'"),
        (["a", "b"], "a is for all already"),
    ):
        with pytest.raises(UsageError, match=said):
            logins.contexts(given, ["lab"])


@pytest.mark.parametrize("header", ["X-Vault-Token", "Authorization"])
def test_a_token_is_not_sent_in_the_clear(header: str) -> None:
    url = "http://vault.example.org/v1/x"
    elsewhere = {server_of(url): ("192.0.2.1", 80)}
    with pytest.raises(AskError, match="asked over http"):
        http.get(Reach(Means(0.1, elsewhere), [server_of(url)]), url, {header: "hunter2"})
    with Server({"/v1/x": says({"a": 1})}) as server:
        tunnel = {server_of(url): ("127.0.0.1", server.port)}
        assert http.get(Reach(Means(2, tunnel), [server_of(url)]), url, {header: "hunter2"}).status == 200


def test_an_answer_that_is_cut_off_is_none() -> None:
    with Server({"/": (200, {"Content-Length": "900"}, b"{}")}) as server:
        url = f"http://127.0.0.1:{server.port}/"
        with pytest.raises(AskError):
            http.get(Reach(Means(0.5), [server_of(url)]), url)


def test_an_address_that_is_no_url_is_said() -> None:
    for url in ("https://h:99999", "https://[::1", "https://h:x"):
        with pytest.raises(AskError, match="no URL"):
            server_of(url)


def test_what_is_to_be_connected_to_elsewhere_is_asked() -> None:
    matched({("a", 1): ("b", 2)}, [("a", 1)])
    with pytest.raises(UsageError, match=r"--connect-to a:2: nothing is asked there; known are a:1"):
        matched({("a", 2): ("b", 2)}, [("a", 1)])


def test_a_plan_says_what_a_run_does_with_tokens_and_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = small_repository(tmp_path)

    def how(areas: tuple[str, ...], means: Means, login: Logins) -> dict[str, tuple[str, bool]]:
        (found,) = planned(root, Wanted(("lab",), areas), means, login)
        return {each.server.partition(":")[0]: (each.how, each.is_asked) for each in found.asked}

    named = Means(dns_server=("192.0.2.53", 53))
    both = Logins(Tokens("t"), Tokens("t"))
    edit(root / "environments/lab.yaml", "pathPrefix:", "address: http://vault.example.net\n  pathPrefix:")
    refused = "vault.example.net:80 is asked over http: a token would be readable on its way"
    assert how(("vault", "dns", "argocd"), named, both) == {
        "192.0.2.53": ("5 names", True),
        "argocd-lab.example.org": ("with a token", True),
        "vault.example.net": (f"without a token: {refused}", True),
    }
    assert how(("vault",), named._replace(allows_http=True), both) == {
        "192.0.2.53": ("1 name", True),
        "vault.example.net": ("with a token", True),
    }
    typed = Logins(Tokens(will_ask=True))
    assert how(("vault", "argocd"), Means(allows_http=True), typed) == {
        "argocd-lab.example.org": ("argocd is not asked without a token: there is none", False),
        "vault.example.net": ("with a token, which is asked for first, on this terminal", True),
    }
    for name in ("VAULT_TOKEN", "VAULT_ADDR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(logins, "_is_terminal", lambda: True)
    assert logins.vault_tokens([], ["lab"], may_ask=False) == Tokens(will_ask=True)


def test_a_plan_needs_no_dnspython_and_a_run_says_how_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dns, "_found", lambda: None)
    root, command = small_repository(tmp_path), installing.command("audit")
    wanted, login = Wanted(("lab",), ("dns",)), Logins(Tokens(), Tokens())
    for server, how in (
        (None, f"4 names; this needs the package dnspython: {command}"),
        (("192.0.2.53", 53), "4 names"),
    ):
        means = Means(dns_server=server)
        (found,) = planned(root, wanted, means, login)
        assert [each.how for each in found.asked] == [how]
        with pytest.raises(UsageError, match=re.escape(f"needs the package dnspython: {command}; without it")):
            audit(root, wanted, means, login, dt.datetime.now(dt.timezone.utc))
    shown = report.as_text(planned(root, wanted, Means(), login), (), plain)
    assert shown.startswith("lab: DNS servers of this machine would be asked, and nobody else")


def test_the_dns_server_is_an_address_in_brackets_or_without() -> None:
    def read(given: str) -> tuple[str, int] | None:
        return reaching.dns_server(click.Context(click.Command("x")), click.Option(["--x"]), given)

    for given in ("::1", "[::1]", "[::1]:53"):
        assert read(given) == ("::1", 53)
    assert (read("[::1]:5353"), read("192.0.2.53")) == (("::1", 5353), ("192.0.2.53", 53))
    for wrong in ("[::1]:x", "[]", "lab.example.org", "[::1"):
        with pytest.raises(click.BadParameter):
            read(wrong)
