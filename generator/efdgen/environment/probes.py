"""What app.yaml declares to be asked of a running app: the questions of `efdgen audit services`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from efdgen.environment.declared import is_there
from efdgen.environment.model import EnvironmentFile, Probe
from efdgen.errors import Path, Problem
from efdgen.language import scope
from efdgen.language.scope import Filling
from efdgen.language.shown import shown
from efdgen.repository.model import AppDefinition

HTTP, BROKER = "http", "kafka"
"""The protocols that can be spoken. The second is that of message brokers: https://kafka.apache.org/protocol."""

_HOST_AND_PORT = re.compile(r"[A-Za-z0-9.-]+:[0-9]{1,5}\Z")
_OK = 200
_MOST = 65535


def probes(
    app: AppDefinition, said: Mapping[str, Any], files: Collection[EnvironmentFile], filling: Filling
) -> tuple[Probe, ...]:
    """Return what is to be asked of an app, sorted; what can't be known is left out, with the problem (E304).

        influxdb: {protocol: http, address: https://<% host('influxdb') %>/ping}
        ->  Probe("influxdb", "http", "https://influxdb-lab.example.org/ping", (200,), None)

    Args:
        app: the app.
        said: what is said of each, by name; null: nothing.
        files: the files beside its values, that an answer can be held to.
        filling: the names and layers, and the problems.
    """
    found = []
    for name, settings in sorted(said.items()):
        path: Path = ("probes", name)
        if settings is None or not is_there(settings, path, filling):
            continue
        problems: list[Problem] = []
        filled = scope.fill(settings, path, filling._replace(problems=problems, evaluated=[]))
        address = filled.get("address")
        fault = "" if problems else _fault(filled["protocol"], address)
        if fault:
            where = (*path, "address")
            message = f"the address of the probe {name!r} {fault} ({app.name} in environment {filling.environment})"
            problems.append(Problem("E304", message, scope.locate(filling.layers, where), where))
        filling.problems.extend(problems)
        if problems:
            continue
        expected = next((file for file in files if file.path == filled.get("sameAs")), None)
        if "sameAs" not in filled or expected is not None:
            status = tuple(filled.get("status", (_OK,)))
            found.append(Probe(name, filled["protocol"], address, status, expected))
    return tuple(found)


def _fault(protocol: str, address: Any) -> str:
    """Return what is wrong with an address; empty: nothing."""
    if protocol == HTTP:
        return "" if _is_url(address) else f"must be a URL, not {shown(address)}"
    is_sound = isinstance(address, str) and _HOST_AND_PORT.match(address) and int(address.rpartition(":")[2]) <= _MOST
    return "" if is_sound else f"must be a host and a port, not {shown(address)}"


def _is_url(address: Any) -> bool:
    try:
        parts = urlsplit(address)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
        )
    except (ValueError, AttributeError, TypeError):
        return False
