"""The phase that shows that the environment works."""

from __future__ import annotations

from collections.abc import Iterator

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.render.runbook.model import Command, Phase, Step
from efdgen.render.runbook.words import app_with_chart, hosts, part

_TOPIC = "test_topic"
_CHECKED = {"influxdb": "/ping", "schema-registry": "/subjects"}
"""What a service answers without a login; the others do at their root."""


def phase(environment: ResolvedEnvironment) -> Phase:
    """Return the phase."""
    kafka = app_with_chart(environment, "cp-helm-charts")
    broker = environment.facts.kafka.broker
    introduction = ""
    steps: list[Step] = []
    tools = ["kubectl", "curl"]
    if not (kafka and part(kafka, "cp-kafka")):
        introduction = "There is no Kafka in this environment: no messages to test with."
    elif broker:
        introduction = f"Kafka is tested from outside, at `{broker}`, as producers and consumers reach it."
        steps += _outside(broker)
    else:
        introduction = "Kafka is not reached from outside this cluster: it is tested inside, in a broker's pod."
        steps += _inside(kafka)
    steps += _pages(environment)
    return Phase("testing", "Test the EFD", tuple(steps), introduction, tuple(tools))


def _outside(broker: str) -> Iterator[Step]:
    yield Step(
        "kafkacat",
        "Get kafkacat",
        (
            (
                "Newer packages call it `kcat`. Without a package, Docker has it: `docker run --rm -i --network host "
                "edenhill/kcat:1.7.1` in place of the name."
            ),
            Command('if ! command -v kafkacat; then kafkacat() { kcat "$@"; }; fi\nkafkacat -V'),
        ),
    )
    yield Step(
        "kafka-produce",
        "Produce a message",
        (
            (
                f"To the topic `{_TOPIC}`, which the first message makes. Without the pipe, kafkacat takes a message a "
                "line, until Ctrl-D."
            ),
            Command(f"echo 'Hello EFD!' | kafkacat -P -b {broker} -t {_TOPIC}"),
        ),
    )
    yield Step(
        "kafka-metadata",
        "List brokers and topics",
        (
            "Metadata mode: every broker must be there, at an address that can be reached from here, and the topic.",
            Command(f"kafkacat -L -b {broker} -m 30\nkafkacat -L -b {broker} -m 30 | grep -F '\"{_TOPIC}\"'"),
            "When it does not connect, librdkafka says why.",
            Command(f"kafkacat -L -b {broker} -d broker", by_hand=True),
        ),
    )
    yield Step(
        "kafka-consume",
        "Consume it",
        (
            "Everything in the topic; without `-e`, kafkacat waits for more.",
            Command(f"kafkacat -C -b {broker} -t {_TOPIC} -o beginning -e | grep -F 'Hello EFD!'"),
            "In the same way, look into any other topic.",
            Command(
                f"kafkacat -C -b {broker} -t lsst.sal.ATPtg.logevent_heartbeat -o -1 -c 1 -f '%T %o %S bytes\\n'",
                by_hand=True,
            ),
        ),
    )


def _inside(kafka: ResolvedApp) -> Iterator[Step]:
    name, namespace = kafka.definition.name, kafka.definition.namespace
    run = f"kubectl -n {namespace} exec -i {name}-cp-kafka-0 -c cp-kafka-broker --"
    yield Step(
        "kafka-produce",
        "Produce a message",
        (
            f"To the topic `{_TOPIC}`, which the first message makes.",
            Command(
                f"echo 'Hello EFD!' |\n  {run} kafka-console-producer --broker-list localhost:9092 --topic {_TOPIC}"
            ),
        ),
    )
    yield Step(
        "kafka-metadata",
        "List the topics",
        (
            "The new topic must be among them.",
            Command(f"{run} kafka-topics --bootstrap-server localhost:9092 --list | grep -Fx {_TOPIC}"),
        ),
    )
    yield Step(
        "kafka-consume",
        "Consume it",
        (
            "Everything in the topic; after ten seconds without a message, this ends.",
            Command(
                f"{run} kafka-console-consumer --bootstrap-server localhost:9092 --topic {_TOPIC} \\\n"
                "  --from-beginning --timeout-ms 10000 | grep -F 'Hello EFD!'"
            ),
        ),
    )


def _pages(environment: ResolvedEnvironment) -> Iterator[Step]:
    public = list(hosts(environment))
    urls = [f"https://{host}{_CHECKED.get(service, '/')}" for service, _, host in public]
    if not urls:
        return
    pages = "\n".join(f"- <https://{host}> ({service})" for service, _, host in public if service not in _CHECKED)
    calls = "\n".join(f"answers {url}" for url in urls)
    yield Step(
        "urls",
        "Open the pages",
        (
            (
                "Every public address must answer, with a certificate that is valid. A status of 500 or more, or no "
                "answer (000), is a failure; a login page is an answer, too."
            ),
            Command(
                "answers() { # answers URL\n"
                "  local status\n"
                '  status="$(curl -sS -o /dev/null --max-time 30 -w \'%{http_code}\' "$1")" || status=000\n'
                '  echo "$status $1"\n'
                "  case $status in 000 | 5??) return 1 ;; esac\n"
                "}\n"
                f"{calls}"
            ),
            *((f"Then in a browser:\n\n{pages}",) if pages else ()),
        ),
    )
