"""Runs for some apps only: which problems are about these, and which about others."""

from __future__ import annotations

import types
from collections.abc import Collection, Iterable, Mapping

from efdgen.errors import Path, Problem, Severity
from efdgen.language.tuples import NamedTuple
from efdgen.repository import paths


class Focus(NamedTuple):
    """The apps that a run is about.

    Attributes:
        apps: their names; none: all.
        folders: the names of the folders that define them: their own, and those that they extend. None: all folders,
            because the definition of one can't be read, and nobody knows what it extends.
        elsewhere: files that are not in these folders, each with the apps that it belongs to.
    """

    apps: frozenset[str] = frozenset()
    folders: frozenset[str] | None = None
    elsewhere: Mapping[str, Collection[str]] = types.MappingProxyType({})

    @property
    def is_on_all(self) -> bool:
        """Say whether everything counts: no app was named, or the parent chart was, which is about all of them."""
        return not self.apps or paths.PARENT in self.apps

    def other(self, problem: Problem) -> str:
        """Return the other app that a problem found on loading is about: the one whose part it stands in.

        Empty: it counts. So does what stands in no app's part, such as a fact, and in a file that can't be parsed.
        """
        if self.is_on_all:
            return ""
        file = problem.location.file
        folders = paths.apps_of(file, self.elsewhere)
        if folders:
            counts = self.folders is None or any(each in self.folders or each == paths.PARENT for each in folders)
            return "" if counts else min(folders)
        if not file.startswith(f"{paths.ENVIRONMENTS}/") or (
            file != paths.FACTS and file.startswith(f"{paths.SHARED}/")
        ):
            return ""
        app = _app_at(problem.path, is_shared=file == paths.FACTS)
        return "" if app in self.apps else app

    def weighed(self, problem: Problem) -> Problem:
        """Return a problem found on loading; one of another app is a warning."""
        return lightened(problem) if self.other(problem) else problem

    def weighed_for(self, problem: Problem, apps: Collection[str]) -> Problem:
        """Return a problem that is about these apps (none: about the environment); one of others is a warning."""
        if self.is_on_all or not apps or self.apps.intersection(apps):
            return problem
        return lightened(problem)

    def left_out(self, problems: Iterable[Problem], spec: str) -> frozenset[str]:
        """Return the other apps that can't be looked at in an environment, because something is wrong with them.

        Args:
            problems: what was found on loading, not yet weighed.
            spec: the environment's file.
        """
        if self.is_on_all:
            return frozenset()
        others = {spec, paths.FACTS}
        found = (
            self.other(problem)
            for problem in problems
            if problem.location.file in others or paths.apps_of(problem.location.file, self.elsewhere)
            if problem.severity is Severity.ERROR
        )
        return frozenset(filter(None, found))


def focus(
    apps: Collection[str],
    bases: Mapping[str, str | None],
    elsewhere: Mapping[str, Collection[str]] = types.MappingProxyType({}),
) -> Focus:
    """Return the focus on some apps (none: on everything).

    Args:
        apps: the apps.
        bases: what each app extends; None: nothing. An app whose definition can't be read is not there.
        elsewhere: files that are not in the apps' folders, each with the apps that it belongs to.
    """
    folders: set[str] = set()
    for name in apps:
        base: str | None = None if name == paths.PARENT else name
        while base is not None and base not in folders:
            if base not in bases:
                return Focus(frozenset(apps), None, elsewhere)
            folders.add(base)
            base = bases[base]
    return Focus(frozenset(apps), frozenset(folders), elsewhere)


def lightened(problem: Problem) -> Problem:
    """Return a problem as a warning."""
    return problem._replace(severity=Severity.WARNING)


def _app_at(path: Path, *, is_shared: bool) -> str:
    """Return the app whose part of a spec, or of the shared facts, a path leads into; empty: none's."""
    before = 1
    if is_shared:
        before = {"defaults": 2, "sites": 3}.get(str(path[0]), 0) if path else 0
    wanted = "appDefaults" if is_shared else "apps"
    return str(path[before]) if before and len(path) > before and path[before - 1] == wanted else ""
