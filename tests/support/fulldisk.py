"""A disk that is full when a certain content is to be written."""

from __future__ import annotations

import errno
import os

import pytest


def full_at(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every write of a content fail for want of room, and no other."""
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        if bytes(data) == content:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", full)
