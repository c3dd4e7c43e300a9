"""Services: what they answer to the questions that app.yaml declares."""

from __future__ import annotations

from efdgen.environment.model import Probe
from efdgen.environment.probes import HTTP
from efdgen.verbs.audit.answers import Brokers, Reply
from efdgen.verbs.audit.asking import brokers, http
from efdgen.verbs.audit.asking.reach import Reach, Server, server_of


def server(probe: Probe) -> Server:
    """Return the server that a probe asks."""
    if probe.protocol == HTTP:
        return server_of(probe.address)
    host, _, port = probe.address.rpartition(":")
    return host, int(port)


def ask(reach: Reach, probe: Probe) -> Reply | Brokers:
    """Ask one service.

    Raises:
        AskError: when it does not answer.
    """
    if probe.protocol == HTTP:
        return http.get(reach, probe.address, {"Accept": "*/*"})
    return brokers.brokers(reach, server(probe), is_safe=probe.is_safe)
