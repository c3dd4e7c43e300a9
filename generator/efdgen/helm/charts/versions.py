"""Versions of charts: which are newer than a pin, and which are near it."""

from __future__ import annotations

from collections.abc import Iterable

from semver import Version

from efdgen.language.tuples import NamedTuple

_AROUND = 2


class Newer(NamedTuple):
    """The newest version after a pin, and the newest that has the pin's major version; None: there is none."""

    newest: str | None
    same_major: str | None


def plain(version: str) -> str:
    """Return a version without the v that some repositories put before it; Helm takes no notice of it, either."""
    return version[1:] if version[:1] == "v" else version


def newer(pinned: str, known: Iterable[str]) -> Newer:
    """Return what is newer than a pin. Prereleases count only when the pin is one; what is not SemVer never does.

    Args:
        pinned: the pin.
        known: the versions that there are, as one writes them to pin them.
    """
    pin = _parse(pinned)
    if pin is None:
        return Newer(None, None)
    later = [
        (version, text)
        for version, text in _parsed(known, like=pinned)
        if version.compare(pin) > 0 and (pin.prerelease or not version.prerelease)
    ]
    same = [(version, text) for version, text in later if version.major == pin.major]
    return Newer(later[-1][1] if later else None, same[-1][1] if same else None)


def older(pinned: str, known: Iterable[str]) -> str | None:
    """Return the newest version before a pin, whatever its major version; None: there is none."""
    pin = _parse(pinned)
    before = [
        text
        for version, text in _parsed(known, like=pinned)
        if pin and version.compare(pin) < 0 and (pin.prerelease or not version.prerelease)
    ]
    return before[-1] if before else None


def after(pinned: str, known: Iterable[str]) -> list[str]:
    """Return the known versions after a pin, the lowest first; what is not SemVer, and prereleases, are left out."""
    pin = _parse(pinned)
    return [text for version, text in _parsed(known) if pin and version.compare(pin) > 0 and not version.prerelease]


def nearest(wanted: str, known: Iterable[str]) -> list[str]:
    """Return the known versions around one that is not known, the lowest first."""
    versions = _parsed(map(plain, known))
    version = _parse(wanted)
    if version is None:
        return []
    below = [text for other, text in versions if other.compare(version) < 0]
    above = [text for other, text in versions if other.compare(version) >= 0]
    return below[-_AROUND:] + above[:_AROUND]


def is_another(one: str, other: str) -> bool:
    """Say whether two texts are different versions; what is not SemVer is none, and build metadata does not count."""
    left, right = _parse(one), _parse(other)
    return left is not None and right is not None and left.compare(right) != 0


def _parsed(known: Iterable[str], like: str = "") -> list[tuple[Version, str]]:
    """Return the versions that are SemVer, the lowest first; of two for one, that with a v, if `like` has one, last."""
    found = [(version, text) for text in set(known) if (version := _parse(text)) is not None]
    has_v = like[:1] == "v"
    return sorted(found, key=lambda pair: (pair[0], (pair[1][:1] == "v") == has_v, pair[1]))


def _parse(text: str) -> Version | None:
    try:
        return Version.parse(plain(text))
    except ValueError:
        return None
