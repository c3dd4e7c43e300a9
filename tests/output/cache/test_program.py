from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import efdgen
from efdgen.output.cache import place, program


def digest_of(package: Path, monkeypatch: pytest.MonkeyPatch) -> str | None:
    monkeypatch.setattr(program, "_PACKAGE", str(package))
    return program.digest.__wrapped__()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    source = Path(efdgen.__file__).parent / "schemas"
    shutil.copytree(source, tmp_path / "efdgen" / "schemas")
    (tmp_path / "efdgen" / "code.py").write_text("x = 1\n")
    return tmp_path / "efdgen"


def test_the_whole_of_efdgen_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    package = Path(efdgen.__file__).parent
    read: list[str] = []
    all_files = program.files

    def seen(folder: str) -> Iterator[str]:
        for path in all_files(folder):
            read.append(path)
            yield path

    monkeypatch.setattr(program, "files", seen)
    assert program.digest.__wrapped__() is not None
    wanted = {str(path) for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert set(read) == wanted


def test_it_is_the_same_wherever_the_package_lies(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = digest_of(package, monkeypatch)
    shutil.copytree(package, package.with_name("elsewhere"))
    assert here is not None
    assert digest_of(package.with_name("elsewhere"), monkeypatch) == here


@pytest.mark.parametrize("change", ["code", "data", "name", "new"])
def test_every_file_counts(package: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    before = digest_of(package, monkeypatch)
    if change == "code":
        (package / "code.py").write_text("x = 2\n")
    elif change == "data":
        path = min(package.rglob("*.json"))
        path.write_text(path.read_text() + " ")
    elif change == "name":
        (package / "code.py").rename(package / "other.py")
    else:
        (package / "new.py").touch()
    assert digest_of(package, monkeypatch) != before


def test_what_python_compiles_does_not_count(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest_of(package, monkeypatch)
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "code.pyc").touch()
    assert digest_of(package, monkeypatch) == before


def test_a_library_of_another_version_counts(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest_of(package, monkeypatch)
    listed = os.listdir

    def with_another(folder: str) -> list[str]:
        return [name.replace("jinja2-", "jinja2-9.") for name in listed(folder)]

    monkeypatch.setattr(os, "listdir", with_another)
    assert digest_of(package, monkeypatch) != before


def test_what_can_t_be_read_has_no_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert digest_of(tmp_path / "nowhere", monkeypatch) is None


def test_the_place_is_what_people_say(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EFDGEN_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/somebody")
    assert place.folder() == Path("/home/somebody/.cache/efdgen")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert place.folder() == Path("/home/somebody/.cache/efdgen")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/somebody")
    assert place.folder() == Path("/var/cache/somebody/efdgen")
    monkeypatch.setenv("EFDGEN_CACHE", "/elsewhere")
    assert place.folder() == Path("/elsewhere")


def test_without_a_home_there_is_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EFDGEN_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)

    def nowhere() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", nowhere)
    assert place.folder() is None
