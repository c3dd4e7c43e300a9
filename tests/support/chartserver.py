"""Charts written for a test, and a chart repository on loopback that serves them over real HTTP.

with ChartServer() as server:
    server.add(chart("demo", "1.0.0", {"values.yaml": "size: 1\n"}))
    server.url                  # "http://127.0.0.1:<port>", with an index.yaml
    server.requests             # the paths that were asked for
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import http.server
import io
import json
import ssl
import tarfile
import threading
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, NamedTuple


class Chart(NamedTuple):
    """A chart as its archive."""

    name: str
    version: str
    archive: bytes

    @property
    def sha256(self) -> str:
        """Return the digest of the archive."""
        return hashlib.sha256(self.archive).hexdigest()

    @property
    def file(self) -> str:
        """Return the archive's usual name."""
        return f"{self.name}-{self.version}.tgz"


def tgz(files: Mapping[str, str | bytes], extra: Iterable[tarfile.TarInfo] = ()) -> bytes:
    """Return an archive of files by their path; `extra` are entries without content, such as links.

    The same files make the same bytes.
    """
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for path, content in files.items():
            raw = content.encode() if isinstance(content, str) else content
            entry = tarfile.TarInfo(path)
            entry.size = len(raw)
            archive.addfile(entry, io.BytesIO(raw))
        for entry in extra:
            # As addfile would, were there so many bytes: from 3.13 on, Python asks for them.
            assert archive.fileobj is not None
            archive.fileobj.write(entry.tobuf())
    return gzip.compress(stream.getvalue(), compresslevel=1, mtime=0)


def chart(
    name: str, version: str, files: Mapping[str, str | bytes] | None = None, *, subcharts: Iterable[Chart] = ()
) -> Chart:
    """Return a chart that holds files, and a Chart.yaml unless they have one; subcharts are packed as archives."""
    content: dict[str, str | bytes] = {"Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: {version}\n"}
    content |= files or {}
    content |= {f"charts/{sub.file}": sub.archive for sub in subcharts}
    return Chart(name, version, tgz({f"{name}/{path}": body for path, body in content.items()}))


Handler = http.server.BaseHTTPRequestHandler
Answer = Callable[[Handler], None]


def status(code: int, body: bytes = b"", **headers: str) -> Answer:
    """Return an answer with a status; `Content_Type="..."` becomes a header."""

    def answer(handler: Handler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def redirect(location: str) -> Answer:
    """Return an answer that sends the client elsewhere."""
    return status(302, Location=location)


def truncated(body: bytes) -> Answer:
    """Return an answer that promises more than it sends."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body) + 100))
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = True

    return answer


class ChartServer:
    """An HTTP server on loopback: an index.yaml of the charts that were added, their archives, and special answers.

    With `tls` it is an HTTPS server. It listens on loopback, unless another `address` of this machine is given.

    Attributes:
        url: where it is.
        entries: what index.yaml lists, by chart; change it at will.
        answers: answers by path, with or without its query, which win over index and charts.
        tags: the tags of charts that were pushed.
        requests: the paths that were asked for, in this order.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1") -> None:
        self.entries: dict[str, list[dict[str, Any]]] = {}
        self.answers: dict[str, Answer] = {}
        self.tags: dict[str, list[str]] = {}
        self.requests: list[str] = []
        self.agents: set[str] = set()
        self.stopping = threading.Event()
        self._archives: dict[str, bytes] = {}
        server = self

        class _Handler(Handler):
            def do_GET(self) -> None:  # noqa: N802 - the name that the library calls
                server.requests.append(self.path)
                server.agents.add(self.headers.get("User-Agent", ""))
                server._answer(self)

            do_POST = do_GET  # noqa: N815 - the name that the library calls

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Quiet((address, 0), _Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://{address}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def add(self, added: Chart, *, urls: list[str] | None = None, digest: str | None = "right") -> Chart:
        """Serve a chart and list it; `digest` is what the index says, None for nothing."""
        self._archives[f"/{added.file}"] = added.archive
        entry: dict[str, Any] = {"name": added.name, "version": added.version, "urls": urls or [added.file]}
        if digest is not None:
            entry["digest"] = added.sha256 if digest == "right" else digest
        self.entries.setdefault(added.name, []).append(entry)
        return added

    def push(self, pushed: Chart, path: str = "charts") -> str:
        """Serve a chart as an OCI registry does; return the repository's oci:// URL."""
        tag = pushed.version.replace("+", "_")
        base = f"/v2/{path}/{pushed.name}"
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "layers": [
                {
                    "mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
                    "digest": f"sha256:{pushed.sha256}",
                    "size": len(pushed.archive),
                }
            ],
        }
        tags = self.tags.setdefault(base, [])
        tags.append(tag)
        self.answers[f"{base}/manifests/{tag}"] = status(200, json.dumps(manifest).encode())
        self.answers[f"{base}/blobs/sha256:{pushed.sha256}"] = status(200, pushed.archive)
        self.answers[f"{base}/tags/list"] = status(200, json.dumps({"name": pushed.name, "tags": tags}).encode())
        return f"oci://{self.url.removeprefix('http://')}/{path}"

    def file(self, name: str) -> Answer:
        """Return the answer that the index or an archive is, for other paths."""
        return lambda handler: self._send(handler, f"/{name}")

    def hang(self, _handler: Handler) -> None:
        """Answer nothing until the server stops."""
        self.stopping.wait(60)

    def trickle(self, handler: Handler) -> None:
        """Send a byte now and then, until nobody listens any more or the server stops."""
        handler.send_response(200)
        handler.end_headers()
        with contextlib.suppress(OSError):
            while not self.stopping.wait(0.02):
                handler.wfile.write(b"x")

    def trickle_head(self, handler: Handler) -> None:
        """Do the same with the head of the answer."""
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Long: ")
        with contextlib.suppress(OSError):
            while not self.stopping.wait(0.02):
                handler.wfile.write(b"x")

    def _answer(self, handler: Handler) -> None:
        path = handler.path.partition("?")[0]
        found = self.answers.get(handler.path) or self.answers.get(path)
        if found is not None:
            found(handler)
        else:
            self._send(handler, handler.path)

    def _send(self, handler: Handler, path: str) -> None:
        if path == "/index.yaml":
            # JSON is YAML.
            index = {"apiVersion": "v1", "entries": self.entries}
            status(200, json.dumps(index, indent=1).encode(), Content_Type="text/yaml")(handler)
        elif path in self._archives:
            status(200, self._archives[path], Content_Type="application/gzip")(handler)
        else:
            status(404, b"no such file\n")(handler)

    def __enter__(self) -> ChartServer:  # noqa: PYI034 - Self came with Python 3.11
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Quiet(http.server.ThreadingHTTPServer):
    """Says nothing about clients that went away."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, _request: object, _client_address: object) -> None:
        pass
