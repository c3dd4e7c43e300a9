"""The values files of Applications: which, where, and how they name their environment, by the templates that say it.

- ../../envs/{{ .Values.env }}/db.yaml       finds   envs/north/db.yaml, of the environment north
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

USUAL = re.compile(r"values-([a-z0-9][a-z0-9-]*)\.ya?ml\Z")
_NAME = "[a-z0-9][a-z0-9-]*"
_FILE = re.compile(r"(?<![\w./$-])[\w./$-]*(?:\{\{[^{}\n]*\}\}[\w./$-]*)+\.ya?ml\b")
_PART = re.compile(r"\{\{[^{}\n]*\}\}")
_KEY = re.compile(r"\{\{-?\s*\$?\.Values\.([A-Za-z0-9_]+)\s*(?:\|\s*(?:quote|toString|lower)\s*)?-?\}\}\Z")


def key(texts: Iterable[str]) -> str:
    """Return the value by which templates name values files most often; empty: they name none so."""
    found = Counter(
        match[1]
        for text in texts
        for file in _FILE.findall(text)
        for part in _PART.findall(file)
        if (match := _KEY.match(part))
    )
    return found.most_common(1)[0][0] if found else ""


def patterns(texts: Iterable[str], name: str) -> tuple[re.Pattern[str], ...]:
    """Return what finds the environment in the path of a values file, most special first.

    Args:
        texts: the templates of the app of apps.
        name: the value that says which environment is deployed.
    """
    found = dict.fromkeys(file for text in texts for file in _FILE.findall(text) if name)
    made = dict.fromkeys(filter(None, (_pattern(file, name) for file in found)))
    return tuple(re.compile(text) for text in sorted(made, key=lambda text: (-len(text), text)))


def _pattern(file: str, name: str) -> str:
    """Return the expression for a file's name; empty: its environment can't be told."""
    parts, at = [], 0
    is_named = False
    # Where the file lies is said from the chart, or from another source: what follows is what can be looked for.
    file = re.sub(r"\A(?:\$[\w-]+)?/?(?:\.\.?/)*", "", file)
    for part in _PART.finditer(file):
        parts.append(re.escape(file[at : part.start()]))
        at = part.end()
        match = _KEY.match(part[0])
        if match and match[1] == name:
            parts.append("(?P=env)" if is_named else f"(?P<env>{_NAME})")
            is_named = True
        else:
            parts.append("[^/]+")
    parts.append(re.escape(file[at:]))
    return rf"(?:.*/)?{''.join(parts)}\Z" if is_named else ""


def environment_of(path: str, known: Sequence[re.Pattern[str]]) -> str:
    """Return the environment that a values file is of; empty: its path names none."""
    usual = USUAL.match(posixpath.basename(path))
    if usual:
        return usual[1]
    return next((match["env"] for pattern in known if (match := pattern.match(path))), "")


def place(folder: str, file: str) -> str:
    """Return the path of a values file: beside the chart, or from the top of the repository, as Argo CD reads it."""
    return posixpath.normpath(file.lstrip("/") if file.startswith("/") else posixpath.join(folder, file))


def listed(source: Mapping[str, Any]) -> list[str]:
    """Return the values files that a source of an Application names, in their order."""
    helm = source.get("helm")
    files = helm.get("valueFiles") if isinstance(helm, dict) else None
    return [str(file) for file in files] if isinstance(files, list) else []
