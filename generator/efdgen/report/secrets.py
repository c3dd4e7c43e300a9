"""What must be in Vault: as a table, as data, and as the commands that put it there."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence

from efdgen.environment.secrets import Gap, Secret
from efdgen.language import visible
from efdgen.report.text import Style, table

_LEADING = ("VAULT_NAMESPACE", "VAULT_AGENT_ADDR", "VAULT_TLS_SERVER_NAME")
"""The variables of vault that say where it puts things, beside VAULT_ADDR."""

FILES = frozenset(("tls.crt", "tls.key", "ca.crt"))
"""The keys of Kubernetes' own Secrets for TLS: what they hold is a file of several lines."""

_FUNCTIONS = r"""  stop() { echo "stopped: $*. What was put before stays; $rest shows the rest." >&2; exit 1; }
  may() {
    local path=$1 may right
    may=$(vault token capabilities -format=table "$path" 2>/dev/null) ||
      { echo "warning: what the token may do at $path can not be asked" >&2; return; }
    for right in "${@:2}" root; do if [[ ", $may, " == *", $right, "* ]]; then return; fi; done
    stop "the token may not $2 $path: its policy needs that"
  }
  ask() {
    until [[ $value == *[![:space:]]* ]]; do
      IFS= read -rsp "$1: " value </dev/tty || stop "nothing was typed for $1"
      echo >&2
    done
  }
  ask_file() {
    until [[ $value == *[![:space:]]* ]]; do
      IFS= read -rep "file of $1: " file </dev/tty || stop "no file was named for $1"
      if [[ -f $file && -r $file ]]; then IFS= read -rd '' value <"$file"; else echo 'no such file' >&2; fi
    done
  }
  pair() { printf '%s\n%s' "$1" "$2" | jq -Rs 'split("\n") | {(.[0]): (.[1:] | join("\n"))}'; }
  typed() {
    local kind key value file
    for key; do kind=${key%%:*} key=${key#*:} value=; "$kind" "$key"; pair "$key" "$value" || stop 'jq fails'; done
  }
  typed_any() {
    local key value
    while IFS= read -rp 'a key that it is to have (Enter: no more): ' key </dev/tty && [[ -n $key ]]; do
      value=; ask "$key"; pair "$key" "$value" || stop 'jq fails'
    done
  }
  all() { new=$("$@" | jq -es 'add | objects') || stop 'there is nothing to put'; }"""
"""What the commands are made of. Values go from built-in commands through pipes: they are no argument of any program.

`ask` and `ask_file` set the variable `value` of who calls them.
"""


def as_text(secrets: Sequence[Secret], style: Style) -> str:
    """Return a table."""
    rows = [[each.path, ", ".join(each.keys) or "any", each.name, each.namespace] for each in secrets]
    shown = [[visible.line(cell) for cell in row] for row in rows]
    return table([["path", "keys", "Secret", "namespace"], *shown], style)


def as_json(environment: str, secrets: Sequence[Secret]) -> str:
    """Return the same as data."""
    data = {"environment": environment, "secrets": [each._asdict() for each in secrets]}
    return visible.json(json.dumps(data, indent=2, ensure_ascii=False))


def gaps_as_json(environment: str, gaps: Sequence[Gap] | None, unknown: Sequence[str]) -> str:
    """Return what is missing as data, with what nothing is known of; None, as null: nothing is known at all."""
    missing = None if gaps is None else [{"path": each.path, "keys": each.keys} for each in gaps]
    data = {"environment": environment, "missing": missing, "unknown": list(unknown)}
    return visible.json(json.dumps(data, indent=2, ensure_ascii=False))


def commands(environment: str, settings: Mapping[str, str], gaps: Sequence[Gap]) -> str:
    """Return the commands that put values where they are missing, for bash, jq and vault.

    All of it is one command of the shell, which reads it to its end before it runs anything: what is asked for comes
    from the terminal, never from the commands that follow. It runs in a shell of its own: Ctrl-C ends all of it, and
    no variable stays.

    Args:
        environment: the environment's name.
        settings: the variables of vault: VAULT_ADDR, and what is needed to reach it.
        gaps: what is missing.
    """
    head = [
        "# bash, vault and jq. Keep this in a file, read it, and run it with bash; pasting or piping it does the same.",
        "# The token of vault must be able to read and to write here: vault login, or VAULT_TOKEN.",
        "(",
        # Neither a trace nor the environment of a program shows a value.
        "  { set +ax; } 2>/dev/null",
        "  set -o pipefail",
        "  unset -v new there value key kind file",
        f"  rest={shlex.quote(f'efdgen secrets {environment} --missing')}",
        # What is set where this runs must not lead elsewhere.
        f"  unset -v {' '.join(name for name in _LEADING if name not in settings)}",
        f"  export {' '.join(f'{name}={shlex.quote(value)}' for name, value in settings.items())}",
        _FUNCTIONS,
        # Before anybody types: is it there, does the token count, may it do all of this?
        '  VAULT_NAMESPACE= vault status >/dev/null || stop "Vault at $VAULT_ADDR can not be asked, or is sealed"',
        "  vault token lookup >/dev/null ||",
        "    echo 'warning: the token of vault does not count there, or may not look at itself' >&2",
        *(f"  may {shlex.quote(gap.at)} {_rights(gap)}" for gap in gaps if gap.at),
    ]
    blocks = [f"  {line}".rstrip() for gap in gaps for line in _block(gap)]
    last = ["", '  echo "all of it was put there; $rest tells" >&2']
    return "\n".join([*head, *blocks, *last, ")"])


def _rights(gap: Gap) -> str:
    """Return the rights of which a token needs one, to put what is missing."""
    if gap.has_others:
        return "patch update" if gap.is_versioned else "update"
    return "create update" if gap.is_deleted else "create"


def _block(gap: Gap) -> Iterator[str]:
    path = shlex.quote(gap.path)
    about = shlex.quote(visible.line(f"{gap.path}: {', '.join(gap.keys) or 'any key'}"))
    wanted = " ".join(shlex.quote(f"{'ask_file' if key in FILES else 'ask'}:{key}") for key in gap.keys)
    yield ""
    yield f"echo {about} >&2"
    yield f"all typed {wanted}" if wanted else "all typed_any"
    failed = shlex.quote(f"{visible.line(gap.path)} was not changed")
    if gap.is_versioned and gap.has_others:
        # The other keys stay.
        yield f'printf "%s" "$new" | vault kv patch {path} - || stop {failed}'
    elif gap.is_versioned:
        # 0: only where nothing was ever put. What was deleted keeps its versions.
        guard = "" if gap.is_deleted else "-cas=0 "
        yield f'printf "%s" "$new" | vault kv put {guard}{path} - || stop {failed}'
    elif gap.has_others:
        yield f"there=$(vault kv get -format=json {path} | jq -e '.data | objects') || stop {failed}"
        yield f'printf "%s" "$there$new" | jq -s add | vault kv put {path} - || stop {failed}'
    else:
        # Without versions, what is put takes the place of what is there.
        yield f"there=$(vault kv get {path} 2>&1 >/dev/null)"
        yield f"[[ $there == 'No value found at '* ]] || stop {failed}': it can not be read, or is there by now'"
        yield f'printf "%s" "$new" | vault kv put {path} - || stop {failed}'
