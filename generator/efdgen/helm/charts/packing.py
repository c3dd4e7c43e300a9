"""Packs a chart's files the same way everywhere: the archive's digest says what is in it, and of which commit."""

from __future__ import annotations

import io
import struct
import tarfile
import zlib
from collections.abc import Iterator, Mapping

COMMENT = "comment"
"""Under which name an archive holds its commit."""

_BLOCK = 65_535
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


def pack(name: str, files: Mapping[str, bytes], commit: str = "") -> bytes:
    """Return the archive of a chart. It is not compressed: compressors differ from machine to machine.

    Args:
        name: the chart's name: its folder in the archive.
        files: its files, by their path in there.
        commit: the commit that they are of; empty: of none. The archive holds it as `git archive` does, so that its
            digest vouches for both: https://git-scm.com/docs/git-get-tar-commit-id.
    """
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:", format=tarfile.GNU_FORMAT) as archive:
        if commit:
            comment = f"{len(commit) + 12} {COMMENT}={commit}\n".encode()
            head = tarfile.TarInfo("pax_global_header")
            head.type, head.size = tarfile.XGLTYPE, len(comment)
            archive.addfile(head, io.BytesIO(comment))
        for path, content in sorted(files.items()):
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    data = stream.getvalue()
    end = struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)
    return b"".join((_HEADER, *_stored(data), end))


def _stored(data: bytes) -> Iterator[bytes]:
    """Yield data as the blocks of a gzip file that holds it as it is; the last one says that it is."""
    for start in range(0, len(data), _BLOCK):
        block = data[start : start + _BLOCK]
        is_last = start + _BLOCK >= len(data)
        yield struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF) + block
