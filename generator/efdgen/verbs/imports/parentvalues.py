"""Values that the parent chart's own templates read: shared ones stay values, what follows from the name is text.

values-north.yaml: {host: a.north.org}    host: "{{ .Values.host }}"  ->  host: "a.{{ .Values.env }}.org"
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from typing import Any

from efdgen.language import yamlio
from efdgen.language.layers import ABSENT, at, merge
from efdgen.verbs.imports.facts import token
from efdgen.verbs.imports.model import Hand

_READ = re.compile(r"\.Values\.(?P<path>[A-Za-z_]\w*(?:\.\w+)*)")
_PRINTED = re.compile(r"\{\{-?\s*\.Values\.(?P<path>[A-Za-z_]\w*(?:\.\w+)*)\s*(?P<quoted>\|\s*quote\s*)?-?\}\}")
_ENVIRONMENT = "{{ .Values.env }}"
_OWN = frozenset(("env", "applications", "argocd", "kubernetesVersion"))
"""Values of the parent chart that efdgen writes for each environment."""


def of_environments(hand: Hand) -> dict[str, Mapping[str, Any]]:
    """Return what the parent chart gets in each environment, as far as it can be read."""
    found = {}
    for name in hand.environments:
        files = hand.parents[name].chart.files
        values: Any = {}
        for file in ("values.yaml", f"values-{name}.yaml"):
            try:
                said = yamlio.load(files.get(file, b"").decode("utf-8-sig"))
            except ValueError:
                said = None
            values = merge(values, said if isinstance(said, dict) else {})
        found[name] = values
    return found


def settled(text: str, values: Mapping[str, Mapping[str, Any]], key: str) -> tuple[str, dict[str, Any], list[str]]:
    """Return a template that reads what environments share only, these values, and what they say otherwise.

    Args:
        text: the template.
        values: what the parent chart gets in each environment.
        key: the value that says the environment.
    """
    if key and key != "env":
        text = re.sub(rf"\.Values\.{re.escape(key)}\b", ".Values.env", text)
    paths = dict.fromkeys(match["path"] for match in _READ.finditer(text))
    shared: dict[str, Any] = {}
    lost: list[str] = []
    for path in paths:
        first, *_ = path.split(".")
        if first in _OWN or first == key:
            continue
        found = [each.get(first, ABSENT) for each in values.values()]
        if all(_same(value, found[0]) for value in found):
            if found[0] is not ABSENT:
                shared[first] = found[0]
            continue
        form = _form({name: at(each, tuple(path.split("."))) for name, each in values.items()})
        printed = [match for match in _PRINTED.finditer(text) if match["path"] == path]
        if form is None or len(printed) != sum(match["path"] == path for match in _READ.finditer(text)):
            lost.append(path)
        else:
            text = _PRINTED.sub(functools.partial(_put, path, form), text)
    return text, shared, lost


def _put(path: str, form: str, match: re.Match[str]) -> str:
    if match["path"] != path:
        return match[0]
    return f'"{form}"' if match["quoted"] else form


def _form(values: Mapping[str, Any]) -> str | None:
    """Return a text that is the value of each environment once Helm has put in its name; None: there is none."""
    texts = []
    for name, value in values.items():
        if not isinstance(value, str) or re.search(r"[\"'\\\n]|\{\{|<%", value):
            return None
        texts.append(token(name).sub(_ENVIRONMENT, value))
    return texts[0] if all(text == texts[0] for text in texts) else None


def _same(one: Any, other: Any) -> bool:
    if one is ABSENT or other is ABSENT:
        return one is other
    return json.dumps(one, sort_keys=True, default=str) == json.dumps(other, sort_keys=True, default=str)
