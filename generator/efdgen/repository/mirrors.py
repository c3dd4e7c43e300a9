"""Where third-party charts are fetched, as `environments/shared/charts.yaml` says, and mirrors of URLs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from efdgen.language.tuples import NamedTuple


class Mirror(NamedTuple):
    """Where to fetch charts instead of where they are published.

    Attributes:
        prefix: what the URLs of repositories or archives begin with.
        url: what takes its place.
        source: where it is said, as people call it.
        is_rendered: whether wrapper charts name the mirror.
    """

    prefix: str
    url: str
    source: str
    is_rendered: bool = False


class ChartSettings(NamedTuple):
    """What a repository says about all third-party charts.

    Attributes:
        mirrors: where to fetch them.
        is_vendored: whether their archives stand in the rendered tree, where an app does not say otherwise.
    """

    mirrors: tuple[Mirror, ...] = ()
    is_vendored: bool = False


def settings(data: Any, source: str) -> ChartSettings:
    """Return what a file says that fits its schema.

    Args:
        data: its content.
        source: what people call the file.
    """
    said: Mapping[str, Any] = data or {}
    mirrors = said.get("mirrors", {}).items()
    return ChartSettings(
        tuple(Mirror(prefix, mirror["url"], source, mirror.get("rendered", False)) for prefix, mirror in mirrors),
        said.get("vendored", False),
    )


def mirror_of(url: str, mirrors: Iterable[Mirror]) -> Mirror | None:
    """Return the mirror of a URL: the one with the longest prefix, a later one of two; None: there is none.

    A prefix ends where a part of the path does: `https://a/charts` is none of `https://a/charts-old`.
    """
    found: Mirror | None = None
    for mirror in mirrors:
        prefix = mirror.prefix.rstrip("/")
        is_one = url.startswith(prefix) and url[len(prefix) :][:1] in ("", "/")
        if is_one and (found is None or len(prefix) >= len(found.prefix.rstrip("/"))):
            found = mirror
    return found


def mirrored(url: str, mirror: Mirror) -> str:
    """Return where a mirror has what a URL means."""
    return _moved(url, mirror.prefix, mirror.url)


def published(url: str, mirror: Mirror) -> str:
    """Return the URL that a mirror's own one takes the place of; nothing where that is not known."""
    prefix = mirror.url.rstrip("/")
    return _moved(url, mirror.url, mirror.prefix) if url.startswith(f"{prefix}/") else ""


def _moved(url: str, start: str, other: str) -> str:
    rest = url[len(start.rstrip("/")) :]
    return f"{other.rstrip('/')}{rest}" if rest.strip("/") else other


def rendered(repository: str, settings: ChartSettings) -> str:
    """Return a chart's repository as wrapper charts name it: a mirror that is rendered, if it has one."""
    shown = [mirror for mirror in settings.mirrors if mirror.is_rendered]
    mirror = mirror_of(repository, shown)
    return repository if mirror is None else mirrored(repository, mirror)
