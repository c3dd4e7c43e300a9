"""Which edits have no effect, where they are many and of many environments: each is looked at by itself, all in one go.

An edit of one environment changes no other, but for links and what rules see of all. So every environment is searched
at the same pace: a round takes what each of them is to try next, and renders each of them once. What it comes to in the
end is the caller's to prove.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from efdgen import rules
from efdgen.errors import Severity, UsageError
from efdgen.explain.edits.applying import applied
from efdgen.explain.edits.making import Edit
from efdgen.output import layout
from efdgen.repository import paths
from efdgen.verbs import anew, project, records
from efdgen.verbs.edit import Sources
from efdgen.verbs.edited import decoded

Each = TypeVar("Each")
Search = Generator[list[Each], bool, list[Each]]


def search(likely: Sequence[Each]) -> Search[Each]:
    """Yield what to try, with what was possible before; it is sent whether it is. Return what can be edited.

    Where several in a row can be, twice as many are tried at once, and fewer again where they can't: each try renders.
    """
    chosen: list[Each] = []
    waiting = list(likely)
    size, was_possible = 1, False
    while waiting:
        some = waiting[:size]
        is_possible = yield [*chosen, *some]
        if is_possible:
            chosen += some
        if is_possible or len(some) == 1:
            del waiting[:size]
        if not is_possible:
            size = max(1, len(some) // 2)
        elif was_possible:
            size = len(some) * 2
        was_possible = is_possible
    return chosen


def one_by_one(likely: Sequence[Each], is_possible: Callable[[Sequence[Each]], bool]) -> list[Each]:
    """Return what can be edited, by tries that each look at everything."""
    steps = search(likely)
    try:
        some = next(steps)
        while True:
            some = steps.send(is_possible(some))
    except StopIteration as end:
        return list(end.value)


class Apart(Generic[Each]):
    """Looks at edits of many environments at once.

    Args:
        sources: the repository, without errors.
        made: edits that come before all others.
        edits: returns the edits that some of what is likely comes to.
        environments: returns the environments that an edit is about: of no two of them some that they share.
    """

    def __init__(
        self,
        sources: Sources,
        made: Sequence[Edit],
        edits: Callable[[Sequence[Each]], list[Edit]],
        environments: Callable[[Each], Sequence[str]],
    ) -> None:
        self._sources = sources
        self._made = made
        self._edits = edits
        self._environments = environments
        self._before: dict[str, dict[str, bytes]] = {}
        for path, content in sources.rendered().tree.items():
            name = layout.environment_of(path)
            if name is not None and layout.is_in_chart(path):
                self._before.setdefault(name, {})[path] = content

    def chosen(
        self,
        parts: Mapping[Hashable, Sequence[Each]],
        before: Sequence[Each],
        is_possible: Callable[[Sequence[Each]], bool],
    ) -> list[Each]:
        """Return what can be edited of parts that are about environments of their own.

        Args:
            parts: what is likely, for example `{"summit": [a, b], "lab": [c]}`: the first round tries a and c.
            before: what is edited in any case.
            is_possible: looks at everything; asked where a part can't be looked at by itself.
        """
        searches = {part: search(likely) for part, likely in parts.items()}
        trying = {part: next(steps) for part, steps in searches.items()}
        settled: dict[Hashable, list[Each]] = {}
        late: list[Hashable] = []
        while trying:
            rest = [*before, *_all(settled.values())]
            for part, verdict in self._round(trying, rest).items():
                if verdict is None:
                    late.append(part)
                    del trying[part]
                    continue
                try:
                    trying[part] = searches[part].send(verdict)
                except StopIteration as end:
                    settled[part] = end.value
                    del trying[part]
        for part in late:
            settled[part] = one_by_one(parts[part], behind([*before, *_all(settled.values())], is_possible))
        return [each for part in parts for each in settled[part]]

    def _round(self, trying: Mapping[Hashable, list[Each]], rest: Sequence[Each]) -> dict[Hashable, bool | None]:
        """Return of each part whether what it tries has no effect; None: that can't be said of it by itself."""
        found: dict[Hashable, bool | None] = {}
        parts = dict(trying)
        try:
            texts = self._texts([*self._made, *self._edits([*rest, *_all(parts.values())])])
        except UsageError:
            found = {part: False for part, some in parts.items() if not self._can_be_made(some)}
            parts = {part: some for part, some in parts.items() if part not in found}
            try:
                texts = self._texts([*self._made, *self._edits([*rest, *_all(parts.values())])])
            except UsageError:
                return {**found, **dict.fromkeys(parts)}
        names = {part: {name for each in some for name in self._environments(each)} for part, some in parts.items()}
        every = {name for of_part in names.values() for name in of_part}
        verdicts = self._verdicts(texts, every)
        for part, own in names.items():
            said = {verdicts[name] for name in own}
            found[part] = None if None in said else False not in said
        return found

    def _can_be_made(self, some: Sequence[Each]) -> bool:
        edits = self._edits(some)
        files = {edit.target.file for edit in edits}
        try:
            self._texts([*(edit for edit in self._made if edit.target.file in files), *edits])
        except UsageError:
            return False
        return True

    def _texts(self, edits: Sequence[Edit]) -> dict[str, str]:
        return applied(edits, lambda file: decoded(self._sources.root, file)[1])

    def _verdicts(self, texts: Mapping[str, str], names: set[str]) -> dict[str, bool | None]:
        """Return of each environment whether it is as it was; None: other edited ones may be why it is not."""
        opened = project.open_project(self._sources.root, sorted(names), instead=texts)
        repository = opened.repository
        errors = [each for each in repository.problems if each.severity is Severity.ERROR]
        if any(paths.environment_of(each.location.file) not in names for each in errors):
            return dict.fromkeys(names)
        flawed = {paths.environment_of(each.location.file) for each in errors}
        work = anew.Work(opened, rules.Identities(repository, opened.resolver, is_noted=False))
        found: dict[str, bool | None] = {}
        for name in sorted(names):
            if name in flawed or name not in repository.environments:
                found[name] = False
                continue
            made = anew.Made(*work.made(name))
            if any(each.severity is Severity.ERROR for each in records.problems((*made.found, *made.wrong))):
                # What rules say may be about others; what an expression says is about itself, and what it links to.
                found[name] = None if made.files else False
            else:
                files = {path: text for path, text in made.files if layout.is_in_chart(path)}
                found[name] = files == self._before.get(name, {})
            if found[name] is False and not names.isdisjoint(anew.linked(name, opened) - {name}):
                found[name] = None
        return found


def behind(rest: Sequence[Each], is_possible: Callable[[Sequence[Each]], bool]) -> Callable[[Sequence[Each]], bool]:
    """Return what says whether some are possible with the rest."""
    return lambda some: is_possible([*rest, *some])


def _all(some: Iterable[Sequence[Each]]) -> list[Each]:
    return [each for few in some for each in few]
