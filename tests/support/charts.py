"""Rendered charts, hydrated by Helm the way Argo CD does it, without their third-party dependencies."""

from __future__ import annotations

import functools
import gzip
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import helm_python
import yaml

from support.parsers import libyaml, libyaml_all

Object = dict[str, Any]


def hydrate(chart: Path, values: Mapping[str, Any], name: str = "release", namespace: str = "default") -> list[Object]:
    """Return the objects that a chart yields for the values given on top of its own.

    Raises:
        helm_python.HelmError: when a template fails.
    """
    manifests = _manifests(_archive(chart), json.dumps(values), name, namespace)
    return [found for text in manifests for found in libyaml_all(text) if found is not None]


@functools.lru_cache(maxsize=200)
def _manifests(archive: bytes, values: str, name: str, namespace: str) -> tuple[str, ...]:
    with helm_python.Chart.load_archive(gzip.compress(archive, compresslevel=1)) as loaded:
        return tuple(loaded.render(json.loads(values), name=name, namespace=namespace).values())


def parent(root: Path, values: Mapping[str, Any]) -> list[Object]:
    """Return what the parent chart of a repository yields."""
    return hydrate(root / "rendered/apps/efd", values, "efd", "argocd")


def applications(root: Path, values: Mapping[str, Any]) -> dict[str, Object]:
    """Return the Applications that the parent chart yields, by name."""
    return {found["metadata"]["name"]: found for found in of_kind(parent(root, values), "Application")}


def wrapper(root: Path, application: Object) -> list[Object]:
    """Return what the chart of an Application yields, with the value files that the Application names."""
    source = application["spec"]["source"]
    values: dict[str, Any] = {}
    for file in source["helm"]["valueFiles"]:
        values |= libyaml((root / source["path"] / file).read_text(encoding="utf-8"))
    namespace = application["spec"]["destination"]["namespace"]
    release = source["helm"].get("releaseName", application["metadata"]["name"])
    return hydrate(root / source["path"], values, release, namespace)


def everything(root: Path, environment: str) -> Iterator[tuple[str, Object]]:
    """Yield every object of an environment, each with the app that it belongs to."""
    for found in parent(root, {"env": environment}):
        yield "efd", found
        if found["kind"] == "Application":
            yield from ((PurePosixPath(found["spec"]["source"]["path"]).name, below) for below in wrapper(root, found))


def of_kind(objects: list[Object], kind: str) -> list[Object]:
    """Return the objects of a kind."""
    return [found for found in objects if found["kind"] == kind]


def _archive(chart: Path) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for path in sorted(chart.rglob("*")):
            if path.is_file():
                content = path.read_bytes()
                if path.name == "Chart.yaml":
                    metadata = libyaml(content)
                    metadata.pop("dependencies", None)
                    content = yaml.safe_dump(metadata).encode()
                entry = tarfile.TarInfo(f"chart/{path.relative_to(chart).as_posix()}")
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()
