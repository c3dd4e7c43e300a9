"""`efdgen import`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from efdgen.cli.common import DIFFERENCES, INVALID_INPUT, reports_errors
from efdgen.cli.helm_options import engine_option
from efdgen.cli.interrupted import resume_edit
from efdgen.cli.reports import Report, Said, Style, publish, refuse_others, report_option
from efdgen.cli.streams import say, say_warning
from efdgen.language import visible
from efdgen.language.tuples import NamedTuple

if TYPE_CHECKING:
    from efdgen.helm.engines.engine import Engine
    from efdgen.review.imported import Note
    from efdgen.verbs.imports.folder import ImportedFrom
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
    from efdgen.errors import ChartError, OutputError, UsageError
    from efdgen.report import imports as report

    refuse_others([each.file for each in reports], report.is_result)
    asked = _Asked(source, revision, environments, parent, format_, reports)
    try:
        _run(asked, output, only, since, engine)
    except (ChartError, OutputError, UsageError) as error:
        message = str(error)
        publish(lambda form, _: [Said(report.failed(str(source), message, form))] if form else [], "", reports)
        raise


class _Asked(NamedTuple):
    """What a run was asked for: what of which source, and how to tell of it."""

    source: Path
    revision: str
    environments: tuple[str, ...]
    parent: str
    format_: str
    reports: tuple[Report, ...]

    def as_before(self, known: ImportedFrom) -> _Asked:
        """Return the same, with what an earlier import of the folder was about, where nothing else is said."""
        return self._replace(environments=self.environments or known.environments, parent=self.parent or known.parent)


def _run(asked: _Asked, output: Path | None, only: str, since: str, engine: str) -> None:
    """Import a source, add some of it to a repository, or show what changed in it."""
    from efdgen.cli.common import found_root
    from efdgen.errors import UsageError
    from efdgen.helm.engines.guarded import Guarded
    from efdgen.verbs.imports import folder, result
    from efdgen.verbs.imports import source as sources

    if only and output is None:
        raise UsageError("--only adds to an efdgen repository: name it with -o")
    if only and since:
        raise UsageError("--only adds, and --since shows what changed: use one of them")
    steps: Sequence[str] = [since] if since else []
    if output is not None and not only:
        folder.refuse_in_source(output, asked.source)
        resume_edit(output)  # an import that was killed is one, too
        known = folder.imported_from(output)
        if known is not None:
            steps = known.steps(sources.commit(asked.source, since) if since else "")
            asked = asked.as_before(known)
            say(f"{output} was imported before: this is what changed by hand since; nothing is written")
        elif steps:
            found_root(output)
        else:
            folder.refuse_taken(output)
    if steps and asked.format_ != "text":
        raise UsageError(f"what changed is a patch: the report goes to a file, --report {asked.format_}=FILE")
    with Guarded(engine) as helm:
        if steps:
            _show_since(asked, steps, output, helm)
            return
        found = result.run(sources.read(asked.source, asked.revision), helm, asked.environments, asked.parent)
        if only and output is not None:
            _add(asked, found, only, output, helm)
        else:
            _make(asked, found, output)


def _show_since(asked: _Asked, steps: Sequence[str], output: Path | None, helm: Engine) -> None:
    """Show what changed by hand, as a patch; of the folder that was imported, with what it says of its source."""
    from efdgen.report import imports as report
    from efdgen.verbs.imports import folder, follow, result, since, telling
    from efdgen.verbs.imports import source as sources

    before = result.run(sources.read(asked.source, steps[0]), helm, asked.environments, asked.parent)
    for step in steps[1:]:
        read = sources.read(asked.source, step)
        before = follow.follow(before, read, helm, asked.environments, asked.parent).imported
    newer = sources.read(asked.source, asked.revision)
    followed = follow.follow(before, newer, helm, asked.environments, asked.parent)
    after = followed.imported
    told = telling.followed(before, followed)
    publish(lambda form, style: [Said(report.tell(told, form, style))] if form else [], "", asked.reports)
    _say_notes([note for note in told.notes if note.code[1] in "12"])
    if not before.proved or not after.proved:
        refused = before if not before.proved else after
        _say_notes([telling.note(each) for each in refused.findings if each.code == "I399"])
        say(f"efdgen refuses what was made of {refused.hand.source.name}: there is no patch")
        raise click.exceptions.Exit(INVALID_INPUT)
    if followed.lost:
        say(f"there is no patch: it would remove what can't be read, {', '.join(followed.lost)}")
        raise click.exceptions.Exit(DIFFERENCES)
    old, new = dict(before.files), dict(after.files)
    is_newer = after.hand.source.commit not in ("", before.hand.source.commit)
    if output is not None and is_newer and (output / folder.RECORD).is_file():
        old[folder.RECORD] = (output / folder.RECORD).read_bytes()
        new[folder.RECORD] = folder.record(after.hand.source, steps, asked.environments, asked.parent)
    is_as_meant = _say_reach(output, (before, after)) if output is not None else True
    patch = since.edits(old, new)
    click.echo(patch, nl=False)
    if followed.kept:
        say(f"not read, and kept as it was: {', '.join(followed.kept)}")
    revisions = f"from {before.hand.source.name} to {after.hand.source.name}"
    say(
        f"what changed by hand {revisions}: a patch, for git apply"
        if patch
        else f"nothing changed by hand {revisions}: there is no patch"
    )
    if not (followed.is_whole and is_as_meant and all(row.is_proved for row in told.rows)):
        raise click.exceptions.Exit(DIFFERENCES)


def _say_notes(notes: Sequence[Note]) -> None:
    """Say what to look at, to the standard error."""
    for note in notes:
        about = f" ({note.about})" if note.about and note.about not in note.message else ""
        said = f"{note.code} {note.place + ': ' if note.place else ''}{note.message}{about}"
        say(visible.line(f"{said}: {note.hint}" if note.hint else said))


def _say_reach(root: Path, imports: tuple[Imported, Imported]) -> bool:
    """Say what the patch changes in the repository that it is for; return whether the source changed all of that."""
    from efdgen.verbs.imports import reach

    before, after = imports
    found = reach.reach(root, (before.files, after.files), (before.hand, after.hand))
    if found.problem:
        say_warning(f"what the patch changes in {root} is not known: {found.problem}")
        return False
    for each in found.changes:
        what = f"{each.environment} / {each.app}: {each.path}: {each.change}"
        say_warning(f"{what}, which the source did not change there")
    numbers = [f"{name} {number}" for name, number in found.values.items() if number]
    say(f"values that the patch changes in {root}, by environment: {', '.join(numbers) or 'none'}")
    return not found.changes


def _make(asked: _Asked, found: Imported, output: Path | None) -> None:
    """Say what came of an import, and write it."""
    from efdgen.report import imports as report
    from efdgen.verbs.imports import folder, telling

    told = telling.told(found)

    def tell(form: str, style: Style) -> list[Said]:
        return [Said(report.tell(told, form, style))]

    publish(tell, asked.format_, asked.reports)
    if not found.proved:
        say("efdgen refuses what was made of it; nothing was written")
        raise click.exceptions.Exit(INVALID_INPUT)
    if output is not None:
        record = folder.record(found.hand.source, (), asked.environments, asked.parent)
        changes = folder.write(output, found.files, record)
        say(f"{len(changes)} files in {output}: read the specs, then run: efdgen check --root {output}")
    if not all(row.is_proved for row in told.rows):
        raise click.exceptions.Exit(DIFFERENCES)


def _add(asked: _Asked, found: Imported, name: str, output: Path, helm: Engine) -> None:
    """Add an environment or an app to a repository, and say what that took."""
    from efdgen.cli.common import found_root
    from efdgen.report import imports as report
    from efdgen.verbs.imports import folder, into, telling

    root = found_root(output)
    resume_edit(root)
    added = into.add(root, found.hand, found.made, name, helm)
    told = telling.added(found, added, name, str(root))
    is_text = asked.format_ == "text"

    def tell(form: str, style: Style) -> list[Said]:
        return [Said(report.tell(told, form, style))] if form else []

    publish(tell, "" if is_text else asked.format_, asked.reports)
    for each in told.different if is_text else ():
        reason = f" ({each.reason})" if each.reason else ""
        change = f"{each.before or 'nothing'} -> {each.after or 'nothing'}"
        click.echo(f"{each.environment} / {each.app}: {each.what} {each.path}: {change}{reason}")
    reasons = {each.reason for each in told.different}
    _say_notes([note for note in told.notes if note.message not in reasons])
    for file in folder.add(root, added.files, added.before):
        line = f"{'changed' if file.before is not None else 'wrote':7} {file.path}"
        click.echo(line) if is_text else say(line)
    values = sum(row.values for row in told.rows)
    say(f"{values} values compared, {len(told.different)} differences; read it, then run: efdgen render")
    if not all(row.is_proved for row in told.rows):
        raise click.exceptions.Exit(DIFFERENCES)
