"""`efdgen new-app`: the folder of a new app, from what its chart tells; checked before anything is written."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from pathlib import Path

from efdgen.errors import InvalidEditError, InvalidInputError, OutputError, UsageError
from efdgen.explain.edits import appdrafting, targets
from efdgen.explain.edits.appdrafting import ChartTells, DraftedApp
from efdgen.explain.edits.making import put
from efdgen.explain.edits.model import DEFAULTS, DEFINITION, Target
from efdgen.helm.charts import archive, keys, mirrors, versions
from efdgen.helm.charts.repositories import Repositories
from efdgen.language import schema, suggest
from efdgen.language.conforms import conforms
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio.scalars import is_text
from efdgen.output import sources as files_written
from efdgen.output.compare import Change
from efdgen.repository import chartkeys, paths
from efdgen.repository.model import ChartReference
from efdgen.verbs import charts as fetching
from efdgen.verbs import project
from efdgen.verbs.chartreview import archive_of
from efdgen.verbs.edit import Sources
from efdgen.verbs.new import why_no_name

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z")


class NewApp(NamedTuple):
    """A new app, before its folder is written.

    Attributes:
        name: the app.
        chart: its chart.
        drafted: what stands in its files.
        texts: the files, and the specs that list it, as they are to be.
        changes: the same, with what is there before.
        unread: templates of the chart that could not be read: below them, any key is known.
    """

    name: str
    chart: ChartReference
    drafted: DraftedApp
    texts: dict[str, str]
    changes: dict[str, Change]
    unread: tuple[str, ...]


def draft(root: Path, name: str, chart: ChartReference, environments: Sequence[str], timeout: float) -> NewApp:
    """Fetch a chart, and make the folder of an app of it, in memory.

    Args:
        root: the repository.
        name: the app's name.
        chart: its chart.
        environments: those whose specs are to list it.
        timeout: how long a server may be silent, in seconds.

    Raises:
        UsageError: when there is such an app, or no such environment, or the version is not exact.
        InvalidInputError: with everything wrong with what people wrote.
        InvalidEditError: when what comes of it is wrong.
        ChartError: when the chart can't be had.
    """
    chart = chart._replace(version=versions.plain(chart.version))
    sources = Sources(root)
    repository = sources.rendered().project.repository
    _refuse(name, chart, repository.apps, environments, repository.names)
    if name in targets.facts(sources.written) | set(repository.schemas.facts.get("properties", ())):
        raise UsageError(f"{name!r} is the name of a fact, which efdgen set could not reach: choose another name")
    files = archive.files(archive_of(root, chart, Repositories(timeout, mirrors.load(root))))
    known = keys.of(files)
    said = keys.mapping(files, "Chart.yaml")
    tells = ChartTells(
        " ".join(str(said.get("description") or "").split()),
        keys.mapping(files, "values.yaml"),
        known.tree,
        {(*path,): message for path, message in known.required.items()},
    )
    has_schema = (root / "schemas/app.schema.json").is_file()
    drafted = appdrafting.draft(name, chart, tells, repository.apps, schema=has_schema)
    folder = f"{paths.APPS}/{name}"
    marked = chartkeys.dump(known.tree, chartkeys.pinned([chart]))
    texts = {f"{folder}/{file}": text for file, text in drafted.files.items()}
    texts[f"{folder}/{chartkeys.FILE}"] = marked
    changes = {file: Change(b"", text.encode(), is_new=True) for file, text in texts.items()}
    for environment in environments:
        file = paths.spec(environment)
        content = (root / file).read_bytes()
        target = Target(environment, "spec", file, ("apps", name), 1, name, ())
        texts[file] = put(target, {}).apply(content.decode("utf-8-sig"))
        mark = content[: len(content) - len(content.decode("utf-8-sig").encode())]
        changes[file] = Change(content, mark + texts[file].encode())
    try:
        project.render(project.open_project(root, instead=texts))
    except InvalidInputError as error:
        raise InvalidEditError(error.problems, texts) from None
    return NewApp(name, chart, drafted, texts, changes, tuple(sorted(known.unread)))


def _refuse(
    name: str, chart: ChartReference, apps: Collection[str], environments: Sequence[str], known: Collection[str]
) -> None:
    is_name = _NAME.match(name) and is_text(name) and len(name) <= paths.MOST_IN_RELEASE
    if not is_name or name == paths.PARENT:
        why = "it is the parent chart's" if name == paths.PARENT else why_no_name(name, paths.MOST_IN_RELEASE)
        raise UsageError(f"{name!r} is not a name for an app: {why}")
    if name in known:
        raise UsageError(f"{name!r} is the name of an environment: choose another name for the app")
    if name in (DEFAULTS, DEFINITION) or name in apps:
        raise UsageError(f"there is an app {name} already" if name in apps else f"{name!r} is a word of efdgen set")
    if not conforms(chart.version, schema.load("types#/$defs/version")):
        raise UsageError(f"{chart.version!r} is not an exact version, such as 1.2.3 (without a v before it)")
    for environment in environments:
        if environment not in known:
            raise UsageError(suggest.unknown("environment", environment, known))


def write(root: Path, new: NewApp, timeout: float) -> None:
    """Write the folder and the specs, and lock the chart: all of it or nothing, also after a kill.

    Raises:
        OutputError: when a file can't be written, or there is one meanwhile.
        ChartError: when the chart can't be locked.
    """
    if os.path.lexists(root / paths.APPS / new.name):
        raise OutputError(f"{paths.APPS}/{new.name} is there already, and is left alone")
    former, locked = fetching.with_chart(root, new.chart, timeout)
    changes = dict(new.changes)
    if locked != former:
        changes[paths.LOCK] = Change(former or b"", locked, is_new=former is None)
    files_written.replace(root, changes)
