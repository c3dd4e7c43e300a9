"""The nouns of the site: the fleet, its environments, and every value in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from efdgen.environment.model import ResolvedEnvironment
from efdgen.language.tuples import NamedTuple
from efdgen.report.site.audited import Audited
from efdgen.review.semantic import Steps


class Environment(NamedTuple):
    """An environment.

    Attributes:
        resolved: what it is.
        page: the page about it, as Markdown.
        picture: its apps as SVG; empty: none.
        audited: how it was when somebody looked; None: nobody did.
    """

    resolved: ResolvedEnvironment
    page: str
    picture: str
    audited: Audited | None = None

    @property
    def name(self) -> str:
        """Return what its files are called."""
        return self.resolved.facts.name


class Row(NamedTuple):
    """One value, in all environments that have it.

    Attributes:
        group: the app, or the parent chart; `<app>: <file>` for a file beside an app's values.
        path: where it stands in there. Items of lists are named alike in all environments.
        values: scalars, lists of such, and empty maps and lists, by environment.
        is_order: whether it is not a value but the order of a list's named items, which differs.
        is_number: whether it only numbers the items of a list, and so differs with each item more.
    """

    group: str
    path: Steps
    values: Mapping[str, Any]
    is_order: bool = False
    is_number: bool = False


class Fleet(NamedTuple):
    """All environments, and every value of every app in them, in the order of the values files.

    Attributes:
        environments: the environments.
        rows: the values.
        page: the page about all environments, as Markdown.
    """

    environments: tuple[Environment, ...]
    rows: tuple[Row, ...]
    page: str = ""

    @property
    def project(self) -> str:
        """Return the title of the project that the environments belong to; empty: it has none."""
        return next((each.resolved.project for each in self.environments), "")
