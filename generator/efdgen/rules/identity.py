"""What one environment is known by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from efdgen.errors import Path
from efdgen.repository.model import EnvironmentSpec


class Identity(NamedTuple):
    """What an environment is known by.

    Attributes:
        hosts: its public hosts, each with the path of the fact that decides it.
        argocd: the address of the Argo CD that deploys it, written one way.
        is_managing: whether it looks after that Argo CD.
        links: the environments that it may name.
    """

    name: str
    spec: EnvironmentSpec
    hosts: Mapping[str, Path]
    vault_prefix: str
    aliases: frozenset[str]
    domain: str
    argocd: str
    is_managing: bool
    links: frozenset[str]
