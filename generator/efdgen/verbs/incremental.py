"""Renders what changed since an earlier run, and takes the rest from there: the answer is that of `anew`, sooner.

Everything that a run reads is compared by content. What environments share, efdgen itself and the libraries below it
are the key: where one of these changed, nothing is known. Beside them an environment depends on its own spec, on those
that it has links to, and on what its rules ask about all the others (`rules.fleet`). Only repositories that loading
finds nothing wrong with are kept. Files are kept as digests: their content is in rendered/, or they are rendered anew.
What is there is read when these are known, so that only what is not as it should be is held in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from efdgen.output.cache import program
from efdgen.output.cache.store import Store
from efdgen.output.seen import Looking
from efdgen.repository import snapshot as snapshots
from efdgen.verbs import records, rest
from efdgen.verbs.model import Rendering, selected
from efdgen.verbs.once import raise_errors, said_once
from efdgen.verbs.records import Kept
from efdgen.verbs.rest import Rest
from efdgen.verbs.run import Run


def rendering(root: Path, names: Sequence[str], store: Store, there: Looking | None, jobs: int) -> Rendering | None:
    """Render environments, those that changed; None: nothing can be kept of this repository, or it has problems.

    Args:
        root: the repository.
        names: the environments; none: all.
        store: what earlier runs found out.
        there: looks at files that may be what the specs render to; None: nobody needs the tree, and none is returned.
        jobs: the most processes that work at once.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment is unknown.
    """
    made_by = program.digest()
    snapshot = snapshots.take(root)
    if made_by is None or snapshot is None:
        return None
    key = hashlib.sha256(f"{made_by} {snapshot.shared}".encode()).hexdigest()
    parts = store.open(key)
    kept = records.NOTHING if parts is None else records.unpacked(parts.first)
    with_charts = snapshots.with_folders(snapshot, root, kept.folders)
    if with_charts is None or with_charts.charts != kept.charts:
        kept, parts = records.NOTHING, None
    else:
        snapshot = with_charts

    def run(kept: Kept, more: Rest) -> Rendering | None:
        run = Run(root, snapshot, kept, more, there, jobs)
        made = run.made(selected(root, names, frozenset(snapshot.specs)))
        if made is None:
            return None
        if made.is_news:
            store.write(key, *run.packed(made.now))
        raise_errors(made.problems)
        warnings, read = tuple(said_once(made.problems)), f"{made_by} {run.read}"
        return Rendering(run.project, made.tree, warnings, is_vendored=made.now.is_vendored, read=read)

    try:
        return run(kept, Rest(parts))
    except rest.LostError:
        return run(records.NOTHING, Rest(None))
