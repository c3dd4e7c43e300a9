"""What belongs to a chart's folder as Helm loads it: not what `.helmignore` names, and charts that nobody lists."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from efdgen.language import yamlio
from efdgen.repository import helmignore
from efdgen.verbs.imports import valuefiles
from efdgen.verbs.imports.model import Dependency, Source

_ARCHIVE = re.compile(r"(?P<name>.+?)-(?P<version>v?[0-9]+\.[0-9]+\.[0-9]+[^/]*)\.(?:tgz|tar\.gz)\Z")


def of_chart(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return a chart's files without those that its `.helmignore` names.

    Values files of environments stay: Argo CD hands them to Helm by their path, whatever the chart leaves out.

    Raises:
        ValueError: when Helm would refuse what `.helmignore` says.
    """
    kept = set(helmignore.kept(files, files.get(helmignore.FILE, b"").decode("utf-8-sig")))
    if "Chart.yaml" in files and "Chart.yaml" not in kept:
        raise ValueError("it leaves out Chart.yaml, so that there is no chart")
    return {path: text for path, text in files.items() if path in kept or valuefiles.USUAL.fullmatch(path)}


def unlisted(source: Source, folder: str, listed: Sequence[Dependency]) -> Iterator[Dependency]:
    """Yield the charts in a chart's `charts/` that its dependencies do not name: Helm deploys them all the same.

    Args:
        source: the files, and what was not read, such as archives.
        folder: the chart's folder.
        listed: its dependencies.
    """
    prefix = posixpath.join(folder, "charts/")
    names = {dependency.name for dependency in listed}
    found: dict[str, Dependency] = {}
    for path in sorted({*source.files, *source.unread}):
        inside = path.removeprefix(prefix)
        if inside == path or inside.startswith(("_", ".")):
            continue
        if inside.count("/") == 1 and inside.endswith("/Chart.yaml"):
            name, version = _named(source.files.get(path, b""), posixpath.dirname(inside))
            place = "" if name == posixpath.dirname(inside) else f"file://charts/{posixpath.dirname(inside)}"
        elif match := _ARCHIVE.match(inside):
            name, version, place = match["name"], match["version"], ""
        else:
            continue
        if name not in names:
            found.setdefault(name, Dependency(name, name, version, place))
    yield from found.values()


def _named(content: bytes, folder: str) -> tuple[str, str]:
    """Return what a chart's Chart.yaml calls it, and its version."""
    try:
        about = yamlio.load(content.decode("utf-8-sig"))
    except ValueError:
        about = None
    about = about if isinstance(about, dict) else {}
    return str(about.get("name") or folder), str(about.get("version") or "")
