"""What Helm makes of the releases of an app: texts, and the objects in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from efdgen.helm import objects
from efdgen.helm.engines.engine import Capabilities, Engine, Release
from efdgen.helm.objects import Object
from efdgen.helm.printing import Manifests
from efdgen.language.tuples import NamedTuple


class Determined(NamedTuple):
    """That the same comes of the same each time.

    Attributes:
        digest: of all that it comes of, in hexadecimal digits.
        said: what Helm logs about it; None: nobody knows.
    """

    digest: str
    said: tuple[str, ...] | None


class Made(NamedTuple):
    """What Helm makes of releases.

    Attributes:
        objects: the objects.
        releases: of each release, the paths of templates, and what they yield.
        error: why there are none: Helm's message.
        determined: that it would be the same again; None: that is not known.
    """

    objects: tuple[Object, ...]
    releases: tuple[Manifests, ...]
    error: str = ""
    determined: Determined | None = None


@runtime_checkable
class Maker(Protocol):
    """An engine that knows more of releases than what templates yield."""

    def made(self, releases: Sequence[Release], capabilities: Capabilities) -> Made:
        """Return what comes of the releases of an app; what Helm refuses has an error."""


def make(engine: Engine, releases: Sequence[Release], capabilities: Capabilities) -> Made:
    """Have Helm make the releases of an app: that of its wrapper chart, and those beside it.

    Raises:
        ChartError: with Helm's message.
    """
    if isinstance(engine, Maker):
        return engine.made(releases, capabilities)
    made = tuple(engine.template(release, capabilities) for release in releases)
    return read(releases, made)


def read(releases: Sequence[Release], made: Sequence[Manifests]) -> Made:
    """Return what releases yield with the objects in it.

    Raises:
        ChartError: when something is no YAML, or no Kubernetes object.
    """
    # The template's path says which chart it is of: the wrapper chart has templates of the same names.
    beside = f"{releases[0].name}/git/"
    texts = (*made[:1], *([(f"{beside}{source}", text) for source, text in each] for each in made[1:]))
    return Made(objects.read(manifest for manifests in texts for manifest in manifests), texts)
