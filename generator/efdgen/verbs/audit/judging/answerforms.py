"""Whose an answer over HTTP is: that of the app, or of a login page, a maintenance page, another product before it.

Form(headers=(("X-Store-Version", "^(.+)$"),), version="1.8.5"), and an answer with `X-Store-Version: 1.8.3`
->  fault: "", version: "1.8.3", other_version: True
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from efdgen.environment.model import Form
from efdgen.language import patterns
from efdgen.language.shown import listed
from efdgen.verbs.audit import jsontext
from efdgen.verbs.audit.answers import Reply

_MOST_TEXT = 100_000
"""Characters of an answer that a pattern is held against."""

_MOST_SHOWN = 80
_TITLE = re.compile(r"<title[^<>]{0,100}>([^<]{1,200})<", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]")


def fault(form: Form, answer: Reply) -> str:
    """Return how an answer is not of the form that is declared; empty: it is."""
    if form.sends_to and not _begins(answer.location, form.sends_to):
        return f"does not send on to {form.sends_to}"
    for what, pattern, said in _declared(form, answer):
        if said is None:
            return f"has no {what}"
        if not patterns.fits(pattern, said):
            return f"has no {what} that matches {pattern}"
    return ""


def version(form: Form, answer: Reply) -> str:
    """Return the version that an answer says, the first that a pattern's group finds; empty: it says none."""
    for _, pattern, said in _declared(form, answer):
        compiled = patterns.compiled(pattern)
        if said is not None and compiled.groups and patterns.fits(pattern, said):
            found = compiled.search(said)
            if found is not None and found[1]:
                return found[1].strip()[:_MOST_SHOWN]
    return ""


def is_other_version(wanted: str, said: str) -> bool:
    """Say whether a version is another one than the one that must run.

    What is no version, such as `latest`, is not compared. What one of the two says more is none either: the image
    `1.8.5-alpine` runs 1.8.5, and `1.8` runs 1.8.5.
    """
    wanted, said = (re.sub("^[vV](?=[0-9])", "", each) for each in (wanted, said))
    if not _NUMBER.match(wanted) or not said:
        return False
    said_more = re.match(r"[-+.~]", said[len(wanted) :]) if said.startswith(wanted) else None
    wanted_more = re.match(r"[-+]", wanted[len(said) :]) if wanted.startswith(said) else None
    return wanted != said and not said_more and not wanted_more


def seen(answer: Reply) -> str:
    """Return what an answer looks like, for people: `text/html, with the title 'Sign in'`."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()[:_MOST_SHOWN]
    text = _text(answer)
    title = _TITLE.search(text[:_MOST_TEXT])
    if title and title[1].strip():
        return f"{kind or 'a page'}, with the title {' '.join(title[1].split())[:_MOST_SHOWN]!r}"
    said = data(answer)
    if isinstance(said, dict):
        keys = [f"{str(key)[:_MOST_SHOWN]}{' (null)' if said[key] is None else ''}" for key in said]
        return f"{kind or 'JSON'}, with {listed(keys)}" if keys else f"{kind or 'JSON'}, with nothing in it"
    return f"{kind}, {len(answer.body):,} bytes" if kind and answer.body else kind or f"{len(answer.body):,} bytes"


def _begins(location: str, beginning: str) -> bool:
    """Say whether an address begins as another one, and goes on below it: not `https://a.org.evil` for `https://a.org`."""
    rest = location[len(beginning) :]
    return location.startswith(beginning) and (not rest or beginning.endswith("/") or rest[0] in "/?#")


def _declared(form: Form, answer: Reply) -> Iterator[tuple[str, str, str | None]]:
    """Yield what must be there, its pattern, and what is there."""
    for name, pattern in form.headers:
        yield f"header {name}", pattern, answer.headers.get(name.lower())
    if form.fields:
        said = data(answer)
        for keys, pattern in form.fields:
            yield f"JSON with {keys}", pattern, _at(said, keys)
    if form.text:
        yield "text", form.text, _text(answer)


def _text(answer: Reply) -> str:
    return answer.body[:_MOST_TEXT].decode("utf-8", errors="replace")


def _at(data: Any, keys: str) -> str | None:
    """Return the scalar at keys with dots in between, as text; None: there is none."""
    for key in keys.split("."):
        if not isinstance(data, dict) or key not in data:
            return None
        data = data[key]
    if data is None or isinstance(data, dict | list):
        return None
    return data if isinstance(data, str) else json.dumps(data)


def data(answer: Reply) -> Any:
    """Return the data of an answer in JSON; None: it is none."""
    return jsontext.data(answer.body)
