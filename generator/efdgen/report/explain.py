"""Explanations of values: for people, a block a value or a line a value; or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from efdgen.environment.hosts import ARGO_CD
from efdgen.environment.model import PublicHost
from efdgen.errors import Location, dotted
from efdgen.explain.says import CHART_DEFAULT, DERIVED, ExplainedHost, ExplainedSecret, Explanation, Say
from efdgen.language import visible
from efdgen.language.layers import ABSENT
from efdgen.report.text import Style, table

_LONGEST = 72
_INDENT = "  "


def blocks(explanations: Sequence[Explanation], style: Style) -> str:
    """Return each value with every layer that had a say, `*` before the one that wins, and what went into it."""
    return "\n\n".join("\n".join(_block(explanation, style)) for explanation in explanations)


def _block(explanation: Explanation, style: Style) -> Iterator[str]:
    title = f"{explanation.environment} {_name(explanation)}"
    value = explanation.value
    if isinstance(value, str) and "\n" in value:
        yield f"{style(title, bold=True)} ="
        yield from (f"{_INDENT * 3}{line}".rstrip() for line in value.splitlines())
    else:
        yield f"{style(title, bold=True)} = {_shown(value)}"
    yield from _reasons(explanation, _INDENT, explanation.environment, style)
    if explanation.switched_off:
        yield f"{_INDENT}  the chart inside that takes it is switched off: {explanation.switched_off} is false"


def _reasons(explanation: Explanation, indent: str, asked: str, style: Style) -> Iterator[str]:
    """Yield the layers of a value, then what its formula looks at, further in."""
    rows = [_row(say) for say in explanation.says]
    widths = [max(len(row[column]) for row in rows) for column in range(3)] if rows else []
    for say, row in zip(explanation.says, rows, strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        line = f"{indent}{'*' if say.wins else ' '} {'  '.join(cells)}".rstrip()
        yield style(line, bold=True) if say.wins else line
        if say.note:
            yield f"{indent}    ({say.note})"
    if not rows:
        yield f"{indent}  no file says so: a rule of efdgen's own"
    if explanation.formula and any(say.wins and say.layer == CHART_DEFAULT for say in explanation.says):
        yield f"{indent}  which yields nothing here: what the chart itself has stays"
    elif explanation.within:
        yield f"{indent}  of which this is {dotted(explanation.within)}"
    deeper = indent + _INDENT * 2
    below = [("from", explanation.copy_of)] if explanation.copy_of is not None else []
    below += [("with", put_in) for put_in in explanation.inputs]
    for word, used in below:
        whose = f"{used.environment} " if used.environment != asked else ""
        yield f"{deeper}{word} {whose}{_name(used)} = {_in_short(used.value)}"
        yield from _reasons(used, deeper + _INDENT, asked, style)


def _row(say: Say) -> tuple[str, str, str]:
    return say.layer, _written(say), str(say.location)


def _written(say: Say) -> str:
    """Return what a layer says, in a line: of a long text, the line with the expression."""
    written = say.written
    if say.layer == DERIVED:
        return str(written)
    if isinstance(written, str) and "<%" in written:
        line = next(line for line in written.splitlines() if "<%" in line).strip()
        return line if line == written else f"... {line} ..."
    return _in_short(written)


def _name(explanation: Explanation) -> str:
    path = dotted(explanation.path)
    if not explanation.app:
        return path
    return f"{explanation.app}{'' if path.startswith('[') else '.'}{path}" if path else explanation.app


def _shown(value: Any) -> str:
    return "(left out)" if value is ABSENT else json.dumps(value, ensure_ascii=False)


def _in_short(value: Any) -> str:
    """Return a value as far as it is shown: a layer may say one long list of each of very many items."""
    if value is ABSENT:
        return _shown(value)
    text = ""
    for piece in json.JSONEncoder(ensure_ascii=False).iterencode(value):
        text += piece
        if len(text) > _LONGEST:
            break
    return _short(text)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def lines(explanations: Sequence[Explanation], style: Style) -> str:
    """Return a line a value: its path, the value, the layer that wins and the place; `<%`: the formula there."""
    rows = [["value", "is", "says", "at", "as"]]
    rows += [[dotted(found.path), _in_short(found.value), *_source(found)] for found in explanations]
    return table(rows, style)


def _source(explanation: Explanation) -> tuple[str, str, str]:
    """Return the layer that wins, its place, and the formula that stands there."""
    say = explanation.winner
    if say is None:
        return "", "", ""
    return say.layer, str(say.location), _written(say) if explanation.formula else ""


def hosts(found: Sequence[ExplainedHost], style: Style) -> str:
    """Return public hosts as a table, with what each comes from."""
    rows = [["service", "host", "of", "kind", "says", "at", "as"]]
    rows += [[*_host(entry.host).values(), *_source(entry.explanation)] for entry in found]
    return table(rows, style)


def _host(host: PublicHost) -> dict[str, str]:
    return {**host._asdict(), "kind": "argocd" if host.kind == ARGO_CD else host.kind}


def secrets(found: Sequence[ExplainedSecret], style: Style) -> str:
    """Return Vault paths as a table, with the Secret that each becomes, and what each comes from."""
    rows = [["path", "keys", "secret", "says", "at", "as"]]
    rows += [
        [secret.path, " ".join(secret.keys), f"{secret.namespace}/{secret.name}", *_source(explanation)]
        for _, secret, explanation in found
    ]
    return table(rows, style)


def overview(
    facts: Sequence[Explanation], apps: Sequence[tuple[str, str, Location]], environment: str, style: Style
) -> str:
    """Return an environment's facts, a line a fact, then its apps with their charts and where they are listed."""
    rows = [["app", "chart", "listed at"], *([name, chart, str(location)] for name, chart, location in apps)]
    return f"{style(environment, bold=True)}\n\n{lines(facts, style)}\n\n{table(rows, style)}"


def as_json(found: Sequence[Explanation] | Sequence[ExplainedHost] | Sequence[ExplainedSecret]) -> str:
    """Return the same as JSON."""
    return visible.json(json.dumps([_plain(entry) for entry in found], indent=2, ensure_ascii=False))


def _plain(entry: Explanation | ExplainedHost | ExplainedSecret) -> dict[str, Any]:
    if isinstance(entry, Explanation):
        return _explanation(entry)
    what = _host(entry.host) if isinstance(entry, ExplainedHost) else {"app": entry.app, **entry.secret._asdict()}
    return {**what, "explanation": _explanation(entry.explanation)}


def _explanation(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON has it: what is absent is left out."""
    plain: dict[str, Any] = {
        "environment": explanation.environment,
        "app": explanation.app,
        "path": dotted(explanation.path),
        "value": explanation.value,
        "says": [_say(say) for say in explanation.says],
    }
    if explanation.formula:
        plain["formula"] = explanation.formula
        plain["within"] = dotted(explanation.within)
        plain["copyOf"] = _explanation(explanation.copy_of) if explanation.copy_of is not None else None
    if explanation.formula or explanation.inputs:
        plain["inputs"] = [_explanation(put_in) for put_in in explanation.inputs]
    if explanation.switched_off:
        plain["switchedOff"] = explanation.switched_off
    return _present(plain)


def _say(say: Say) -> dict[str, Any]:
    place = say.location
    return _present(
        {
            "layer": say.layer,
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "written": say.written,
            "value": say.value,
            "wins": say.wins,
            "note": say.note,
        }
    )


def _present(plain: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in plain.items() if value is not ABSENT}
