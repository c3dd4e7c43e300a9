"""The Kubernetes API, through `kubectl proxy`: the same for every kubeconfig."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any

Object = dict[str, Any]


class RefusedError(Exception):
    """The API server did not do what it was asked."""


class Api:
    """Speaks to the API server.

    Args:
        port: where `kubectl proxy` listens, on loopback.
    """

    def __init__(self, port: int) -> None:
        self._port = port

    def get(self, path: str) -> Object | None:
        """Return an object, None where there is no such thing."""
        return self._call("GET", path)

    def items(self, path: str) -> list[Object]:
        """Return the objects of a list; none where the API server does not know the kind."""
        found = self._call("GET", path) or {}
        return list(found.get("items", []))

    def create(self, path: str, new: Mapping[str, Any]) -> None:
        """Create an object, unless it is there."""
        self._call("POST", path, new)

    def patch_status(self, path: str, status: Mapping[str, Any]) -> None:
        """Merge a status into that of an object, unless the object is gone."""
        self._call("PATCH", f"{path}/status", {"status": status}, "application/merge-patch+json")

    def delete(self, path: str) -> None:
        """Delete an object at once, unless it is gone."""
        self._call("DELETE", path, {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0})

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, kind: str = "application/json"
    ) -> Object | None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            connection.request(
                method, path, None if body is None else json.dumps(body).encode(), {"Content-Type": kind}
            )
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status in (404, 409):
            return None
        if answer.status >= 400:
            raise RefusedError(f"{method} {path}: {answer.status} {text[:300].decode(errors='replace')}")
        found: Object = json.loads(text)
        return found


def path_of(found: Object, prefix: str, plural: str) -> str:
    """Return the path of an object, such as `/api/v1/namespaces/argocd/pods/server` for the prefix `/api/v1`."""
    metadata = found["metadata"]
    return f"{prefix}/namespaces/{metadata['namespace']}/{plural}/{metadata['name']}"
