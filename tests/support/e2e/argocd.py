"""Argo CD on loopback: its own manifest in the cluster, and its processes beside it, where there are no nodes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from support.e2e.processes import NotInTimeError, Processes, free_port, tail
from support.e2e.programs import find, manifest, path
from support.gitrepo import variables

PORT = 8080
"""Where the runbook's port-forward leads to."""


def install(kubeconfig: Path) -> None:
    """Apply Argo CD's manifest, as the runbook does where the network is there.

    Raises:
        NotInTimeError: when the cluster does not take it.
    """
    for words in (
        ["create", "namespace", "argocd"],
        ["apply", "-n", "argocd", "--server-side", "--force-conflicts", "-f", str(manifest())],
    ):
        command = [find("kubectl"), "--kubeconfig", str(kubeconfig), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotInTimeError(f"kubectl {' '.join(words)}: {tail(done.stderr, 10)}")


def start(folder: Path, kubeconfig: Path, processes: Processes) -> None:
    """Start redis and Argo CD's three processes; the server is at `PORT` when this returns.

    Raises:
        NotInTimeError: when one does not start.
    """
    folder.mkdir()
    redis, repositories, program = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}", find("argocd")
    host, port = redis.split(":")
    processes.start("redis", [find("redis-server"), "--bind", host, "--port", port, "--save", "", "--appendonly", "no"])

    def run(name: str, *options: str) -> Path:
        environment = {**_environment(folder), "ARGOCD_BINARY_NAME": name, "KUBECONFIG": str(kubeconfig)}
        return processes.start(name, [program, "--redis", redis, *options], environment)

    run(
        "argocd-repo-server",
        *("--address", "127.0.0.1", "--port", repositories.split(":")[1]),
        *("--metrics-address", "127.0.0.1", "--metrics-port", str(free_port())),
    )
    run(
        "argocd-application-controller",
        *("--namespace", "argocd", "--repo-server", repositories, "--metrics-port", str(free_port())),
        # `argocd app sync` ends when Argo CD has looked at the app once more. At times it does so only when it looks at
        # all of them: every two or three minutes, by default.
        *("--app-resync", "15", "--app-resync-jitter", "0"),
    )
    log = run(
        "argocd-server",
        *("--namespace", "argocd", "--repo-server", repositories, "--address", "127.0.0.1", "--port", str(PORT)),
        *("--metrics-address", "127.0.0.1", "--metrics-port", str(free_port()), "--dex-server", "http://127.0.0.1:1"),
    )
    processes.wait("Argo CD's server listens", lambda: b"serving on port" in log.read_bytes())


def _environment(folder: Path) -> dict[str, str]:
    """Return what keeps Argo CD's files in a folder, and tells it that it is in the cluster."""
    folders = {
        "ARGOCD_TLS_DATA_PATH": "tls",
        "ARGOCD_SSH_DATA_PATH": "ssh",
        "ARGOCD_GNUPGHOME": "gpg",
        "ARGOCD_PLUGINSOCKFILEPATH": "plugins",
        "TMPDIR": "temporary",
        "HOME": "home",
    }
    for name in folders.values():
        (folder / name).mkdir(exist_ok=True)
    return {
        **variables(),
        **{variable: str(folder / name) for variable, name in folders.items()},
        "PATH": path(),
        "ARGOCD_FAKE_IN_CLUSTER": "true",
        "ARGOCD_GPG_ENABLED": "false",
        "ARGOCD_ASK_PASS_SOCK": str(folder / "askpass.sock"),
    }
