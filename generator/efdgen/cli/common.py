"""What the verbs share: arguments, completion, and how errors end a run."""

from __future__ import annotations

import functools
import linecache
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
from click.shell_completion import CompletionItem

DIFFERENCES, USAGE, INVALID_INPUT, OUTPUT = 1, 2, 3, 4

P = ParamSpec("P")
R = TypeVar("R")


def _complete_environment(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from efdgen import load, pipeline  # noqa: PLC0415 - click loads this module for --help too
    from efdgen.errors import UsageError  # noqa: PLC0415

    try:
        root = pipeline.find_root(Path(ctx.params.get("root") or ".").resolve())
    except UsageError:
        return []
    return [CompletionItem(name) for name in load.environment_names(root) if name.startswith(incomplete)]


environments = click.argument("environments", nargs=-1, metavar="[ENV]...", shell_complete=_complete_environment)

root_option = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The repository. Default: found from the current folder upwards.",
)


def repository_root(given: Path | None) -> Path:
    """Return the repository's folder: the one given, or the one around the current folder."""
    from efdgen import pipeline  # noqa: PLC0415

    if given is None:
        return pipeline.find_root(Path.cwd())
    if not ((given / "environments").is_dir() and (given / "templates" / "apps").is_dir()):
        from efdgen.errors import UsageError  # noqa: PLC0415

        raise UsageError(f"{given} has no environments/ and templates/apps/")
    return given


def reports_errors(function: Callable[P, R]) -> Callable[P, R]:
    """Turn efdgen's exceptions into messages on stderr and an exit status."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        from efdgen.errors import InvalidInputError, OutputError, UsageError  # noqa: PLC0415

        try:
            return function(*args, **kwargs)
        except InvalidInputError as error:
            _invalid_input(error, kwargs.get("root"))
        except UsageError as error:
            fail(str(error), USAGE)
        except OutputError as error:
            fail(str(error), OUTPUT)

    return wrapper


def fail(message: str, status: int) -> NoReturn:
    """Print a message to stderr and end the run."""
    click.echo(f"{click.style('error:', fg='red', bold=True)} {message}", err=True)
    raise click.exceptions.Exit(status)


def _invalid_input(error: Any, given: object) -> NoReturn:
    from efdgen.report import text  # noqa: PLC0415

    root = repository_root(given if isinstance(given, Path) else None)

    def read_line(file: str, line: int) -> str:
        return linecache.getline(str(root / file), line).rstrip("\n")

    click.echo(text.problems(error.problems, read_line, click.style), err=True)
    click.echo("Nothing was written. Mend what is marked, then run this again.", err=True)
    raise click.exceptions.Exit(INVALID_INPUT)
