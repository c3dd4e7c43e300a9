from __future__ import annotations

import ast
import functools
import sys
from pathlib import Path

import pytest

import efdgen
from support.foreach import for_each

PACKAGE = Path(efdgen.__file__).parent
MAX_LINES = 350
MAX_ENTRIES = 14

# The rooms, from the ground up: each may import from those before it, and from itself.
ORDER = [
    "errors",
    "language",
    "repository",
    "environment",
    "output",
    "helm",
    "review",
    "render",
    "rules",
    "explain",
    "report",
    "verbs",
    "cli",
    "__main__",
]

# What looks like an allowed arrow, and is none.
NEVER = {
    "helm": "review render rules explain",
    "review": "render rules explain helm.charts helm.engines helm.hydrate",
    "render": "helm review explain",
    "explain": "helm review render rules",
}

# The one place for each package of others; jinja2 reads what expressions are rare, and fills HTML pages.
HOMES = {
    "click": "cli",
    "dns": "verbs.audit.asking.dns",
    "helm_python": "helm.engines",
    "jinja2": "language.jinjatree report.html",
    "jsonschema": "language.schema",
    "markdown_it": "report.site.markdown",
    "oras": "helm.charts.oci",
    "requests": "helm.charts.oci",
    "semver": "helm.charts.versions",
    "urllib3": "helm.charts.oci",
    "yaml": "language.yamlio",
}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@functools.cache
def tree(name: str) -> ast.Module:
    """Return a module's syntax tree; to parse them all takes a second."""
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


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
    for node in ast.walk(tree(name)):
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


def room(module: str) -> str:
    return module.partition(".")[0]


def test_the_rooms_are_those_in_the_order() -> None:
    assert {room(name) for name in MODULES} - {"__init__"} == set(ORDER)


def test_the_rooms_are_few() -> None:
    entries = {path.name for path in PACKAGE.iterdir()} - {"__init__.py", "__main__.py", "__pycache__", "py.typed"}
    assert len(entries) <= MAX_ENTRIES


def test_a_module_imports_from_its_own_room_and_those_below() -> None:
    wrong = []
    for name in MODULES.keys() - {"__init__"}:
        below = {"__init__", *ORDER[: ORDER.index(room(name)) + 1]}
        wrong += [f"{name}: {module}" for module in own_imports(name) if room(module) not in below]
    assert sorted(wrong) == []


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    finished: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above[above.index(name) :], name))
        if name not in finished:
            for module in sorted(own_imports(name) - {name}):
                visit(module, (*above, name))
            finished.add(name)

    for name in MODULES:
        visit(name, ())


@pytest.mark.parametrize(("name", "nevers"), NEVER.items())
def test_some_rooms_know_nothing_of_each_other(name: str, nevers: str) -> None:
    used = {module for user in MODULES if room(user) == name for module in own_imports(user)}
    assert sorted(m for m in used for never in nevers.split() if f"{m}.".startswith(f"{never}.")) == []


@for_each(("package", "homes"), HOMES.items())
def test_a_package_of_others_is_used_in_one_place(package: str, homes: str) -> None:
    users = {name for name in MODULES if package in imports(name)}
    for home in homes.split():
        inside = {name for name in users if name == home or name.startswith(f"{home}.")}
        assert inside
        users -= inside
    assert users == set()


def test_no_other_package_is_used() -> None:
    assert set().union(*(imports(name) for name in MODULES)) - set(MODULES) == set(HOMES)


def test_only_the_command_line_uses_verbs_and_reports() -> None:
    for top in ("verbs", "report"):
        assert {room(name) for name in MODULES if any(room(m) == top for m in own_imports(name))} == {"cli", top}


def _reachable(name: str) -> set[str]:
    found: set[str] = set()
    waiting = {name}
    while waiting:
        module = waiting.pop()
        found.add(module)
        waiting |= own_imports(module) - found
    return found


READERS = {
    f"repository.{name}"
    for name in ("chartfolders", "definitions", "files", "git", "load", "pages", "snapshot", "specs")
} | {"output.disk"}
"""The modules that read and write what people write and what is rendered."""


def _in_rooms(*rooms: str) -> list[str]:
    names = [name for name in MODULES if room(name) in rooms]
    assert {room(name) for name in names} == set(rooms)
    return names


def test_a_report_is_made_from_what_it_is_given() -> None:
    for name in _in_rooms("report"):
        reached = _reachable(name)
        assert not reached & {*READERS, "environment.resolve"}, name
        assert not {room(module) for module in reached} & {"render", "verbs"}, name


def test_rendering_reads_and_writes_no_files() -> None:
    reached = {module: name for name in _in_rooms("render", "environment", "review") for module in _reachable(name)}
    assert {module: name for module, name in reached.items() if module in READERS} == {}
    for module in reached.keys() - {"language.schema", "__init__"}:
        calls = {ast.unparse(node.func) for node in ast.walk(tree(module)) if isinstance(node, ast.Call)}
        reading = {"read_text", "write_text", "read_bytes"}
        assert not {call for call in calls if call == "open" or call.split(".")[-1] in reading}, module


def test_only_the_command_line_prints_or_exits() -> None:
    forbidden = {"print", "input", "exit", "quit", "SystemExit", "sys.exit", "os._exit", "sys.stdout", "sys.stderr"}
    for name in _in_rooms(*set(ORDER) - {"cli", "__main__"}):
        used = {ast.unparse(node) for node in ast.walk(tree(name)) if isinstance(node, ast.Name | ast.Attribute)}
        # A copy of a process ends without what the first one would do at its end.
        allowed = {"os._exit"} if name == "verbs.parallel" else set()
        assert used & forbidden == allowed, name


def test_a_module_is_short_enough_to_be_read_at_once() -> None:
    lines = {name: path.read_bytes().count(b"\n") for name, path in MODULES.items()}
    assert {name: count for name, count in lines.items() if count > MAX_LINES} == {}


def _public(body: list[ast.stmt], prefix: str = "") -> list[tuple[str, ast.AST]]:
    """Return public functions and classes, and the public methods of the latter."""
    found: list[tuple[str, ast.AST]] = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            found.append((f"{prefix}{node.name}", node))
            if isinstance(node, ast.ClassDef):
                found += _public(node.body, f"{prefix}{node.name}.")
    return found


def test_what_is_public_has_a_docstring() -> None:
    bare = [name for name in MODULES if not ast.get_docstring(tree(name))]
    for name in MODULES:
        bare += [f"{name}.{what}" for what, node in _public(tree(name).body) if not ast.get_docstring(node)]  # type: ignore[arg-type]
    assert bare == []
