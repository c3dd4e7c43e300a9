"""What all environments of a site say alike, and the site could say for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.errors import Location, Path, dotted
from efdgen.explain.edits.making import Edit, cut, put
from efdgen.explain.edits.model import SPEC, Target, Written, mapping
from efdgen.language.layers import at, leaves
from efdgen.language.shown import listed
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import Document, editing
from efdgen.language.yamlio.cutting import Cutting
from efdgen.repository import paths

_OWN = ("name", "site", "apps", "accept", "links", "aliases")
"""What a spec says for itself; exceptions and links have their own reason there."""


class Lift(NamedTuple):
    """A value that all environments of a site say alike.

    Attributes:
        site: the site.
        path: where it stands in a spec.
        value: the value.
        specs: the specs that say it.
    """

    site: str
    path: Path
    value: Any
    specs: tuple[Document, ...]

    @property
    def location(self) -> Location:
        """Return where the first of them says it."""
        return self.specs[0].locate(self.path, key=True)

    @property
    def why(self) -> str:
        """Return what they say, and who."""
        what = self.path[1:] if self.path[0] == "apps" else self.path
        names = [paths.environment_of(spec.file) for spec in self.specs]
        return f"{dotted(what)} is the same in {listed(names)}: all of {self.site}"

    def said(self) -> Edit:
        """Return the edit that lets the site say it."""
        is_app = self.path[0] == "apps"
        below: Path = ("appDefaults", *self.path[1:]) if is_app else self.path
        app, setting = (str(self.path[1]), self.path[2:]) if is_app else ("", self.path)
        there = Target(self.site, f"site {self.site}", paths.FACTS, ("sites", self.site, *below), 2, app, setting)
        return put(there, self.value)

    def unsaid(self) -> list[Edit]:
        """Return the edits that let the specs not say it any more."""
        return [_remove_without_comment(gone) for gone in self._gone()]

    def _gone(self) -> list[Target]:
        """Return where the specs say it."""
        is_app = self.path[0] == "apps"
        app, setting = (str(self.path[1]), self.path[2:]) if is_app else ("", self.path)
        return [
            Target(paths.environment_of(spec.file), SPEC, spec.file, self.path, 2 if is_app else 0, app, setting)
            for spec in self.specs
        ]

    def is_commented(self, specs: Mapping[str, Cutting]) -> bool:
        """Say whether a spec has a comment about it, by what can be taken out of the specs."""
        try:
            return any(specs[gone.file].has_comment(gone.path, gone.keep) for gone in self._gone())
        except editing.EditError:
            return False


def _remove_without_comment(target: Target) -> Edit:
    """Return the edit that takes a value out, where no comment would be lost, or be left about nothing."""

    def remove(cutting: Cutting) -> None:
        if cutting.has_comment(target.path, target.keep):
            raise editing.EditError("a comment is about it", target.path)
        cutting.remove(target.path, target.keep)

    return cut(target, remove)


def lifts(written: Written) -> list[Lift]:
    """Return what could be lifted, site by site; of facts what all its environments say, of an app all that list it.

    A site with one environment has nothing to say for others.
    """
    found = [lift for site in written.sites for lift in _of_site(written, site)]
    return sorted(found, key=lambda lift: lift.location)


def _of_site(written: Written, site: str) -> Iterator[Lift]:
    specs = [spec for _, spec in sorted(written.specs.items()) if spec.data.get("site") == site]
    if len(specs) < 2:  # noqa: PLR2004 - one is not alike with anybody
        return
    first, *others = specs
    facts = {key: value for key, value in first.data.items() if key not in _OWN}
    for path, value in _said(facts, ()):
        if all(_is_same(value, at(other.data, path)) for other in others):
            yield Lift(site, path, value, tuple(specs))
    apps = dict.fromkeys(app for spec in specs for app in mapping(spec.data.get("apps")))
    for app in apps:
        listing = [spec for spec in specs if app in mapping(spec.data.get("apps"))]
        if len(listing) < 2:  # noqa: PLR2004
            continue
        for path, value in _said(mapping(mapping(listing[0].data["apps"]).get(app)), ("apps", app)):
            if all(_is_same(value, at(other.data, path)) for other in listing[1:]):
                yield Lift(site, path, value, tuple(listing))


def _said(data: Mapping[str, Any], above: Path) -> Iterator[tuple[Path, Any]]:
    """Yield what a mapping says, value by value; a pin is one value, with its reason."""
    for path, value in leaves(
        {key: each for key, each in data.items() if key != "pins" or not above}, above, in_lists=False
    ):
        if value != {} and len(path) > len(above):
            yield path, value
    for pin, said in mapping(data.get("pins") if above else {}).items():
        yield (*above, "pins", pin), said


def _is_same(value: Any, other: Any) -> bool:
    return type(value) is type(other) and value == other


def together(found: Sequence[Lift]) -> list[Edit]:
    """Return the edits of several lifts: specs lose the last of them first, so that each is read once."""
    return [*(lift.said() for lift in found), *(edit for lift in reversed(found) for edit in lift.unsaid())]
