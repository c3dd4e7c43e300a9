"""The Secrets of an environment: those that are made from Vault, and the keys of those that people make."""

from __future__ import annotations

from typing import Any

from efdgen.environment.model import ResolvedEnvironment
from efdgen.language.layers import SCALARS
from efdgen.language.tuples import NamedTuple

ARGOCD_TLS = "argocd-server-tls"
"""The VaultSecret of Argo CD's own certificate: the parent chart has it, where Argo CD is managed from here."""


class Secret(NamedTuple):
    """A Kubernetes Secret that is made from a Vault path."""

    namespace: str
    name: str
    path: str
    keys: tuple[str, ...]


class Gap(NamedTuple):
    """What a Vault path lacks.

    Attributes:
        path: the path.
        keys: the keys that have no value yet; none: any key will do.
        has_others: whether there are keys there already, which have to stay.
        is_versioned: whether its engine keeps versions.
        is_deleted: whether its newest version was deleted.
        at: the path as policies have it, with `data/` where its engine keeps versions; empty: not known.
    """

    path: str
    keys: tuple[str, ...]
    has_others: bool
    is_versioned: bool = True
    is_deleted: bool = False
    at: str = ""


def secrets(environment: ResolvedEnvironment) -> tuple[Secret, ...]:
    """Return every VaultSecret of the environment, sorted by namespace and name."""
    found = [
        Secret(app.definition.namespace, secret.name, secret.path, secret.keys)
        for app in environment.apps
        for secret in app.secrets
    ]
    argocd = environment.facts.argocd
    if argocd.managed:
        found.append(Secret("argocd", ARGOCD_TLS, argocd.tls_vault_path, ("tls.crt", "tls.key")))
    return tuple(sorted(found))


def keys_read(value: Any, name: str) -> list[str]:
    """Return the keys of a Secret that values name."""
    found: list[str] = []
    if type(value) is list:
        for item in value:
            if type(item) not in SCALARS:
                found += keys_read(item, name)
    elif type(value) is dict:
        if value.get("secretName") == name and isinstance(value.get("secretKey"), str):
            found.append(value["secretKey"])
        elif value.get("name") == name and isinstance(value.get("key"), str):
            found.append(value["key"])
        for item in value.values():
            if type(item) not in SCALARS:
                found += keys_read(item, name)
    return found
