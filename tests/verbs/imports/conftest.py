"""What the tests of imports share: Helm in one process for all that the command does, where it starts one a run.

It is Helm's library, in which a chart takes a tenth of the time: tests/helm has the engines beside each other.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from efdgen.helm import engines
from efdgen.helm.engines.guarded import Guarded

Kept = Callable[[str], Guarded]


@pytest.fixture(scope="session")
def kept() -> Iterator[Kept]:
    """Return engines in processes that run until the tests end, by name."""
    found: dict[str, Guarded] = {}
    with contextlib.ExitStack() as stack:

        def by_name(name: str) -> Guarded:
            if name not in found:
                found[name] = stack.enter_context(Guarded(name))
            return found[name]

        yield by_name


@pytest.fixture
def one_helm(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command ask a process that is there: one of its own, with Helm's library, takes longer than an import."""

    def choose(name: str) -> contextlib.AbstractContextManager[Guarded]:
        engines.choose(name)  # which says what is not installed
        return contextlib.nullcontext(kept(name.replace("auto", "sdk")))

    monkeypatch.setattr("efdgen.helm.engines.guarded.Guarded", choose)
