"""The command line: one module a verb. The only place that prints or exits."""

from __future__ import annotations

import errno
import importlib
import io
import os
import sys
from typing import Any

import click

from efdgen import __version__
from efdgen.cli import streams
from efdgen.language import visible

_COMMANDS = {
    "list": "Show environments, apps, versions and hosts.",
    "validate": "Check specs and app definitions.",
    "check": "Say whether rendered/ is what the specs render to.",
    "render": "Write what the specs render to.",
    "diff": "Show what a change means, environment by environment.",
    "explain": "Say why a value is what it is.",
    "set": "Change a value where people wrote it, or would.",
    "unset": "Take a value out again.",
    "pin": "Hold a value back, or move it ahead, with the reason.",
    "unpin": "Take a pin away.",
    "import": "Make specs of a hand-written repository, and prove they say the same.",
    "new": "Write the spec of a new environment, and say what comes next.",
    "rename": "Give an environment another name, and say what that changes in the world.",
    "new-app": "Write the folder of a new app, from what its chart tells.",
    "promote": "Take what one stage runs to the next.",
    "tidy": "Take out what says nothing.",
    "interrupted": "Show, finish or drop an edit that was interrupted.",
    "versions": "Show what runs where, what lags behind, since when and why.",
    "rbac": "Say who may do what in Argo CD, and which policy says so.",
    "charts": "Fetch and verify third-party charts, find newer ones.",
    "hydrate": "Show the Kubernetes objects that Argo CD would apply.",
    "lint": "Check these objects, and find overrides that change none.",
    "runbook": "Write how an environment is brought up, tested and looked after.",
    "hosts": "Show public hosts, or make their DNS records.",
    "secrets": "Show what must be in Vault, what is missing, and how to put it there.",
    "audit": "Ask the real servers whether an environment is as the repository says.",
    "graph": "Draw an environment's apps and what they depend on.",
    "site": "Make a static site of the fleet.",
}

_TAKING_VALUES = ("set", "pin")
_OUTPUT = 4
_INTERRUPTED = 130
_BUG = 70
"""The exit status of a bug in efdgen itself: EX_SOFTWARE of sysexits.h."""


class _Commands(click.Group):
    """Imports a verb only when it is used: `efdgen --version` loads nothing else."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command, or complete it, which bash needs help with."""
        if os.environ.get("_EFDGEN_COMPLETE", "").startswith("bash"):
            from click.shell_completion import add_completion_class

            from efdgen.cli.bash import Bash

            add_completion_class(Bash)
        return super().main(*args, **kwargs)

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        module = importlib.import_module(f"efdgen.cli.{name.replace('-', '_')}_command")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            from efdgen.language import suggest

            ctx.fail(f"no such command {args[0]!r}: {suggest.hint(args[0], _COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: efdgen list",
)
@click.version_option(__version__, prog_name="efdgen")
def command() -> None:
    """Render short environment specs into the GitOps tree that Argo CD reads.

    \b
    environments/   what people write: one spec an environment
    templates/      how an app is deployed, the same everywhere
    rendered/       what Argo CD reads: generated, committed, never edited

    \b
    Exit status: 0 fine, 1 something found (by check, lint, audit,
    secrets --missing, tidy --check, import or diff --fail-outside) or no
    (rbac), 2 wrong usage, 3 invalid input,
    4 rendered/ or a report can't be read or written, 5 a chart can't be
    fetched, verified or hydrated, 6 audit or secrets --missing could not
    ask something, 70 a bug in efdgen, 130 interrupted.
    """


def _interrupted(error: BaseException) -> str:
    """Return what is said of Ctrl-C, which Click makes an exception of its own."""
    from efdgen.errors import TooLateInterrupt

    is_too_late = any(isinstance(each, TooLateInterrupt) for each in (error, error.__cause__, error.__context__))
    return "Interrupted, but everything is written." if is_too_late else "Interrupted."


def main() -> None:
    """Run the command; an exception that nobody expected is a bug, and says so."""
    # https://no-color.org; a dumb terminal shows no colours, but the codes for them.
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    colour: dict[str, Any] = {"color": False} if is_plain else {}
    try:
        streams.check_output()
        status = command.main(prog_name="efdgen", standalone_mode=False, **colour)
        sys.stdout.flush()
        sys.exit(status)
    except (click.exceptions.Abort, KeyboardInterrupt) as error:
        streams.say(_interrupted(error))
        sys.exit(_INTERRUPTED)
    except click.ClickException as error:
        streams.say(visible.lines(_shown(error)))
        sys.exit(error.exit_code)
    except streams.StandardOutputError as error:
        streams.give_up_output()
        if error.errno != errno.EPIPE:
            streams.say_error(str(error))
        sys.exit(_OUTPUT)
    except Exception as error:  # noqa: BLE001 - the last line of defence
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE):
            streams.say_error(f"can't write or open {error.filename or 'a file'}: {error.strerror}")
            sys.exit(_OUTPUT)
        streams.say(visible.lines("".join(_traceback(error))))
        streams.say(
            f"This is a bug in efdgen {__version__}, and not your mistake. Nothing more was written. Please report it, "
            "with all of the above and what you ran:\n  https://github.com/lsst-sqre/argocd-efd/issues/new"
        )
        sys.exit(_BUG)


def _shown(error: click.ClickException) -> str:
    """Return what click prints of an error: how the command is used, and what is wrong."""
    written = io.StringIO()
    error.show(file=written)
    shown = written.getvalue().rstrip("\n")
    if not isinstance(error, click.NoSuchOption) or error.possibilities or error.ctx is None:
        return shown
    verb = error.ctx.info_name
    if verb in _TAKING_VALUES:
        shown += f"\nA value that begins with a hyphen stands behind --, after all options: efdgen {verb} ... -- VALUE"
    return shown


def _traceback(error: BaseException) -> list[str]:
    """Return the lines of an exception's traceback."""
    import traceback

    return traceback.format_exception(error)
