"""What only `efdgen validate` looks for is kept, and said as without: on any day, of any environments."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from efdgen.output.cache.store import Store
from efdgen.verbs import incremental
from efdgen.verbs.means import Means
from efdgen.verbs.validate import validate
from support.checkout import edit

FACTS, LAB, DOME = "environments/shared/facts.yaml", "environments/lab.yaml", "environments/dome.yaml"
PIN = "  store:\n    pins: {image.tag: {value: 1.9.5, reason: Needed there., until: '2026-05-31'}}\n"
DAY = dt.date(2026, 5, 31)


def codes(root: Path, means: Means, day: dt.date = DAY, *names: str) -> list[str]:
    """Return the codes of what only `validate` looks for, and see that all is said as without what is kept."""
    found = validate(root, names, (), day, means).warnings
    assert found == validate(root, names, (), day).warnings
    return [problem.code for problem in found if problem.code in ("W527", "W544", "W545")]


def test_what_is_due_is_kept_without_its_day_while_all_is_as_it_was(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    means = Means(Store(small.with_name("kept")))
    loads: list[Any] = []
    load = incremental.Run._load  # noqa: SLF001 - who calls it is counted

    def noting(run: incremental.Run) -> Any:
        loads.append(run)
        return load(run)

    monkeypatch.setattr(incremental.Run, "_load", noting)
    assert (codes(small, means), len(loads)) == ([], 1)
    assert (codes(small, means), len(loads)) == ([], 1)  # no word of a day or of stages: nothing is loaded for that
    edit(small / DOME, "  store: {}\n", PIN)
    assert codes(small, means) == []
    loads.clear()
    later = DAY + dt.timedelta(days=1)
    assert codes(small, means, later) == ["W527"]
    assert codes(small, means, DAY) == []
    assert codes(small, means, later, "lab") == []
    assert codes(small, means, later, "dome") == ["W527"]
    assert loads == []
    # What one environment runs concerns the others; what is kept for some names is right for all.
    edit(small / FACTS, "defaults:\n", "stages: [[lab]]\ndefaults:\n")
    assert codes(small, means, later, "lab") == []
    assert codes(small, means, later) == ["W545", "W527"]
    edit(small / FACTS, "[[lab]]", "[[lab], [dome]]")
    edit(small / DOME, PIN, "  store: {}\n")
    assert codes(small, means, later) == ["W544"]
    edit(small / DOME, "name: dome\n", "name: dome\n# It is known by its line.\n")
    edit(small / LAB, "name: lab\n", "name: lab\n# So is this one.\n")
    assert codes(small, means, later) == ["W544"]
    loads.clear()
    assert codes(small, means, later) == ["W544"]
    assert loads == []
    # One file for a repository, however often it changes, beside one for each state of what is shared.
    assert len(list(small.with_name("kept").iterdir())) == 1 + 3
    # Damage is not read.
    for file in small.with_name("kept").iterdir():
        file.write_bytes(b"x")
    assert codes(small, means, later) == ["W544"]
