"""The page about one environment: what it is, a picture of its apps, and its runbook."""

from __future__ import annotations

from efdgen.model import ResolvedEnvironment
from efdgen.runbook.content import phases
from efdgen.runbook.markdown import markdown


def page(environment: ResolvedEnvironment) -> str:
    """Return the page as Markdown."""
    return f"# {environment.facts.title} EFD\n\n{markdown(phases(environment))}"
