"""How a command is measured, and what a figure is."""

from __future__ import annotations

import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parents[1] / "tests"
REPOSITORY = TESTS / "efd-repository"
"""The EFD's repository as tests know it: what people edit would change the figures."""
EFDGEN = [sys.executable, "-m", "efdgen"]
RUNS = 15
MEBI = 1024


class Result(NamedTuple):
    """One figure and the most that it may be."""

    name: str
    figure: float
    limit: float
    unit: str
    detail: str


def whole_process(command: Sequence[str], folder: Path) -> float:
    """Return the seconds that a command takes, from start to end; it may find differences."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert done.returncode in (0, 1), done.stderr
    return time.perf_counter() - start


def take_away(folder: Path) -> None:
    """Rename a folder that must not be there for what is measured next; the measurement's own folder goes in the end.

    Deleting it would slow down whatever makes files in the minute after: ext4 leaves the inodes of deleted files alone
    so long, and looks through all of them for each file that it makes (fs/ext4/ialloc.c, `recently_deleted`). What was
    written before is on the disk then: whoever waits for the disk next would wait for that, too.
    """
    if folder.is_dir():
        taken = sum(1 for _ in folder.parent.glob(".aside-*"))
        folder.rename(folder.parent / f".aside-{taken}")
    os.sync()


def processors_time(command: Sequence[str], folder: Path) -> float:
    """Return the seconds that processors work for a command, from start to end: others don't count."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    whole_process(command, folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


class How(NamedTuple):
    """How often a command is measured, and what says its seconds."""

    runs: int
    seconds: Callable[[Sequence[str], Path], float]


ALL_OF_IT = How(RUNS, whole_process)
WORK = How(7, processors_time)


def against(
    name: str,
    ours: Sequence[str],
    floor: Sequence[str],
    limit: float,
    folder: Path,
    *,
    before: Callable[[], object] = lambda: None,
    how: How = ALL_OF_IT,
) -> Result:
    """Run two commands in turn; the figure is the median of the ratios of neighbours.

    Args:
        name: the figure's.
        ours: the command that is measured.
        floor: what it is compared with.
        limit: the most that the figure may be.
        folder: where both run.
        before: what is done before each time that the first one runs; it is not measured.
        how: how both are measured.
    """

    def ours_again() -> float:
        before()
        return how.seconds(ours, folder)

    ours_again()
    how.seconds(floor, folder)
    pairs = [(ours_again(), how.seconds(floor, folder)) for _ in range(how.runs)]
    ratio = statistics.median(mine / theirs for mine, theirs in pairs)
    detail = " / ".join(f"{statistics.median(side) * 1000:.0f} ms" for side in zip(*pairs, strict=True))
    return Result(name, ratio, limit, "x", detail)


def memory(process: int) -> float:
    """Return the MiB that a process and those that it began have in memory; what they share is divided among them.

    https://www.kernel.org/doc/html/latest/filesystems/proc.html: Pss. A process that has just ended has none.
    """
    folder = Path("/proc", str(process))
    try:
        shares = re.findall(r"^Pss: +(\d+) kB$", (folder / "smaps_rollup").read_text(), re.MULTILINE)
        begun = [
            int(child) for task in (folder / "task").iterdir() for child in (task / "children").read_text().split()
        ]
    except OSError:
        return 0.0
    return sum(map(int, shares)) / MEBI + sum(map(memory, begun))
