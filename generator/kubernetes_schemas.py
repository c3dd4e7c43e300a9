"""Makes Kubernetes' schemas of versions that kubernetes-validate has no more: `make schemas`.

They are a part of one of its releases (Apache-2.0), which made them from Kubernetes' own OpenAPI document:
`api/openapi-spec/swagger.json`. What no rule needs is left out: descriptions, formats, patches. What is there is kept
as it is, but for `Quantity`: Kubernetes takes any number for it (`cpu: 0.1`), and its document only says text.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RELEASE = "kubernetes-validate==1.28.0"
"""The last one that has Kubernetes 1.21."""
SHA256 = "a248ff8e00f92c655b2b42aa259e663aee78d2061e2d7b96da51b678ee9b08d6"
"""The digest of the release's wheel."""
VERSIONS = ("1.21", "1.22", "1.23", "1.24")
TARGET = Path(__file__).resolve().parent / "efdgen/schemas/kubernetes/former.json.gz"

_KEPT = ("type", "required", "enum", "x-kubernetes-group-version-kind")
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"


def former(wheel: Path) -> bytes:
    """Return the compressed schemas in a wheel: each definition with the versions that have it so.

    Of `{"definitions": {"io.k8s.api.core.v1.Pod": [...]}}`, an item is `{"in": ["1.21", "1.22"], "schema": {...}}`.
    """
    definitions: dict[str, list[dict[str, Any]]] = {}
    with zipfile.ZipFile(wheel) as archive:
        for version in VERSIONS:
            folder = f"kubernetes_validate/kubernetes-json-schema/v{version}.0-local-strict"
            for name, node in json.loads(archive.read(f"{folder}/_definitions.json"))["definitions"].items():
                schema = {"type": ["string", "number"]} if name == _QUANTITY else _reduced(node)
                forms = definitions.setdefault(name, [])
                same = next((form for form in forms if form["schema"] == schema), None)
                if same is None:
                    forms.append({"in": [version], "schema": schema})
                else:
                    same["in"].append(version)
    said = {
        "from": f"{RELEASE} (Apache-2.0), sha256 {SHA256}; made by requirements/{Path(__file__).name}",
        "versions": VERSIONS,
        "definitions": definitions,
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return gzip.compress(text.encode("ascii"), mtime=0)


def _reduced(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema with what rules need; a reference names its target alone."""
    reduced: dict[str, Any] = {keyword: node[keyword] for keyword in _KEPT if keyword in node}
    if "properties" in node:
        reduced["properties"] = {name: _reduced(below) for name, below in node["properties"].items()}
    for keyword in ("items", "additionalProperties"):
        if keyword in node:
            below = node[keyword]
            reduced[keyword] = _reduced(below) if isinstance(below, dict) else below
    if "$ref" in node:
        reduced["$ref"] = node["$ref"].rpartition("/")[2]
    if "oneOf" in node:
        reduced["type"] = [choice["type"] for choice in node["oneOf"]]
    return reduced


def main() -> None:
    """Download the release, and write what is made of it."""
    with tempfile.TemporaryDirectory() as folder:
        asked = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*asked, "--dest", folder, RELEASE], check=True)
        (wheel,) = Path(folder).iterdir()
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if digest != SHA256:
            sys.exit(f"{wheel.name} has the digest {digest}, not {SHA256}")
        TARGET.write_bytes(former(wheel))


if __name__ == "__main__":
    main()
