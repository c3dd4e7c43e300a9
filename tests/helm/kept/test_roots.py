"""Whether templates may show all that they are given."""

from __future__ import annotations

from efdgen.helm.kept import roots
from support.foreach import for_each

SHOWN_BY_Y = '{{ define "y" }}{{ toYaml .b }}{{ end }}{{ include "x" (dict "a" $) }}'
SHOWING = [
    "{{ . }}",
    "{{ $ }}",
    "{{ toYaml . }}",
    "{{ $ | toJson | sha256sum }}",
    "{{ $all := . }}{{ with .Values.a }}{{ toYaml $all }}{{ end }}",
    "{{ range .Values.a }}{{ $b | quote }}{{ $b = $ }}{{ end }}",
    "{{ with . }}{{ toYaml . }}{{ end }}",
    "{{ range . }}{{ . }}{{ end }}",
    "{{ if .Values.a }}a{{ else }}{{ print . }}{{ end }}",
    '{{ define "x" }}{{ toYaml . }}{{ end }}',
    '{{ toYaml (dict "a" $) }}',
    '{{ define "x" }}{{ toYaml .a }}{{ end }}{{ include "x" (dict "a" $) }}',
    '{{ define "x" }}{{ with .a }}{{ toYaml . }}{{ end }}{{ end }}{{ include "x" (dict "a" $ "b" 1) }}',
    "{{ include .Values.a (dict .Values.b $) }}",
    "{{ index (list 1 .) 1 | toYaml }}",
    "{{ (.) | toYaml }}",
    "{{ default . .Values.a }}",
    "{{ .Values.a.b . }}",
    f'{{{{ define "x" }}}}{{{{ include "y" (dict "b" .a) }}}}{{{{ end }}}}{SHOWN_BY_Y}',
    '{{ define "x" }}{{ $c := .a }}{{ if eq (index $c "b") 1 }}{{ end }}{{ end }}{{ include "x" (dict "a" $) }}',
    '{{ define "x" }}{{ include "y" (toYaml .a) }}{{ end }}{{ include "x" (dict "a" $) }}',
    '{{ define "x" }}{{ toYaml .ab }}{{ end }}{{ include "x" (dict "a\\x62" $) }}',
    '{{ toYaml ((dict "a" $).a) }}',
    "{{ index .Subcharts.inner `Files` }}",
    "{{ index .AsMap `Files` }}",
    "{{ if contains `a` $.YAML }}{{ end }}",
    "{{ eq (.Table `Chart`).Name `a` }}",
    "{{ . ",
    "{{ if }}",
]
HANDING_ON = [
    "",
    "text . $",
    "{{ .Values.a }}{{ $.Values.a | quote }}",
    "{{ with .Values.a }}{{ toYaml . | nindent 2 }}{{ end }}",
    "{{ range .Values.a }}{{ . }}{{ end }}",
    "{{ range $k, $v := .Values.a }}{{ $k }}{{ toYaml $v }}{{ end }}",
    '{{ include "x" . }}{{ template "x" $ }}{{ tpl .Values.a . }}',
    '{{ include "x" . | nindent 4 }}',
    '{{ include (print $.Template.BasePath "/a.yaml") . | sha256sum }}',
    '{{ $root := . }}{{ range .Values.a }}{{ include "x" $root }}{{ $root.Values.b }}{{ end }}',
    '{{ define "x" }}{{ tpl .value .context }}{{ end }}{{ include "x" (dict "value" .Values.a "context" $) }}',
    '{{ if and (hasKey . "a") (not .) }}a{{ end }}',
    '{{ define "x" }}{{ $c := .a }}{{ with .a }}{{ include "x" . }}{{ end }}{{ end }}{{ include "x" (dict "a" $) }}',
    "{{/* toYaml . */}}",
    "{{ dict }}{{ $d := dict }}",
]


@for_each("text", SHOWING)
def test_a_template_that_may_show_it(text: str) -> None:
    assert roots.shown(text).is_possible()


@for_each("text", HANDING_ON)
def test_a_template_that_hands_it_on(text: str) -> None:
    assert not roots.shown(text).is_possible()
