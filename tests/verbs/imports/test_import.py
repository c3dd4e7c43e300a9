"""A repository as people write it by hand becomes specs that say the same in fewer lines."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.helm import engines
from efdgen.language import yamlio
from efdgen.verbs import render
from efdgen.verbs.imports import result
from efdgen.verbs.imports.model import Source
from support import handwritten, needs
from support.gitrepo import commit, variables
from support.repository import library_repository

pytestmark = pytest.mark.usefixtures("one_helm")

_INGRESS = """\
{{- if true -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: web
spec:
  rules:
  - http: {}
    {{- if eq .Values.env "lab-1" }}
    host: web-lab-1.example.org
    {{- else }}
    host: web-{{ .Values.env }}.example.org
    {{- end }}
{{- end -}}
"""


def _values(name: str) -> dict[str, dict[str, object]]:
    tag = "1.8.3" if name == "lab-2" else "1.8.5"
    return {
        "db": {
            "image": {"repository": "db", "tag": tag},
            "persistence": {
                "enabled": True,
                "storageClass": "fast" if name.startswith("lab") else "slow",
                "size": "8Gi",
            },
            "ingress": {"hostname": f"db-{name}.example.org", "secretName": "tls"},
        },
        "web": {"database": f"https://db-{name}.example.org", "replicas": 2 if name == "north" else 1},
    }


def by_hand() -> dict[str, bytes]:
    """Return a repository of four environments, two of them of one site, with a feed, a ladder and drift."""
    fleet = {name: _values(name) for name in ("lab-1", "lab-2", "north", "south")}
    files = handwritten.repository(fleet, {"db": {"tls": "secret/ENV/tls", "login": "secret/other/login"}})
    files["apps/web/templates/ingress.yaml"] = _INGRESS.encode()
    item = {"id": "1", "title": "Hello"}
    for name in ("north", "south"):
        news = [item] if name == "south" else [{"id": "2", "title": "News"}, item]
        feed = {"title": f"Feed of {name}", "version": "1.1", "items": news}
        files[f"apps/web/feeds/{name}.json"] = json.dumps(feed).encode()
    north = files["apps/db/values-north.yaml"].decode()
    files["apps/db/values-north.yaml"] = north.replace("  persistence:", "  # Two copies.\n  persistence:").encode()
    return files


@pytest.fixture
def hand(tmp_path: Path) -> Path:
    root = handwritten.write(tmp_path / "hand", by_hand())
    commit(root)
    return root


def efdgen(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.command, [*map(str, arguments)])


NORTH = """\
name: north
apps:
  db: {}
  web:
    values:
      replicas: 2
"""

LAB_2 = """\
name: lab-2
site: lab
apps:
  db:
    pins:
      image.tag:
        value: "1.8.3"
        reason: As deployed by hand, apps/db/values-lab-2.yaml; why is not on record.
  web: {}
"""

DB = """\
description: "Taken over from apps/db: say what it is for."
chart:
  name: db
  version: "1.2.3"
  repository: https://charts.example.org
ingressHosts: [db]
secrets:
  login:
    path: secret/other/login
  tls: {}
"""

DB_VALUES = """\
image:
  repository: db
  tag: "1.8.5"
# Two copies.
persistence:
  enabled: true
  storageClass: <% cluster.storageClass %>
  size: 8Gi
ingress:
  hostname: <% host('db') %>
  secretName: tls
"""


def test_specs_say_what_differs_and_definitions_the_rest(hand: Path, tmp_path: Path) -> None:
    done = efdgen("import", hand, "-o", tmp_path / "new", "--report", f"json={tmp_path / 'r.json'}")
    assert done.exit_code == 0, done.output

    def text(path: str) -> str:
        return (tmp_path / "new" / path).read_text(encoding="utf-8")

    assert text("environments/north.yaml") == NORTH
    assert text("environments/lab-2.yaml") == LAB_2
    assert text("templates/apps/db/app.yaml") == DB
    assert text("templates/apps/db/values.yaml") == DB_VALUES
    facts = yamlio.load(text("environments/shared/facts.yaml"))
    assert facts["sites"] == {"lab": {"cluster": {"storageClass": "fast"}}}
    assert facts["defaults"]["hostPattern"] == "<% service %>-<% name %>.<% domain %>"
    assert facts["defaults"]["vault"]["pathPrefix"] == "secret/<% name %>"
    assert 'host: "{{ .Values.hosts.web }}"' in text("templates/apps/web/templates/ingress.yaml")
    assert list(yamlio.load(text("environments/shared/feedsitems.yaml"))["items"]) == ["news", "hello"]
    assert render.check(tmp_path / "new").is_clean
    told = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert [row["verdict"] for row in told["environments"]] == ["equal"] * 4
    assert told["lines"]["after"][0] > 100
    found = {(each["code"], each["environment"], each["app"]) for each in told["findings"]}
    assert found == {("I406", "", ""), ("I409", "", ""), ("I502", "", "db")}


@needs.HELM.needed
def test_the_command_helm_makes_the_same_of_it() -> None:
    of_command, of_library = (result.run(Source("hand", by_hand()), engines.choose(way)) for way in ("helm", "sdk"))
    assert dict(of_command.files) == dict(of_library.files)
    assert (of_command.findings, of_command.proved) == (of_library.findings, of_library.proved)


def test_drift_is_said_and_what_differs_for_it_has_its_reason() -> None:
    files = by_hand()
    files["apps/web/values-south.yaml"] = files["apps/web/values-south.yaml"].replace(b"env: south", b"env: north")
    files["apps/web/values-lab-1.yaml"] = files["apps/web/values-lab-1.yaml"].replace(b"replicas: 1", b'replicas: "1"')
    files["apps/web/values-north.yaml"] = files["apps/web/values-north.yaml"].replace(b"replicas: 2", b"replicas: 1")
    made = result.run(Source("hand", files), engines.choose("sdk"))
    found = {(each.code, each.environment, each.app) for each in made.findings}
    assert found >= {("I307", "south", "web"), ("I501", "south", "web"), ("I503", "lab-1", "web")}
    differences = [difference for each in made.proved for difference in each.differences]
    assert [each.path for each in differences] == ["Ingress web/web spec.rules"]
    assert all("have north as env" in each.reason for each in differences)


def test_reports_say_the_same_in_each_format(hand: Path, tmp_path: Path) -> None:
    reports = [part for form in ("markdown", "html", "text") for part in ("--report", f"{form}={tmp_path / form}")]
    assert efdgen("import", hand, *reports).exit_code == 0
    for form in ("markdown", "html", "text"):
        text = (tmp_path / form).read_text(encoding="utf-8").replace("\\", "")
        for part in ("lab-2", "several image tags at db.image.tag", "rendered, it is"):
            assert part in text, (form, part)
    assert not (tmp_path / "new").exists()
    (tmp_path / "text").write_text("mine\n", encoding="utf-8")
    assert efdgen("import", hand, *reports).exit_code == 2


def test_what_changed_by_hand_is_a_patch(hand: Path, tmp_path: Path) -> None:
    old = commit(hand)
    assert efdgen("import", hand, "--rev", "HEAD", "-o", tmp_path / "new").exit_code == 0
    changed = hand / "apps/web/values-north.yaml"
    changed.write_text(changed.read_text(encoding="utf-8").replace("replicas: 2", "replicas: 5"), encoding="utf-8")
    head = commit(hand)
    patch = efdgen("import", hand, "--rev", "HEAD", "--since", old).stdout
    assert [line for line in patch.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")] == [
        "-      replicas: 2",
        "+      replicas: 5",
    ]
    new = tmp_path / "new"
    again = efdgen("import", hand, "--rev", "HEAD", "-o", new)
    assert (again.exit_code, again.stdout.startswith(patch)) == (0, True)
    commit(new)
    # The lines around were edited: Git finds what they were by the name of the file's content.
    spec = new / "environments/north.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("  db: {}", "  # Ours.\n  db: {}"), encoding="utf-8")
    commit(new)
    subprocess.run(["git", "apply", "--3way", "-"], cwd=new, input=again.stdout, text=True, check=True, env=variables())
    assert efdgen("import", hand, "--rev", "HEAD", "-o", tmp_path / "newer").exit_code == 0
    spec.write_text(spec.read_text(encoding="utf-8").replace("  # Ours.\n", ""), encoding="utf-8")
    for path in ("environments/north.yaml", "templates/apps/web/values.yaml"):
        assert (new / path).read_bytes() == (tmp_path / "newer" / path).read_bytes()
    assert json.loads((new / "imported.json").read_text(encoding="utf-8")) == {
        **json.loads((tmp_path / "newer/imported.json").read_text(encoding="utf-8")),
        "commit": head,
        "former": [old],
    }


def test_one_more_environment_and_app_by_the_definitions_that_are_there(hand: Path, tmp_path: Path) -> None:
    root = tmp_path / "new"
    assert efdgen("import", hand, "--env", "lab-1", "--env", "south", "-o", root).exit_code == 0
    definition = root / "templates/apps/db/values.yaml"
    definition.write_text(definition.read_text(encoding="utf-8") + "ours: true\n", encoding="utf-8")
    done = efdgen("import", hand, "--only", "north", "-o", root)
    assert done.exit_code == 0
    assert "apps/web/feeds/north.json is not taken over" in done.output
    north = yamlio.load((root / "environments/north.yaml").read_text(encoding="utf-8"))
    assert north["apps"]["db"]["values"] == {"ours": "<% none %>"}
    render.write(root, allow_mass_deletion=True)
    rendered = yamlio.load((root / "rendered/apps/db/values-north.yaml").read_text(encoding="utf-8"))
    assert rendered["db"] == _values("north")["db"]
    # An app that the repository has lost comes back into the specs of the environments that deploy it.
    for name in ("lab-1", "north", "south"):
        spec = root / f"environments/{name}.yaml"
        data = yamlio.load(spec.read_text(encoding="utf-8"))
        del data["apps"]["web"]
        spec.write_text(yamlio.dump(data), encoding="utf-8")
    for file in sorted((root / "templates/apps/web").rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    (root / "templates/apps/web").rmdir()
    (root / "environments/shared/feeds.yaml").unlink()
    assert efdgen("import", hand, "--only", "web", "-o", root).exit_code == 0
    render.write(root)
    for name in ("north", "south"):
        rendered = yamlio.load((root / f"rendered/apps/web/values-{name}.yaml").read_text(encoding="utf-8"))
        assert rendered["web"] == _values(name)["web"]
    assert "unknown environment or app" in efdgen("import", hand, "--only", "wbe", "-o", root).output
    assert "already" in efdgen("import", hand, "--only", "north", "-o", root).output


def test_one_more_environment_has_entries_in_tables_and_links_of_others(tmp_path: Path) -> None:
    files = by_hand()
    news = [{"id": "2", "title": "News", "more": 1}, {"id": "1", "title": "Hello"}]
    feed = {"title": "Feed of lab-2", "version": "1.1", "items": news}
    files["apps/web/feeds/lab-2.json"] = json.dumps(feed).encode()
    files["apps/web/values-north.yaml"] += b"  other: https://db-lab-2.example.org\n"
    files["apps/web/values-north.yaml"] = files["apps/web/values-north.yaml"].replace(b"env: north\n", b"")
    hand = handwritten.write(tmp_path / "hand", files)
    root = tmp_path / "new"
    done = efdgen("import", hand, "--env", "north", "--env", "south", "-o", root)
    assert done.exit_code == 0, done.output
    for name in ("lab-2", "lab-1"):
        done = efdgen("import", hand, "--only", name, "-o", root)
        assert done.exit_code == 0, done.output
    render.write(root, allow_mass_deletion=True)
    made = json.loads((root / "rendered/apps/web/feeds/lab-2.json").read_text(encoding="utf-8"))
    assert made == feed
    assert list(yamlio.load((root / "environments/shared/feedsitems.yaml").read_text())["items"]) == [
        "news",
        "hello",
        "news-2",
    ]
    # The one without a feed has none, where all others had one.
    assert not (root / "rendered/apps/web/feeds/lab-1.json").exists()
    assert yamlio.load((root / "environments/north.yaml").read_text())["links"].keys() == {"lab-2"}


def test_what_efdgen_wrote_and_was_taken_apart_comes_back(tmp_path: Path) -> None:
    root = library_repository(tmp_path)
    render.write(root)
    fleet: dict[str, dict[str, dict[str, object]]] = {}
    for name in ("north", "south"):
        for app, chart in (("catalogue", "web"), ("database", "postgresql")):
            text = (root / f"rendered/apps/{app}/values-{name}.yaml").read_text(encoding="utf-8")
            fleet.setdefault(name, {})[app] = yamlio.load(text)[chart]
    made = result.run(Source("library", handwritten.repository(fleet)), engines.choose("sdk"))
    assert [difference for each in made.proved for difference in each.differences] == []
    for name, apps in fleet.items():
        for app, values in apps.items():
            assert yamlio.load(made.files[f"rendered/apps/{app}/values-{name}.yaml"].decode())[app] == values
