"""`efdgen graph`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli import others
from efdgen.cli.common import complete_environment, reports_errors, repository_root, root_option


@click.command("graph")
@click.argument("environment", metavar="ENV", shell_complete=complete_environment)
@root_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["mermaid", "dot", "svg"]),
    default="mermaid",
    help="For GitHub and other readers of Mermaid, for Graphviz, or a picture. Default: mermaid.",
)
@reports_errors
def command(environment: str, root: Path | None, format_: str) -> None:
    """Draw an environment's apps: what they require, their namespaces, hosts and secrets.

    What the cluster provides is drawn apart, dashed. The page in rendered/docs has the same picture.

    \b
    Examples:
      efdgen graph summit
      efdgen graph summit --format svg > summit.svg
      efdgen graph summit --format dot | dot -Tpdf > summit.pdf
    """
    from efdgen.render.graph import content, dot, mermaid, svg

    (resolved,) = others.resolve(repository_root(root), (environment,)).environments
    graph = content.graph(resolved)
    writers = {"mermaid": mermaid.mermaid, "dot": dot.dot, "svg": svg.svg}
    click.echo(writers[format_](graph))
