"""What an import works on: a source, what is recognised in it, what was made of it, and what was found."""

from __future__ import annotations

import enum
import re
import types
from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.language.tuples import NamedTuple


class Weight(enum.Enum):
    """How much a finding matters: something could not be imported, something differs, something to look at."""

    LEFT_OUT = "left out"
    DIFFERS = "differs"
    LOOK = "look at"


class Finding(NamedTuple):
    """Something that a team should know of its hand-written repository.

    Attributes:
        code: what kind of thing it is, such as I201; docs/import.md has a table.
        message: what it is.
        file: where, as a path in the source; empty: nowhere in particular.
        line: the line in it; 0: the file as a whole.
        hint: what to do.
        environment: the environment that it is about; empty: all.
        app: the app that it is about; empty: none.
        explains: the path of the difference that it is the reason of, and of those below it; empty: of none.
    """

    code: str
    message: str
    file: str = ""
    line: int = 0
    hint: str = ""
    environment: str = ""
    app: str = ""
    explains: str = ""

    @property
    def weight(self) -> Weight:
        """How much it matters: the first digit of its code says so."""
        return {"1": Weight.LEFT_OUT, "2": Weight.LEFT_OUT, "3": Weight.DIFFERS}.get(self.code[1], Weight.LOOK)

    @property
    def place(self) -> str:
        """Return file and line, as a message has them."""
        return f"{self.file}:{self.line}" if self.line else self.file


class Source(NamedTuple):
    """The files of a hand-written repository.

    Attributes:
        name: what people call it.
        files: contents, by path.
        findings: what was not read, and why.
        commit: the commit that they are of; empty: they lie in a folder.
        unread: the files that are there and were not read, with the reason.
    """

    name: str
    files: Mapping[str, bytes]
    findings: tuple[Finding, ...] = ()
    commit: str = ""
    unread: Mapping[str, str] = types.MappingProxyType({})


class Dependency(NamedTuple):
    """A chart that a wrapper chart depends on.

    Attributes:
        key: where its values stand.
        name: what it is called.
        version: its version, or a range of them.
        repository: where it comes from.
        condition: the paths of values that switch it on or off, with commas between them.
        tags: the tags that do.
        others: what else is said of it, such as `import-values`, as texts.
    """

    key: str
    name: str
    version: str
    repository: str
    condition: str = ""
    tags: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()


class Chart(NamedTuple):
    """A chart in a folder of the source.

    Attributes:
        folder: the folder.
        name: what Chart.yaml calls it.
        dependencies: its dependencies.
        files: its files, by path in the folder, without charts that it depends on.
        file: where the dependencies are written.
        description: what Chart.yaml says that it is.
    """

    folder: str
    name: str
    dependencies: tuple[Dependency, ...]
    files: Mapping[str, bytes]
    file: str
    description: str = ""


class Parent(NamedTuple):
    """A chart whose templates make Applications.

    Attributes:
        chart: the chart.
        key: the value that says which environment is deployed, such as `env`; empty: the chart is for one only.
        environment: that one.
    """

    chart: Chart
    key: str = ""
    environment: str = ""


class Layout(NamedTuple):
    """What is where in the source.

    Attributes:
        parents: the parent charts.
        charts: the other charts, by folder.
        environments: the names that values files have, with the number of these.
        patterns: what finds the environment in the path of a values file that is not called values-ENV.yaml.
        asked: the environments that conditions of the parent charts' templates name.
    """

    parents: tuple[Parent, ...]
    charts: Mapping[str, Chart]
    environments: Mapping[str, int]
    patterns: tuple[re.Pattern[str], ...] = ()
    asked: frozenset[str] = frozenset()


class Deployed(NamedTuple):
    """An app in an environment, as an Application of the source has it.

    Attributes:
        app: the Application's name.
        environment: the environment.
        application: the Application.
        template: the parent chart's template that it comes from.
        chart: the wrapper chart.
        values: the values files laid on top of each other, as Helm does; null stays where it may take a default away.
        files: the values files, the most specific last, as paths in the source.
        inline: the values that stand in the Application, as text; empty: none do.
    """

    app: str
    environment: str
    application: Mapping[str, Any]
    template: str
    chart: Chart
    values: Mapping[str, Any]
    files: tuple[str, ...]
    inline: str = ""


class Object(NamedTuple):
    """A Kubernetes object, and the template that makes it, as a path in its chart."""

    template: str
    data: Mapping[str, Any]


class Hand(NamedTuple):
    """A hand-written repository, read and rendered: everything that an import needs to know of it.

    Attributes:
        source: its files.
        layout: what is where.
        parent: the parent chart whose templates are taken over.
        parents: the parent chart of each environment.
        environments: the environments that can be imported.
        deployed: the apps, by environment and app.
        beside: other objects of the parent chart, by environment.
        own: what the wrapper charts' own templates make, by environment and app; None where Helm fails.
        findings: what is wrong with it.
        naming: the pattern of the Applications' names; empty: they are called as their apps.
        listed: the values files that Applications name, whether they are imported or not.
    """

    source: Source
    layout: Layout
    parent: Parent
    parents: Mapping[str, Parent]
    environments: tuple[str, ...]
    deployed: Mapping[tuple[str, str], Deployed]
    beside: Mapping[str, Sequence[Object]]
    own: Mapping[tuple[str, str], Sequence[Object] | None]
    findings: tuple[Finding, ...]
    naming: str = ""
    listed: frozenset[str] = frozenset()

    @property
    def apps(self) -> tuple[str, ...]:
        """The names of the apps, sorted."""
        return tuple(sorted({app for _, app in self.deployed}))

    def having(self, app: str) -> tuple[str, ...]:
        """Return the environments that have an app."""
        return tuple(name for name in self.environments if (name, app) in self.deployed)


class Count(NamedTuple):
    """Lines of text: all of them, and those that are neither empty nor a comment."""

    lines: int
    says: int

    def __add__(self, other: Any) -> Count:
        return Count(self.lines + other.lines, self.says + other.says)


def count(text: str) -> Count:
    """Count the lines of a text."""
    lines = text.splitlines()
    said = [line for line in lines if line.strip() and not line.lstrip().startswith("#") and line.strip() != "---"]
    return Count(len(lines), len(said))
