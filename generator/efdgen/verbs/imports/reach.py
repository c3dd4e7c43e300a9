"""What a patch does to a repository that goes its own ways: what its environments render to, before and after."""

from __future__ import annotations

import posixpath
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from efdgen.errors import InvalidInputError
from efdgen.language import yamlio
from efdgen.language.layers import ABSENT
from efdgen.language.tuples import NamedTuple
from efdgen.output import layout as outputs
from efdgen.repository import git, paths
from efdgen.verbs.imports import checked, standing
from efdgen.verbs.imports.definition import CHARTS, OWN
from efdgen.verbs.imports.model import Hand

_PEOPLES = tuple(f"{folder}/" for folder in (paths.ENVIRONMENTS, paths.TEMPLATES, CHARTS))
"""Where the files lie that a patch can edit."""


class Reached(NamedTuple):
    """A value of an app, or a file of its chart, that changes in an environment: what, and how."""

    environment: str
    app: str
    path: str
    change: str


class Reach(NamedTuple):
    """What a patch changes.

    Attributes:
        changes: the values that change, and that the source did not change.
        values: how many values change, by environment: those of the source, too.
        problem: why that is not known; empty: it is.
    """

    changes: tuple[Reached, ...]
    values: Mapping[str, int]
    problem: str = ""


def reach(
    root: Path,
    edits: tuple[Mapping[str, bytes], Mapping[str, bytes]],
    hands: tuple[Hand, Hand],
) -> Reach:
    """Say what a repository renders to before and after a patch, and what of that the source did not change.

    Args:
        root: the repository.
        edits: the files that the patch is between.
        hands: the older source and the newer one.
    """
    there = standing.read(root, (path for files in edits for path in files))
    if there is None:
        return Reach((), {}, "efdgen can't read a repository there")
    missing = _missing(there, *edits)
    if missing:
        excluded = " ".join(f"--exclude={shlex.quote(path)}" for path in missing)
        said = f"the repository has no {', '.join(missing)}: Git will refuse the whole patch"
        return Reach((), {}, f"{said}. What it says of other files is taken with: git apply --3way {excluded}")
    patched, conflicts = _patched(there, *edits)
    if conflicts:
        return Reach((), {}, f"the repository has {', '.join(conflicts)} otherwise: Git will ask you to merge")
    try:
        before = checked.render(there).tree
    except InvalidInputError as error:
        return Reach((), {}, f"efdgen refuses the repository as it is: {_first(error)}")
    try:
        after = checked.render(patched).tree
    except InvalidInputError as error:
        return Reach((), {}, f"efdgen will refuse what the patch makes of the repository: {_first(error)}")
    return _changed((there, patched), (before, after), hands)


def _changed(
    written: tuple[Mapping[str, bytes], Mapping[str, bytes]],
    rendered: tuple[Mapping[str, bytes], Mapping[str, bytes]],
    hands: tuple[Hand, Hand],
) -> Reach:
    """Compare what a repository renders to before and after a patch; `written` is what people wrote on both sides."""
    before, after = rendered
    found: list[Reached] = []
    numbers: dict[str, int] = {}
    for name in sorted({*filter(None, map(paths.environment_of, (*written[0], *written[1])))}):
        is_in_source = any(name in hand.environments for hand in hands)
        numbers[name] = 0
        for path in sorted(set(before) | set(after)):
            app = _app(path, name)
            if not app:
                continue
            # What Applications say follows from facts, which are found anew.
            meant = [()] if app == paths.PARENT and is_in_source else list(_meant(hands, name, app))
            for where, old, new in _different(_values(before, path), _values(after, path)):
                numbers[name] += 1
                if not any(where[: len(m)] == m or m[: len(where)] == where for m in meant):
                    found.append(Reached(name, app, ".".join(map(str, where)), f"{_shown(old)} -> {_shown(new)}"))
            if not is_in_source and path in before and path in after:
                found += [Reached(name, app, file, "another one") for file in _chart(app, before, after)]
                found += [Reached(name, app, file, "another one") for file in _own_charts(app, after, *written)]
    return Reach(tuple(found), numbers)


def _app(path: str, environment: str) -> str:
    """Return the app whose values a rendered file holds for an environment; empty: it holds none."""
    parts = path.split("/")
    is_values = len(parts) == 3 and path == outputs.values(parts[1], environment)  # noqa: PLR2004 - apps/APP/FILE
    return parts[1] if is_values else ""


def _chart(app: str, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the files of a wrapper chart that change for all environments that have the app."""
    folder = f"{outputs.chart(app)}/"
    for path in sorted(set(before) | set(after)):
        file = path.removeprefix(folder)
        if path.startswith(folder) and (file == "Chart.yaml" or file.startswith("templates/")):
            # The first line has a digest of the rest, and of what it is made of.
            old, new = (tree.get(path, b"").partition(b"\n")[2] for tree in (before, after))
            if old != new or (path in before) != (path in after):
                yield file


def _own_charts(
    app: str, tree: Mapping[str, bytes], before: Mapping[str, bytes], after: Mapping[str, bytes]
) -> Iterator[str]:
    """Yield the files that change of the charts in folders that an app is made of."""
    folder = outputs.chart(app)
    about = yamlio.load(tree[outputs.chart_file(app)].decode()) or {}
    for each in about.get("dependencies") or []:
        address = str(each.get("repository") or "")
        if address.startswith("file://"):
            rendered = f"{paths.OUTPUT}/{folder}"
            inside = posixpath.normpath(posixpath.join(rendered, address.removeprefix("file://")))
            named = sorted({path for path in (*before, *after) if path.startswith(f"{inside}/")})
            yield from (path for path in named if before.get(path) != after.get(path))


def _meant(hands: tuple[Hand, Hand], environment: str, app: str) -> Iterator[tuple[Any, ...]]:
    """Yield the paths of values that the source changed in an environment."""
    before, after = (hand.deployed.get((environment, app)) for hand in hands)
    if before is None or after is None:
        if before is not after:
            yield ()
        return
    # What efdgen gives each wrapper chart follows from what the source changed.
    yield from ((key,) for key in OWN)
    for path, _, _ in _different(before.values, after.values):
        yield path


def _different(before: Any, after: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
    """Yield the paths where two trees differ, with what they have there."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _different(before.get(key, ABSENT), after.get(key, ABSENT), (*path, key))
    elif type(before) is not type(after) or before != after:
        yield path, before, after


def _values(tree: Mapping[str, bytes], path: str) -> Any:
    return yamlio.load(tree[path].decode()) or {} if path in tree else ABSENT


def _shown(value: Any) -> str:
    return "nothing" if value is ABSENT else yamlio.dump({"": value}).partition(":")[2].strip()


def _first(error: InvalidInputError) -> str:
    return f"{error.problems[0].location}: {error.problems[0].message} [{error.problems[0].code}]"


def _missing(there: Mapping[str, bytes], before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[str]:
    """Return the files that the patch edits, or takes away, and that a repository has not: renamed here, or deleted."""
    edited = (path for path in sorted(before) if before[path] != after.get(path) and path not in there)
    return [path for path in edited if path.startswith(_PEOPLES)]


def _patched(
    there: Mapping[str, bytes], before: Mapping[str, bytes], after: Mapping[str, bytes]
) -> tuple[dict[str, bytes], list[str]]:
    """Return the repository's files as the patch makes them, merged as Git does, and the files with conflicts."""
    found: dict[str, bytes] = dict(there)
    conflicts: list[str] = []
    people = {path for path in (*before, *after) if path.startswith(_PEOPLES)}
    for path in sorted(before.keys() | after.keys()):
        old, new, ours = before.get(path), after.get(path), there.get(path)
        if new in (old, ours) or path not in people:
            continue
        if ours == old:
            merged = new
        elif None in (old, new, ours):
            conflicts.append(path)
            continue
        else:
            merged = _merged(ours or b"", old or b"", new or b"")
            if merged is None:
                conflicts.append(path)
                continue
        if merged is None:
            del found[path]
        else:
            found[path] = merged
    return found, conflicts


def _merged(ours: bytes, old: bytes, new: bytes) -> bytes | None:
    """Merge a file as Git does; None: there is a conflict."""
    with tempfile.TemporaryDirectory(prefix="efdgen-merge-") as folder:
        files = [Path(folder, name) for name in ("ours", "old", "new")]
        for file, content in zip(files, (ours, old, new), strict=True):
            file.write_bytes(content)
        done = git.run(Path(folder), ["merge-file", "-p", *map(str, files)], {}, None)
    return done.stdout if done.returncode == 0 else None
