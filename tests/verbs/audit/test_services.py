"""What an audit says of services: HTTP servers on loopback, and a broker that others wrote."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from efdgen.environment.model import EnvironmentFile, Probe
from efdgen.review.audit import Finding
from efdgen.verbs.audit.answers import AskError, Reply, ServiceQuestion, Unanswered
from efdgen.verbs.audit.asking import brokers, services
from efdgen.verbs.audit.asking.reach import Means, Reach
from efdgen.verbs.audit.judging.services import judge
from support import needs
from support.bao import free_port
from support.tlsserver import Server, says

FEED = {"title": "News", "items": [{"id": "1"}]}


def said(probe: Probe, **instead: int) -> Finding:
    asked = services.server(probe)
    to = {asked: ("127.0.0.1", instead["port"])} if instead else {}
    question = ServiceQuestion("store", probe)
    try:
        return judge(question, services.ask(Reach(Means(1, to), [asked]), probe))
    except AskError as error:
        return judge(question, error.unanswered)


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
        ("there", "/version answers, version v3.1.8+abc"),
        ("there", f"/elsewhere answers{led}"),
        ("different", f"/elsewhere answers with status 302{led}, not 200"),
        ("different", "/broken answers with status 503, not 200"),
        ("missing", "/nowhere answers with status 404, not 200"),
        ("there", "/feed is as rendered"),
        ("different", "/old-feed is not as rendered: items, more differ"),
        ("different", "/page is not what is rendered"),
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
            assert (late.status.value, late.detail) == ("unknown", f"{address} does not answer within 1 seconds")


def test_an_answer_in_json_may_hold_anything() -> None:
    probe = Probe("store", "http", "http://a/", (200,), None)
    for body in (b"[1]", b'"text"', b'{"version": 3}', b"\xff", b"[" * 100_000):
        found = judge(ServiceQuestion("store", probe), Reply(200, "", body))
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
            connection, _ = listener.accept()
            with connection:
                for answer in answers:
                    asked.append(connection.recv(1000))
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield answers, asked, listener.getsockname()[1]


def advertised(port: int) -> tuple[str, ...] | Unanswered:
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
        f"127.0.0.1:{port} does not speak the brokers' protocol",
        "is the port right? A listener with TLS or a login can't be asked",
    )


def test_a_feed_is_compared_as_json_has_it() -> None:
    probe = Probe("feed", "http", "http://a/", (200,), EnvironmentFile((), "a.json", {"a": (1, 2)}))
    body = json.dumps({"a": [1, 2]}).encode()
    assert judge(ServiceQuestion("store", probe), Reply(200, "", body)).is_fine


def test_what_says_no_version_where_one_is_due_is_not_known() -> None:
    question = ServiceQuestion(
        "efd", Probe("argocd", "http", "https://argocd.example.org/api/version", (200,), None), True
    )
    for body in (b"<html>", b"null", b"{}", b'{"Version": 3}', b"[" * 3000):
        assert judge(question, Reply(200, "", body)).status.value == "unknown"
    assert judge(question, Reply(200, "", b'{"Version": "v3.1.8"}')).status.value == "there"
