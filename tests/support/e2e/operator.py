"""Somebody who types what the runbook says."""

from __future__ import annotations

import logging
import os
import re
import shlex
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from support.e2e.processes import follow
from support.e2e.programs import find, path
from support.e2e.site import Site

LOG = logging.getLogger("e2e")

_PATIENCE = 900
"""How many seconds a script has."""

_VAULT = """\
#!/bin/sh
# There is no Vault here: every path holds every key.
case "$1" in
  kv) cat {answer} ;;
esac
"""

_KUBECTL = """\
#!/bin/sh
# No node can forward a port here: Argo CD listens there already.
case " $* " in *" port-forward "*) exec sleep 86400 ;; esac
exec {kubectl} "$@"
"""

_PAGE = """\
set -euo pipefail
forward=
say() {{ printf '%s\\n' "$*" >&2; }}
fail() {{ say "STOP: $*"; exit 1; }}
trap '[ -z "$forward" ] || kill "$forward"' EXIT
{functions}
connect
{commands}
"""


class Done(NamedTuple):
    """What came of some commands."""

    status: int
    output: str


class Operator:
    """Runs the runbook's commands in a shell.

    Args:
        folder: a folder that is not there yet, the home of this person.
        site: the environment, and its runbook.
        kubeconfig: the cluster.
        log: where everything is written that is said, with the second in which it was.
        has_nodes: whether kubectl can forward ports there.
    """

    def __init__(self, folder: Path, site: Site, kubeconfig: Path, log: Path, *, has_nodes: bool) -> None:
        self.site = site
        self._folder = folder
        self._log = log
        programs = folder / "bin"
        programs.mkdir(parents=True)
        answer = folder / "vault.json"
        answer.write_text(_json(site.secret_keys()), encoding="utf-8")
        scripts = {"vault": _VAULT.format(answer=shlex.quote(str(answer)))}
        if not has_nodes:
            scripts["kubectl"] = _KUBECTL.format(kubectl=shlex.quote(find("kubectl")))
        # Phases look for it before they begin; no step that this one runs needs it.
        scripts["sudo"] = "#!/bin/sh\nexit 1\n"
        for name, text in scripts.items():
            (programs / name).write_text(text, encoding="utf-8")
            (programs / name).chmod(0o755)
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("ARGOCD_", "VAULT_"))},
            "PATH": f"{programs}{os.pathsep}{path()}",
            "HOME": str(folder),
            "KUBECONFIG": str(kubeconfig),
            "VAULT_TOKEN": "s.of-no-use",
            "LC_ALL": "C.UTF-8",
        }

    def runs_phases(self, *names: str) -> Done:
        """Run phases of the script that `efdgen runbook` writes."""
        return self._run(f"the runbook's phases {', '.join(names)}", self.site.script(), "--yes", *names)

    def does(self, step: str) -> Done:
        """Type the commands of a step of the page."""
        return self.types(self.site.step(step), f"the runbook's step {step}")

    def types(self, commands: str, what: str = "") -> Done:
        """Type commands, logged in to Argo CD as the runbook says."""
        script = _PAGE.format(functions=self.site.functions(), commands=commands)
        return self._run(what or commands.split("\n", 1)[0], script)

    def _run(self, what: str, script: str, *arguments: str) -> Done:
        file = self._folder / "script.sh"
        file.write_text(script, encoding="utf-8")
        began = time.monotonic()
        command = [find("bash"), str(file), *arguments]
        status, output = follow(command, self._folder, self._environment, self._log, _PATIENCE)
        LOG.info("%s: status %d, %.0f s", what, status, time.monotonic() - began)
        return Done(status, output)


def changed_lines(diff: str) -> list[str]:
    """Return the lines that `argocd app diff` shows as gone or new, without what stands before them."""
    return [f"{line[0]} {line[1:].strip()}" for line in diff.splitlines() if re.match(r"[<>] ", line)]


def _json(keys: Iterable[str]) -> str:
    pairs = ", ".join(f'"{key}": "a value"' for key in sorted(keys))
    return f'{{"data": {{"data": {{{pairs}}}}}}}\n'
