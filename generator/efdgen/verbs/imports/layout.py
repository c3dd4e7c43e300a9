"""What is where in a source: the parent chart, wrapper charts, the environments that values files are named after."""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from efdgen.errors import UsageError
from efdgen.language import yamlio
from efdgen.language.yamlio import YamlError
from efdgen.repository import helmignore
from efdgen.verbs.imports import valuefiles, vendored
from efdgen.verbs.imports.model import Chart, Dependency, Finding, Layout, Parent, Source

_VALUES_OF_ANY = re.compile(r"values-(.+)\.ya?ml")
_ASKED = r"\beq\s+\$?\.Values\.{}\s+\"([a-z0-9][a-z0-9-]*)\""
_EXACT = re.compile(r"v?[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?\Z")
_KIND = rb"^kind:[ \t]*[\"']?%s[\"']?(?:[ \t]+#.*|[ \t]*)\r?$"
_APPLICATION = re.compile(_KIND % b"Application", re.MULTILINE)
_MOST_NAMED = 3
_NAMED = "--parent FOLDER names it"


def recognise(source: Source, parent: str = "") -> tuple[Layout, list[Finding]]:
    """Say what is where, and what can't be read.

    Args:
        source: the files.
        parent: the folder of the parent chart; empty: it is looked for.

    Raises:
        UsageError: when there is no parent chart.
    """
    findings: list[Finding] = []
    charts = {}
    for path in source.files:
        if posixpath.basename(path) == "Chart.yaml":
            folder = posixpath.dirname(path)
            chart = _chart(source, folder, findings)
            if chart is not None:
                charts[folder] = chart
    parents = _parents(charts, parent)
    if not parents:
        raise UsageError(f"{source.name} has no app of apps: {_why_no_parent(source, charts, parent, findings)}")
    folders = {each.chart.folder for each in parents}
    texts = [text for each in parents for text in _templates(each.chart)]
    known = valuefiles.patterns(texts, parents[0].key)
    names = (valuefiles.environment_of(path, known) for path in source.files if path.endswith((".yaml", ".yml")))
    found = Counter(filter(None, names))
    findings += _unnamed(source, charts, parents)
    others = {folder: chart for folder, chart in charts.items() if folder not in folders}
    # Where no file says an environment, the conditions of templates do.
    asked = {match for text in texts for match in re.findall(_ASKED.format(re.escape(parents[0].key or "env")), text)}
    return Layout(tuple(parents), others, found, known, frozenset(asked)), findings


def _why_no_parent(source: Source, charts: Mapping[str, Chart], parent: str, findings: Sequence[Finding]) -> str:
    """Say why no parent chart is found, what is there in its place, and what is needed."""
    wanted = parent.strip("/")
    if parent and wanted not in charts:
        said = f"{parent} is not a chart that can be read"
    else:
        said = f"{parent or 'none of its charts'} has {'no' if parent else 'a'} template of kind Application"
    said += "".join(f"; {each.place}: {each.message}" for each in findings[:5])
    inside = f"{wanted}/" if wanted else ""
    for kind in ("Application", "ApplicationSet"):
        is_one = re.compile(_KIND % kind.encode(), re.MULTILINE)
        found = [path for path, text in source.files.items() if path.startswith(inside) and is_one.search(text)]
        found = [path for path in found if path.endswith((".yaml", ".yml")) and not _is_template(source, path)]
        if found:
            folders = sorted({posixpath.dirname(path) or "." for path in found})
            more = f" and {len(folders) - _MOST_NAMED} more" if len(folders) > _MOST_NAMED else ""
            what = f"{len(found)} {kind} manifest{'s' if len(found) > 1 else ''}"
            said += f"; found {what} in {', '.join(folders[:_MOST_NAMED])}{more}, a layout that is not read"
    return f"{said}; needed is a chart, such as a folder with Chart.yaml and the Applications in templates/: {_NAMED}"


def _is_template(source: Source, path: str) -> bool:
    """Say whether a file is a template of a chart."""
    folders = path.split("/")[:-1]
    above = ("/".join([*folders[:end], "Chart.yaml"]) for end, name in enumerate(folders) if name == "templates")
    return any(chart in source.files for chart in above)


def _parents(charts: Mapping[str, Chart], wanted: str) -> list[Parent]:
    """Return the parent charts: one for all environments where there is such a one, else one an environment."""
    found: list[tuple[int, Parent]] = []
    for folder, chart in charts.items():
        if wanted and folder != wanted.strip("/"):
            continue
        templates = [text for path, text in chart.files.items() if path.startswith("templates/")]
        number = sum(bool(_APPLICATION.search(text)) for text in templates)
        if number:
            own = any(valuefiles.USUAL.match(path) for path in chart.files)
            is_usual = own or b".Values.env" in b"".join(templates)
            found.append((number, Parent(chart, valuefiles.key(_templates(chart)) or ("env" if is_usual else ""))))
    found.sort(key=lambda each: (-each[0], each[1].chart.folder))
    several = _one_each([parent for _, parent in found])
    if several:
        return several
    shared = [parent for _, parent in found if parent.key]
    return shared[:1] or [parent for _, parent in found]


def _templates(chart: Chart) -> list[str]:
    """Return the texts of a chart's templates."""
    return [text.decode(errors="replace") for path, text in chart.files.items() if path.startswith("templates/")]


def _one_each(parents: Sequence[Parent]) -> list[Parent]:
    """Return the parent charts where each one's values.yaml says another environment; none: they do not."""
    said = {}
    for parent in parents:
        try:
            values = yamlio.load(parent.chart.files.get("values.yaml", b"").decode("utf-8-sig"))
        except ValueError:
            values = None
        name = values.get(parent.key) if isinstance(values, dict) and parent.key else None
        if isinstance(name, str) and name:
            said[name] = parent._replace(environment=name)
    return list(said.values()) if len(said) > 1 and len(said) == len(parents) else []


def _unnamed(source: Source, charts: Mapping[str, Chart], parents: Sequence[Parent]) -> Iterator[Finding]:
    """Yield values files whose names say no environment that can be one, and parent charts that are not read."""
    fixed = {parent.environment for parent in parents if parent.environment}
    usual = map(valuefiles.USUAL.match, map(posixpath.basename, source.files))
    names = Counter(match[1] for match in usual if match)
    for name in sorted(names.keys() - fixed) if fixed else ():
        message = f"{name} has {names[name]} values files, and no parent chart: it is not imported"
        yield Finding("I203", message, "", 0, "", name)
    found: dict[str, list[str]] = {}
    for path in source.files:
        match = _VALUES_OF_ANY.fullmatch(posixpath.basename(path))
        if match and not valuefiles.USUAL.match(posixpath.basename(path)):
            found.setdefault(match[1], []).append(path)
    for name, files in sorted(found.items()):
        message = f"{name} can't be an environment: small letters, digits and hyphens only; not imported"
        others = f" and {len(files) - 1} more" if len(files) > 1 else ""
        hint = f"it has {files[0]}{others}: rename them there, and import again"
        yield Finding("I203", message, files[0], 0, hint, name)
    read = {parent.chart.folder for parent in parents}
    for folder, chart in sorted(charts.items()):
        makes = any(_APPLICATION.search(text) for path, text in chart.files.items() if path.startswith("templates/"))
        if makes and folder not in read:
            message = "this chart makes Applications, too, and is not read: another one is the app of apps"
            yield Finding("I203", message, folder, 0, f"if it is the one that runs: --parent {folder or '.'}")


def _chart(source: Source, folder: str, findings: list[Finding]) -> Chart | None:
    prefix = f"{folder}/" if folder else ""
    inside = {path.removeprefix(prefix): text for path, text in source.files.items() if path.startswith(prefix)}
    # A chart in a chart is not this one's.
    nested = [
        posixpath.dirname(path) + "/" for path in inside if posixpath.basename(path) == "Chart.yaml" and "/" in path
    ]
    files = {path: text for path, text in inside.items() if not any(map(path.startswith, nested))}
    about = mapping(source, f"{prefix}Chart.yaml", findings)
    if about is None:
        return None
    try:
        files = vendored.of_chart(files)
    except ValueError as error:
        message = f"Helm refuses what it says: {error}"
        findings.append(Finding("I201", message, f"{prefix}{helmignore.FILE}", hint="correct it there"))
        return None
    listed, file = about.get("dependencies"), f"{prefix}Chart.yaml"
    if not listed and "requirements.yaml" in files:
        file = f"{prefix}requirements.yaml"
        old = mapping(source, file, findings)
        if old is None:
            return None
        listed = old.get("dependencies")
    dependencies = []
    locked = _locked(source, prefix, files, findings)
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and each.get("name"):
            name = str(each["name"]).strip()
            version, repository = _texts(each)
            if not _EXACT.match(version):
                version = locked.get((name, repository.rstrip("/")), version)
            tags = each.get("tags")
            others = sorted(each.keys() - {"name", "version", "repository", "alias", "condition", "tags", "enabled"})
            if others:
                message = f"the dependency {name} has {', '.join(others)}, which an app definition does not have"
                findings.append(Finding("I304", message, file, hint="write what it does into the values"))
            dependencies.append(
                Dependency(
                    str(each.get("alias") or name),
                    name,
                    version,
                    repository,
                    str(each.get("condition") or ""),
                    tuple(map(str, tags)) if isinstance(tags, list) else (),
                    tuple((key, json.dumps(each[key], sort_keys=True, default=str)) for key in others),
                )
            )
    name = str(about.get("name") or posixpath.basename(folder))
    dependencies += vendored.unlisted(source, folder, dependencies)
    return Chart(folder, name, tuple(dependencies), files, file, " ".join(str(about.get("description") or "").split()))


def _locked(
    source: Source, prefix: str, files: Mapping[str, bytes], findings: list[Finding]
) -> dict[tuple[str, str], str]:
    """Return the versions of a lock, by name and repository: Helm fetches these, whatever range the chart says."""
    name = next((name for name in ("Chart.lock", "requirements.lock") if name in files), "")
    listed = (mapping(source, f"{prefix}{name}", findings) or {}).get("dependencies") if name else None
    found = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return {(str(each.get("name")), _texts(each)[1].rstrip("/")): _texts(each)[0] for each in found}


def _texts(dependency: Mapping[str, Any]) -> tuple[str, str]:
    """Return a dependency's version and repository."""
    version, repository = (
        str(dependency.get(key) if dependency.get(key) is not None else "").strip() for key in ("version", "repository")
    )
    return version, repository


def mapping(source: Source, path: str, findings: list[Finding]) -> dict[str, Any] | None:
    """Read a YAML file of the source that holds a mapping; None, and a finding, when it holds none."""
    try:
        data = yamlio.load(source.files[path].decode("utf-8-sig"))
    except YamlError as error:
        hint = "Argo CD can't read it either: correct it there, and import again"
        findings.append(Finding("I201", f"it is no YAML: {error.what}", path, error.line or 0, hint))
        return None
    except UnicodeDecodeError:
        findings.append(Finding("I201", "it is not UTF-8", path, hint="save it as UTF-8"))
        return None
    if data is None:
        return {}
    if not isinstance(data, dict):
        findings.append(Finding("I201", "it does not hold a mapping", path))
        return None
    return data
