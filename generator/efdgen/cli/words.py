"""The words of a command line, before any verb takes them, and what completes them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def completions(words: Iterable[str]) -> list[CompletionItem]:
    """Return words as shells are told what completes one. Only then is the module imported that does it."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(word) for word in words]


def one_by_one(_ctx: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse names with commas between them, where several can be given: no name has one.

    Raises:
        BadParameter: naming them one by one.
    """
    for each in given:
        names = [name for name in each.split(",") if name]
        if len(names) > 1:
            option = f"{parameter.opts[0]} " if isinstance(parameter, click.Option) else ""
            raise click.BadParameter(f"name each by itself: {' '.join(f'{option}{name}' for name in names)}")
    return given


def refuse_undecodable(arguments: Mapping[str, Any]) -> None:
    """Refuse words that are not UTF-8: they can be neither looked up nor written. Names of files may be anything.

    Raises:
        UsageError: naming the first one.
    """
    from efdgen.errors import UsageError

    context = click.get_current_context(silent=True)
    named = {each.name: each for each in context.command.params} if context is not None else {}
    for name, value in arguments.items():
        if name in named and isinstance(named[name].type, click.Path):
            continue
        for word in value if isinstance(value, tuple) else (value,):
            if isinstance(word, str) and not word.isascii() and any("\ud800" <= each <= "\udfff" for each in word):
                raise UsageError(f"{os.fsencode(word).decode(errors='backslashreplace')} is not UTF-8: type it anew")
