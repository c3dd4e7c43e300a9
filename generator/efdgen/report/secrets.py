"""What must be in Vault: as a table, as data, and as the commands that put it there."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence

from efdgen.environment.secrets import Gap, Secret
from efdgen.language import visible
from efdgen.report.text import Style, table

_FILES = ("tls.crt", "tls.key", "ca.crt")
"""The keys of Kubernetes' own Secrets for TLS: what they hold is a file of several lines."""


def as_text(secrets: Sequence[Secret], style: Style) -> str:
    """Return a table."""
    rows = [[each.path, ", ".join(each.keys) or "any", each.name, each.namespace] for each in secrets]
    return table([["path", "keys", "Secret", "namespace"], *rows], style)


def as_json(environment: str, secrets: Sequence[Secret]) -> str:
    """Return the same as data."""
    data = {"environment": environment, "secrets": [each._asdict() for each in secrets]}
    return visible.json(json.dumps(data, indent=2, ensure_ascii=False))


def gaps_as_json(environment: str, gaps: Sequence[Gap], unknown: Sequence[str]) -> str:
    """Return what is missing as data, with the paths of which nothing is known."""
    missing = [{"path": each.path, "keys": each.keys} for each in gaps]
    data = {"environment": environment, "missing": missing, "unknown": list(unknown)}
    return visible.json(json.dumps(data, indent=2, ensure_ascii=False))


def commands(address: str, gaps: Sequence[Gap]) -> str:
    """Return the commands that put values where they are missing, for bash, jq and vault.

    No value comes onto a screen, a command line or a disk: who runs this types or pastes it, or names a file.
    """
    blocks = ["\n".join(_block(gap)) for gap in gaps]
    return "\n\n".join([f"export VAULT_ADDR={shlex.quote(address)}", *blocks])


def _block(gap: Gap) -> Iterator[str]:
    path = shlex.quote(gap.path)
    yield f"# {gap.path}: {', '.join(gap.keys) or 'any key'}"
    if not gap.keys:
        yield f"vault kv put {path} -   # takes JSON: type {{, keys and values, }}, then Ctrl-D"
        return
    words: list[str] = []
    parts: list[str] = []
    files: list[str] = []
    for number, key in enumerate(gap.keys, 1):
        variable = f"value{number}"
        if key in _FILES:
            yield f"read -rep {shlex.quote(f'file of {key}: ')} {variable}"
            files.append(f'--rawfile {variable} "${variable}"')
            parts.append(f"{json.dumps(key)}: ${variable}")
        else:
            yield f"read -rsp {shlex.quote(f'{key}: ')} {variable} && echo"
            parts.append(f"{json.dumps(key)}: $typed[{len(words)}]")
            words.append(f'"${variable}"')
    program = shlex.quote(f"[inputs] as $typed | {{{', '.join(parts)}}}")
    given = f"printf '%s\\n' {' '.join(words)}" if words else "printf ''"
    made = " ".join(["jq -Rn", *files, program])
    if not gap.has_others:
        yield f"{given} | {made} | vault kv put {path} -"
        return
    # The other keys stay.
    there = f"vault kv get -format=json {path} | jq '.data.data // .data'"
    yield f"{{ {there}; {given} | {made}; }} | jq -s add | vault kv put {path} -"
