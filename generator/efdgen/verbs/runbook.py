"""`runbook`: how an environment is brought up, tested, looked after and torn down, as a page or as a script."""

from __future__ import annotations

from pathlib import Path

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import UsageError
from efdgen.language.quoting import in_prose
from efdgen.render.runbook import markdown, script
from efdgen.render.runbook.model import Runbook
from efdgen.render.runbook.read import read
from efdgen.repository import paths
from efdgen.verbs import project, shellsyntax


def as_page(root: Path, name: str) -> str:
    """Return the runbook of an environment in Markdown.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when the environment is unknown, or there is no runbook.
    """
    environment, found = _runbook(root, name)
    return f"# {in_prose(environment.heading)}: runbook\n\n{markdown.markdown(found.phases)}"


def as_script(root: Path, name: str) -> str:
    """Return the phases that bring an environment up as a script for bash.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when the environment is unknown, or there is no phase that a script can run.
    """
    _, found = _runbook(root, name)
    if not any(phase.is_scripted for phase in found.phases):
        raise UsageError(f"a script can run no phase of the runbook of {name}: none names its tools")
    text = script.script(name, found)
    shellsyntax.check(text, found)
    return text


def _runbook(root: Path, name: str) -> tuple[ResolvedEnvironment, Runbook]:
    resolved = project.resolve(root, (name,))
    (environment,) = resolved.environments
    sources = resolved.project.repository.runbook
    found = read(environment, sources)
    if not sources.phases:
        raise UsageError(f"this repository has no runbook: there is no phase in {paths.RUNBOOK}/")
    if not found.phases:
        raise UsageError(f"no phase of the runbook in {paths.RUNBOOK}/ is one of {name}")
    return environment, found
