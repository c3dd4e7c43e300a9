"""Ladders over environments in Helm templates: one whose branches all have a host of their environment is one line.

{{- if eq .Values.env "a" }}
host: db-a.example.org                 host: "{{ .Values.hosts.db }}"
{{- else }}                       ->
host: db.b.example.org
{{- end }}
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from efdgen.verbs.imports.facts import Facts

_CONTROL = re.compile(r"\{\{-?\s*(if|else|end|range|with|define|block)\b")
_IF = re.compile(
    r"[ \t]*\{\{-?\s*(?P<word>if|else if)\s+\(?\s*eq\s+\.Values\.env\s+\"(?P<name>[^\"]+)\"\s*\)?\s*-?\}\}[ \t]*\Z"
)
_ELSE = re.compile(r"[ \t]*\{\{-?\s*else\s*-?\}\}[ \t]*\Z")
_END = re.compile(r"[ \t]*\{\{-?\s*end\s*-?\}\}[ \t]*\Z")
_ENVIRONMENT = re.compile(r"\{\{-?\s*\.Values\.env\s*-?\}\}")


def unfolded(text: str, said: Mapping[str, str], facts: Mapping[str, Facts]) -> tuple[str, list[str]]:
    """Return a template with its ladders of hosts as one line each, and the services that these name.

    Args:
        text: the template.
        said: what the values of each environment have as env.
        facts: what is true of each environment.
    """
    lines = text.split("\n")
    out: list[str] = []
    services: list[str] = []
    number = 0
    while number < len(lines):
        ladder = _ladder(lines, number)
        line = _line(ladder[0], said, facts, services) if ladder else None
        if ladder and line is not None:
            out.append(line)
            number = ladder[1]
        else:
            out.append(lines[number])
            number += 1
    return "\n".join(out), services


def _ladder(lines: Sequence[str], start: int) -> tuple[dict[str, str], int] | None:
    """Return the line of each branch, the last one under "", and the number of the line after the ladder."""
    first = _IF.match(lines[start])
    if not first or first["word"] != "if":
        return None
    branches: dict[str, str] = {}
    number = start
    while number + 2 < len(lines):
        head = _IF.match(lines[number])
        if not head and not _ELSE.match(lines[number]):
            return None
        if _CONTROL.search(lines[number + 1]):
            return None
        branches.setdefault(head["name"] if head else "", lines[number + 1])
        number += 2
        if _END.match(lines[number]):
            return branches, number + 1
    return None


def _line(
    branches: Mapping[str, str], said: Mapping[str, str], facts: Mapping[str, Facts], services: list[str]
) -> str | None:
    """Return the one line that says what a ladder says, if it is a host of each environment."""
    found = set()
    for name, env in said.items():
        line = branches.get(env, branches.get(""))
        if line is None:
            return None
        filled = _ENVIRONMENT.sub(env, line)
        for service, host in facts[name].hosts.items():
            lead, match, rest = filled.partition(host)
            if match and not rest.strip() and re.fullmatch(r"\s*(?:- )?(?:[\w-]+:)?\s*", lead):
                found.add((lead, service))
                break
        else:
            return None
    if len(found) != 1:
        return None
    lead, service = found.pop()
    services.append(service)
    name = f".Values.hosts.{service}" if re.fullmatch(r"\w+", service) else f'index .Values.hosts "{service}"'
    return f'{lead}"{{{{ {name} }}}}"'
