"""What the system tests share: copies of the EFD's repository and of the small repository, to change at will."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from pathlib import Path

import pytest

from efdgen.verbs import objectdiff, render
from support import asked, live, memory, needs
from support.browser import browser, show
from support.checkout import FROZEN, copy_tree
from support.repository import small_repository

__all__ = ["browser", "show"]


# Every test looks at what this code does, and none at what a user keeps.
os.environ["EFDGEN_NO_CACHE"] = "1"

# Helm's library, which is Go, goes through its memory less often: a tenth of its time.
os.environ.setdefault("GOGC", "400")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-scenarios", action="store_true", help="write tests/scenarios/*/expected/ anew; review the diff"
    )


def pytest_configure() -> None:
    """Make the tests' folders in memory, where there is room, and keep tests from what people edit."""
    memory.use()
    live.watch()


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Have a process more than there are processors: some tests wait, for browsers, servers and limits of time."""
    number = yield
    return number if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else number + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: then no process waits for another that does it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Keep the collector of garbage from going through the tests themselves again and again.

    The command runs without it (`efdgen.__main__`); a process of tests lasts longer, and memory has an end.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not tested, for want of what."""
    reports = terminalreporter.stats.get("skipped", [])
    lines = needs.summary([report.longrepr[2] for report in reports])
    if lines:
        terminalreporter.section("not tested on this machine")
        for line in lines:
            terminalreporter.line(line)


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """A copy of the EFD's repository, not rendered."""
    return copy_tree(FROZEN, tmp_path / "checkout")


@pytest.fixture(scope="session")
def rendered_checkout() -> Path:
    """A copy of the EFD's repository, freshly rendered, that no test may change."""
    from support.efd import EFD  # it is made where it is needed

    return EFD


@pytest.fixture
def checkout(rendered_checkout: Path, tmp_path: Path) -> Path:
    """A copy of the EFD's repository, freshly rendered."""
    return copy_tree(rendered_checkout, tmp_path / "checkout")


@pytest.fixture(scope="session")
def rendered_small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the small repository, freshly rendered, that no test may change."""
    root = small_repository(tmp_path_factory.mktemp("rendered"))
    render.write(root)
    return root


@pytest.fixture
def small(rendered_small: Path, tmp_path: Path) -> Path:
    """A copy of the small repository, freshly rendered."""
    return copy_tree(rendered_small, tmp_path / "repository")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let reviews of objects not wait for the next second: of charts that write down no time, or parts of a second."""
    monkeypatch.setattr(objectdiff, "_next_second", lambda: None)


@pytest.fixture
def helm_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask Helm's library nothing that it was asked before: see `support.asked.once`."""
    asked.once(monkeypatch)
