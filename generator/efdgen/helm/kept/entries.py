"""What is kept, in files that only who has what they were made of can read.

Objects can hold what nobody should see: a Secret, a password in a values file. All of it comes of the charts and values
that an entry is made of. So an entry is encrypted, by a key that is a digest of these: who has them, has all that is in
it; for anybody else, a copy of the folder says nothing. The name of the file is another digest, which leads to neither.

A key is used for one content, and with a number that is used once: what SHAKE-256 makes of both is laid over it.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import zlib
from typing import Any

from efdgen.output.cache.store import Store

_ONCE = 16
_ERRORS = (ValueError, EOFError, TypeError, zlib.error)


class Entries:
    """What is kept of inputs, by a digest of each.

    Args:
        store: where.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, digest: bytes, *, whole: bool = False) -> tuple[Any, ...] | None:
        """Return the first part of what is kept, or, as a whole, all of both; None: nothing that can be trusted.

        Args:
            digest: of all that it was made of.
            whole: whether the second part is wanted, too.
        """
        kept = self._store.open(_name(digest))
        if kept is None:
            return None
        parts = [kept.first, *([kept.other(1)] if whole else [])]
        try:
            return tuple(_opened(part, digest) for part in parts)
        except _ERRORS:
            return None

    def write(self, digest: bytes, *parts: Any) -> None:
        """Keep plain data, if that is possible, in one part or two.

        Args:
            digest: of all that it was made of.
            parts: see `Store.write`.
        """
        try:
            sealed = [_sealed(part, digest) for part in parts]
        except ValueError:
            return
        self._store.write(_name(digest), *sealed)


def _name(digest: bytes) -> str:
    return hashlib.sha256(b"name\0" + digest).hexdigest()


def _sealed(part: Any, digest: bytes) -> bytes:
    content = zlib.compress(marshal.dumps(part), 1)
    once = os.urandom(_ONCE)
    return once + _laid_over(content, digest, once)


def _opened(sealed: Any, digest: bytes) -> Any:
    """Return what is in an entry.

    Raises:
        ValueError, EOFError, TypeError, zlib.error: when it is none.
    """
    if not isinstance(sealed, bytes):
        raise TypeError
    content = _laid_over(sealed[_ONCE:], digest, sealed[:_ONCE])
    return marshal.loads(zlib.decompress(content))  # noqa: S302 - the user's own, and no code


def _laid_over(content: bytes, digest: bytes, once: bytes) -> bytes:
    over = hashlib.shake_256(b"content\0" + digest + once).digest(len(content))
    return (int.from_bytes(content, "big") ^ int.from_bytes(over, "big")).to_bytes(len(content), "big")
