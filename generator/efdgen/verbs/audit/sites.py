"""The environments of an audit: whom each asks, what, with which tokens."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from efdgen.errors import InvalidInputError, UsageError
from efdgen.language import suggest
from efdgen.language.expressions import ExpressionError
from efdgen.language.tuples import NamedTuple
from efdgen.output import disk, layout
from efdgen.repository import git, paths
from efdgen.review.audit import AREAS, ARGOCD, VAULT, Finding
from efdgen.verbs import project
from efdgen.verbs.audit import templated
from efdgen.verbs.audit.answers import AskError, Plan, Unanswered
from efdgen.verbs.audit.asking import argocd, dns, services, tls, vault
from efdgen.verbs.audit.asking.argocd import Way
from efdgen.verbs.audit.asking.reach import Means, Reach, Server
from efdgen.verbs.audit.judging import argocd as judging_argocd
from efdgen.verbs.audit.judging import hosts as judging_hosts
from efdgen.verbs.audit.judging import services as judging_services
from efdgen.verbs.audit.judging import vault as judging_vault
from efdgen.verbs.audit.named import matched, servers
from efdgen.verbs.audit.plan import plan
from efdgen.verbs.audit.tokens import Contexts, Tokens
from efdgen.verbs.model import Project, Resolved


class Logins(NamedTuple):
    """What is needed to be answered. Nothing of it is shown, or kept."""

    vault: Tokens = Tokens()
    argocd: Tokens = Tokens(variable="ARGOCD_SERVER", option="--argocd-token-file")
    contexts: Contexts = Contexts()


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


class Sites(NamedTuple):
    """The environments of an audit.

    Attributes:
        sound: those that can be asked, in order.
        faults: what is wrong with the others, by name.
        names: all that there are, in order.
    """

    sound: tuple[Site, ...]
    faults: Mapping[str, InvalidInputError]
    names: tuple[str, ...]


def sites(root: Path, wanted: Wanted, means: Means, logins: Logins) -> Sites:
    """Return whom an audit asks, and what. Nobody is asked yet.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
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
    templates = templated.applications(resolved.project.repository) if ARGOCD in areas else {}
    asked = [plan(each, areas, prefixes, wanted.former, templates) for each in chosen]
    found = tuple(Site(root, each, wanted, means, token) for each, token in zip(asked, tokens, strict=True))
    return Sites(found, faults, tuple(names))


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


def _prefixes(opened: Project) -> Iterator[str]:
    """Yield where the secrets of each environment are; a mistake in the spec of another one stops nobody."""
    for name in sorted(opened.repository.names):
        with contextlib.suppress(InvalidInputError, ExpressionError, LookupError, TypeError):
            yield str(opened.resolver.scope(name)["vault"]["pathPrefix"])


_Key = tuple[str, str]


class Site:
    """One environment: whom it asks, what, and what comes of the answers."""

    def __init__(self, root: Path, asked: Plan, wanted: Wanted, means: Means, tokens: SiteTokens) -> None:
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
            yield judging_services.judge(name, question, answers["services", str(number)])
        if asked.argocd is not None:
            yield from judging_argocd.judge(asked.argocd, answers["argocd", ""], Rendered(self._root, name).is_rendered)


def _resolution(reach: Reach, host: str) -> Any:
    return dns.resolution(reach, dns.resolver(reach, reach.means.dns_server), host)


def _named(asked: Plan, means: Means, tokens: SiteTokens) -> Iterator[Server]:
    """Yield the servers that are asked."""
    yield from servers(asked._replace(argocd=None) if tokens.argocd.context else asked)
    if asked.hosts:
        yield from dns.servers(means.dns_server)


class SiteTokens(NamedTuple):
    """The tokens for the servers of one environment, or why there are none."""

    vault: str | Unanswered
    argocd: Way


def _tokens(asked: Plan, plans: Sequence[Plan], means: Means, logins: Logins) -> SiteTokens:
    vaults = [each.vault.address for each in plans if each.vault is not None]
    argocds = [each.argocd.url for each in plans if each.argocd is not None]
    name = asked.environment

    def of(tokens: Tokens, address: str, addresses: Sequence[str]) -> str | Unanswered:
        return _or_why(lambda: tokens.of(name, address, addresses, means.instead))

    vault_token = of(logins.vault, asked.vault.address, vaults) if asked.vault is not None else ""
    if asked.argocd is None:
        return SiteTokens(vault_token, Way())
    context = _or_why(lambda: logins.contexts.of(name, argocds))
    return SiteTokens(vault_token, Way(of(logins.argocd, asked.argocd.url, argocds), context))


def _or_why(find: Callable[[], str | Unanswered]) -> str | Unanswered:
    try:
        return find()
    except AskError as error:
        return error.unanswered


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
