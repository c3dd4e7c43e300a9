"""The archives of vendored charts, where an earlier run found out which belong in the tree: nothing is loaded then."""

from __future__ import annotations

from collections.abc import Mapping

from efdgen.output import seen
from efdgen.output.cache.store import Store
from efdgen.verbs import extras
from efdgen.verbs.model import Rendering

_WHAT = "archives"


def add(rendered: Rendering, there: Mapping[str, bytes], store: Store) -> None:
    """Add the archives of vendored charts to a rendering, with the locks that vouch for them.

    Those that the output folder has as they should be are not read again.

    Args:
        rendered: the rendering.
        there: the output folder.
        store: what earlier runs found out, and where this one adds to it.

    Raises:
        ChartError: when an archive is neither in the output folder nor in the cache, or charts.lock does not have it.
        InvalidInputError: when charts.lock is not what it should be.
    """
    digests = extras.read(store, _WHAT, rendered)
    if digests is not None and rendered.tree.add_if_seen(digests):
        return
    from efdgen.verbs.vendored import with_archives

    before = frozenset(rendered.tree)
    with_archives(rendered, there)
    # The lock and the folders of charts were read after all else: was that of the same time?
    if rendered.read and _is_as_read(rendered):
        found = {path: seen.digest(rendered.tree[path]) for path in rendered.tree if path not in before}
        extras.write(store, _WHAT, rendered, found)


def _is_as_read(rendered: Rendering) -> bool:
    """Say whether what people wrote is as it was read for a rendering."""
    from efdgen.repository import chartfolders
    from efdgen.repository import snapshot as snapshots

    root = rendered.project.root
    now = snapshots.take(root)
    whole = None if now is None else snapshots.with_folders(now, root, chartfolders.named(root))
    return whole is not None and rendered.read.endswith(f" {whole.everything}")
