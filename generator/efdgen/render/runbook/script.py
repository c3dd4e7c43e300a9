"""A runbook as a shell script: bringing the environment up, phase by phase."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from shlex import quote

from efdgen.language.documents import Fence
from efdgen.language.late import late
from efdgen.language.shelltext import ShellText
from efdgen.render.runbook.model import BY_HAND, PAGE, Phase, Runbook, Step

STEP, PHASE = "step_", "phase_"
"""How the names of functions begin that the script makes of steps and of phases."""

_NOT_IN_NAMES = re.compile("[^0-9A-Za-z]")

GUARD = "right_cluster"
"""The function that keeps a phase from another cluster than the one that the spec means, where the runbook has one."""

_GUARD = late(rf"^[ \t]*(?:{GUARD}[ \t]*\([ \t]*\)|function[ \t]+{GUARD}\b)", re.MULTILINE)


@functools.lru_cache(maxsize=1024)
def function(step: str) -> str:
    """Return the name of the function that a script makes of a step."""
    return STEP + _NOT_IN_NAMES.sub("_", step)


def script(environment: str, runbook: Runbook) -> str:
    """Return those phases that a script can run, as a script for bash 4.2 and later.

    Before each phase, but the one that has a step of the same name, `right-cluster`, it calls the function `GUARD`.

    Args:
        environment: its name.
        runbook: its runbook; at least one phase must be scripted.
    """
    scripted = [phase for phase in runbook.phases if phase.is_scripted]
    comment, functions = _split(runbook.functions)
    is_guarded = _is_guarded(functions)
    return "\n".join(
        [
            _head(environment, comment or _COMMENT.format(environment), scripted),
            _HELPERS,
            *([f"{functions}\n"] if functions else ()),
            *(line for phase in scripted for line in _phase(phase, is_guarded=is_guarded)),
            _MAIN,
        ]
    )


_COMMENT = """\
# Brings the environment {0} up.
#
# Written by `efdgen runbook {0} --format sh`: what a script can do of the runbook, rendered/docs/{0}.md."""


def _split(functions: str) -> tuple[str, str]:
    """Return the comment at the beginning of the functions, which says what the script does, and what follows it."""
    lines = functions.strip("\n").split("\n")
    count = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return "\n".join(lines[:count]), "\n".join(lines[count:]).strip("\n")


def _is_guarded(functions: str) -> bool:
    """Say whether the functions have a guard.

    Behind what can't be followed, one is believed by its looks: a script that calls what is not there fails, which is
    better than one that asks nobody.
    """
    shell = ShellText()
    shell.follow(f"{functions}\n")
    return GUARD in shell.defined or (shell.is_lost and _GUARD.search(functions) is not None)


def _head(name: str, comment: str, phases: Sequence[Phase]) -> str:
    width = max(len(phase.name) for phase in phases)
    listed = "\n".join(f"#   {phase.name.ljust(width)}  {phase.title}" for phase in phases)
    cases = "\n".join(f"    {phase.name}) echo {quote(phase.title)} ;;" for phase in phases)
    tools = "\n".join(f"    {phase.name}) echo {quote(' '.join(phase.tools))} ;;" for phase in phases)
    installing = [phase for phase in phases if phase.installs]
    installs = "".join(f"    {phase.name}) echo {quote(' '.join(phase.installs))} ;;\n" for phase in installing)
    return f"""\
#!/usr/bin/env bash
{comment}
#
# Usage: bash FILE [--yes] [--list] [PHASE]...
#   --yes   ask nothing; secrets must be in environment variables
#   --list  show the phases, and end
#   PHASE   run only this one, or these:
#
{listed}
#
# It asks before each phase, stops at the first error, and can be run again, from the beginning or from any phase:
# what is there already stays. It shows each command before it runs it, as written here: no secret is ever shown.
set -euo pipefail
set -o functrace

environment={quote(name)}
all_phases=({" ".join(phase.name for phase in phases)})

title() {{ # title PHASE
  case $1 in
{cases}
    *) return 1 ;;
  esac
}}

tools() {{ # tools PHASE: the commands that it needs
  case $1 in
{tools}
  esac
}}

installs() {{ # installs PHASE: the commands that it installs where they are missing
  case $1 in
{installs}    *) ;;
  esac
}}
"""


_HELPERS = """\
yes=no
chosen=()
current=
step=
forward=
exec 3>&2

say() { printf '%s\\n' "$*" >&3; }

fail() {
  say "STOP: $*"
  exit 1
}

begin() { # begin STEP TITLE
  step=$1
  say ""
  say "== $current: $2"
}

look_for() { # look_for TOOL...: fail where one is not installed
  local tool
  missing=()
  for tool; do
    if command -v "$tool" >/dev/null; then continue; fi
    case " ${missing[*]-} " in
      *" $tool "*) ;;
      *) missing+=("$tool") ;;
    esac
  done
  if [ "${#missing[@]}" -gt 0 ]; then fail "not installed: ${missing[*]}"; fi
}

ask() { # ask PHASE: 0 go on, 1 skip it; n ends the script
  local answer
  if [ "$yes" = yes ]; then return 0; fi
  while :; do
    { : >/dev/tty; } 2>/dev/null ||
      fail 'there is no terminal to ask on; use --yes, with the secrets in the environment'
    printf '\\n%s, %s: %s? [y]es, [s]kip, [n]o, stop: ' "$environment" "$1" "$(title "$1")" >/dev/tty
    read -r answer </dev/tty || answer=n
    case $answer in
      y | yes) return 0 ;;
      s | skip) return 1 ;;
      n | no)
        current=
        say "Stopped before $1."
        exit 0
        ;;
    esac
  done
}

ask_secret() { # ask_secret VARIABLE WHAT: keep it if it is set, else ask; it is not shown
  local value
  if [ -z "${!1:-}" ]; then
    if [ "$yes" = yes ]; then fail "set $1 in the environment: $2"; fi
    IFS= read -rsp "$2 (not shown): " value </dev/tty
    say ""
    printf -v "$1" %s "$value"
  fi
  if [ -z "${!1}" ]; then fail "$1 is empty"; fi
  export "${1?}"
}

finish() {
  local status=$?
  trap - DEBUG
  if [ -n "$forward" ]; then kill "$forward" 2>/dev/null || true; fi
  if [ "$status" -ne 0 ] && [ -n "$current" ]; then
    say ""
    say "Failed in the phase $current, step $step (the last command above). Fix the cause, then run: bash $0 $current"
  fi
}
trap finish EXIT
trap '[[ ${FUNCNAME[0]:-} != step_* ]] || printf "+ %s\\n" "$BASH_COMMAND" >&3' DEBUG
"""


FUNCTIONS = frozenset({"title", "tools", "installs", *re.findall(r"^(\w+)\(\)", _HELPERS, re.MULTILINE)})
"""The names of the script's own functions."""


def _phase(phase: Phase, *, is_guarded: bool) -> Iterator[str]:
    """Yield a function for each step, and one that calls them."""
    calls, steps = [], phase.steps
    for step in steps:
        body = list(_body(step))
        if body:
            calls.append(f"  begin {quote(step.name)} {quote(step.title)}\n  {function(step.name)}")
            yield f"{function(step.name)}() {{\n" + "\n".join(_never_empty(body)) + "\n}\n"
    guard = GUARD.replace("_", "-")
    checks_itself = any(step.name == guard for step in steps)
    before = f"  step={guard}\n  {GUARD}\n" if is_guarded and not checks_itself else ""
    yield f"{PHASE}{phase.name}() {{\n{before}" + "\n".join(calls if before else _never_empty(calls)) + "\n}\n"


def _never_empty(body: list[str]) -> list[str]:
    """Return what a function does; one that does nothing says so: bash takes no function without a command."""
    lines = (line.strip() for part in body for line in part.split("\n"))
    return body if any(line and not line.startswith("#") for line in lines) else [*body, "  :"]


def commands(step: Step) -> str:
    """Return what a script does in a step."""
    return "\n".join(_body(step)) + "\n"


def _body(step: Step) -> Iterator[str]:
    """Yield a step's commands; what is left to people is only shown."""
    for part in step.parts:
        if not isinstance(part, Fence) or PAGE in part.words:
            continue
        if BY_HAND in part.words:
            word = _END_BY_HAND
            while word in part.text.split("\n"):
                word += "_"
            yield f"  cat >&3 <<'{word}'\n# By hand:\n{part.text}\n{word}"
        else:
            yield "\n".join(_indented(part.text))


_END_BY_HAND = "BY_HAND"
"""The line that ends what is left to people, unless they have the same."""


def _indented(text: str) -> Iterator[str]:
    """Yield the lines of a command; those that begin in a quotation stay: indented, they would say something else."""
    shell = ShellText()
    for line in text.split("\n"):
        # A command with a here-document stays as a whole.
        yield line if shell.is_quoted or shell.is_lost or not line or "<<" in text else f"  {line}"
        shell.follow(f"{line}\n")


_MAIN = """\
for argument; do
  case $argument in
    --yes) yes=yes ;;
    --list)
      for phase in "${all_phases[@]}"; do printf '%s\\t%s\\n' "$phase" "$(title "$phase")"; done
      exit 0
      ;;
    -h | --help)
      sed -n '2,/^set /{ /^set /d; s/^# \\{0,1\\}//; p; }' "$0"
      exit 0
      ;;
    *)
      title "$argument" >/dev/null || {
        say "$argument is not a phase; there are: ${all_phases[*]}"
        exit 2
      }
      chosen+=("$argument")
      ;;
  esac
done
if [ "${#chosen[@]}" -eq 0 ]; then chosen=("${all_phases[@]}"); fi

needed=()
installed=
for phase in "${chosen[@]}"; do
  for tool in $(tools "$phase"); do
    case " $installed " in
      *" $tool "*) ;;
      *) needed+=("$tool") ;;
    esac
  done
  installed+=" $(installs "$phase")"
done
look_for "${needed[@]}"

for phase in "${chosen[@]}"; do
  ask "$phase" || continue
  # One that a phase would have installed that was skipped.
  # shellcheck disable=SC2046
  look_for $(tools "$phase")
  current=$phase
  step=
  "phase_$phase"
  current=
done
say ""
say "Done: ${chosen[*]}."
"""
