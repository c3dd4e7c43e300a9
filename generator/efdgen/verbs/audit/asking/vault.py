"""Vault, or OpenBao: what is at paths, and what a token may read. Values are read, looked at, and forgotten here.

https://developer.hashicorp.com/vault/api-docs
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from efdgen.language.tuples import NamedTuple
from efdgen.verbs.audit.answers import (
    AskError,
    KeyState,
    PathState,
    Reply,
    TokenState,
    Unanswered,
    VaultAnswer,
    VaultQuestion,
)
from efdgen.verbs.audit.asking import http
from efdgen.verbs.audit.asking.reach import Reach

_NOT_FOUND, _FORBIDDEN = 404, 403
_VERSIONED = "2"
_MOST_FOLDERS = 500
_NOBODYS = "efdgen-audit-nobody-has-this"
"""A name beside the environment's own prefix: who may read there, may read everybody's."""

_PLACEHOLDER = re.compile(
    r"(?:change|replace|fix|fill)[-_ ]?(?:me|this|it)(?:[-_ ]?in)?|todo|tbd|fixme|placeholder|dummy|example|x{3,}|\.{3}"
    r"|your[-_ ].*|<[^<>]*>|secret|password",
    re.IGNORECASE,
)
"""What people write where a value is to come; all of the value."""


class _Mount(NamedTuple):
    """A secrets engine: where it is mounted, and whether it keeps versions."""

    path: str
    is_versioned: bool


def ask(reach: Reach, question: VaultQuestion, token: str) -> VaultAnswer:
    """Ask a Vault all that is to be known of it; without a token, only whether it could answer."""
    return _Vault(reach, question, token).answer()


def key_state(value: Any) -> KeyState:
    """Say what is known of a value, without it."""
    text = value.strip() if isinstance(value, str) else value
    if text is None or text in ("", [], {}):
        return KeyState.EMPTY
    return KeyState.PLACEHOLDER if isinstance(text, str) and _PLACEHOLDER.fullmatch(text) else KeyState.SOUND


class _Vault:
    def __init__(self, reach: Reach, question: VaultQuestion, token: str) -> None:
        self._reach = reach
        self._question = question
        self._headers = {"X-Vault-Token": token, "X-Vault-Request": "true"} if token else {}
        self._mounts: dict[str, _Mount | Unanswered] = {}

    def answer(self) -> VaultAnswer:
        fault = self._fault()
        if fault is not None:
            return VaultAnswer(fault, fault, {}, fault)
        paths = {each.path: self._noted(self._path, each.path) for each in self._question.paths}
        return VaultAnswer(None, self._noted(self._token), paths, self._noted(self._listed))

    def _noted(self, function: Any, *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except AskError as error:
            return error.unanswered

    def _fault(self) -> Unanswered | None:
        """Return why nothing can be asked; None: it can."""
        try:
            said = http.data(
                http.get(self._reach, self._url("sys/health?standbyok=true&sealedcode=200&uninitcode=200"))
            )
        except AskError as error:
            return error.unanswered
        if not isinstance(said, dict) or "sealed" not in said:
            return Unanswered("what answers there is no Vault", "is vault.address right?")
        if not said.get("initialized", True):
            return Unanswered("it is not initialized: it holds nothing yet", "vault operator init")
        if said["sealed"]:
            return Unanswered("it is sealed", "whoever holds its keys must unseal it: vault operator unseal")
        if not self._headers:
            return Unanswered(
                "there is no token to ask with", "vault login, set VAULT_TOKEN, or name a file: --vault-token-file"
            )
        return None

    def _path(self, path: str) -> PathState:
        mount = self._mount(path)
        inner = path.strip("/").removeprefix(mount.path)
        reply = self._get(f"{mount.path}{'data/' if mount.is_versioned else ''}{inner}")
        said = _held(http.data(reply), "data")
        if reply.status == _NOT_FOUND:
            return PathState(is_there=False, keys={}, is_deleted=bool(_held(said, "metadata")))
        values = _held(said, "data") if mount.is_versioned else said
        return PathState(is_there=True, keys={str(key): key_state(value) for key, value in sorted(values.items())})

    def _mount(self, path: str) -> _Mount:
        """Find the secrets engine of a path, as the vault command does."""
        top = path.strip("/").partition("/")[0]
        if top not in self._mounts:
            self._mounts[top] = self._noted(self._found_mount, path.strip("/"))
        found = self._mounts[top]
        if isinstance(found, Unanswered):
            raise AskError(*found)
        return found

    def _found_mount(self, path: str) -> _Mount:
        said = _held(http.data(self._get(f"sys/internal/ui/mounts/{path}")), "data")
        if not isinstance(said.get("path"), str):
            raise AskError("which secrets engine it is in is not known", "is the path right?")
        return _Mount(said["path"], _held(said, "options").get("version") == _VERSIONED)

    def _listed(self) -> tuple[str, ...]:
        """Return every path below the prefix, sorted."""
        prefix = self._question.prefix
        mount = self._mount(prefix)
        kind = "metadata/" if mount.is_versioned else ""
        waiting = [f"{prefix.removeprefix(mount.path)}/"]
        found: list[str] = []
        for _ in range(_MOST_FOLDERS):
            if not waiting:
                break
            folder = waiting.pop()
            names = _held(http.data(self._get(f"{mount.path}{kind}{folder}?list=true")), "data").get("keys") or ()
            for name in map(str, names):
                (waiting if name.endswith("/") else found).append(f"{folder}{name}")
        return tuple(sorted(f"{mount.path}{path}" for path in found))

    def _token(self) -> TokenState:
        said = _held(http.data(self._get("auth/token/lookup-self")), "data")
        expires = said.get("expire_time")
        return TokenState(_time(expires), "root" in (said.get("policies") or ()), self._reads())

    def _reads(self) -> tuple[str, ...]:
        """Return the places that belong to others, and that the token may read or list all the same."""
        parent = self._question.prefix.rpartition("/")[0]
        places = (*self._question.elsewhere, f"{parent}/{_NOBODYS}")
        asked: dict[str, list[str]] = {}
        for place in places:
            try:
                mount = self._mount(place)
            except AskError:
                # It is in an engine that this token knows nothing of.
                continue
            inner = place.removeprefix(mount.path)
            kinds = ("data/", "metadata/") if mount.is_versioned else ("",)
            asked[place] = [f"{mount.path}{kind}{inner}/{_NOBODYS}" for kind in kinds]
        every = [path for paths in asked.values() for path in paths]
        reply = http.post(self._reach, self._url("sys/capabilities-self"), self._headers, {"paths": every})
        self._refuse(reply)
        said = http.data(reply)
        may = {
            path for path in every if set(_strings(_held(said, "data").get(path))) & {"read", "list", "root", "sudo"}
        }
        return tuple(
            f"{parent}/*" if place.endswith(_NOBODYS) else f"{place}/*"
            for place, paths in asked.items()
            if may & set(paths)
        )

    def _get(self, path: str) -> Reply:
        reply = http.get(self._reach, self._url(path), self._headers)
        self._refuse(reply)
        return reply

    def _refuse(self, reply: Reply) -> None:
        if reply.status == _FORBIDDEN:
            raise AskError(
                "the token may not see it, or does not count any more", "vault token lookup says what the token is"
            )
        if reply.location:
            raise AskError(f"it sends on to another address (status {reply.status})", "is vault.address right?")
        if reply.status not in (200, 204, _NOT_FOUND):
            raise AskError(f"Vault answers with status {reply.status}", "try again; its own log says more")

    def _url(self, path: str) -> str:
        plain, mark, query = path.partition("?")
        return f"{self._question.address.rstrip('/')}/v1/{quote(plain)}{mark}{query}"


def _held(data: Any, key: str) -> dict[str, Any]:
    """Return the mapping that data holds under a key; without one, an empty one."""
    found = data.get(key) if isinstance(data, Mapping) else None
    return found if isinstance(found, dict) else {}


def _strings(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


_FRACTION = re.compile(r"\.\d+")


def _time(text: Any) -> dt.datetime | None:
    """Return a time as Vault writes it, `2026-11-29T14:05:00.123456789Z`; None: it writes none."""
    if not isinstance(text, str) or not text:
        return None
    found = dt.datetime.fromisoformat(_FRACTION.sub("", text).replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=dt.timezone.utc)
