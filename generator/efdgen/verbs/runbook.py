"""`runbook`: how an environment is brought up, tested, looked after and torn down, as a page or as a script."""

from __future__ import annotations

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import UsageError
from efdgen.language.quoting import in_prose
from efdgen.render.runbook import markdown, script
from efdgen.render.runbook.model import Runbook
from efdgen.render.runbook.read import read
from efdgen.repository import paths
from efdgen.verbs import shellsyntax
from efdgen.verbs.model import Resolved


def as_page(resolved: Resolved) -> str:
    """Return the runbook of the environment that was resolved in Markdown.

    Raises:
        UsageError: when there is none.
    """
    environment, found = _runbook(resolved)
    return f"# {in_prose(environment.heading)}: runbook\n\n{markdown.markdown(found.phases)}"


def as_script(resolved: Resolved) -> str:
    """Return the phases that bring the environment that was resolved up as a script for bash.

    Raises:
        InvalidInputError: when bash can't read it.
        UsageError: when there is no phase that a script can run.
    """
    environment, found = _runbook(resolved)
    name = environment.facts.name
    if not any(phase.is_scripted for phase in found.phases):
        raise UsageError(f"a script can run no phase of the runbook of {name}: none names its tools")
    text = script.script(name, found)
    shellsyntax.check(text, found)
    return text


def _runbook(resolved: Resolved) -> tuple[ResolvedEnvironment, Runbook]:
    (environment,) = resolved.environments
    sources = resolved.project.repository.runbook
    found = read(environment, sources)
    if not sources.phases:
        raise UsageError(f"this repository has no runbook: there is no phase in {paths.RUNBOOK}/")
    if not found.phases:
        raise UsageError(f"no phase of the runbook in {paths.RUNBOOK}/ is one of {environment.facts.name}")
    return environment, found
