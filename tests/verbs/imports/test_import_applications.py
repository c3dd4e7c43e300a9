"""What hand-written Applications say is said again, or is a finding with its place: nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from efdgen import cli
from efdgen.helm import engines
from efdgen.language import yamlio
from efdgen.verbs.imports import compared, layout, proof, result, telling
from efdgen.verbs.imports.model import Object, Source
from support import handwritten

pytestmark = pytest.mark.usefixtures("helm_once")

FLEET = {name: {"db": {"size": "8Gi"}, "web": {"replicas": 2}} for name in ("north", "south")}
DB, WEB = "apps/parent/templates/db.yaml", "apps/parent/templates/web.yaml"
TEMPLATE = "templates/apps/efd/application.yaml"
SOURCE = """\
  source:
    path: apps/db
    repoURL: https://git.example.org/deployments
    targetRevision: HEAD
    helm:
      valueFiles:
      - values-{{ .Values.env }}.yaml
"""


def imported(*changes: tuple[str, str, str], added: Mapping[str, str] | None = None) -> result.Imported:
    """Import a repository after changes: the file, what stands there, and what takes its place."""
    files = handwritten.repository(FLEET) | {path: text.encode() for path, text in (added or {}).items()}
    for path, old, new in changes:
        assert old.encode() in files[path], (path, old)
        files[path] = files[path].replace(old.encode(), new.encode(), 1)
    return result.run(Source("hand", files), engines.choose("sdk"))


def of_both(old: str, new: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((path, old, new) for path in (DB, WEB))


def files_of(made: result.Imported) -> dict[str, str]:
    return {path: text.decode() for path, text in made.hand.source.files.items()}


def differing(made: result.Imported) -> list[tuple[str, str, str]]:
    return [(p.environment, p.app, d.path) for p in made.proved for d in p.differences]


def _labels(made: result.Imported) -> None:
    text = made.files[TEMPLATE].decode()
    assert '  labels:\n    team: a\n    app: "<% app.name %>"\n    env: "{{ $efd.env }}"\n' in text


def _one(made: result.Imported) -> None:
    assert b"  revisionHistoryLimit: <% {'db': 3}[app.name] | default(none) %>\n" in made.files[TEMPLATE]
    assert b"revisionHistoryLimit: 3" in made.files["rendered/apps/efd/templates/db.yaml"]
    assert b"revisionHistoryLimit" not in made.files["rendered/apps/efd/templates/web.yaml"]


def _named(made: result.Imported) -> None:
    assert b"server" not in made.files["rendered/apps/efd/templates/db.yaml"]
    assert b"server" in made.files["rendered/apps/efd/templates/web.yaml"]


def _by_ssh(made: result.Imported) -> None:
    assert b"    repoURL: git@git.example.org:team/deployments.git\n" in made.files[TEMPLATE]
    assert b"repoURL: https://git.example.org/team/deployments.git\n" in made.files["environments/shared/facts.yaml"]
    assert [f.code for f in made.findings] == ["I409", "I407"]


def _nothing(_made: result.Imported) -> None:
    pass


_TWO = SOURCE.replace("  source:\n    path", "  sources:\n  - path").replace("- values", "- $values/apps/db/values")
_TWO += "  - {repoURL: 'https://git.example.org/deployments', targetRevision: HEAD, ref: values}\n"
_POLICY = "spec:\n  syncPolicy: {automated: {prune: true}, syncOptions: [CreateNamespace=true], retry: {limit: 3}}\n"

CASES: dict[str, tuple[tuple[tuple[str, str, str], ...], Callable[[Any], None]]] = {
    "labels": (
        (
            (DB, "metadata:\n", "metadata:\n  labels: {team: a, app: db, env: '{{ .Values.env }}'}\n"),
            (WEB, "metadata:\n", "metadata:\n  labels: {team: a, app: web, env: '{{ .Values.env }}'}\n"),
        ),
        _labels,
    ),
    "what one has": (((DB, "spec:\n", "spec:\n  revisionHistoryLimit: 3\n"),), _one),
    "info": (of_both("spec:\n", "spec:\n  info:\n  - {name: who, value: ours}\n"), _nothing),
    "annotations of one": (((DB, "metadata:\n", "metadata:\n  annotations: {team: a}\n"),), _nothing),
    "a release": (((DB, "    helm:\n", "    helm:\n      releaseName: our-db\n"),), _nothing),
    "a policy of one": (((DB, "spec:\n", _POLICY),), _nothing),
    "a cluster by its name": (((DB, "server: https://kubernetes.default.svc", "name: far"),), _named),
    "clusters by environment": (
        of_both("server: https://kubernetes.default.svc", "name: '{{ .Values.env }}'"),
        _nothing,
    ),
    "what is the same left out": (
        (*of_both("    targetRevision: HEAD\n", ""), *of_both("  project: default\n", "")),
        _nothing,
    ),
    "a branch by environment": (((DB, "targetRevision: HEAD", "targetRevision: 'r-{{ .Values.env }}'"),), _nothing),
    "a repository by SSH": (
        of_both("https://git.example.org/deployments", "git@git.example.org:team/deployments.git"),
        _by_ssh,
    ),
    "a range of revisions": (((DB, "targetRevision: HEAD", "targetRevision: '~1.2'"),), _nothing),
    "two sources of one repository": (((DB, SOURCE, _TWO),), _nothing),
}


@pytest.mark.parametrize("name", CASES)
def test_what_an_application_says_is_said_again(name: str) -> None:
    changes, holds = CASES[name]
    made = imported(*changes)
    assert differing(made) == []
    assert [row.verdict for row in telling.told(made).rows] == ["equal", "equal"]
    holds(made)


def test_what_nothing_can_say_is_a_finding_with_its_place() -> None:
    extra = "spec:\n  syncPolicy: {managedNamespaceMetadata: {labels: {a: b}}, syncOptions: [CreateNamespace=true]}\n"
    ignored = "  ignoreDifferences: [{kind: Pod, more: 1, jsonPointers: [/a]}]\n"
    made = imported(
        (DB, "spec:\n", extra + ignored),
        (WEB, "    helm:\n", "    helm:\n      fileParameters: [{name: web.a, path: a.txt}]\n"),
        (
            WEB,
            "metadata:\n",
            "metadata:\n  annotations: {who: '{{ .Values.env }}'}\n  labels: {a: '\"{{ .Values.env }}'}\n",
        ),
    )
    said = [finding for finding in made.findings if finding.code == "I301" and finding.environment == "south"]
    found = {(each.app, each.explains) for each in said}
    lines = {path: files_of(made)[path].splitlines() for path in (DB, WEB)}
    for each in said:
        assert each.explains.split(".")[-1] in lines[each.file][each.line - 1]
    assert found == {
        ("db", "spec.syncPolicy.managedNamespaceMetadata"),
        ("db", "spec.ignoreDifferences"),
        ("web", "spec.source.helm.fileParameters"),
        ("web", "metadata.annotations.who"),
        ("web", "metadata.labels"),
    }
    told = {(name, app, path) for name, app, path in differing(made)}
    for app, explains in found:
        assert [path for name, other, path in told if (name, other) == ("south", app) and path.startswith(explains)]
    assert len(told) == 2 * len(found) - 1
    assert all(d.reason for p in made.proved for d in p.differences)
    two = _TWO.replace("{repoURL: 'https://git.example.org/deployments'", "{repoURL: 'https://git.example.org/other'")
    made = imported((DB, SOURCE, two))
    assert [row.verdict for row in telling.told(made).rows] == ["1 of 2 apps: equal"] * 2
    assert any("has 2 sources: the path apps/db of https://git" in f.message for f in made.findings)


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ("envs/ENV/APP.yaml", "../../envs/{{ .Values.env }}/APP.yaml"),
        ("values/APP/ENV.yaml", "/values/APP/{{ .Values.env }}.yaml"),
        ("ENV/APP/values.yaml", "../../{{ .Values.env }}/APP/values.yaml"),
    ],
)
def test_values_files_of_other_folders_are_read_in_their_order(place: str, named: str) -> None:
    files = handwritten.repository(FLEET)
    for app, path in (("db", DB), ("web", WEB)):
        for name in FLEET:
            files[place.replace("APP", app).replace("ENV", name)] = files.pop(f"apps/{app}/values-{name}.yaml")
        listed = "\n      - ".join(("../../envs/common.yaml", named.replace("APP", app), "../../envs/last.yaml"))
        files[path] = files[path].replace(b"values-{{ .Values.env }}.yaml", listed.encode())
    files["envs/common.yaml"] = b"db: {size: 1Gi, more: 1}\nweb: {replicas: 1}\n"
    files["envs/last.yaml"] = b"web: {last: true}\n"
    made = result.run(Source("hand", files), engines.choose("sdk"))
    assert {row.environment: row.verdict for row in telling.told(made).rows} == dict.fromkeys(FLEET, "equal")
    assert made.files["templates/apps/db/values.yaml"] == b"size: 8Gi\nmore: 1\n"
    assert made.files["templates/apps/web/values.yaml"] == b"replicas: 2\nlast: true\n"


def test_a_values_file_that_is_listed_again_has_the_last_word() -> None:
    again = ("- values-{{ .Values.env }}.yaml", "- values-{{ .Values.env }}.yaml\n      - values.yaml")
    made = imported((WEB, *again), added={"apps/web/values.yaml": "web: {replicas: 7}\n"})
    assert made.files["templates/apps/web/values.yaml"] == b"replicas: 7\n"
    assert differing(made) == []


def test_names_that_efdgen_gives_wrapper_charts_are_in_nobodys_way() -> None:
    template = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  a: '{{ .Values.hosts.x }}'\n"
        "  b: '{{ .Values.vault.url }} {{ index .Values \"kubernetesVersion\" }}'\n"
    )
    own = "hosts: {{x: a.{0}.example.org}}\nvault: {{url: 'https://v.{0}.org'}}\nkubernetesVersion: 1.19.1\n"
    changes = tuple((f"apps/web/values-{name}.yaml", "env:", f"{own.format(name)}env:") for name in FLEET)
    made = imported(*changes, added={"apps/web/templates/c.yaml": template})
    assert (differing(made), [row.verdict for row in telling.told(made).rows]) == ([], ["equal", "equal"])
    assert b"a.<% name %>.example.org" in made.files["templates/apps/web/values.yaml"]


def test_a_port_of_the_nodes_is_one_that_the_source_has() -> None:
    url = "  queue: http://queue-{0}.example.org:9000\n  ingress: {{hostname: web-{0}.example.org}}\n"
    changes = tuple((f"apps/web/values-{name}.yaml", "web:\n", f"web:\n{url.format(name)}") for name in FLEET)
    made = imported(*changes)
    assert differing(made) == []
    assert b"nodePortHosts" not in made.files["templates/apps/web/app.yaml"]
    ports = tuple((path, "web:\n", "web:\n  service: {type: NodePort}\n") for path, _, _ in changes)
    made = imported(*changes, *ports)
    assert b"nodePortHosts: [queue]" in made.files["templates/apps/web/app.yaml"]


def test_comments_and_odd_numbers_go_along() -> None:
    text = "db:\n  mode: 0644  # read\n  ten: 010\n  list:\n  - a  # first\n  - b\n  map:  # all\n    x: 1\n"
    changes = tuple((f"apps/db/values-{name}.yaml", "db:\n", text) for name in FLEET)
    made = imported(*changes)
    assert made.files["templates/apps/db/values.yaml"].decode() == (
        "mode: 420  # 0644 by hand; read\nten: 8  # 010 by hand\nlist:\n- a  # first\n- b\n"
        "map:  # all\n  x: 1\nsize: 8Gi\n"
    )
    assert differing(made) == []


def test_a_template_whose_condition_the_chart_decides_is_compared_as_off() -> None:
    template = (
        '{{ if index .Values "web" "sink" "enabled" }}\n'
        "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n{{ end }}\n"
    )
    made = imported(added={"apps/web/templates/a.yaml": template})
    assert [row.verdict for row in telling.told(made).rows] == ["equal", "equal"]
    assert {f.code for f in made.findings} == {"I401", "I409"}
    assert made.files["templates/apps/web/templates/a.yaml"].startswith(b"{{ if index .Values")


def test_a_copy_of_a_spec_has_its_own_names() -> None:
    url = "  url: https://{0}-portal.example.net/a\n"
    files = handwritten.repository(FLEET)
    for name in FLEET:
        path = f"apps/web/values-{name}.yaml"
        more = url.format(name) if name == "north" else ""
        files[path] = files[path].replace(b"web:\n", f"web:\n  words: {name}\n{more}".encode())
    made = result.run(Source("hand", files), engines.choose("sdk"))
    assert b"url: https://<% name %>-portal.example.net/a\n" in made.files["environments/north.yaml"]
    assert differing(made) == []


def test_copies_of_an_app_and_warnings_are_told() -> None:
    fleet = {name: {app: {"a": 1, "b": 2, "c": 3, "d": app} for app in ("db", "db-staging")} for name in FLEET}
    files = handwritten.repository(fleet, {"db": {"unread": "secret/ENV/unread"}})
    parent = "apps/parent/templates/db-staging.yaml"
    files[parent] = files[parent].replace(b"path: apps/db-staging", b"path: apps/db")
    files[parent] = files[parent].replace(b"- values-{{", b"- values-staging-{{")
    for name in FLEET:
        files[f"apps/db/values-staging-{name}.yaml"] = b"db: {a: 1, b: 2, c: 3}\n"
    made = result.run(Source("hand", files), engines.choose("sdk"))
    said = {(each.code, each.app): each.message for each in made.findings}
    assert said["I504", "db-staging"].startswith("db and db-staging are both made of apps/db, and 6 of 8 values")
    assert "nothing reads the VaultSecret 'unread'" in said["I406", ""]
    # The files of the copy are no environment's.
    assert not any(each.code == "I203" for each in made.findings)


_OF_OTHERS = """\
  sources:
  - repoURL: {address}
    chart: db
    targetRevision: {version}
    helm:
      valueFiles:
      - $values/envs/{{{{ .Values.env }}}}/db.yaml
  - repoURL: https://git.example.org/deployments
    targetRevision: HEAD
    ref: values
"""


def _without_wrapper(source: str) -> result.Imported:
    """Import a repository whose app db has no wrapper chart of its own."""
    files = handwritten.repository({**FLEET, "west": FLEET["north"]})
    files = {path: text for path, text in files.items() if not path.startswith("apps/db/")}
    files |= {f"envs/{name}/db.yaml": b"size: 8Gi\n" for name in ("north", "south", "west")}
    files[DB] = files[DB].replace(SOURCE.encode(), source.encode())
    return result.run(Source("hand", files), engines.choose("sdk"))


def test_a_chart_of_others_with_values_of_this_repository_gets_a_wrapper_chart() -> None:
    made = _without_wrapper(_OF_OTHERS.format(address="registry.example.org/charts", version="1.2.3"))
    assert differing(made) == []
    assert b"repository: oci://registry.example.org/charts" in made.files["templates/apps/db/app.yaml"]
    assert made.files["templates/apps/db/values.yaml"] == b"size: 8Gi\n"
    inline = "    helm: {values: 'size: {{ .Values.env }}'}\n"
    source = "  source:\n    repoURL: https://charts.example.org\n    chart: db\n    targetRevision: {}\n" + inline
    version = '{{ if eq .Values.env "north" }}1.2.3{{ else }}1.2.4{{ end }}'
    made = _without_wrapper(source.replace("{}", version))
    assert differing(made) == [("north", "db", "db version")]
    assert [(f.code, f.environment) for f in made.findings if f.explains] == [("I305", "north")]
    assert b'version: "1.2.4"' in made.files["templates/apps/db/app.yaml"]
    assert made.files["templates/apps/db/values.yaml"] == b"size: <% name %>\n"


def test_repository_and_revision_of_values_for_a_chart_of_others_are_those_of_the_source_that_lends_them() -> None:
    files = handwritten.repository(FLEET)
    files = {path: text for path, text in files.items() if path.startswith("apps/parent/")}
    files |= {f"envs/{name}/db.yaml": b"size: 8Gi\n" for name in FLEET}
    source = _OF_OTHERS.format(address="https://charts.example.org", version="1.2.3")
    source = source.replace("HEAD", '{{ if eq .Values.env "north" }}v3{{ else }}main{{ end }}')
    for app, path in (("db", DB), ("web", WEB)):
        old = SOURCE.replace("apps/db", f"apps/{app}")
        files[path] = files[path].replace(old.encode(), source.replace("chart: db", f"chart: {app}").encode())
    made = result.run(Source("hand", files), engines.choose("sdk"))
    assert (differing(made), [f.code for f in made.findings]) == ([], ["I409"])
    said = {name: facts.argocd for name, facts in made.made.facts.items()}
    assert {each["repoURL"] for each in said.values()} == {"https://git.example.org/deployments"}
    assert {name: each["targetRevision"] for name, each in said.items()} == {"north": "v3", "south": "main"}


def test_a_namespace_beside_something_else_is_made_once() -> None:
    more = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n---\n"
    namespace = handwritten.repository(FLEET)["apps/db/templates/namespace.yaml"].decode()
    made = imported(("apps/db/templates/namespace.yaml", namespace, more + namespace))
    assert differing(made) == []
    assert "templates/wrapper/templates/namespace.yaml" not in made.files
    assert b"kind: Namespace" in made.files["templates/apps/web/templates/own-namespace.yaml"]
    space = Object("a.yaml", {"kind": "Namespace", "metadata": {"name": "db"}})
    twice = compared.objects([space], [space, space], "db", set())
    assert twice == [compared.Difference("objects", "Namespace db", "there", "2 times")]


def test_a_chart_that_a_wrapper_chart_carries_is_not_called_idle() -> None:
    files = handwritten.repository(FLEET)
    old = b"repository: https://charts.example.org"
    for app in ("db", "web"):
        path = f"apps/{app}/requirements.yaml"
        files[path] = files[path].replace(old, b"repository: file://../../local/" + app.encode())
        files[f"local/{app}/Chart.yaml"] = f"name: {app}\nversion: 1.2.3\n".encode()
    files["local/idle/Chart.yaml"] = b"name: idle\nversion: 1.2.3\n"
    made = result.run(Source("hand", files), engines.choose("sdk"))
    said = [line for line in telling.told(made).recognised if line.startswith("Charts that nothing")]
    assert said == ["Charts that nothing deploys, and that are not imported: local/idle."]


def test_line_ends_of_another_system_hide_no_application() -> None:
    files = handwritten.repository(FLEET)
    lines = {path: text.replace(b"\n", b"\r\n") for path, text in files.items() if "/parent/" in path}
    made = result.run(Source("hand", files | lines), engines.choose("sdk"))
    assert (differing(made), list(made.made.apps)) == ([], ["db", "web"])


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("kind: Application  # of db", True),
        ("kind: 'Application' # of db\r", True),
        ("kind: Application\r", True),
        ("kind: ApplicationSet", False),
        ("kind: Application#", False),
        ("  kind: Application", False),
        ("# kind: Application", False),
    ],
)
def test_an_application_is_known_with_a_comment_behind_it(line: str, *, is_one: bool) -> None:
    assert bool(layout._APPLICATION.search(f"a: b\n{line}\nmetadata:\n".encode())) == is_one  # noqa: SLF001
    files = handwritten.repository(FLEET)
    for path in (DB, WEB):
        files[path] = files[path].replace(b"kind: Application", line.encode())
    if is_one:
        made = result.run(Source("hand", files), engines.choose("sdk"))
        assert list(made.made.apps) == ["db", "web"]


def test_an_annotation_without_a_text_is_one() -> None:
    said = "metadata:\n  annotations: {a: ''}\n"
    made = imported((DB, "metadata:\n", said))
    assert (differing(made), b'a: ""' in made.files["rendered/apps/efd/templates/db.yaml"]) == ([], True)
    one = '{{ if eq .Values.env "north" }}a: ""{{ else }}b: ""{{ end }}'
    made = imported((DB, "metadata:\n", f"metadata:\n  annotations:\n    {one}\n"))
    places = {(name, path) for name, _, path in differing(made)}
    assert places == {("south", "metadata.annotations.a"), ("south", "metadata.annotations.b")}
    assert all(d.reason for p in made.proved for d in p.differences)


def test_no_revisions_to_keep_are_not_the_ten_of_argocd() -> None:
    made = imported((DB, "spec:\n", "spec:\n  revisionHistoryLimit: 0\n"))
    assert b"revisionHistoryLimit: 0\n" in made.files["rendered/apps/efd/templates/db.yaml"]
    assert differing(made) == []
    files = {path: text.replace(b"revisionHistoryLimit: 0", b"") for path, text in made.files.items()}
    tree = {path.removeprefix("rendered/"): text for path, text in files.items() if path.startswith("rendered/")}
    proved = proof.prove(made.hand, made.made, tree, files, engines.choose("sdk"))
    assert [(p.app, d.path) for p in proved for d in p.differences] == [("db", "spec.revisionHistoryLimit")] * 2


def test_environments_that_only_conditions_name_are_found() -> None:
    source = "  source:\n    repoURL: https://charts.example.org\n    chart: {}\n    targetRevision: 1.2.3\n"
    files = handwritten.repository(FLEET)
    files = {path: text for path, text in files.items() if path.startswith("apps/parent/")}
    for app, path in (("db", DB), ("web", WEB)):
        old = SOURCE.replace("apps/db", f"apps/{app}")
        files[path] = files[path].replace(old.encode(), source.format(app).encode())
    made = result.run(Source("hand", files), engines.choose("sdk"))
    assert (list(made.made.specs), differing(made)) == (["north", "south"], [])
    assert [f.code for f in made.findings] == ["I306", "I409"]
    assert b"repoURL: https://address-is-missing.invalid" in made.files["environments/shared/facts.yaml"]


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("{{ .Values.env }}-{{ $app }}", "<% name %>-<% app.name %>"),
        ("{{ $app }}-{{ .Values.env }}", "<% app.name %>-<% name %>"),
    ],
)
def test_applications_of_one_template_that_are_called_by_their_environment(
    name: str, pattern: str, tmp_path: Path
) -> None:
    files = handwritten.repository(FLEET)
    body = files[DB].decode().partition("-}}\n")[2].removesuffix("{{- end -}}\n").replace("{{- end -}}", "")
    body = body.replace("name: db", f"name: {name}").replace("namespace: db", "namespace: {{ $app }}")
    body = body.replace("apps/db", "apps/{{ $app }}").replace(".Values.env", "$.Values.env")
    for path in (DB, WEB):
        del files[path]
    files["apps/parent/templates/all.yaml"] = (
        f"{{{{- range $app := .Values.apps }}}}\n---\n{body}{{{{- end }}}}\n".encode()
    )
    files["apps/parent/values.yaml"] = b"env: ''\napps: [db, web]\n"
    files |= {f"apps/parent/values-{env}.yaml": b"{}\n" for env in FLEET}
    files["apps/parent/values-south.yaml"] = b"apps: [db]\n"
    made = result.run(Source("hand", files), engines.choose("sdk"))
    assert {env: list(spec["apps"]) for env, spec in made.made.specs.items()} == {
        "north": ["db", "web"],
        "south": ["db"],
    }
    assert differing(made) == []
    assert f"applicationName: {pattern}\n".encode() in made.files["environments/shared/facts.yaml"]
    hand = handwritten.write(tmp_path / "hand", files)
    arguments = ["import", str(hand), "-o", str(tmp_path / "new"), "--engine", "sdk"]
    for more in (("--env", "south"), ("--only", "north")):
        done = CliRunner().invoke(cli.command, [*arguments, *more])
        assert done.exit_code == 0, done.output


def test_what_is_no_application_ends_no_import() -> None:
    """Whatever stands where a mapping, a list or a text should: the rest is imported, and what differs is told."""
    places = {
        "metadata:\n": "metadata:\n  labels: {}\n",
        "  finalizers:\n  - resources-finalizer.argocd.argoproj.io\n": "  annotations: {}\n",
        "spec:\n": "spec:\n  ignoreDifferences: {}\n",
        "  project: default\n": "  project: {}\n",
        "    targetRevision: HEAD\n": "    targetRevision: {}\n",
        "    server: https://kubernetes.default.svc\n": "    server: {}\n",
        "    helm:\n      valueFiles:\n      - values-{{ .Values.env }}.yaml\n": "    helm: {}\n",
        "  source:\n": "  sources:\n  - helm: {}\n  source:\n",
    }
    for old, new in places.items():
        for value in ("-1", "[[1]]", "[a]", "text"):
            made = imported((DB, old, new.replace("{}", value)))
            rows = telling.told(made).rows
            assert [row.environment for row in rows if not row.is_refused] == ["north", "south"], (new, value)
            assert not any(each.app == "web" for each in made.proved if each.differences), (new, value)


def _sinks(name: str, tasks: int) -> dict[str, Any]:
    alike = {"url": "u", "database": "d", "secret": "s", "topics": "all", "retries": 3}
    return {"sinks": {sink: {"name": sink, "tasks": tasks, **alike} for sink in (f"{name}-a", f"{name}-b")}}


@pytest.mark.usefixtures("one_helm")
def test_what_a_definition_says_is_not_said_again(tmp_path: Path) -> None:
    fleet = {
        name: {
            "db": {"host": f"db-{name}.example.org", **_sinks(name, 1), "size": "8Gi"},
            "web": {"ingress": {"hostname": f"web-{name}.example.org"}},
        }
        for name in ("north", "south", "west")
    }
    for name in ("north", "south"):
        fleet[name]["web"]["other"] = "https://web-west.example.org"
    files = handwritten.repository(fleet)
    for name in fleet:
        path = f"apps/db/values-{name}.yaml"
        files[path] = files[path].replace(b"  size:", b"  # Enough.\n  size:")
    files["apps/db/values-west.yaml"] = files["apps/db/values-west.yaml"].replace(b"8Gi", b"9Gi")
    hand = handwritten.write(tmp_path / "hand", files)
    root = tmp_path / "new"
    arguments = ["import", str(hand), "-o", str(root)]
    for more in (("--env", "north", "--env", "south"), ("--only", "west")):
        done = CliRunner().invoke(cli.command, [*arguments, *more])
        assert done.exit_code == 0, done.output
    west = (root / "environments/west.yaml").read_text(encoding="utf-8")
    assert west.count("west-a") == 1
    assert "url:" not in west
    assert "Enough" not in west
    assert yamlio.load(west)["apps"]["db"] == {
        "parameters": {"sinks": {"west-a": {}, "west-b": {}}},
        "values": {"size": "9Gi"},
    }
    # The definition of the others names the new one's host: they have links to it now.
    for name in ("north", "south"):
        spec = yamlio.load((root / f"environments/{name}.yaml").read_text(encoding="utf-8"))
        assert list(spec["links"]) == ["west"]


def test_what_templates_of_the_app_of_apps_read_is_that_of_each_environment() -> None:
    template = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  namespace: argocd\ndata:\n"
        "  host: '{{ .Values.host }}'\n  same: '{{ .Values.same }} {{ .Values.deep.same }}'\n"
    )
    own = {f"apps/parent/values-{name}.yaml": f"host: a.{name}.example.org\nsame: 1\n" for name in FLEET}
    added = {"apps/parent/templates/c.yaml": template, **own}
    values = ("apps/parent/values.yaml", 'env: ""', "env: ''\nhost: none\ndeep: {same: 3}")
    made = imported(values, added=added)
    assert (differing(made), [row.verdict for row in telling.told(made).rows]) == ([], ["equal", "equal"])
    assert b"'a.{{ .Values.env }}.example.org'" in made.files["templates/apps/efd/templates/c.yaml"]
    # What follows from nothing is not deployed with the value of another, nor with none.
    added["apps/parent/values-south.yaml"] = "host: other.example.org\nsame: 1\n"
    made = imported(values, added=added)
    assert {d.path for p in made.proved for d in p.differences if d.reason} == {"ConfigMap argocd/c"}
    assert any("it reads host" in f.message and f.code == "I302" for f in made.findings)
