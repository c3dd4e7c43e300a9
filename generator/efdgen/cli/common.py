"""What the verbs share: arguments, completion, and how errors end a run."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from efdgen.errors import Problem

DIFFERENCES, USAGE, INVALID_INPUT, OUTPUT = 1, 2, 3, 4

Function = TypeVar("Function", bound=Callable[..., Any])


def complete_environment(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the environments that begin with what was typed, for the shell."""
    from efdgen import load, pipeline
    from efdgen.errors import UsageError

    try:
        root = pipeline.find_root(Path(ctx.params.get("root") or ".").resolve())
    except UsageError:
        return []
    return [CompletionItem(name) for name in load.environment_names(root) if name.startswith(incomplete)]


environments = click.argument("environments", nargs=-1, metavar="[ENV]...", shell_complete=complete_environment)

root_option = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The repository. Default: found from the current folder upwards.",
)

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    help="How problems are shown: for people, as JSON, as annotations of a GitHub workflow, as SARIF. Default: text.",
)


def repository_root(given: Path | None) -> Path:
    """Return the repository's folder: the one given, or the one around the current folder.

    Raises:
        UsageError: when it is none.
    """
    from efdgen import load, pipeline
    from efdgen.errors import UsageError

    if given is None:
        return pipeline.find_root(Path.cwd())
    if not load.is_repository(given):
        raise UsageError(f"{given} has no environments/ and templates/apps/")
    return given


def reports_errors(function: Function) -> Function:
    """Turn efdgen's exceptions into messages and an exit status."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        from efdgen.errors import InvalidInputError, OutputError, UsageError

        try:
            return function(*args, **kwargs)
        except InvalidInputError as error:
            form = kwargs.get("form", "text")
            show(error.problems, form, kwargs.get("root"))
            if form == "text":
                click.echo("Mend what is marked, then run this again. Nothing was written.", err=True)
            raise click.exceptions.Exit(INVALID_INPUT) from None
        except UsageError as error:
            _fail(str(error), USAGE)
        except OutputError as error:
            _fail(str(error), OUTPUT)

    return wrapper  # type: ignore[return-value]


def show(problems: Sequence[Problem], form: str, given_root: Path | None) -> None:
    """Print problems: as text for people to stderr, in a machine's format to stdout."""
    if form != "text":
        from efdgen.report import findings

        report = findings.FORMATS[form](problems)
        if report:
            click.echo(report)
        return
    import linecache

    from efdgen.report import text

    root = repository_root(given_root)

    def read_line(file: str, line: int) -> str:
        return linecache.getline(str(root / file), line).rstrip("\n")

    if problems:
        click.echo(text.problems(problems, read_line, click.style), err=True)


def _fail(message: str, status: int) -> NoReturn:
    click.echo(f"{click.style('error:', fg='red', bold=True)} {message}", err=True)
    raise click.exceptions.Exit(status)
