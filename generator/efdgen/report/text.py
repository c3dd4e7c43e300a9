"""Reports for people at a terminal."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from efdgen.errors import Location, Problem, Severity
from efdgen.language import visible
from efdgen.language.secrecy import continues_secret, masked_line
from efdgen.language.shown import count
from efdgen.output import layout
from efdgen.output.compare import FileChange, Kind
from efdgen.output.journal import FOLDER
from efdgen.output.marks import has_conflict
from efdgen.output.staging import Finished
from efdgen.report.brief import brief

Style = Callable[..., str]
ReadLine = Callable[[str, int], str]

_MAX_SHOWN = 160

MOST = 50
"""Of more problems than these, nobody reads them on a terminal."""


def problems(found: Sequence[Problem], read_line: ReadLine, style: Style, most: int | None = None) -> str:
    """Return each problem with the line that it is about, then how many there are.

    Args:
        found: the problems.
        read_line: returns a line of a file.
        style: colours text.
        most: show no more than these, errors before warnings, and say so; None: show all.
    """
    secrets: dict[Location, list[int]] = {}
    for problem in found:
        if problem.code == "E506":
            secrets.setdefault(_line_of(problem.location), []).append(problem.location.column)
    shown = _first(found, most) if most is not None and len(found) > most else found
    blocks = [
        _problem(brief(problem), read_line, style, secrets.get(_line_of(problem.location), ())) for problem in shown
    ]
    errors = sum(problem.severity is Severity.ERROR for problem in found)
    warnings = len(found) - errors
    files = len({problem.location.file for problem in found})
    counts = [count(errors, "error")] if errors else []
    counts += [count(warnings, "warning")] if warnings else []
    said = style(f"{' and '.join(counts)} in {count(files, 'file')}", bold=True)
    hidden = len(found) - len(shown)
    rest = f"; {hidden} of them are not shown. To see all, add: 2>&1 | less" if hidden else ""
    return "\n".join([*blocks, said + rest])


def _first(found: Sequence[Problem], most: int) -> list[Problem]:
    """Return the first problems in their order, warnings only where there is room beside all errors."""
    errors = [index for index, problem in enumerate(found) if problem.severity is Severity.ERROR]
    warnings = [index for index, problem in enumerate(found) if problem.severity is not Severity.ERROR]
    return [found[index] for index in sorted([*errors, *warnings][:most])]


def _line_of(place: Location) -> Location:
    return place._replace(column=0)


def _problem(problem: Problem, read_line: ReadLine, style: Style, secrets: Sequence[int]) -> str:
    is_error = problem.severity is Severity.ERROR
    title = style(f"{problem.severity.value}[{problem.code}]", fg="red" if is_error else "yellow", bold=True)
    lines = [f"{title} {problem.message}", f"  --> {visible.line(str(problem.location))}"]
    line, column = problem.location.line, problem.location.column
    source = read_line(problem.location.file, line) if line else ""
    if source:
        above = (read_line(problem.location.file, number) for number in range(line - 1, 0, -1))
        if continues_secret(source, above):
            secrets = [len(source) - len(source.lstrip()) + 1]
        source, column = masked_line(source, column, secrets)
        start = max(0, column - _MAX_SHOWN // 2) if len(source) > _MAX_SHOWN else 0
        shown = visible.in_place(source[start : start + _MAX_SHOWN])
        lines.append(f"{line:5} | {shown}")
        lines.append(f"      | {' ' * (column - 1 - start)}{style('^', fg='red', bold=True)}")
    if problem.hint:
        lines.append(f"      = {problem.hint}")
    return "\n".join([*lines, ""])


_MANY = 100
"""Of more files than these, nobody reads the names: --verbose lists them."""

_VERBS = {
    Kind.ADDED: ("wrote", "green"),
    Kind.CHANGED: ("changed", "yellow"),
    Kind.REMOVED: ("deleted", "red"),
}


def written(
    changes: Sequence[FileChange], unchanged: int, output: str, style: Style, *, is_verbose: bool = False
) -> str:
    """Return what a render did, then the sum: a line a file, or, of very many, a line an environment.

    What is deleted has a line of its own, always.
    """
    is_folded = len(changes) > _MANY and not is_verbose
    deleted = [change for change in changes if change.after is None]
    verbs = {kind: style(f"{verb:8}", fg=colour) for kind, (verb, colour) in _VERBS.items()}
    named = deleted if is_folded else changes
    lines = [f"{verbs[change.kind]}{output}/{visible.line(change.path)}" for change in named]
    folded = Counter(
        (layout.environment_of(change.path) or "", change.before is not None)
        for change in (changes if is_folded else ())
        if change.after is not None
    )
    for (environment, was_there), number in sorted(folded.items()):
        verb = verbs[Kind.CHANGED if was_there else Kind.ADDED]
        whose = f"of {environment}" if environment else "that environments share"
        lines.append(f"{verb}{count(number, 'file')} {whose}")
    lines.append(f"{len(changes) - len(deleted)} written, {len(deleted)} deleted, {unchanged} left alone")
    return "\n".join(lines)


def finished(run: Finished, output: str, style: Style) -> str:
    """Return what was finished of a run that had been interrupted; every file that is gone has a line.

    Args:
        run: what was finished.
        output: the folder that it wrote to.
        style: colours text.
    """
    if not (run.written or run.deleted or run.kept):
        return "A run was interrupted, and left nothing half done; what it had staged is removed"
    colour = _VERBS[Kind.REMOVED][1]
    lines = [f"{style(f'{_VERBS[Kind.REMOVED][0]:8}', fg=colour)}{output}/{visible.line(path)}" for path in run.deleted]
    counts = f"{count(len(run.written), 'file')} written, {len(run.deleted)} deleted"
    return "\n".join([*lines, f"Finished a run that was interrupted: {counts}"])


def interrupted(output: str, style: Style) -> str:
    """Return the line that a check has for a run that stopped while it wrote."""
    return f"{style('interrupted', fg='red', bold=True)}  {output}/{FOLDER}/ (a render stopped while it wrote)"


def differences(
    changes: Sequence[FileChange], foreign: Iterable[str], edited: Iterable[str], output: str, style: Style
) -> str:
    """Return what a check found: missing, extra and changed files, the latter with what changes in them."""
    by_hand = frozenset(edited)
    lines: list[str] = []
    for change in changes:
        path = f"{output}/{visible.line(change.path)}"
        if change.kind is Kind.ADDED:
            lines.append(f"{style('missing', fg='red', bold=True)}  {path}")
        elif change.kind is Kind.REMOVED:
            lines.append(f"{style('extra', fg='red', bold=True)}    {path}")
        else:
            note = _note(change) if change.path in by_hand else ""
            note = " (its line ends only)" if change.is_of_line_ends else note
            lines.append(f"{style('changed', fg='red', bold=True)}  {path}{note}")
            lines.extend(_unified(change, path, style))
    lines.extend(
        f"{style('foreign', fg='red', bold=True)}  {output}/{visible.line(path)} (not made by efdgen)"
        for path in foreign
    )
    return "\n".join(lines)


def _note(change: FileChange) -> str:
    """Return what happened to a file that is not as efdgen wrote it."""
    return " (Git left a merge conflict)" if has_conflict(change.before or b"") else " (edited by hand)"


COLOURS: Mapping[str, str] = {"+": "green", "-": "red", "@": "cyan"}
"""The colours of the lines of a diff, by their first character."""


def _unified(change: FileChange, path: str, style: Style) -> Iterator[str]:
    if layout.is_archive(change.path):
        yield from (f"  {shown}" for shown in _digests(change, style))
        return
    from efdgen.language import linematching

    before = (change.before or b"").decode(errors="replace").splitlines()
    after = (change.after or b"").decode(errors="replace").splitlines()
    diff = linematching.unified(before, after, (f"{path} (there)", f"{path} (rendered)"))
    for line in diff:
        colour = COLOURS.get(line[:1])
        shown = visible.line(line)
        yield f"  {style(shown, fg=colour) if colour else shown}"


def _digests(change: FileChange, style: Style) -> Iterator[str]:
    """Yield what differs in a file that people can't read."""
    for sign, content in (("-", change.before), ("+", change.after)):
        if content is not None:
            yield style(f"{sign}{len(content):,} bytes, sha256:{hashlib.sha256(content).hexdigest()}", fg=COLOURS[sign])


def table(rows: Sequence[Sequence[str]], style: Style) -> str:
    """Return rows as an aligned table; the first row is its head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for number, row in enumerate(rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        lines.append(style(line, bold=True) if number == 0 else line)
    return "\n".join(lines)
