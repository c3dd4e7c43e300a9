"""What was made, rendered in memory. What a rule refuses is accepted there, with the reason that it is so by hand."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from efdgen.errors import InvalidInputError, Problem, Severity
from efdgen.language.tuples import NamedTuple
from efdgen.repository import paths
from efdgen.repository.load import load
from efdgen.repository.snapshot import Snapshot
from efdgen.verbs import project
from efdgen.verbs.imports.model import Finding
from efdgen.verbs.imports.refusals import about, accepted, accepting, left_out, shared_exceptions
from efdgen.verbs.imports.specs import Made
from efdgen.verbs.model import Project, Rendering

_ROUNDS = 16


class Checked(NamedTuple):
    """What was rendered, or what keeps it from being rendered.

    Attributes:
        rendering: the rendering; None: efdgen refuses what was made.
        files: the files of the repository.
        findings: what was accepted, and what is refused.
    """

    rendering: Rendering | None
    files: Mapping[str, bytes]
    findings: tuple[Finding, ...]


def check(
    made: Made, write: Callable[[], dict[str, bytes]], root: Path | None = None, *, leaves_out: bool = False
) -> Checked:
    """Render what was made; accept what a rule refuses, until nothing is refused.

    Args:
        made: specs and facts; exceptions are added to them.
        write: writes them as files.
        root: see `render`.
        leaves_out: whether what can't be accepted is left out, so that the rest is imported.
    """
    findings: list[Finding] = []
    problems: list[Problem] = []
    files: dict[str, bytes] = {}
    for _ in range(_ROUNDS):
        files = write()
        try:
            rendering = render(files, root)
        except InvalidInputError as error:
            problems = [each for each in error.problems if each.severity is Severity.ERROR]
        else:
            if shared_exceptions(made):
                files = write()
                rendering = render(files, root)
            return Checked(rendering, files, tuple(dict.fromkeys(findings)))
        before: dict[str, Any] = {name: list(spec.get("accept", [])) for name, spec in accepting(made)}
        before.update({f"links {name}": dict(spec.get("links", {})) for name, spec in made.specs.items()})
        before.update({f"app {name}": app.data.get("manualSecrets") for name, app in made.apps.items()})
        found = [accepted(made, each, before) for problem in problems for each in about(problem, made)]
        findings += [finding for finding in found if finding is not None]
        if not any(found):
            lost = [left_out(made, each) for each in problems] if leaves_out else []
            findings += filter(None, lost)
            if not any(lost) or not made.specs:
                break
    refused = [Finding("I399", f"efdgen refuses {p.location}: [{p.code}] {p.message}", hint=p.hint) for p in problems]
    return Checked(None, files, (*dict.fromkeys(findings), *refused))


def render(files: Mapping[str, bytes], root: Path | None = None) -> Rendering:
    """Render a repository that is in memory.

    Args:
        files: its files.
        root: where the folders lie that people do not write in; None: those among the files, which are charts, are put
            somewhere.

    Raises:
        InvalidInputError: with everything wrong with it.
    """
    if root is not None:
        return _rendered(files, root)
    with tempfile.TemporaryDirectory(prefix="efdgen-import-") as folder:
        for path, content in files.items():
            if "/" in path and path.partition("/")[0] not in paths.FOLDERS:
                (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
                (Path(folder) / path).write_bytes(content)
        return _rendered(files, Path(folder))


def _rendered(files: Mapping[str, bytes], root: Path) -> Rendering:
    repository = load(root, snapshot=snapshot_of(files))
    opened = Project(root, sorted(repository.names), lambda: repository)
    return project.render(opened, keep=True)


def snapshot_of(files: Mapping[str, bytes]) -> Snapshot:
    """Return files in memory as what a run reads of a repository."""
    folders: dict[str, set[str]] = {}
    for path in files:
        for parent in PurePosixPath(path).parents:
            if str(parent) != ".":
                folders.setdefault(str(parent), set())
                if str(parent.parent) != ".":
                    folders.setdefault(str(parent.parent), set()).add(parent.name)
        folders.setdefault(str(PurePosixPath(path).parent), set()).add(PurePosixPath(path).name)
    specs = {paths.environment_of(path): b"" for path in sorted(files) if paths.environment_of(path)}
    return Snapshot(dict(files), {name: tuple(sorted(names)) for name, names in folders.items()}, specs, "")
