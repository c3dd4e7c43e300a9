"""What looks like a secret in a text, and texts without it: a message must not repeat what should be nowhere.

must be a URL, not 'https://me:hunter2@host.example.org/x'  ->  must be a URL, not 'https://***@host.example.org/x'
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from efdgen.language.late import late
from efdgen.language.tuples import NamedTuple

HIDDEN = "***"
"""What stands in the place of a secret."""

WORDS = (
    r"(?:pass(?:word|wd|phrase)|(?:auth|access|bearer|api|refresh|vault)?[_-]?token|api[_-]?key|private[_-]?key"
    r"|access[_-]?key(?:[_-]?id)?|(?:client|shared|cookie|token)[_-]?secret|credentials?)"
)
"""The names of secrets, as a pattern."""
_FIRST = "(?=[-_abcprstv])"
"""How each of them begins: this is looked at before all that could follow it, as most text has nothing like it."""

_SECRET_KEY = re.compile(
    rf"(?:.*[^a-z])?{WORDS}\Z|.*(?:Password|Token|ApiKey|PrivateKey|ClientSecret)\Z", re.IGNORECASE
)
_ASSIGNMENT = re.compile(
    rf"(?:^|[^a-zA-Z]){_FIRST}({WORDS})[\"']?\s*[=:]\s*(?P<quote>[\"'])(?P<value>(?:[^\"'\n<]|<(?!%)|<%(?:(?!%>).)*%>)+)(?P=quote)",
    re.IGNORECASE,
)
_MATERIAL = re.compile(
    # Most text has nothing like it: the first letter is looked at before all that could follow it.
    r"(?=[-Abeghsx])(?:-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|gh[pousr]_[A-Za-z0-9]{36,}\b|github_pat_[A-Za-z0-9_]{22,}\b|glpat-[A-Za-z0-9_-]{20,}\b"
    r"|hv[sb]\.[A-Za-z0-9_-]{24,}|[sb]\.[A-Za-z0-9]{24}\b"
    r"|xox[abprs]-[A-Za-z0-9-]{10,}"
    r"|eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*))"
)
_IN_URL = re.compile(r"[a-z]://[^/\s:@]+:(?P<value>[^@\s/]+)@")

_SWITCH = late(r"(?:yes|no|true|false|on|off|none|null|[0-9])\Z", re.IGNORECASE)
"""What is said of a password rather than being one: `allowEmptyPassword: "yes"`, `rotateToken: 0`."""

SHORTEST = 10
"""Characters: nothing that has no more is key material."""

_WORD = re.compile(r"[^\W_]")
_ELSEWHERE = ("$", "/", "{{", "file:", "http://", "https://", "secret/")


class Secret(NamedTuple):
    """What looks like a secret in a text: where it begins, and what it is."""

    start: int
    what: str


@functools.lru_cache(maxsize=8192)
def is_of_secret(key: str) -> bool:
    """Say whether a key is one that secrets stand under; the same few stand everywhere."""
    return _has_clue(key.casefold()) and _SECRET_KEY.match(key) is not None


@functools.lru_cache(maxsize=8192)
def is_suspect(key: str) -> bool:
    """Say whether a key is one that secrets stand under, or looks like a secret itself: most keys are neither."""
    return is_of_secret(key) or (len(key) > SHORTEST and any(in_text(key)))


def is_no_secret(value: str) -> bool:
    """Say whether a value is empty, a switch, or only says where the secret is: a variable, a path, an expression."""
    return literal_at(value) is None


def literal_at(value: str) -> int | None:
    """Return where in a value something begins that may be a secret itself; None: nothing is.

    Around an expression, and among what it can yield, a piece without a letter or a digit is none: `<% a %>:<% b %>`.
    """
    if _says_where(value):
        return None
    if "<%" not in value:
        return 0
    from efdgen.language import constants

    pieces = constants.said(value)
    found = [offset for offset, piece in pieces if _WORD.search(piece) and not _says_where(piece)]
    return min(found, default=None)


def _says_where(value: str) -> bool:
    return value == "" or value.startswith(_ELSEWHERE) or _SWITCH.match(value) is not None


def in_text(text: str) -> Iterator[Secret]:
    """Yield what looks like a secret by itself, in a URL, or behind a name in the text."""
    # Most text has nothing that a URL or an assignment could be: look for these only where it has.
    material = _MATERIAL.search(text)
    while material:
        yield Secret(material.start(), "this looks like key material or a token")
        material = _MATERIAL.search(text, material.end())
    for in_url in _IN_URL.finditer(text) if "://" in text else ():
        if not is_no_secret(in_url["value"]):
            yield Secret(in_url.start("value"), "the URL holds a password")
    for match in _ASSIGNMENT.finditer(text) if _may_assign(text) else ():
        at = literal_at(match["value"])
        if at is not None:
            yield Secret(match.start("value") + at, f"the value of {match[1]!r} looks like a secret")


def suspect_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text that could hold what looks like a secret, each with its number, from 1: few do.

    All lines are suspect in a text with key material; else those that have a clue, or a URL with a login.
    """
    has_material = _MATERIAL.search(text) is not None
    lines = zip(text.splitlines(), text.casefold().splitlines(), strict=True)
    for number, (line, small) in enumerate(lines, 1):
        if _has_clue(small) or has_material or ("@" in line and "://" in line):
            yield number, line


def _has_clue(small: str) -> bool:
    """Say whether a text in small letters (`casefold`) holds a part of the name of a secret: each of `WORDS` does."""
    return "key" in small or "secret" in small or "pass" in small or "token" in small or "credent" in small


def _may_assign(text: str) -> bool:
    return ("=" in text or ":" in text) and ('"' in text or "'" in text)


_Span = tuple[int, int]

# A text may have megabytes: nothing may look further from each of its characters than so far.
_SCHEME = r"[a-z][a-z0-9+.-]{0,20}://"
_DOUBLE, _SINGLE = r'(?:[^"\\]|\\.)*', r"(?:[^']|'')*"
_PLAIN, _PLAIN_IN_FLOW = r"(?:(?! #).)*", r"(?:(?! #)[^,}\]])*"
_QUOTED = rf"\"(?P<double>{_DOUBLE})|'(?P<single>{_SINGLE})"
_BEGIN = r"[^\s\"'#&*|>{\[,]"
_IS = r"(?:[\"']\s*:\s*|\s*:\s+|\s*:(?=[\"'])|\s*=\s*)"
"""What is between a key and its value: a colon alone is a part of the text, as it is before an image's tag."""


_KEY = r"[\w.-]+|\"[^\"\n]*\"|'[^'\n]*'"
_MOST_ABOVE = 100
"""Lines of a value that are gone up to find its key."""


class _Patterns(NamedTuple):
    """What is looked for in messages and lines; most runs have none, and never compile these.

    Attributes:
        material: key material, as far as it goes.
        logins: a password, or a login, in a URL.
        parameter: a secret among the parameters of a URL.
        entries: a name of a secret and its value, in a line of a file: quoted, or as far as it may go.
        awkward: behind a name of a secret, what could be a part of one in YAML that can't be read: all of the line.
        expression: the texts in an expression.
        key: the key of a line.
        rest: by the quote before it, a text as far as its end.
    """

    material: re.Pattern[str]
    logins: Sequence[re.Pattern[str]]
    parameter: re.Pattern[str]
    entries: Sequence[re.Pattern[str]]
    awkward: re.Pattern[str]
    expression: re.Pattern[str]
    key: re.Pattern[str]
    rest: Mapping[str, re.Pattern[str]]


@functools.cache
def _patterns() -> _Patterns:
    return _Patterns(
        re.compile(rf"-----BEGIN [A-Z ]*PRIVATE KEY[^'\"]*|{_MATERIAL.pattern}"),
        (
            # The password may hold what a URL can't: all up to the last @ is taken for it, where no port stands.
            late(rf"{_SCHEME}(?P<value>[^\s'\"/@:]{{0,500}}:(?!\d{{1,5}}(?:[/\s'\"]|\Z))\S{{0,500}})@", re.IGNORECASE),
            # Behind ssh:// a name alone is no secret; elsewhere it may be a token.
            late(rf"(?!ssh:|git\+ssh:)\b{_SCHEME}(?P<value>[^\s'\"/@]+)@", re.IGNORECASE),
            # Without a scheme; an image with a tag and a digest is none.
            late(r"(?<![\w/.+-])(?!mailto:)[\w.+-]+:(?P<value>[^\s'\"/@:]+)@(?!sha\d)", re.ASCII),
        ),
        late(rf"{_FIRST}{WORDS}=(?P<value>[^\s'\"&;,]+)", re.IGNORECASE),
        (
            late(rf"\A\s*(?:- )?[\w.-]*{WORDS}\s*:\s*(?P<plain>{_BEGIN}{_PLAIN})", re.IGNORECASE),
            late(rf"{WORDS}{_IS}(?:{_QUOTED}|(?P<plain>{_BEGIN}{_PLAIN_IN_FLOW}))", re.IGNORECASE),
        ),
        late(rf"{WORDS}[\"']?\s*:\s+(?P<value>(?:[&*!\[{{]|[|>][-+0-9]*\s*[^\s#]|[\"'](?!.*[\"'])).*)", re.IGNORECASE),
        late(r"(?P<quote>[\"'])(?P<value>(?:(?!(?P=quote)).)*)(?P=quote)?"),
        late(rf"\s*(?:- +)*(?:\? )?(?P<key>{_KEY})\s*:(?:\s|\Z)"),
        {'"': late(_DOUBLE), "'": late(_SINGLE)},
    )


def masked(message: str) -> str:
    """Return a message without what looks like a secret in it."""
    return _replaced(message, _spans(message))


def continues_secret(line: str, above: Iterable[str]) -> bool:
    """Say whether a line goes on with the value of a secret's key, in YAML that may be wrong.

    Such a line has no key of its own, and the next key above it is one that secrets stand under.

    Args:
        line: the line.
        above: the lines before it, the nearest one first.
    """
    pattern = _patterns().key
    if not line.strip() or pattern.match(line):
        return False
    keys = (found["key"] for each in itertools.islice(above, _MOST_ABOVE) if (found := pattern.match(each)))
    return is_of_secret(next(keys, "").strip("\"'"))


def masked_line(line: str, column: int, secrets: Iterable[int] = ()) -> tuple[str, int]:
    """Return a line of a file without what looks like a secret in it, and where in it a column is then.

    Args:
        line: the line.
        column: the column that is shown, from 1.
        secrets: the columns, from 1, where secrets are known to begin.
    """
    seen = _seen(line)
    known = [start - 1 for start in secrets if not any(begin < start <= end for begin, end in seen)]
    spans = _merged([*seen, *((start, _end(line, start)) for start in known)])
    moved = column - 1
    for start, end in spans:
        if end <= column - 1:
            moved += len(HIDDEN) - (end - start)
        elif start < column - 1:
            moved -= column - 1 - start
    return _replaced(line, spans), moved + 1


@functools.lru_cache(maxsize=4)
def _seen(line: str) -> list[_Span]:
    """Return what looks like a secret in a line; a long one may be shown for each of the things that it holds."""
    return _merged([*_spans(line), *_entries(line)])


def _spans(text: str) -> list[_Span]:
    material, logins, parameter, *_ = _patterns()
    found = [match.span() for match in material.finditer(text)]
    patterns = (
        *(logins if "@" in text else ()),
        *((parameter,) if "=" in text else ()),
        *((_ASSIGNMENT,) if _may_assign(text) else ()),
    )
    for pattern in patterns:
        found += [match.span("value") for match in pattern.finditer(text) if not is_no_secret(match["value"])]
    return _merged(found)


def _entries(line: str) -> Iterator[_Span]:
    for match in (match for pattern in _patterns().entries for match in pattern.finditer(line)):
        group = match.lastgroup or "plain"
        value = match[group].rstrip()
        if value.startswith("<%"):
            start = match.start(group)
            texts = _patterns().expression.finditer(value)
            yield from ((start + text.start("value"), start + text.end("value")) for text in texts if text["value"])
            at = literal_at(value.rpartition("%>")[2])
            if at is not None:
                yield start + value.rindex("%>") + len("%>"), start + len(value)
        elif not is_no_secret(value):
            yield match.start(group), match.start(group) + len(value)
    for match in _patterns().awkward.finditer(line):
        if match["value"].split("#")[0].strip() not in ("[]", "{}"):
            yield match.span("value")


def _end(line: str, start: int) -> int:
    """Return where a secret ends that begins somewhere: at its quote, else with the line."""
    rest = _patterns().rest.get(line[start - 1 : start] if start else "")
    quoted = rest.match(line, start) if rest else None
    return quoted.end() if quoted else len(line)


def _merged(spans: Iterable[_Span]) -> list[_Span]:
    merged: list[_Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _replaced(text: str, spans: Iterable[_Span]) -> str:
    parts, done = [], 0
    for start, end in spans:
        parts += [text[done:start], HIDDEN]
        done = end
    return "".join((*parts, text[done:]))
