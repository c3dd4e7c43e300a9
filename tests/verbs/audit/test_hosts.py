"""What an audit says of names and certificates: real DNS and TLS servers on loopback."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

from efdgen.errors import UsageError
from efdgen.language import installing
from efdgen.review.audit import Finding, Status
from efdgen.verbs.audit.answers import AskError, Certificate, Resolution, Unanswered
from efdgen.verbs.audit.asking import dns, http, tls
from efdgen.verbs.audit.asking.reach import Means, NotNamedError, Reach, VaultMeans
from efdgen.verbs.audit.judging.hosts import judge_certificates, judge_names
from support.bao import free_port
from support.nameserver import NameServer
from support.tlsserver import Server

NOW = dt.datetime.now(dt.timezone.utc)
LAB = "lab.example.org"


# -- DNS


def resolved(server: NameServer, *hosts: str, timeout: float = 5) -> dict[str, Resolution | Unanswered]:
    reach = Reach(Means(timeout), [server.address])
    found: dict[str, Resolution | Unanswered] = {}
    for host in hosts:
        try:
            found[host] = dns.resolution(reach, dns.resolver(reach, server.address), host)
        except AskError as error:
            found[host] = error.unanswered
    return found


def said(findings: Iterator[Finding]) -> dict[str, tuple[str, str]]:
    return {each.subject: ("warning" if each.is_warning else each.status.value, each.detail) for each in findings}


def test_names_lead_to_where_the_others_of_their_ingress_do() -> None:
    names = {
        f"a.{LAB}": ["192.0.2.1", "2001:db8::1"],
        f"b.{LAB}": f"balancer.{LAB}",
        f"balancer.{LAB}": ["2001:db8::1", "192.0.2.1"],
        f"moved.{LAB}": ["192.0.2.99"],
        f"dangling.{LAB}": f"gone.{LAB}",
        f"no-address.{LAB}": [],
        f"node.{LAB}": ["192.0.2.7"],
        "a.old.example.org": ["192.0.2.1"],
    }
    hosts = dict.fromkeys(
        sorted({*names, f"new.{LAB}", f"broken.{LAB}"} - {"a.old.example.org", f"balancer.{LAB}"}), True
    )
    hosts[f"node.{LAB}"] = False
    former = ("a.old.example.org", "b.old.example.org")
    with NameServer(names) as server:
        answers = resolved(server, *hosts, *former)
    found = said(judge_names("lab", hosts, former, answers))
    usual = "192.0.2.1, 2001:db8::1"
    assert found == {
        f"a.{LAB}": ("there", usual),
        f"b.{LAB}": ("there", f"balancer.{LAB} -> {usual}"),
        f"moved.{LAB}": ("different", f"it leads to 192.0.2.99; the other hosts of the ingress lead to {usual}"),
        f"dangling.{LAB}": ("missing", "it does not resolve"),
        f"no-address.{LAB}": ("missing", "it does not resolve"),
        f"new.{LAB}": ("missing", "it does not resolve"),
        f"broken.{LAB}": ("unknown", "the DNS servers can't say"),
        f"node.{LAB}": ("there", "192.0.2.7"),
        "a.old.example.org": ("different", "a former name, and it still leads to 192.0.2.1"),
    }
    assert set(server.asked) == {*hosts, *former}


def test_where_names_must_lead_can_be_said() -> None:
    hosts = {f"a.{LAB}": True, f"b.{LAB}": True, f"node.{LAB}": False}
    answers: dict[str, Resolution | Unanswered] = {
        f"a.{LAB}": Resolution(("192.0.2.1",), (f"balancer.{LAB}",)),
        f"b.{LAB}": Resolution(("192.0.2.2",)),
        f"node.{LAB}": Resolution(("192.0.2.7",)),
    }
    wrong = {
        address: [each.subject for each in judge_names("lab", hosts, (), answers, *address) if not each.is_fine]
        for address in (("192.0.2.1", ""), (f"balancer.{LAB}.", "192.0.2.7"), ("", "192.0.2.8"))
    }
    assert wrong == {
        ("192.0.2.1", ""): [f"b.{LAB}", f"node.{LAB}"],
        (f"balancer.{LAB}.", "192.0.2.7"): [f"b.{LAB}"],
        ("", "192.0.2.8"): [f"b.{LAB}", f"node.{LAB}"],
    }


def test_a_dns_server_that_is_silent_leaves_names_unknown() -> None:
    with NameServer({}) as server:
        (answer,) = resolved(server, f"silent.{LAB}", timeout=0.5).values()
    assert answer == Unanswered("no DNS server answers", "is the network there? --dns-server names another one")


# -- TLS


class Site(NamedTuple):
    """A host whose name is only known here, and how it is reached."""

    host: str
    reach: Reach


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@contextlib.contextmanager
def serving(authority: trustme.CA, folder: Path, host: str, certificate: trustme.LeafCert | None) -> Iterator[Site]:
    file = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    with Server({}, certificate) as server:
        instead = {(host, tls.PORT): ("127.0.0.1", server.port)}
        yield Site(host, Reach(Means(2, instead, str(file)), [(host, tls.PORT)]))


def certificate(site: Site) -> Certificate | Unanswered:
    try:
        return tls.certificate(site.reach, site.host)
    except AskError as error:
        return error.unanswered


def test_without_dnspython_people_are_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dns.resolver", None)
    with pytest.raises(UsageError, match=re.escape(f"the package dnspython: {installing.command('audit')}; ")):
        dns.require()


def test_certificates_say_for_whom_they_are_and_until_when(authority: trustme.CA, tmp_path: Path) -> None:
    kind = trustme.KeyType.ECDSA
    day = dt.timedelta(days=1)
    past, begun = NOW - 7 * day, NOW - 90 * day
    shown = {
        f"good.{LAB}": authority.issue_cert(f"good.{LAB}", not_after=NOW + 90.5 * day, key_type=kind),
        f"wild.{LAB}": authority.issue_cert(f"*.{LAB}", not_after=NOW + 90.5 * day, key_type=kind),
        f"soon.{LAB}": authority.issue_cert(f"soon.{LAB}", not_after=NOW + 12.5 * day, key_type=kind),
        f"late.{LAB}": authority.issue_cert(f"late.{LAB}", not_before=begun, not_after=past - day / 2, key_type=kind),
        f"mine.{LAB}": authority.issue_cert("other.example.org", not_after=NOW + 90 * day, key_type=kind),
        f"self.{LAB}": trustme.CA(key_type=kind).issue_cert(f"self.{LAB}", key_type=kind),
        f"plain.{LAB}": None,
    }
    found: dict[str, Certificate | Unanswered] = {}
    for host, each in shown.items():
        with serving(authority, tmp_path, host, each) as site:
            found[host] = certificate(site)
    told = said(judge_certificates(found, NOW))
    by = "from trustme v"
    assert {host: status for host, (status, _) in told.items()} == {
        f"good.{LAB}": "there",
        f"wild.{LAB}": "there",
        f"soon.{LAB}": "warning",
        f"late.{LAB}": "different",
        f"mine.{LAB}": "different",
        f"self.{LAB}": "different",
        f"plain.{LAB}": "unknown",
    }
    assert told[f"good.{LAB}"][1].startswith(f"90 days left, until {NOW + 90.5 * day:%Y-%m-%d}, {by}")
    assert told[f"soon.{LAB}"][1].startswith("12 days left")
    assert told[f"late.{LAB}"][1].startswith(f"expired 7 days ago; it is for late.{LAB}, {by}")
    assert "not valid for" in told[f"mine.{LAB}"][1]
    assert f"; it is for other.example.org, {by}" in told[f"mine.{LAB}"][1]
    assert "local issuer certificate" in told[f"self.{LAB}"][1]
    assert "TLS" in told[f"plain.{LAB}"][1]


def test_a_certificate_that_is_itself_named_as_trusted_is(tmp_path: Path) -> None:
    own = trustme.CA(key_type=trustme.KeyType.ECDSA).issue_cert(f"own.{LAB}", key_type=trustme.KeyType.ECDSA)
    file = tmp_path / "own.pem"
    own.cert_chain_pems[0].write_to_path(str(file))
    with Server({}, own) as server:
        instead = {(f"own.{LAB}", tls.PORT): ("127.0.0.1", server.port)}
        found = tls.certificate(Reach(Means(2, instead, str(file)), instead), f"own.{LAB}")
    assert (found.names, found.fault) == ((f"own.{LAB}",), "")


def test_who_can_not_be_reached_is_unknown() -> None:
    host = f"good.{LAB}"
    reach = Reach(Means(1, {(host, tls.PORT): ("127.0.0.1", free_port())}), [(host, tls.PORT)])
    assert certificate(Site(host, reach)) == Unanswered(
        f"{host}:443 refuses connections", "is it running, and the address right?"
    )
    ((status, _),) = said(judge_certificates({host: certificate(Site(host, reach))}, NOW)).values()  # type: ignore[dict-item]
    assert status == Status.UNKNOWN.value


def test_nobody_is_asked_whom_nobody_named() -> None:
    with pytest.raises(NotNamedError, match=f"other.{LAB}:443 is not among what is to be asked"):
        tls.certificate(Reach(Means(1), [(f"good.{LAB}", tls.PORT)]), f"other.{LAB}")


def test_a_file_without_certificates_is_named(tmp_path: Path) -> None:
    file = tmp_path / "none.pem"
    file.write_text("no certificate\n", encoding="utf-8")
    with pytest.raises(AskError, match="holds no certificates"):
        Reach(Means(1, ca_file=str(file)), []).new_context()


def test_where_not_one_name_resolves_nothing_is_missing() -> None:
    nowhere = {"a.example.org": Resolution(()), "b.example.org": Resolution(()), "c.example.org": Resolution(())}
    hosts = {"a.example.org": True, "b.example.org": False}
    found = list(judge_names("lab", hosts, ["c.example.org"], nowhere))
    assert {(each.status, each.detail) for each in found} == {(Status.UNKNOWN, "not one of the names resolves here")}
    (alone,) = judge_names("lab", {"a.example.org": True}, (), nowhere)
    assert (alone.status, alone.detail) == (Status.UNKNOWN, "the only name does not resolve here")
    one = {**nowhere, "b.example.org": Resolution(("192.0.2.1",))}
    assert [each.status for each in judge_names("lab", hosts, [], one)] == [Status.MISSING, Status.THERE]


def test_the_dns_server_that_is_named_is_asked_for_every_name() -> None:
    with NameServer({LAB: ["127.0.0.1"]}) as names, Server({"/": (200, {}, b"x")}) as server:
        url = f"http://{LAB}:{server.port}/"
        through = dns.reach(Means(2, dns_server=names.address), [(LAB, server.port), ("gone.example.org", 80)])
        assert http.get(through, url).body == b"x"
        with pytest.raises(AskError, match="does not resolve"):
            http.get(through, "http://gone.example.org/")


def test_the_keys_of_connections_are_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = tmp_path / "keys"
    monkeypatch.setenv("SSLKEYLOGFILE", str(written))
    trusted = tmp_path / "trusted.pem"
    trustme.CA(key_type=trustme.KeyType.ECDSA).cert_pem.write_to_path(str(trusted))
    reach = Reach(Means(vault=VaultMeans(ca_file=str(trusted))), ())
    for context in (reach.context(), reach.vault_context(), reach.new_context()):
        assert context.keylog_filename is None
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert not written.exists()


def test_who_speaks_something_else_does_not_speak_tls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            with contextlib.suppress(OSError):
                while True:
                    with listener.accept()[0] as client:
                        client.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
                        client.recv(1000)

        threading.Thread(target=greet, daemon=True).start()
        host = "lab.example.org"
        reach = Reach(Means(2, {(host, 443): ("127.0.0.1", listener.getsockname()[1])}), [(host, 443)])
        with pytest.raises(AskError, match=r"^it does not speak TLS$"):
            tls.certificate(reach, host)
        with pytest.raises(AskError, match=r"443: it does not speak TLS$"):
            http.get(reach, f"https://{host}/")


def test_a_certificate_that_does_not_say_until_when_is_unknown() -> None:
    now = dt.datetime(2026, 11, 29, tzinfo=dt.timezone.utc)
    (said,) = judge_certificates({"a": Certificate(("a",), "Lab", None)}, now)
    assert said.status is Status.UNKNOWN
    days = [now + dt.timedelta(days=1, hours=1), now - dt.timedelta(days=1, hours=1)]
    shown = {"a": Certificate(("a",), "Lab", days[0]), "b": Certificate(("b",), "Lab", days[1], "expired")}
    ending, ended = judge_certificates(shown, now)
    assert (ending.detail[:11], ended.detail[:18]) == ("1 day left,", "expired 1 day ago;")
