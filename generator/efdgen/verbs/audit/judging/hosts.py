"""What the DNS says of hosts, and what they show of themselves, against what the specs say."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from efdgen.language.shown import count
from efdgen.review.audit import DNS, TLS, Finding, Status
from efdgen.verbs.audit.answers import Certificate, Resolution, Unanswered

_WARNING = dt.timedelta(days=30)


def judge_names(
    environment: str,
    hosts: Mapping[str, bool],
    former: Iterable[str],
    answers: Mapping[str, Resolution | Unanswered],
    address: str = "",
    node_address: str = "",
) -> Iterator[Finding]:
    """Yield what is to be said of each host.

    Args:
        environment: the environment's name.
        hosts: the hosts that must resolve, and whether each is behind the ingress controller.
        former: those that must not.
        answers: where each leads.
        address: where those behind the ingress controller must lead; empty: where most of them do.
        node_address: the same of the others; empty: the address.
    """
    there = [answers[host] for host in hosts]
    if there and all(found == Resolution(()) for found in there):
        advice = "is this inside the site's network? --dns-server names who knows; if the environment is new, "
        advice += f"efdgen hosts {environment} --format route53 makes the records"
        reason = "not one of the names resolves here" if len(there) > 1 else "the only name does not resolve here"
        answers = {host: Unanswered(reason, advice) for host in (*hosts, *former)}
    fix = f"efdgen hosts {environment} --format route53 makes the record"
    for host, on_ingress in hosts.items():
        found = answers[host]
        if isinstance(found, Unanswered):
            yield Finding(DNS, host, Status.UNKNOWN, found.reason, found.advice)
        elif not found.addresses:
            through = f"; {' -> '.join(found.through)} has no address" if found.through else ""
            yield Finding(DNS, host, Status.MISSING, f"it does not resolve{through}", fix)
        else:
            given = address if on_ingress else node_address or address
            yield _compared(host, found, given, _usual(hosts, answers) if on_ingress and not given else (), fix)
    for host in former:
        found = answers[host]
        if isinstance(found, Unanswered):
            yield Finding(DNS, host, Status.UNKNOWN, found.reason, found.advice)
        elif found.addresses:
            detail = f"a former name, and it still leads to {', '.join(found.addresses)}"
            yield Finding(DNS, host, Status.DIFFERENT, detail, "take the record out, when nobody uses it any more")


def _usual(hosts: Mapping[str, bool], answers: Mapping[str, Resolution | Unanswered]) -> tuple[str, ...]:
    """Return where most hosts of the ingress controller lead; of equally many, the first in order."""
    there = [answers[host] for host, on_ingress in hosts.items() if on_ingress]
    counted = Counter(each.addresses for each in there if isinstance(each, Resolution) and each.addresses)
    return min(counted, key=lambda addresses: (-counted[addresses], addresses), default=())


def _compared(host: str, found: Resolution, given: str, usual: tuple[str, ...], fix: str) -> Finding:
    leads = " -> ".join((*found.through, ", ".join(found.addresses)))
    if given:
        if given.lower().rstrip(".") in (*found.addresses, *found.through):
            return Finding(DNS, host, Status.THERE, leads)
        return Finding(DNS, host, Status.DIFFERENT, f"it leads to {leads}, not to {given}", fix)
    if usual and found.addresses != usual:
        detail = f"it leads to {leads}; the other hosts of the ingress lead to {', '.join(usual)}"
        return Finding(DNS, host, Status.DIFFERENT, detail, f"{fix}; --address says where they must lead")
    return Finding(DNS, host, Status.THERE, leads)


def judge_certificates(answers: Mapping[str, Certificate | Unanswered], now: dt.datetime) -> Iterator[Finding]:
    """Yield what is to be said of the certificate of each host."""
    for host, found in answers.items():
        yield _certificate(host, found, now)


def _certificate(host: str, found: Certificate | Unanswered, now: dt.datetime) -> Finding:
    if isinstance(found, Unanswered) and found.is_refused:
        return Finding(TLS, host, Status.DIFFERENT, found.reason, "look at the ingress controller")
    if isinstance(found, Unanswered):
        return Finding(TLS, host, Status.UNKNOWN, found.reason, found.advice)
    ends = found.ends
    by = f"from {found.issuer}" if found.issuer else "from nobody who says so"
    if found.fault:
        about = f"; it is for {', '.join(found.names) or 'no host'}, {by}" if found.names or found.issuer else ""
        until = f", until {ends:%Y-%m-%d}" if ends else ""
        advice = "put the right certificate into Vault, and see that the Secret of the ingress has it"
        if ends and ends < now:
            return Finding(
                TLS, host, Status.DIFFERENT, f"expired {count((now - ends).days, 'day')} ago{about}{until}", advice
            )
        return Finding(TLS, host, Status.DIFFERENT, f"{found.fault}{about}{until}", advice)
    if ends is None:
        return Finding(
            TLS, host, Status.UNKNOWN, f"it does not say until when it counts, and is {by}", "is it a certificate?"
        )
    left = ends - now
    detail = f"{count(left.days, 'day')} left, until {ends:%Y-%m-%d}, {by}"
    if left < _WARNING:
        return Finding(TLS, host, Status.THERE, detail, "renew it", is_warning=True)
    return Finding(TLS, host, Status.THERE, detail)
