"""Where tokens come from: the places that the tools of Vault and Argo CD have them in. None is shown, or kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click


def vault_token(file: Path | None) -> str:
    """Return the token for Vault: of a file that is named, VAULT_TOKEN, ~/.vault-token, or what somebody types.

    Empty: there is none. It is asked for on a terminal only.

    Raises:
        UsageError: when a file can't be read.
    """
    if file is not None:
        return _read(file)
    given = os.environ.get("VAULT_TOKEN", "").strip()
    if given:
        return given
    try:
        there = Path.home() / ".vault-token"
        if there.is_file():
            return _read(there)
    except (OSError, RuntimeError):
        pass
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return ""
    asked = "Token for Vault (it is not shown; nothing: none)"
    return str(click.prompt(asked, default="", show_default=False, hide_input=True, err=True)).strip()


def argocd_token(file: Path | None) -> str:
    """Return the token for Argo CD: of a file that is named, or ARGOCD_AUTH_TOKEN; empty: there is none.

    Raises:
        UsageError: when a file can't be read.
    """
    return os.environ.get("ARGOCD_AUTH_TOKEN", "").strip() if file is None else _read(file)


def _read(file: Path) -> str:
    from efdgen.errors import UsageError

    try:
        # What is in it must not be in a message, even where it is no text.
        text = file.read_bytes().decode("ascii", errors="replace").strip()
    except OSError as error:
        raise UsageError(f"can't read {file}: {error.strerror}") from None
    if not text or not text.isprintable() or " " in text or "\N{REPLACEMENT CHARACTER}" in text:
        raise UsageError(f"{file} does not hold a token: one word in one line")
    return text
