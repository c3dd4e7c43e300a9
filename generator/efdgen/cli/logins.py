"""Where tokens come from: the places that the tools of Vault and Argo CD have them in. None is shown, or kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from efdgen.verbs.audit.tokens import Contexts, Tokens


_MOST = 65_536
"""Bytes that are read of a file for a token: /dev/zero has no end."""


def vault_tokens(files: Sequence[str], environments: Collection[str], *, may_ask: bool = True) -> Tokens:
    """Return the tokens for Vault: of files that are named, VAULT_TOKEN, ~/.vault-token, or what somebody types.

    Nothing is asked for but on a terminal, and where no file is named.

    Args:
        files: `FILE`, or `ENV=FILE` for one environment alone.
        environments: those that there are.
        may_ask: whether somebody may be asked to type one now; else, `will_ask` says whether somebody would be.

    Raises:
        UsageError: when a file can't be read, an environment is unknown, or a variable names no server.
    """
    from efdgen.verbs.audit.tokens import Tokens

    common, own = _named(files, environments)
    server = _address("VAULT_ADDR")
    token = common or _vault_token(may_ask=may_ask and not own)
    return Tokens(token, own, server, will_ask=not (token or own or may_ask) and _is_terminal())


def argocd_tokens(files: Sequence[str], environments: Collection[str]) -> Tokens:
    """Return the tokens for Argo CD: of files that are named, or ARGOCD_AUTH_TOKEN.

    Args:
        files: `FILE`, or `ENV=FILE` for one environment alone.
        environments: those that there are.

    Raises:
        UsageError: when a file can't be read, an environment is unknown, or a variable names no server.
    """
    from efdgen.verbs.audit.tokens import Tokens

    common, own = _named(files, environments)
    server = _address("ARGOCD_SERVER")
    return Tokens(common or _variable("ARGOCD_AUTH_TOKEN"), own, server, "ARGOCD_SERVER", "--argocd-token-file")


def contexts(given: Sequence[str], environments: Collection[str]) -> Contexts:
    """Return the contexts of kubectl: `CONTEXT`, or `ENV=CONTEXT` for one environment alone.

    Raises:
        UsageError: when an environment is unknown, or several contexts are for all.
    """
    from efdgen.errors import UsageError
    from efdgen.language import suggest
    from efdgen.verbs.audit.tokens import Contexts

    common, own = "", {}
    for each in given:
        name, mark, context = each.partition("=")
        if not mark and common:
            raise UsageError(f"--kube-context {each}: {common} is for all already; ENV={each} is for one environment")
        if not mark:
            common = each
        elif name not in environments:
            raise UsageError(suggest.unknown("environment", name, environments))
        elif not context:
            raise UsageError(f"--kube-context {each}: it names no context")
        else:
            own[name] = context
    return Contexts(common, own)


def _named(files: Sequence[str], environments: Collection[str]) -> tuple[str, dict[str, str]]:
    from efdgen.errors import UsageError
    from efdgen.language import suggest

    common, own = "", {}
    for given in files:
        name, mark, file = given.partition("=")
        if not mark or "/" in name:
            common = _read(Path(given))
        elif name not in environments:
            raise UsageError(suggest.unknown("environment", name, environments))
        elif not file:
            raise UsageError(f"{given} names no file with a token: {name}=FILE")
        else:
            own[name] = _read(Path(file))
    return common, own


def _vault_token(*, may_ask: bool) -> str:
    given = _variable("VAULT_TOKEN")
    if given:
        return given
    try:
        there = Path.home() / ".vault-token"
        if there.is_file():
            return _read(there)
    except (OSError, RuntimeError):
        pass
    if not (may_ask and _is_terminal()):
        return ""
    asked = "Token for Vault (it is not shown; nothing: none)"
    typed = str(click.prompt(asked, default="", show_default=False, hide_input=True, err=True)).strip()
    return _checked(typed, "what was typed") if typed else ""


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _address(name: str) -> str:
    """Return the server that a variable names, or that it names none: a token must not go anywhere by mistake."""
    from efdgen.errors import UsageError
    from efdgen.verbs.audit.answers import AskError
    from efdgen.verbs.audit.asking.reach import server_of

    given = os.environ.get(name, "").strip()
    try:
        host, _ = server_of(given if "://" in given else f"https://{given}")
    except AskError:
        host = ""
    if given and (not host or not given.isprintable() or " " in given):
        # It may hold a password.
        raise UsageError(f"{name} is not the address of a server, such as https://vault.example.org:8200")
    return given


def _variable(name: str) -> str:
    given = os.environ.get(name, "").strip()
    return _checked(given, name) if given else ""


def _read(file: Path) -> str:
    from efdgen.errors import UsageError

    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST)
    except OSError as error:
        raise UsageError(f"can't read {file}: {error.strerror}") from None
    # What is in it must not be in a message, even where it is no text.
    return _checked(content.decode("ascii", errors="replace").strip(), str(file))


def _checked(text: str, where: str) -> str:
    from efdgen.errors import UsageError

    is_long = len(text) >= _MOST
    if not text or is_long or not text.isascii() or not text.isprintable() or " " in text:
        raise UsageError(f"{where} does not hold a token: one word in one line")
    return text
