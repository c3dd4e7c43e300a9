"""`efdgen site`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli.common import reports_errors, repository_root, root_option
from efdgen.cli.interrupted import finish_interrupted
from efdgen.cli.streams import say
from efdgen.verbs import project, render


@click.command("site")
@root_option
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The site's folder: new, empty, or a former site.",
)
@click.option(
    "--audit",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What `efdgen audit --format json` printed: the matrix then says how each environment was, and when.",
)
@reports_errors
def command(root: Path | None, output: Path, audit: Path | None) -> None:
    """Make a static site of the fleet: a matrix, every environment's page, values side by side, and search.

    It needs no server and no network: open index.html, or publish the folder anywhere.

    \b
    Examples:
      efdgen site -o site
      efdgen site -o site --audit audit.json
    """
    from efdgen.output import resultfolder
    from efdgen.render.graph import content, svg
    from efdgen.render.pages import environment, fleet
    from efdgen.report.site import audited, rows, write

    folder = repository_root(root)
    resultfolder.refuse_inside(output, folder / render.OUTPUT)
    finish_interrupted(output, str(output))
    there = resultfolder.read(output, write.is_result)
    found = project.resolve(folder)
    repository = found.project.repository
    makers = rows.Makers(
        page=lambda each: environment.page(each, repository),
        picture=lambda each: svg.svg(content.graph(each)),
        fleet_page=lambda all_: fleet.page([fleet.row(each, repository.pages.columns) for each in all_], repository),
    )
    known = {} if audit is None else audited.read(audit.read_text(encoding="utf-8", errors="replace"), str(audit))
    files = write.build(rows.fleet(found.environments, makers, known))
    for change in resultfolder.replace(output, there, files):
        click.echo(f"{change.kind.value:7} {output / change.path}")
    say(f"Open {output / write.INDEX}")
