"""What the phases share: small pieces of Markdown and shell, and what is looked up in an environment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from shlex import quote

from efdgen.environment.hosts import ARGO_CD, NODE_PORT, public
from efdgen.environment.model import ResolvedApp, ResolvedEnvironment


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def code(words: Iterable[str]) -> str:
    """Return words in code style, separated by commas."""
    return ", ".join(f"`{word}`" for word in words)


def stop(message: str) -> str:
    """Return what follows `||`: say why, and fail; a script ends there, a terminal stays open."""
    return f"{{ echo {quote('STOP: ' + message)} >&2; false; }}"


def app_with_chart(environment: ResolvedEnvironment, chart: str) -> ResolvedApp | None:
    """Return the environment's first app that is made from a chart."""
    return next((app for app in environment.apps if app.definition.chart.name == chart), None)


def part(app: ResolvedApp | None, name: str) -> dict[str, object]:
    """Return the values of an enabled part of a chart; empty when there is none."""
    values = app.values.get(name) if app else None
    return values if isinstance(values, dict) and values.get("enabled") is not False else {}


def hosts(environment: ResolvedEnvironment) -> Iterator[tuple[str, str, str]]:
    """Yield every host behind the ingress controller, with its service and app, sorted by service."""
    for each in sorted(public(environment)):
        if each.kind != NODE_PORT:
            yield each.service, "argocd" if each.kind == ARGO_CD else each.app, each.host
