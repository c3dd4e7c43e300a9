"""Commands that only write down how they were called, so that a script can run from end to end without a cluster."""

from __future__ import annotations

import functools
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

COMMANDS = ["argocd", "curl", "docker", "k3d", "kafkacat", "kubectl", "sudo", "systemctl", "vault"]

TOKEN, PASSWORD, SESSION = "s.this-is-the-token", "this-is-the-password", "this-is-the-session"

_STUB = r"""#!/bin/bash
name=${0##*/}
# One write: stubs run side by side, and their lines must stay whole.
printf -v line '%q ' "$name" "$@"
printf '%s\n' "$line" >>"$STUBS/log"
if [[ -n ${FAIL:-} && "$name $*" == $FAIL ]]; then exit 7; fi
case "$name $*" in
  "sudo install "*) ;;
  "sudo "*) set -- "${1##*/}" "${@:2}"; "$@" ;;
  "docker version "*) echo 20.10.10 ;;
  "docker inspect "*) echo unless-stopped ;;
  "k3d version") echo 'k3d version v5.1.0' ;;
  "k3d cluster list "*) [ -e "$STUBS/cluster" ] ;;
  "k3d cluster create "*) touch "$STUBS/cluster" ;;
  "k3d kubeconfig get "*) echo 'apiVersion: v1' ;;
  "kubectl version -o json") printf '{"serverVersion": {"gitVersion": "%s"}}\n' "$SERVER" ;;
  "kubectl config view "*) printf '%s' "$API" ;;
  "kubectl create "*) exec /usr/bin/env -i cat "$STUBS/empty" ;;
  "kubectl apply "*install.yaml) touch "$STUBS/argocd" ;;
  "kubectl apply "*"-f -") cat >/dev/null ;;
  "kubectl -n argocd get deployment argocd-server") [ -e "$STUBS/argocd" ] ;;
  "kubectl -n argocd get deployment argocd-server "*) echo quay.io/argoproj/argocd:v2.1.6 ;;
  "kubectl -n argocd get secret argocd-initial-admin-secret -o "*) printf '%s' "$PASSWORD" | base64 ;;
  "kubectl "*" get secret vault-secrets-operator -o json")
    echo '{"data": {"VAULT_TOKEN": "eA==", "VAULT_TOKEN_LEASE_DURATION": "eA=="}}' ;;
  "kubectl get storageclass") echo 'standard (default) kubernetes.io/gce-pd Delete' ;;
  "kubectl get pvc "*" -o json")
    printf '{"items": [%s{"status": {"phase": "Pending"}}]}\n' \
      "$(printf '{"status": {"phase": "Bound"}},%.0s' 1 2 3 4 5 6 7 8 9)" ;;
  "kubectl get pvc "*) printf 'pv-of-%s-1\npv-of-%s-2\n' "$4" "$4" ;;
  "kubectl get ingress "*) echo '{"items": [{"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}}]}' ;;
  "kubectl port-forward "*) echo $$ >"$STUBS/forward"; exec sleep 60 ;;
  "kubectl "*" kafka-topics "*) echo test_topic ;;
  "kubectl "*" kafka-console-producer "*) cat >/dev/null ;;
  "kubectl "*" kafka-console-consumer "*) echo 'Hello EFD!' ;;
  # The port-forward, which is in the background, may begin later than this.
  "curl "*localhost*/healthz) for _ in {1..100}; do if [ -e "$STUBS/forward" ]; then break; fi; sleep 0.02; done ;;
  "curl "*/api/v1/session) cat >"$STUBS/credentials"; printf '{"token": "%s"}\n' "$SESSION" ;;
  "curl "*/api/version) echo '{"Version": "v2.1.6+a346cf9"}' ;;
  "curl "*http_code*) printf 200 ;;
  "argocd version "*) echo 'argocd: v2.1.6+a346cf9' ;;
  "argocd account "*) echo 'Logged In: true' ;;
  "vault kv get "*)
    printf -v values '"%s": "a value",' $KEYS
    printf '{"data": {"data": {%s}}}\n' "${values%,}" ;;
  "kafkacat -L "*) echo ' topic "test_topic" with 1 partitions:' ;;
  "kafkacat -P "*) cat >/dev/null ;;
  "kafkacat -C "*) echo 'Hello EFD!' ;;
esac
"""

_JQ = r"""#!/bin/bash
for word; do if [[ -e $word ]]; then exec "$JQ" "$@"; fi; done
IFS= read -r -d '' input
read -r name _ < <(printf '%q ' "$@" "$input" | md5sum)
said=$ANSWERS/$name
if [[ ! -e $said ]]; then
  printf '%s' "$input" | "$JQ" "$@" >"$said.$$"
  printf '\0%s' "${PIPESTATUS[1]}" >>"$said.$$"
  mv "$said.$$" "$said"
fi
{ IFS= read -r -d '' output; read -r status; } <"$said"
printf '%s' "$output"
exit "$status"
"""
"""The machine's jq, asked a question once: jq 1.6 takes longer to begin than all else in a script. It reads no
variables here, and what reads a file is always asked."""


@functools.cache
def _answers() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="jq")


class Run(NamedTuple):
    """How a script ended, what it said, and what it called: a list of words each."""

    status: int
    output: str
    calls: list[list[str]]

    def of(self, *words: str) -> list[list[str]]:
        """Return the calls that begin with words."""
        return [call for call in self.calls if call[: len(words)] == list(words)]


class Machine:
    """A folder with stubs on the PATH, and a home of its own."""

    def __init__(self, folder: Path, server: str, keys: set[str]) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.stubs = folder / "stubs"
        self.home.mkdir(parents=True)
        (folder / "bin").mkdir()
        self.stubs.mkdir()
        (self.stubs / "empty").touch()
        for command in COMMANDS:
            path = folder / "bin" / command
            path.write_text(_STUB, encoding="utf-8")
            path.chmod(0o755)
        (folder / "bin/jq").write_text(_JQ, encoding="utf-8")
        (folder / "bin/jq").chmod(0o755)
        self.environment = {
            "JQ": str(shutil.which("jq")),
            "ANSWERS": _answers().name,
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "STUBS": str(self.stubs),
            "SERVER": server,
            "KEYS": " ".join(sorted(keys)),
            "PASSWORD": PASSWORD,
            "SESSION": SESSION,
            "VAULT_TOKEN": TOKEN,
            "LC_ALL": "C.UTF-8",
        }

    def run(self, script: str, *arguments: str, **variables: str) -> Run:
        """Run a script without a terminal."""
        done = subprocess.run(
            [*self._command(script), *arguments],
            env={**self.environment, **variables},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
            start_new_session=True,
        )
        return Run(done.returncode, done.stdout, self._calls())

    def run_in_a_terminal(
        self, script: str, answers: Sequence[tuple[str, str]], *arguments: str, unset: str = ""
    ) -> Run:
        """Run a script in a terminal, where somebody answers these questions, in this order, and no others."""
        command = [*self._command(script), *arguments]
        child, terminal = pty.fork()
        if child == 0:  # pragma: no cover - another process
            os.chdir(self.folder)
            os.execvpe(  # noqa: S606
                "bash", command, {k: v for k, v in self.environment.items() if k != unset}
            )
        said, waiting = "", list(answers)
        while True:
            try:
                data = os.read(terminal, 4096)
            except OSError:
                break
            if not data:
                break
            said += data.decode()
            if re.search(r": \Z", said):
                if not (waiting and waiting[0][0] in said.splitlines()[-1]):
                    os.kill(child, signal.SIGKILL)
                    continue
                os.write(terminal, f"{waiting.pop(0)[1]}\n".encode())
        _, status = os.waitpid(child, 0)
        os.close(terminal)
        return Run(os.waitstatus_to_exitcode(status), said, self._calls())

    def _command(self, script: str) -> list[str]:
        path = self.folder / "script.sh"
        path.write_text(script, encoding="utf-8")
        (self.stubs / "log").write_text("", encoding="utf-8")
        return ["bash", str(path)]

    def _calls(self) -> list[list[str]]:
        log = (self.stubs / "log").read_text(encoding="utf-8")
        return [shlex.split(line) for line in log.splitlines()]
