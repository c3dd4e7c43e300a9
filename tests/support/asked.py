"""How often Helm's library is asked, and a cache of what it made."""

from __future__ import annotations

from pathlib import Path

import pytest

from efdgen.helm.engines import sdk
from efdgen.helm.engines.engine import Capabilities, Engine, Release
from efdgen.helm.kept import choosing
from efdgen.output.cache.store import Store


def noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that gets the name of each release that the library is asked for from now on."""
    asked: list[str] = []
    template = sdk._template  # noqa: SLF001 - what each way to the library leads to

    def noting(release: Release, capabilities: Capabilities) -> list[tuple[str, str]]:
        asked.append(release.name)
        return template(release, capabilities)

    monkeypatch.setattr(sdk, "_template", noting)
    return asked


def keeping(folder: Path) -> Engine:
    """Return Helm's library, as a run of the command line has it that keeps what it makes in a folder."""
    return choosing.choose("sdk", Store(folder, files=1000))
