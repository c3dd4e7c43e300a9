"""From environments to what an audit finds out about them."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from efdgen.errors import InvalidInputError, Severity, UsageError
from efdgen.language import suggest
from efdgen.language.expressions import ExpressionError
from efdgen.language.tuples import NamedTuple
from efdgen.output import disk, layout
from efdgen.repository import git, paths
from efdgen.review.audit import AREAS, VAULT, Audit, Finding, Status
from efdgen.verbs import project
from efdgen.verbs.audit.answers import AskError, Plan, TokenState, Unanswered
from efdgen.verbs.audit.asking import argocd, dns, services, threads, tls, vault
from efdgen.verbs.audit.asking.argocd import Way
from efdgen.verbs.audit.asking.reach import Means, Reach, Server
from efdgen.verbs.audit.judging import argocd as judging_argocd
from efdgen.verbs.audit.judging import hosts as judging_hosts
from efdgen.verbs.audit.judging import services as judging_services
from efdgen.verbs.audit.judging import vault as judging_vault
from efdgen.verbs.audit.named import matched, servers
from efdgen.verbs.audit.plan import plan
from efdgen.verbs.audit.tokens import Tokens
from efdgen.verbs.model import Project, Resolved

Progress = Callable[[int, int], None]


class Logins(NamedTuple):
    """What is needed to be answered. Nothing of it is shown, or kept."""

    vault: Tokens = Tokens()
    argocd: Tokens = Tokens(variable="ARGOCD_SERVER", option="--argocd-token-file")
    context: str = ""


class Wanted(NamedTuple):
    """What an audit is to look at, and where things should lead.

    Attributes:
        environments: by name; none: all.
        areas: of `review.audit.AREAS`; none: all.
        address: where hosts behind the ingress controller must lead; empty: where most of them do.
        node_address: the same of hosts on nodes' own ports; empty: the address.
        former: names that the environments once had.
    """

    environments: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    address: str = ""
    node_address: str = ""
    former: tuple[str, ...] = ()


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
    interrupted: Callable[[], None] | None = None,
) -> list[Audit]:
    """Ask the real servers of environments, and hold what they say to what the specs say.

    Args:
        root: the repository.
        wanted: what is looked at.
        means: how servers are reached.
        logins: what is needed to be answered.
        now: what time it is, with its zone.
        progress: is told how many questions were answered, and of how many.
        interrupted: is told when somebody presses Ctrl-C: what was found until then is returned. None: nothing is.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown, or a package is missing.
    """
    names = paths.environment_names(root)
    for name in wanted.environments:
        if name not in names:
            message = suggest.unknown("environment", name, (*names, *AREAS))
            raise UsageError(message.replace("environment", "environment or area", 1))
    for name in wanted.former:
        if name in names:
            raise UsageError(f"--former {name}: that is no former name, there is an environment {name}")
    areas = wanted.areas or AREAS
    resolved, faults = _resolved(root, wanted.environments)
    chosen = resolved.environments
    prefixes = set(_prefixes(resolved.project)) if VAULT in areas else ()
    plans = [plan(each, AREAS, prefixes, wanted.former) for each in chosen]
    matched(means.instead, (server for each in plans for server in servers(each)))
    tokens = [_tokens(each, plans, means, logins) for each in plans]
    asked = [plan(each, areas, prefixes, wanted.former) for each in chosen]
    sites = [_Site(root, each, wanted, means, token) for each, token in zip(asked, tokens, strict=True)]
    questions = {(number, *key): ask for number, site in enumerate(sites) for key, ask in site.questions.items()}
    answers = threads.ask_all(questions, vault.WHOLE * means.timeout, progress, interrupted)
    _said_once(sites, answers)
    at = now.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    found = [Audit(name, at, tuple(areas), tuple(_unasked(areas, why)), ()) for name, why in faults.items()]
    for number, site in enumerate(sites):
        own = {key[1:]: answer for key, answer in answers.items() if key[0] == number}
        findings = tuple(site.findings(own, now))
        found.append(Audit(site.plan.environment, at, tuple(areas), findings, site.reach.asked))
    return sorted(found, key=lambda each: names.index(each.environment))


def _resolved(root: Path, names: Sequence[str]) -> tuple[Resolved, dict[str, InvalidInputError]]:
    """Resolve the named environments (none named: all), and return what is wrong with some: the others go on.

    Raises:
        InvalidInputError: when something is wrong with every one of them.
    """
    try:
        return project.resolve(root, names), {}
    except InvalidInputError as error:
        every, sound, faults = error, [], {}
    for name in names or paths.environment_names(root):
        try:
            project.resolve(root, (name,))
            sound.append(name)
        except InvalidInputError as error:
            faults[name] = error
    if not sound:
        raise every
    return project.resolve(root, sound), faults


def _unasked(areas: Sequence[str], why: InvalidInputError) -> Iterator[Finding]:
    first = next(each for each in why.problems if each.severity is Severity.ERROR)
    for area in areas:
        detail = f"its spec is wrong, so nothing was asked: {first.location}: {first.message} ({first.code})"
        yield Finding(area, "the spec", Status.UNKNOWN, detail, "efdgen validate says all that is wrong")


def _prefixes(opened: Project) -> Iterator[str]:
    """Yield where the secrets of each environment are; a mistake in the spec of another one stops nobody."""
    for name in sorted(opened.repository.names):
        with contextlib.suppress(InvalidInputError, ExpressionError, LookupError, TypeError):
            yield str(opened.resolver.scope(name)["vault"]["pathPrefix"])


_Key = tuple[str, str]


class _Site:
    """One environment: whom it asks, what, and what comes of the answers."""

    def __init__(self, root: Path, asked: Plan, wanted: Wanted, means: Means, tokens: _SiteTokens) -> None:
        self.plan = asked
        self._root = root
        self._wanted = wanted
        self.tokens = tokens
        self.reach = dns.reach(means, _named(asked, means, tokens))
        self.questions: Mapping[_Key, Callable[[], Any]] = MappingProxyType(dict(self._questions()))

    def _questions(self) -> Iterator[tuple[_Key, Callable[[], Any]]]:
        asked, reach = self.plan, self.reach
        if asked.vault is not None:
            for key, ask in vault.questions(reach, asked.vault, self.tokens.vault).items():
                yield ("vault", key), ask
        for host in (*asked.hosts, *asked.former):
            yield ("dns", host), functools.partial(_resolution, reach, host)
        for host in asked.certificates:
            yield ("tls", host), functools.partial(tls.certificate, reach, host)
        for number, question in enumerate(asked.services):
            yield ("services", str(number)), functools.partial(services.ask, reach, question.probe)
        if asked.argocd is not None:
            yield ("argocd", ""), functools.partial(argocd.ask, reach, asked.argocd, self.tokens.argocd)

    def findings(self, answers: Mapping[_Key, Any], now: dt.datetime) -> Iterator[Finding]:
        """Yield what comes of the answers, by area."""
        asked, wanted = self.plan, self._wanted
        name = asked.environment
        if asked.vault is not None:
            said = {key: answer for (kind, key), answer in answers.items() if kind == "vault"}
            answer = vault.answer(asked.vault, said)
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


def _resolution(reach: Reach, host: str) -> Any:
    return dns.resolution(reach, dns.resolver(reach, reach.means.dns_server), host)


def _named(asked: Plan, means: Means, tokens: _SiteTokens) -> Iterator[Server]:
    """Yield the servers that are asked."""
    yield from servers(asked._replace(argocd=None) if tokens.argocd.context else asked)
    if asked.hosts:
        yield from dns.servers(means.dns_server)


class _SiteTokens(NamedTuple):
    """The tokens for the servers of one environment, or why there are none."""

    vault: str | Unanswered
    argocd: Way


def _tokens(asked: Plan, plans: Sequence[Plan], means: Means, logins: Logins) -> _SiteTokens:
    def of(tokens: Tokens, address: str, addresses: Sequence[str]) -> str | Unanswered:
        try:
            return tokens.of(asked.environment, address, addresses, means.instead)
        except AskError as error:
            return error.unanswered

    vaults = [each.vault.address for each in plans if each.vault is not None]
    argocds = [each.argocd.url for each in plans if each.argocd is not None]
    return _SiteTokens(
        of(logins.vault, asked.vault.address, vaults) if asked.vault is not None else "",
        Way(of(logins.argocd, asked.argocd.url, argocds) if asked.argocd is not None else "", logins.context),
    )


def _said_once(sites: Sequence[_Site], answers: dict[tuple[Any, ...], Any]) -> None:
    """Let a token that several environments are asked with be told of once."""
    first: dict[Any, str] = {}
    for number, site in enumerate(sites):
        key = (number, "vault", vault.TOKEN)
        if not isinstance(answers.get(key), TokenState):
            continue
        asked = site.plan.vault
        whose = first.setdefault((site.tokens.vault, asked and asked.address), site.plan.environment)
        if whose != site.plan.environment:
            answers[key] = answers[key]._replace(told_in=whose)


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
