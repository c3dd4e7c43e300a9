"""What an import has to tell: what was recognised, what was factored out and why, what differs, what to look at."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from efdgen.repository import paths
from efdgen.review.imported import Different, Note, Row, Told
from efdgen.verbs.imports import emit
from efdgen.verbs.imports.factor import NONE
from efdgen.verbs.imports.facts import leaves
from efdgen.verbs.imports.follow import Followed
from efdgen.verbs.imports.into import Added
from efdgen.verbs.imports.model import Chart, Finding, Weight
from efdgen.verbs.imports.proof import Proved
from efdgen.verbs.imports.result import Imported
from efdgen.verbs.imports.result import after as lines_after
from efdgen.verbs.imports.result import before as lines_before
from efdgen.verbs.imports.source import is_read_always


def told(result: Imported) -> Told:
    """Return the report of an import."""
    found = result.hand
    used = {file for each in found.deployed.values() for file in each.files}
    folders = {each.chart.folder: each.chart for each in found.deployed.values()}
    used |= {
        f"{folder}/{path}"
        for folder, chart in folders.items()
        for path in chart.files
        if path.startswith("templates/") or path in app_files(chart) or path in ("Chart.yaml", "requirements.yaml")
    }
    used |= {f"{found.parent.chart.folder}/{path}" for path in found.parent.chart.files}
    people = [path for path, _ in emit.lines_of(result.files)]
    different = [
        Different(p.environment, p.app, d.what, d.path, d.before, d.after, d.reason)
        for p in result.proved
        for d in p.differences
    ]
    return Told(
        found.source.name,
        [*(_row(result, name) for name in found.environments), *_lost(result)],
        (result.before.lines, result.before.says),
        (result.after.lines, result.after.says),
        (sum(map(is_read_always, used)), len(people)),
        tuple(_recognised(result)),
        tuple(_factored(result)),
        different,
        _notes(result.findings),
    )


def followed(before: Imported, found: Followed) -> Told:
    """Return the report of a patch: of the newer source as it is, with what is broken in the older one."""
    kept = f"; what it was in {before.hand.source.name} is kept"
    newer = [
        each._replace(hint=f"{each.hint}{kept}".removeprefix("; ")) if each.file in found.kept else each
        for each in found.as_it_is.findings
    ]
    known = {(each.code, each.file, each.message) for each in newer}
    older = [
        each._replace(message=f"{each.message} (in {before.hand.source.name})")
        for each in before.findings
        if each.weight is Weight.LEFT_OUT and (each.code, each.file, each.message) not in known
    ]
    return told(found.as_it_is._replace(findings=(*newer, *older)))


def added(whole: Imported, some: Added, name: str, place: str) -> Told:
    """Return the report of what was added to a repository: an environment, or an app.

    Args:
        whole: the import of all of the source.
        some: what was added of it.
        name: the environment, or the app.
        place: the repository.
    """
    cases = {key: each for key, each in whole.hand.deployed.items() if (each.environment, each.app) in some.cases}
    is_environment = name in whole.hand.environments
    names = (name,) if is_environment else tuple(dict.fromkeys(env for env, _ in some.cases))
    apps = {app for _, app in some.cases}
    hand = whole.hand._replace(environments=names, deployed=cases)
    folders = tuple(f"{each.chart.folder}/" for each in cases.values() if each.chart.folder)
    findings = [
        each
        for each in whole.findings
        if each.code[1] in "123" and each.code != "I399"
        if _touches(each, names, apps, is_environment) or (not each.environment and each.file.startswith(folders))
    ]
    part = whole._replace(
        hand=hand,
        made=whole.made._replace(apps={app: each for app, each in whole.made.apps.items() if app in apps}),
        files=some.files,
        proved=some.proved,
        findings=tuple(dict.fromkeys([*findings, *some.findings])),
        before=lines_before(hand),
        after=lines_after(some.files),
    )
    return told(part)._replace(recognised=[f"Added {name} to {place}."], factored=())


def _touches(finding: Finding, names: Sequence[str], apps: Collection[str], is_environment: bool) -> bool:
    """Say whether a finding is about what is added: it names the environment, or the app in one of the environments."""
    if is_environment:
        return finding.environment in names or (not finding.environment and finding.app in apps)
    return finding.app in apps and finding.environment in ("", *names)


def app_files(chart: Chart) -> list[str]:
    """Return the files beside a chart's templates that environments have."""
    return [path for path in chart.files if path.endswith(".json") and "/" in path]


def _notes(findings: Sequence[Finding]) -> list[Note]:
    """Return findings by code and place; what is the same of several environments is said once."""
    found: dict[Finding, list[Finding]] = {}
    for each in sorted(findings, key=lambda f: (f.code, f.file, f.line, f.app, f.environment)):
        # What is said in the spec of each is said there in the same way.
        hint = each.hint.replace(paths.spec(each.environment), "their specs") if each.environment else each.hint
        found.setdefault(each._replace(environment="", hint=hint), []).append(each)
    return [
        note(alike[0] if len(alike) == 1 else said._replace(environment=", ".join(f.environment for f in alike)))
        for said, alike in found.items()
    ]


def note(finding: Finding) -> Note:
    """Return a finding as reports have it."""
    return Note(finding.code, finding.place, finding.environment, finding.app, finding.message, finding.hint)


def _lost(result: Imported) -> Iterator[Row]:
    """Yield the environments that are deployed by hand and are not imported at all."""
    for each in result.findings:
        if each.code == "I208":
            apps = {f.app for f in result.findings if f.code in _LOST and f.environment == each.environment}
            yield Row(each.environment, 0, 0, 0, 0, 0, max(1, len(apps)), is_refused=not result.proved)


def _row(result: Imported, name: str) -> Row:
    proved = [each for each in result.proved if each.environment == name]
    differences = [each for proof in proved for each in proof.differences]
    apps = {each.app for each in proved if each.app != paths.PARENT and not _is_left_out(each)}
    said = [each for each in result.findings if each.environment in ("", name) and each.app]
    lost = {
        (each.app, each.file): each.code == "I204"
        for each in said
        if each.code in _LOST
        and (each.environment or (name, each.app) in result.hand.deployed)
        # Of two Applications of one name, one is there.
        and (each.app not in apps or (each.code == "I205" and each.environment))
    }
    if any(each.what == "environment" for each in differences):
        # efdgen refuses it as a whole: all of its apps are lost.
        lost = {(app, ""): False for environment, app in result.hand.deployed if environment == name}
    named = {app for app, _ in lost}
    lost |= {(each.app, ""): False for each in proved if _is_left_out(each) and each.app not in named}
    failing = {each.file for each in result.findings if each.code == "I202" and each.environment == name}
    return Row(
        name,
        len(apps),
        sum(each.values for each in proved),
        sum(each.objects for each in proved),
        len(differences),
        sum(not each.reason for each in differences),
        len(lost),
        sum(lost.values()),
        len(failing),
        not result.proved,
    )


_LOST = ("I204", "I205", "I206", "I207")
"""Findings of Applications that are not imported."""


def _is_left_out(proof: Proved) -> bool:
    return any(each.what == "app" for each in proof.differences)


def _recognised(result: Imported) -> Iterator[str]:
    found = result.hand
    how = f"the value {found.parent.key} says which environment" if found.parent.key else "a chart an environment"
    yield f"The app of apps is {found.parent.chart.folder} ({how})."
    yield f"{_count(len(found.environments), 'environment')}: {', '.join(found.environments)}."
    yield f"{_count(len(result.made.apps), 'app')}: {', '.join(result.made.apps)}."
    if found.naming:
        yield f"Applications are called by their app and environment: {found.naming}."
    carried = {
        posixpath.normpath(posixpath.join(each.chart.folder, dependency.repository.removeprefix("file://")))
        for each in found.deployed.values()
        for dependency in each.chart.dependencies
        if dependency.repository.startswith("file://")
    }
    deployed = {each.chart.folder for each in found.deployed.values()}
    idle = sorted(set(found.layout.charts) - deployed - carried)
    idle = [
        folder
        for folder in idle
        if not any(folder.startswith(f"{each.chart.folder}/") for each in found.deployed.values())
    ]
    if idle:
        yield f"Charts that nothing deploys, and that are not imported: {', '.join(idle)}."


def _factored(result: Imported) -> Iterator[str]:
    made = result.made
    shared = made.shared["defaults"]
    services = sorted({service for each in made.facts.values() for service in each.hosts})
    if services and any(each.host_pattern for each in made.facts.values()):
        pattern = f"{shared['hostPattern']}, with the domain {shared['domain']}"
        yield f"Hosts follow from the name: {pattern}, for {', '.join(services)}."
    if any(each.prefix for each in made.facts.values()):
        yield f"VaultSecrets lie below {shared['vault']['pathPrefix']}, where a spec says nothing else."
    if any(each.storage_class for each in made.facts.values()):
        yield "The storage class that most volumes of an environment have is its cluster.storageClass."
    for site, names in made.sites.items():
        yield f"What {' and '.join(names)} say alike is said by the site {site}."
    yield _of_values(result)
    yield from _in_place_of_templates(result)


def _of_values(result: Imported) -> str:
    """Say what became of the values."""
    numbers = [0, 0, 0]
    said: list[Any] = []
    for app in result.made.apps.values():
        for number, trees in enumerate(([app.layers.shared], app.layers.sites.values(), app.layers.specs.values())):
            values = [value for tree in trees for _, value in leaves(tree)]
            numbers[number] += len(values)
            said += values
    taken_away = said.count(NONE)
    expressions = sum(isinstance(value, str) and "<%" in value for value in said) - taken_away
    return (
        f"{sum(each.values for each in result.proved):,} values became {sum(numbers):,}: {numbers[0]:,} in "
        f"definitions, {numbers[1]:,} of sites, {numbers[2]:,} in specs; {expressions:,} are expressions, "
        f"{taken_away:,} take away what most others have."
    )


def _in_place_of_templates(result: Imported) -> Iterator[str]:
    """Say what stands in the place of templates and files, and which templates stay."""
    made = result.made
    secrets = [secret for app in made.apps.values() for secret in app.definition.own.secrets]
    if secrets:
        yield f"{_count(len(secrets), 'VaultSecret')} became a line of app.yaml each, in the place of a template."
    tables = [table for app in made.apps.values() for table in app.files.tables]
    if tables:
        number = sum(len(app.files.content) for app in made.apps.values())
        yield f"{_count(number, 'JSON file')} of environments became entries of {', '.join(map(paths.table, tables))}."
    kept = [f"{name}/{path}" for name, app in made.apps.items() for path in app.definition.own.templates]
    if kept:
        yield f"Templates that stay templates: {', '.join(kept)}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
