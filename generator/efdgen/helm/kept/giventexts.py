"""What `tpl` is given: whoever puts a text together can name any function, and reach all that templates are given.

So the text itself is looked at, by Helm, when it is there. In a copy of a chart,

    {{ tpl .Values.text . }}     is     {{ tpl (include "efdgen-given-to-tpl" .Values.text) . }}

That yields the same text. It fails where an action does more than name values, put templates in, or call a few
functions.
"""

from __future__ import annotations

import re

_FIELDS = (
    r"Values(?:\.\w+)*|Release\.(?:Name|Namespace|Service|Revision|IsInstall|IsUpgrade)"
    r"|Chart\.(?:Name|Version|AppVersion|Type|Description)|Template\.(?:Name|BasePath)"
    r"|Capabilities\.KubeVersion\.(?:Version|Major|Minor)"
)
SHOWN = frozenset(("Values", "Release", "Chart", "Template", "Capabilities"))
"""The fields that such a text may show."""

_FUNCTIONS = """
    and b64enc contains default else empty end eq hasPrefix hasSuffix if indent int kebabcase lower ne nindent not or
    quote replace required sha256sum squote ternary title toJson toString toYaml trim trimPrefix trimSuffix trunc upper
"""
_FORMAT = r'"(?:[^"\\%{}\n]|%[sqv])*"'
_TEXT = r'"[^"\\%{}\n]*"'
_TOKEN = "|".join(
    (
        r"[\s()|]",
        rf"\$?\.(?:{_FIELDS})\b",
        rf"\binclude\s+{_TEXT}\s+[.$]",
        _TEXT,
        rf"\bprintf\s+{_FORMAT}",
        r"\b\d+\b",
        rf"\b(?:{'|'.join(_FUNCTIONS.split())})\b",
    )
)
_HARMLESS = rf"\{{\{{-?(?:{_TOKEN})*-?\}}\}}"

NAME = "efdgen-given-to-tpl"
CHECKED = f'include "{NAME}"'
DEFINED = (
    f'{{{{ define "{NAME}" }}}}'
    '{{ if contains "{{" . }}'
    f'{{{{ if contains "{{{{" (regexReplaceAll `{_HARMLESS}` . " ") }}}}'
    '{{ fail "efdgen can\'t say what this text does" }}{{ end }}{{ end }}{{ . }}{{ end }}'
)
"""What checks a text, and yields it."""

_PARENTHESES_OR_TEXT = re.compile(
    r"""(?P<open>\()|(?P<close>\))|"(?:\\.|[^"\\\n])*"|`[^`]*`|'(?:\\.|[^'\\\n])*'|[^()"'`]""", re.DOTALL
)
_SIMPLE = re.compile(r"""\s+(?:(?P<open>\()|"(?:\\.|[^"\\\n])*"|`[^`]*`|[\w.$]+)""")
_ITS_FIELDS = re.compile(r"(?:\.\w+)*")


def operand(text: str, at: int) -> tuple[int, int] | None:
    """Return where the first operand of a function begins and ends; None: there is none to be seen.

    Args:
        text: a template.
        at: where the function's name ends.
    """
    found = _SIMPLE.match(text, at)
    if found is None:
        return None
    if not found["open"]:
        return at + len(found.group()) - len(found.group().lstrip()), found.end()
    start = end = found.end() - 1
    depth = 0
    while (piece := _PARENTHESES_OR_TEXT.match(text, end)) is not None:
        end = piece.end()
        depth += bool(piece["open"]) - bool(piece["close"])
        if depth == 0:
            fields = _ITS_FIELDS.match(text, end)
            return start, fields.end() if fields else end
    return None
