"""A Git repository served over HTTP, the smart way: Argo CD knows no other.

with GitServer(checkout / ".git") as server:
    server.url      # "http://127.0.0.1:<port>/efd.git"
"""

from __future__ import annotations

import gzip
import http.server
import subprocess
import threading
from pathlib import Path

from support.gitrepo import variables

_SERVICE = "git-upload-pack"


class GitServer:
    """Serves what there is, to be fetched only.

    Args:
        repository: the folder of the repository: `.git`, where it has a work tree.
        address: the address to listen on.
    """

    def __init__(self, repository: Path, address: str = "127.0.0.1") -> None:
        self._server = _Server((address, 0), _Handler)
        self._server.repository = repository
        self.url = f"http://{address}:{self._server.server_address[1]}/efd.git"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> GitServer:  # noqa: PYI034 - Self came with Python 3.11
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    repository: Path


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        if self.path == f"/efd.git/info/refs?service={_SERVICE}":
            refs = self._upload_pack("--advertise-refs")
            self._answer("advertisement", _line(f"# service={_SERVICE}\n") + b"0000" + refs)
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self._body()
        if self.path == f"/efd.git/{_SERVICE}":
            self._answer("result", self._upload_pack(body=body))
        else:
            self.send_error(404)

    def _upload_pack(self, *options: str, body: bytes = b"") -> bytes:
        environment = {**variables(), "GIT_PROTOCOL": self.headers.get("Git-Protocol", "")}
        command = ["git", "upload-pack", "--stateless-rpc", *options, str(self.server.repository)]
        return subprocess.run(command, input=body, capture_output=True, check=False, env=environment).stdout

    def _body(self) -> bytes:
        # Only what is larger than a megabyte comes in chunks.
        body = self.rfile.read(int(self.headers["Content-Length"]))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"application/x-{_SERVICE}-{kind}")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _line(text: str) -> bytes:
    """Return a line as Git's protocol has it: its length comes first."""
    return f"{len(text) + 4:04x}{text}".encode()
