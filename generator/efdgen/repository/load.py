"""Reads everything people wrote, and checks each file against its schema and the files it names."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from efdgen.errors import Location, Problem, Severity
from efdgen.language.texttemplate import TextFile
from efdgen.language.yamlio import Document
from efdgen.repository import (
    chartsettings,
    definitions,
    helmtemplates,
    locked,
    lookups,
    pages,
    paths,
    runbook,
    schemas,
    specs,
)
from efdgen.repository.files import Files
from efdgen.repository.focus import Focus, focus
from efdgen.repository.model import AppDefinition, Draft, EnvironmentSpec, Repository
from efdgen.repository.tables import load as load_tables
from efdgen.repository.unreadable import without_follow_ups

if TYPE_CHECKING:
    from efdgen.repository.snapshot import Snapshot


def load(
    root: Path,
    names: Sequence[str] = (),
    only: Sequence[str] = (),
    snapshot: Snapshot | None = None,
    sound: Mapping[str, bool] = types.MappingProxyType({}),
    instead: Mapping[str, str | None] = types.MappingProxyType({}),
    *,
    on_demand: bool = False,
) -> Repository:
    """Load a repository: everything sound in it, and every problem.

    Specs with problems are left out; while the shared facts or an app definition have problems, all are, because
    what they resolve to can't be known.

    Args:
        root: the folder that holds `environments/` and `templates/`.
        names: the environments that matter; none: all. Problems of a spec that does not matter become warnings.
        only: the apps that matter; none: all. Problems of others become warnings, and the specs that have
            others with errors come without these.
        snapshot: what was read of the repository before; None: the disk is read.
        sound: the specs that an earlier run found nothing wrong with beside the same other files, by name, each with
            whether it accepts what looks like a secret. They are not looked at again.
        instead: texts of files as they would be after an edit; they can be new. None: the file is gone then.
        on_demand: whether each spec is loaded when somebody asks for it; nothing is said of what is wrong with specs.

    Raises:
        FlawedSpecError: when a spec that was asked for on demand has problems.
    """
    files = Files(root, snapshot, instead)
    apps = definitions.load(files)
    about = focus(only, {name: app.document.data.get("extends") for name, app in apps.items()}, files.of_apps)
    rules = schemas.load(files)
    tables = load_tables(files, rules.tables())
    schemas.refuse_others(files, tables)
    files.refuse_others(paths.TEMPLATES, paths.IN_TEMPLATES)
    environments, read = specs.load(files, rules, apps, tables, about, sound, on_demand=on_demand)
    parent = files.texts(f"{paths.APPS}/{paths.PARENT}")
    wrapper = files.texts(paths.WRAPPER)
    documents = runbook.load(files)
    charts = chartsettings.load(files)
    title = pages.load_title(files)
    shown = pages.load(files, apps)
    if not any(paths.apps_of(problem.location.file, files.of_apps) for problem in files.problems):
        files.problems.extend(lookups.problems(apps, documents, shown))
    of_apps = [file for app in apps.values() for file in app.templates.values()]
    for file in dict.fromkeys([*parent.values(), *wrapper.values(), *of_apps]):
        wrong = helmtemplates.problem(file)
        files.problems.extend([wrong] if wrong else [])
    for folder, found, needed in (
        (f"{paths.APPS}/{paths.PARENT}", parent, paths.APPLICATION),
        (paths.WRAPPER, wrapper, "Chart.yaml"),
    ):
        missing = f"{folder}/{needed}"
        if needed not in found and files.exists(folder) and not files.exists(missing) and not files.is_told(folder):
            files.problem("E101", "the file is missing", Location(missing))
    _check_parts(files, apps, parent, wrapper)
    accepting = _accepting(environments, sound) if files.literals else {}
    literals = [problem for problem in files.literals if not _is_accepted(problem, accepting)]
    everything = [*_of_no_secret(files.problems, literals, read), *literals]
    problems = without_follow_ups(everything, files.unread)
    on_disk = sorted(snapshot.specs) if snapshot is not None else paths.environment_names(root)
    gone = {paths.environment_of(file) for file, text in instead.items() if text is None}
    known = sorted({*on_disk, *filter(None, map(paths.environment_of, instead))} - gone)
    own = {name: f"{paths.ENVIRONMENTS}/{name}.yaml" for name in known}
    flawless = _sound(environments, problems, own, about)
    problems = [about.weighed(problem) for problem in problems]
    if names:
        others = {own[name] for name in set(known) - set(names)}
        problems = [p._replace(severity=Severity.WARNING) if p.location.file in others else p for p in problems]
    begun: Mapping[str, Draft] = {}
    if len(flawless) < len(known) and not files.unread:
        from efdgen.repository.drafts import drafts

        begun = {name: draft for name, draft in drafts(read, apps, problems, about).items() if name not in flawless}
    is_any_app_wrong = any(paths.apps_of(problem.location.file, files.of_apps) for problem in files.problems)
    problems += locked.problems(Files(root, snapshot, instead), None if is_any_app_wrong else apps.values())
    return Repository(
        frozenset(known),
        flawless,
        apps,
        parent,
        wrapper,
        tables,
        documents,
        rules,
        title,
        shown,
        tuple(problems),
        begun,
        about,
        charts,
        read.stages,
    )


def _sound(
    environments: Mapping[str, EnvironmentSpec], problems: Sequence[Problem], own: Mapping[str, str], about: Focus
) -> Mapping[str, EnvironmentSpec]:
    """Return the specs without problems, and without other apps than a run is about that have some.

    None is, where a file has problems that they share.

    Args:
        environments: the specs.
        problems: everything that was found.
        own: the file of each spec.
        about: the apps that the run is about.
    """
    flawed = {problem.location.file for problem in problems if not about.other(problem)}
    if not flawed and about.is_on_all:
        return environments
    if flawed - set(own.values()):
        return {}
    sound = {name: spec for name, spec in environments.items() if own[name] not in flawed}
    if about.is_on_all:
        return sound
    left_out = {name: about.left_out(problems, own[name]) for name in sound}
    return {
        name: spec._replace(apps=tuple(app for app in spec.apps if app not in left_out[name]))
        for name, spec in sound.items()
    }


def _check_parts(
    files: Files, apps: Mapping[str, AppDefinition], parent: Mapping[str, TextFile], wrapper: Mapping[str, TextFile]
) -> None:
    """Check what apps need of the parent chart, and that their files have names of their own."""
    needed = f"{paths.APPS}/{paths.PARENT}/{paths.APPLICATION_WITH_GIT}"
    for app in apps.values():
        from_git = next((chart for chart in app.charts if chart.git is not None), None)
        if from_git and paths.APPLICATION in parent and not files.exists(needed):
            message = f"a chart from Git needs {needed}"
            hint = f"copy {paths.APPLICATION}, with `sources: <% app.sources %>` in the place of source"
            files.problem("E101", message, from_git.location, hint=hint)
        for path, file in app.templates.items():
            if f"templates/{path}" in wrapper:
                files.problem(
                    "E401", "every wrapper chart has a file of this name", Location(file.source), hint="rename it"
                )
        if f"templates/{app.name}.yaml" in parent:
            files.problem(
                "E401", "the parent chart has a file of this name", Location(app.source), hint="rename the app"
            )


_OF_VALUES = ("E204", "E205", "E206")
"""The codes of values that are not what they must be."""


def _of_no_secret(problems: Iterable[Problem], literals: Iterable[Problem], read: specs.Read) -> Iterator[Problem]:
    """Yield problems without those of values that must not be there at all, because they look like secrets.

    What a spec, or a file that all share, accepts as none is accepted once nothing else is wrong with it.
    """
    own = {document.file for document in read.specs}
    documents = [*read.specs, *([read.shared] if read.shared else [])]
    accepting = {document.file for document in documents if "E506" in _accepted_rules(document)}
    secret = {
        (literal.location.file, literal.path)
        for literal in literals
        if literal.path and not (literal.location.file in accepting if literal.location.file in own else accepting)
    }
    for problem in problems:
        if problem.code not in _OF_VALUES or (problem.location.file, problem.path) not in secret:
            yield problem


def _accepted_rules(document: Document) -> Iterator[Any]:
    """Yield the rules that a spec, or what environments share, accepts anywhere, whether it is sound or not."""
    sites = document.data.get("sites")
    places = [document.data, document.data.get("defaults"), *(sites.values() if isinstance(sites, dict) else ())]
    accepted = [place.get("accept") for place in places if isinstance(place, dict)]
    yield from (one.get("rule") for each in accepted if isinstance(each, list) for one in each if isinstance(one, dict))


def _accepting(environments: Mapping[str, EnvironmentSpec], sound: Mapping[str, bool]) -> dict[str, bool]:
    """Return whether each spec accepts what looks like a secret, by its file."""
    return {
        paths.spec(name): sound[name] if name in sound else specs.accepts_literals(environments[name])
        for name in environments
    }


def _is_accepted(literal: Problem, accepting: Mapping[str, bool]) -> bool:
    """Say whether what looks like a secret is accepted: by its spec, or, in a shared file, by all.

    Args:
        literal: what looks like one.
        accepting: whether each spec accepts such, by its file.
    """
    file = literal.location.file
    return accepting[file] if file in accepting else bool(accepting) and all(accepting.values())
