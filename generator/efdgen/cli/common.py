"""What the verbs share: arguments, completion, and how errors end a run."""

from __future__ import annotations

import codecs
import contextlib
import functools
import os
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, TypeVar

import click

from efdgen.cli.reports import Report, Said, Style, plain, publish, refuse_inside, refuse_others, report_option
from efdgen.cli.streams import say_error, say_warning
from efdgen.cli.words import completions, one_by_one, refuse_undecodable
from efdgen.repository import paths
from efdgen.verbs import project
from efdgen.verbs.means import Means

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from efdgen.errors import InvalidInputError, Problem
    from efdgen.output.cache.store import Store

DIFFERENCES, USAGE, INVALID_INPUT, OUTPUT, CHARTS, UNKNOWN = 1, 2, 3, 4, 5, 6

MACHINE_FORMATS = ("json", "github", "sarif")
"""The formats in which problems are data."""

FORMATS = ("text", *MACHINE_FORMATS)
"""The formats of problems, by the name that `--format` and `--report` take."""

Function = TypeVar("Function", bound=Callable[..., Any])


def complete_environment(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the environments that have a spec, and whose names begin like what was typed."""
    from efdgen.errors import UsageError

    try:
        root = project.find_root(Path(ctx.params.get("root") or ".").resolve())
    except UsageError:
        return []
    return completions(name for name in paths.environment_names(root) if name.startswith(incomplete))


def complete_environments(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the last of several environments, separated by commas."""
    before, comma, last = incomplete.rpartition(",")
    return completions(
        f"{before}{comma}{item.value}"
        for item in complete_environment(ctx, parameter, last)
        if item.value not in before.split(",")
    )


def complete_app(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the apps that have a definition, and the parent chart, whose names begin like what was typed."""
    from efdgen.errors import UsageError

    try:
        root = project.find_root(Path(ctx.params.get("root") or ".").resolve())
    except UsageError:
        return []
    return completions(name for name in paths.app_names(root) if name.startswith(incomplete))


def complete_defined_app(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the apps that have a definition: where the parent chart is none of them."""
    return [item for item in complete_app(ctx, parameter, incomplete) if item.value != paths.PARENT]


app_option = click.option(
    "--app",
    "apps",
    metavar="APP",
    multiple=True,
    callback=one_by_one,
    shell_complete=complete_app,
    help="Look at this app only; efd is the parent chart. As often as wanted.",
)

timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True, max=3600),
    default=30,
    metavar="SECONDS",
    help="How long a server may be silent; a whole download may take 20 times as long. Default: 30.",
)

environments = click.argument(
    "environments", nargs=-1, metavar="[ENV]...", callback=one_by_one, shell_complete=complete_environment
)

root_option = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The repository. Default: found from the current folder upwards.",
)

format_option = click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="text",
    help="How problems are shown: for people, as JSON, as annotations of a GitHub workflow, as SARIF. Default: text.",
)

findings_report_option = report_option(FORMATS)

no_cache_option = click.option(
    "--no-cache", is_flag=True, help="Do everything anew, and keep nothing for the next run. Also: EFDGEN_NO_CACHE=1."
)
_jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="The most processes that work at once, when that pays. Default: as many as there are processors, at most 8.",
)

_MOST_JOBS = 8
"""Each takes memory, and there are seldom so many processors that nobody else wants."""


def means_options(function: Function) -> Function:
    """Add the options that say what a run may use to be done sooner, for `means`."""
    return _jobs_option(no_cache_option(function))


def means(*, no_cache: bool, jobs: int | None) -> Means:
    """Return what a run may use to be done sooner."""
    from efdgen.verbs import parallel

    return Means(_store(no_cache=no_cache), jobs or min(parallel.processors(), _MOST_JOBS))


def _store(*, no_cache: bool) -> Store | None:
    """Return where runs keep what they found out about environments; None: nobody wants that, or there is no place."""
    if not uses_cache(no_cache=no_cache):
        return None
    from efdgen.output.cache import place
    from efdgen.output.cache.store import Store

    folder = place.folder()
    return None if folder is None else Store(folder / "environments")


def uses_cache(*, no_cache: bool) -> bool:
    """Say whether a run may take what earlier ones found out, and keep something itself."""
    return not (no_cache or os.environ.get("EFDGEN_NO_CACHE"))


def only(apps: Sequence[str]) -> str:
    """Return what a result ends with when only some apps were looked at; empty: all were."""
    return f" (only {', '.join(dict.fromkeys(apps))} looked at)" if apps else ""


def repository_root(given: Path | None) -> Path:
    """Return the repository's folder for a verb, and warn when a render or an edit was interrupted there.

    Raises:
        UsageError: when it is none.
    """
    from efdgen.output import sources
    from efdgen.verbs import render

    root = found_root(given)
    if sources.is_interrupted(root):
        say_warning("an edit was interrupted, and its files may be half changed; to see them, run: efdgen interrupted")
    if render.is_interrupted(root):
        say_warning("a render was interrupted; run: efdgen render")
    return root


@contextlib.contextmanager
def progress_bar(label: str, stream: TextIO | None = None) -> Iterator[Callable[[int, int], None]]:
    """Show how much is done, and of how much, on a terminal: the error output, or another stream that is given."""
    shown = stream or sys.stderr
    if not shown.isatty():
        yield lambda _done, _all: None
        return
    with click.progressbar(length=1, label=label, file=shown) as bar:

        def progress(done: int, of_all: int) -> None:
            bar.length = of_all
            bar.update(done - bar.pos)

        yield progress


def found_root(given: Path | None) -> Path:
    """Return the repository's folder: the one given, or the one around the current folder.

    Raises:
        UsageError: when it is none.
    """
    from efdgen.errors import UsageError

    if given is None:
        try:
            here = Path.cwd()
        except FileNotFoundError:
            raise UsageError("the current folder is not there any more; go to another one, or use --root") from None
        return project.find_root(here)
    if not paths.is_repository(given):
        raise UsageError(f"{given} has no environments/ and templates/apps/")
    return given


def reports_errors(function: Function) -> Function:
    """Turn efdgen's exceptions into messages and an exit status."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        from efdgen.errors import ChartError, InvalidInputError, OutputError, UsageError

        try:
            try:
                refuse_undecodable(kwargs)
                if kwargs.get("reports") and "root" in kwargs:
                    from efdgen.report.former import is_report

                    files = [report.file for report in kwargs["reports"]]
                    refuse_inside(files, found_root(kwargs["root"]))
                    refuse_others(files, is_report)
                return function(*args, **kwargs)
            except InvalidInputError as error:
                _tell_problems(error, **kwargs)
                raise click.exceptions.Exit(INVALID_INPUT) from None
        except UsageError as error:
            _fail(str(error), USAGE)
        except OutputError as error:
            _fail(str(error), OUTPUT)
        except ChartError as error:
            _fail(str(error), CHARTS)

    return wrapper  # type: ignore[return-value]


def _tell_problems(
    error: InvalidInputError,
    format_: str = "text",
    reports: Sequence[Report] = (),
    root: Path | None = None,
    only: str = "",
    output: Path | None = None,
    **_others: Any,
) -> None:
    """Tell what is wrong with the input, in the formats that the result was wanted in."""
    folder = found_root(output if only else root)
    problems, instead = error.problems, getattr(error, "instead", {})

    def tell(form: str, style: Style) -> list[Said]:
        if form in MACHINE_FORMATS:
            return told(problems, form, style, folder)
        advice = "Fix what is marked, then run this again. Nothing was written."
        if instead:
            advice = "Lines are shown as they would be. Nothing was written."
        text = [*told(problems, "text", style, folder, instead), Said(advice, is_result=False)]
        if form == "text":
            return text
        from efdgen.report.diff import refused

        return [Said(refused.written("\n".join(said.text for said in text), form))]

    publish(tell, format_ if format_ in MACHINE_FORMATS else "text", reports)


def show(problems: Sequence[Problem], format_: str, given_root: Path | None) -> None:
    """Print problems: in a machine's format to stdout, else as text for people to stderr."""
    root = found_root(given_root)
    publish(lambda form, style: told(problems, form, style, root), format_, ())


def told(
    problems: Sequence[Problem],
    format_: str,
    style: Style,
    root: Path,
    instead: Mapping[str, str] = types.MappingProxyType({}),
) -> list[Said]:
    """Return what is to be told of problems: data in a machine's format, else text for people, if there is any.

    Args:
        problems: the problems.
        format_: the format.
        style: colours text.
        root: the repository.
        instead: texts of files as they would be after an edit, for the lines that are shown.
    """
    if format_ in MACHINE_FORMATS:
        from efdgen.report import findings

        # Readers of the others look for a file from the top of the Git repository.
        if format_ != "json":
            problems = _from_the_top(problems, root)
        report = findings.FORMATS[format_](problems)
        return [Said(report)] if report else []
    if not problems:
        return []
    from efdgen.report import text

    lines = _SourceLines(root, instead).line
    # What a file or a pipe gets whole takes long where there are very many.
    most = text.MOST if style is not plain and sys.stderr.isatty() else None
    return [Said(text.problems(problems, lines, style, most), is_result=False)]


class _SourceLines:
    """The lines of files that problems are about, as they were parsed."""

    def __init__(self, root: Path, instead: Mapping[str, str]) -> None:
        from efdgen.language.yamlio import lineends  # only when something is wrong

        self._root, self._split = root, lineends.lines
        self._lines = {file: lineends.lines(text, file) for file, text in instead.items()}

    def line(self, file: str, number: int) -> str:
        """Return a line of a file; empty: there is none."""
        if file not in self._lines:
            try:
                content = (self._root / file).read_bytes()
            except (OSError, ValueError):
                content = b""
            self._lines[file] = self._split(content.removeprefix(codecs.BOM_UTF8).decode(errors="replace"), file)
        lines = self._lines[file]
        return lines[number - 1] if 0 < number <= len(lines) else ""


def _from_the_top(problems: Sequence[Problem], root: Path) -> Sequence[Problem]:
    """Name files as the Git repository around `root` does, which may begin above it."""
    folder = root.resolve()
    top = next((above for above in (folder, *folder.parents) if (above / ".git").exists()), folder)
    if top == folder:
        return problems
    prefix = folder.relative_to(top).as_posix()
    places = (problem.location._replace(file=f"{prefix}/{problem.location.file}") for problem in problems)
    return [problem._replace(location=place) for problem, place in zip(problems, places, strict=True)]


def _fail(message: str, status: int) -> NoReturn:
    say_error(message)
    raise click.exceptions.Exit(status)
