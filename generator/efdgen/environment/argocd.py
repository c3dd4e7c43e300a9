"""Argo CD: where one is, and data as it keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def argocd_at(url: str) -> str:
    """Return the address of an Argo CD as host and path, so that one place has one text.

    `https://Lab.org:443/argo-cd/` yields `lab.org/argo-cd`. Environments with one place are under one Argo CD.
    """
    host, slash, path = url.partition("://")[2].partition("/")
    return f"{host.lower().removesuffix(':443')}{slash}{path}".rstrip("/")


def without_empty(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return data without its empty values: null, false, 0, an empty text or list. An empty mapping stays.

    In Applications, Argo CD takes a missing value for the empty one, and leaves the empty ones out when it writes one.
    With them, what is rendered would differ from the cluster for ever.
    """
    return {
        key: without_empty(value) if isinstance(value, Mapping) else value
        for key, value in data.items()
        if isinstance(value, Mapping) or value
    }
