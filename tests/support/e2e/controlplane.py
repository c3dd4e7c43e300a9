"""Kubernetes without nodes, on loopback: etcd, the API server and the controllers."""

from __future__ import annotations

import http.client
import secrets
import subprocess
from pathlib import Path

from support.e2e.processes import Processes, free_port
from support.e2e.programs import find

_KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters:
- name: e2e
  cluster:
    server: https://127.0.0.1:{port}
    insecure-skip-tls-verify: true
users:
- name: admin
  user:
    token: {token}
contexts:
- name: e2e
  context:
    cluster: e2e
    user: admin
current-context: e2e
"""


def start(folder: Path, processes: Processes) -> Path:
    """Start a control plane whose data is in a folder; return its kubeconfig.

    Raises:
        NotInTimeError: when a part of it does not start.
    """
    folder.mkdir()
    storage = _etcd(folder, processes)
    port, token = free_port(), secrets.token_hex(16)
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(_KUBECONFIG.format(port=port, token=token), encoding="utf-8")
    kubeconfig.chmod(0o600)
    _api_server(folder, processes, storage, port, token)
    _controllers(folder, processes, kubeconfig)
    return kubeconfig


def proxy(kubeconfig: Path, folder: Path, processes: Processes) -> int:
    """Start `kubectl proxy`; return its port once the API server answers through it."""
    port = free_port()
    command = [find("kubectl"), "--kubeconfig", kubeconfig, "proxy", f"--port={port}"]
    processes.start("kubectl-proxy", command, {"HOME": str(folder)})
    processes.wait("the API server is ready", lambda: answers(port, "/readyz"), 120)
    return port


def answers(port: int, path: str) -> bool:
    """Say whether what listens on a port of loopback answers with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    finally:
        connection.close()


def _etcd(folder: Path, processes: Processes) -> str:
    port = free_port()
    clients, peers = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{free_port()}"
    command = [
        find("etcd"),
        f"--data-dir={folder / 'etcd'}",
        "--unsafe-no-fsync",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
    ]
    processes.start("etcd", command)
    processes.wait("etcd is healthy", lambda: answers(port, "/health"))
    return clients


def _api_server(folder: Path, processes: Processes, storage: str, port: int, token: str) -> None:
    private, public = _service_accounts(folder)
    tokens = folder / "tokens.csv"
    tokens.write_text(f"{token},admin,admin,system:masters\n", encoding="utf-8")
    command = [
        find("kube-apiserver"),
        f"--etcd-servers={storage}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={folder / 'certificates'}",
        "--service-cluster-ip-range=10.43.0.0/24",
        f"--token-auth-file={tokens}",
        "--authorization-mode=RBAC",
        "--anonymous-auth=false",
        f"--service-account-key-file={public}",
        f"--service-account-signing-key-file={private}",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--endpoint-reconciler-type=none",
        "--allow-privileged",
    ]
    processes.start("kube-apiserver", command)


def _controllers(folder: Path, processes: Processes, kubeconfig: Path) -> None:
    command = [
        find("kube-controller-manager"),
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        "--bind-address=127.0.0.1",
        f"--secure-port={free_port()}",
        f"--cert-dir={folder / 'certificates'}",
        f"--service-account-private-key-file={folder / 'accounts.key'}",
        "--use-service-account-credentials=false",
        "--leader-elect=false",
    ]
    # It ends when the API server is not ready yet.
    processes.wait("the API server accepts", lambda: _is_ready(kubeconfig), 120)
    processes.start("kube-controller-manager", command)


def _is_ready(kubeconfig: Path) -> bool:
    command = [find("kubectl"), "--kubeconfig", str(kubeconfig), "get", "--raw", "/readyz"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout == "ok"


def _service_accounts(folder: Path) -> tuple[Path, Path]:
    private, public = folder / "accounts.key", folder / "accounts.pub"
    for command in (
        ["openssl", "genrsa", "-out", private, "2048"],
        ["openssl", "rsa", "-in", private, "-pubout", "-out", public],
    ):
        subprocess.run([str(word) for word in command], capture_output=True, check=True)
    return private, public


def certificate(folder: Path, host: str) -> tuple[str, str]:
    """Return a certificate that nobody signed, and its key, as PEM."""
    key, made = folder / f"{host}.key", folder / f"{host}.crt"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={host}"]
    command += ["-addext", f"subjectAltName=DNS:{host}"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(made)], capture_output=True, check=True)
    return made.read_text(encoding="utf-8"), key.read_text(encoding="utf-8")
