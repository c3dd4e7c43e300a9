"""Which values charts know: what their templates read, as Helm shows that they read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import helm_python
import pytest

from efdgen.errors import ChartError
from efdgen.helm.charts import archive, gotemplate, keys
from efdgen.repository import chartkeys
from support.chartserver import chart
from support.foreach import for_each

HELPERS = """
{{- define "demo.name" -}}{{ .Values.naming.prefix }}-x{{- end -}}
{{- define "demo.probe" -}}path: {{ .probe.path }}, every: {{ .every }}{{- end -}}
{{- define "demo.unused" -}}{{ .Values.unused.key }}{{- end -}}
"""

TEMPLATE = """
{{- /* {{ .Values.comment.key }} */ -}}
kind: ConfigMap
metadata: {name: {{ include "demo.name" . }}}
data:
  direct: {{ .Values.direct.leaf | quote }}
  {{- if and .Values.asked.enabled (not .Values.asked.off) }}
  asked: "yes"
  {{- else if .Values.asked.other }}
  asked: other
  {{- end }}
  {{- with .Values.within }}
  within: {{ .leaf | default "-" }} {{ $.Values.outside.leaf }}
  {{- with .deeper }}
  deeper: {{ .leaf }}
  {{- end }}
  {{- end }}
  {{- range $name, $size := .Values.repeated }}
  {{ $name }}: {{ $size | quote }}
  {{- end }}
  {{- $held := .Values.held }}
  {{- $held = .Values.assigned }}
  held: {{ $held.leaf | quote }}
  whole: {{ toJson .Values.whole | quote }}
  indexed: {{ index .Values "in-dexed" "le.af" | quote }}
  got: {{ get .Values.got "leaf" | quote }}
  dug: {{ dig "deep" "leaf" "-" (.Values.dug | default dict) | quote }}
  handed: {{ include "demo.probe" (dict "probe" .Values.handed "every" .Values.every) | quote }}
  text: {{ tpl .Values.text . | quote }}
  brace: {{ printf "}} %s" (.Values.brace).leaf | quote }}
  {{- if hasKey .Values.has "key" }}
  has: "yes"
  {{- end }}
"""

VALUES: Mapping[str, Any] = {
    "naming": {"prefix": "a"},
    "direct": {"leaf": "a"},
    "asked": {"enabled": True, "off": False, "other": False},
    "within": {"leaf": "a", "deeper": {"leaf": "a"}},
    "outside": {"leaf": "a"},
    "repeated": {"any": 1},
    "held": {"leaf": "a"},
    "assigned": {"leaf": "a"},
    "whole": {"any": {"below": 1}},
    "in-dexed": {"le.af": "a"},
    "got": {"leaf": "a"},
    "dug": {"deep": {"leaf": "a"}},
    "handed": {"path": "/a"},
    "every": 5,
    "text": "{{ .Values.told.leaf }}",
    "told": {"leaf": "a"},
    "brace": {"leaf": "a"},
    "has": {"key": 1},
}

DEAD = ("comment.key", "direct.other", "within.deeper.other", "handed.other", "got.other", "in-dexed.other", "nothing")


def demo(**files: str) -> Mapping[str, bytes]:
    named = {"values.yaml": "text: '{{ .Values.told.leaf }}'\n", "templates/a.yaml": TEMPLATE}
    named["templates/_helpers.tpl"] = HELPERS
    return archive.files(chart("demo", "1.0.0", {**named, **files}).archive)


def is_known(tree: Mapping[str, Any], path: str) -> bool:
    nested: Any = 1
    for key in reversed(path.split("/")):
        nested = {key: nested}
    return not list(chartkeys.unknown(nested, tree))


def leaves(values: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{above}{key}/")
        else:
            yield f"{above}{key}"


def test_every_value_that_changes_an_object_is_known_and_what_changes_none_is_not() -> None:
    tree = keys.of(demo()).tree
    packed = chart("demo", "1.0.0", {path: text for path, text in demo().items() if path != "Chart.yaml"}).archive

    def rendered(values: Mapping[str, Any]) -> Any:
        with helm_python.Chart.load_archive(packed) as loaded:
            return loaded.render(dict(values), name="r", namespace="n")

    before = rendered(VALUES)
    for path in leaves(VALUES):
        assert is_known(tree, path), path
    for path in DEAD:
        parts = path.split(".")
        assert not is_known(tree, "/".join(parts)), path
        other: Any = "other"
        for key in reversed(parts[1:]):
            other = {key: other}
        base = VALUES.get(parts[0])
        merged = _merged(base, other) if isinstance(base, dict) else other
        assert rendered({**VALUES, parts[0]: merged}) == before, path


def _merged(one: Any, two: Any) -> Any:
    if isinstance(one, dict) and isinstance(two, dict):
        return {**one, **{key: _merged(one.get(key), value) for key, value in two.items()}}
    return two


def test_a_chart_inside_has_its_keys_under_its_name_or_alias_with_conditions_and_imports() -> None:
    sub = chart("store", "1.0.0", {"templates/a.yaml": "a: {{ .Values.size }} {{ .Values.global.zone }}\n"})
    outer = chart(
        "demo",
        "1.0.0",
        {
            "Chart.yaml": "apiVersion: v2\nname: demo\nversion: 1.0.0\ndependencies:\n"
            "- {name: store, version: 1.0.0, alias: disk, condition: disk.enabled, tags: [all],"
            " import-values: [{child: shown, parent: seen}]}\n",
            "templates/a.yaml": "b: {{ .Values.disk.label }}\n",
        },
        subcharts=[sub],
    )
    tree = keys.of(archive.files(outer.archive)).tree
    assert tree["disk"] == {"enabled": {}, "global": {"zone": {}}, "label": {}, "shown": {}, "size": {}}
    assert tree["tags"] == {"all": {}}
    assert not is_known(tree, "store/size")


def test_defaults_and_a_schema_name_keys_and_a_schema_that_refuses_others_closes_a_whole_map() -> None:
    schema = (
        '{"properties": {"open": {"type": "object", "properties": {"a": {}}},'
        ' "shut": {"type": "object", "additionalProperties": false, "properties": {"b": {}}}}}'
    )
    files = {
        "values.yaml": "default: {leaf: 1}\n",
        "values.schema.json": schema,
        "templates/a.yaml": "a: {{ toYaml .Values.open }}{{ toYaml .Values.shut }}\n",
    }
    tree = keys.of(archive.files(chart("demo", "1.0.0", files).archive)).tree
    assert tree == {"default": {"leaf": {}}, "open": {}, "shut": {"b": {}}}


def test_what_templates_insist_on_is_required() -> None:
    template = 'a: {{ required "a size is needed" .Values.disk.size }}{{ .Values.b | required "and b" }}\n'
    found = keys.of(archive.files(chart("demo", "1.0.0", {"templates/a.yaml": template}).archive))
    assert found.required == {("disk", "size"): "a size is needed", ("b",): "and b"}


@pytest.mark.parametrize(
    "template",
    ["{{ if .Values.a }}", "{{ .Values.a", "{{ end }}", "{{ (.Values.a }}", "{{ ~ }}", "{{ .a | }}", "{{" * 50_000],
)
def test_below_a_template_that_cannot_be_read_any_key_is_known(template: str) -> None:
    with pytest.raises(gotemplate.TemplateSyntaxError):
        gotemplate.parse(template)
    found = keys.of(archive.files(chart("demo", "1.0.0", {"templates/a.yaml": template}).archive))
    assert found.tree == {}
    assert list(found.unread) == ["templates/a.yaml"]


@for_each(
    "template",
    [
        "{{ range $k, $v := .Values }}{{ $k }}{{ end }}",
        "{{ .Values | toJson }}",
        "{{ . | toJson }}",
        "{{ $text := toYaml .Values }}{{ $text }}",
        '{{ if contains "x" (toYaml .Values) }}{{ end }}',
        '{{ if eq "x" (toYaml .Values) }}{{ end }}',
        "{{ with toYaml .Values }}{{ . }}{{ end }}",
        '{{ omit .Values "a" | toJson }}',
        '{{ index .Values (printf "%s" "newKey") }}',
        '{{ range $i := list "a" "b" }}{{ get $.Values $i }}{{ end }}',
        '{{ range list "a" "b" }}{{ with index $.Values . }}{{ .x }}{{ end }}{{ end }}',
        "{{ if }}",
    ],
)
def test_of_a_chart_that_reads_all_its_values_at_once_no_key_is_unknown(template: str) -> None:
    files = {"values.yaml": "storage: {size: 1}\n", "templates/a.yaml": f"{template}{{{{ .Values.direct.leaf }}}}"}
    tree = keys.of(archive.files(chart("demo", "1.0.0", files).archive)).tree
    assert list(chartkeys.unknown({"newKey": {"a": 1}, "storage": {"other": 1}}, tree)) == []


@pytest.mark.parametrize(
    "template",
    [
        "{{- $h := toYaml .Values | sha256sum }}{{ $h }}",
        "{{ sha1sum (toJson .Values) | trunc 8 }}",
        "{{ $all := .Values }}{{ $text := toYaml $all }}{{ $text | sha256sum | quote }}",
        '{{- $_ := set .Values "foo" "bar" }}',
        '{{- $_ := unset .Values "foo" }}',
    ],
)
def test_who_only_sums_all_values_up_or_sets_one_reads_none(template: str) -> None:
    files = {"values.yaml": "storage: {size: 1}\n", "templates/a.yaml": f"{template}{{{{ .Values.direct.leaf }}}}"}
    tree = keys.of(archive.files(chart("demo", "1.0.0", files).archive)).tree
    assert tree == {"direct": {"leaf": {}}, "storage": {"size": {}}}


def test_a_text_of_all_values_of_a_chart_inside_is_told_from_that_of_the_others() -> None:
    sub = chart("store", "1.0.0", {"templates/a.yaml": "a: {{ .Values.size }}{{ toYaml .Values }}\n"})
    outer = chart("demo", "1.0.0", {"templates/a.yaml": "b: {{ .Values.label }}\n"}, subcharts=[sub])
    assert keys.of(archive.files(outer.archive)).tree == {"label": {}, "store": {}}


def test_templates_that_call_themselves_end() -> None:
    helpers = (
        '{{ define "down" }}{{ include "down" .next }}{{ end }}'
        '{{ define "up" }}{{ include "up" .next }}{{ include "up" (dict "next" .) }}{{ end }}'
    )
    files = {
        "templates/_h.tpl": helpers,
        "templates/a.yaml": 'a: {{ include "down" .Values.list }}{{ include "up" .Values.tree }}\n',
    }
    tree = keys.of(archive.files(chart("demo", "1.0.0", files).archive)).tree
    assert is_known(tree, "list/next/next/next")
    assert not is_known(tree, "list/other")
    assert is_known(tree, "tree/next")


def test_a_template_whose_name_is_worked_out_may_be_any() -> None:
    files = {
        "templates/_h.tpl": '{{ define "one" }}{{ .Values.one }}{{ end }}{{ define "two" }}{{ .Values.two }}{{ end }}',
        "templates/a.yaml": 'a: {{ include (printf "%s" .Values.which) . }}\n',
        "templates/b.yaml": 'b: {{ include (print $.Template.BasePath "/a.yaml") . | sha256sum }}\n',
    }
    tree = keys.of(archive.files(chart("demo", "1.0.0", files).archive)).tree
    assert tree == {"one": {}, "two": {}, "which": {}}


def test_a_chart_that_holds_a_damaged_one_is_refused() -> None:
    broken = chart("demo", "1.0.0", {"charts/store-1.0.0.tgz": b"no archive"})
    with pytest.raises(ChartError, match="not compressed"):
        keys.of(archive.files(broken.archive))
