"""The kinds of place that a value can stand in: they decide how it is quoted."""

from __future__ import annotations

import enum


class Place(enum.Enum):
    """Where a value stands.

    Attributes:
        PROSE: in the middle of a line of Markdown.
        PROSE_LINE: at the beginning of such a line.
        CELL: in a table's row.
        LINK_TEXT: in prose, between brackets, which may be those of a link.
        CELL_LINK_TEXT: the same, in a table's row.
        CODE: between backticks.
        CELL_CODE: between backticks, in a table's row.
        CODE_BEGIN: right behind the first of the backticks.
        CELL_CODE_BEGIN: the same, in a table's row.
        ADDRESS: in `<https://...>` or `[text](/...)`.
        ADDRESS_WHOLE: right behind `<`: nothing but an address with a scheme makes no HTML there.
        ADDRESS_BEGIN: right behind `[text](`.
        ADDRESS_PATH: behind what could become the scheme of such an address.
        NAME: in a heading's name, `{#...}`.
        SHELL_WORD: a word of a command, on its own; a list is as many words.
        SHELL_ARGUMENT: the same where it could be an option: it can't begin with a dash.
        SHELL_PART: a part of a word of a command.
        SHELL_COMMAND: the first word of a command: in quotes it is no keyword and no assignment.
        SHELL_SINGLE: between single quotes.
        SHELL_DOUBLE: between double quotes.
        SHELL_SINGLE_FIRST: at the beginning of a quoted word that could be an option.
        SHELL_DOUBLE_FIRST: the same, between double quotes.
        SHELL_PLAIN: where the shell's quotes do not work: only plain words can stand there.
        SHELL_NUMBER: where the shell would evaluate it, as arithmetic.
        SHELL_NAME: where the shell expects a variable's name, and would evaluate an array's index.
        SHELL_COMMENT: behind a `#`.
        HERE_DOCUMENT: in a here-document that the shell does not expand.
        DATA: a value of JSON, YAML or the like.
        DATA_TEXT: between double quotes, in such data.
        VERBATIM: in a fence of any other language.
    """

    PROSE = enum.auto()
    PROSE_LINE = enum.auto()
    CELL = enum.auto()
    LINK_TEXT = enum.auto()
    CELL_LINK_TEXT = enum.auto()
    CODE = enum.auto()
    CELL_CODE = enum.auto()
    CODE_BEGIN = enum.auto()
    CELL_CODE_BEGIN = enum.auto()
    ADDRESS = enum.auto()
    ADDRESS_WHOLE = enum.auto()
    ADDRESS_BEGIN = enum.auto()
    ADDRESS_PATH = enum.auto()
    NAME = enum.auto()
    SHELL_WORD = enum.auto()
    SHELL_ARGUMENT = enum.auto()
    SHELL_PART = enum.auto()
    SHELL_COMMAND = enum.auto()
    SHELL_SINGLE = enum.auto()
    SHELL_DOUBLE = enum.auto()
    SHELL_SINGLE_FIRST = enum.auto()
    SHELL_DOUBLE_FIRST = enum.auto()
    SHELL_PLAIN = enum.auto()
    SHELL_NUMBER = enum.auto()
    SHELL_NAME = enum.auto()
    SHELL_COMMENT = enum.auto()
    HERE_DOCUMENT = enum.auto()
    DATA = enum.auto()
    DATA_TEXT = enum.auto()
    VERBATIM = enum.auto()

    # There is one object of each, and enum's own way to hash it is slow.
    __hash__ = object.__hash__


VALUE = "\0"
"""What stands for a value in the text of a line that is followed: no text holds it."""
