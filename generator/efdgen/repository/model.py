"""What people wrote, as immutable values: specs, app definitions, and the repository that holds them."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.errors import Location, Path, Problem
from efdgen.language import yamlio
from efdgen.language.annotations import Place
from efdgen.language.cells import Cell
from efdgen.language.documents import Document
from efdgen.language.layers import Layer, Locate
from efdgen.language.texttemplate import TextFile
from efdgen.language.tuples import NamedTuple
from efdgen.repository import chartaddress
from efdgen.repository.chartkeys import ChartKeys
from efdgen.repository.focus import Focus
from efdgen.repository.mirrors import ChartSettings

APPS, SERVICES, ENVIRONMENTS = "apps", "services", "environments"
"""What the annotation `x-names` can say beside the name of a table."""


class ChartReference(NamedTuple):
    """A chart that an app is made of: what finds it."""

    name: str
    version: str
    repository: str


class GitSource(NamedTuple):
    """A chart in another Git repository: Argo CD takes it from there itself.

    Attributes:
        url: the repository.
        path: the chart's folder in it; `.`: its top folder.
        revision: a tag, or a whole commit.
    """

    url: str
    path: str
    revision: str


class AppChart(NamedTuple):
    """One of an app's charts.

    Attributes:
        key: what its values stand under in those of the wrapper chart: its name, or an alias.
        name: its name.
        version: its exact version.
        repository: where Helm finds it.
        folder: the folder of this repository that it lies in; empty: it is a third party's.
        location: where a definition says which version it is.
        git: where Argo CD takes it from by itself, beside the wrapper chart; None: the wrapper chart depends on it.
    """

    key: str
    name: str
    version: str
    repository: str
    folder: str
    location: Location
    git: GitSource | None = None

    @property
    def shown_version(self) -> str:
        """Return its version for people: a commit by its first digits."""
        return self.version if self.git is None else chartaddress.shown_revision(self.version)

    @property
    def reference(self) -> ChartReference:
        """Return what finds it."""
        return ChartReference(self.name, self.version, self.repository)


class NamedThings(NamedTuple):
    """Where an app's values hold things of one kind, each of which has a name: `distinctNames` in app.yaml.

    Attributes:
        at: the path of each in the values; `*` is any key.
        name: the key that holds its name; where it is missing, its own key is its name.
        same_as_key: whether its name must be its own key.
        only_if: the key of it that is true where it counts; empty: it always does.
        source: the path of what they are made of in the app's settings, by key; empty: the values themselves.
    """

    at: tuple[str, ...]
    name: str
    same_as_key: bool
    only_if: str
    source: tuple[str, ...]


class Types(NamedTuple):
    """What an app's values and parameters may be, as its folder says; an empty schema: whatever its chart takes."""

    values: Mapping[str, Any] = types.MappingProxyType({})
    parameters: Mapping[str, Any] = types.MappingProxyType({})


class AppDefinition(NamedTuple):
    """How an app is deployed, the same for every environment: `templates/apps/<app>/`.

    Attributes:
        chart: the one chart whose values the app's values are; None: they are those of the wrapper chart itself.
        charts: every chart that it is made of.
        reads_secrets: what names a Secret in its values: keys, and paths of mappings that end in `.*`.
        distinct_names: the things whose names must differ, by kind.
        manual_secrets: the Secrets that people make by hand, by name, each with the defaults of its keys.
        chart_keys: the keys that its charts know; None: not known.
        vendored: whether the archives of its charts stand in the rendered tree; None: what holds for all.
    """

    name: str
    source: str
    description: str
    chart: AppChart | None
    charts: tuple[AppChart, ...]
    namespace: str
    requires: tuple[str, ...]
    ingress_hosts: tuple[str, ...]
    node_port_hosts: tuple[str, ...]
    manual_secrets: Mapping[str, Mapping[str, str]]
    reads_secrets: tuple[str, ...]
    distinct_names: Mapping[str, tuple[NamedThings, ...]]
    chart_keys: ChartKeys | None
    types: Types
    application: Mapping[str, Any]
    wave: int
    layers: tuple[Layer, ...]
    environment_files: tuple[Mapping[str, Any], ...]
    files_document: yamlio.Document
    templates: Mapping[str, TextFile]
    document: yamlio.Document
    vendored: bool | None = None

    @property
    def versions(self) -> str:
        """Return the versions of its charts, for people."""
        if self.chart is not None:
            return self.chart.shown_version
        return ", ".join(f"{chart.key} {chart.shown_version}" for chart in self.charts) or "no chart"

    @property
    def known_keys(self) -> Mapping[str, Any] | None:
        """Return the keys that its charts know, unless those of other versions are all that is known."""
        return self.chart_keys.tree if self.chart_keys and self.chart_keys.are_of(self.charts) else None

    @property
    def made_of(self) -> tuple[str, ...]:
        """Return the names of its charts; an app without any is its own chart."""
        return tuple(dict.fromkeys(chart.name for chart in self.charts)) or (self.name,)

    @property
    def values_at(self) -> Path:
        """Return where its values stand in those of the wrapper chart: below its one chart, or beside efdgen's own."""
        return () if self.chart is None else (self.chart.key,)

    def taker(self, path: Path) -> AppChart | None:
        """Return the chart that takes the value at `path` of its values; None: templates of the app itself do."""
        if self.chart is not None:
            return self.chart
        return next((chart for chart in self.charts if path[:1] == (chart.key,)), None)

    def takes(self, path: Path) -> str:
        """Return what takes a value, for people: `the chart influxdb`."""
        chart = self.taker(path)
        return f"the app {self.name}" if chart is None else f"the chart {chart.name}"


class Acceptance(NamedTuple):
    """A rule that does not hold in an environment, on purpose. No app: for all; `at`: at this setting only."""

    rule: str
    app: str
    reason: str
    at: str = ""


class EnvironmentSpec(NamedTuple):
    """One file in `environments/`, with what its site and all environments share below it.

    Attributes:
        idle_pins: by app, the pins that are null where none is below them: the pin, and where it is written.
    """

    name: str
    document: yamlio.Document
    site: str
    layers: tuple[Layer, ...]
    apps: tuple[str, ...]
    app_layers: Mapping[str, tuple[Layer, ...]]
    accept: tuple[Acceptance, ...]
    idle_pins: Mapping[str, tuple[tuple[str, Location], ...]]


class Draft(NamedTuple):
    """A spec with problems, or beside a shared file that has some.

    Attributes:
        spec: what is left of it.
        wrong: its facts that are wrong, with what is said about them already.
        doubtful: by app, which of its parameters and values are wrong somewhere: what follows from them is not known.
    """

    spec: EnvironmentSpec
    wrong: Mapping[Path, Sequence[Problem]]
    doubtful: Mapping[str, frozenset[str]]


class RunbookDocuments(NamedTuple):
    """What the runbooks of all environments are made from.

    Attributes:
        phases: a document a phase, by the name of its file: the order of the phases.
        functions: shell functions for the commands; None: there are none.
    """

    phases: Mapping[str, Document]
    functions: Document | None = None


class Schemas(NamedTuple):
    """The schemas of a repository's files.

    Attributes:
        environment: of a spec.
        shared: of what environments share.
        facts: of every fact, evaluated.
        own: where facts belong to one environment, those that others follow from first.
        identifying: where facts are other names of the environment.
        retired: where facts are that nobody should use any more, each with what its schema says of it.
        names_in_specs, names_in_shared: where specs, and shared facts, name something that must exist.
    """

    environment: Mapping[str, Any]
    shared: Mapping[str, Any]
    facts: Mapping[str, Any]
    own: tuple[Place, ...]
    identifying: tuple[Place, ...]
    retired: tuple[Place, ...]
    names_in_specs: tuple[Place, ...]
    names_in_shared: tuple[Place, ...]

    def tables(self) -> frozenset[str]:
        """Return the tables whose items facts name."""
        return frozenset(place.says for place in self.names_in_specs) - {APPS, SERVICES, ENVIRONMENTS}


class Table(NamedTuple):
    """Named things that environments share, and that specs list by name.

    Attributes:
        name: the table's.
        document: the file; None when there is none, and no items.
        items: the items by name, each with the table's defaults behind what it says itself.
        names: where the file names something that must exist.
    """

    name: str
    document: yamlio.Document | None
    items: Mapping[str, Any]
    names: tuple[Place, ...]


class Written(NamedTuple):
    """A scalar that may hold expressions, not yet evaluated: as it is written, and where it stands."""

    text: Any
    locate: Locate
    path: Path


class Column(NamedTuple):
    """A column of the facts that differ, on the page about all environments.

    Attributes:
        name: its header.
        cell: what it says about an environment.
        when: whether it says anything; None: always.
    """

    name: str
    cell: Cell
    when: Written | None


class AddressRow(NamedTuple):
    """Where something is reached that is not a public host.

    Attributes:
        name: what it is, for people.
        key: its key in `efdgen list --format json`; empty: it is not there.
        address: yields the address, or null where there is none.
        otherwise: what is said where there is none; empty: nothing.
        when: whether there is such a thing at all; None: always.
    """

    name: str
    key: str
    address: Written
    otherwise: str
    when: Written | None


class Pages(NamedTuple):
    """What pages, the site and `efdgen list` show: `templates/pages/`.

    Attributes:
        environment: the page about one environment.
        columns: the columns of the facts that differ.
        addresses: the addresses that are shown beside public hosts.
        services: by service, what yields its address where that is more than its host behind https://.
    """

    environment: Document
    columns: tuple[Column, ...]
    addresses: tuple[AddressRow, ...]
    services: Mapping[str, Written]


class Repository(NamedTuple):
    """Everything people wrote: what is sound of it, and what is wrong with the rest.

    Attributes:
        drafts: what can be known of the environments that are not sound, to find what else is wrong with them.
        about: the apps that the run is about.
        charts: what holds for all third-party charts.
        stages: the order in which environments get what is new, those of one stage together.
    """

    names: frozenset[str]
    environments: Mapping[str, EnvironmentSpec]
    apps: Mapping[str, AppDefinition]
    parent: Mapping[str, TextFile]
    wrapper: Mapping[str, TextFile]
    tables: Mapping[str, Table]
    runbook: RunbookDocuments
    schemas: Schemas
    title: str
    pages: Pages
    problems: tuple[Problem, ...]
    drafts: Mapping[str, Draft]
    about: Focus = Focus()
    charts: ChartSettings = ChartSettings()
    stages: tuple[tuple[str, ...], ...] = ()
