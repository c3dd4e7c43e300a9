"""How a run may go about its work: what it may take from earlier runs, and how many processes it may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from efdgen.language.tuples import NamedTuple

if TYPE_CHECKING:
    from efdgen.output.cache.store import Store


class Means(NamedTuple):
    """What a run may use to be done sooner; what comes of it is the same.

    Attributes:
        store: what earlier runs found out, and where this one adds to it; None: everything is done anew.
        jobs: the most processes that work at once.
    """

    store: Store | None = None
    jobs: int = 1


ALONE = Means()
"""One process, that takes nothing from others."""
