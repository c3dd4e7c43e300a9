"""One more environment, or one more app, into a repository that efdgen renders: its definitions and facts are used.

What is added begins with nothing but names. It is rendered; where the rendered values differ from those of the source,
the spec says so; and it is rendered again, until nothing differs.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from efdgen.errors import InvalidInputError, Problem, Severity, UsageError
from efdgen.helm.engines.engine import Engine
from efdgen.language import suggest, yamlio
from efdgen.language.tuples import NamedTuple
from efdgen.language.yamlio import editing
from efdgen.repository import paths
from efdgen.verbs.imports import (
    addedfacts,
    checked,
    emit,
    kept,
    lacking,
    namedthings,
    proof,
    result,
    standing,
    tableentries,
    written,
)
from efdgen.verbs.imports.forms import of_values
from efdgen.verbs.imports.model import Deployed, Finding, Hand
from efdgen.verbs.imports.proof import Proved
from efdgen.verbs.imports.refusals import about
from efdgen.verbs.imports.specs import Made, of_application, own_secrets, parameters_of, with_pins

_ROUNDS = 6


class Added(NamedTuple):
    """What is added to a repository.

    Attributes:
        files: the files that are new or changed, by path.
        before: what they held; nothing for new ones.
        proved: what was compared.
        findings: what to look at.
        cases: the environments and apps that are added.
    """

    files: dict[str, bytes]
    before: dict[str, bytes]
    proved: tuple[Proved, ...]
    findings: tuple[Finding, ...]
    cases: frozenset[tuple[str, str]]


def add(root: Path, hand: Hand, made: Made, name: str, engine: Engine) -> Added:
    """Return what an environment or an app of the source takes in a repository.

    Args:
        root: the repository.
        hand: the source.
        made: what an import of all of it would make.
        name: the environment, or the app.
        engine: Helm.

    Raises:
        UsageError: when the source has no such environment or app, or the repository has it already.
        InvalidInputError: when the repository is wrong as it is, or efdgen refuses what is added.
    """
    taken = standing.read(root, (path for app in made.apps.values() for path in app.definition.files))
    if taken is None:
        raise UsageError(f"{root} holds links, or files that can't be read: efdgen validate says which")
    there = dict(taken)
    made = standing.with_own_values(made, there)
    if name in hand.environments:
        if paths.spec(name) in there:
            raise UsageError(f"{root} has the environment {name} already")
        cases = [hand.deployed[name, app] for app in hand.apps if (name, app) in hand.deployed]
    elif name in hand.apps:
        if f"{paths.APPS}/{name}/app.yaml" in there:
            raise UsageError(f"{root} has the app {name} already")
        cases = [hand.deployed[env, name] for env in hand.having(name) if paths.spec(env) in there]
        if not cases:
            raise UsageError(f"{root} has no environment that deploys {name} in the source")
    else:
        raise UsageError(suggest.unknown("environment or app", name, [*hand.environments, *hand.apps]))
    return _Addition(there, hand, made, cases, name if name in hand.environments else "").added(engine)


class _Addition:
    """Adds apps of environments to a repository.

    Args:
        there: what people wrote in the repository, and its charts.
        hand: the source.
        made: what an import of all of it would make.
        cases: what is added, in specs that are there, or in a new one.
        new: the environment that is new; empty: none.
    """

    def __init__(self, there: dict[str, bytes], hand: Hand, made: Made, cases: Sequence[Deployed], new: str) -> None:
        self._there = there
        self._hand = hand
        self._made = made
        self._made_apps = made.apps
        self._cases = [each for each in cases if each.app in made.apps]
        self._new = new
        self._values: dict[tuple[str, str], dict[str, Any]] = {(each.environment, each.app): {} for each in self._cases}
        self._settings: dict[tuple[str, str], dict[str, Any]] = {place: {} for place in self._values}
        self._spec: dict[str, Any] = {}
        self._exceptions: dict[str, Any] = {}
        self._naming_new: set[str] = set()
        self._with_tables: set[str] = set()
        self._tried: set[tuple[str, str, tuple[Any, ...]]] = set()
        self._only_plain = False

    def added(self, engine: Engine) -> Added:
        """Return what has to be written.

        Raises:
            InvalidInputError: when efdgen refuses it.
        """
        known = {each.message for each in checked.render(self._there).warnings}
        definitions = self._definitions()
        if self._new:
            self._spec = addedfacts.of(self._made.facts[self._new], self._new, self._there)
        files, findings, tree = self._fitted(definitions)
        if self._new:
            files = self._without_idle_facts(files, tree, definitions)
        proved = proof.prove_some(self._hand, self._made, tree, files, engine, self._cases)
        changed = {path: content for path, content in files.items() if self._there.get(path) != content}
        before = {path: self._there[path] for path in changed if path in self._there}
        warned = [each for each in checked.render(files).warnings if each.message not in known]
        told = (*findings, *self._left_out(), *map(result.warned, warned))
        cases = frozenset((each.environment, each.app) for each in self._cases)
        return Added(changed, before, tuple(proved), told, cases)

    def _left_out(self) -> Iterator[Finding]:
        """Yield the JSON files of a new environment that a definition which is there says otherwise, or not at all."""
        for each in self._cases:
            for path in self._made.apps[each.app].files.content if not self._is_lacking(each.app) else ():
                if path.endswith(f"/{each.environment}.json") and each.app not in self._with_tables:
                    message = f"{each.chart.folder}/{path} is not taken over"
                    hint = f"add it as environmentFiles of {paths.APPS}/{each.app}/app.yaml says"
                    yield Finding("I302", message, "", 0, hint, each.environment, each.app)

    def _fitted(self, definitions: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[Finding], dict[str, bytes]]:
        """Return the files, what was accepted, and what they render to, with values that are those of the source."""
        try:
            return self._rounds(definitions)
        except InvalidInputError:
            if self._only_plain or not self._tried:
                raise
        # What follows from the facts in the source is not what the repository knows: values stand there as they are.
        self._only_plain = True
        self._values = {place: {} for place in self._values}
        return self._rounds(definitions)

    def _rounds(self, definitions: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[Finding], dict[str, bytes]]:
        """Set what is rendered otherwise, and render again, until nothing is."""
        files, findings = self._accepted(definitions)
        tree = dict(checked.render(files).tree)
        for _ in range(_ROUNDS):
            if not sum(self._is_set(each, tree) for each in self._cases):
                break
            files, findings = self._accepted(definitions)
            tree = dict(checked.render(files).tree)
        if self._exceptions:
            # What the first rounds broke, and was accepted, may be right with the values of the last one.
            self._exceptions = {}
            files, findings = self._accepted(definitions)
            tree = dict(checked.render(files).tree)
        return files, findings, tree

    def _definitions(self) -> dict[str, bytes]:
        """Return the definitions that the repository lacks."""
        names = {each.app for each in self._cases}
        lacking = {name for name in names if f"{paths.APPS}/{name}/app.yaml" not in self._there}
        everything = emit.files(self._made, self._hand, {})
        found = {}
        for name in lacking:
            app = self._made.apps[name]
            found.update({p: c for p, c in everything.items() if p.startswith(f"{paths.APPS}/{name}/")})
            found.update({paths.table(table): everything[paths.table(table)] for table in app.files.tables})
            found.update(app.definition.files)
        if self._new:
            for name in sorted(names - lacking):
                entries = tableentries.added(self._there, self._made.apps[name], name, self._new)
                found.update(entries)
                self._with_tables |= {name} if entries else set()
        return found

    def _accepted(self, definitions: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[Finding]]:
        """Return the files with what is added, and with exceptions from rules that it breaks."""
        specs = {self._new: {**self._spec, **self._exceptions}} if self._new else {}
        made = self._made._replace(apps={}, specs=specs, shared={"defaults": {}})
        result = checked.check(made, lambda: self._files(definitions, specs.get(self._new, {})))
        if result.rendering is None:
            problems = []
            try:
                checked.render(result.files)
            except InvalidInputError as error:
                problems = [each for each in error.problems if each.severity is Severity.ERROR]
            links = {env for each in problems for env in self._naming(each)} - self._naming_new
            if not links:
                raise InvalidInputError(problems)
            self._naming_new |= links
            return self._accepted(definitions)
        if self._new:
            said = specs[self._new].items()
            self._exceptions = {key: value for key, value in said if key in ("accept", "links", "cluster")}
        return dict(result.files), list(result.findings)

    def _naming(self, problem: Problem) -> list[str]:
        """Return the environments that were there, where a problem is that they name a host of the new one."""
        if problem.code != "E503" or not self._new or f" of the environment {self._new} " not in problem.message:
            return []
        # Who it is about: the shared facts, or a definition, may be where it is written.
        names = filter(None, map(paths.environment_of, self._there))
        everybody: dict[str, dict[str, Any]] = {name: {} for name in names}
        about_them = about(problem, self._made._replace(specs=everybody))
        return [each.env for each in about_them if each.env and each.env != self._new]

    def _files(self, definitions: Mapping[str, bytes], spec: Mapping[str, Any]) -> dict[str, bytes]:
        """Return the repository with what is added."""
        files = {**self._there, **definitions}
        for env in self._naming_new:
            path, reason = paths.spec(env), f"{env} names it, as deployed by hand."
            files[path] = editing.put(files[path].decode(), ("links", self._new), reason, last=("apps",)).encode()
        if self._new:
            apps = {each.app: self._entry(each) for each in self._cases}
            said = emit.comments(self._hand, self._made_apps, self._new, apps, {**self._there, **definitions})
            files[paths.spec(self._new)] = written.text({**spec, "apps": apps}, said).encode()
            return files
        for each in self._cases:
            path = paths.spec(each.environment)
            files[path] = editing.put(files[path].decode(), ("apps", each.app), self._entry(each), keep=1).encode()
        return files

    def _entry(self, each: Deployed) -> dict[str, Any]:
        """Return what a spec says of an app."""
        facts = self._made.facts[each.environment]
        file = each.files[-1] if each.files else each.app
        app = self._made_apps[each.app]
        secrets = own_secrets(app, facts) if self._is_lacking(each.app) else {}
        parameters = self._parameters(each)
        values = self._values[each.environment, each.app]
        said_there = of_application(facts, self._hand, each.environment, each.app).items()
        revision = {key: value for key, value in said_there if key == "targetRevision"}
        application = {**revision, **self._settings[each.environment, each.app]}
        said = {**({"parameters": parameters} if parameters else {}), **application, **secrets}
        return {**said, **with_pins(values, lambda: f"As deployed by hand, {file}; why is not on record.")}

    def _parameters(self, each: Deployed) -> dict[str, Any]:
        """Return what a spec says of the parameters of an app's definition, which is there or is added, too."""
        app = self._made_apps[each.app]
        if self._is_lacking(each.app):
            return parameters_of(app, each.environment)
        texts = (self._there.get(f"{paths.APPS}/{each.app}/{file}.yaml", b"").decode() for file in ("values", "app"))
        values, data = (yamlio.load(text) or {} for text in texts)
        return namedthings.of_definition(values, data.get("parameters") or {}, app.definition.values(each.values))

    def _is_lacking(self, app: str) -> bool:
        return f"{paths.APPS}/{app}/app.yaml" not in self._there

    def _is_set(self, each: Deployed, tree: Mapping[str, bytes]) -> bool:
        """Set what was rendered otherwise than the source has it; say whether there was anything."""
        place = (each.environment, each.app)
        values = list(lacking.values(each, self._made_apps[each.app].definition, tree))
        for path, value in values:
            kept.put(self._values[place], path, self._form(each, path, value))
        settings = dict(lacking.settings(each, tree))
        self._settings[place] |= settings
        return bool(values or settings)

    def _form(self, each: Deployed, path: tuple[Any, ...], value: Any) -> Any:
        """Return a value as the spec says it: at first by what follows from the facts; if that is another, as it is."""
        place = (each.environment, each.app, path)
        if self._only_plain or place in self._tried or "<%" in str(value):
            return value
        self._tried.add(place)
        return of_values(self._made.facts[each.environment])(path, value)[0]

    def _without_idle_facts(
        self, files: dict[str, bytes], tree: Mapping[str, bytes], definitions: Mapping[str, bytes]
    ) -> dict[str, bytes]:
        """Take out facts that change nothing: the repository's own defaults say the same."""
        path = paths.spec(self._new)
        spec = {**self._spec, **self._exceptions}
        for fact in addedfacts.names(spec):
            fewer = copy.deepcopy(spec)
            inner = fewer
            for key in fact[:-1]:
                inner = inner[key]
            del inner[fact[-1]]
            fewer = {key: value for key, value in fewer.items() if value != {}}
            tried = self._files(definitions, fewer)
            try:
                same = _without_marks(dict(checked.render(tried).tree)) == _without_marks(tree)
            except InvalidInputError:
                same = False
            if same:
                spec, files = fewer, {**files, path: tried[path]}
        return files


def _without_marks(tree: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return rendered charts without their first lines: these hold digests of the rest."""
    return {path: content for path, content in tree.items() if path.startswith("apps/")}
