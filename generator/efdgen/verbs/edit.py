"""`set`, `unset`, `pin` and `unpin`: edits, made in memory, checked as `validate` checks them, then written."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import InvalidEditError, InvalidInputError, Severity, UsageError
from efdgen.explain.edits import comments, hidden, making, slips, targets
from efdgen.explain.edits.applying import applied
from efdgen.explain.edits.making import Edit
from efdgen.explain.edits.model import DEFAULTS, DEFINITION, SPEC, Hidden, Target, Written, mapping, names
from efdgen.language import suggest, yamlio
from efdgen.language.annotations import Keys
from efdgen.language.inheriting import expanded
from efdgen.language.layers import ABSENT, Layer, at, merge, merge_layers
from efdgen.language.shown import listed
from efdgen.output import layout, sources
from efdgen.output.compare import Change
from efdgen.repository import paths
from efdgen.repository.model import EnvironmentSpec, Repository
from efdgen.repository.speclayers import SHARED_FACTS
from efdgen.review.trees import review
from efdgen.verbs import project
from efdgen.verbs.edited import Edited, decoded, identity, value_in
from efdgen.verbs.tried import Tried, outdated


class Sources:
    """A repository that edits are about: what people wrote, and what it renders to.

    Args:
        root: the repository.
        texts: files as former edits would leave them; to look at only: edits begin at the files as they are.

    Raises:
        InvalidInputError: when the shared facts can't be read.
    """

    def __init__(self, root: Path, texts: Mapping[str, str] = types.MappingProxyType({})) -> None:
        self.root = root
        self._texts = texts
        self._before = Tried(root, texts)
        repository = self._before.repository
        shared = self.document(paths.FACTS)
        if shared is None:
            raise InvalidInputError(repository.problems)
        specs = {name: self.document(paths.spec(name)) for name in sorted(repository.names)}
        read = {name: spec for name, spec in specs.items() if spec is not None}
        facts: Any = {}
        for said in (*(spec.data for spec in read.values()), mapping(shared.data.get("defaults"))):
            facts = merge(facts, {key: value for key, value in said.items() if key not in ("apps", "appDefaults")})
        self.written = Written(read, shared, repository.apps, facts)

    @functools.cached_property
    def _unseen(self) -> tuple[str, ...]:
        """Return the environments that have errors in their specs; none, where everything can be rendered."""
        if self._before.tree is not None:
            return ()
        errors = (problem for problem in self._before.problems if problem.severity is Severity.ERROR)
        return tuple(sorted({name for each in errors if (name := paths.environment_of(each.location.file))}))

    @functools.cached_property
    def _known(self) -> Tried:
        """Return what can be rendered: everything, or the environments whose specs have no errors."""
        is_in_part = 0 < len(self._unseen) < len(self._before.repository.names)
        return self._in_part(self._texts) if is_in_part else self._before

    def _in_part(self, texts: Mapping[str, str]) -> Tried:
        return Tried(self.root, texts, sorted(self._before.repository.names - set(self._unseen)))

    def document(self, file: str) -> yamlio.Document | None:
        """Return a file that holds a mapping; None: it can't be read."""
        try:
            document = yamlio.parse(self.text(file), file)
        except InvalidInputError:
            return None
        return document if isinstance(document.data, dict) else None

    def text(self, file: str) -> str:
        """Return the text of a file.

        Raises:
            InvalidInputError: when it is not text.
            UsageError: when there is no such file.
            OutputError: when it can't be read.
        """
        return self._texts[file] if file in self._texts else decoded(self.root, file)[1]

    def rendered(self) -> project.Rendering:
        """Return what is rendered before any edit.

        Raises:
            InvalidInputError: with everything wrong with what people wrote.
        """
        return self._before.rendered()

    def target(self, where: str, question: str) -> Target:
        """Return the place that a layer and a path mean; `targets.find` says how.

        Raises:
            InvalidInputError: when the spec or the app that is meant can't be read.
            UsageError: when there is none.
        """
        self._refuse_unread(where, question.partition(".")[0])
        return targets.find(self.written, where, question)

    def _refuse_unread(self, where: str, app: str) -> None:
        """Refuse what is there and can't be read: to say that it is unknown would be wrong."""
        repository = self._before.repository
        unread = where in repository.names and where not in self.written.specs
        if unread or (app not in self.written.apps and app in paths.app_names(self.root) and app != paths.PARENT):
            raise InvalidInputError(repository.problems)

    def there(self, target: Target) -> Target:
        """Return a target at which its layer says something.

        Raises:
            UsageError: when it says nothing there; the message names a layer that does.
        """
        if self.value_at(target) is ABSENT:
            if target.layer == SPEC and target.app and not target.setting:
                raise UsageError(f"{target.where} does not list the app {target.app}")
            self.refuse_pinned(target, f"efdgen unpin {target.where} {making.name(target)}")
            elsewhere = self._elsewhere(target)
            similar = slips.similar(target, self._data(target.file))
            hint = elsewhere or (f"; {similar}" if similar else "")
            raise UsageError(f"{target.where} says nothing about {making.name(target)}{hint}")
        return target

    def refuse_pinned(self, target: Target, instead: str) -> None:
        """Refuse what is about a value that the layer itself pins.

        Raises:
            UsageError: when it does; the message says what to run instead.
        """
        if at(self._data(target.file), making.own_pin(target), None) is not None:
            raise UsageError(f"{target.where} pins {making.name(target)}; run: {instead}")

    def pin(self, where: str, question: str) -> Target:
        """Return the place of the pin of a value.

        Raises:
            UsageError: when there is no such layer or app, or it can't be pinned.
        """
        return making.pin_at(self.target(where, question))

    def pinned(self, where: str, question: str) -> Target:
        """Return the place of a pin that a layer has.

        Raises:
            UsageError: when it has none there; the message names what does, or what it pins.
        """
        target = self.pin(where, question)
        if self.value_at(target) is not ABSENT or self._elsewhere(target):
            return self.there(target)
        theirs = targets.pins(self.written, where)
        known = suggest.hint(question, theirs) if theirs else "it pins nothing"
        raise UsageError(f"{where} does not pin {target.app}.{target.setting[-1]}; {known}")

    def _elsewhere(self, target: Target) -> str:
        """Return which layer below a target's own says something there, and how to take that away."""
        spec = self._spec(target)
        path = target.setting
        for layer in reversed(self._below(target, spec)) if path else ():
            if at(layer.data, path, None) is not None:
                does = "do" if layer.name == SHARED_FACTS else "does"
                says = f"; its {layer.name} {does} ({layer.locate(path, key=True)})"
                pinned = path[:-1] == ("pins",) or ".".join(map(str, path[1:])) in (layer.data.get("pins") or {})
                return says + (making.how_to_unpin(target, layer) if pinned else "")
        return ""

    def value_at(self, target: Target) -> Any:
        """Return what a target's file says there; ABSENT: nothing."""
        return at(self._data(target.file), target.path)

    def _data(self, file: str) -> Any:
        for document in (*self.written.specs.values(), self.written.shared):
            if document.file == file:
                return document.data
        read = self.document(file)
        return {} if read is None else read.data

    def value_now(self, target: Target) -> Any:
        """Return what is in force at a target, in the first of its environments that has something there.

        Where none can be resolved, it is what is written below.
        """
        own = self.value_at(target)
        if own is not ABSENT and not (isinstance(own, str) and "<%" in own):
            return own
        for environment in self._known.environments:
            if environment.facts.name in names(target, self.written):
                found = _resolved(environment, target)
                if found is not ABSENT and found is not None:
                    return found
        if target.app and target.layer != SPEC:
            return at(merge_layers(self.written.apps[target.app].layers), target.setting)
        below = ABSENT if self._known.environments else self.below(target)
        return ABSENT if isinstance(below, str) and "<%" in below else below

    def refuse_scalar_for_mapping(self, target: Target, value: Any) -> None:
        """Refuse what is not a mapping where there is one with something in it; null takes it away on purpose.

        Raises:
            UsageError: naming what can be set below it.
        """
        now = self.value_now(target)
        is_computed = isinstance(value, str) and "<%" in value
        if isinstance(now, dict) and now and value is not None and not isinstance(value, dict) and not is_computed:
            below = listed([f"{making.name(target)}.{key}" for key in now])
            raise UsageError(f"{making.name(target)} is a mapping: set what is in it, such as {below}")

    def below(self, target: Target) -> Any:
        """Return what is written at a target by the layers below its own; ABSENT: nothing."""
        return at(merge_layers(expanded(self._below(target, self._spec(target)))), target.setting)

    def _spec(self, target: Target) -> EnvironmentSpec | None:
        """Return a spec that is about a target, sound, and of an environment that lists its app, if there is one."""
        known = self._before.repository.environments
        specs = [known[name] for name in names(target, self.written) if name in known]
        return next((spec for spec in specs if not target.app or target.app in spec.apps), None)

    def _below(self, target: Target, spec: EnvironmentSpec | None) -> list[Layer]:
        """Return the layers below a target's own, the least specific first."""
        layers: Sequence[Layer] = () if spec is None else spec.layers
        if target.app:
            own = () if spec is None else spec.app_layers[target.app]
            layers = (*self.written.apps[target.app].layers, *own)
        found: list[Layer] = []
        for layer in layers:
            if layer.name == target.layer:
                break
            found.append(layer)
        return found

    def layers(self) -> list[str]:
        """Return the layers that an edit can be about, as people name them."""
        return [*sorted({*self.written.specs, *self.written.sites}), DEFAULTS, DEFINITION]

    def paths(self, begin: str, layers: Sequence[str] = ()) -> list[str]:
        """Return what edits can be about: apps and facts or, behind the name of one, the paths below it.

        Args:
            begin: what was typed.
            layers: what the edit is about, if that is known: keys that name services are those of its apps.
        """
        found = targets.known(self.written, begin)
        fact, dot, _ = begin.partition(".")
        places = self._before.repository.schemas.names_in_specs if dot else ()
        for says in (place.says for place in places if place.path == (fact, Keys())):
            found += [f"{fact}.{key}" for key in targets.named(self.written, says, layers)]
        return list(dict.fromkeys(found))

    def edited(self, edits: Sequence[Edit]) -> Edited:
        """Make edits in memory, and check what comes of them.

        Raises:
            InvalidEditError: when something is wrong that was not wrong before.
            UsageError: when one can't be made.
        """
        originals: dict[str, tuple[bytes, str]] = {}

        def original(file: str) -> str:
            if file not in originals:
                originals[file] = decoded(self.root, file)
            return originals[file][1]

        texts = applied(edits, original)
        texts = {file: text for file, text in texts.items() if text != originals[file][1]}
        if not texts:
            return Edited({}, None, (), (), (), (), {}, environments=self._before.environments)
        after = Tried(self.root, texts)
        known = {identity(problem) for problem in self._before.problems}
        new = [problem for problem in after.problems if identity(problem) not in known]
        if any(problem.severity is Severity.ERROR for problem in new):
            raise InvalidEditError(new, texts)
        changes = {
            file: Change(
                originals[file][0] + originals[file][1].encode(),
                originals[file][0] + text.encode(),
                is_new=not (self.root / file).exists(),
            )
            for file, text in texts.items()
        }
        shown = None
        is_whole = self._known is self._before
        before, now = self._known, after if is_whole else self._in_part(texts)
        differing = outdated(before.tree or {}, now.tree or {})
        if not is_whole:  # the page about all environments is in neither, or in one
            differing = tuple(path for path in differing if layout.environment_of(path) is not None)
        if before.tree is not None and now.tree is not None:
            shown = review(before.tree, now.tree, "the specs as they are")
        data = {file: yamlio.parse(text, file).data for file, text in texts.items()}
        found = [each for edit in edits for each in self._hidden(after.repository, edit.target, data)]
        unlisted = [
            edit.target
            for edit in edits
            if value_in(data, edit.target) is not ABSENT
            and not hidden.is_listed(after.repository, edit.target, names(edit.target, self.written))
        ]
        errors = tuple(p for p in after.problems if p.severity is Severity.ERROR)
        ended = [e.target for e in edits if e.may_end and e.target.file in data and value_in(data, e.target) is ABSENT]
        former = [(originals[file][1], text, file) for file, text in texts.items()]
        return Edited(
            changes,
            shown,
            tuple(new),
            tuple(dict.fromkeys(found)),
            tuple(unlisted),
            errors,
            texts,
            now.tree,
            now.environments,
            differing,
            tuple(ended),
            tuple(each for texts_of in former for each in comments.gone(*texts_of)),
            tuple(each for texts_of in former for each in comments.left(*texts_of)),
            self._unseen if shown is not None else (),
        )

    def _hidden(self, repository: Repository, target: Target, data: Mapping[str, Any]) -> Iterator[Hidden]:
        value = value_in(data, target)
        if value is not ABSENT and not (value is None and target.setting[:1] == ("pins",)):
            yield from hidden.hidden(repository, target, names(target, self.written), value)


def _resolved(environment: ResolvedEnvironment, target: Target) -> Any:
    if not target.app:
        return at(environment.facts.data, target.setting)
    app = next((app for app in environment.apps if app.definition.name == target.app), None)
    if app is None or target.setting[:1] != ("values",):
        return at(merge_layers(app.layers), target.setting) if app is not None else ABSENT
    return at(app.values, target.setting[1:])


def write(root: Path, edited: Edited) -> None:
    """Write what edits change.

    Raises:
        OutputError: when it can't be written, or somebody changed a file meanwhile.
    """
    sources.replace(root, edited.changes)
