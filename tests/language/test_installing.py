"""The command that installs what is missing, by the pip of the Python that runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from efdgen.language.installing import command


def test_the_pip_is_that_of_the_python_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert command("helm") == "pip install '.[helm]'"
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "there" / ".venv"))
    assert command("helm") == f"{tmp_path}/there/.venv/bin/pip install '.[helm]'"
    monkeypatch.chdir(tmp_path / "..")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert command("helm", option="-U") == f"{tmp_path.name}/.venv/bin/pip install -U '.[helm]'"
