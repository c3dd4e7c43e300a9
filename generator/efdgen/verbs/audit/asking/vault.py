"""Vault, or OpenBao: what is at paths, and what a token may read. Values are read, looked at, and forgotten here.

https://developer.hashicorp.com/vault/api-docs
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from efdgen.language.tuples import NamedTuple
from efdgen.verbs.audit.answers import AskError, PathState, Reply, TokenState, Unanswered, VaultAnswer, VaultQuestion
from efdgen.verbs.audit.asking import http, threads
from efdgen.verbs.audit.asking.reach import Reach
from efdgen.verbs.audit.asking.rights import Rights
from efdgen.verbs.audit.asking.secretvalues import key_state
from efdgen.verbs.audit.asking.vaultanswers import (
    MayNotLookError,
    NoEngineError,
    held,
    needs,
    not_understood,
    sent_on,
    time_of,
)

WHOLE = 4
"""How many times as long as a server may be silent, one question may take."""

_SERVER, TOKEN, _LISTED = "", " token", " listed"
"""Questions beside those about paths; no path in Vault has a blank."""

_OK, _NOT_FOUND, _FORBIDDEN = 200, 404, 403
_VERSIONED = "2"
_MOST_FOLDERS = 500
_NOBODYS = "efdgen-audit-nobody-has-this"
"""A name beside the environment's own prefix: who may read there, may read everybody's."""


class _Mount(NamedTuple):
    """A secrets engine: where it is mounted, and whether it keeps versions."""

    path: str
    is_versioned: bool


def ask(reach: Reach, question: VaultQuestion, token: str | Unanswered) -> VaultAnswer:
    """Ask a Vault all that is to be known of it; without a token, only whether it could answer."""
    asked = threads.ask_all(questions(reach, question, token), WHOLE * reach.means.timeout, lambda _done, _all: None)
    return answer(question, asked)


def questions(reach: Reach, question: VaultQuestion, token: str | Unanswered) -> dict[str, Callable[[], Any]]:
    """Return what is asked, each by itself: what Vault is slow or odd about takes nothing from the rest."""
    server = _Vault(reach, question, token)
    asked = {path.path: functools.partial(server.path, path.path) for path in question.paths}
    return {_SERVER: server.is_well, **asked, TOKEN: server.token, _LISTED: server.listed}


def answer(question: VaultQuestion, asked: Mapping[str, Any]) -> VaultAnswer:
    """Return what the questions came to."""
    server = asked[_SERVER]
    paths = {each.path: asked[each.path] for each in question.paths}
    is_well = not isinstance(server, Unanswered)
    return VaultAnswer(None if is_well else server, asked[TOKEN], paths, asked[_LISTED])


class _Vault:
    """One Vault, asked side by side: what several questions need to know first is asked once."""

    def __init__(self, reach: Reach, question: VaultQuestion, token: str | Unanswered) -> None:
        self._reach = reach
        self._trust = reach.vault_context
        self._question = question
        self._why_not = token if isinstance(token, Unanswered) else None
        namespace = reach.means.vault.namespace
        self._within = f", in the namespace {namespace}" if namespace else ""
        self._is_it = " Is VAULT_NAMESPACE?" if namespace else ""
        self._headers: dict[str, str] = {}
        if token and self._why_not is None:
            self._headers = {"X-Vault-Token": str(token), "X-Vault-Request": "true"}
            self._headers |= {"X-Vault-Namespace": namespace} if namespace else {}
        self._known: dict[tuple[str, ...], Any] = {}
        self._lock = threading.RLock()

    def _once(self, key: tuple[str, ...], function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what a function does, which is called once.

        Raises:
            AskError: when the function did.
        """
        with self._lock:
            if key not in self._known:
                try:
                    self._known[key] = function(*arguments)
                except AskError as error:
                    self._known[key] = error
            found = self._known[key]
        if isinstance(found, AskError):
            raise found
        return found

    def is_well(self) -> bool:
        """Say that it can be asked.

        Raises:
            AskError: when it can't.
        """
        fault = self._once(("fault",), self._fault)
        if fault is not None:
            raise AskError(*fault)
        return True

    def _fault(self) -> Unanswered | None:
        """Return why nothing can be asked; None: it can."""
        url = self._url("sys/health?standbyok=true&sealedcode=200&uninitcode=200")
        reply = http.get(self._reach, url, trust=self._trust)
        if reply.location:
            return sent_on(reply)
        said = http.data(reply)
        is_vault = isinstance(said, dict) and isinstance(said.get("sealed"), bool)
        if not is_vault or not isinstance(said.get("initialized", True), bool):
            return Unanswered("what answers there is no Vault", "is vault.address right?")
        if not said.get("initialized", True):
            return Unanswered("it is not initialized: it holds nothing yet", "vault operator init")
        if said["sealed"]:
            return Unanswered("it is sealed", "whoever holds its keys must unseal it: vault operator unseal")
        if self._why_not is not None:
            return self._why_not
        if not self._headers:
            advice = "vault login, set VAULT_TOKEN, or name a file: --vault-token-file"
            return Unanswered("there is no token to ask with", advice)
        return None

    def path(self, path: str) -> PathState:
        """Return what is at a path.

        Raises:
            AskError: when that can't be known.
        """
        self.is_well()
        mount = self._mount(path)
        inner = path.strip("/").removeprefix(mount.path)
        at = f"{mount.path}{'data/' if mount.is_versioned else ''}{inner}"
        reply, said = self._get(at, "read")
        if reply.status == _NOT_FOUND:
            is_deleted = isinstance(held(said, "data").get("metadata"), dict)
            return PathState(False, {}, is_deleted, mount.is_versioned, at)
        values = said["data"]
        if mount.is_versioned:
            if not isinstance(values.get("data"), dict) or not isinstance(values.get("metadata"), dict):
                raise not_understood()
            values = values["data"]
        keys = {key: key_state(value, key) for key, value in sorted(values.items())}
        return PathState(is_there=True, keys=keys, is_versioned=mount.is_versioned, at=at)

    def _mount(self, path: str) -> _Mount:
        """Find the secrets engine of a path, as the vault command does."""
        asked = path.strip("/")
        with self._lock:
            # No engine is mounted below another one. What is not known of one path may be known of the next.
            known = (each for each in self._known.values() if isinstance(each, _Mount))
            found = next((mount for mount in known if asked.startswith(mount.path)), None)
            return found or self._once(("mount", asked), self._found_mount, asked)

    def _found_mount(self, path: str) -> _Mount:
        reply, said = self._get(f"sys/internal/ui/mounts/{path}", "")
        if reply.status == _NOT_FOUND:
            raise NoEngineError(f"there is no secrets engine there{self._within}", f"is the path right?{self._is_it}")
        data = said["data"]
        at, kind, options = data.get("path"), data.get("type"), data.get("options")
        is_sound = isinstance(at, str) and at.endswith("/") and f"{path}/".startswith(at) and isinstance(kind, str)
        if not is_sound or not isinstance(options, (dict, type(None))):
            raise not_understood()
        if kind not in ("kv", "generic"):
            raise AskError("the secrets engine there is not KV", "is the path right? vault secrets list names engines")
        return _Mount(at, (options or {}).get("version") == _VERSIONED)

    def listed(self) -> tuple[str, ...]:
        """Return every path below the prefix, sorted.

        Raises:
            AskError: when that can't be known.
        """
        self.is_well()
        prefix = self._question.prefix
        mount = self._mount(prefix)
        kind = "metadata/" if mount.is_versioned else ""
        waiting = [f"{prefix.removeprefix(mount.path)}/"]
        found: list[str] = []
        for _ in range(_MOST_FOLDERS):
            if not waiting:
                break
            folder = waiting.pop()
            reply, said = self._get(f"{mount.path}{kind}{folder}?list=true", "list")
            names = [] if reply.status == _NOT_FOUND else said["data"].get("keys")
            if not isinstance(names, list) or not all(isinstance(name, str) and name.strip("/") for name in names):
                raise not_understood()
            for name in names:
                (waiting if name.endswith("/") else found).append(f"{folder}{name}")
        if waiting:
            raise AskError(f"it has more than {_MOST_FOLDERS} folders", "is vault.pathPrefix right?")
        return tuple(sorted(f"{mount.path}{path}" for path in found))

    def token(self) -> TokenState:
        """Return what the token is.

        Raises:
            AskError: when that can't be known.
        """
        self.is_well()
        said = self._once(("token",), self._looked_up)
        policies = [*said["policies"], *(said.get("identity_policies") or ())]
        reads = self._reads()
        found = TokenState(time_of(said["expire_time"]), "root" in policies, reads)
        try:
            rights = self._rights()
        except AskError:
            return found
        return found._replace(
            is_root=found.is_root or rights.is_root, others=rights.others(reads), writes=rights.writes()
        )

    def _looked_up(self) -> dict[str, Any]:
        """Return what Vault says of the token."""
        reply, said = self._get("auth/token/lookup-self", "lookup")
        if reply.status == _NOT_FOUND and self._within:
            raise AskError(f"the token can't be looked up{self._within}", "is VAULT_NAMESPACE right?")
        data = held(said, "data")
        policies = data.get("policies")
        if reply.status == _NOT_FOUND or "expire_time" not in data or not isinstance(policies, list):
            raise not_understood()
        if not all(isinstance(each, str) for each in policies):
            raise not_understood()
        time_of(data["expire_time"])
        return data

    def _rights(self) -> Rights:
        """Return all that the token may do, as Vault's own pages ask for it."""
        reply, said = self._get("sys/internal/ui/resultant-acl", "")
        mount = self._mount(self._question.prefix)
        if reply.status == _NOT_FOUND:
            raise not_understood()
        return Rights(said["data"], self._question.prefix, mount.path, self._reach.means.vault.namespace)

    def _reads(self) -> tuple[str, ...]:
        """Return the places that belong to others, and that the token may read or list all the same."""
        # Most others are in the same engine: without it, nothing is known of them.
        self._mount(self._question.prefix)
        parent = self._question.prefix.rpartition("/")[0]
        places = (*self._question.elsewhere, f"{parent}/{_NOBODYS}")
        asked: dict[str, list[str]] = {}
        for place in places:
            try:
                mount = self._mount(place)
            except NoEngineError:
                continue
            inner = place.removeprefix(mount.path)
            kinds = ("data/", "metadata/") if mount.is_versioned else ("",)
            asked[place] = [f"{mount.path}{kind}{inner}/{_NOBODYS}" for kind in kinds]
        every = [path for paths in asked.values() for path in paths]
        sent = {"paths": every}
        reply = http.post(self._reach, self._url("sys/capabilities-self"), self._headers, sent, self._trust)
        data = self._checked(reply, "sys/capabilities-self", "update")["data"]
        may: set[str] = set()
        for path in every:
            capabilities = data.get(path)
            if not isinstance(capabilities, list) or not all(isinstance(each, str) for each in capabilities):
                raise not_understood()
            may |= {path} if {"read", "list", "root", "sudo"} & set(capabilities) else set()
        return tuple(
            f"{parent}/*" if place.endswith(_NOBODYS) else f"{place}/*"
            for place, paths in asked.items()
            if may & set(paths)
        )

    def _get(self, path: str, right: str) -> tuple[Reply, dict[str, Any]]:
        """Ask for something, for which the token needs a right, and return the answer, and its data.

        The data of status 200 has a mapping under `data`; that of 404 is what Vault says where nothing is.
        """
        reply = http.get(self._reach, self._url(path), self._headers, self._trust)
        return reply, self._checked(reply, path, right)

    def _checked(self, reply: Reply, path: str, right: str) -> dict[str, Any]:
        if reply.status == _FORBIDDEN:
            raise self._forbidden(path.partition("?")[0], right)
        if reply.location:
            raise AskError(*sent_on(reply))
        if reply.status not in (_OK, _NOT_FOUND):
            raise AskError(f"Vault answers with status {reply.status}", "try again; its own log says more")
        said = http.data(reply)
        if not isinstance(said, dict):
            raise not_understood()
        is_nothing = reply.status == _NOT_FOUND and isinstance(said.get("errors"), list)
        if not is_nothing and not isinstance(said.get("data"), dict):
            raise not_understood()
        return said

    def _forbidden(self, path: str, right: str) -> AskError:
        """Return why something may not be seen, as likely as it can be told."""
        if right == "lookup":
            return self._not_looked_up()
        try:
            policies = self._once(("token",), self._looked_up)["policies"]
        except MayNotLookError:
            policies = ()
        except AskError as error:
            return error
        if right == "update":
            return AskError(f"no policy of the token has {path}", needs(path, right))
        if not right:
            # Vault says the same of a place where no engine is, even to who may do everything.
            none = f"no secrets engine is mounted there ({path}){self._within}"
            if "root" in policies:
                return NoEngineError(none, f"is the path right? vault secrets list names engines{self._is_it}")
            what = f"no policy of the token names a path there, or {none}"
            advice = f"its policy needs the paths in docs/audit.md; is the path right?{self._is_it}"
            return NoEngineError(what, advice)
        mount = self._mount(self._question.prefix)
        version = "2" if mount.is_versioned else "1"
        place = path.rpartition("/")[0] if right == "read" else path.rstrip("/")
        return AskError(
            f"no policy of the token has {right} here, by KV version {version}",
            needs(f"{place}/*", right),
        )

    def _not_looked_up(self) -> AskError:
        """Return why the token can't be looked up: it does not count, unless Vault takes it for something else."""
        here = f"sys/internal/ui/mounts/{self._question.prefix}"
        if http.get(self._reach, self._url(here), self._headers, self._trust).status == _OK:
            path = "auth/token/lookup-self"
            return MayNotLookError(f"the token may not look at itself: its policy lacks {path}", needs(path, "read"))
        reason = "the token does not count: it has ended, was revoked, or is of another Vault"
        return AskError(f"{reason}; or its policy names nothing here", "vault token lookup says more")

    def _url(self, path: str) -> str:
        plain, mark, query = path.partition("?")
        return f"{self._question.address.rstrip('/')}/v1/{quote(plain)}{mark}{query}"
