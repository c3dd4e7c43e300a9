"""Keys of a wrapper chart's own values that efdgen gives wrapper charts itself: they get other names.

values: {vault: {url: a}}   template: {{ .Values.vault.url }}   ->   ownVault: {url: a}   {{ .Values.ownVault.url }}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from efdgen.verbs.imports.model import Chart, Deployed

RENAMED: Mapping[str, str] = {"hosts": "ownHosts", "vault": "ownVault", "kubernetesVersion": "ownKubernetesVersion"}
"""What a key is called here, by what it is called in the source."""

_READ = re.compile(r"(?P<before>\.Values\.|\bindex\s+\$?\.Values\s+\")(?P<key>hosts|vault|kubernetesVersion)\b")


def renamed(each: Deployed) -> Deployed:
    """Return an app whose own templates and values use names that efdgen does not: what is made of them is the same.

    A chart that stands for itself keeps its own values below its name, so nothing is in its way.
    """
    charts = {dependency.key for dependency in each.chart.dependencies}
    taken = {key for key in RENAMED if key not in charts}
    texts = {path: text for path, text in each.chart.files.items() if path.startswith("templates/")}
    read = {match["key"] for text in texts.values() for match in _READ.finditer(text.decode(errors="replace"))} & taken
    if not read or not charts:
        return each
    files = {path: _with_names(text, read) if path in texts else text for path, text in each.chart.files.items()}
    chart: Chart = each.chart._replace(files=files)
    values: dict[str, Any] = {RENAMED[key] if key in read else key: value for key, value in each.values.items()}
    return each._replace(chart=chart, values=values)


def are_read(chart: Chart) -> bool:
    """Say whether a chart's templates read a value that efdgen gives wrapper charts itself."""
    templates = [text for path, text in chart.files.items() if path.startswith("templates/")]
    return any(_READ.search(text.decode(errors="replace")) for text in templates)


def _with_names(content: bytes, read: set[str]) -> bytes:
    def name(match: re.Match[str]) -> str:
        return match["before"] + (RENAMED[match["key"]] if match["key"] in read else match["key"])

    try:
        return _READ.sub(name, content.decode()).encode()
    except UnicodeDecodeError:
        return content
