"""What is asked, and what comes back: plain data between `plan`, `asking` and `judging`."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from efdgen.environment.model import Probe
from efdgen.language.tuples import NamedTuple

_LOGIN = re.compile(r"^([a-zA-Z][a-zA-Z0-9+.-]*:)?(//)[^/@]*@")
_LONGEST = 200


class Unanswered(NamedTuple):
    """No answer: why, and what to do.

    Attributes:
        reason: why.
        advice: what to do; empty: nothing.
        is_refused: whether the host is there, and says that nobody listens at the port.
    """

    reason: str
    advice: str = ""
    is_refused: bool = False


MOST = 64_000_000
"""Bytes of an answer that are read; a hundred Applications have some five millions."""

TOO_MUCH = "is it the right server? No answer that an audit asks for is so long"


class AskError(Exception):
    """A server could not be asked. Its text holds nothing that a server sent, but where it sends on to."""

    def __init__(self, reason: str, advice: str = "", is_refused: bool = False) -> None:
        self.unanswered = Unanswered(reason, advice, is_refused)
        super().__init__(reason)


class VaultPath(NamedTuple):
    """A path that must be in Vault, with the keys that are read; none: any will do."""

    path: str
    keys: tuple[str, ...]


class VaultQuestion(NamedTuple):
    """What is asked of Vault.

    Attributes:
        address: the server.
        prefix: what belongs to the environment.
        paths: what must be there.
        elsewhere: prefixes of other environments, which a token of this one must not read.
    """

    address: str
    prefix: str
    paths: tuple[VaultPath, ...]
    elsewhere: tuple[str, ...]


class KeyState(enum.Enum):
    """What is known of a value, without the value."""

    SOUND = "has a value"
    EMPTY = "is empty"
    PLACEHOLDER = "holds a placeholder"
    NOT_PEM = "is no PEM, as a certificate or a key for TLS is"
    WITH_PRIVATE_KEY = "holds a private key beside the certificate: whoever may see the certificate sees it"


class PathState(NamedTuple):
    """What is at a path in Vault.

    Attributes:
        is_there: whether there is something.
        keys: its keys, and what is known of their values.
        is_deleted: whether its newest version was deleted.
        is_versioned: whether its engine keeps versions.
        at: the path as policies have it, with `data/` where its engine keeps versions.
    """

    is_there: bool
    keys: Mapping[str, KeyState]
    is_deleted: bool = False
    is_versioned: bool = True
    at: str = ""


class TokenState(NamedTuple):
    """What a token is.

    Attributes:
        expires: when it ends; None: never.
        is_root: whether it may do everything.
        reads: the places of other environments that it may read or list.
        others: what else it may do beyond the environment's own, `change sys/policies/acl/*`; None: that is not known.
        writes: what it may change of the environment's own; empty also where that is not known.
        told_in: the environment that is asked with the same token, and that all of this is told of; empty: none.
    """

    expires: dt.datetime | None
    is_root: bool
    reads: tuple[str, ...]
    others: tuple[str, ...] | None = None
    writes: tuple[str, ...] = ()
    told_in: str = ""


class VaultAnswer(NamedTuple):
    """What Vault says.

    Attributes:
        server: why nothing more could be asked; empty: it could.
        token: the token, or why nothing is known of it.
        paths: each path, or why nothing is known of it.
        listed: what is below the prefix, or why that is not known.
    """

    server: Unanswered | None
    token: TokenState | Unanswered
    paths: Mapping[str, PathState | Unanswered]
    listed: tuple[str, ...] | Unanswered


class Resolution(NamedTuple):
    """Where a name leads: its addresses, sorted, and the names in between; no addresses: it is not known."""

    addresses: tuple[str, ...]
    through: tuple[str, ...] = ()


class Certificate(NamedTuple):
    """What a server shows of itself.

    Attributes:
        names: whom it is for.
        issuer: who vouches for it.
        ends: until when it counts.
        fault: why it can't be trusted for the host; empty: it can.
    """

    names: tuple[str, ...]
    issuer: str
    ends: dt.datetime | None
    fault: str = ""


class Reply(NamedTuple):
    """What a server answers over HTTP.

    Attributes:
        status: the status.
        location: where it sends on to; empty: nowhere. That is not followed.
        body: as much of it as was read.
        headers: its headers, by their names in small letters.
    """

    status: int
    location: str
    body: bytes
    headers: Mapping[str, str] = MappingProxyType({})

    @property
    def leads_to(self) -> str:
        """Return where it sends on to, without what can be secret in it: a user's name and password, a query."""
        place = self.location.partition("?")[0].partition("#")[0]
        return _LOGIN.sub(r"\1\2", place)[:_LONGEST]


class Brokers(NamedTuple):
    """What message brokers say where clients connect to.

    Attributes:
        advertised: hosts and ports, sorted; None: they say that to nobody without a login.
        is_safe: whether they speak TLS.
    """

    advertised: tuple[str, ...] | None
    is_safe: bool = False


class ServiceQuestion(NamedTuple):
    """What is asked of one service.

    Attributes:
        app: whose service it is.
        probe: what is asked.
    """

    app: str
    probe: Probe


class ArgoCdQuestion(NamedTuple):
    """What is asked of Argo CD.

    Attributes:
        url: where it is.
        namespace: where its Applications are.
        parent: the name of the app of apps.
        expected: by name, what each Application must be, as Argo CD keeps it (`spec`).
        environment: the environment's name.
        source: the repository, and the folder of charts in it, that Applications of this repository are made from.
    """

    url: str
    namespace: str
    parent: str
    expected: Mapping[str, Mapping[str, Any]]
    environment: str
    source: tuple[str, str]


class Plan(NamedTuple):
    """All that is asked about one environment; None and empty: nothing of that kind.

    Attributes:
        hosts: the hosts that must resolve, and whether each is behind the ingress controller.
        former: the hosts of its former name, which must not resolve.
    """

    environment: str
    vault: VaultQuestion | None
    hosts: Mapping[str, bool]
    former: tuple[str, ...]
    certificates: tuple[str, ...]
    services: tuple[ServiceQuestion, ...]
    argocd: ArgoCdQuestion | None
