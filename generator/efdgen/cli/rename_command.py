"""`efdgen rename`."""

from __future__ import annotations

from pathlib import Path

import click

from efdgen.cli.common import complete_environment, reports_errors, root_option, told
from efdgen.cli.edits import dry_run_option
from efdgen.cli.interrupted import root_to_edit
from efdgen.cli.reports import Said, Style, publish
from efdgen.cli.streams import say


@click.command("rename")
@click.argument("environment", metavar="ENV", shell_complete=complete_environment)
@click.argument("new", metavar="NEW")
@root_option
@dry_run_option
@reports_errors
def command(environment: str, new: str, root: Path | None, dry_run: bool) -> None:
    """Give an environment another name: its spec, links, stages, and expressions that name it as a link.

    What changes in the world is a checklist: hosts, Vault paths, Applications, Argo CD's env=. Other lines that say the
    old name are named, and stay. rendered/ follows with `efdgen render`.

    \b
    Examples:
      efdgen rename tucson-teststand tts --dry-run
      efdgen rename tucson-teststand tts
    """
    from efdgen.language.shown import count
    from efdgen.output.compare import Change
    from efdgen.report import rename as report
    from efdgen.verbs import rename as verb

    folder = root_to_edit(root, dry_run=dry_run)
    renamed = verb.rename(folder, environment, new)
    shown = {
        f"{renamed.old[0]} -> {file}" if change.is_new else file: Change(renamed.old[1], change.after)
        if change.is_new
        else change
        for file, change in renamed.changes.items()
    }

    texts = {file: change.after.decode("utf-8-sig") for file, change in renamed.changes.items()}

    def tell(form: str, style: Style) -> list[Said]:
        names = (environment, new)
        warnings = told(renamed.warnings, form, style, folder, texts) if renamed.warnings else []
        checklist = report.checklist(names, shown, renamed.moved, renamed.mentions, renamed.parent, style)
        return [Said(checklist), *warnings]

    publish(tell, "text", ())
    if dry_run:
        say("Nothing was written (--dry-run)")
        return
    verb.write(folder, renamed)
    files = count(len(renamed.outdated), "rendered file")
    say(f"{count(len(renamed.changes), 'file')} written, {files} to change; now run: efdgen render")
