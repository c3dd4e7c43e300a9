"""What bash completes: it splits words at colons, and takes what it is given as it would be typed."""

from __future__ import annotations

import os
from typing import Any

from click.shell_completion import BashComplete, CompletionItem, split_arg_string


class Bash(BashComplete):
    """Click's completion of bash, for words with colons and blanks: `example:EFD ops`.

    `role:o` comes as `role`, `:`, `o`, and what is offered comes in the place of `o` alone.
    """

    _before = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one to complete, and that one, as they were before bash split them."""
        given = split_arg_string(os.environ["COMP_WORDS"])
        wanted = int(os.environ["COMP_CWORD"])
        words: list[str] = []
        is_open = False
        for word in [*given, ""][: wanted + 1]:
            is_colon = bool(word) and not word.strip(":")
            if words and (is_colon or is_open):
                words[-1] += word
            else:
                words.append(word)
            is_open = is_colon
        *before, last = words
        was_split = given[wanted : wanted + 1] != [last] and ":" in last
        self._before = last[: last.rindex(":") + 1] if was_split else ""
        return before[1:], last

    def format_completion(self, item: CompletionItem) -> str:
        """Return a word as it is typed behind the last colon; `read` takes one backslash of two away."""
        value: Any = str(item.value).removeprefix(self._before)
        return f"{item.type},{value.replace(' ', chr(92) * 2 + ' ')}"
