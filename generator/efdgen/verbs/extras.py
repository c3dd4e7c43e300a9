"""What single verbs find out about a whole repository, beside what is kept of each environment.

Of each such thing, one answer is kept for a repository: the last one, of use while all that people wrote is as it was.
"""

from __future__ import annotations

import hashlib
import os
from typing import Any

from efdgen.output.cache.store import Store
from efdgen.verbs.model import Rendering


def read(store: Store | None, what: str, rendered: Rendering) -> Any:
    """Return what is kept of the repository of a rendering; None: nothing, or it was another then.

    Args:
        store: where it is kept; None: nowhere.
        what: what it is about.
        rendered: the rendering.
    """
    kept = store.read(_key(what, rendered)) if store is not None and rendered.read else None
    return kept[1] if isinstance(kept, tuple) and kept[0] == rendered.read else None


def write(store: Store | None, what: str, rendered: Rendering, data: Any) -> None:
    """Keep plain data about the repository of a rendering, as it was read for that.

    Args:
        store: where it is kept; None: nowhere.
        what: what it is about.
        rendered: the rendering.
        data: what `read` returns then.
    """
    if store is not None and rendered.read:
        store.write(_key(what, rendered), (rendered.read, data))


def _key(what: str, rendered: Rendering) -> str:
    return hashlib.sha256(what.encode() + b" " + os.fsencode(rendered.project.root)).hexdigest()
