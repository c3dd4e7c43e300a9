"""What was made, rendered in memory. What a rule refuses is accepted there, with the reason that it is so by hand."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from efdgen.errors import InvalidInputError, Problem, Severity
from efdgen.repository import paths
from efdgen.repository.load import load
from efdgen.repository.snapshot import Snapshot
from efdgen.verbs import project
from efdgen.verbs.imports.definition import CHARTS
from efdgen.verbs.imports.model import Finding
from efdgen.verbs.imports.specs import Made
from efdgen.verbs.model import Project, Rendering

_ROUNDS = 10
_WHO = re.compile(r"\((?:(?P<app>[a-z0-9-]+) in )?environments? (?P<envs>[a-z0-9,; -]+)\)")
_NAMES = re.compile(r"[a-z0-9-]+")
_SECRET = re.compile(r"the Secret '([^']+)' is read")
_NEEDED = re.compile(r" needs ([a-z0-9-]+)")
_OTHER = re.compile(r" of the environment ([a-z0-9-]+)")
_ACCEPTED = frozenset(
    (
        "E501",
        "E503",
        "E504",
        "E506",
        "E507",
        "E508",
        "E510",
        "E512",
        "E513",
        "E515",
        "E516",
        "E521",
        "E523",
        "E525",
        "E526",
    )
)
REASON = "As it was deployed by hand."


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


def check(made: Made, write: Callable[[], dict[str, bytes]], root: Path | None = None) -> Checked:
    """Render what was made; accept what a rule refuses, until nothing is refused.

    Args:
        made: specs and facts; exceptions are added to them.
        write: writes them as files.
        root: see `render`.
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
            if _shared_exceptions(made):
                files = write()
                rendering = render(files, root)
            return Checked(rendering, files, tuple(dict.fromkeys(findings)))
        before: dict[str, Any] = {name: list(spec.get("accept", [])) for name, spec in _accepting(made)}
        before.update({f"links {name}": dict(spec.get("links", {})) for name, spec in made.specs.items()})
        before.update({f"app {name}": app.data.get("manualSecrets") for name, app in made.apps.items()})
        found = [_accepted(made, each, before) for problem in problems for each in _about(problem, made)]
        findings += [finding for finding in found if finding is not None]
        if not any(found):
            break
    refused = [Finding("I399", f"efdgen refuses {p.location}: [{p.code}] {p.message}", hint=p.hint) for p in problems]
    return Checked(None, files, (*dict.fromkeys(findings), *refused))


def render(files: Mapping[str, bytes], root: Path | None = None) -> Rendering:
    """Render a repository that is in memory.

    Args:
        files: its files.
        root: where the folders lie that people do not write in; None: charts among the files are put somewhere.

    Raises:
        InvalidInputError: with everything wrong with it.
    """
    if root is not None:
        return _rendered(files, root)
    with tempfile.TemporaryDirectory(prefix="efdgen-import-") as folder:
        for path, content in files.items():
            if path.startswith(f"{CHARTS}/"):
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


def _accepting(made: Made) -> list[tuple[str, dict[str, Any]]]:
    """Return what can accept rules: specs by their environment, and the shared defaults."""
    return [*made.specs.items(), ("", made.shared["defaults"])]


def _shared_exceptions(made: Made) -> bool:
    """Say once what all environments accept, in the shared facts; say whether there was anything."""
    listed = [spec.get("accept", []) for spec in made.specs.values()]
    common = [entry for entry in listed[0] if all(entry in each for each in listed)] if len(listed) > 1 else []
    for spec in made.specs.values():
        spec["accept"] = [entry for entry in spec.get("accept", []) if entry not in common]
        if not spec["accept"]:
            del spec["accept"]
        elif "apps" in spec:
            _in_order(spec, "accept", spec["accept"])
    if common:
        made.shared["defaults"]["accept"] = [*made.shared["defaults"].get("accept", []), *common]
    return bool(common)


class _Refused(NamedTuple):
    """A problem, and who it is about: an environment and an app, each empty where that is not known."""

    problem: Problem
    env: str
    app: str

    def finding(self, what: str) -> Finding:
        """Return what is said of it."""
        return Finding("I404", f"{self.problem.message} [{self.problem.code}]", "", 0, what, self.env, self.app)


def _about(problem: Problem, made: Made) -> list[_Refused]:
    """Say who a problem is about, by its message, or by the file that it is in: each environment by itself."""
    who = _WHO.search(problem.message)
    app = who["app"] if who else None
    if not app and problem.path[:1] == ("apps",) and len(problem.path) > 1:
        app = str(problem.path[1])
    if not app and problem.location.file.startswith(f"{paths.APPS}/"):
        app = problem.location.file.split("/")[2]
    named = _NAMES.findall(who["envs"]) if who else [paths.environment_of(problem.location.file)]
    return [_Refused(problem, name, app or "") for name in named if name in made.specs] or [
        _Refused(problem, "", app or "")
    ]


def _accepted(made: Made, refused: _Refused, before: Mapping[str, Sequence[Any]]) -> Finding | None:
    """Say in the specs what a rule wants to know, or accept it; None: nobody can, or it was accepted already."""
    code = refused.problem.code
    if code not in _ACCEPTED:
        return None
    said = None
    if code == "E504":
        said = _made_by_hand(made, refused, before)
    elif code == "E503":
        said = _linked(made, refused, before)
    elif code == "E507":
        said = _provided(made, refused)
    if said is not None:
        return said
    key = refused.env if refused.env in made.specs else ""
    target = made.specs[key] if key else made.shared["defaults"]
    is_about_app = refused.app in made.apps and (code != "E506" or key)
    entry = {"rule": code, **({"app": refused.app} if is_about_app else {}), "reason": REASON}
    if entry in before[key]:
        entry.pop("app", None)
        if entry in before[key]:
            return None
    if entry not in target.get("accept", []):
        _in_order(target, "accept", [*target.get("accept", []), entry])
    where = paths.spec(key) if key else paths.FACTS
    return refused.finding(f"accepted in {where}: write the reason there, or correct it")


def _made_by_hand(made: Made, refused: _Refused, before: Mapping[str, Sequence[Any]]) -> Finding | None:
    """Declare that people make a Secret by hand, which no VaultSecret makes."""
    secret = _SECRET.search(refused.problem.message)
    if not secret or refused.app not in made.apps:
        return None
    data = made.apps[refused.app].data
    listed = data.get("manualSecrets", [])
    if secret[1] in listed and listed is before.get(f"app {refused.app}"):
        return None
    data["manualSecrets"] = list(dict.fromkeys([*listed, secret[1]]))
    where = f"{paths.APPS}/{refused.app}/app.yaml"
    return refused.finding(f"taken for one that people make by hand: manualSecrets in {where}")


def _provided(made: Made, refused: _Refused) -> Finding | None:
    """Say that the cluster has an app which another one needs, and which is not deployed there by hand."""
    needed = _NEEDED.search(refused.problem.message)
    if not needed or refused.env not in made.specs:
        return None
    spec = made.specs[refused.env]
    cluster = spec.get("cluster", {})
    provided = cluster.get("provides", [])
    if needed[1] not in provided:
        _in_order(spec, "cluster", {**cluster, "provides": [*provided, needed[1]]})
    return refused.finding(f"taken for one that the cluster has: cluster.provides in {paths.spec(refused.env)}")


def _linked(made: Made, refused: _Refused, before: Mapping[str, Any]) -> Finding | None:
    """Declare a link to an environment whose host or path another one names."""
    other = _OTHER.search(refused.problem.message)
    if not other or refused.env not in made.specs or other[1] not in made.specs or other[1] == refused.env:
        return None
    spec = made.specs[refused.env]
    links = spec.get("links", {})
    if other[1] in before[f"links {refused.env}"]:
        return None
    reason = f"{refused.app or refused.env} names it, as deployed by hand."
    _in_order(spec, "links", {other[1]: reason, **links})
    return refused.finding(f"declared in {paths.spec(refused.env)} under links: say there why")


def _in_order(target: dict[str, Any], key: str, value: Any) -> None:
    """Set a key before `apps`, which comes last in a spec."""
    target[key] = value
    if "apps" in target:
        target["apps"] = target.pop("apps")
