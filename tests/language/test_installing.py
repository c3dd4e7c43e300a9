"""The command that installs what is missing, by the pip of the Python that runs."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

import pytest

from efdgen.language import installing
from efdgen.language.installing import command

CHECKOUT = Path(installing.__file__).parents[3]


def test_the_pip_is_that_of_the_python_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert command("helm") == "pip install -e '.[helm]'"
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "there" / ".venv"))
    assert command("helm") == f"{tmp_path}/there/.venv/bin/pip install -e '.[helm]'"
    monkeypatch.chdir(tmp_path / "..")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert command("helm", option="-U") == f"{tmp_path.name}/.venv/bin/pip install -U -e '{CHECKOUT}[helm]'"


def test_what_is_installed_is_named_where_it_can_be_had_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.chdir(CHECKOUT.parent)
    assert command("helm") == f"pip install -e '{CHECKOUT.name}[helm]'"
    # Installed, from a wheel: there is no checkout that pip could take.
    monkeypatch.setattr(installing, "_CHECKOUT", tmp_path)
    listed = [
        "click>=8",
        "helm-x>=1.2; extra == 'helm'",
        'more; python_version > "3" and extra == "helm"',
        "y; extra == 'o'",
    ]
    monkeypatch.setattr(metadata, "requires", lambda _: listed)
    assert command("helm") == "pip install 'helm-x>=1.2' more"


ADVICE = re.compile(r"\bpip install (?P<options>(?:-{1,2}[\w-]+ )*)['\"]?(?P<what>[^\s'\"`]*\[[a-z,]+\])")
"""The command that installs an extra, where a text on one line has it."""


def test_no_page_or_message_has_a_copy_installed_in_the_place_of_the_checkout() -> None:
    pages = [CHECKOUT / "README.md", CHECKOUT / "Makefile", CHECKOUT / "pyproject.toml", *CHECKOUT.glob("docs/*.md")]
    found = [
        (path.relative_to(CHECKOUT).as_posix(), each["options"].split(), each.group())
        for path in [*pages, *CHECKOUT.glob("generator/**/*.py")]
        for each in ADVICE.finditer(" ".join(path.read_text(encoding="utf-8").split()))
    ]
    assert {file for file, *_ in found} >= {"README.md", "docs/lint.md", "docs/diagnostics.md"}
    assert [each for each in found if not {"-e", "--editable"}.intersection(each[1])] == []
