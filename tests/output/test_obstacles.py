"""Why a folder can't be written is said as it is."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from efdgen.errors import OutputError
from efdgen.output import obstacles
from efdgen.output.compare import FileChange


def test_a_read_only_file_system_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    for flags, why in ((os.ST_RDONLY, "Read-only file system"), (0, "Permission denied")):
        monkeypatch.setattr(os, "statvfs", lambda _, flags=flags: SimpleNamespace(f_flag=flags))
        with pytest.raises(OutputError, match=rf"can't write {tmp_path}: {why}; run it again when that is fixed"):
            obstacles.refuse(tmp_path, [FileChange("a/b", None, b"x")])
        with pytest.raises(OutputError, match=rf"can't use {tmp_path}/new: {why}"):
            obstacles.refuse_unusable(tmp_path / "new")
