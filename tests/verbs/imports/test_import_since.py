"""What changed by hand since an import: the smallest edit; what can't be read is kept, and nobody else changes."""

from __future__ import annotations

import functools
import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.helm import engines
from efdgen.language import yamlio
from efdgen.verbs import render
from efdgen.verbs.imports import folder, follow, kept, result
from efdgen.verbs.imports.factor import EMPTY, NONE, Factoring, Layers
from efdgen.verbs.imports.forms import literal
from efdgen.verbs.imports.model import Source
from support import handwritten
from support.gitrepo import commit, variables

pytestmark = pytest.mark.usefixtures("one_helm", "helm_once")

FLEET = {
    name: {"db": {"size": "8Gi", "who": name}, "web": {"replicas": 2}, "api": {"port": 1}}
    for name in ("east", "north", "south")
}
FORMS: Any = lambda _, value: (literal(value),)  # noqa: E731 - a form, as the factoring takes it


def efdgen(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.command, [*map(str, arguments)])


def fitted(former: Layers, sites: dict[str, list[str]] | None = None, **values: dict[str, Any]) -> Layers:
    return kept.layers(former, sites or {}, dict.fromkeys(values, FORMS), values)


def test_what_changed_is_said_by_specs_and_by_the_definition_where_all_who_take_it_changed_alike() -> None:
    former = Layers({"size": "8Gi", "tag": "1"}, {}, {"c": {"size": "50Gi"}})
    old, large = {"size": "8Gi", "tag": "1"}, {"size": "50Gi", "tag": "1"}
    assert fitted(former, a=old, b=old, c=large) == former
    new = {"size": "9Gi", "tag": "1"}
    assert fitted(former, a=new, b=old, c=large).specs == {"a": {"size": "9Gi"}, "c": {"size": "50Gi"}}
    assert fitted(former, a=new, b=new, c=large) == Layers(new, {}, {"c": {"size": "50Gi"}})
    # Who says for himself what the definition says now has no need to.
    assert fitted(former, a=large, b=large, c=large) == Layers(large, {}, {})
    assert fitted(former, a=old, b=old, c=old) == Layers(old, {}, {})
    # What is new, and what is gone.
    more = {**old, "x": {"y": 1}}
    assert fitted(former, a=more, b=old, c=large).specs["a"] == {"x": {"y": 1}}
    assert fitted(former, a=more, b=more, c={**large, "x": {"y": 1}}).shared == more
    assert fitted(former, a={"size": "8Gi"}, b=old, c=large).specs["a"] == {"tag": NONE}
    assert fitted(former, a={"size": "8Gi"}, b={"size": "8Gi"}, c={"size": "50Gi"}).shared == {"size": "8Gi"}
    of_site = Layers({"size": "8Gi"}, {"lab": {"size": "1Gi"}}, {})
    said = fitted(
        of_site, {"lab": ["lab1", "lab2"]}, a={"size": "9Gi"}, b={"size": "8Gi"}, lab1={"size": "1Gi"}, lab2={}
    )
    assert said == Layers({"size": "8Gi"}, {"lab": {"size": "1Gi"}}, {"a": {"size": "9Gi"}, "lab2": {"size": NONE}})


def _tree(chosen: random.Random, depth: int = 0) -> dict[str, Any]:
    values: list[Callable[[], Any]] = [lambda: chosen.choice([1, 2, "1", True, [], [1], {}]), lambda: None]
    values += [lambda: _tree(chosen, depth + 1)] * 2 if depth < 2 else []
    return {key: chosen.choice(values)() for key in "abc" if chosen.random() < 0.6}


def _yielded(below: Any, above: Any) -> Any:
    """Return what layers merge to, as specs do: `none` takes away, and an expression takes the place of a mapping."""
    found = dict(below)
    for key, value in above.items():
        if value == NONE:
            found.pop(key, None)
        elif isinstance(value, dict) and isinstance(found.get(key), dict):
            found[key] = _yielded(found[key], value)
        else:
            found[key] = {} if value == EMPTY else _yielded({}, value) if isinstance(value, dict) else value
    return found


def test_kept_layers_merge_to_the_newer_values_whatever_changed() -> None:
    chosen = random.Random(7)  # noqa: S311 - examples, the same each time
    sites = {"lab": ["lab-1", "lab-2"]}
    names = ["lab-1", "lab-2", "north", "south"]
    forms = dict.fromkeys(names, FORMS)
    for _ in range(150):
        first, second = _tree(chosen), _tree(chosen)
        old = {name: chosen.choice([first, first, second]) for name in names}
        new = {name: chosen.choice([tree, tree, _tree(chosen), first]) for name, tree in old.items()}
        former = Factoring(sites, forms).layers(old)
        assert kept.layers(former, sites, forms, old) == former
        layers = kept.layers(former, sites, forms, new)
        for name, tree in new.items():
            site = layers.sites.get("lab", {}) if name.startswith("lab") else {}
            merged = _yielded(_yielded(_yielded({}, layers.shared), site), layers.specs.get(name, {}))
            plain = _yielded({}, tree)
            assert json.dumps(merged, sort_keys=True) == json.dumps(_literal(plain), sort_keys=True), (old, new)


def _literal(value: Any) -> Any:
    """Return a value as its literal form yields it: a null takes away what is below."""
    if isinstance(value, dict):
        return {key: _literal(below) for key, below in value.items() if literal(below) != NONE}
    return value


BROKEN = {
    "values": {"apps/db/values-south.yaml": "db: [1, 2\n"},
    "values of all": {f"apps/{app}/values-south.yaml": "- a\n" for app in ("api", "db", "web")},
    "values gone": {"apps/db/values-south.yaml": None},
    "nearly all values gone": {"apps/db/values-south.yaml": None, "apps/web/values-south.yaml": None},
    "chart": {"apps/db/Chart.yaml": "name: [\n"},
    "requirements": {"apps/db/requirements.yaml": "dependencies: {\n"},
    "template": {"apps/parent/templates/db.yaml": '{{ fail "no" }}\n'},
    "Application": {"apps/parent/templates/db.yaml": "kind: Application\nmetadata: {name: db}\nspec: {}\n"},
    "own template": {"apps/db/templates/namespace.yaml": "{{ if }}\n"},
    "parameter": {
        "apps/parent/templates/db.yaml": handwritten.repository(FLEET)["apps/parent/templates/db.yaml"]
        .decode()
        .replace("      valueFiles:", "      parameters: [{name: 'a[', value: x}]\n      valueFiles:")
    },
}


@functools.cache
def imported() -> result.Imported:
    """Return what the fleet becomes as it is, made once for all tests, which must not change it."""
    return result.run(Source("older", handwritten.repository(FLEET)), engines.choose("sdk"))


@pytest.mark.parametrize("kind", BROKEN)
def test_what_cannot_be_read_any_more_is_kept_as_it_was_and_named(kind: str) -> None:
    engine, older = engines.choose("sdk"), imported()
    files = handwritten.repository(FLEET)
    changed = {path: text.encode() for path, text in BROKEN[kind].items() if text is not None}
    files["apps/web/values-north.yaml"] = files["apps/web/values-north.yaml"].replace(b"replicas: 2", b"replicas: 5")
    newer = {path: text for path, text in {**files, **changed}.items() if BROKEN[kind].get(path, "") is not None}
    followed = follow.follow(older, Source("newer", newer), engine)
    assert (set(followed.kept), followed.lost) == (set(BROKEN[kind]), ())
    assert followed.as_it_is.findings
    specs = {name: yamlio.load(older.files[f"environments/{name}.yaml"].decode()) for name in FLEET}
    specs["north"]["apps"]["web"] = {"values": {"replicas": 5}}
    for name, spec in specs.items():
        assert yamlio.load(followed.imported.files[f"environments/{name}.yaml"].decode()) == spec
    # Broken as it was before, there is nothing to keep.
    before = follow.follow(followed.as_it_is, Source("newer", newer), engine)
    assert before.kept == ()


def test_what_is_taken_away_in_both_the_application_and_its_values_is_taken_away() -> None:
    files = handwritten.repository(FLEET)
    for path in ("apps/parent/templates/db.yaml", *(f"apps/db/values-{name}.yaml" for name in FLEET)):
        del files[path]
    followed = follow.follow(imported(), Source("newer", files), engines.choose("sdk"))
    assert followed.is_whole
    assert "templates/apps/db/app.yaml" not in followed.imported.files


def edit(root: Path, path: str, old: str, new: str) -> str:
    """Change a file of a repository, and commit it."""
    file = root / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return commit(root)


def apply(root: Path, patch: str) -> None:
    subprocess.run(["git", "apply", "--3way", "-"], cwd=root, input=patch, text=True, check=True, env=variables())
    commit(root)


def changed(patch: str) -> list[str]:
    """Return the lines that a patch changes, without those of imported.json."""
    specs = patch.partition("diff --git a/imported.json")
    rest = specs[2].partition("diff --git")[2]
    return [line for line in (specs[0] + rest).splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_patch_after_patch_keeps_what_is_there_and_reaches_nobody_else(tmp_path: Path) -> None:
    fleet = {name: {app: apps[app] for app in ("db", "web")} for name, apps in FLEET.items()}
    hand, root = handwritten.write(tmp_path / "hand", handwritten.repository(fleet)), tmp_path / "new"
    commit(hand)
    again = ("import", hand, "--rev", "HEAD", "-o", root)
    assert efdgen(*again).exit_code == 0
    # One that the source does not have.
    spec = (root / "environments/north.yaml").read_text(encoding="utf-8").replace("north", "antu")
    (root / "environments/antu.yaml").write_text(spec, encoding="utf-8")
    render.write(root, allow_mass_deletion=True)
    commit(root)

    edit(hand, "apps/db/values-south.yaml", "8Gi", "9Gi")
    edit(hand, "apps/db/values-north.yaml", "8Gi", "9Gi")
    done = efdgen(*again)
    size = ["+  db:", "+    values:", "+      size: 9Gi", "-  db: {}"]
    assert (done.exit_code, sorted(changed(done.stdout))) == (0, sorted(size * 2)), done.output
    assert "by environment: north 1, south 1\n" in done.stderr
    apply(root, done.stdout)

    # Broken: it stays, in this patch and in those after it.
    edit(hand, "apps/db/values-south.yaml", "who: south", "who: [")
    done = efdgen(*again, "--report", f"json={tmp_path / 'r.json'}")
    assert (done.exit_code, changed(done.stdout)) == (1, [])
    assert "I201 apps/db/values-south.yaml:" in done.stderr
    assert "kept as it was: apps/db/values-south.yaml" in done.stderr
    told = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert {each["code"] for each in told["findings"]} >= {"I201", "I206"}
    assert [row["verdict"] for row in told["environments"]] == ["equal", "equal", "1 of 2 apps: equal"]
    apply(root, done.stdout)
    edit(hand, "apps/db/values-south.yaml", "who: [", "who: south")
    edit(hand, "apps/db/values-south.yaml", "9Gi", "10Gi")
    done = efdgen(*again)
    assert (done.exit_code, changed(done.stdout)) == (0, ["-      size: 9Gi", "+      size: 10Gi"])
    apply(root, done.stdout)

    # All who take it changed alike: the definition does, and who has it besides is named.
    for name in FLEET:
        edit(hand, f"apps/web/values-{name}.yaml", "replicas: 2", "replicas: 3")
    # What is no value reaches it, too: another version of a chart.
    edit(hand, "apps/db/requirements.yaml", "1.2.3", "1.2.4")
    done = efdgen(*again)
    lines = ['-  version: "1.2.3"', '+  version: "1.2.4"', "-replicas: 2", "+replicas: 3"]
    assert (done.exit_code, changed(done.stdout)) == (1, lines)
    assert "antu / web: web.replicas: 2 -> 3, which the source did not change there" in done.stderr
    assert "antu / db: Chart.yaml: another one, which the source did not change there" in done.stderr
    # Where the repository goes its own way, that can't be said, which is said.
    edit(root, "templates/apps/db/app.yaml", "1.2.3", "1.2.9")
    done = efdgen(*again)
    assert (done.exit_code, "has templates/apps/db/app.yaml otherwise" in done.stderr) == (1, True)
    assert efdgen(*again, "--format", "json").exit_code == 2


def test_a_chart_of_the_source_s_own_that_changed_is_no_edit_of_the_repository(tmp_path: Path) -> None:
    files = handwritten.repository({name: {"db": {"size": "8Gi"}, "own": {}} for name in ("north", "south")})
    files |= {
        "apps/own/Chart.yaml": b"name: own\nversion: 0.1.0\n",
        "apps/own/values.yaml": b"refresh: 30\n",
        "apps/own/templates/a.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
        b'data: {a: "{{ .Values.refresh }}"}\n',
    }
    files |= {f"apps/own/values-{name}.yaml": b"x: 1\n" for name in ("north", "south")}
    del files["apps/own/requirements.yaml"]
    hand, root = handwritten.write(tmp_path / "hand", files), tmp_path / "new"
    commit(hand)
    again = ("import", hand, "--rev", "HEAD", "-o", root)
    assert efdgen(*again).exit_code == 0
    commit(root)
    edit(hand, "apps/own/values.yaml", "30", "45")
    edit(hand, "apps/own/Chart.yaml", "0.1.0", "0.2.0")
    edit(hand, "apps/db/values-south.yaml", "8Gi", "9Gi")
    done = efdgen(*again)
    assert (done.exit_code, "warning" in done.stderr) == (0, False), done.stderr
    assert "by environment: south 1\n" in done.stderr
    # An environment that the source does not have gets it, too, which is said.
    spec = (root / "environments/north.yaml").read_text(encoding="utf-8").replace("north", "antu")
    (root / "environments/antu.yaml").write_text(spec, encoding="utf-8")
    warned = [line.partition(",")[0] for line in efdgen(*again).stderr.splitlines() if line.startswith("warning")]
    of_chart = [f"warning: antu / own: charts/own-app/{file}: another one" for file in ("Chart.yaml", "values.yaml")]
    assert warned == ["warning: antu / own: Chart.yaml: another one", *of_chart]
    # Somebody edited it here: Git will ask.
    edit(root, "charts/own-app/values.yaml", "30", "60")
    assert "has charts/own-app/values.yaml otherwise" in efdgen(*again).stderr


def test_what_was_renamed_here_is_named_with_the_command_that_leaves_it_out(tmp_path: Path) -> None:
    hand, root = handwritten.write(tmp_path / "hand", handwritten.repository(FLEET)), tmp_path / "new"
    commit(hand)
    again = ("import", hand, "--rev", "HEAD", "-o", root)
    assert efdgen(*again).exit_code == 0
    commit(root)
    assert efdgen("rename", "north", "nord", "--root", root).exit_code == 0
    commit(root)
    edit(hand, "apps/db/values-north.yaml", "8Gi", "9Gi")
    edit(hand, "apps/db/values-south.yaml", "8Gi", "9Gi")
    done = efdgen(*again)
    advised = "git apply --3way --exclude=environments/north.yaml"
    assert (done.exit_code, "has no environments/north.yaml: Git will refuse" in done.stderr) == (1, True)
    assert f"{advised}\n" in done.stderr
    command = [*advised.split(), "-"]
    subprocess.run(command, cwd=root, input=done.stdout, text=True, check=True, env=variables())
    assert "size: 9Gi" in (root / "environments/south.yaml").read_text(encoding="utf-8")


def test_the_commit_that_was_imported_yields_no_patch(tmp_path: Path) -> None:
    hand, root = handwritten.write(tmp_path / "hand", handwritten.repository(FLEET)), tmp_path / "new"
    first = commit(hand)
    again = ("import", hand, "--rev", "HEAD", "-o", root)
    assert efdgen(*again).exit_code == 0
    record = root / "imported.json"
    before = json.loads(record.read_text(encoding="utf-8"))
    for former in ([], [first, first]):  # as imports wrote it that found nothing new
        record.write_text(json.dumps({**before, "former": former}), encoding="utf-8")
        assert folder.imported_from(root) == folder.ImportedFrom((first,))
        done = efdgen(*again)
        assert (done.exit_code, done.stdout) == (0, "")
        assert done.stderr.splitlines()[-1].startswith("nothing changed by hand from ")
    commit(root)
    edit(hand, "apps/db/values-south.yaml", "8Gi", "9Gi")
    apply(root, efdgen(*again).stdout)
    assert json.loads(record.read_text(encoding="utf-8"))["former"] == [first]
    assert efdgen(*again).stdout == ""


def test_what_changes_in_applications_is_counted(tmp_path: Path) -> None:
    hand = handwritten.write(tmp_path / "hand", handwritten.repository({n: {"db": a["db"]} for n, a in FLEET.items()}))
    commit(hand)
    again = ("import", hand, "--rev", "HEAD", "-o", tmp_path / "new")
    assert efdgen(*again).exit_code == 0
    policy = '{{- if eq .Values.env "south" }}\n  syncPolicy: {automated: {}}\n{{- end }}\n'
    edit(hand, "apps/parent/templates/db.yaml", "spec:\n", f"spec:\n{policy}")
    done = efdgen(*again)
    assert (done.exit_code, "environments/south.yaml" in done.stdout) == (0, True)
    assert "by environment: south 1\n" in done.stderr


def test_what_is_added_and_what_fails_has_its_findings_and_its_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = handwritten.repository(FLEET)
    files["apps/db/values-south.yaml"] = b"db: [\n"
    del files["apps/web/values-north.yaml"]
    hand, root = handwritten.write(tmp_path / "hand", files), tmp_path / "new"
    assert efdgen("import", hand, "--env", "east", "-o", root).exit_code == 0
    reports = [part for form in ("json", "text") for part in ("--report", f"{form}={tmp_path / form}")]
    done = efdgen("import", hand, "--only", "south", "-o", root, *reports)
    assert (done.exit_code, "I206 apps/db/values-south.yaml" in done.stderr) == (1, True)
    assert "Added south to" in (tmp_path / "text").read_text(encoding="utf-8")
    told = json.loads((tmp_path / "json").read_text(encoding="utf-8"))
    assert [row["verdict"] for row in told["environments"]] == ["2 of 3 apps: equal"]
    assert "I206" in {each["code"] for each in told["findings"]}
    # What Argo CD can't deploy either is said, and is not a failure; what validate will warn of, too.
    done = efdgen("import", hand, "--only", "north", "-o", root, "--format", "json")
    told = json.loads(done.stdout)
    assert (done.exit_code, "I204" in {each["code"] for each in told["findings"]}) == (0, True)
    warned = {each["message"].rpartition("[")[2] for each in told["findings"] if each["code"] == "I406"}
    warnings = [line for line in efdgen("validate", "--root", root).stderr.splitlines() if line.startswith("warning[")]
    assert not {line.partition("[")[2][:4] for line in warnings} - {code[:4] for code in warned} - {"W505"}

    monkeypatch.setattr("efdgen.helm.engines.command.find", lambda: None)
    monkeypatch.setattr("efdgen.helm.engines.sdk.find", lambda: None)
    done = efdgen("import", hand, *reports)
    assert done.exit_code == 5
    assert json.loads((tmp_path / "json").read_text(encoding="utf-8"))["error"].startswith("there is no Helm here")
    assert "there is no Helm here" in (tmp_path / "text").read_text(encoding="utf-8")
