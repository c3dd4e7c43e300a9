"""What is kept of what Helm made: what a look at the objects takes again, and after a changed line."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fleets import six
from measuring import EFDGEN, TESTS, Result, processors_time

if TYPE_CHECKING:
    from support.standins import StandIns


class Looked(NamedTuple):
    """The most that a look may take, as a part of the first one, which keeps what it makes; the first, of one without.

    Attributes:
        words: the command.
        first: when nothing is kept yet.
        again: when nothing changed.
        changed: when a line of one environment changed.
        runs: how often it is measured.
    """

    words: Sequence[str]
    first: float
    again: float
    changed: float
    runs: int


LOOKS = (
    Looked(("lint",), 1.2, 0.7, 0.75, 5),
    Looked(("lint", "--dead-values"), 1.2, 0.35, 0.4, 2),
)
LINE = ("environments/summit.yaml", "query_timeout: 900s", "query_timeout: 601s")


def lock_charts(folder: Path, *others: Path) -> StandIns:
    """Put stand-ins for the charts of repositories into the cache; lock those of all of them in the first."""
    sys.path.insert(0, str(TESTS))
    from efdgen.helm.charts import lock
    from efdgen.helm.charts.cache import Cache, digest
    from efdgen.output import disk
    from support.standins import StandIns

    found = [StandIns(disk.read(each / "rendered")) for each in (folder, *others)]
    archives = {chart: archive for each in found for chart, archive in each.archives.items()}
    for archive in archives.values():
        Cache(Path(os.environ["EFDGEN_CACHE"])).write(archive)
    entries = [lock.LockedChart(*chart, "", digest(archive)) for chart, archive in archives.items()]
    (folder / lock.FILE).write_text(lock.dump(entries), encoding="utf-8")
    return found[0]


def kept() -> list[Result]:
    """Look at the objects of the six, and for dead values, with what the first look kept."""
    with tempfile.TemporaryDirectory(prefix="efdgen-bench-") as temporary:
        folder = six(Path(temporary, "repository"))
        lock_charts(folder)
        return [result for look in LOOKS for result in _looked(look, folder)]


def _looked(look: Looked, folder: Path) -> list[Result]:
    spec = folder / LINE[0]
    text = spec.read_text(encoding="utf-8")
    command = [*EFDGEN, *look.words, "--engine", "sdk"]
    found: list[tuple[float, ...]] = []
    for _ in range(look.runs):
        shutil.rmtree(Path(os.environ["EFDGEN_CACHE"], "hydrated"), ignore_errors=True)
        without, first, again = (processors_time(each, folder) for each in ([*command, "--no-cache"], command, command))
        spec.write_text(text.replace(*LINE[1:]), encoding="utf-8")
        changed = processors_time(command, folder)
        spec.write_text(text, encoding="utf-8")
        found.append((without, first, again, changed))
    name = " ".join(look.words)

    def figure(what: str, place: int, floor: int, limit: float) -> Result:
        ratio = statistics.median(each[place] / each[floor] for each in found)
        detail = " / ".join(f"{statistics.median(each[at] for each in found):.2f} s" for at in (place, floor))
        return Result(f"{name}, {what}", ratio, limit, "x", detail)

    return [
        figure("first / --no-cache", 1, 0, look.first),
        figure("again / first", 2, 1, look.again),
        figure("one line changed / first", 3, 1, look.changed),
    ]
