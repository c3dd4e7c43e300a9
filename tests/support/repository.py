"""A small repository for tests: two environments, three apps of its own, the EFD's wrapper and parent chart."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from support.checkout import FROZEN, copy_tree

_TESTS = Path(__file__).resolve().parents[1]
_FOLDERS = ("templates/apps/efd", "templates/wrapper")
"""What the repositories share with the EFD's."""


def small_repository(tmp_path: Path) -> Path:
    """Copy tests/small-repository/, with what it shares with the EFD's, to a new folder below `tmp_path`."""
    root = tmp_path / "repository"
    copy_tree(_TESTS / "small-repository", root)
    for folder in _FOLDERS:
        copy_tree(FROZEN / folder, root / folder)
    return root


def library_repository(tmp_path: Path) -> Path:
    """Copy tests/library-repository/ to a new folder; its wrapper and parent chart are the EFD's."""
    root = tmp_path / "library"
    shutil.copytree(_TESTS / "library-repository", root)
    for folder in _FOLDERS:
        shutil.copytree(FROZEN / folder, root / folder)
    return root


def overlay(root: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Write files over a repository, text or bytes; None deletes a file or a folder."""
    for path, content in files.items():
        target = root / path
        if content is None:
            if target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
