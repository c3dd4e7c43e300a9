"""Specs of new environments, as texts: from nothing but answers, or after another spec."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from efdgen.environment.model import PublicHost
from efdgen.environment.secrets import Secret
from efdgen.errors import Path, Problem
from efdgen.explain.edits.copying import Copied
from efdgen.language import expressions
from efdgen.language.annotations import Place, found
from efdgen.language.layers import ABSENT, at
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import editing, parse, styles
from efdgen.repository.model import AppDefinition

_TITLES: Sequence[Path] = (("title",), ("place",))
"""How people call an environment."""

_PATTERN: Path = ("hostPattern",)
_OWN_NAME = re.compile(r"<%[^%]*\b(?:name|title|aliases)\b")
"""What differs from environment to environment, in an expression."""

_SCHEMA = "# yaml-language-server: $schema=../schemas/environment.schema.json\n"
"""What tells editors what a spec can say, where the repository has that schema for them."""


class Answers(NamedTuple):
    """What nobody can derive of a new environment; empty or None: nothing is said, so that what is below holds.

    Attributes:
        site: the site that it joins.
        title: its name as people write it.
        place: where it is, as it follows "at".
        kubernetes_version: the version of its cluster.
        storage_class: the storage class of its volumes.
        provides: what the cluster has from elsewhere.
    """

    site: str = ""
    title: str = ""
    place: str = ""
    kubernetes_version: str = ""
    storage_class: str = ""
    provides: tuple[str, ...] = ()

    def facts(self) -> dict[Path, Any]:
        """Return what is said, by its place in a spec."""
        said: dict[Path, Any] = {
            ("site",): self.site,
            ("title",): self.title,
            ("place",): self.place,
            ("cluster", "kubernetesVersion"): self.kubernetes_version,
            ("cluster", "storageClass"): self.storage_class,
            ("cluster", "provides"): list(self.provides),
        }
        return {path: value for path, value in said.items() if value}


class Drafted(NamedTuple):
    """A new environment, before its spec is written.

    Attributes:
        file: its spec.
        text: what that says.
        hosts: what has to be in the DNS.
        secrets: what has to be in Vault.
        left_out: apps that most environments have, and this one has not.
        copied: what it has from the one that it is like, for people to read; None: it is like none.
        is_in_no_stage: whether others have stages, and it has none.
        warnings: what is odd about it.
    """

    file: str
    text: str
    hosts: tuple[PublicHost, ...]
    secrets: tuple[Secret, ...]
    left_out: tuple[str, ...]
    copied: Copied | None
    is_in_no_stage: bool
    warnings: tuple[Problem, ...]


def needed(apps: Iterable[str], definitions: Mapping[str, AppDefinition], provided: Collection[str]) -> list[str]:
    """Return apps with all that they require and the cluster does not have, what others require before these."""
    order: dict[str, None] = {}

    def add(app: str) -> None:
        for required in definitions[app].requires if app in definitions else ():
            if required not in provided and required not in order:
                add(required)
        order.setdefault(app)

    for app in apps:
        if app not in provided:
            add(app)
    return list(order)


def fresh(name: str, answers: Answers, apps: Sequence[str], *, has_schema: bool) -> str:
    """Return the spec of an environment that is like no other.

    Args:
        name: its name.
        answers: what is known of it.
        apps: the apps that it lists.
        has_schema: whether the repository has a schema of specs for editors.
    """
    how = styles.Habits()
    cluster = {str(path[1]): value for path, value in answers.facts().items() if path[0] == "cluster"}
    facts = {str(path[0]): value for path, value in answers.facts().items() if path[0] != "cluster"}
    lines = [f"{_SCHEMA if has_schema else ''}# Hosts, URLs and Vault paths follow from the name."]
    lines += styles.entry("name", name, 0, how)
    lines += [line for key, value in facts.items() for line in styles.entry(key, value, 0, how)]
    if cluster:
        lines += ["# What the cluster is, and has from elsewhere.", *styles.entry("cluster", cluster, 0, how)]
    lines += ["", "# What is deployed; {}: with the values of the site, of the defaults and of the app's definition."]
    lines += styles.entry("apps", {app: {} for app in apps}, 0, how)
    return "\n".join([*lines, ""])


def like(text: str, name: str, answers: Answers, own: Iterable[Place]) -> str:
    """Return the spec of an environment that is like another one.

    What belongs to the other one alone is left out, unless an expression makes it follow from the name.

    Args:
        text: the other's spec.
        name: the new one's name.
        answers: what is different.
        own: where facts belong to one environment.

    Raises:
        EditError: when an alias or anchor is in the way.
    """
    data = parse(text, "").data
    theirs = {path[:2] for place in own for path, value in found(data, place) if not _follows(value)}
    pattern = at(data, _PATTERN)
    if isinstance(pattern, str) and not _OWN_NAME.search(pattern):
        theirs.add(_PATTERN)  # both would claim the same hosts
    theirs |= {path for path in _TITLES if at(data, path) is not ABSENT and not _follows(at(data, path))}
    facts = answers.facts()
    text = editing.put(text, ("name",), name)
    for path in sorted({_top(path) for path in theirs} - facts.keys(), key=str):
        text = editing.remove(text, path)
    if at(parse(text, "").data, ("links", name)) is not ABSENT:
        text = editing.remove(text, ("links", name))
    for path, value in facts.items():
        text = editing.put(text, path, value, last=("accept", "apps"))
    return text


def _top(path: Path) -> Path:
    """Return what goes with a part of a list: the list."""
    return path[:1] if len(path) > 1 and isinstance(path[1], int) else path


def _follows(value: Any) -> bool:
    return isinstance(value, str) and expressions.has_expression(value)
