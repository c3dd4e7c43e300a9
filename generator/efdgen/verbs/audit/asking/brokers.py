"""Message brokers that speak Kafka's protocol: their first questions, which need no login.

A request is its length, then a header, then a body; all numbers are big-endian:

    int32 length | int16 api_key | int16 api_version | int32 correlation_id | int16 length, client_id | body

https://kafka.apache.org/protocol#protocol_messages
"""

from __future__ import annotations

import contextlib
import socket
import struct

from efdgen.verbs.audit.answers import AskError, Brokers
from efdgen.verbs.audit.asking.reach import Reach, Server

_VERSIONS, _METADATA = 18, 3
"""The api_key of each question."""

_WITH_A_LIST_OF_NONE = 1
"""The first version of Metadata in which an empty list asks for no topics; before, it asks for all."""

_WITH_THROTTLE, _WITH_CREATION, _MOST_PLAIN = 3, 4, 8
"""Versions of Metadata: from which on answers begin with a time, questions end with a flag, and none is compact yet."""

_MOST = 10_000_000
_CLIENT = b"efdgen"


def brokers(reach: Reach, server: Server) -> Brokers:
    """Return where the brokers of a cluster say that clients connect to.

    Raises:
        AskError: when there is no answer, or it is none of the protocol.
    """
    with contextlib.closing(reach.connect(server)) as connection:
        try:
            version = _version(_asked(connection, _VERSIONS, 0, b""))
            body = struct.pack(">i", 0) + (b"\0" if version >= _WITH_CREATION else b"")
            return Brokers(_advertised(_asked(connection, _METADATA, version, body), version))
        except TimeoutError:
            raise reach.too_late(server) from None
        except (OSError, EOFError, struct.error, ValueError):
            reason = f"{server[0]}:{server[1]} does not speak the brokers' protocol"
            raise AskError(reason, "is the port right? A listener with TLS or a login can't be asked") from None


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


def _advertised(answer: bytes, version: int) -> tuple[str, ...]:
    """Return hosts and ports: [int32 throttle] | int32 count | (int32 id, string host, int32 port, string rack)*."""
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
