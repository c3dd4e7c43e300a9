"""What can be installed without network: efdgen as it is in this checkout, and wheels made again of what it needs."""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
import shutil
import sys
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from support.checkout import ROOT

_PYTHON = """\
#!/bin/sh
if [ "$1 $2 $3" = "-I -m venv" ]; then
  {python} -I -m venv --without-pip "$4" && ln -s {parts} "$4"/lib/python*/site-packages
else
  exec {python} "$@"
fi
"""

_PACKAGE = ["generator", "pyproject.toml", "README.md", "LICENSE", "action.yml", ".pre-commit-hooks.yaml"]


def package(folder: Path) -> Path:
    """Copy to a new folder what of this checkout others get: the package, the action and the hooks."""
    folder.mkdir()
    for name in _PACKAGE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def lock(wheels: Path) -> str:
    """Return a lock of a folder of wheels."""
    lines = []
    for wheel in sorted(wheels.iterdir()):
        name, version, _ = wheel.name.split("-", 2)
        lines.append(f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    return "".join(lines)


def house(folder: Path) -> dict[str, str]:
    """Fill a folder with wheels of what efdgen needs to be installed and to run, but not of efdgen.

    Returns:
        The environment variables that make pip install from there, and from nowhere else.
    """
    folder.mkdir(parents=True)
    waiting = ["hatchling", *_needs(distribution("efdgen"))]
    done: set[str] = set()
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in done:
            continue
        done.add(name)
        installed = distribution(name)
        _wheel(installed, folder)
        waiting += _needs(installed)
    # What runs once needs no more compiled than that.
    quick = {"PIP_NO_COMPILE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), **quick}


def quick_python(folder: Path) -> Path:
    """Write a `python3` that makes virtual environments with the pip that is here, to a new folder.

    What `venv` has ensurepip do, unpack and compile the pip that Python brings along, takes five seconds.
    """
    pip = distribution("pip")
    (info,) = {file.parts[0] for file in pip.files or () if file.parts[0].endswith(".dist-info")}
    parts = " ".join(shlex.quote(str(pip.locate_file(name))) for name in ("pip", info))
    folder.mkdir()
    file = folder / "python3"
    file.write_text(_PYTHON.format(python=shlex.quote(sys.executable), parts=parts), encoding="utf-8")
    file.chmod(0o755)
    return file


def _needs(installed: Distribution) -> list[str]:
    """Return the names of what a distribution needs here, without its extras."""
    needs = [Requirement(text) for text in installed.requires or ()]
    return [need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]


def _wheel(installed: Distribution, folder: Path) -> None:
    """Pack an installed distribution as the wheel that it came from, less its scripts."""
    tags = re.findall(r"^Tag: (\S+)$", installed.read_text("WHEEL") or "", re.MULTILINE)
    parts = [".".join(sorted(set(part))) for part in zip(*(tag.split("-") for tag in tags), strict=True)]
    stem = "-".join([re.sub(r"[-_.]+", "_", installed.name), installed.version.replace("-", "_")])
    files = [
        file
        for file in installed.files or ()
        if ".." not in file.parts and file.suffix != ".pyc" and file.name not in {"RECORD", "INSTALLER", "REQUESTED"}
    ]
    (info,) = {file.parts[0] for file in files if file.parts[0].endswith(".dist-info")}
    record = ""
    with zipfile.ZipFile(folder / f"{stem}-{'-'.join(parts)}.whl", "w") as wheel:
        for file in files:
            content = Path(str(file.locate())).read_bytes()
            wheel.writestr(str(file), content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record += f'"{file}",sha256={digest},{len(content)}\n'
        wheel.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
