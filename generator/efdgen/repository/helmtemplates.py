r"""Whether a Helm template is YAML, as far as can be said before Helm reads it.

What Helm fills in is one word, and a line that holds nothing else is none:

    # {{- range .Values.secrets }}       # xxxxxxxxxxxxxxxxxxxxxxxxxxxx
      {{- include "labels" . }}     ->
      name: "{{ .name }}"                  name: "xxxxxxxxxxx"
\t  kind: Secret                        \t  kind: Secret                     a tab: E103
a: 1
a: yes                                  a key twice: E105, a word that is read in two ways: E109
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from efdgen.errors import Location, Problem
from efdgen.language import yamlio
from efdgen.language.late import late
from efdgen.language.texttemplate import TextFile

_FILLED_IN = re.compile(r"""\{\{(?:"(?:\\.|[^"\\\n])*"|`[^`]*`|(?!\}\})[^"`])*\}\}|<%.*?%>""", re.DOTALL)
_ALONE = re.compile(r"^[ \t]*x{4,}[ \t]*$", re.MULTILINE)
_FILLED_WORD = "x" * 4
_NOT_WORD = re.compile(r"[^\n]")


@functools.lru_cache(maxsize=512)
def problem(file: TextFile) -> Problem | None:
    """Return what keeps a Helm template from being YAML; None: nothing, or it is a file that holds none.

    Args:
        file: a file of a chart's `templates/`.
    """
    if not file.source.endswith((".yaml", ".yml")):
        return None
    text = _FILLED_IN.sub(lambda found: _NOT_WORD.sub("x", found[0]), file.text)
    text = _ALONE.sub("", text)
    return (
        yamlio.syntax_problem(text, file.source) or _unreadable(text, file.source) or next(_surprises(text, file), None)
    )


_CONTROL = late(r"\{\{-?\s*(?:if|else|end|with|range|define|block)\b")


def _surprises(text: str, file: TextFile) -> Iterator[Problem]:
    """Yield what Helm takes and nobody expects: keys that stand twice, and scalars that are read in two ways.

    A key can stand in several branches, so one that has a control line before it stands twice for all that is known.
    """
    for found in yamlio.surprises(text, file.source):
        if found.first is None:
            yield found.problem
        elif found.key is None or _FILLED_WORD not in found.key:
            between = "\n".join(file.text.split("\n")[found.first - 1 : found.problem.location.line])
            if not _CONTROL.search(between):
                yield found.problem


def _unreadable(text: str, file: str) -> Problem | None:
    """Return what keeps Helm from reading a template that is YAML; None: nothing, as far as can be said."""
    try:
        yamlio.load_all(text)
    except yamlio.YamlError as error:
        # What Helm fills in may be what the place needs.
        if _FILLED_WORD in text.split("\n")[error.line - 1]:
            return None
        return Problem("E103", f"Helm can't read it: {error.what}", Location(file, error.line, error.column))
    return None
