"""Go's encoding/csv, as Argo CD's RBAC reads a line with it: https://pkg.go.dev/encoding/csv.

Comma-separated, `TrimLeadingSpace` set, `LazyQuotes` not set.
"""

from __future__ import annotations

_OTHER_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
SPACES = _OTHER_SPACES + "".join(map(chr, range(0x2000, 0x200B)))
"""What Go's unicode.IsSpace holds for."""


class CsvError(ValueError):
    """What Go's reader refuses: a bare quote, or text after a quoted field."""


def read_line(line: str) -> list[str]:
    """Return the fields of one line, blanks around the line trimmed first as casbin does.

    Raises:
        CsvError: where Go's reader returns an error.
    """
    rest = line.strip(SPACES)
    fields = []
    while True:
        rest = rest.lstrip(SPACES)
        field, rest, more = _quoted(rest[1:]) if rest.startswith('"') else _bare(rest)
        fields.append(field)
        if not more:
            return fields


def _bare(rest: str) -> tuple[str, str, bool]:
    field, comma, rest = rest.partition(",")
    if '"' in field:
        raise CsvError('bare " in a field without quotes')
    return field, rest, bool(comma)


def _quoted(rest: str) -> tuple[str, str, bool]:
    field = ""
    while True:
        text, quote, rest = rest.partition('"')
        if not quote:
            raise CsvError("a quoted field does not end")
        field += text
        if rest.startswith('"'):
            field += '"'
            rest = rest[1:]
        elif not rest or rest.startswith(","):
            return field, rest[1:], bool(rest)
        else:
            raise CsvError('extraneous " in a field')
