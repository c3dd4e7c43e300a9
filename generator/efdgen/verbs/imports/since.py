"""What the hand-written side changed between two revisions, as edits of the specs and definitions that would follow."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from efdgen.language import linematching
from efdgen.repository import paths
from efdgen.verbs.imports.definition import CHARTS
from efdgen.verbs.imports.folder import RECORD


def edits(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> str:
    """Return what has to be edited in what people write, as a patch that `git apply` takes.

    Args:
        before: what was made of the older revision.
        after: what was made of the newer one.
    """
    out: list[str] = []
    for path in sorted(before.keys() | after.keys()):
        is_written = path.startswith((f"{paths.ENVIRONMENTS}/", f"{paths.TEMPLATES}/", f"{CHARTS}/")) or path == RECORD
        if not is_written or before.get(path) == after.get(path):
            continue
        old, new = (side.get(path, b"").decode(errors="replace").splitlines(keepends=True) for side in (before, after))
        out.append(f"diff --git a/{path} b/{path}\n")
        out += [] if path in before else ["new file mode 100644\n"]
        out += [] if path in after else ["deleted file mode 100644\n"]
        mode = " 100644" if path in before and path in after else ""
        out.append(f"index {_blob(before.get(path))}..{_blob(after.get(path))}{mode}\n")
        names = (f"a/{path}" if path in before else "/dev/null", f"b/{path}" if path in after else "/dev/null")
        for line in linematching.unified(old, new, names, end="\n"):
            out.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(out)


def _blob(content: bytes | None) -> str:
    """Return what Git calls a file's content: `git apply --3way` looks for it under that name."""
    if content is None:
        return "0" * 40
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
