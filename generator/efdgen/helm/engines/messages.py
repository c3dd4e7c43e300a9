"""Helm's messages, down to what matters, and what to do about common ones."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from typing import Any

from efdgen.errors import Path
from efdgen.language import secrecy, yamlio
from efdgen.language.layers import leaves

_NOISE = re.compile(r"\A(?:(?:Error|render|helm): )+|\s*Use --debug flag to render out invalid YAML\s*\Z")
_STEP = re.compile(r'(?:template: )?(?P<place>[^\s:]+:\d+(?::\d+)?):? executing "[^"]*" at (?P<what><.*?>):? ')
"""One step on the way to a mistake: the template, and the expression in it."""

_CALL = re.compile(r"error calling (?:include|template|tpl): (?:template: )?")

_SCHEMA = re.compile(
    r"values don't meet the specifications of the schema\(s\) in the following chart\(s\): (\S+): (?!- )"
)
"""What Helm says of a schema that it can't read, too. A value that one refuses stands behind a dash."""

_UNREADABLE = "can't read the chart's own schema, "

_ADVICE = (
    (_UNREADABLE, "no value helps: pin another version of the chart, or ask its maintainers"),
    ("nil pointer evaluating", "a value on the way there is not set; set it in the spec or the app definition"),
    ("can't evaluate field", "a value on the way there is not a mapping; the chart expects one"),
    ("kubeVersion", "use a version of the chart that fits the cluster, or fix cluster.kubernetesVersion in the spec"),
    ("YAML parse error", "a value is not what the template expects: see that line of the template"),
    ("yields no YAML", "a value is not what the template expects: see that line of the template"),
    (
        "specifications of the schema",
        "the chart's own schema refuses a value; fix the spec or the app definition",
    ),
    ("no template ", "a helper is missing: the chart was packed without a chart that it depends on"),
    (" not defined", "the chart was written for another version of Helm"),
    ("unknown environment", "rendered/ is out of date; run: efdgen render"),
    ("missing in charts/", "run: efdgen charts fetch"),
    (".tgz in ", "it is so in the archive that is locked: pin another version, or ask the chart's maintainers"),
    ("error unpacking", "it is a chart in a folder of this repository: correct the file there"),
)


def shorten(message: str) -> str:
    """Return a message without what Helm says around it: one line, the innermost place first.

    What a chart itself says keeps Helm's form, `execution error at (file:line:column): ...`.
    """
    before = None
    while before != message:
        before, message = message, _NOISE.sub("", message)
    message = " ".join(message.split())
    message = _SCHEMA.sub(rf"{_UNREADABLE}values.schema.json of \1: ", message)
    steps = list(_STEP.finditer(message))
    if not steps or message.startswith("execution error at"):
        return message
    inner, outer = steps[-1], steps[0]
    reason = _CALL.sub("", message[inner.end() :])
    via = "" if inner is outer else f" (from {outer['place']})"
    return f"{inner['place']}: {inner['what']}: {reason}{via}"


def hidden(message: str, values: Iterable[bytes]) -> str:
    """Return a message without the secrets that stand in value files: `fail` of a template may say any of them.

    Args:
        message: the message.
        values: the value files, as they are; one that is no YAML has none.
    """
    secrets: set[str] = set()
    for content in values:
        with contextlib.suppress(ValueError):
            for document in yamlio.load_all(content.decode("utf-8-sig")):
                secrets.update(str(leaf) for path, leaf in leaves(document) if _is_secret(path, leaf))
    for secret in sorted(secrets, key=len, reverse=True):
        message = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", lambda _: secrecy.HIDDEN, message)
    return secrecy.masked(message)


def _is_secret(path: Path, leaf: Any) -> bool:
    names = [part for part in path if isinstance(part, str)][-1:]
    is_told = isinstance(leaf, str | int) and not isinstance(leaf, bool) and not secrecy.is_no_secret(str(leaf))
    return is_told and any(map(secrecy.is_of_secret, names))


def advice(message: str) -> str:
    """Return what to do about a message, or nothing when that follows from it or is not known."""
    return next((what for sign, what in _ADVICE if sign in message), "")
