"""Files of a source that nothing reads and nothing that was made carries: each is named."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence

from efdgen.verbs.imports import valuefiles
from efdgen.verbs.imports.model import Finding, Hand
from efdgen.verbs.imports.specs import App, Made

_READ = frozenset(
    (
        "Chart.yaml",
        "requirements.yaml",
        "Chart.lock",
        "requirements.lock",
        "values.yaml",
        "values.schema.json",
        ".helmignore",
    )
)
"""Files of a chart that an import reads, or tells of."""

_FOR_PEOPLE = re.compile(r"(?:.*/)?(?:[^/]*\.(?:md|rst|gotmpl)|LICENSE[^/]*|NOTICE|OWNERS|CODEOWNERS|\.git[^/]*)\Z")
"""Files that no chart deploys: what people, or Git, read."""

_FEW = 5


def find(hand: Hand, made: Made, findings: Sequence[Finding], *, any_environment: bool) -> Iterator[Finding]:
    """Yield the files of the source's apps that are neither read nor carried, nor named in another finding.

    Args:
        hand: the source.
        made: what was made of it.
        findings: what is said already.
        any_environment: whether environments that are not imported are no choice of who imports.
    """
    told = {each.file for each in findings}
    unknown = {each.environment for each in findings if each.code in ("I203", "I208")}
    known = hand.layout.patterns
    folders = {each.chart.folder: each.app for each in hand.deployed.values()}
    unread: dict[str, list[str]] = {}
    others: dict[str, list[str]] = {}
    for path in sorted({*hand.source.files, *hand.source.unread} - hand.listed - told):
        environment = valuefiles.environment_of(path, known) if path.endswith((".yaml", ".yml")) else ""
        folder = _folder(path, folders)
        is_parent = path.startswith(f"{hand.parent.chart.folder}/")
        if environment and not is_parent:
            if environment in hand.environments or (any_environment and environment not in unknown):
                unread.setdefault(environment, []).append(path)
        elif folder is not None and not is_parent:
            inside = path[len(folder) + 1 :] if folder else path
            if not _is_carried(inside, made.apps.get(folders[folder])):
                others.setdefault(folder, []).append(path)
    for environment, paths in unread.items():
        message = f"no Application reads {_shown(paths)}: left out"
        hint = "name it among the valueFiles there, if it is meant to be read, or take it away"
        yield Finding("I408", message, paths[0], 0, hint, environment)
    for folder, paths in others.items():
        message = f"nothing that is made carries {_shown(paths)}"
        hint = "look whether a template reads it (.Files): then write it into that template, or into a value"
        yield Finding("I408", message, paths[0], 0, hint, "", folders[folder])


def _shown(paths: Sequence[str]) -> str:
    return ", ".join(paths[:_FEW]) + (f" and {len(paths) - _FEW} more" if len(paths) > _FEW else "")


def _folder(path: str, folders: Collection[str]) -> str | None:
    """Return the innermost folder of a deployed chart that holds a file; None: none does."""
    folder = posixpath.dirname(path)
    while folder and folder not in folders:
        folder = posixpath.dirname(folder)
    return folder if folder in folders else None


def _is_carried(path: str, app: App | None) -> bool:
    """Say whether a file of an app's chart is read, carried, not seen by Helm, or for people only."""
    if path in _READ or _FOR_PEOPLE.match(path) or app is None:
        return True
    top, _, below = path.partition("/")
    if top in ("templates", "crds"):
        # What Helm does not see, nobody misses; of what it sees, the objects are compared.
        return True
    if path in app.files.content or path in app.files.lost:
        return True
    copied = app.definition.files
    if any(target.split("/", 2)[2] == path for target in copied):
        return True
    return top == "charts" and any(target.split("/", 2)[2] == below.partition("/")[2] for target in copied)
