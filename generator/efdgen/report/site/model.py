"""The nouns of the site: the fleet, its environments, and every value in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from efdgen.environment.model import Pin
from efdgen.review.semantic import Steps


class App(NamedTuple):
    """An app in an environment."""

    name: str
    chart: str
    version: str
    description: str
    namespace: str
    target_revision: str
    pins: tuple[Pin, ...]
    secrets: tuple[str, ...]


class Environment(NamedTuple):
    """An environment.

    Attributes:
        name: what its files are called.
        title: what people call it.
        site: the shared facts that it takes part in.
        place: where it is, for people.
        aliases: other names.
        kubernetes: the cluster's version.
        argocd: the address of its Argo CD.
        vault: Vault's address, and the path that its secrets are below.
        broker: Kafka as seen from outside; empty: not reachable.
        services: what can be reached from outside, each with its address; Argo CD and Kafka are not among them.
        apps: its apps, in their order.
        page: the page about it, as Markdown.
        picture: its apps as SVG; empty: none.
    """

    name: str
    title: str
    site: str
    place: str
    aliases: tuple[str, ...]
    kubernetes: str
    argocd: str
    vault: tuple[str, str]
    broker: str
    services: Mapping[str, str]
    apps: tuple[App, ...]
    page: str
    picture: str


class Row(NamedTuple):
    """One value, in all environments that have it.

    Attributes:
        group: the app, or `efd` for the parent chart; `<app>: <file>` for a file beside an app's values.
        path: where it stands in there. Items of lists are named alike in all environments.
        values: scalars, lists of such, and empty maps and lists, by environment.
        is_order: whether it is no value, but the order of a list's named items, which differs.
    """

    group: str
    path: Steps
    values: Mapping[str, Any]
    is_order: bool = False


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
