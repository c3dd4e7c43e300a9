"""Reads the archive of a chart, in memory, and trusts nothing in it."""

from __future__ import annotations

import functools
import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from efdgen.errors import ChartError
from efdgen.helm.charts.packing import COMMENT
from efdgen.language import yamlio
from efdgen.language.shown import shown
from efdgen.language.tuples import NamedTuple

MAX_UNPACKED = 100_000_000
"""Bytes that an archive may hold once it is unpacked; Helm has nearly the same limit."""

MAX_SUBCHARTS = 10
"""Levels of charts inside charts that are read."""


class Metadata(NamedTuple):
    """What a chart's Chart.yaml says about it."""

    name: str
    version: str


def metadata(archive: bytes) -> Metadata:
    """Return the name and the version of a chart.

    Raises:
        ChartError: when the archive is damaged, unsafe, or no chart.
    """
    return _metadata(files(archive))


def files(archive: bytes) -> dict[str, bytes]:
    """Return the files of a chart, by their path below its folder.

    Raises:
        ChartError: when the archive is damaged or unsafe.
    """
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(_unpacked(archive)), mode="r:") as tar:
            total = 0
            for member in tar:
                path = _safe(member)
                # A sparse file says how large it is, whatever the archive holds.
                total += member.size
                if total > MAX_UNPACKED:
                    raise ChartError(f"the archive unpacks to more than {MAX_UNPACKED:,} bytes")
                stream = tar.extractfile(member) if path else None
                if stream is not None:
                    found[path] = stream.read()
    except (tarfile.TarError, ValueError, OverflowError, EOFError) as error:
        raise ChartError(f"the archive is not a tar file, or damaged: {error}") from None
    return found


def commit(archive: bytes) -> str:
    """Return the commit that the archive of a chart from Git says it is of; empty: it does not say.

    Raises:
        ChartError: when the archive is damaged.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(_unpacked(archive)), mode="r:") as tar:
            return str(tar.pax_headers.get(COMMENT, ""))
    except (tarfile.TarError, ValueError, OverflowError, EOFError) as error:
        raise ChartError(f"the archive is not a tar file, or damaged: {error}") from None


def _unpacked(archive: bytes) -> bytes:
    if not archive.startswith(b"\x1f\x8b"):
        raise ChartError("the archive is not compressed with gzip")
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(archive)) as stream:
            unpacked = stream.read(MAX_UNPACKED + 1)
    except EOFError:
        raise ChartError("the archive is not complete") from None
    except (OSError, zlib.error) as error:
        raise ChartError(f"the archive is damaged: {error}") from None
    if len(unpacked) > MAX_UNPACKED:
        raise ChartError(f"the archive holds more than {MAX_UNPACKED:,} bytes")
    return unpacked


def _safe(member: tarfile.TarInfo) -> str:
    """Return the path of a file below the chart's folder; nothing for a folder."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or "\\" in member.name:
        raise ChartError(f"the archive holds {member.name!r}, which leads out of the chart's folder")
    if member.isdir():
        return ""
    if not member.isfile():
        kind = "a link" if member.issym() or member.islnk() else "neither a file nor a folder"
        raise ChartError(f"the archive holds {member.name!r}, which is {kind}")
    inside = path.parts[1:]
    if not inside:
        raise ChartError(f"the archive holds {member.name!r} outside of the chart's folder")
    return "/".join(inside)


def default_values(chart: Mapping[str, bytes]) -> dict[str, str]:
    """Return the text of a chart's values.yaml, under "", and those of its subcharts.

    A subchart stands under its path of names, as in the values: `cp-kafka`, `cp-kafka/cp-zookeeper`. Where the
    chart gives it an alias, that is its name. A chart without values.yaml has an empty text.

    Raises:
        ChartError: when the chart, or one inside it, is damaged, unsafe, or none.
    """
    return {"/".join(part.path): _text(part.files, "values.yaml") for part in parts(chart)}


def folders_of(chart: Mapping[str, bytes]) -> dict[str, str]:
    """Return where those subcharts are, `charts/<name>/`, by the same names.

    Raises:
        ChartError: when the chart, or one inside it, is damaged, unsafe, or none.
    """
    return {"/".join(part.path): part.folder for part in parts(chart)}


class Part(NamedTuple):
    """A chart, or one inside it.

    Attributes:
        path: where its values stand in those of the outermost chart: names or aliases; empty: it is that one.
        files: its files, by their path below its folder.
        folder: where it is in the outermost chart: `charts/<name>/`; empty: it is that one.
    """

    path: tuple[str, ...]
    files: Mapping[str, bytes]
    folder: str = ""


def parts(chart: Mapping[str, bytes]) -> Iterator[Part]:
    """Yield a chart and those inside it, one that it has under several names as often.

    Raises:
        ChartError: when the chart, or one inside it, is damaged, unsafe, or none.
    """
    yield from _parts(Part((), chart), MAX_SUBCHARTS)


def _parts(part: Part, levels: int) -> Iterator[Part]:
    if not levels:
        raise ChartError(f"the chart holds charts inside charts, more than {MAX_SUBCHARTS} levels deep")
    yield part
    dependencies = _dependencies(part.files)
    for sub in _subcharts(part.files):
        name = _metadata(sub).name
        for known_as in dependencies.get(name, [name]):
            yield from _parts(Part((*part.path, known_as), sub, f"{part.folder}charts/{name}/"), levels - 1)


def _subcharts(chart: Mapping[str, bytes]) -> list[Mapping[str, bytes]]:
    """Return the files of each chart in `charts/`: archives and folders; Helm skips names with _ or . before them."""
    packed = []
    unpacked: dict[str, dict[str, bytes]] = {}
    for path, content in sorted(chart.items()):
        top, _, inside = path.partition("/")
        folder, _, rest = inside.partition("/")
        if top != "charts" or folder.startswith(("_", ".")):
            continue
        if rest:
            unpacked.setdefault(folder, {})[rest] = content
        elif folder.endswith(".tgz"):
            packed.append(files(content))
    return [*packed, *unpacked.values()]


def _dependencies(chart: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Return the names that each subchart's values stand under; a chart can be there several times."""
    names: dict[str, list[str]] = {}
    for file in ("Chart.yaml", "requirements.yaml"):
        declared = _mapping(chart, file).get("dependencies") if file in chart else None
        for dependency in declared if isinstance(declared, list) else []:
            if isinstance(dependency, dict) and isinstance(dependency.get("name"), str):
                alias = dependency.get("alias")
                names.setdefault(dependency["name"], []).append(str(alias) if alias else dependency["name"])
    return names


def missing_dependencies(chart: Mapping[str, bytes]) -> list[str]:
    """Return the names of the charts that a chart depends on, and that are not in its `charts/`.

    Raises:
        ChartError: when the chart, or one inside it, is damaged, unsafe, or none.
    """
    there = {_metadata(sub).name for sub in _subcharts(chart)}
    return [name for name in _dependencies(chart) if name not in there]


def refuse_incomplete(chart: Mapping[str, bytes]) -> None:
    """Refuse a chart without the charts that it depends on, whatever switches them: Helm would leave them out silently.

    Raises:
        ChartError: when one is not in its `charts/`; or when the chart, or one inside it, is damaged, unsafe, or none.
    """
    missing = missing_dependencies(chart)
    if missing:
        is_one = len(missing) == 1
        raise ChartError(
            f"the chart depends on {', '.join(missing)}, which {'is' if is_one else 'are'} not in its charts/: "
            "it was packed without them, and Helm would leave out what they make"
        )


@functools.lru_cache(maxsize=64)
def refuse_incomplete_archive(archive: bytes) -> None:
    """Refuse the archive of a chart without the charts that it depends on. Who passes is remembered.

    Raises:
        ChartError: as for `refuse_incomplete`.
    """
    refuse_incomplete(files(archive))


def _metadata(chart: Mapping[str, bytes]) -> Metadata:
    content = _mapping(chart, "Chart.yaml")
    name, version = content.get("name"), content.get("version")
    if not isinstance(name, str) or version is None:
        raise ChartError("the Chart.yaml of the archive has no name or no version")
    return Metadata(name, version if isinstance(version, str) else shown(version))


def _mapping(chart: Mapping[str, bytes], file: str) -> dict[str, Any]:
    if file not in chart:
        raise ChartError(f"the archive holds no {file}")
    try:
        content = yamlio.load(_text(chart, file))
    except yamlio.YamlError as error:
        raise ChartError(f"the {file} of the archive is not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise ChartError(f"the {file} of the archive holds no mapping")
    return content


def _text(chart: Mapping[str, bytes], file: str) -> str:
    try:
        return chart.get(file, b"").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ChartError(f"the {file} of the archive is not UTF-8") from None
