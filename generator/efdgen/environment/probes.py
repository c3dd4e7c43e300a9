"""What app.yaml declares to be asked of a running app: the questions of `efdgen audit services`."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from efdgen.environment import declared
from efdgen.environment.model import EnvironmentFile, Form, Probe
from efdgen.errors import Path, Problem
from efdgen.language import patterns, scope
from efdgen.language.scope import Filling
from efdgen.language.shown import shown
from efdgen.repository.model import AppDefinition

HTTP, BROKER = "http", "kafka"
"""The protocols that can be spoken. The second is that of message brokers: https://kafka.apache.org/protocol."""

_HOST_AND_PORT = re.compile(r"[A-Za-z0-9.-]+:[0-9]{1,5}\Z")
_SCHEMES = ("http", "https")
_OK = 200
_MOST = 65535

_OF_HTTP = ("status", "sameAs", "headers", "fields", "text", "sendsTo", "version")
_OF_BROKERS = ("tls",)
"""What one protocol knows, and the other does not."""


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
    for name, settings in sorted(said.items()) if said else ():
        path: Path = ("probes", name)
        if settings is None or not declared.is_there(settings, path, filling):
            continue
        problems: list[Problem] = []
        filled = declared.filled(settings, path, filling.apart(problems))
        if not problems:
            for where, fault in _faults(filled):
                message = f"the probe {name!r}: {fault} ({app.name} in environment {filling.environment})"
                at = (*path, *where)
                problems.append(Problem("E304", message, scope.locate(filling.layers, at), at))
        filling.problems.extend(problems)
        if problems:
            continue
        expected = next((file for file in files if file.path == filled.get("sameAs")), None)
        if "sameAs" not in filled or expected is not None:
            status = tuple(filled.get("status", (_OK,)))
            address, is_safe = filled["address"], filled.get("tls") is True
            found.append(Probe(name, filled["protocol"], address, status, expected, _form(filled), is_safe))
    return tuple(found)


def _form(filled: Mapping[str, Any]) -> Form:
    """Return what is declared of an answer."""
    headers, fields = tuple(filled.get("headers", {}).items()), tuple(filled.get("fields", {}).items())
    return Form(headers, fields, filled.get("text", ""), filled.get("sendsTo", ""), filled.get("version") or "")


def _faults(filled: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong with a probe, each with the path in it."""
    protocol = filled["protocol"]
    if fault := _fault(protocol, filled.get("address")):
        yield ("address",), fault
    for key in _OF_BROKERS if protocol == HTTP else _OF_HTTP:
        if key in filled:
            yield (key,), f"{key!r} is not a part of what the protocol {protocol} answers"
    groups = 0
    for where, pattern in _patterns(filled):
        if fault := _pattern_fault(pattern):
            yield where, f"{shown(pattern)} {fault}"
        else:
            groups += patterns.compiled(pattern).groups
    version = filled.get("version")
    if version is not None and not isinstance(version, str):
        yield ("version",), f"the version must be text, not {shown(version)}"
    elif version is not None and not groups:
        yield ("version",), "the version is compared with nothing: no pattern has a group, such as '^v?([0-9].*)$'"
    if not isinstance(filled.get("tls", False), bool):
        yield ("tls",), f"`tls` must yield true or false, not {shown(filled['tls'])}"
    if not isinstance(filled.get("sendsTo", ""), str):
        yield ("sendsTo",), f"the address that it sends on to must be text, not {shown(filled['sendsTo'])}"


def _patterns(filled: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    for key in ("headers", "fields"):
        for name, pattern in filled.get(key, {}).items():
            yield (key, name), pattern
    if "text" in filled:
        yield ("text",), filled["text"]


def _pattern_fault(pattern: Any) -> str:
    """Return what is wrong with a pattern; empty: nothing."""
    return _fault_of(pattern) if isinstance(pattern, str) else _NO_PATTERN


_NO_PATTERN = "is not a regular expression"


@functools.lru_cache(maxsize=1024)
def _fault_of(pattern: str) -> str:
    with contextlib.suppress(re.error, OverflowError, RecursionError):
        patterns.compiled(pattern)
        fault = patterns.fault(pattern)
        return f"could take for ever: {fault}" if fault else ""
    return _NO_PATTERN


def _fault(protocol: str, address: Any) -> str:
    """Return what is wrong with an address; empty: nothing."""
    if protocol == HTTP:
        return "" if _is_url(address) else f"the address must be a URL, not {shown(address)}"
    is_sound = isinstance(address, str) and _HOST_AND_PORT.match(address) and int(address.rpartition(":")[2]) <= _MOST
    return "" if is_sound else f"the address must be a host and a port, not {shown(address)}"


def _is_url(address: Any) -> bool:
    if isinstance(address, str):
        scheme, _, rest = address.partition("://")
        # Nearly all addresses are: a name of letters, digits, dots and dashes, and perhaps a path.
        host = rest.partition("/")[0].replace(".", "").replace("-", "")
        if scheme in _SCHEMES and host.isascii() and host.isalnum():
            return True
    try:
        parts = urlsplit(address)
        return parts.scheme in _SCHEMES and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except (ValueError, AttributeError, TypeError):
        return False
