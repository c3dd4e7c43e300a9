"""What an audit says of services: HTTP servers on loopback, and a broker that others wrote."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from efdgen.environment.model import EnvironmentFile, Form, Probe
from efdgen.review.audit import Finding
from efdgen.verbs.audit.answers import AskError, Brokers, Reply, ServiceQuestion, Unanswered
from efdgen.verbs.audit.asking import brokers, services
from efdgen.verbs.audit.asking.reach import Means, Reach
from efdgen.verbs.audit.judging.answerforms import is_other_version
from efdgen.verbs.audit.judging.services import judge
from support import needs
from support.bao import free_port
from support.tlsserver import Answer, Server, in_tls, says

FEED = {"title": "News", "items": [{"id": "1"}]}


def said(probe: Probe, **instead: int) -> Finding:
    asked = services.server(probe)
    to = {asked: ("127.0.0.1", instead["port"])} if instead else {}
    question = ServiceQuestion("store", probe)
    try:
        return judge("lab", question, services.ask(Reach(Means(1, to), [asked]), probe))
    except AskError as error:
        return judge("lab", question, error.unanswered)


def http(server: Server, path: str, *status: int, expected: object = None) -> Finding:
    file = None if expected is None else EnvironmentFile((), "feeds/lab.json", expected)
    return said(Probe("store", "http", f"http://127.0.0.1:{server.port}{path}", status or (200,), file))


def test_services_are_there_when_they_answer_as_declared() -> None:
    answers = {
        "/ping": (204, {}, b""),
        "/version": says({"Version": "v3.1.8+abc"}),
        "/elsewhere": says({}, 302, Location="https://login.example.org/start?state=a-secret"),
        "/broken": says({}, 503),
        "/feed": says(FEED),
        "/old-feed": says({**FEED, "items": [], "more": 1}),
        "/page": (200, {}, b"<html>"),
    }
    with Server(answers) as server:
        at = f"http://127.0.0.1:{server.port}"
        found = [
            http(server, "/ping", 200, 204),
            http(server, "/version"),
            http(server, "/elsewhere", 302),
            http(server, "/elsewhere"),
            http(server, "/broken"),
            http(server, "/nowhere"),
            http(server, "/feed", expected=FEED),
            http(server, "/old-feed", expected=FEED),
            http(server, "/page", expected=FEED),
        ]
    led = ", and sends on to https://login.example.org/start"
    assert [(each.status.value, each.detail.removeprefix(at)) for each in found] == [
        ("there", "/ping answers"),
        ("there", "/version answers"),
        ("there", f"/elsewhere answers{led}"),
        ("different", f"/elsewhere answers with status 302{led}, not 200; what came is JSON, with nothing in it"),
        ("different", "/broken answers with status 503, not 200; what came is JSON, with nothing in it"),
        ("missing", "/nowhere answers with status 404, not 200; what came is JSON, with nothing in it"),
        ("there", "/feed is as rendered"),
        ("different", "/old-feed is not as rendered: items, more differ"),
        ("different", "/page is not what is rendered; what came is 6 bytes"),
    ]
    assert server.asked[2] == "/elsewhere", "where it sends on to was not asked"


def test_who_refuses_is_not_there_and_who_is_silent_is_unknown() -> None:
    port = free_port()
    refused = said(Probe("store", "http", f"http://127.0.0.1:{port}/", (200,), None))
    assert (refused.status.value, refused.detail) == ("different", f"127.0.0.1:{port} refuses connections")
    through_a_tunnel = said(Probe("store", "http", "http://store.example.org/", (200,), None), port=port)
    assert through_a_tunnel.status.value == "unknown", "a tunnel that is closed says nothing of what is behind it"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        for probe in (Probe("a", "http", f"http://{address}/", (200,), None), Probe("b", "kafka", address, (), None)):
            late = said(probe)
            assert (late.status.value, late.detail) == ("unknown", f"{address} does not answer within 1 second")


def test_an_answer_in_json_may_hold_anything() -> None:
    probe = Probe("store", "http", "http://a/", (200,), None)
    for body in (b"[1]", b'"text"', b'{"version": 3}', b"\xff", b"[" * 100_000):
        found = judge("lab", ServiceQuestion("store", probe), Reply(200, "", body))
        assert found.detail == "http://a/ answers"


# -- brokers


@needs.BROKER.needed
def test_a_broker_must_advertise_the_address_that_it_is_reached_at() -> None:
    from confluent_kafka import Producer

    cluster = Producer({"test.mock.num.brokers": 2, "log_level": 0})
    known = sorted(f"{each.host}:{each.port}" for each in cluster.list_topics(timeout=10).brokers.values())
    there = said(Probe("kafka", "kafka", known[0], (), None))
    assert (there.status.value, there.detail) == ("there", f"it advertises {known[0]}, {known[1]}")
    port = int(known[0].rpartition(":")[2])
    behind_nat = said(Probe("kafka", "kafka", "kafka-0.lab.example.org:31090", (), None), port=port)
    assert behind_nat.status.value == "different"
    assert behind_nat.detail == (
        f"kafka-0.lab.example.org:31090 answers, and advertises {known[0]}, {known[1]}: clients connect to these, and "
        "can't from elsewhere"
    )
    assert behind_nat.advice == "set the address that the brokers advertise to kafka-0.lab.example.org:31090"


@needs.BROKER.needed
def test_brokers_with_tls_are_asked_over_it_and_who_differs_from_what_is_declared_is_told(tmp_path: Path) -> None:
    from confluent_kafka import Producer

    cluster = Producer({"test.mock.num.brokers": 1, "log_level": 0})
    (broker,) = cluster.list_topics(timeout=10).brokers.values()
    advertised = f"127.0.0.1:{broker.port}"
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    shown = authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.ECDSA)

    def found(port: int, *, declared: bool, trusts: bool = True) -> tuple[str, str]:
        to = {("127.0.0.1", broker.port): ("127.0.0.1", port)}
        means = Means(2, to, str(tmp_path / "authority.pem") if trusts else "")
        probe = Probe("kafka", "kafka", advertised, (), None, is_safe=declared)
        try:
            answer: Brokers | Unanswered = services.ask(Reach(means, [("127.0.0.1", broker.port)]), probe)
        except AskError as error:
            answer = error.unanswered
        judged = judge("lab", ServiceQuestion("store", probe), answer)
        return judged.status.value, judged.detail.replace(advertised, "it")

    with in_tls(broker.port, shown) as safe, in_tls(broker.port, shown, authority) as for_clients:
        assert found(safe, declared=True) == ("there", "it advertises it")
        assert found(safe, declared=False) == (
            "different", "it speaks TLS, and is declared without it: who connects as declared can't"
        )  # fmt: skip
        assert found(safe, declared=True, trusts=False)[0] == "unknown"
        assert "not to be trusted" in found(safe, declared=True, trusts=False)[1]
        for declared in (True, False):
            assert found(for_clients, declared=declared) == (
                "unknown",
                "it speaks TLS, and ends the connection before it answers",
            )
    cluster.poll(0)


def test_brokers_that_want_a_login_first_are_not_known(scripted: tuple[list[bytes], list[bytes], int]) -> None:
    answers, _, port = scripted
    answers.append(message(VERSIONS_1_TO_12))
    found = said(Probe("kafka", "kafka", f"127.0.0.1:{port}", (), None))
    assert (found.status.value, found.detail) == (
        "unknown", f"127.0.0.1:{port} answers, and needs a login to say where clients connect to"
    )  # fmt: skip


def message(body: bytes) -> bytes:
    return struct.pack(">i", len(body)) + body


VERSIONS_1_TO_12 = struct.pack(">ihihhh", 18, 0, 1, 3, 1, 12)
VERSIONS_4_TO_13 = struct.pack(">ihihhh", 18, 0, 1, 3, 4, 13)
ONE_BROKER = struct.pack(">iih", 1, 0, 1) + b"a" + struct.pack(">ih", 9092, -1)


@pytest.fixture
def scripted() -> Iterator[tuple[list[bytes], list[bytes], int]]:
    """A server that answers with what it is given, whatever it is asked."""
    answers: list[bytes] = []
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            # It ends when the listener does.
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    for answer in answers:
                        asked.append(connection.recv(1000))
                        connection.sendall(answer)
                while True:
                    # Whoever asks once more, the other way, is told nothing.
                    listener.accept()[0].close()

        threading.Thread(target=serve, daemon=True).start()
        yield answers, asked, listener.getsockname()[1]


def advertised(port: int) -> tuple[str, ...] | Unanswered | None:
    server = ("127.0.0.1", port)
    try:
        return brokers.brokers(Reach(Means(1), [server]), server).advertised
    except AskError as error:
        return error.unanswered


def test_newer_brokers_are_asked_in_a_version_that_they_know(scripted: tuple[list[bytes], list[bytes], int]) -> None:
    answers, asked, port = scripted
    answers += [message(VERSIONS_4_TO_13), message(struct.pack(">ii", 3, 0) + ONE_BROKER)]
    assert advertised(port) == ("a:9092",)
    # No topics are asked for, and none may be made.
    header = struct.pack(">hhih", 3, 4, 3, 6) + b"efdgen"
    assert asked[1] == message(header + struct.pack(">i", 0) + b"\0")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        message(b""),
        message(struct.pack(">ihi", 18, 35, 0)),
        message(struct.pack(">ihi", 18, 0, 1)),
        message(VERSIONS_1_TO_12)[:-1],
        b"",
    ],
)
def test_what_is_no_broker_says_so(scripted: tuple[list[bytes], list[bytes], int], answer: bytes) -> None:
    answers, _, port = scripted
    answers.append(answer)
    assert advertised(port) == Unanswered(
        f"127.0.0.1:{port} does not speak the brokers' protocol", "is the port right?"
    )


def test_a_feed_is_compared_as_json_has_it() -> None:
    probe = Probe("feed", "http", "http://a/", (200,), EnvironmentFile((), "a.json", {"a": (1, 2)}))
    body = json.dumps({"a": [1, 2]}).encode()
    assert judge("lab", ServiceQuestion("store", probe), Reply(200, "", body)).is_fine


# -- whose an answer is

LOGIN = (200, {"Content-Type": "text/html; charset=utf-8"}, b"<html><head><TITLE>\n Sign in \x1b[2J</title>")


def formed(form: Form, answer: Answer, *status: int) -> tuple[str, str]:
    """Return how an answer is judged, as a server sends it."""
    with Server({"/x": answer}) as server:
        address = f"http://127.0.0.1:{server.port}/x"
        found = said(Probe("store", "http", address, status or (200,), None, form))
    return found.status.value, found.detail.removeprefix(address)


def test_another_answer_than_the_declared_one_is_different_and_what_came_is_said() -> None:
    version = Form(headers=(("X-Store-Version", "^v?([0-9].*)$"),), version="1.8.5")
    nested = Form(fields=(("server.version", "^([0-9.]+)"), ("ok", "^true$")))
    page = "the answer {}; what came is text/html, with the title 'Sign in \\x1b[2J'"
    no = " answers, and is not store: "
    data = {"server": {"version": "2.7.1"}, "ok": True}
    for form, answer, wanted in (
        (version, (204, {"x-store-version": "1.8.5"}, b""), ("there", " answers, version 1.8.5")),
        (version, (204, {"X-Store-Version": "v1.8.3"}, b""), ("different", " runs version 1.8.3, not 1.8.5")),
        (version, (204, {}, b""), ("different", f"{no}the answer has no header X-Store-Version")),
        (version, LOGIN, ("different", no + page.format("has no header X-Store-Version"))),
        (nested, says(data), ("there", " answers, version 2.7.1")),
        (nested, LOGIN, ("different", no + page.format("has no JSON with server.version"))),
        (
            nested,
            says({**data, "ok": False}),
            (
                "different",
                f"{no}the answer has no JSON with ok that matches ^true$; what came is JSON, with server and ok",
            ),
        ),
        (nested, says([data]), ("different", f"{no}the answer has no JSON with server.version; what came is 46 bytes")),
        (Form(text=r"^OK\s*$"), (200, {}, b"OK\n"), ("there", " answers")),
        (Form(text="^OK$"), LOGIN, ("different", no + page.format("has no text that matches ^OK$"))),
    ):
        assert formed(form, answer, answer[0]) == wanted
    onwards = Form(sends_to="https://lab.example.org/store")
    for location, status in (
        ("https://lab.example.org/store", "there"),
        ("https://lab.example.org/store/a?b=c", "there"),
        ("https://lab.example.org/storefront", "different"),
        ("https://login.example.org/?next=https://lab.example.org/store", "different"),
    ):
        assert formed(onwards, says({}, 302, Location=location), 302)[0] == status


def test_a_version_is_compared_where_both_are_known() -> None:
    same = ("1.8.5", "1.8.5"), ("v1.8.5", "1.8.5"), ("1.8.5-alpine", "1.8.5"), ("1.8", "1.8.5"), ("3.1", "v3.1+ab")
    unknown = ("latest", "1.8.5"), ("", "1.8.5"), ("1.8.5", ""), ("sha-1ab2", "1.8.5")
    other = ("1.8.5", "1.8.3"), ("1.8.5", "1.8.50"), ("1.8.5", "1.8"), ("1.8.5-alpine", "1.8.5-c1")
    assert not [each for each in same + unknown if is_other_version(*each)]
    assert [each for each in other if not is_other_version(*each)] == []


def test_the_first_of_a_header_that_comes_twice_counts_and_long_texts_end() -> None:
    form = Form(text="(a|b)*c$")
    assert formed(form, (200, {}, b"ab" * 3_000_000 + b"c"))[0] == "different"
    deep = Form(fields=(("a", "."),))
    assert formed(deep, (200, {}, b"[" * 100_000))[0] == "different"


def test_what_says_no_version_where_one_is_due_is_another_server() -> None:
    form = Form(fields=(("Version", "^v?([0-9].*)$"),))
    question = ServiceQuestion(
        "efd", Probe("argocd", "http", "https://argocd.example.org/api/version", (200,), None, form)
    )
    for body in (b"<html>", b"null", b"{}", b'{"Version": null}', b"[" * 3000):
        assert judge("lab", question, Reply(200, "", body)).status.value == "different"
    found = judge("lab", question, Reply(200, "", b'{"Version": "v3.1.8+abc"}'))
    assert (found.status.value, found.detail.partition(" ")[2]) == ("there", "answers, version 3.1.8+abc")
