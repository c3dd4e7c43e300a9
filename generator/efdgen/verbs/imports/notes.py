"""Which comments of the source go along with what a layer says: those of values files, and of values in Applications.

A comment above a key is about the key, one behind a value about that value. What the values file of one environment
says is about that environment: layers that others share get it where it is about the very value that they say, or
where most of the environments say it.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.language import yamlio
from efdgen.language.layers import ABSENT, at
from efdgen.language.tuples import NamedTuple
from efdgen.verbs.imports import valuefiles, written
from efdgen.verbs.imports.model import Deployed, Hand
from efdgen.verbs.imports.specs import App
from efdgen.verbs.imports.written import Comment, Comments, Path


class _Text(NamedTuple):
    """A text of values.

    Attributes:
        comments: what it says beside its values, by their path in it.
        data: its values.
        is_of_one: whether it is about one environment.
    """

    comments: Comments
    data: Any
    is_of_one: bool


class _Said(NamedTuple):
    """A comment of an environment's: its path in the layer, the value that it stands at, and what the charts get."""

    path: Path
    comment: Comment
    value: Any
    own: Any
    is_of_one: bool


class Notes:
    """The comments of the source's values, by app.

    Args:
        hand: the source.
    """

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._of_text: dict[str, tuple[Comments, Any]] = {}
        self._of_shared: dict[str, Comments] = {}
        self._of_case: dict[tuple[str, str], list[_Said]] = {}
        self._users = Counter((app, file) for (_, app), each in hand.deployed.items() for file in each.files)

    def of(
        self,
        environments: Sequence[str],
        app_name: str,
        app: App,
        tree: Mapping[str, Any],
        said: Comments,
        *,
        is_shared: bool = True,
    ) -> dict[Path, Comment]:
        """Return the comments for the keys of what a layer says of an app.

        Args:
            environments: those that have the layer, in their order: of comments about one key, the first one is taken.
            app_name: the app.
            app: how it is defined.
            tree: what the layer says.
            said: the comments of the layer below, which are not said again.
            is_shared: whether others may have the layer, too: they do not get the head of an environment's file.
        """
        listed = [each for name in environments for each in self._said(self._hand.deployed[name, app_name], app)]
        usual = Counter((each.path, tuple(each.comment.above), each.comment.end) for each in listed if each.is_of_one)
        # What is about all environments comes first in a layer of all.
        listed = sorted(listed, key=lambda each: each.is_of_one) if is_shared else listed
        found: dict[Path, Comment] = {}
        for each in listed:
            value = at(tree, each.path)
            if value is ABSENT:
                continue
            key = (each.path, tuple(each.comment.above), each.comment.end)
            is_usual = usual[key] * 2 > len(environments)
            comment = _fitting(each, value, is_meant=is_usual or not each.is_of_one or not is_shared)
            if comment.is_head and is_shared and each.is_of_one and not (is_usual and len(environments) > 1):
                comment = comment._replace(above=())
            comment = _new(comment, said.get(each.path, Comment()), is_of_one=each.is_of_one)
            comment = _filled(found.get(each.path, Comment()), comment)
            if comment != Comment():
                found[each.path] = comment
        return found

    def in_shared(self, app: App, name: str) -> Comments:
        """Return the comments that the definition has."""
        if name not in self._of_shared:
            self._of_shared[name] = self.of(self._hand.having(name), name, app, app.layers.shared, {})
        return self._of_shared[name]

    def head(self, app_name: str, app: App, tree: Mapping[str, Any], environment: str = "") -> Sequence[str]:
        """Return the comment that begins a file and that no key gets: of an environment's file, or for all.

        Args:
            app_name: the app.
            app: how it is defined.
            tree: what the layer says of the app.
            environment: the environment whose spec it is for; empty: for the definition, which gets that of all.
        """
        having = self._hand.having(app_name)
        listed = [(text, tuple(above)) for name in having for text, above in self._heads(name, app_name, app, tree)]
        usual = Counter(above for text, above in listed if text.is_of_one)
        if environment:
            own = (above for text, above in self._heads(environment, app_name, app, tree) if text.is_of_one)
            return next((above for above in own if len(having) == 1 or usual[tuple(above)] * 2 <= len(having)), ())
        is_for_all = {above for above, number in usual.items() if 1 < len(having) < number * 2}
        return next((above for text, above in listed if not text.is_of_one or above in is_for_all), ())

    def _heads(
        self, environment: str, app_name: str, app: App, tree: Mapping[str, Any]
    ) -> Iterator[tuple[_Text, Sequence[str]]]:
        """Yield the comments that begin the texts of an environment's values, and that are not about one key there."""
        for text, prefix in self._texts(self._hand.deployed[environment, app_name], app):
            for path, comment in itertools.islice(text.comments.items(), 1):
                below = path[len(prefix) :] if path[: len(prefix)] == prefix else ()
                if comment.is_head and (not below or at(tree, below) is ABSENT):
                    yield text, comment.above

    def _said(self, each: Deployed, app: App) -> list[_Said]:
        """Return what an environment's texts say of an app's values, the most specific first."""
        case = (each.environment, each.app)
        if case not in self._of_case:
            values = app.definition.values(each.values)
            self._of_case[case] = [
                _Said(
                    path[len(prefix) :], comment, at(text.data, path), at(values, path[len(prefix) :]), text.is_of_one
                )
                for text, prefix in self._texts(each, app)
                for path, comment in text.comments.items()
                if path[: len(prefix)] == prefix and len(path) > len(prefix)
            ]
        return self._of_case[case]

    def _texts(self, each: Deployed, app: App) -> Iterator[tuple[_Text, Path]]:
        """Yield the texts of an environment's values, the most specific first, with where the chart's stand in them."""
        # The values of a chart of the source's own stand at the top there, and so do those of a chart of others.
        is_at_top = not app.definition.prefix or app.definition.own_values is not None or not each.chart.files
        prefix = () if is_at_top else (app.definition.prefix,)
        inline = each.inline.replace("\r\n", "\n")
        if inline:
            yield self._read(inline, is_of_one=True), prefix
        for file in reversed(each.files):
            text = self._hand.source.files[file].decode("utf-8-sig", "replace").replace("\r\n", "\n")
            is_named = bool(valuefiles.environment_of(file, self._hand.layout.patterns))
            yield self._read(text, is_of_one=is_named and self._users[each.app, file] == 1), prefix

    def _read(self, text: str, *, is_of_one: bool) -> _Text:
        if text not in self._of_text:
            try:
                self._of_text[text] = written.comments(text), yamlio.load(text)
            except yamlio.YamlError:  # comments are a courtesy
                self._of_text[text] = {}, None
        return _Text(*self._of_text[text], is_of_one)


def _fitting(each: _Said, value: Any, *, is_meant: bool) -> Comment:
    """Return what of a comment is about what a layer says.

    Args:
        each: the comment.
        value: what the layer says.
        is_meant: whether what is said of the key is about all that have the layer.
    """
    is_text = isinstance(value, str) and "<%" in value
    if isinstance(value, dict):
        fits = is_meant or _is_all(value, each.own)
    else:
        # An expression takes the place of what the charts get.
        fits = each.value == each.own or (each.value is None and each.own is ABSENT) if is_text else value == each.value
    if fits:
        return each.comment
    is_item = bool(each.path) and isinstance(each.path[-1], int)
    return each.comment._replace(end="", number="") if is_meant and not is_item else Comment()


def _is_all(value: Any, own: Any) -> bool:
    """Say whether a layer says all that an environment's charts get, with expressions for some of it."""
    if isinstance(value, dict) and isinstance(own, dict):
        return value.keys() == own.keys() and all(_is_all(value[key], own[key]) for key in value)
    return value == own or (isinstance(value, str) and "<%" in value)


def _new(comment: Comment, below: Comment, *, is_of_one: bool) -> Comment:
    """Return what of a comment the layer below does not say; of what all share, it may say it in other words."""
    is_above_said = list(comment.above) == list(below.above) or (bool(below.above) and not is_of_one)
    is_end_said = comment.behind == below.behind
    return comment._replace(
        above=() if is_above_said else tuple(comment.above),
        end="" if is_end_said else comment.end,
        number="" if is_end_said else comment.number,
        is_head=False,
    )


def _filled(first: Comment, other: Comment) -> Comment:
    """Return a comment with what another one says where it says nothing."""
    is_behind = first.behind != ""
    return Comment(
        first.above or other.above,
        first.end if is_behind else other.end,
        first.number if is_behind else other.number,
    )
