"""A runbook as a shell script: bringing the environment up, phase by phase."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote

from efdgen.environment.model import ResolvedEnvironment
from efdgen.render.runbook.argocd import connect
from efdgen.render.runbook.cluster import KUBECONFIG, check_version
from efdgen.render.runbook.model import Command, Phase, Step


def script(environment: ResolvedEnvironment, phases: Sequence[Phase]) -> str:
    """Return the phases that bring an environment up as a script for bash 4.2 and later."""
    scripted = [phase for phase in phases if phase.is_scripted]
    return "\n".join(
        [
            _head(environment, scripted),
            _HELPERS,
            f"{connect(environment)}\n",
            _right_cluster(environment),
            *(line for phase in scripted for line in _phase(phase)),
            _MAIN,
        ]
    )


def _head(environment: ResolvedEnvironment, phases: Sequence[Phase]) -> str:
    name = environment.facts.name
    width = max(len(phase.name) for phase in phases)
    listed = "\n".join(f"#   {phase.name.ljust(width)}  {phase.title}" for phase in phases)
    cases = "\n".join(f"    {phase.name}) echo {quote(phase.title)} ;;" for phase in phases)
    tools = "\n".join(f"    {phase.name}) echo {quote(' '.join(phase.tools))} ;;" for phase in phases)
    return f"""\
#!/usr/bin/env bash
# Brings the EFD up: environment {name}.
#
# Written by `efdgen runbook {name} --format sh`: the steps of the runbook, rendered/docs/{name}.md, from the cluster
# to the first test. It does not install what the machine needs before that, and there is nothing in it about daily
# work, and nothing that tears down: read the runbook for these.
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
    say "Failed in the phase $current, step $step (the last command above). Mend the cause, then run: bash $0 $current"
  fi
}
trap finish EXIT
trap '[[ ${FUNCNAME[0]:-} != step_* ]] || printf "+ %s\\n" "$BASH_COMMAND" >&3' DEBUG
"""


def _right_cluster(environment: ResolvedEnvironment) -> str:
    """Return the function that keeps a phase from another cluster than the one that the spec means."""
    cluster = environment.facts.cluster
    config = KUBECONFIG if cluster.k3d else '"${KUBECONFIG:-$HOME/.kube/config}"'
    check = "\n".join(f"  {line}" for line in check_version(cluster).splitlines() if not line.startswith("echo "))
    return f"export KUBECONFIG={config}\n\nright_cluster() {{\n  local server\n{check}\n}}\n"


def _phase(phase: Phase) -> Iterator[str]:
    """Yield a function for each step, and one that calls them."""
    calls = []
    for step in phase.steps:
        function = f"step_{''.join(letter if letter.isalnum() else '_' for letter in step.name)}"
        body = list(_body(step))
        if body:
            calls.append(f"  begin {quote(step.name)} {quote(step.title)}\n  {function}")
            yield f"{function}() {{\n" + "\n".join(body) + "\n}\n"
    before = "" if phase.name == "cluster" else "  step=right-cluster\n  right_cluster\n"
    yield f"phase_{phase.name}() {{\n{before}" + "\n".join(calls) + "\n}\n"


def _body(step: Step) -> Iterator[str]:
    """Yield a step's commands; what is left to people is only shown."""
    for part in step.parts:
        if not isinstance(part, Command) or part.only == "page":
            continue
        if part.by_hand:
            yield f"  cat >&3 <<'BY_HAND'\n# By hand:\n{part.text}\nBY_HAND"
        else:
            # Indented, a here-document would hold other text.
            yield part.text if "<<" in part.text else "\n".join(f"  {line}" for line in part.text.splitlines())


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
        say "$argument is no phase; there are: ${all_phases[*]}"
        exit 2
      }
      chosen+=("$argument")
      ;;
  esac
done
if [ "${#chosen[@]}" -eq 0 ]; then chosen=("${all_phases[@]}"); fi

missing=()
for phase in "${chosen[@]}"; do
  for tool in $(tools "$phase"); do
    if command -v "$tool" >/dev/null; then continue; fi
    case " ${missing[*]-} " in
      *" $tool "*) ;;
      *) missing+=("$tool") ;;
    esac
  done
done
if [ "${#missing[@]}" -gt 0 ]; then fail "not installed: ${missing[*]}"; fi

for phase in "${chosen[@]}"; do
  ask "$phase" || continue
  current=$phase
  step=
  "phase_$phase"
  current=
done
say ""
say "Done: ${chosen[*]}."
"""
