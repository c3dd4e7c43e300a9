"""A real Vault: OpenBao's server, which speaks the same API, on loopback.

with Bao(tmp_path) as vault:
    vault.address                                # "http://127.0.0.1:<port>"
    vault.put("secret/a/b", {"key": "value"})    # `secret` keeps versions, `old` does not
    vault.token({"secret/data/a/*": ["read"]})   # a token that may do so, and nothing else
"""

from __future__ import annotations

import contextlib
import json
import socket
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from support import needs
from support.e2e.processes import Processes

_CONFIGURATION = """\
storage "inmem" {{}}
listener "tcp" {{
  address = "127.0.0.1:{port}"
  tls_disable = true
}}
disable_mlock = true
log_level = "error"
"""


class Bao:
    """A server, unsealed, with an engine of each version of KV.

    Attributes:
        address: where it is.
        root: a token that may do everything.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes = Processes(folder / "logs")
        self._key = ""
        self._policies = 0
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.root = ""

    def __enter__(self) -> Bao:  # noqa: PYI034 - Self came with Python 3.11
        file = self._folder / "bao.hcl"
        file.write_text(_CONFIGURATION.format(port=self.port), encoding="utf-8")
        self._processes.start("bao", [needs.VAULT.require(), "server", f"-config={file}"], {"GOMAXPROCS": "1"})
        self._processes.wait("OpenBao", lambda: answers(self.port), 30)
        made = self.api("PUT", "sys/init", {"secret_shares": 1, "secret_threshold": 1})
        self._key, self.root = made["keys"][0], made["root_token"]
        self.unseal()
        for mount, version in (("secret", "2"), ("old", "1")):
            self.api("POST", f"sys/mounts/{mount}", {"type": "kv", "options": {"version": version}})
        self._processes.wait("the engine with versions", lambda: self._takes("secret/start"), 30)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._processes.stop()

    def api(self, method: str, path: str, data: Any = None, token: str | None = None, namespace: str = "") -> Any:
        """Ask for something, with the root token or another one, in the root's namespace or another one."""
        body = None if data is None else json.dumps(data).encode()
        headers = {"X-Vault-Token": self.root if token is None else token, "X-Vault-Namespace": namespace}
        request = urllib.request.Request(f"{self.address}/v1/{path}", body, headers, method=method)  # noqa: S310 - it is http
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            content = answer.read()
        return json.loads(content) if content else {}

    def unseal(self) -> None:
        """Open it."""
        self.api("PUT", "sys/unseal", {"key": self._key}, "")

    def seal(self) -> None:
        """Close it."""
        self.api("PUT", "sys/seal")

    def put(self, path: str, values: Mapping[str, Any]) -> None:
        """Put values at a path, in place of those that are there."""
        mount, _, inner = path.partition("/")
        is_versioned = mount == "secret"
        self.api("PUT", f"{mount}/data/{inner}" if is_versioned else path, {"data": values} if is_versioned else values)

    def get(self, path: str) -> Any:
        """Return the values at a path."""
        mount, _, inner = path.partition("/")
        is_versioned = mount == "secret"
        data = self.api("GET", f"{mount}/data/{inner}" if is_versioned else path)["data"]
        return data["data"] if is_versioned else data

    def delete(self, path: str) -> None:
        """Delete the newest version at a path."""
        mount, _, inner = path.partition("/")
        self.api("DELETE", f"{mount}/data/{inner}" if mount == "secret" else path)

    def token(self, rules: Mapping[str, Sequence[str]], **options: Any) -> str:
        """Make a token that may do what is named by path, and nothing else."""
        self._policies += 1
        name = f"policy-{self._policies}"
        text = "\n".join(f'path "{path}" {{ capabilities = {json.dumps(list(may))} }}' for path, may in rules.items())
        self.api("PUT", f"sys/policies/acl/{name}", {"policy": text})
        made = self.api("POST", "auth/token/create", {"policies": [name], "ttl": "768h", **options})
        return str(made["auth"]["client_token"])

    def _takes(self, path: str) -> bool:
        """Say whether the engine is ready: a new one with versions takes a moment."""
        with contextlib.suppress(OSError):
            self.put(path, {"a": "b"})
            self.api("DELETE", path.replace("/", "/metadata/", 1))
            return True
        return False


def sound(key: str, value: str = "real") -> str:
    """Return a value that counts as one under a key: what Secrets for TLS hold is PEM."""
    kind = {"tls.crt": "CERTIFICATE", "ca.crt": "CERTIFICATE", "tls.key": "PRIVATE KEY"}.get(key)
    return f"-----BEGIN {kind}-----\n{value}\n-----END {kind}-----\n" if kind else value


def free_port() -> int:
    """Return a port of loopback that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(port: int) -> bool:
    """Say whether somebody listens at a port of loopback."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def reads(prefix: str) -> dict[str, list[str]]:
    """Return the rules of a token that is bound to a prefix: it reads and lists what is below."""
    mount, _, inner = prefix.partition("/")
    return {
        f"{mount}/data/{inner}/*": ["read"],
        f"{mount}/metadata/{inner}/*": ["list"],
        f"{prefix}/*": ["read", "list"],
    }
