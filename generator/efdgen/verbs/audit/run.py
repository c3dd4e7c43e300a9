"""From environments to what an audit finds out about them."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import InvalidInputError, UsageError
from efdgen.language import suggest
from efdgen.language.expressions import ExpressionError
from efdgen.language.tuples import NamedTuple
from efdgen.output import disk, layout
from efdgen.repository import git, paths
from efdgen.review.audit import AREAS, VAULT, Audit, Finding
from efdgen.verbs import project
from efdgen.verbs.audit.answers import Plan, Unanswered, VaultAnswer
from efdgen.verbs.audit.asking import argocd, dns, services, threads, tls, vault
from efdgen.verbs.audit.asking.argocd import Way
from efdgen.verbs.audit.asking.reach import Means, Reach, Server, server_of
from efdgen.verbs.audit.judging import argocd as judging_argocd
from efdgen.verbs.audit.judging import hosts as judging_hosts
from efdgen.verbs.audit.judging import services as judging_services
from efdgen.verbs.audit.judging import vault as judging_vault
from efdgen.verbs.audit.plan import plan
from efdgen.verbs.model import Project

Progress = Callable[[int, int], None]

_WHOLE = 4
"""How many times as long as a server may be silent, one question may take: Vault is asked several in a row."""


class Logins(NamedTuple):
    """What is needed to be answered. Nothing of it is shown, or kept."""

    vault_token: str = ""
    argocd: Way = Way()


class Wanted(NamedTuple):
    """What an audit is to look at, and where things should lead.

    Attributes:
        environments: by name; none: all.
        areas: of `review.audit.AREAS`; none: all.
        address: where hosts behind the ingress controller must lead; empty: where most of them do.
        node_address: the same of hosts on nodes' own ports; empty: the address.
        former: names that the environments once had.
        dns_server: who is asked for names; None: whom the machine asks.
    """

    environments: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    address: str = ""
    node_address: str = ""
    former: tuple[str, ...] = ()
    dns_server: Server | None = None


def told_apart(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell names of environments from areas: `summit dns tls` -> `(summit,), (dns, tls)`."""
    areas = tuple(area for area in AREAS if area in words)
    return tuple(word for word in words if word not in AREAS), areas


def audit(
    root: Path,
    wanted: Wanted,
    means: Means,
    logins: Logins,
    now: dt.datetime,
    progress: Progress = lambda _done, _all: None,
) -> list[Audit]:
    """Ask the real servers of environments, and hold what they say to what the specs say.

    Args:
        root: the repository.
        wanted: what is looked at.
        means: how servers are reached.
        logins: what is needed to be answered.
        now: what time it is, with its zone.
        progress: is told how many questions were answered, and of how many.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown, or a package is missing.
    """
    names = paths.environment_names(root)
    for name in wanted.environments:
        if name not in names:
            message = suggest.unknown("environment", name, (*names, *AREAS))
            raise UsageError(message.replace("environment", "environment or area", 1))
    areas = wanted.areas or AREAS
    resolved = project.resolve(root, wanted.environments)
    chosen = resolved.environments
    prefixes = set(_prefixes(resolved.project)) if VAULT in areas else ()
    sites = [_Site(root, each, plan(each, areas, prefixes, wanted.former), wanted, means, logins) for each in chosen]
    questions = {(number, *key): ask for number, site in enumerate(sites) for key, ask in site.questions.items()}
    answers = threads.ask_all(questions, _WHOLE * means.timeout, progress)
    at = now.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    found = []
    for number, site in enumerate(sites):
        own = {key[1:]: answer for key, answer in answers.items() if key[0] == number}
        findings = tuple(site.findings(own, now))
        found.append(Audit(site.plan.environment, at, tuple(areas), findings, site.reach.asked))
    return found


def _prefixes(opened: Project) -> Iterator[str]:
    """Yield where the secrets of each environment are; a mistake in the spec of another one stops nobody."""
    for name in sorted(opened.repository.names):
        with contextlib.suppress(InvalidInputError, ExpressionError, LookupError, TypeError):
            yield str(opened.resolver.scope(name)["vault"]["pathPrefix"])


_Key = tuple[str, str]


class _Site:
    """One environment: whom it asks, what, and what comes of the answers."""

    def __init__(
        self, root: Path, environment: ResolvedEnvironment, asked: Plan, wanted: Wanted, means: Means, logins: Logins
    ) -> None:
        self.plan = asked
        self._root = root
        self._wanted = wanted
        self._logins = logins
        self._environment = environment
        self.reach = Reach(means, _named(asked, wanted, logins))
        self.questions: Mapping[_Key, Callable[[], Any]] = MappingProxyType(dict(self._questions()))

    def _questions(self) -> Iterator[tuple[_Key, Callable[[], Any]]]:
        asked, reach = self.plan, self.reach
        if asked.vault is not None:
            yield ("vault", ""), functools.partial(vault.ask, reach, asked.vault, self._logins.vault_token)
        for host in (*asked.hosts, *asked.former):
            yield ("dns", host), functools.partial(_resolution, reach, self._wanted.dns_server, host)
        for host in asked.certificates:
            yield ("tls", host), functools.partial(tls.certificate, reach, host)
        for number, question in enumerate(asked.services):
            yield ("services", str(number)), functools.partial(services.ask, reach, question.probe)
        if asked.argocd is not None:
            yield ("argocd", ""), functools.partial(argocd.ask, reach, asked.argocd, self._logins.argocd)

    def findings(self, answers: Mapping[_Key, Any], now: dt.datetime) -> Iterator[Finding]:
        """Yield what comes of the answers, by area."""
        asked, wanted = self.plan, self._wanted
        name = asked.environment
        if asked.vault is not None:
            answer = answers["vault", ""]
            if isinstance(answer, Unanswered):
                answer = VaultAnswer(answer, answer, {}, answer)
            yield from judging_vault.judge(name, asked.vault, answer, now)
        names = {host: answer for (kind, host), answer in answers.items() if kind == "dns"}
        yield from judging_hosts.judge_names(
            name, asked.hosts, asked.former, names, wanted.address, wanted.node_address
        )
        shown = {host: answer for (kind, host), answer in answers.items() if kind == "tls"}
        yield from judging_hosts.judge_certificates(shown, now)
        for number, question in enumerate(asked.services):
            yield judging_services.judge(question, answers["services", str(number)])
        if asked.argocd is not None:
            yield from judging_argocd.judge(asked.argocd, answers["argocd", ""], Rendered(self._root, name).is_rendered)


def _resolution(reach: Reach, server: Server | None, host: str) -> Any:
    return dns.resolution(reach, dns.resolver(reach, server), host)


def _named(asked: Plan, wanted: Wanted, logins: Logins) -> Iterator[Server]:
    """Yield the servers that a plan names."""
    if asked.vault is not None:
        yield server_of(asked.vault.address)
    if asked.hosts:
        yield from dns.servers(wanted.dns_server)
    yield from ((host, tls.PORT) for host in asked.certificates)
    yield from (services.server(question.probe) for question in asked.services)
    if asked.argocd is not None and not logins.argocd.context:
        yield server_of(asked.argocd.url)


class Rendered:
    """Says whether a chart's folder at a commit is, for one environment, what stands in the rendered tree here."""

    def __init__(self, root: Path, environment: str) -> None:
        self._root = root
        self._environment = environment

    def is_rendered(self, commit: str, path: str) -> bool | None:
        """Compare one folder; None: the commit, or Git, is not here."""
        folder = path.strip("/")
        try:
            there = git.files(self._root, git.revision(self._root, commit), [folder])
        except UsageError:
            return None
        here = {f"{folder}/{name}": content for name, content in disk.read(self._root / folder).items()}
        return self._own(there) == self._own(here)

    def _own(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Leave out the files of other environments: they make no difference to this one."""
        outside = f"{paths.OUTPUT}/"
        whose = {path: layout.environment_of(path.removeprefix(outside)) for path in files}
        return {path: content for path, content in files.items() if whose[path] in (None, self._environment)}
