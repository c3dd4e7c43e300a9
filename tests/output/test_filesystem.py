"""Tests of the sync of a file system, on the real one."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from efdgen.output import filesystem
from support import needs


@pytest.fixture
def synced_all(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes when all file systems are synced, instead of doing that."""
    synced: list[str] = []
    monkeypatch.setattr(os, "sync", lambda: synced.append("all"))
    return synced


@needs.LINUX.needed
def test_other_file_systems_are_not_waited_for(tmp_path: Path, synced_all: list[str]) -> None:
    (tmp_path / "file").write_text("text", encoding="utf-8")
    filesystem.sync(str(tmp_path))
    assert synced_all == []


def test_where_there_is_no_such_call_all_are_synced(
    tmp_path: Path, synced_all: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    filesystem.sync(str(tmp_path))
    assert synced_all == ["all"]


def test_a_system_that_could_not_write_everything_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystem, "_syncfs", lambda _: errno.EIO)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        filesystem.sync(str(tmp_path))


@needs.LINUX.needed
def test_what_the_system_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "open", lambda *_: -1)
    monkeypatch.setattr(os, "close", lambda _: None)
    with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
        filesystem.sync("folder")


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        filesystem.sync(str(tmp_path / "gone"))
