from __future__ import annotations

import ast
import functools
import sys
from pathlib import Path

import pytest

import efdgen

PACKAGE = Path(efdgen.__file__).parent
MAX_LINES = 350

# Every module, and the modules of efdgen and the packages of others that it may import.
ALLOWED = {
    "__init__": "",
    "__main__": "cli",
    "charts": "",
    "charts.archive": "errors yamlio",
    "charts.cache": "charts.lock errors model yamlio",
    "charts.fetch": "charts.archive charts.cache charts.lock charts.outcomes charts.registry charts.repository "
    "charts.versions definitions errors files model",
    "charts.lock": "errors model schema yamlio",
    "charts.outcomes": "charts.lock charts.versions model",
    "charts.registry": "charts.cache charts.repository errors model oras requests",
    "charts.repository": "__init__ charts.versions errors model suggest yamlio",
    "charts.versions": "semver",
    "cli": "__init__ suggest click",
    "cli.charts_command": "charts.fetch charts.outcomes cli.common report.charts click",
    "cli.check_command": "cli.common pipeline report.drift report.text click",
    "cli.common": "errors load pipeline report.findings report.text click",
    "cli.diff_command": "cli.common cli.helm_options helm hydrate pipeline.diff pipeline.objectdiff report.diffs "
    "review.model click",
    "cli.explain_command": "charts.archive charts.cache cli.common errors explain.defaults explain.questions layout "
    "load merge model pipeline report.explanation click",
    "cli.graph_command": "cli.common graph.content graph.dot graph.mermaid graph.svg pipeline click",
    "cli.helm_options": "charts.cache cli.common helm.messages hydrate model click",
    "cli.hosts_command": "cli.common dns errors hosts pipeline report.hosts click",
    "cli.hydrate_command": "cli.common cli.helm_options helm hydrate pipeline report.hydrated resultfolder click",
    "cli.lint_command": "cli.common cli.helm_options errors helm helm.sdk pipeline.deadvalues pipeline.lint click",
    "cli.list_command": "cli.common pipeline report.fleet click",
    "cli.render_command": "cli.common pipeline report.text click",
    "cli.runbook_command": "cli.common errors pipeline runbook.content runbook.markdown runbook.script click",
    "cli.site_command": "cli.common graph.content graph.svg pipeline report.site resultfolder site.data click",
    "cli.validate_command": "cli.common pipeline click",
    "compare": "",
    "conforms": "",
    "definitions": "errors files layout merge model yamlio",
    "disk": "compare errors",
    "dns": "errors hosts",
    "errors": "",
    "explain": "",
    "explain.defaults": "errors explain.says merge yamlio",
    "explain.environment": "errors explain.facts explain.says explain.trace explain.watch layout merge model rbac "
    "resolve scope",
    "explain.facts": "errors explain.says explain.trace explain.watch merge model resolve",
    "explain.paths": "errors suggest",
    "explain.questions": "errors explain.environment explain.paths explain.says explain.watch layout merge model "
    "render scope suggest",
    "explain.says": "errors",
    "explain.trace": "errors explain.says explain.watch merge scope templating",
    "explain.watch": "errors explain.says templating",
    "files": "errors merge model schema suggest yamlio",
    "functions": "merge scope suggest templating",
    "generated": "layout",
    "git": "errors suggest",
    "graph": "",
    "graph.arrange": "",
    "graph.content": "graph.model hosts layout model order",
    "graph.dot": "graph.model",
    "graph.mermaid": "graph.model",
    "graph.model": "",
    "graph.svg": "graph.arrange graph.model",
    "helm": "errors helm.command helm.engine helm.sdk",
    "helm.command": "errors helm.engine",
    "helm.engine": "",
    "helm.messages": "",
    "helm.sdk": "errors helm.engine yamlio helm_python",
    "hosts": "layout model",
    "hydrate": "errors helm.engine helm.messages layout model objects suggest yamlio",
    "invariants": "errors invariants.apps invariants.fleet invariants.hosts invariants.names invariants.rbac "
    "invariants.vault model",
    "invariants.apps": "errors invariants.fleet merge model suggest",
    "invariants.fleet": "errors merge model resolve scope templating",
    "invariants.hosts": "errors invariants.fleet model",
    "invariants.names": "errors invariants.fleet merge model",
    "invariants.rbac": "errors invariants.fleet model suggest",
    "invariants.vault": "errors invariants.fleet model templating yamlio",
    "kubernetes": "",
    "kubernetes.apis": "",
    "kubernetes.check": "errors hydrate kubernetes.apis kubernetes.schemas layout model objects",
    "kubernetes.schemas": "errors kubernetes.apis schema",
    "layout": "",
    "linediff": "",
    "load": "definitions errors files layout model specs",
    "merge": "errors",
    "model": "errors merge yamlio",
    "objects": "errors yamlio",
    "order": "model",
    "overrides": "",
    "overrides.baseline": "hydrate",
    "overrides.charttext": "errors suggest yamlio",
    "overrides.edits": "errors merge",
    "overrides.search": "errors helm.engine hydrate layout merge model overrides.baseline overrides.charttext "
    "overrides.edits render resolve",
    "pages": "",
    "pages.environment": "graph.content graph.mermaid hosts layout model order pages.markdown runbook.content "
    "runbook.markdown runbook.model",
    "pages.fleet": "errors hosts layout merge model pages.markdown yamlio",
    "pages.markdown": "hosts",
    "pipeline": "compare disk errors explain.environment generated invariants layout load model pages.fleet render "
    "resolve suggest tree",
    "pipeline.deadvalues": "errors helm.engine hydrate invariants layout merge overrides.edits overrides.search "
    "pipeline.lint",
    "pipeline.diff": "disk errors generated git layout load pipeline review.model review.trees suggest",
    "pipeline.lint": "errors helm.engine hydrate invariants kubernetes.apis kubernetes.check kubernetes.schemas load "
    "model pipeline resolve tree",
    "pipeline.objectdiff": "errors helm.engine hydrate layout load pipeline.diff resolve review.folding review.model "
    "review.objects",
    "rbac": "model",
    "render": "generated layout model pages.environment pages.fleet rbac texttemplate yamlio",
    "report": "",
    "report.changes": "errors linediff report.text review.model semantic yamlio",
    "report.charts": "charts.outcomes report.text",
    "report.diff_html": "report.changes report.pages report.text review.model semantic",
    "report.diff_json": "report.changes report.text review.model semantic",
    "report.diff_markdown": "report.changes report.text review.model semantic",
    "report.diff_text": "report.changes report.text review.model semantic",
    "report.diffs": "report.diff_html report.diff_json report.diff_markdown report.diff_text report.text review.model",
    "report.drift": "compare errors",
    "report.explanation": "errors explain.says report.text",
    "report.findings": "__init__ errors",
    "report.fleet": "model report.text",
    "report.hosts": "dns hosts report.text",
    "report.hydrated": "hydrate yamlio",
    "report.markdown": "errors report.pages markdown_it",
    "report.pages": "__init__ jinja2",
    "report.site": "model report.changes report.markdown report.pages report.text site.model",
    "report.text": "compare errors",
    "resolve": "errors functions merge model schema scope templating",
    "resultfolder": "compare disk errors",
    "review": "",
    "review.folding": "linediff review.model semantic",
    "review.model": "semantic",
    "review.objects": "objects review.folding semantic",
    "review.reading": "yamlio",
    "review.trees": "layout review.folding review.model review.reading semantic",
    "runbook": "",
    "runbook.access": "model runbook.model runbook.text",
    "runbook.argocd": "layout model rbac runbook.model",
    "runbook.cluster": "model runbook.model runbook.text runbook.volumes",
    "runbook.content": "model runbook.access runbook.argocd runbook.cluster runbook.daily runbook.dns runbook.model "
    "runbook.sync runbook.teardown runbook.testing runbook.vault",
    "runbook.daily": "layout model runbook.cluster runbook.model runbook.text",
    "runbook.dns": "dns hosts model runbook.model runbook.text",
    "runbook.markdown": "runbook.model",
    "runbook.model": "",
    "runbook.script": "model runbook.argocd runbook.cluster runbook.model",
    "runbook.sync": "layout model order runbook.model runbook.text runbook.vault runbook.volumes",
    "runbook.teardown": "layout model order runbook.model runbook.text runbook.vault runbook.volumes",
    "runbook.testing": "model runbook.model runbook.text",
    "runbook.text": "hosts model",
    "runbook.vault": "model runbook.model runbook.text",
    "runbook.volumes": "model",
    "schema": "conforms errors suggest jsonschema",
    "scope": "errors merge templating",
    "secrets": "errors model yamlio",
    "semantic": "",
    "site": "",
    "site.data": "layout model pages.environment pages.fleet render semantic site.model",
    "site.model": "model semantic",
    "specs": "definitions errors files layout merge model templating yamlio",
    "suggest": "",
    "templating": "errors suggest jinja2",
    "texttemplate": "errors model templating yamlio",
    "tree": "errors",
    "yamlio": "yamlio.lenient yamlio.reading yamlio.scalars yamlio.writing",
    "yamlio.lenient": "yamlio.scalars yaml",
    "yamlio.reading": "errors yamlio.scalars yaml",
    "yamlio.scalars": "",
    "yamlio.writing": "yamlio.scalars yaml",
}

# From the lowest to the highest; a module imports lower ones only.
LAYERS = """
__init__ charts charts.versions compare conforms errors explain graph graph.arrange graph.model helm.engine
helm.messages kubernetes kubernetes.apis layout linediff overrides pages report review runbook runbook.model semantic
site suggest yamlio.scalars
cli disk explain.paths explain.says generated git graph.dot graph.mermaid graph.svg helm.command merge report.drift
report.findings report.pages report.text review.model runbook.markdown schema templating tree yamlio.lenient
yamlio.reading yamlio.writing
__main__ explain.watch kubernetes.schemas overrides.edits report.explanation report.markdown resultfolder
review.folding scope yamlio
charts.archive explain.defaults explain.trace functions helm.sdk model objects overrides.charttext report.changes
review.reading
charts.lock charts.repository files helm hosts hydrate order rbac report.diff_html report.diff_json
report.diff_markdown report.diff_text report.fleet resolve review.objects review.trees runbook.volumes secrets
site.model texttemplate
charts.cache charts.outcomes definitions dns explain.facts graph.content invariants.fleet kubernetes.check
overrides.baseline pages.markdown report.diffs report.hydrated report.site runbook.argocd runbook.text
charts.registry explain.environment invariants.apps invariants.hosts invariants.names invariants.rbac invariants.vault
pages.fleet report.charts report.hosts runbook.access runbook.cluster runbook.dns runbook.testing runbook.vault specs
charts.fetch invariants load runbook.daily runbook.script runbook.sync runbook.teardown
runbook.content
pages.environment
render
explain.questions overrides.search pipeline site.data
cli.common pipeline.diff pipeline.lint
cli.charts_command cli.check_command cli.explain_command cli.graph_command cli.helm_options cli.hosts_command
cli.list_command cli.render_command cli.runbook_command cli.site_command cli.validate_command pipeline.deadvalues
pipeline.objectdiff
cli.diff_command cli.hydrate_command cli.lint_command
"""

# The one place for each package of others; jinja2 has one for each of two jobs: expressions, and HTML pages.
HOMES = {
    "click": "cli",
    "helm_python": "helm",
    "jinja2": "templating report.pages",
    "jsonschema": "schema",
    "markdown_it": "report.markdown",
    "oras": "charts.registry",
    "requests": "charts.registry",
    "semver": "charts.versions",
    "yaml": "yamlio",
}

HOW = "add it to ALLOWED and LAYERS in tests/test_architecture.py, and think about what it may import"


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def _own(module: str, name: str) -> str:
    """Return the module that `from efdgen.<module> import <name>` loads."""
    inside = f"{module}.{name}" if module else name
    if inside in MODULES:
        return inside
    return module or "__init__"


@functools.cache
def imports(name: str) -> set[str]:
    """Return what a module imports anywhere in it: modules of efdgen, and packages of others."""
    found = set()
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} has a relative import"
            package, _, module = (node.module or "").partition(".")
            if package == "efdgen":
                found |= {_own(module, alias.name) for alias in node.names}
            else:
                found.add(package)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                package, _, module = alias.name.partition(".")
                found.add((module or "__init__") if package == "efdgen" else package)
    return found - (sys.stdlib_module_names - {"__main__"}) - {"__future__"}


def own_imports(name: str) -> set[str]:
    return imports(name) & set(MODULES)


def test_every_module_has_an_entry() -> None:
    unknown = sorted(set(MODULES) - set(ALLOWED))
    assert not unknown, f"unknown: {', '.join(unknown)}: {HOW}"


def test_every_entry_has_a_module() -> None:
    assert not sorted(set(ALLOWED) - set(MODULES))


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_what_it_may(name: str) -> None:
    assert name in ALLOWED, f"{name} is unknown: {HOW}"
    assert sorted(imports(name) - set(ALLOWED[name].split())) == []


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_lower_ones_only(name: str) -> None:
    level = {module: number for number, line in enumerate(LAYERS.split("\n")) for module in line.split()}
    assert name in level, f"{name} is unknown: {HOW}"
    assert [module for module in sorted(own_imports(name)) if level[module] >= level[name]] == []


@pytest.mark.parametrize(("package", "homes"), HOMES.items())
def test_a_package_of_others_is_used_in_one_place(package: str, homes: str) -> None:
    users = {name for name in MODULES if package in imports(name)}
    for home in homes.split():
        inside = {name for name in users if name == home or name.startswith(f"{home}.")}
        assert inside
        users -= inside
    assert users == set()


def test_no_other_package_is_used() -> None:
    assert set().union(*(imports(name) for name in MODULES)) - set(MODULES) == set(HOMES)


def test_only_the_command_line_uses_the_pipeline() -> None:
    users = {name.split(".")[0] for name in MODULES if any(m.startswith("pipeline") for m in own_imports(name))}
    assert users == {"cli", "pipeline"}


def test_only_the_command_line_uses_reports() -> None:
    users = {name.split(".")[0] for name in MODULES if any(m.startswith("report") for m in own_imports(name))}
    assert users == {"cli", "report"}


def _reachable(name: str) -> set[str]:
    found: set[str] = set()
    waiting = {name}
    while waiting:
        module = waiting.pop()
        found.add(module)
        waiting |= own_imports(module) - found
    return found


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("report")])
def test_a_report_is_made_from_what_it_is_given(name: str) -> None:
    assert not _reachable(name) & {"load", "specs", "definitions", "files", "resolve", "disk", "render", "pipeline"}


def test_rendering_reads_and_writes_no_files() -> None:
    assert not _reachable("render") & {"disk", "files", "load", "pipeline"}
    for name in ("render", "texttemplate", "rbac", "yamlio.writing", "generated", "layout"):
        calls = {ast.unparse(node.func) for node in ast.walk(TREES[name]) if isinstance(node, ast.Call)}
        assert not {
            call for call in calls if call == "open" or call.split(".")[-1] in {"read_text", "write_text", "read_bytes"}
        }


@pytest.mark.parametrize("name", [name for name in MODULES if name.split(".")[0] not in {"cli", "__main__"}])
def test_only_the_command_line_prints_or_exits(name: str) -> None:
    used = {ast.unparse(node) for node in ast.walk(TREES[name]) if isinstance(node, ast.Name | ast.Attribute)}
    forbidden = {"print", "input", "exit", "quit", "SystemExit", "sys.exit", "os._exit", "sys.stdout", "sys.stderr"}
    assert used & forbidden == set()


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_short_enough_to_be_read_at_once(name: str) -> None:
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def _public(body: list[ast.stmt], prefix: str = "") -> list[tuple[str, ast.AST]]:
    """Return public functions and classes, and the public methods of the latter."""
    found: list[tuple[str, ast.AST]] = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            found.append((f"{prefix}{node.name}", node))
            if isinstance(node, ast.ClassDef):
                found += _public(node.body, f"{prefix}{node.name}.")
    return found


@pytest.mark.parametrize("name", MODULES)
def test_what_is_public_has_a_docstring(name: str) -> None:
    tree = TREES[name]
    assert ast.get_docstring(tree)
    assert [what for what, node in _public(tree.body) if not ast.get_docstring(node)] == []  # type: ignore[arg-type]
