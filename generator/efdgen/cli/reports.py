"""What a run tells: on the screen in one format, and to files in any number of others (`--report`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from efdgen.cli.streams import say
from efdgen.cli.words import completions
from efdgen.language.tuples import NamedTuple

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Function = TypeVar("Function", bound=Callable[..., Any])
Style = Callable[..., str]


class Said(NamedTuple):
    """A piece of what a run tells: a result, for stdout, or a word about it, for stderr.

    Attributes:
        text: what it tells.
        is_result: whether it is a result.
    """

    text: str
    is_result: bool = True


Tell = Callable[[str, Style], Iterable[Said]]
"""Returns all that a run tells in a format, in its order."""


class Report(NamedTuple):
    """A report that is asked for: a format, and the file that it goes to."""

    format_: str
    file: Path


class _Asked(click.ParamType):  # type: ignore[type-arg] # click 8.2 has no argument for it
    """FORMAT=FILE, as a Report."""

    name = "report"

    def __init__(self, formats: Sequence[str]) -> None:
        self._formats = tuple(formats)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Report:
        from efdgen.language import suggest

        if isinstance(value, Report):
            return value
        format_, _, file = str(value).partition("=")
        if format_ not in self._formats:
            self.fail(f"unknown format {format_!r}: {suggest.hint(format_, self._formats)}", param, ctx)
        if not file:
            self.fail(f"it takes a format and a file, such as {format_}=FILE", param, ctx)
        return Report(format_, Path(file))

    def shell_complete(self, _ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return completions(f"{name}=" for name in self._formats if name.startswith(incomplete))


def _once_each(_ctx: click.Context, _parameter: click.Parameter, reports: tuple[Report, ...]) -> tuple[Report, ...]:
    """Refuse a file of two reports: one of them would be lost."""
    # Not Path.resolve, which takes links in a circle for a bug.
    named = [os.path.realpath(report.file) for report in reports]
    for report, file in zip(reports, named, strict=True):
        if named.count(file) > 1:
            raise click.BadParameter(f"{report.file} can hold one report only")
    return reports


def report_option(formats: Sequence[str]) -> Callable[[Function], Function]:
    """Return the option `--report` of a verb that knows these formats; its argument is `reports`."""
    known = f"{', '.join(formats[:-1])} or {formats[-1]}"
    return click.option(
        "--report",
        "reports",
        type=_Asked(formats),
        multiple=True,
        metavar="FORMAT=FILE",
        callback=_once_each,
        help=f"Write a report to a file as well, however the run ends: {known}. As often as wanted.",
    )


def refuse_inside(files: Iterable[Path], root: Path) -> None:
    """Refuse to write results into the folders of a repository that hold something else: they could replace it.

    Raises:
        UsageError: when a file would stand there.
    """
    from efdgen.errors import UsageError
    from efdgen.repository import paths
    from efdgen.verbs.render import OUTPUT

    kept = {OUTPUT: "specs render to", ".git": "Git writes", **dict.fromkeys(paths.FOLDERS, "people write")}
    for file in files:
        real = Path(os.path.realpath(file))
        for folder, what in kept.items():
            inner = Path(os.path.realpath(root / folder))
            if real == inner or inner in real.parents:
                raise UsageError(f"{file}: nothing but what {what} belongs in {folder}/")


def refuse_others(files: Iterable[Path], is_former: Callable[[bytes], bool]) -> None:
    """Refuse to replace files that no earlier run made: what is in them would be lost.

    Args:
        files: where results are to be written.
        is_former: says whether a content is the result of an earlier run.

    Raises:
        UsageError: when a file holds something else. What can't be read can't be written either: that is said then.
    """
    from efdgen.errors import UsageError

    for file in files:
        try:
            content = file.read_bytes() if file.is_file() and not file.is_symlink() else b""
        except (OSError, ValueError):
            continue
        if not is_former(content):
            raise UsageError(f"{file} is not an earlier result of efdgen: name another file, or remove it first")


def publish(tell: Tell, format_: str, reports: Sequence[Report]) -> None:
    """Write each report to its file, then tell all on the screen.

    A file of text has all of it, without the colours of a terminal; the other formats have the results alone.

    Raises:
        OutputError: when a file can't be written; all the rest was, and was told.
    """
    # First the files: nobody may be left who reads the screen.
    failed = [problem for problem in (_write(report, tell) for report in reports) if problem]
    for said in tell(format_, click.style):
        if said.is_result:
            click.echo(said.text)
        else:
            say(said.text)
    if failed:
        from efdgen.errors import OutputError

        raise OutputError("; ".join(failed))


def _write(report: Report, tell: Tell) -> str:
    """Write a report, and return why it can't be written; empty when it was."""
    from efdgen.errors import OutputError
    from efdgen.output import disk

    told = tell(report.format_, plain)
    text = "".join(f"{said.text}\n" for said in told if said.is_result or report.format_ == "text")
    try:
        # A name of a file may hold bytes that are no text.
        disk.replace_file(report.file, text.encode(errors="backslashreplace"))
    except OutputError as error:
        return str(error)
    return ""


def plain(text: str, **_style: Any) -> str:
    """Return a text as it is: a file has no colours."""
    return text
