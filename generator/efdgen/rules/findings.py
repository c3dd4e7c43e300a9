"""What a rule finds: a problem, located at the layer that can change it, and the app that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.errors import Path, Problem, Severity, severity
from efdgen.language import scope
from efdgen.language.layers import winner
from efdgen.language.shown import listed
from efdgen.language.tuples import NamedTuple


class Finding(NamedTuple):
    """A problem, the app that it is about (empty: the environment), and the other one, where two don't fit together.

    Attributes:
        lack: what the app and others may lack alike: that is said once for all of them; empty: nothing.
    """

    problem: Problem
    app: str
    other: str = ""
    lack: str = ""

    @property
    def apps(self) -> tuple[str, ...]:
        """Return the apps that it is about; none: the environment."""
        return tuple(filter(None, (self.app, self.other)))


def said_together(findings: Iterable[Finding]) -> Iterator[Problem]:
    """Yield the problems of findings; what several apps lack is said where the first of them is listed."""
    lacking: dict[tuple[str, str, Severity], list[Finding]] = {}
    for finding in findings:
        if finding.lack:
            lacking.setdefault((finding.problem.code, finding.lack, finding.problem.severity), []).append(finding)
        else:
            yield finding.problem
    for first, *others in lacking.values():
        message, _, where = first.problem.message.rpartition(" (")
        if others:
            does = "does" if len(others) == 1 else "do"
            message += f", and so {does} {listed([finding.app for finding in others])}"
        yield first.problem._replace(message=f"{message} ({where}")


def in_facts(
    code: str, message: str, environment: ResolvedEnvironment, path: Path, hint: str = "", app: str = ""
) -> Finding:
    """Return a finding at the layer that set a fact. Its code's letter says what it weighs, as everywhere."""
    location = scope.locate(environment.spec.layers, path)
    text = f"{message} (environment {environment.facts.name})"
    return Finding(Problem(code, text, location, path, hint, severity(code)), app)


def in_app(
    code: str,
    message: str,
    environment: ResolvedEnvironment,
    app: ResolvedApp,
    path: Path,
    hint: str = "",
    *,
    key: bool = False,
) -> Finding:
    """Return a finding at the layer that set something of an app, or at its key there."""
    layer = winner(app.layers, path) if key else None
    location = layer.locate(path, key=True) if layer else scope.locate(app.layers, path)
    where = ("apps", app.definition.name, *path)
    text = f"{message} ({app.definition.name} in environment {environment.facts.name})"
    return Finding(Problem(code, text, location, where, hint, severity(code)), app.definition.name)


def at_app(code: str, message: str, environment: ResolvedEnvironment, app: str, hint: str = "") -> Finding:
    """Return a finding at the line of the spec that lists an app."""
    path: Path = ("apps", app)
    location = environment.spec.document.locate(path, key=True)
    text = f"{message} (environment {environment.facts.name})"
    return Finding(Problem(code, text, location, path, hint, severity(code)), app)


def own_host_path(environment: ResolvedEnvironment, service: str) -> Path:
    """Return the path of the fact that decides a service's host."""
    return ("hosts", service) if service in environment.facts.hosts else ("hostPattern",)
