"""What an app's Application is by its template, before Helm reads it: what a template says itself is rendered, too.

`project: "{{ .project }}"` and `revisionHistoryLimit: 3`  ->  the project of the spec, and 3 revisions
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from efdgen.language import yamlio
from efdgen.language.yamlio import YamlError
from efdgen.output import layout
from efdgen.render.files import shared_files
from efdgen.repository.model import Repository
from efdgen.verbs.audit.judging import specs

_MARK = re.compile(r"\{\{-?\s*([$.\w]+)\s*-?\}\}")


def applications(repository: Repository) -> dict[str, Mapping[str, Any]]:
    """Return the spec of each app's Application as its template has it, by app; control lines are left out."""
    by_file = {layout.application(name): name for name in repository.apps}
    found: dict[str, Mapping[str, Any]] = {}
    for path, content in shared_files(repository):
        if path in by_file:
            try:
                data = yamlio.load(content.decode())
            except YamlError:
                continue
            spec = data.get("spec") if isinstance(data, dict) else None
            found[by_file[path]] = spec if isinstance(spec, dict) else {}
    return found


def filled(template: Mapping[str, Any], spec: Mapping[str, Any], environment: str) -> dict[str, Any]:
    """Return what is rendered of an Application: what its template says, and else what follows from the specs.

    Args:
        template: the spec in the template; what Helm makes of marks that are not known here is taken from `spec`, or
            stays open.
        spec: what follows from the environment's spec.
        environment: the environment's name.
    """
    source = (spec.get("sources") or [spec.get("source") or {}])[0]
    marks = {f".{key}": source.get(key) for key in ("repoURL", "path", "targetRevision")}
    marks |= {".project": spec.get("project"), ".destinationServer": spec.get("destination", {}).get("server")}
    marks |= dict.fromkeys(("$efd.env", "$.Values.env"), environment)
    return _merged(_filled(template, marks), spec)


def _filled(data: Any, marks: Mapping[str, Any]) -> Any:
    """Fill the marks of Helm that are known."""
    if isinstance(data, Mapping):
        return {key: _filled(value, marks) for key, value in data.items()}
    if isinstance(data, list):
        return [_filled(each, marks) for each in data]
    if not isinstance(data, str):
        return data
    return _MARK.sub(lambda mark: mark[0] if marks.get(mark[1]) is None else str(marks[mark[1]]), data)


def _merged(said: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return both; what the template says counts, where it is known. One source and several are never both there."""
    other = {"source": "sources", "sources": "source"}
    found = {key: value for key, value in spec.items() if other.get(key) not in said}
    for key, value in said.items():
        below = found.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            found[key] = _merged(value, below)
        elif key not in found or not specs.is_open(value):
            found[key] = value
    return found
