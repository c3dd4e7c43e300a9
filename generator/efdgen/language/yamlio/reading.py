"""Reads YAML, and remembers where everything stands."""

from __future__ import annotations

import codecs
import functools
import re
from typing import TYPE_CHECKING, Any

import yaml

from efdgen.errors import InvalidInputError, Location, Problem, UsageError
from efdgen.language import visible
from efdgen.language.late import late
from efdgen.language.yamlio import lineends, quickly
from efdgen.language.yamlio.building import Builder, Marks
from efdgen.language.yamlio.document import Document, Places

if TYPE_CHECKING:
    from efdgen.language.yamlio.slips import Slip

MAX_BYTES = 5_000_000
"""Size that a document may have; real ones have kilobytes."""

if not yaml.__with_libyaml__:  # pragma: no cover - every wheel has it
    # PyYAML's own Python parser and emitter differ from libyaml in small things; what is written must not.
    raise UsageError("PyYAML was built without libyaml: install it from a wheel (pip install --force-reinstall pyyaml)")


_CONFLICT = late(r"(?:^|(?<=[\r\n]))<{7}(?: [^\r\n]*)?(?=[\r\n]|\Z)")
"""How a conflict begins: https://git-scm.com/docs/git-merge#_how_conflicts_are_presented."""

_SIDES = late(r"[\r\n]={7}[\r\n]")
"""What stands between its two sides."""


_MISSING = late(r"did not find expected (',' or '[]}]')")
"""What libyaml says inside of brackets."""


def parse(text: str, file: str, *, is_located: bool = True) -> Document:
    """Parse one YAML document.

    Args:
        text: the document.
        file: its name, for locations.
        is_located: whether somebody will ask where something stands in it. Else that is found out when somebody does:
            who seldom asks has the data in half the time.

    Raises:
        InvalidInputError: with every problem of the document, located.
    """
    is_ascii = text.isascii()
    if not is_ascii:
        problem = character_problem(text, file)
        if problem is not None:
            raise InvalidInputError([problem])
    data = quickly.UNUSUAL if is_located else quickly.data(text)
    marks = None
    if data is quickly.UNUSUAL or _is_surprising(text, file):
        data, marks = _read(text, file)
    places = Places(lambda: _read(text, file)[1], marks, text)
    return Document(file, data, places, "inherited" in text, is_ascii and "\\" not in text)


def _is_surprising(text: str, file: str) -> bool:
    """Say whether something is wrong with a text that only its characters show."""
    if _tight_comment(text, file):
        return True
    if text.isascii():
        return False
    from efdgen.language.yamlio import oddblanks

    return any(oddblanks.in_plain(text, file))


def _read(text: str, file: str) -> tuple[Any, Marks]:
    """Return the data of a document, and where its parts stand.

    Raises:
        InvalidInputError: as `parse`.
    """
    builder = Builder(file)
    try:
        # As yaml.parse does, without asking before each event whether there is another.
        builder.consume(iter(yaml.CSafeLoader(text).get_event, None))
    except yaml.MarkedYAMLError as error:
        from efdgen.language.yamlio.nesting import before_refused_nesting

        before = before_refused_nesting(error, text)
        if before is not None:
            return _read(before, file)
        builder.problems.append(
            conflict_problem(text, file)
            or _odd_blank(error, text, file)
            or _long_key(builder, error, text)
            or builder.unclosed_quote(error.problem_mark)
            or _syntax_problem(error, text, file, builder.innermost())
        )
    except yaml.reader.ReaderError:
        found = character_problem(text, file)
        builder.problems.append(found or Problem("E102", "a character is not allowed in YAML", Location(file)))
    if not builder.problems and (tight := _tight_comment(text, file)):
        builder.problems.append(tight)
    builder.problems += _items_that_go_on(builder, text)
    if not text.isascii():
        from efdgen.language.yamlio import oddblanks

        found_blanks = oddblanks.in_plain(text, file)
        builder.problems = oddblanks.without_follow_ups(dict.fromkeys([*builder.problems, *found_blanks]))
    if builder.problems:
        raise InvalidInputError(builder.problems)
    return builder.root, builder.root_marks


def conflict_problem(text: str, file: str) -> Problem | None:
    """Return a problem with the first merge conflict that Git left in a text, whatever it is in."""
    if "<<<<<<<" not in text:  # nearly all
        return None
    found = _CONFLICT.search(text)
    if found is None or not _SIDES.search(text, found.end()):
        return None
    where = _place(text[: found.start()], file)
    return Problem("E103", "Git left a merge conflict here", where, hint="resolve it, then git add")


def conflict_part(where: Location) -> Problem:
    """Return the problem of a marker that is left of a merge conflict, without the others."""
    hint = "resolve the rest, take this line out, then git add"
    return Problem("E103", "Git left a part of a merge conflict here", where, hint=hint)


def syntax_problem(text: str, file: str) -> Problem | None:
    """Return what keeps a text from being YAML documents to Helm, whatever they mean; None: nothing does."""
    try:
        for event in iter(yaml.CSafeLoader(text).get_event, None):
            found = _only_others_read(event, text, file)
            if found is not None:
                return found
    except yaml.MarkedYAMLError as error:
        return conflict_problem(text, file) or _odd_blank(error, text, file) or _syntax_problem(error, text, file, None)
    except yaml.reader.ReaderError:
        return character_problem(text, file)
    return None


_SLASH = late(r"\"(?:[^\\]|\\[^/])*?\\(?=/)")
"""A text in double quotes, as far as the first slash that is escaped."""


def _items_that_go_on(builder: Builder, text: str) -> list[Problem]:
    """Return a problem with each item of a list that is text of the item above it."""
    if not builder.joined:
        return []
    from efdgen.language.yamlio.slips import items_that_go_on

    found = items_that_go_on(builder.joined, text)
    return [
        Problem("E103", each.message, Location(builder.file, each.line, each.column), hint=each.hint) for each in found
    ]


def _long_key(builder: Builder, error: yaml.MarkedYAMLError, text: str) -> Problem | None:
    """Return a problem with a key that can be none, because it is too long or goes over lines."""
    from efdgen.language.yamlio.slips import long_key

    found = long_key(error, text, builder.spanning)
    return _of_slip(found, builder.file) if found is not None else None


def _of_slip(found: Slip, file: str) -> Problem:
    where = Location(file, found.line, found.column)
    return Problem("E103", f"not valid YAML: {found.message}", where, hint=found.hint)


def _only_others_read(event: Any, text: str, file: str) -> Problem | None:
    """Return a problem with what libyaml reads and Go's parser, which is Helm's, does not."""
    mark, end_mark = event.start_mark, event.end_mark
    if type(event) is yaml.ScalarEvent and event.style == '"':
        begin, end = mark.index, end_mark.index
        slash = _SLASH.search(text, begin, end) if "\\/" in text[begin:end] else None
        if slash is None:
            return None
        message = "Helm's YAML parser does not know the escape \\/"
        return Problem("E103", message, _place(text[: slash.end() - 1], file), hint="write / without the backslash")
    if type(event) is yaml.DocumentStartEvent and event.version not in (None, (1, 1)):
        message = f"Helm's YAML parser does not read YAML {'.'.join(map(str, event.version))}"
        return Problem("E103", message, Location(file, mark.line + 1, mark.column + 1), hint="leave out the line %YAML")
    return None


_BEHIND = re.compile(r"#(?<=[\"'\]}|>+0-9-]#)")
"""What all that `_MAYBE_TIGHT` finds has, and is found sooner: it begins with one letter."""

_MAYBE_TIGHT = late(r"[\"'\]}]#|[|>][-+0-9]{0,2}#")
_BLOCK = late(r"[^#\n]*?[|>][-+0-9]{0,2}(?=#)")


def _tight_comment(text: str, file: str) -> Problem | None:
    """Return a problem with a comment right behind a value: `'a'#b`. Only libyaml and Go's parser read it.

    https://yaml.org/spec/1.2.2/#66-comments
    """
    if not (_BEHIND.search(text) and _MAYBE_TIGHT.search(text)):
        return None
    event: Any
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        begin, at = event.start_mark.index, event.end_mark.index
        if isinstance(event, yaml.ScalarEvent) and event.style in ("|", ">"):
            block = _BLOCK.match(text, begin)
            at = block.end() if block else len(text)
        elif not isinstance(event, yaml.ScalarEvent | yaml.CollectionEndEvent) or at == begin:
            continue
        if text.startswith("#", at):
            return Problem(
                "E103", "a comment needs a blank before it", _place(text[:at], file), hint="put a blank here"
            )
    return None


def decode(content: bytes, file: str) -> str:
    """Decode what was read from a file.

    Raises:
        InvalidInputError: when it is too big or not UTF-8.
    """
    if len(content) > MAX_BYTES:
        message = f"the file has {len(content):,} bytes; at most {MAX_BYTES:,} are read"
        raise InvalidInputError([Problem("E101", message, Location(file))])
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        message = f"the file is not UTF-8: byte 0x{content[error.start]:02x}"
        raise InvalidInputError([Problem("E102", message, _place(before, file), hint="save it as UTF-8")]) from None


def _place(before: str, file: str) -> Location:
    """Return the place that comes after a part of YAML."""
    return Location(file, *lineends.behind(before))


@functools.cache
def _refused_characters() -> re.Pattern[str]:
    # Each range is gone through to its end on compiling: the few that are refused, not the many that are allowed.
    return re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff\\ufeff\\ufffe\\uffff]")


def character_problem(text: str, file: str) -> Problem | None:
    """Return a problem with the first character that YAML does not allow, or that only YAML 1.1 takes for a line end.

    https://yaml.org/spec/1.2.2/#51-character-set
    """
    match = _refused_characters().search(text)
    if match is None:
        return None
    message = f"{visible.named(match.group())} is not allowed here"
    return Problem("E102", message, _place(text[: match.start()], file), hint="take it out")


def _odd_blank(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem | None:
    """Return a problem with a blank that is none to YAML, where that is why a text is not YAML."""
    if text.isascii():
        return None
    from efdgen.language.yamlio import oddblanks

    return oddblanks.behind(error, text, file)


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, file: str, innermost: Location | None) -> Problem:
    from efdgen.language.yamlio import plainwords
    from efdgen.language.yamlio.keyless import conflict_left

    left = conflict_left(error, text)
    if left is not None:
        return conflict_part(Location(file, left, 1))
    message = " ".join(part for part in (error.problem, error.context) if part)
    mark = error.problem_mark or error.context_mark
    if error.context_mark and any(what in message for what in ("unexpected end of stream", "simple key")):
        mark = error.context_mark  # where the quote or the key begins, not where the next thing surprised the parser
    location = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file)
    if mark and innermost is not None and mark.index >= len(text.rstrip()) and "flow" in message:
        # The bracket that is never closed.
        return Problem("E103", "not valid YAML: the bracket that begins here has no end", innermost, hint="close it")
    missing = _MISSING.match(error.problem or "")
    if missing and error.context_mark:
        bracket = error.context_mark
        if plainwords.open_bracket(lineends.LINE_END.split(text), bracket, error.problem_mark):
            where = Location(file, bracket.line + 1, bracket.column + 1)
            return Problem("E103", "not valid YAML: the bracket that begins here has no end", where, hint="close it")
        begin = f"the bracket of line {bracket.line + 1}"
        return Problem("E103", f"not valid YAML: {missing[1]} is missing before this, in {begin}", location)
    if "end of stream" in message and "quoted scalar" in message:
        return Problem(
            "E103", "not valid YAML: the quoted text that begins here has no end", location, hint="close the quote"
        )
    from efdgen.language.yamlio.slips import slip

    found = slip(error, text)
    if found is not None:
        return _of_slip(found, file)
    return Problem(
        "E103", f"not valid YAML: {message}", location, hint=_hint(text[mark.index : mark.index + 1] if mark else "")
    )


def _hint(character: str) -> str:
    """Return the hint for a character that the parser can't go on with."""
    if character == "\t":
        return "indent with spaces; YAML allows no tabs"
    return "put the text in quotes" if character and character in "%@`" else ""
