"""One more environment, or app, with a chart of the source's own: its values, its chart, and how it syncs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.language import yamlio
from efdgen.verbs import render
from support import handwritten

pytestmark = pytest.mark.usefixtures("one_helm", "helm_once")


def efdgen(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.command, [*map(str, arguments)])


@pytest.fixture
def hand(tmp_path: Path) -> Path:
    names = ("east", "north", "south")
    files = handwritten.repository({name: {"own": {}, "db": {"size": "8Gi"}} for name in names})
    del files["apps/own/requirements.yaml"]
    files |= {
        "apps/own/Chart.yaml": b"name: own\nversion: 0.1.0\n",
        "apps/own/values.yaml": b"title: Boards\nrefresh: 30\n",
        "apps/own/templates/a.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
        b'data: {a: "{{ .Values.title }} {{ .Values.refresh }}"}\n',
    }
    files |= {f"apps/own/values-{name}.yaml": f"title: Boards of {name}\n".encode() for name in names}
    files["apps/own/values-south.yaml"] += b"refresh: 10\n"
    path = "apps/parent/templates/own.yaml"
    policy = b"  syncPolicy: {automated: {prune: true}}\n{{- end -}}\n"
    files[path] = files[path].replace(b"{{- end -}}\n", policy)
    return handwritten.write(tmp_path / "hand", files)


def test_an_environment_has_the_values_of_its_own_charts_and_its_sync_policies(hand: Path, tmp_path: Path) -> None:
    root = tmp_path / "new"
    assert efdgen("import", hand, "--env", "east", "--env", "north", "-o", root).exit_code == 0
    done = efdgen("import", hand, "--only", "south", "-o", root)
    assert done.exit_code == 0, done.output
    spec = yamlio.load((root / "environments/south.yaml").read_text(encoding="utf-8"))
    assert spec["apps"]["own"]["values"] == {"refresh": 10}
    whole = tmp_path / "whole"
    assert efdgen("import", hand, "-o", whole).exit_code == 0
    render.write(root)
    for path in ("apps/own/values-south.yaml", "apps/efd/values-south.yaml"):
        one, other = (yamlio.load((each / "rendered" / path).read_text(encoding="utf-8")) for each in (root, whole))
        assert one == other, path


def test_what_the_repository_says_otherwise_is_said_by_the_spec(hand: Path, tmp_path: Path) -> None:
    root = tmp_path / "new"
    assert efdgen("import", hand, "--env", "east", "--env", "north", "-o", root).exit_code == 0
    # Here, the chart has another default, all sync by themselves, and go into another project.
    replace(root / "charts/own-app/values.yaml", "refresh: 30", "refresh: 50")
    facts = root / "environments/shared/facts.yaml"
    replace(facts, "syncPolicy: null", "syncPolicy: {automated: {}, retry: {limit: 2}}")
    replace(facts, "project: default", "project: ours")
    replace(hand / "apps/own/values-south.yaml", "refresh: 10", "refresh: 30")
    done = efdgen("import", hand, "--only", "south", "-o", root)
    assert done.exit_code == 0, done.output
    spec = yamlio.load((root / "environments/south.yaml").read_text(encoding="utf-8"))
    assert spec["apps"]["own"] == {"syncPolicy": {"automated": {"prune": True}}, "values": {"refresh": 30}}
    assert (spec["argocd"], spec["apps"]["db"]) == ({"project": "default", "syncPolicy": None}, {})
    # So it is for an app.
    shutil.rmtree(root / "templates/apps/db")
    for name in ("east", "north", "south"):
        file = root / f"environments/{name}.yaml"
        data = yamlio.load(file.read_text(encoding="utf-8"))
        del data["apps"]["db"]
        file.write_text(yamlio.dump(data), encoding="utf-8")
    done = efdgen("import", hand, "--only", "db", "-o", root)
    assert done.exit_code == 0, done.output
    spec = yamlio.load((root / "environments/east.yaml").read_text(encoding="utf-8"))
    assert spec["apps"]["db"] == {"project": "default", "syncPolicy": None}


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_an_app_brings_its_own_chart(hand: Path, tmp_path: Path) -> None:
    root, without = tmp_path / "new", tmp_path / "without"
    shutil.copytree(hand, without)
    (without / "apps/parent/templates/own.yaml").unlink()
    shutil.rmtree(without / "apps/own")
    assert efdgen("import", without, "-o", root).exit_code == 0
    done = efdgen("import", hand, "--only", "own", "-o", root)
    assert done.exit_code == 0, done.output
    assert "wrote   charts/own-app/values.yaml\n" in done.stdout
    assert efdgen("render", "--root", root).exit_code == 0
    assert efdgen("import", hand, "--only", "own", "-o", root).exit_code == 2
