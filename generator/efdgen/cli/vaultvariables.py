"""What the variables of the command vault say, as it reads them; and those that audits do not follow.

https://developer.hashicorp.com/vault/docs/commands#configure-environment-variables
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from efdgen.verbs.audit.asking.reach import VaultMeans

_TRUE = ("1", "t", "T", "TRUE", "true", "True")
_FALSE = ("", "0", "f", "F", "FALSE", "false", "False")
"""What Go's strconv.ParseBool takes, and a variable that is empty."""

PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "VAULT_PROXY_ADDR", "VAULT_HTTP_PROXY")
_INSTEAD = {
    **dict.fromkeys(PROXIES, "audits ask through no proxy; --connect-to names the end of a tunnel"),
    "SSLKEYLOGFILE": "audits write the keys of no connection",
    "VAULT_AGENT_ADDR": "Vault itself is asked",
    "VAULT_CLIENT_TIMEOUT": "--timeout says for how long a server may be silent",
    "VAULT_CLIENT_CERT": "audits show no certificate of their own",
    "VAULT_TLS_SERVER_NAME": "certificates are held to the host in the spec",
}
"""The variables that audits do not follow, and what counts in their place."""


def vault_means() -> VaultMeans:
    """Return what VAULT_NAMESPACE, VAULT_CACERT, VAULT_CACERT_BYTES and VAULT_CAPATH say.

    Raises:
        UsageError: when VAULT_SKIP_VERIFY asks for what audits do not do, or a namespace can't be one.
    """
    from efdgen.errors import UsageError
    from efdgen.verbs.audit.asking.reach import VaultMeans

    skips = _said("VAULT_SKIP_VERIFY")
    if skips in _TRUE:
        message = "VAULT_SKIP_VERIFY is set: no token is sent to a server whose certificate nobody looks at; "
        raise UsageError(f"{message}unset it, and name whom to trust: VAULT_CACERT, or --ca-file")
    if skips not in _FALSE:
        raise UsageError("VAULT_SKIP_VERIFY is neither true nor false")
    namespace = _said("VAULT_NAMESPACE")
    if not namespace.isascii() or not namespace.isprintable() or " " in namespace:
        raise UsageError("VAULT_NAMESPACE can't be the name of a namespace: one word of ASCII")
    # As vault has it: the first of them counts, and nobody else is trusted.
    file = _said("VAULT_CACERT")
    text = "" if file else _said("VAULT_CACERT_BYTES")
    folder = "" if file or text else _said("VAULT_CAPATH")
    return VaultMeans(namespace, file, text, folder)


def proxies() -> tuple[str, ...]:
    """Return the variables that name a proxy."""
    return tuple(name for name in PROXIES if _either(name))


def unused() -> Iterator[tuple[str, str]]:
    """Yield each variable that is set and not followed, and what counts in its place."""
    yield from ((name, instead) for name, instead in _INSTEAD.items() if _either(name))


def _said(name: str) -> str:
    return os.environ.get(name, "").strip()


def _either(name: str) -> str:
    """Return a variable; those of proxies may be in small letters."""
    return _said(name) or _said(name.lower())
