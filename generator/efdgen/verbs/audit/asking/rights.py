"""What a token of Vault may do, as Vault tells its own pages: which of it goes beyond an environment's own.

{"exact_paths": {"sys/policies/acl/all": {"capabilities": ["update"]}}, "glob_paths": {}, "root": false}
->  others(()) == ("change sys/policies/acl/all",)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from efdgen.verbs.audit.answers import AskError

_ORDINARY = re.compile(
    r"auth/token/(?:lookup|renew|revoke)-self|cubbyhole/.*|identity/(?:entity|oidc)/.*"
    r"|sys/(?:capabilities-self|internal/.*|wrapping/.*|tools/.*|leases/(?:renew|lookup)|renew|control-group/request)"
)
"""What everybody may do by the policy `default`."""

_KINDS = ("data/", "metadata/", "subkeys/", "delete/", "undelete/", "destroy/")
"""What an engine with versions has at each path."""

_READING = frozenset(("read", "list", "subscribe"))


class Rights:
    """What a token may do.

    Args:
        said: Vault's answer.
        prefix: what belongs to the environment.
        engine: where the engine of the prefix is mounted: `secret/`.
        namespace: the namespace that was asked in, which its answer has before each path of it; empty: the root.

    Raises:
        AskError: when the answer is none.
    """

    def __init__(self, said: Mapping[str, Any], prefix: str, engine: str, namespace: str = "") -> None:
        self.is_root = said.get("root") is True
        self._engine = engine
        self._own = tuple(f"{each}/" for each in self._forms(prefix))
        within = f"{namespace.strip('/')}/" if namespace.strip("/") else ""
        self._by_path = {path.removeprefix(within): may for path, may in _read(said)}

    def others(self, reads: Collection[str]) -> tuple[str, ...]:
        """Return what it may do beyond the environment's own, but to read the places that are said already."""
        said = [form for place in reads for form in self._forms(place.removesuffix("*").rstrip("/"))]
        found = []
        for path, capabilities in sorted(self._by_path.items()):
            if self._is_own(path) or _ORDINARY.fullmatch(path.rstrip("*")):
                continue
            if capabilities - _READING:
                found.append(f"change {path}")
            elif not any(f"{form}/".startswith(path.rstrip("*")) for form in said):
                found.append(f"read {path}")
        return tuple(found)

    def writes(self) -> tuple[str, ...]:
        """Return what it may change of the environment's own."""
        return tuple(sorted(path for path, may in self._by_path.items() if self._is_own(path) and may - _READING))

    def _is_own(self, path: str) -> bool:
        return f"{path.rstrip('*').rstrip('/')}/".startswith(self._own)

    def _forms(self, place: str) -> tuple[str, ...]:
        """Return where a place is: by KV version 1 as it is, by version 2 behind what is done there."""
        inner = place.removeprefix(self._engine)
        return (place, *(f"{self._engine}{kind}{inner}" for kind in _KINDS))


def _read(said: Mapping[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    for kind, end in (("exact_paths", ""), ("glob_paths", "*")):
        paths = said.get(kind) or {}
        if not isinstance(paths, dict):
            raise AskError("what came is no answer of Vault")
        for path, each in paths.items():
            capabilities = each.get("capabilities") if isinstance(each, dict) else None
            if not isinstance(capabilities, list) or not all(isinstance(one, str) for one in capabilities):
                raise AskError("what came is no answer of Vault")
            may = frozenset(capabilities) - {"deny"}
            if may and "deny" not in capabilities:
                yield f"{path}{end}", may
