"""Hydrated apps, as people and programs read them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from efdgen.helm.hydrate import HydratedApp
from efdgen.helm.printing import printed
from efdgen.language import visible


def is_result(name: str, content: bytes) -> bool:
    """Say whether a file begins as `file` writes it for the app that its name says: a copy is somebody's own."""
    app, _, format_ = name.rpartition(".")
    if format_ == "json":
        head = content.split(b"\n", 4)
        return head[:2] == [b"{", b'  "hydratedBy": "efdgen",'] and head[3:4] == [
            f'  "app": {json.dumps(app)},'.encode()
        ]
    return format_ == "yaml" and content.startswith(f"# Hydrated by efdgen from rendered/: {app} in ".encode())


def as_yaml(apps: Sequence[HydratedApp]) -> str:
    """Return one YAML stream: what `helm template` prints for each app, byte for byte, but for the last line break."""
    return "".join(printed(release) for app in apps for release in app.releases).removesuffix("\n")


def as_json(apps: Sequence[HydratedApp]) -> str:
    """Return one JSON document; an app that failed has its error in it."""
    return visible.json(json.dumps([_plain(app) for app in apps], indent=2, ensure_ascii=False))


def file(app: HydratedApp, format_: str) -> bytes:
    """Return a file that holds one app's objects, as `yaml` or `json`; its beginning says where it comes from."""
    if format_ == "json":
        return f"{json.dumps({'hydratedBy': 'efdgen', **_plain(app)}, indent=2, ensure_ascii=False)}\n".encode()
    return f"# Hydrated by efdgen from rendered/: {app.app} in {app.environment}\n{as_yaml([app])}\n".encode()


def _plain(app: HydratedApp) -> dict[str, Any]:
    objects = [{"source": item.source, "object": item.data} for item in app.objects]
    return {
        "environment": app.environment,
        "app": app.app,
        "objects": objects,
        **({"error": app.error} if app.error else {}),
    }
