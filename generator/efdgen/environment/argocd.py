"""Argo CD: where one is, and data as it keeps it."""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

_PLAIN = re.compile(r"https://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?<!\.cluster\.local)(?P<path>(?:/[a-z0-9_-]+)*)/?\Z")
"""Most addresses: nothing in them could be written in another way but for the last slash."""

_PORTS = {"https": 443, "http": 80}


@functools.lru_cache(maxsize=256)
def server_at(url: str) -> str:
    """Return the address of a server, an Argo CD's or a cluster's, as host and path, so that one place has one text.

    `https://Lab.org:443/argo-cd/#x` yields `lab.org/argo-cd`; a Service's full name in a cluster,
    `https://kubernetes.default.svc.cluster.local`, the short one. Environments with one place of `argocd.url` are under
    one Argo CD. The scheme, a user's name, a query and a fragment lead to no other place.
    """
    plain = _PLAIN.match(url)
    if plain is not None:
        return url[len("https://") : plain.end("path")]
    return _server_at(url)


def _server_at(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url.lower()
    host = (parts.hostname or "").rstrip(".")
    if host.endswith(".svc.cluster.local"):
        host = host.removesuffix(".cluster.local")
    at = f"{host}:{port}" if port and port != _PORTS.get(parts.scheme) else host
    path = posixpath.normpath("/" + unquote(parts.path).lstrip("/"))
    return f"{at}{path}".rstrip("/")


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
