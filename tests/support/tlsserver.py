"""Servers of HTTP on loopback, with or without TLS, with certificates that are made for the test."""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any

Answer = tuple[int, Mapping[str, str], bytes]
Answering = Callable[[str, Mapping[str, str]], Answer]
"""Returns the answer to a path and the headers of a request."""


def says(data: Any, status: int = 200, **headers: str) -> Answer:
    """Return an answer in JSON; `X_Y="..."` becomes a header."""
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(data).encode()


class Server:
    """A server.

    Args:
        answers: what is answered, by path, or a function.
        certificate: what it shows of itself, as trustme makes it; None: it speaks no TLS.
    """

    def __init__(self, answers: Mapping[str, Answer] | Answering, certificate: Any = None) -> None:
        self.asked: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.do_GET()

            def do_GET(self) -> None:
                outer.asked.append(self.path)
                found = answers(self.path, self.headers) if callable(answers) else answers.get(self.path)
                status, headers, body = found or says({}, 404)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            self._server.context = context
        self.port = self._server.server_address[1]

    def __enter__(self) -> Server:  # noqa: PYI034 - Self came with Python 3.11
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    """One whose clients may break off at any time."""

    context: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        with contextlib.suppress(OSError):
            if self.context is None:
                super().finish_request(request, client_address)
                return
            with self.context.wrap_socket(request, server_side=True) as wrapped:
                super().finish_request(wrapped, client_address)

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        pass


@contextlib.contextmanager
def in_tls(port: int, certificate: Any, clients: Any = None) -> Iterator[int]:
    """Put TLS before a server of loopback that speaks none, and yield the port.

    Args:
        port: the server's.
        certificate: what is shown, as trustme makes it.
        clients: the authority whose certificates clients must have, as trustme makes it; None: they need none.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    if clients is not None:
        clients.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED

    def pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                target.sendall(piece)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def serve(plain: socket.socket) -> None:
        with contextlib.suppress(OSError), plain:
            wrapped = context.wrap_socket(plain, server_side=True)
            with wrapped, socket.create_connection(("127.0.0.1", port)) as behind:
                back = threading.Thread(target=pump, args=(behind, wrapped), daemon=True)
                back.start()
                pump(wrapped, behind)
                back.join()

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
