"""A wheel house without network: wheels made again from what is installed next to the tests."""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement


def house(folder: Path) -> dict[str, str]:
    """Fill a folder with wheels of what efdgen needs to be built and to run, but not of efdgen.

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
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


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
    with zipfile.ZipFile(folder / f"{stem}-{'-'.join(parts)}.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        for file in files:
            content = Path(str(file.locate())).read_bytes()
            wheel.writestr(str(file), content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record += f'"{file}",sha256={digest},{len(content)}\n'
        wheel.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
