"""What services answer, against what is declared of them."""

from __future__ import annotations

import json
from typing import Any

from efdgen.environment.model import Probe
from efdgen.review.audit import SERVICES, Finding, Status
from efdgen.verbs.audit.answers import Brokers, Reply, ServiceQuestion, Unanswered

_NOT_FOUND = 404
_SHOWN_KEYS = ("version", "Version")
"""Where services say which version they are."""


def judge(question: ServiceQuestion, answer: Reply | Brokers | Unanswered) -> Finding:
    """Say how a service is."""
    probe = question.probe
    if isinstance(answer, Unanswered) and answer.is_refused:
        return Finding(SERVICES, probe.name, Status.DIFFERENT, answer.reason, _fix(question))
    if isinstance(answer, Unanswered):
        return Finding(SERVICES, probe.name, Status.UNKNOWN, answer.reason, answer.advice)
    if isinstance(answer, Brokers):
        return _brokers(probe, answer)
    if answer.status not in probe.status:
        status = Status.MISSING if answer.status == _NOT_FOUND else Status.DIFFERENT
        led = f", and sends on to {_place(answer.location)}" if answer.location else ""
        right = " or ".join(map(str, probe.status))
        detail = f"{probe.address} answers with status {answer.status}{led}, not {right}"
        return Finding(SERVICES, probe.name, status, detail, _fix(question))
    said = _data(answer)
    if probe.expected is not None:
        return _compared(probe, said, _fix(question))
    led = f", and sends on to {_place(answer.location)}" if answer.location else ""
    version = next((said[key] for key in _SHOWN_KEYS if isinstance(said, dict) and isinstance(said.get(key), str)), "")
    if question.says_version and not version:
        detail = f"{probe.address} answers, but not with a version: it is another server, or a page before it"
        return Finding(SERVICES, probe.name, Status.UNKNOWN, detail, "is the address right? Look at it with curl")
    which = f", version {version[:80]}" if version else ""
    return Finding(SERVICES, probe.name, Status.THERE, f"{probe.address} answers{led}{which}")


def _fix(question: ServiceQuestion) -> str:
    """Return what to do; a file can be published anywhere, not by the app alone."""
    file = question.probe.expected
    if file is not None:
        return f"publish {file.path} of {question.app}, as rendered, at {question.probe.address}"
    return f"look at the pods and the ingress of {question.app}"


def _brokers(probe: Probe, answer: Brokers) -> Finding:
    listed = ", ".join(answer.advertised) or "no broker"
    if probe.address.lower() in (each.lower() for each in answer.advertised):
        return Finding(SERVICES, probe.name, Status.THERE, f"it advertises {listed}")
    detail = f"{probe.address} answers, and advertises {listed}: clients connect to these, and can't from elsewhere"
    advice = f"set the address that the brokers advertise to {probe.address}"
    return Finding(SERVICES, probe.name, Status.DIFFERENT, detail, advice)


def _compared(probe: Probe, said: Any, fix: str) -> Finding:
    expected = probe.expected.content if probe.expected is not None else None
    if said == json.loads(json.dumps(expected)):
        return Finding(SERVICES, probe.name, Status.THERE, f"{probe.address} is as rendered")
    if not isinstance(said, dict) or not isinstance(expected, dict):
        detail = f"{probe.address} is not what is rendered"
    else:
        keys = [key for key in dict.fromkeys((*expected, *said)) if expected.get(key) != said.get(key)]
        detail = f"{probe.address} is not as rendered: {', '.join(map(str, keys[:5]))} differ"
    return Finding(SERVICES, probe.name, Status.DIFFERENT, detail, fix)


def _place(location: str) -> str:
    """Return where an answer sends on to, without what can be secret in it: a query."""
    return location.partition("?")[0].partition("#")[0][:200]


def _data(answer: Reply) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
