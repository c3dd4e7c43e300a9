"""How often Helm's library is asked, a cache of what it made, and asking it a question once."""

from __future__ import annotations

import hashlib
import marshal
from pathlib import Path

import pytest

from efdgen.helm.engines import sdk
from efdgen.helm.engines.engine import Capabilities, Engine, Release
from efdgen.helm.kept import choosing, madeup
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


def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Helm's library be asked each question once a process, whichever test asks it.

    What it is given decides the answer where nothing in a chart makes anything up; other charts are made anew each
    time. For tests of what follows from objects, not for those of the library, of what it logs or how long it takes.
    """
    template = sdk._template  # noqa: SLF001 - what each way to the library leads to

    def asking(release: Release, capabilities: Capabilities) -> list[tuple[str, str]]:
        given = (*release[:2], dict(release.chart), list(release.values), *capabilities)
        question = hashlib.sha256(marshal.dumps(given)).digest()
        if question not in _ANSWERS:
            found = template(release, capabilities)
            if not _is_determined(release):
                return found
            _ANSWERS[question] = tuple(found)
        return list(_ANSWERS[question])

    monkeypatch.setattr(sdk, "_template", asking)


_ANSWERS: dict[bytes, tuple[tuple[str, str], ...]] = {}


def _is_determined(release: Release) -> bool:
    """Say whether the templates of a chart name nothing that depends on chance, on the time, or on Go's memory."""
    strict = madeup.strict(release)
    return strict is not None and strict.release is release and not strict.may_show_all


def keeping(folder: Path) -> Engine:
    """Return Helm's library, as a run of the command line has it that keeps what it makes in a folder."""
    return choosing.choose("sdk", Store(folder, files=1000))
