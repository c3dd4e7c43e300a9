"""Looks for overrides that change no object of an app in an environment.

An override is taken away, and the app hydrated again: Helm is asked, nothing is guessed. Since most overrides below one
key live or die together, they are tried together first. Of a spec that says

    values: {config: {a: 1, b: 2, c: 3}, image: {tag: "2"}}

config's three are taken away at once. No other objects: all three are idle, after one trial. Other objects: they are
split by their next key, and each is tried. image.tag is alone, and tried alone. What is idle together is tried alone as
well: b may be what the chart insists on wherever there is an a.

Why an idle override is idle is then asked in this order: another layer overrides it; another layer says the same; other
values of it change objects, so that a template reads it and the chart does the same without it; nothing reads it. Where
a template names it all the same, what comes of it does not show: a password of that length, a check that it passes, an
API that the cluster has not. Where other values are refused and none changes objects, it is only looked at.

An override that alone names a Secret which the app has is not idle, whatever the chart does without it: a rule would
miss who reads that Secret.
"""

from __future__ import annotations

import contextlib
import enum
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.environment.resolve import Resolver
from efdgen.errors import ChartError, InvalidInputError, Path
from efdgen.helm import hydrate
from efdgen.helm.charts.reads import Reads
from efdgen.helm.engines.engine import Capabilities, Engine
from efdgen.helm.hydrate import Charts, Deployment, HydratedApp
from efdgen.language.layers import Layer, at, history
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout
from efdgen.render import files as render
from efdgen.rules import secrets
from efdgen.rules.overrides import edits, effects, readers
from efdgen.rules.overrides.baseline import Baseline
from efdgen.rules.overrides.charttext import ChartText, texts
from efdgen.rules.overrides.readers import Readers

_WORTH_A_GROUP = 3
"""Overrides below one key from which on all of them are tried together first."""


_RENDERINGS = 8
"""How many renderings are kept of an app whose chart makes values up."""


class Worth(enum.Enum):
    """What an override is good for in an environment."""

    ALIVE = "it changes objects"
    DEAD = "no value of it that was tried changes an object"
    REPEATED = "another layer says the same"
    DEFAULT = "the chart does the same without it"
    OVERRIDDEN = "another layer overrides it"
    LOOKED_AT = "other values of it are refused, and none changes objects"


class Verdict(NamedTuple):
    """What an override is good for, and the other layer that is meant."""

    worth: Worth
    layer: str = ""


_ALIVE = Verdict(Worth.ALIVE)


class Tools(NamedTuple):
    """What trials need: who resolves, one at a time, and who hydrates."""

    resolver: Resolver
    resolving: threading.Lock
    engine: Engine
    charts: Charts
    capabilities: Capabilities


def _without_values(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files with nothing in those that hold values."""
    return {path: b"" if layout.is_values(path) else content for path, content in files.items()}


class _Effect(enum.Enum):
    NO_OTHER_VALUES = 0
    NO_OTHER_OBJECTS = 1
    OTHER_OBJECTS = 2
    REFUSED = 3

    @property
    def is_none(self) -> bool:
        """Say whether nothing that is deployed is another."""
        return self in (_Effect.NO_OTHER_VALUES, _Effect.NO_OTHER_OBJECTS)


class Trial:
    """One app of an environment, to be hydrated with changed layers.

    Attributes:
        environment: the environment.
        app: the app.
        error: why it can't be hydrated as it is; empty when it can.
        effects: what changes of it do, as far as that can be kept.
    """

    def __init__(
        self,
        environment: ResolvedEnvironment,
        app: ResolvedApp,
        files: Mapping[str, bytes],
        deployment: Deployment | str,
        tools: Tools,
    ) -> None:
        self.environment = environment
        self.app = app
        self.error = ""
        self._tools = tools
        self._deployment = deployment
        self._own = dict(render.app_files(environment, app))
        self._secrets = secrets.read_in(app) & {secret.name for secret in app.secrets}
        # The chart itself, without what it has in each environment.
        self._shared = {path: content for path, content in files.items() if layout.environment_of(path) is None}
        self._renderings: list[tuple[hydrate.Object, ...]] = []
        self._rendered_at = 0
        self._rendering = threading.Lock()
        self._done: dict[bytes, _Effect] = {}
        self.effects = effects.Effects(tools.engine)
        self._text: ChartText | None = None
        self._read: Readers | None = None

    def prepare(self) -> None:
        """Hydrate the app as it is; more than once where that may differ: some charts make values up each time."""
        result = self._hydrate(self._own, self._tools.engine)
        self.error = result.error
        self._renderings = [result.objects]
        self.effects = effects.Effects(self._tools.engine, result.determined)
        for _ in range(0 if self.effects.is_determined else 2):
            if not self._render_again():
                break

    def judge(self, index: int, paths: Iterable[Path]) -> dict[Path, Verdict]:
        """Say what overrides of one layer are good for.

        Args:
            index: the layer's place among the app's.
            paths: the overrides.
        """
        return dict(self._search(index, tuple(paths), 1))

    def hint(self, path: Path) -> str:
        """Return what may be meant by a value that nothing reads."""
        if path[0] != "values":
            return "remove it"
        switch = self._chart_text().switched_off(path[1:], self.app.values)
        if switch:
            return f"the chart that reads it is switched off here: {switch} is false; remove it, or switch that on"
        if self.names(path):
            return "a template reads it: look there before you remove it"
        return self._chart_text().hint(path[1:])

    def names(self, path: Path) -> bool:
        """Say whether a template names a value, though nothing that is made depends on it here."""
        return path[0] == "values" and self._readers().read(path[1:])

    def _search(self, index: int, paths: Sequence[Path], depth: int) -> Iterator[tuple[Path, Verdict]]:
        if len(paths) >= _WORTH_A_GROUP and depth > 1 and self.can_go({index: paths}):
            alone = [path for path in paths if self.can_go({index: [path]})]
            yield from ((path, _ALIVE) for path in paths if path not in alone)
            yield from self._idle(index, alone)
            return
        # At depth 1: {("values", "config"): [its three paths], ("values", "image"): [one path]}.
        groups: dict[Any, list[Path]] = {}
        for path in paths:
            groups.setdefault(path[: depth + 1], []).append(path)
        for group in groups.values():
            if len(group) > 1:
                yield from self._search(index, group, depth + 1)
            elif self.can_go({index: group}):
                yield from self._idle(index, group)
            else:
                yield group[0], _ALIVE

    def _idle(self, index: int, paths: Sequence[Path]) -> Iterator[tuple[Path, Verdict]]:
        """Say why overrides change no object."""
        unexplained = []
        for path in paths:
            verdict = self._said_elsewhere(index, path)
            if verdict is None:
                unexplained.append(path)
            else:
                yield path, verdict
        if len(unexplained) > 1 and self._readers_of(index, unexplained) is Worth.DEAD:
            yield from ((path, Verdict(Worth.DEAD)) for path in unexplained)
        else:
            yield from ((path, Verdict(self._readers_of(index, [path]))) for path in unexplained)

    def _said_elsewhere(self, index: int, path: Path) -> Verdict | None:
        """Return which other layer makes an override superfluous, if one does."""
        layers = self.app.layers
        having = history(layers, path)
        if all(layer is not layers[index] for layer in having[-1:]):
            return Verdict(Worth.OVERRIDDEN, having[-1].name if having else "")
        if len(having) > 1 and (path[0] == "values" or at(having[-2].data, path) == at(having[-1].data, path)):
            effect = self._effect({index: edits.without(layers[index], [path])}, values_only=True)
            if effect is _Effect.NO_OTHER_VALUES:
                return Verdict(Worth.REPEATED, having[-2].name)
        return None

    def _readers_of(self, index: int, paths: Sequence[Path]) -> Worth:
        """Say what overrides are that can go, by what other values of them do."""
        layer = self.app.layers[index]
        # All overrides change together, in turns: {a: [2, 0], b: ["x"]} is tried as a=2, b="x", then as a=0, b="x".
        choices = {path: self._alternatives(layer, path) for path in paths}
        found = Worth.DEAD
        for turn in range(max(map(len, choices.values()))):
            values = {path: others[min(turn, len(others) - 1)] for path, others in choices.items()}
            effect = self._effect({index: edits.changed(layer, values)})
            if effect is _Effect.OTHER_OBJECTS:
                return Worth.DEFAULT
            if effect is _Effect.REFUSED:
                found = Worth.LOOKED_AT
        if found is Worth.LOOKED_AT and all(self._is_default(path) for path in paths):
            return Worth.DEFAULT
        return found

    def _is_default(self, path: Path) -> bool:
        values = {"values": self.app.values}
        return path[0] == "values" and at(values, path, None) == self._chart_text().default(path[1:])

    def _alternatives(self, layer: Layer, path: Path) -> list[Any]:
        value = at(layer.data, path)
        if path[0] == "values" and isinstance(value, str):
            # An expression yields what it yields.
            value = at({"values": self.app.values}, path, value)
        return edits.alternatives(value, self._chart_text().literals(str(path[-1])))

    def _chart_text(self) -> ChartText:
        if self._text is None:
            own = (file.text for file in self.app.definition.templates.values())
            self._text = ChartText(self._charts(), own)
        return self._text

    def _readers(self) -> Readers:
        if self._read is None:
            definition = self.app.definition
            own = (file.text for file in definition.templates.values())
            self._read = Readers(self._chart_reads(), own, definition.values_at)
        return self._read

    def _chart_reads(self) -> Iterator[tuple[Path, Reads]]:
        """Yield what the templates of each of the app's charts read, with where its values stand in the app's."""
        definition = self.app.definition
        for chart in definition.charts:
            above = () if definition.chart is not None else (chart.key,)
            if chart.folder:
                start = f"{layout.chart(definition.name)}/charts/{chart.name}/"
                files = {path[len(start) :]: text for path, text in self._shared.items() if path.startswith(start)}
                yield above, readers.of_chart(files)
                continue
            with contextlib.suppress(ChartError):
                yield above, readers.of_archive(self._tools.charts.archive(chart.reference))

    def _charts(self) -> Iterator[tuple[Path, Mapping[str, str]]]:
        """Yield the files of the app's charts that are there, each with where its values stand in the app's."""
        for chart in self.app.definition.charts:
            above = () if self.app.definition.chart is not None else (chart.key,)
            if chart.folder:
                start = f"{layout.chart(self.app.definition.name)}/charts/{chart.name}/"
                files = {path: content for path, content in self._shared.items() if path.startswith(start)}
                yield above, {path: content.decode("utf-8", "replace") for path, content in files.items()}
                continue
            with contextlib.suppress(ChartError):
                yield above, texts(self._tools.charts.archive(chart.reference))

    def can_go(self, removed: Mapping[int, Iterable[Path]]) -> bool:
        """Say whether overrides can go, all of them at once, and nothing that is deployed is another.

        Args:
            removed: the overrides of each layer, by the layer's place among the app's.
        """
        layers = self.app.layers
        return self._effect({index: edits.without(layers[index], paths) for index, paths in removed.items()}).is_none

    def _effect(self, changed: Mapping[int, Layer], *, values_only: bool = False) -> _Effect:
        """Say what changed layers change.

        Args:
            changed: the changed layers, by their place among the app's.
            values_only: whether nothing but the values matters: other ones count as other objects.
        """
        layers = [changed.get(index, layer) for index, layer in enumerate(self.app.layers)]
        try:
            with self._tools.resolving:
                app = self._tools.resolver.resolve_app(self.environment, self.app.definition.name, layers)
        except InvalidInputError:
            return _Effect.REFUSED
        if self._secrets - secrets.read_in(app):
            return _Effect.OTHER_OBJECTS
        own = dict(render.app_files(self.environment, app))
        if own == self._own:
            return _Effect.NO_OTHER_VALUES
        if values_only or _without_values(own) != _without_values(self._own):
            return _Effect.OTHER_OBJECTS
        key = effects.digest(own)
        if key not in self._done:
            known = self.effects.get(key)
            self._done[key] = self._effect_of(own, key) if known is None else _Effect(known)
        return self._done[key]

    def _effect_of(self, own: Mapping[str, bytes], key: bytes) -> _Effect:
        result = self._hydrate(own, self.effects.engine)
        is_same = not result.error and self._is_same(result.objects)
        different = _Effect.REFUSED if result.error else _Effect.OTHER_OBJECTS
        found = _Effect.NO_OTHER_OBJECTS if is_same else different
        self.effects.add(key, found.value, result.determined)
        return found

    def _is_same(self, objects: Sequence[hydrate.Object]) -> bool:
        if Baseline(self._renderings).is_same(objects):
            return True
        if self.effects.is_determined:
            return False
        with self._rendering:
            # A chart may look at the clock; one that makes values up is asked again in any case.
            if len(self._renderings) > 1 or int(time.time()) != self._rendered_at:
                self._render_again()
            return Baseline(self._renderings).is_same(objects)

    def _render_again(self) -> bool:
        """Hydrate the app as it is once more; keep the result, and say so, if it is another."""
        self._rendered_at = int(time.time())
        result = self._hydrate(self._own, self.effects.engine)
        is_new = not result.error and result.objects not in self._renderings
        if is_new:
            self._renderings = [*self._renderings[-_RENDERINGS:], result.objects]
        return is_new

    def _hydrate(self, own: Mapping[str, bytes], engine: Engine) -> HydratedApp:
        charts, capabilities = self._tools[3:]
        name, environment = self.app.definition.name, self.environment.facts.name
        return hydrate.hydrate_app(
            {**self._shared, **own}, name, environment, engine, charts, capabilities, self._deployment
        )
