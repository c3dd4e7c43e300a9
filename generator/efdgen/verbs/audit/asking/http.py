"""HTTP: one request, one answer; redirections are not followed, so that nobody is asked whom nobody named."""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlsplit

from efdgen import __version__
from efdgen.verbs.audit import jsontext
from efdgen.verbs.audit.answers import MOST, TOO_MUCH, AskError, Reply
from efdgen.verbs.audit.asking.reach import Reach, Server, server_of

_SECRET = frozenset(("X-Vault-Token", "Authorization"))
"""Headers that hold a token."""

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


Trust = Callable[[], ssl.SSLContext]


_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG", "BAD_RECORD_TYPE")
"""What OpenSSL says of what comes when that is no TLS at all."""


def get(reach: Reach, url: str, headers: Mapping[str, str] = _NO_HEADERS, trust: Trust | None = None) -> Reply:
    """Ask for a URL.

    Args:
        reach: makes the connection.
        url: what is asked for.
        headers: what is sent with it.
        trust: returns whom TLS trusts; None: whom the reach does.

    Raises:
        AskError: when there is no answer.
    """
    return _request(reach, "GET", url, headers, None, trust)


def post(reach: Reach, url: str, headers: Mapping[str, str], data: Any, trust: Trust | None = None) -> Reply:
    """Send data as JSON; the arguments are those of `get`.

    Raises:
        AskError: when there is no answer.
    """
    sent = {"Content-Type": "application/json", **headers}
    return _request(reach, "POST", url, sent, json.dumps(data).encode(), trust)


def data(reply: Reply) -> Any:
    """Return the data of an answer in JSON; None: it is none."""
    return jsontext.data(reply.body)


def trust_fault(error: ssl.SSLError) -> str:
    """Return why TLS fails, in OpenSSL's own words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {error.verify_message}"
    if error.reason in _NO_TLS:
        return "it does not speak TLS"
    return f"TLS fails: {error.reason or error.strerror or 'the connection ended'}"


def _tls_advice(error: ssl.SSLError, is_vault: bool) -> str:
    if not isinstance(error, ssl.SSLCertVerificationError):
        return "are the port and https right?"
    return f"--ca-file{', or VAULT_CACERT,' if is_vault else ''} names others to trust"


def _request(
    reach: Reach, method: str, url: str, headers: Mapping[str, str], body: bytes | None, trust: Trust | None
) -> Reply:
    server = server_of(url)
    if not _SECRET.isdisjoint(headers):
        reach.may_send_a_token(url)
    parts = urlsplit(url)
    target = quote(parts.path or "/", safe="%/:=&?~#+!$,;'@()*[]") + (f"?{parts.query}" if parts.query else "")
    connection = _Connection(reach, server, (trust or reach.context) if parts.scheme == "https" else None)
    where = f"{server[0]}:{server[1]}"
    with contextlib.closing(connection):
        try:
            connection.request(method, target, body, {"User-Agent": f"efdgen/{__version__}", **headers})
            answer = connection.getresponse()
            content = answer.read(MOST + 1)
            if answer.length and len(content) <= MOST:
                raise http.client.IncompleteRead(b"", answer.length)
        except TimeoutError:
            raise reach.too_late(server) from None
        except ssl.SSLError as error:
            raise AskError(f"{where}: {trust_fault(error)}", _tls_advice(error, trust is not None)) from None
        except (OSError, http.client.HTTPException, ValueError):
            # What a server sent may stand in the error's own text.
            raise AskError(f"{where}: the connection broke, or what came is no HTTP", "try again") from None
    if len(content) > MOST:
        raise AskError(f"{where}: the answer has more than {MOST:,} bytes", TOO_MUCH)
    said = {name.lower(): str(value) for name, value in reversed(answer.headers.items())}
    return Reply(answer.status, answer.headers.get("Location", ""), content, said)


class _Connection(http.client.HTTPConnection):
    """A connection that the reach makes."""

    def __init__(self, reach: Reach, server: Server, trust: Trust | None) -> None:
        super().__init__(*server)
        self._reach = reach
        self._server = server
        self._trust = trust
        if trust is not None:
            self.default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        """Connect, and begin TLS where the URL says so."""
        plain = self._reach.connect(self._server)
        self.sock = plain
        if self._trust is not None:
            self.sock = self._trust().wrap_socket(plain, server_hostname=self._server[0])
