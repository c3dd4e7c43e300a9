"""Helm's command and Helm's library: the same objects from the same charts."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from efdgen.errors import ChartError
from efdgen.helm import engines, objects
from efdgen.helm.engines import command, messages, sdk
from efdgen.helm.engines import engine as bounds
from efdgen.helm.engines.engine import Capabilities, Engine, Release
from efdgen.helm.hydrate import Object, environments, hydrate_app
from efdgen.helm.printing import printed
from efdgen.output import disk
from support import needs, warm
from support.checkout import names
from support.efd import EFD
from support.foreach import for_each
from support.standins import StandIns, metadata, pack

ENGINES = [pytest.param("helm", marks=needs.HELM.needed), "sdk"]
CLUSTER = Capabilities("1.21.5", ())


@functools.cache
def engine(way: str) -> Engine:
    return engines.choose(way)


def release(files: dict[str, str], *values: str) -> Release:
    chart = {"Chart.yaml": metadata("chart"), **files}
    contents = {path: text.encode() if isinstance(text, str) else text for path, text in chart.items()}
    return Release("release", "space", contents, [text.encode() for text in values])


def yielded(way: str, what: Release, cluster: Capabilities = CLUSTER) -> tuple[Object, ...]:
    return objects.read(engine(way).template(what, cluster))


def data(way: str, template: str, *values: str, cluster: Capabilities = CLUSTER) -> dict[str, Any]:
    """Return the mapping that the template of a chart of its own yields."""
    body = f"kind: Data\ndata:\n{template}\n"
    (item,) = yielded(way, release({"templates/data.yaml": body}, *values), cluster)
    found: dict[str, Any] = item.data["data"]
    return found


# -- charts written for the tests

_DEPENDENCY = "dependencies:\n- {name: below, version: 1.2.3, repository: 'https://charts.example.org'}\n"
_CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
_HOOK = """\
kind: Job
metadata:
  name: {name}
  annotations: {{helm.sh/hook: '{events}', helm.sh/hook-weight: '{weight}'}}
"""
_SCHEMA = '{"properties": {"size": {"type": "integer"}}}'
_CRDS = """\
kind: CustomResourceDefinition
metadata: {name: things}
---
kind: CustomResourceDefinition
metadata: {name: others}
"""
_SCALARS = """\
kind: A
a: [0777, 0o17, 0x1F, 1e3, 1_000, 22:22, y, off, ~, 2022-01-01, .5, 08, -0, +1]
{{- range $k, $v := .Values }}
{{ $k }}: {{ $v }}
{{ $k }}Q: {{ $v | quote }}
{{ $k }}J: {{ toJson $v }}
{{ $k }}I: {{ $v | int64 }}
{{- end }}
all:
  {{- toYaml .Values | nindent 2 }}
"""
_VALUES = """\
thousand: 1e3
large: 12345678901
larger: 9007199254740993
octal: 0777
zip: '0777'
fraction: 1.5
whole: 2.0
yes: yes
date: 2022-01-01
empty:
version: '1.10'
mega: 5242880
"""
_CAPABILITIES = """\
kind: A
a: {{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.KubeVersion.Minor }}
{{- if semverCompare ">=1.19-0" .Capabilities.KubeVersion.GitVersion }}
b: new
{{- end }}
{{- if .Capabilities.APIVersions.Has "networking.k8s.io/v1" }}
c: ingress
{{- end }}
{{- if .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" }}
d: monitored
{{- end }}
"""
_BELOW = {
    "Chart.yaml": metadata("below", "1.2.3"),
    "values.yaml": "a: {x: 1, w: 2, z: {k: v}}\nlist: [1, 2]\nbig: 12345678901\n",
    "templates/_names.tpl": '{{- define "below.name" }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}',
    "templates/config.yaml": (
        'kind: Below\nmetadata:\n  name: {{ include "below.name" . }}\nvalues:\n  {{- toYaml .Values | nindent 2 }}\n'
    ),
    "templates/NOTES.txt": "Thank you: for installing {{ .Chart.Name }}.\n",
    "crds/things.yaml": _CRDS,
}

CHARTS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "subchart": (
        {"Chart.yaml": metadata("chart", more=_DEPENDENCY), "charts/below-1.2.3.tgz": pack("below", _BELOW)},
        ("below: {a: {x: 7}, list: [3]}\n",),
    ),
    "null removes a default": (
        {"Chart.yaml": metadata("chart", more=_DEPENDENCY), "charts/below-1.2.3.tgz": pack("below", _BELOW)},
        ("below: {a: {x: null, z: {k: null}}, list: null}\n",),
    ),
    "a subchart that is off": (
        {
            "Chart.yaml": metadata("chart", more=f"{_DEPENDENCY[:-2]}, condition: below.enabled}}\n"),
            "charts/below-1.2.3.tgz": pack("below", _BELOW),
        },
        ("below: {enabled: false}\n",),
    ),
    "an alias": (
        {
            "Chart.yaml": metadata("chart", more=f"{_DEPENDENCY[:-2]}, alias: other}}\n"),
            "charts/below-1.2.3.tgz": pack("below", _BELOW),
        },
        ("other: {a: {x: 7}}\nglobal: {g: 1}\n",),
    ),
    "hooks": (
        {
            "templates/a.yaml": _HOOK.format(name="one", events="pre-install", weight="5")
            + "---\n"
            + _HOOK.format(name="two", events="test", weight="-1"),
            "templates/old.yaml": _HOOK.format(name="old", events="crd-install", weight="0"),
            "templates/b.yaml": _HOOK.format(name="three", events="post-delete, Pre-Upgrade", weight="x"),
        },
        (),
    ),
    "own CRDs": ({"crds/a.yaml": "kind: CustomResourceDefinition\n", "crds/README.md": "no: [ yaml"}, ()),
    "notes, helpers and nothing": (
        {
            "templates/NOTES.txt": "a: b: c [",
            "templates/_helpers.yaml": "a: b: c [",
            "templates/empty.yaml": "\n",
            "templates/off.yaml": "{{- if .Values.on }}\nkind: A\n{{- end }}\n",
            "templates/comment.yaml": "# only a comment\n",
            "templates/deep/config.txt": _CONFIG,
        },
        (),
    ),
    "several documents and a list": (
        {
            "templates/a.yaml": "---\nkind: Service\n---\n---\nkind: ConfigMap\n--- \n# c\nkind: Secret\n...\n",
            "templates/l.yaml": "apiVersion: v1\nkind: List\nitems:\n- kind: B\n- kind: A\n",
        },
        (),
    ),
    "Windows line ends": (
        {"templates/a.yaml": "kind: A\r\ntext: |\r\n  a\r\n  b\r\n---\r\nkind: B\r\nvalue: {{ .Values.v }}\r\n"},
        ("v: x\r\nw:\r\n  y: 1\r\n",),
    ),
    "block texts": (
        {"templates/a.yaml": "kind: A\na: |\n  ---\n  # Source: x\n  b\nc: >-\n  d\n\n  e\nf: |+\n  g\n\n"},
        (),
    ),
    "scalars": ({"templates/a.yaml": _SCALARS}, (_VALUES,)),
    "several value files": (
        {"templates/a.yaml": "kind: A\n{{ toYaml .Values }}\n", "values.yaml": "a: {b: 1, c: 2}\nd: [1]\ne: 1\n"},
        ("a: {b: 3, x: {y: 1}}\nd: [2, 3]\n", "a: {c: null, x: {z: 2}}\ne: null\n", ""),
    ),
    "tpl, lookup and files": (
        {
            "templates/a.yaml": 'kind: A\na: {{ tpl .Values.t . }}\nb: {{ lookup "v1" "Secret" "n" "s" | toJson }}\n'
            'c: {{ .Files.Get "feeds/x.json" | toJson }}\nd: {{ .Release | toJson }}\ne: {{ .Chart.Name }}\n'
            'f: {{ (.Files.Glob "feeds/*").AsConfig | toJson }}\ng: {{ .Template.Name }}\nh: {{ b64enc "x" }}\n',
            "feeds/x.json": '{"a": 1}\n',
        },
        ("t: '{{ .Release.Name }}-{{ .Values.n }}'\nn: 3\n",),
    ),
    "what the cluster can do": ({"templates/a.yaml": _CAPABILITIES}, ()),
    "a schema that holds": (
        {"values.schema.json": _SCHEMA, "templates/a.yaml": _CONFIG},
        ("size: 3\n",),
    ),
    "anchors and merge keys": (
        {"templates/a.yaml": "kind: A\na: &a {b: 1, c: 2}\nd:\n  <<: *a\n  c: 3\n"},
        ("a: &x {b: 1}\nb: *x\n",),
    ),
    "required that is there": ({"templates/a.yaml": 'kind: A\na: {{ required "a" .Values.a }}\n'}, ("a: é\n",)),
    "no templates": ({}, ()),
}


@needs.HELM.needed
@pytest.mark.parametrize("name", CHARTS)
def test_command_and_library_yield_the_same_objects(name: str) -> None:
    files, values = CHARTS[name]
    what = release(files, *values)
    theirs = yielded("helm", what)
    assert yielded("sdk", what) == theirs
    assert json.dumps([item.data for item in yielded("sdk", what)]) == json.dumps([item.data for item in theirs])
    assert bool(theirs) is (name not in {"no templates", "a subchart that is off"})


@needs.HELM.needed
@pytest.mark.parametrize("environment", names())
def test_command_and_library_yield_the_same_for_every_app_of_this_repository(environment: str) -> None:
    tree = disk.read(EFD / "rendered")
    assert environment in environments(tree)
    charts = StandIns(tree)
    for app in ("efd", "influxdb", "chronograf"):
        both = [hydrate_app(tree, app, environment, engine(way), charts, CLUSTER) for way in ("helm", "sdk")]
        assert both[0]._replace(releases=()) == both[1]._replace(releases=())
        assert [printed(each) for each in both[0].releases] == [printed(each) for each in both[1].releases]
        assert both[0].objects or "has no app" in both[0].error


# -- what reaches the templates


@pytest.mark.parametrize("way", ENGINES)
def test_hooks_crds_and_subcharts_are_there_and_notes_are_not(way: str) -> None:
    files = {"Chart.yaml": metadata("chart", more=_DEPENDENCY), "charts/below-1.2.3.tgz": pack("below", _BELOW)}
    files["templates/job.yaml"] = _HOOK.format(name="one", events="pre-install", weight="5")
    found = yielded(way, release(files, "below: {a: {x: null}}\n"))
    assert [(item.source, item.data["kind"], item.data["metadata"]["name"]) for item in found] == [
        ("chart/charts/below/crds/things.yaml", "CustomResourceDefinition", "others"),
        ("chart/charts/below/crds/things.yaml", "CustomResourceDefinition", "things"),
        ("chart/charts/below/templates/config.yaml", "Below", "release-below"),
        ("chart/templates/job.yaml", "Job", "one"),
    ]
    assert found[2].data["values"]["a"] == {"w": 2, "z": {"k": "v"}}


@pytest.mark.parametrize("way", ENGINES)
@pytest.mark.parametrize("version", ["1.18.20", "1.21.5", "1.33.0"])
def test_the_kubernetes_version_reaches_the_templates(way: str, version: str) -> None:
    template = "  full: {{ .Capabilities.KubeVersion.Version }}\n  minor: {{ .Capabilities.KubeVersion.Minor | quote }}"
    found = data(way, template, cluster=Capabilities(version, ()))
    assert found == {"full": f"v{version}", "minor": version.split(".")[1]}


@pytest.mark.parametrize("way", ENGINES)
def test_api_versions_reach_the_templates_beside_kubernetes_own(way: str) -> None:
    asked = ("monitoring.coreos.com/v1", "monitoring.coreos.com/v1/ServiceMonitor", "apps/v1", "example.org/v1")
    template = "\n".join(f'  {name}: {{{{ .Capabilities.APIVersions.Has "{name}" }}}}' for name in asked)
    served = asked[:2]
    assert data(way, template, cluster=Capabilities("1.21.5", served)) == {
        **dict.fromkeys((*served, "apps/v1"), True),
        "example.org/v1": False,
    }
    assert data(way, template)[served[0]] is False


@pytest.mark.parametrize("way", ENGINES)
def test_release_name_and_namespace_reach_the_templates(way: str) -> None:
    found = data(way, "  a: {{ .Release.Name }}/{{ .Release.Namespace }}/{{ .Release.IsInstall }}")
    assert found == {"a": "release/space/true"}


@pytest.mark.parametrize("way", ENGINES)
def test_a_subchart_that_is_off_yields_nothing_not_even_its_crds(way: str) -> None:
    files, values = CHARTS["a subchart that is off"]
    assert yielded(way, release(files, *values)) == ()
    assert yielded(way, release(files)) != ()


# -- mistakes


_REQUIRED = {"templates/a.yaml": 'kind: A\na: {{ required "host is missing" .Values.host }}\n'}
_DEEP = {
    "templates/_h.tpl": '{{- define "h" }}\n{{- .Values.x.y }}\n{{- end }}',
    "templates/a.yaml": 'kind: A\na: {{ include "h" . }}\n',
}

MISTAKES = {
    "required": (_REQUIRED, "", r"execution error at \(chart/templates/a\.yaml:2:6\): host is missing"),
    "fail": ({"templates/a.yaml": '{{ fail "no" }}'}, "", r"execution error at \(chart/templates/a\.yaml:1:3\): no"),
    "nothing there": (
        {"templates/a.yaml": "kind: {{ .Values.x.y.z }}\n"},
        "",
        r"chart/templates/a\.yaml:1:\d+: <\.Values\.x\.y\.z>: nil pointer evaluating interface \{\}\.y",
    ),
    "nothing there, in a helper": (
        _DEEP,
        "",
        r"chart/templates/_h\.tpl:2:\d+: <\.Values\.x\.y>: nil pointer .*\.y \(from chart/templates/a\.yaml:2:6\)",
    ),
    "text": ({"templates/a.yaml": "kind: {{ .Values.s.t }}\n"}, "s: x\n", r"can't evaluate field t in type interface"),
    "no helper": ({"templates/a.yaml": 'kind: {{ include "h" . }}\n'}, "", r'<include "h" \.>: .*no template "h"'),
    "no function": ({"templates/a.yaml": "kind: {{ h }}\n"}, "", r'parse error at .*function "h" not defined'),
    "syntax": ({"templates/a.yaml": "kind: {{ if }}\n"}, "", r"parse error at \(chart/templates/a\.yaml:1\): missing"),
    "no YAML": ({"templates/a.yaml": "kind: A\na: [\nb: c: d\n"}, "", r"chart/templates/a\.yaml"),
    "no object": ({"templates/a.yaml": "a: 1\n"}, "", r"no Kubernetes object: it has no `kind`"),
    "schema": (
        {
            "values.schema.json": _SCHEMA,
            "templates/a.yaml": _CONFIG,
            "values.yaml": "n: 1",
        },
        "size: x\n",
        r"specifications of the schema.*size'?: (got string, want integer|Invalid type\. Expected: integer, given: s)",
    ),
    "too new": (
        {"Chart.yaml": metadata("chart", more="kubeVersion: '>=1.25.0-0'\n"), "templates/a.yaml": _CONFIG},
        "",
        r"\Achart requires kubeVersion: >=1\.25\.0-0 which is incompatible with Kubernetes v1\.21\.5\Z",
    ),
    "no chart": ({"Chart.yaml": "a: ["}, "", r"Chart\.yaml"),
    "no values": (_REQUIRED, "a: [\n", r"error converting YAML to JSON: yaml: line 1"),
    "a list of values": (_REQUIRED, "- a\n", r"error unmarshaling JSON"),
    "no dependency": ({"Chart.yaml": metadata("chart", more=_DEPENDENCY)}, "", r"missing in charts/ directory: below"),
    "no archive": (
        {"Chart.yaml": metadata("chart", more=_DEPENDENCY), "charts/below-1.2.3.tgz": "x"},
        "",
        r"error unpacking subchart below-1\.2\.3\.tgz in chart",
    ),
    "library": ({"Chart.yaml": metadata("chart", more="type: library\n")}, "", r"library charts are not installable"),
}


@pytest.mark.parametrize("way", ENGINES)
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_that_says_what_and_where(name: str, way: str) -> None:
    files, values, expected = MISTAKES[name]
    with pytest.raises(ChartError) as caught:
        yielded(way, release(files, values))
    message = messages.shorten(str(caught.value))
    assert re.search(expected, message), message
    assert "\n" not in message
    assert "--debug" not in message
    assert not message.startswith("Error")


@pytest.mark.parametrize("way", ENGINES)
def test_a_hook_that_helm_drops_is_noted_by_both(way: str) -> None:
    hook = functools.partial(_HOOK.format, name="a", weight="1")
    files = {
        "templates/a.yaml": hook(events="crd-install"),
        "templates/b.yaml": hook(events="pre-install,other"),
        "templates/c.yaml": hook(events="pre-install, Post-Upgrade"),
        "templates/d.yaml": f"{_CONFIG}data: {{text: 'helm.sh/hook: crd-install'}}\n",
    }
    helm = engines.choose(way)
    helm.template(release(files), CLUSTER)
    noted = [line.partition("info: ")[2] for line in getattr(helm, "noted", ())]
    assert sorted(noted) == [f'skipping unknown hook: "{events}"' for events in ("crd-install", "pre-install,other")]


@pytest.mark.parametrize("way", ENGINES)
def test_a_chart_that_prints_too_much_is_refused_in_the_same_words(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"templates/a.yaml": _CONFIG + 'data: {text: "' + '{{ repeat 1000000 "x" }}' + '"}\n'}
    assert len(engine(way).template(release(files), CLUSTER)[0][1]) > 1_000_000
    monkeypatch.setattr(bounds, "MOST_PRINTED", 1 << 19)
    with pytest.raises(ChartError, match=r"^the chart prints more than 0\.5 MB: see what its templates repeat$"):
        engine(way).template(release(files), CLUSTER)
    small = {"templates/a.yaml": _CONFIG}
    assert engine(way).template(release(small), CLUSTER)


@pytest.mark.parametrize("way", ENGINES)
def test_a_schema_that_cannot_be_read_is_not_a_value_that_it_refuses(way: str) -> None:
    for schema in ("{", '{"$ref": "file:///nowhere.json"}', '{"$ref": "#/nowhere"}', '{"type": 7}', "[]"):
        with pytest.raises(ChartError) as caught:
            yielded(way, release({"values.schema.json": schema, "values.yaml": "a: 1"}))
        message = messages.shorten(str(caught.value))
        assert message.startswith("can't read the chart's own schema, values.schema.json of chart: "), message
        assert "pin another version" in messages.advice(message)


@pytest.mark.parametrize("way", ENGINES)
def test_a_name_that_helm_refuses_is_refused(way: str) -> None:
    with pytest.raises(ChartError, match="invalid release name"):
        engine(way).template(release(_REQUIRED, "host: x\n")._replace(name="A_b"), CLUSTER)


@for_each(
    ("message", "advised"),
    [
        ("a.yaml:1:2: <.Values.x.y>: nil pointer evaluating interface {}.y", "is not set"),
        ("x: can't evaluate field t in type interface {}", "not a mapping"),
        ("chart requires kubeVersion: >=1.25", "cluster.kubernetesVersion"),
        ("YAML parse error on a.yaml: line 3", "that line of the template"),
        ("values don't meet the specifications of the schema(s)", "own schema"),
        ('no template "h" associated', "helper"),
        ("error unpacking subchart x-1.0.0.tgz in x: cannot load values.yaml: error converting YAML", "that is locked"),
        ("error unpacking subchart x in x: cannot load values.yaml: error converting YAML", "a folder of this"),
        ("execution error at (a.yaml:1:2): host is missing", ""),
    ],
)
def test_common_mistakes_come_with_what_to_do(message: str, advised: str) -> None:
    advice = messages.advice(message)
    assert advised in advice
    assert bool(advice) is bool(advised)


def test_a_message_has_no_secret_of_the_values_in_it() -> None:
    values = b"auth: {password: hunter2, user: admin, enabledToken: yes}\nport: 8086\napiKey: 12345678\n"
    said = "execution error at (a.yaml:1:4): hunter2 is too short for admin at 8086, yes; hunter23, 12345678"
    assert messages.hidden(said, [values, b"no: [ yaml", b""]) == (
        "execution error at (a.yaml:1:4): *** is too short for admin at 8086, yes; hunter23, ***"
    )
    assert messages.hidden("https://me:hunter2@example.org", []) == "https://***@example.org"


# -- the command


def script(folder: Path, body: str) -> str:
    path = folder / "helm"
    path.write_text(f"#!{sys.executable}\nimport os, sys, time\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@needs.HELM.needed
def test_the_user_s_own_configuration_of_helm_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = tmp_path / "plugins/evil"
    plugin.mkdir(parents=True)
    (plugin / "plugin.yaml").write_text("name: template\nversion: 1.0.0\ncommand: 'false'\n", encoding="utf-8")
    (tmp_path / "kubeconfig").write_text("no: [ yaml", encoding="utf-8")
    for name in ("HELM_CONFIG_HOME", "HELM_CACHE_HOME", "HELM_DATA_HOME", "HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("HELM_PLUGINS", str(tmp_path / "plugins"))
    monkeypatch.setenv("HELM_NAMESPACE", "elsewhere")
    monkeypatch.setenv("HELM_DEBUG", "true")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    monkeypatch.setenv("HELM_KUBEVERSION", "1.30.0")
    before = sorted(tmp_path.rglob("*"))
    assert data("helm", "  a: {{ .Release.Namespace }}") == {"a": "space"}
    assert sorted(tmp_path.rglob("*")) == before


def test_the_command_sees_nothing_of_the_user_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELM_NAMESPACE", "elsewhere")
    monkeypatch.setenv("HELM_KUBETOKEN", "secret")
    monkeypatch.setenv("KUBECONFIG", "/elsewhere")
    monkeypatch.setenv("XDG_DATA_HOME", "/elsewhere")
    body = """\
if sys.argv[1] == "version":
    sys.exit(print("v3.14.0+g1234567"))
for name in sorted(os.environ):
    if name.startswith(("HELM", "KUBE", "XDG")):
        print(f"---\\n# Source: {name}\\n{os.environ[name]}")
"""
    found = dict(command.Command(script(tmp_path, body)).template(release({}), CLUSTER))
    assert sorted(found) == ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "HELM_PLUGINS", "KUBECONFIG"]
    assert not any("elsewhere" in value for value in found.values())
    assert not [path for path in found.values() if path.strip() and os.path.lexists(path.strip())]


def test_the_command_is_called_as_argo_cd_calls_it(tmp_path: Path) -> None:
    body = """\
if sys.argv[1] == "version":
    sys.exit(print("v4.0.1+g1234567"))
print("---\\n# Source: x\\n" + "\\n".join(os.path.basename(argument) for argument in sys.argv[1:]))
"""
    engine = command.Command(script(tmp_path, body))
    ((_, text),) = engine.template(release({}, "a: 1\n", "b: 2\n"), Capabilities("1.21.5", ("x/v1", "y/v1/Z")))
    assert text.split() == [
        *("template", "release", "chart", "--namespace", "space", "--kube-version", "1.21.5"),
        *("--api-versions", "v1", "--api-versions", "Z"),
        *("--values", "values-0.yaml", "--values", "values-1.yaml", "--include-crds"),
    ]
    assert engine.description == "the helm command v4.0.1"
    assert "this is Helm v4.0.1" in engine.cautions[0]


def test_a_command_that_hangs_is_ended_and_not_begun_again_for_that_chart(tmp_path: Path) -> None:
    body = """\
if sys.argv[1] == "version":
    sys.exit(print("v3.14.0"))
print("begun", file=open(os.path.join(os.path.dirname(sys.argv[0]), "log"), "a"), flush=True)
time.sleep(600)
"""
    engine = command.Command(script(tmp_path, body), seconds=0.5)
    for _ in range(2):
        with pytest.raises(ChartError, match=r"not done after 0\.5 seconds"):
            engine.template(release({}), CLUSTER)
    assert (tmp_path / "log").read_text(encoding="utf-8") == "begun\n"


ENDLESS = "{{ $many := until 3000 }}{{ range $many }}{{ range $many }}{{ range $many }}{{ end }}{{ end }}{{ end }}\n"

INTERRUPTED = """
import os, signal, sys, threading, time
from efdgen import cli
from efdgen.helm.charts import cache
from efdgen.helm.engines import command, sdk
from support.standins import StandIns
cache.LockedCharts.open = lambda root, *_: StandIns.open(root)
is_at_work = threading.Event()
def watched(there, is_endless):
    def call(*arguments):
        if is_endless(*arguments): is_at_work.set()
        return there(*arguments)
    return call
where = sys.argv.pop(1)
sdk._render = watched(sdk._render, lambda chart, values, release, _: f"templates/{where}.yaml" in release.chart)
command._done = watched(
    command._done, lambda words, *_: words[3:] and os.path.exists(f"{words[3]}/templates/{where}.yaml")
)
def press():
    is_at_work.wait(20)
    time.sleep(0.1)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(5)
    os._exit(99)
threading.Thread(target=press, daemon=True).start()
cli.main()
"""


@pytest.mark.parametrize("way", ENGINES)
@pytest.mark.parametrize("place", ["templates/apps/view/templates", "templates/apps/efd/templates"])
def test_ctrl_c_is_answered_while_helm_works(
    small: Path, way: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (small / place).mkdir(parents=True, exist_ok=True)
    (small / place / "endless.yaml").write_text(ENDLESS, encoding="utf-8")
    scratch = small / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    result = warm.python("-c", INTERRUPTED, "endless", "lint", "lab", "--engine", way, cwd=small)
    assert (result.returncode, result.stderr.strip()) == (130, "Interrupted.")
    assert list(scratch.iterdir()) == []


def test_the_library_is_not_waited_for_when_a_chart_never_ends() -> None:
    helm, endless = sdk.Sdk(seconds=0.05), release({"templates/a.yaml": ENDLESS.replace("3000", "200")})
    for _ in range(2):
        with pytest.raises(ChartError, match=r"not done after 0\.05 seconds: a template of the chart may never end,"):
            helm.template(endless, CLUSTER)
    assert helm.template(release({}), CLUSTER) == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('print("v2.17.0+ga690bad")', "is v2.17.0.*Helm 3 or later is needed"),
        ('print("Helm, the editor")', "is Helm, the editor; Helm 3 or later"),
        ("pass", "is no Helm; Helm 3 or later"),
        ("sys.exit('broken')", "broken"),
        ("sys.exit(7)", "ended with status 7"),
    ],
)
def test_a_command_that_is_no_helm_of_today_is_refused(tmp_path: Path, body: str, message: str) -> None:
    with pytest.raises(ChartError, match=message):
        command.Command(script(tmp_path, body))


def test_a_command_that_can_t_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "helm"
    path.write_bytes(b"\x00")
    path.chmod(0o755)
    with pytest.raises(ChartError, match="can't run"):
        command.Command(str(path))


# -- which engine is used


def test_the_command_comes_first_and_the_library_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path, 'print("v3.99.0")')
    monkeypatch.setenv("PATH", str(tmp_path))
    assert engines.choose().description == "the helm command v3.99.0"
    assert list(engines.choose("helm").cautions) == []
    assert engines.choose("sdk").description.startswith("Helm's library v")
    monkeypatch.setenv("PATH", "/nowhere")
    assert engines.choose().description.startswith("Helm's library v")


@pytest.mark.parametrize(
    ("way", "parts"),
    [
        ("auto", ["no Helm here", "https://helm.sh", "pip install -e '.[helm]'"]),
        ("helm", ["`helm` is not installed", "https://helm.sh"]),
        ("sdk", ["library is not installed", "pip install -e '.[helm]'"]),
    ],
)
def test_without_an_engine_people_are_told_what_to_install(
    way: str, parts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setitem(sys.modules, "helm_python", None)
    with pytest.raises(ChartError) as caught:
        engines.choose(way)
    assert [part for part in parts if part not in str(caught.value)] == []
    assert ("pip" in str(caught.value)) is (way != "helm")


def test_the_library_says_where_it_could_differ() -> None:
    (caution,) = sdk.Sdk().cautions
    assert "Argo CD runs a Helm of its own" in caution


def test_a_library_that_renders_for_its_own_kubernetes_version_says_so() -> None:
    """A library whose private entry is gone, in a process of its own."""
    program = """\
from helm_python import _native
def call(name, *arguments, there=_native.call_string):
    if name == "helm_render" and "kube_version" in arguments[-1]:
        raise AttributeError(name)
    return there(name, *arguments)
_native.call_string = call
from efdgen.helm.engines import sdk
from efdgen.helm.engines.engine import Capabilities, Release
metadata = b"apiVersion: v2\\nname: c\\nversion: 1.0.0\\n"
chart = {"Chart.yaml": metadata, "templates/a": b"{{ .Capabilities.KubeVersion }}"}
engine = sdk.Sdk()
print(engine.cautions[0])
print(engine.template(Release("r", "n", chart, ()), Capabilities("1.21.5", ())))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    caution, rendered = done.stdout.splitlines()
    assert "renders for Kubernetes v1." in caution
    assert "v1.21.5" not in rendered
    assert caution.partition("for Kubernetes ")[2].partition(",")[0] in rendered
