"""`efdgen import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from efdgen.cli.common import DIFFERENCES, INVALID_INPUT, reports_errors
from efdgen.cli.helm_options import engine_option
from efdgen.cli.reports import Report, Said, Style, publish, refuse_others, report_option
from efdgen.cli.streams import say

if TYPE_CHECKING:
    from efdgen.helm.engines.engine import Engine
    from efdgen.verbs.imports.result import Imported

_FORMATS = ("text", "markdown", "html", "json")


@click.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--rev", "revision", metavar="REVISION", default="", help="Read this revision from Git, not the files there."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the repository into this new folder.")
@click.option(
    "--env", "environments", metavar="ENV", multiple=True, help="Import this environment only. As often as wanted."
)
@click.option(
    "--parent", metavar="FOLDER", default="", help="The app of apps in SOURCE, where it is not found by itself."
)
@click.option("--only", metavar="ENV|APP", default="", help="Add this to the efdgen repository that -o names.")
@click.option(
    "--since", metavar="REVISION", default="", help="Show what changed since, as edits of specs and definitions."
)
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="text", help="Default: text.")
@report_option(_FORMATS)
@engine_option
@reports_errors
def command(
    source: Path,
    revision: str,
    output: Path | None,
    environments: tuple[str, ...],
    parent: str,
    only: str,
    since: str,
    format_: str,
    reports: tuple[Report, ...],
    engine: str,
) -> None:
    """Make specs and definitions of a hand-written repository, and prove that they render to the same.

    SOURCE is a checkout or a Git directory of an app-of-apps repository: a parent chart, wrapper charts, and
    values-ENV.yaml in them. It is read, never changed; nothing in it is run but its Helm templates. Without -o,
    nothing is written.

    \b
    Examples:
      efdgen import ../argocd-efd                        what would come of it
      efdgen import ../argocd-efd -o efd --report html=import.html
      efdgen import ../argocd-efd --only summit -o efd   one more environment, by the definitions there
      efdgen import ../argocd-efd --rev v2 --since v1    what changed by hand
      efdgen import ../argocd-efd --rev main -o efd      the same, since efd was imported
    """
    from efdgen.errors import UsageError
    from efdgen.helm.engines.guarded import Guarded
    from efdgen.report import imports as report
    from efdgen.verbs.imports import folder, result
    from efdgen.verbs.imports import source as sources

    refuse_others([each.file for each in reports], report.is_result)
    if only and output is None:
        raise UsageError("--only adds to an efdgen repository: name it with -o")
    if output is not None and not only:
        folder.refuse_in_source(output, source)
        since = since or folder.commit_of(output) or ""
        if since:
            say(f"{output} was imported before: this is what changed by hand since; nothing is written")
        else:
            folder.refuse_taken(output)
    with Guarded(engine) as helm:
        found = result.run(sources.read(source, revision), helm, environments, parent)
        if since:
            _show_since(result.run(sources.read(source, since), helm, environments, parent), found, output)
        elif only and output is not None:
            _add(found, only, output, helm)
        else:
            _make(found, output, format_, reports)


def _show_since(before: Imported, after: Imported, output: Path | None) -> None:
    """Show what changed by hand, as a patch; of the folder that was imported, with what it says of its source."""
    from efdgen.verbs.imports import folder, since

    old, new = dict(before.files), dict(after.files)
    if output is not None and after.hand.source.commit:
        old[folder.RECORD] = (output / folder.RECORD).read_bytes()
        new[folder.RECORD] = folder.record(after.hand.source)
    click.echo(since.edits(old, new), nl=False)
    say(f"what changed by hand from {before.hand.source.name} to {after.hand.source.name}: a patch, for git apply")


def _make(found: Imported, output: Path | None, format_: str, reports: tuple[Report, ...]) -> None:
    """Say what came of an import, and write it."""
    from efdgen.report import imports as report
    from efdgen.verbs.imports import folder, telling

    told = telling.told(found)

    def tell(form: str, style: Style) -> list[Said]:
        return [Said(report.tell(told, form, style))]

    publish(tell, format_, reports)
    if not found.proved:
        say("efdgen refuses what was made of it; nothing was written")
        raise click.exceptions.Exit(INVALID_INPUT)
    if output is not None:
        changes = folder.write(output, found.files, found.hand.source)
        say(f"{len(changes)} files in {output}: read the specs, then run: efdgen check --root {output}")
    if not all(row.is_proved for row in told.rows):
        raise click.exceptions.Exit(DIFFERENCES)


def _add(found: Imported, name: str, output: Path, helm: Engine) -> None:
    """Add an environment or an app to a repository, and say what that took."""
    from efdgen.cli.common import found_root
    from efdgen.verbs.imports import folder, into

    root = found_root(output)
    added = into.add(root, found.hand, found.made, name, helm)
    different = [(each, wrong) for each in added.proved for wrong in each.differences]
    for each, wrong in different:
        reason = f" ({wrong.reason})" if wrong.reason else ""
        change = f"{wrong.before or 'nothing'} -> {wrong.after or 'nothing'}"
        click.echo(f"{each.environment} / {each.app}: {wrong.what} {wrong.path}: {change}{reason}")
    for finding in added.findings:
        say(f"{finding.code} {finding.message}: {finding.hint}")
    for file in folder.add(root, added.files, added.before):
        click.echo(f"{'changed' if file.before is not None else 'wrote':7} {file.path}")
    values = sum(each.values for each in added.proved)
    say(f"{values} values compared, {len(different)} differences; read it, then run: efdgen render")
    if any(not wrong.reason for _, wrong in different):
        raise click.exceptions.Exit(DIFFERENCES)
