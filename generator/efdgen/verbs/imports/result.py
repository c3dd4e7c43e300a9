"""All of an import, in memory: from the files of a hand-written repository to those of one that efdgen renders."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from efdgen.errors import Problem
from efdgen.helm.engines.engine import Engine
from efdgen.language.tuples import NamedTuple
from efdgen.verbs.imports import checked, drift, emit, hand, leftover, lostcomments, parentchart, proof, source, specs
from efdgen.verbs.imports.model import Count, Finding, Hand, Source, count
from efdgen.verbs.imports.proof import Proved
from efdgen.verbs.imports.specs import Made


class Imported(NamedTuple):
    """What came of an import.

    Attributes:
        hand: the source.
        made: specs and definitions, as data.
        files: the repository, with what it renders to, by path.
        proved: what was compared, by environment and app; none: efdgen refuses what was made.
        findings: what a team should know.
        before: the lines of the source that were taken over.
        after: the lines of specs and definitions.
    """

    hand: Hand
    made: Made
    files: dict[str, bytes]
    proved: tuple[Proved, ...]
    findings: tuple[Finding, ...]
    before: Count
    after: Count

    def equal(self, environment: str) -> bool:
        """Say whether an environment renders to what the source has, in everything."""
        found = [each for each in self.proved if each.environment == environment]
        return bool(found) and not any(each.differences for each in found)


def read(place: Path, revision: str = "") -> Source:
    """Read a source: see `source.read`."""
    return source.read(place, revision)


_ATTRIBUTES = b"# Generated: bytes as they are, folded away in reviews.\nrendered/** -text linguist-generated\n"


def run(
    files: Source, engine: Engine, environments: Sequence[str] = (), parent: str = "", former: Made | None = None
) -> Imported:
    """Make specs and definitions of a hand-written repository, in memory, and prove that they say the same.

    Args:
        files: the source.
        engine: Helm.
        environments: the environments; none: those that have values for most of their apps.
        parent: the folder of the parent chart; empty: it is looked for.
        former: what was made of an older revision: what was factored stays where it is.

    Raises:
        UsageError: when there is no app of apps.
    """
    found = hand.read(files, engine, environments, parent)
    made = specs.make(found, former)
    shared, lost = parentchart.files(found, made.shapes)
    made = made._replace(findings=(*made.findings, *lost))
    result = checked.check(made, lambda: emit.files(made, found, shared), leaves_out=True)
    contents = dict(result.files)
    proved: list[Proved] = []
    if result.rendering is not None:
        tree = dict(result.rendering.tree)
        made = made._replace(findings=(*made.findings, *result.findings))
        proved = proof.prove(found, made, tree, contents, engine)
        contents.update({f"rendered/{path}": content for path, content in tree.items()})
        contents[".gitattributes"] = _ATTRIBUTES
    # A template that needs its chart's defaults fails by itself; as data, it does not.
    told = {(each.file, each.app) for each in made.findings if each.code == "I401"}
    failing = [each for each in found.findings if each.code != "I202" or (each.file, each.app) not in told]
    said = map(warned, result.rendering.warnings) if result.rendering is not None else ()
    findings = tuple(dict.fromkeys([*failing, *made.findings, *result.findings, *said, *drift.find(found)]))
    findings += tuple(leftover.find(found, made, findings, any_environment=not environments))
    findings += tuple(lostcomments.find(found, contents))
    placed = tuple(_placed(each, files) for each in findings)
    return Imported(found, made, contents, tuple(proved), placed, before(found), after(result.files))


def _placed(finding: Finding, files: Source) -> Finding:
    """Return a finding about a part of an Application with the line of the template that says it, if one does."""
    if finding.code != "I301" or finding.line or finding.file not in files.files:
        return finding
    lines = files.files[finding.file].decode(errors="replace").splitlines()
    keys = [key for key in reversed(finding.explains.split(".")) if key]
    for key in keys[:2]:
        said = re.compile(rf"(?:^|[\s{{,-])[\"']?{re.escape(key)}[\"']?\s*:")
        number = next((number for number, line in enumerate(lines, 1) if said.search(line)), 0)
        if number:
            return finding._replace(line=number)
    return finding


def warned(problem: Problem) -> Finding:
    """Return what `efdgen validate` will warn of, with its place in what was made."""
    hint = f"{problem.location}: {problem.hint}" if problem.hint else str(problem.location)
    return Finding("I406", f"efdgen validate warns: {problem.message} [{problem.code}]", "", 0, hint)


def before(found: Hand) -> Count:
    """Return the lines that were taken over: values files, charts and templates of what is deployed."""
    used = {file for each in found.deployed.values() for file in each.files}
    folders = {each.chart.folder for each in found.deployed.values()} | {found.parent.chart.folder}
    charts = {chart.folder: chart for chart in found.layout.charts.values()} | {
        found.parent.chart.folder: found.parent.chart
    }
    for folder in folders & charts.keys():
        used |= {f"{folder}/{path}" for path in charts[folder].files if not path.startswith("values-")}
    total = Count(0, 0)
    for path in filter(source.is_read_always, used):
        total += count(found.source.files.get(path, b"").decode(errors="replace"))
    return total


def after(files: Mapping[str, bytes]) -> Count:
    """Return the lines of specs and definitions."""
    total = Count(0, 0)
    for _, text in emit.lines_of(files):
        total += count(text)
    return total
