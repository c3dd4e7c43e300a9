"""What an edit is about, as immutable values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.errors import Location, Path
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Document
from efdgen.repository.model import AppDefinition

DEFAULTS, DEFINITION = "defaults", "definition"
"""The layers that are no environment's and no site's, as people name them."""

SPEC = "spec"
"""What `explain` calls the layer of an environment."""


class Written(NamedTuple):
    """What people wrote, as far as edits are about it: sound or not.

    Attributes:
        specs: the specs, by the names of their environments.
        shared: the shared facts.
        apps: the app definitions without problems.
        facts: every fact that a spec can set, with an example of what stands there.
    """

    specs: Mapping[str, Document]
    shared: Document
    apps: Mapping[str, AppDefinition]
    facts: Mapping[str, Any]

    @property
    def sites(self) -> Mapping[str, Any]:
        """Return what each site says."""
        sites = self.shared.data.get("sites")
        return sites if isinstance(sites, dict) else {}


class Target(NamedTuple):
    """A place that an edit changes.

    Attributes:
        where: the layer, as people name it: an environment, a site, `defaults` or `definition`.
        layer: the layer, as `explain` names it.
        file: the file.
        path: the place in it.
        keep: how many parts of the path lead to what stays when nothing is left in it.
        app: the app that it is about; empty: a fact.
        setting: the place in what the layer says about the app, such as `("values", "image", "tag")`, or of the fact.
    """

    where: str
    layer: str
    file: str
    path: Path
    keep: int
    app: str
    setting: Path


class Hidden(NamedTuple):
    """A change that does nothing in an environment, because a more specific layer says something else.

    Attributes:
        environment: the environment.
        path: what is hidden, as the layer names it.
        layer: what hides it.
        location: where that says so.
        is_pin: whether it is a pin.
    """

    environment: str
    path: Path
    layer: str
    location: Location
    is_pin: bool


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def names(target: Target, written: Written) -> Sequence[str]:
    """Return the environments that a target's layer is about, whether they list its app or not."""
    if target.layer == SPEC:
        return (target.where,)
    sites = {name: spec.data.get("site") for name, spec in written.specs.items()}
    return tuple(name for name, site in sites.items() if not target.layer.startswith("site ") or site == target.where)
