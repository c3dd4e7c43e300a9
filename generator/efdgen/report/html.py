"""HTML pages: the only user of jinja2's templates. A page is one file: its styles and scripts stand in it.

Whatever a template is given is escaped. A page's Content-Security-Policy names the digests of its own styles and
scripts, so a browser runs and loads nothing else, should anything ever get past that.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from efdgen import __version__
from efdgen.language import visible
from efdgen.language.tuples import NamedTuple


class Asset(NamedTuple):
    """A style sheet or a script that stands in a page, and its digest as a Content-Security-Policy writes it."""

    text: str
    digest: str


BESIDE = " 'self' file:"
"""Where scripts may be that stand beside a page. What `self` is depends on the browser when a page is a file."""


def page(
    template: str, *shared: str, loads_beside: bool = False, inner_styles: Sequence[str] = (), **facts: Any
) -> str:
    """Return a page.

    Args:
        template: its name, without `.html.jinja`; its style sheet and script, if any, have the same name. It extends
            `base`, which brings the style sheet and the script that all pages share.
        *shared: names of further style sheets and scripts, which some pages share.
        loads_beside: whether it loads scripts from its own folder.
        inner_styles: the style sheets within its pictures.
        **facts: what the template uses.
    """
    styles = [asset(f"{name}.css") for name in ("base", *shared, template)]
    scripts = [asset(f"{name}.js") for name in ("base", *shared, template)]
    policy = (
        f"default-src 'none'; style-src {_sources([*styles, *map(_asset, inner_styles)])}; "
        f"script-src {_sources(scripts)}{BESIDE if loads_beside else ''}; "
        "base-uri 'none'; form-action 'none'"
    )
    given = {"policy": policy, "styles": styles, "scripts": scripts, "version": __version__}
    return _environment().get_template(f"{template}.html.jinja").render(**given, **facts)


_BEFORE_A_STEP = re.compile(r"(?<=[./])(?=[A-Za-z])|(?<=\w)(?=\[)", re.ASCII)


def breakable(text: str) -> str:
    """Return a text as HTML in which a line can end between the steps of a path, and nowhere in a version."""
    return "<wbr>".join(map(escape, _BEFORE_A_STEP.split(visible.lines(text))))


@functools.cache
def asset(name: str) -> Asset:
    """Return a style sheet or a script, to stand in a page; an empty one if there is none of that name."""
    environment = _environment()
    known = environment.list_templates(filter_func=lambda each: each == name)
    text = environment.loader.get_source(environment, name)[0] if known and environment.loader else ""
    # As a browser reads it: with plain line feeds, and all of it counts.
    text = text.replace("\r\n", "\n")
    return _asset(text)


def _asset(text: str) -> Asset:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Asset(text, f"sha256-{digest}")


def _sources(assets: list[Asset]) -> str:
    return " ".join(f"'{each.digest}'" for each in assets if each.text)


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("efdgen.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["visible"] = visible.lines
    environment.filters["thousands"] = "{:,}".format
    return environment
