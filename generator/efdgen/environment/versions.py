"""Which chart and which images run where: as data, with what is not the default, since when and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from efdgen.environment.images import Image, in_object
from efdgen.environment.inside import inside
from efdgen.environment.model import Pin, ResolvedApp, ResolvedEnvironment
from efdgen.errors import Location, dotted
from efdgen.language.layers import at, merge_layers, winner
from efdgen.language.tuples import NamedTuple
from efdgen.repository.commits import Commit

CHART, OBJECT = "chart", "object"
"""What a version is about that is not an image's of the values: a chart's, or an image's that only the chart names."""


class Version(NamedTuple):
    """What runs of one chart or image in one environment.

    Attributes:
        app: the app.
        what: `chart`, the path of the image's tag in the values, or `object`.
        name: the chart's or the image's name; empty: only the chart knows it.
        version: its version or tag.
        default: what the app definition says, where that is something else; empty: it is the same, or nothing.
        environment: the environment.
        location: where it is written.
        since: the commit that wrote it; None: it is not committed, or nobody knows.
        pin: the pin that says so, if one does.
    """

    app: str
    what: str
    name: str
    version: str
    default: str
    environment: str
    location: Location
    since: Commit | None
    pin: Pin | None


Since = Callable[[Location], "Commit | None"]
"""Returns the commit that a line is from."""


def versions(environment: ResolvedEnvironment, app: ResolvedApp, since: Since) -> Iterator[Version]:
    """Yield what runs of an app: its charts, then the images that its values name."""
    name, where = app.definition.name, environment.facts.name
    for chart in app.definition.charts:
        place = chart.location
        yield Version(name, CHART, chart.name, chart.shown_version, "", where, place, since(place), None)
    pins = {pin.path: pin for pin in app.pins}
    for image in app.images:
        place, default = _location(app, image), _default(app, image)
        default = "" if default == image.tag else default
        pin = pins.get(".".join(map(str, image.path)))
        yield Version(name, dotted(image.path), image.name, image.tag, default, where, place, since(place), pin)


def in_objects(
    environment: ResolvedEnvironment, app: ResolvedApp, objects: Iterable[Any], since: Since
) -> Iterator[Version]:
    """Yield the images of an app's objects that its values do not name: what its charts bring themselves."""
    named = {(_last(image.name), image.tag) for image in app.images}
    found = dict.fromkeys(each for data in objects for each in in_object(data))
    place = app.definition.charts[0].location if app.definition.charts else app.definition.document.locate()
    for name, tag in sorted(found):
        if (_last(name), tag) not in named and ("", tag) not in named:
            yield Version(app.definition.name, OBJECT, name, tag, "", environment.facts.name, place, since(place), None)


def _last(name: str) -> str:
    return name.rpartition("/")[2]


_NUMBERS = re.compile(r"v?([0-9]{1,18}(?:[.-][0-9]{1,18})*)(?![0-9A-Za-z])")


def is_older(version: str, other: str) -> bool:
    """Say whether a version is older than another one, as far as their numbers tell; where they do not, it is not.

    The first number that differs decides. `1.9` is older than `1.9.1`; `1.9.0-rc.1` and `1.9.0` are in no known order.
    """
    found, others = _NUMBERS.match(version), _NUMBERS.match(other)
    if found is None or others is None:
        return False
    own, theirs = ([int(number) for number in re.split("[.-]", each[1])] for each in (found, others))
    different = next(((a, b) for a, b in zip(own, theirs, strict=False) if a != b), None)
    if different is not None:
        return different[0] < different[1]
    are_plain = all("-" not in each.string and each.end() == len(each.string) for each in (found, others))
    return are_plain and len(own) < len(theirs)


_PRE_RELEASE = re.compile(
    r"v?[0-9]+(?:\.[0-9]+)*(?:[abc][0-9]|.*?(?<![a-z])"
    r"(?:rc|alpha|beta|pre|preview|prerelease|dev|snapshot|nightly|canary|unstable|milestone)(?![a-z]))"
)


def is_pre_release(version: str) -> bool:
    """Say whether a version says that it comes before a release: `1.9.0-rc1`, `2.0.0b3`; `1.9.0-alpine` does not."""
    return _PRE_RELEASE.match(version.lower()) is not None


def _location(app: ResolvedApp, image: Image) -> Location:
    layer = winner(app.layers, ("values", *image.path))
    return layer.locate(("values", *image.path)) if layer is not None else app.definition.document.locate()


def _default(app: ResolvedApp, image: Image) -> str:
    """Return the tag that the app definition says; empty: none, or one that is computed."""
    written = at(merge_layers(app.definition.layers), ("values", *image.path))
    if not isinstance(written, str) or "<%" in written:
        return ""
    return next((each.tag for each in inside({"image": written}).images if image.path[-1:] == ("image",)), written)
