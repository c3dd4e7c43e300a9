"""What services answer, against what is declared of them."""

from __future__ import annotations

import json

from efdgen.environment.model import Probe
from efdgen.review.audit import SERVICES, Finding, Status
from efdgen.verbs.audit.answers import Brokers, Reply, ServiceQuestion, Unanswered
from efdgen.verbs.audit.judging import answerforms

_NOT_FOUND = 404


def judge(environment: str, question: ServiceQuestion, answer: Reply | Brokers | Unanswered) -> Finding:
    """Say how a service of an environment is."""
    probe = question.probe
    if isinstance(answer, Unanswered) and answer.is_refused:
        return Finding(SERVICES, probe.name, Status.DIFFERENT, answer.reason, _fix(question))
    if isinstance(answer, Unanswered):
        return Finding(SERVICES, probe.name, Status.UNKNOWN, answer.reason, answer.advice)
    if isinstance(answer, Brokers):
        return _brokers(probe, answer)
    return _http(environment, question, answer)


def _http(environment: str, question: ServiceQuestion, answer: Reply) -> Finding:
    probe = question.probe
    led = f", and sends on to {answer.leads_to}" if answer.location else ""
    if answer.status not in probe.status:
        status = Status.MISSING if answer.status == _NOT_FOUND else Status.DIFFERENT
        right = " or ".join(map(str, probe.status))
        detail = f"{probe.address} answers with status {answer.status}{led}, not {right}"
        return Finding(SERVICES, probe.name, status, f"{detail}{_seen(answer)}", _fix(question))
    if fault := answerforms.fault(probe.form, answer):
        detail = f"{probe.address} answers{led}, and is not {probe.name}: the answer {fault}{_seen(answer)}"
        advice = f"is a login, a page about maintenance or another server before it? Else {_fix(question)}"
        return Finding(SERVICES, probe.name, Status.DIFFERENT, detail, advice)
    if probe.expected is not None:
        return _compared(probe, answer, _fix(question))
    version, wanted = answerforms.version(probe.form, answer), probe.form.version
    if answerforms.is_other_version(wanted, version):
        detail = f"{probe.address} runs version {version}, not {wanted}"
        advice = f"is the Application of {question.app} synced? efdgen audit {environment} argocd says more"
        return Finding(SERVICES, probe.name, Status.DIFFERENT, detail, advice)
    which = f", version {version}" if version else ""
    return Finding(SERVICES, probe.name, Status.THERE, f"{probe.address} answers{led}{which}")


def _seen(answer: Reply) -> str:
    """Return what came, where anything did."""
    return f"; what came is {answerforms.seen(answer)}" if answer.body else ""


def _fix(question: ServiceQuestion) -> str:
    """Return what to do; a file can be published anywhere, not by the app alone."""
    file = question.probe.expected
    if file is not None:
        return f"publish {file.path} of {question.app}, as rendered, at {question.probe.address}"
    return f"look at the pods and the ingress of {question.app}"


def _brokers(probe: Probe, answer: Brokers) -> Finding:
    if answer.is_safe != probe.is_safe:
        speaks, declared = ("TLS", "without") if answer.is_safe else ("no TLS", "with")
        detail = f"{probe.address} speaks {speaks}, and is declared {declared} it: who connects as declared can't"
        advice = f"set up the listener as declared, or say `tls: {str(answer.is_safe).lower()}` in app.yaml"
        return Finding(SERVICES, probe.name, Status.DIFFERENT, detail, advice)
    if answer.advertised is None:
        detail = f"{probe.address} answers, and needs a login to say where clients connect to"
        advice = "audits have no login: look at it with a client that has one"
        return Finding(SERVICES, probe.name, Status.UNKNOWN, detail, advice)
    listed = ", ".join(answer.advertised) or "no broker"
    if probe.address.lower() in (each.lower() for each in answer.advertised):
        return Finding(SERVICES, probe.name, Status.THERE, f"it advertises {listed}")
    detail = f"{probe.address} answers, and advertises {listed}: clients connect to these, and can't from elsewhere"
    advice = f"set the address that the brokers advertise to {probe.address}"
    return Finding(SERVICES, probe.name, Status.DIFFERENT, detail, advice)


def _compared(probe: Probe, answer: Reply, fix: str) -> Finding:
    said = answerforms.data(answer)
    expected = probe.expected.content if probe.expected is not None else None
    if said == json.loads(json.dumps(expected)):
        return Finding(SERVICES, probe.name, Status.THERE, f"{probe.address} is as rendered")
    if not isinstance(said, dict) or not isinstance(expected, dict):
        detail = f"{probe.address} is not what is rendered{_seen(answer)}"
    else:
        keys = [key for key in dict.fromkeys((*expected, *said)) if expected.get(key) != said.get(key)]
        detail = f"{probe.address} is not as rendered: {', '.join(map(str, keys[:5]))} differ"
    return Finding(SERVICES, probe.name, Status.DIFFERENT, detail, fix)
