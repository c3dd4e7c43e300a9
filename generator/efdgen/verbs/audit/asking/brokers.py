"""Message brokers that speak Kafka's protocol: their first questions, which need no login.

A request is its length, then a header, then a body; all numbers are big-endian:

    int32 length | int16 api_key | int16 api_version | int32 correlation_id | int16 length, client_id | body

https://kafka.apache.org/protocol#protocol_messages
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct

from efdgen.verbs.audit.answers import AskError, Brokers
from efdgen.verbs.audit.asking.http import trust_fault
from efdgen.verbs.audit.asking.reach import Reach, Server

_VERSIONS, _METADATA = 18, 3
"""The api_key of each question."""

_WITH_A_LIST_OF_NONE = 1
"""The first version of Metadata in which an empty list asks for no topics; before, it asks for all."""

_WITH_THROTTLE, _WITH_CREATION, _MOST_PLAIN = 3, 4, 8
"""Versions of Metadata: from which on answers begin with a time, questions end with a flag, and none is compact yet."""

_NO_ANSWER = (OSError, EOFError, struct.error, ValueError)
"""What is raised when what comes is none of the protocol. ssl's errors are among them."""

_MOST = 10_000_000
_CLIENT = b"efdgen"


class _EndedError(AskError):
    """It speaks TLS, and then ends the connection: most of all because who asks shows no certificate."""


def brokers(reach: Reach, server: Server, *, is_safe: bool = False) -> Brokers:
    """Return where the brokers of a cluster say that clients connect to.

    Who does not answer as declared, with TLS or without, is asked the other way once: to say that it speaks that.

    Raises:
        AskError: when there is no answer, or it is none of the protocol.
    """
    try:
        return _brokers(reach, server, reach.context() if is_safe else None)
    except _NO_ANSWER as error:
        first = error
    try:
        return _brokers(reach, server, None if is_safe else _anybody(reach))
    except _EndedError:
        raise
    except (AskError, *_NO_ANSWER):
        pass
    where = f"{server[0]}:{server[1]}"
    if isinstance(first, ssl.SSLCertVerificationError):
        raise AskError(f"{where}: {trust_fault(first)}", "--ca-file names others to trust") from None
    raise AskError(f"{where} does not speak the brokers' protocol", "is the port right?") from None


def _anybody(reach: Reach) -> ssl.SSLContext:
    """Return what speaks TLS with anybody: what is sent, everybody may read, and what comes is not trusted."""
    context = reach.new_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _brokers(reach: Reach, server: Server, context: ssl.SSLContext | None) -> Brokers:
    with contextlib.closing(reach.connect(server)) as plain:
        try:
            connection = context.wrap_socket(plain, server_hostname=server[0]) if context else plain
            with connection:
                try:
                    version = _version(_asked(connection, _VERSIONS, 0, b""))
                except (ConnectionError, EOFError, ssl.SSLError):
                    if context is None:
                        raise
                    raise _ended(server) from None
                return Brokers(_advertised(connection, version), context is not None)
        except TimeoutError:
            raise reach.too_late(server) from None
        except ssl.SSLError as error:
            if "ALERT_HANDSHAKE_FAILURE" in (error.reason or ""):
                raise _ended(server) from None
            raise


def _ended(server: Server) -> _EndedError:
    reason = f"{server[0]}:{server[1]} speaks TLS, and ends the connection before it answers"
    return _EndedError(reason, "it wants a certificate of who asks, and audits have none; or it is no broker")


def _asked(connection: socket.socket, key: int, version: int, body: bytes) -> bytes:
    message = struct.pack(">hhih", key, version, key, len(_CLIENT)) + _CLIENT + body
    connection.sendall(struct.pack(">i", len(message)) + message)
    (length,) = struct.unpack(">i", _read(connection, 4))
    if not 4 <= length <= _MOST:  # noqa: PLR2004 - the correlation_id
        raise ValueError(length)
    answer = _read(connection, length)
    if answer[:4] != struct.pack(">i", key):
        raise ValueError(key)
    return answer[4:]


def _read(connection: socket.socket, length: int) -> bytes:
    content = b""
    while len(content) < length:
        piece = connection.recv(length - len(content))
        if not piece:
            raise EOFError
        content += piece
    return content


def _version(answer: bytes) -> int:
    """Return the version of Metadata to ask for: int16 error | int32 count | (int16 key, int16 first, int16 last)*."""
    _, count = struct.unpack_from(">hi", answer)
    known: dict[int, tuple[int, int]] = {
        key: (first, last) for key, first, last in struct.iter_unpack(">hhh", answer[6 : 6 + 6 * count])
    }
    first, last = known.get(_METADATA, (0, 0))
    version = max(first, _WITH_A_LIST_OF_NONE)
    if version > min(last, _MOST_PLAIN):
        raise ValueError(version)
    return version


def _advertised(connection: socket.socket, version: int) -> tuple[str, ...] | None:
    """Ask for hosts and ports; None: they are told to nobody without a login, which ends the connection.

    [int32 throttle] | int32 count | (int32 id, string host, int32 port, string rack)*
    """
    body = struct.pack(">i", 0) + (b"\0" if version >= _WITH_CREATION else b"")
    try:
        answer = _asked(connection, _METADATA, version, body)
    except (ConnectionError, EOFError):
        return None
    at = 4 if version >= _WITH_THROTTLE else 0
    (count,) = struct.unpack_from(">i", answer, at)
    at += 4
    found = []
    for _ in range(count):
        host, at = _string(answer, at + 4)
        (port,) = struct.unpack_from(">i", answer, at)
        _, at = _string(answer, at + 4)
        found.append(f"{host}:{port}")
    return tuple(sorted(found))


def _string(answer: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from(">h", answer, at)
    end = at + 2 + max(length, 0)  # -1: null
    if end > len(answer):
        raise ValueError(length)
    return answer[at + 2 : end].decode(), end
