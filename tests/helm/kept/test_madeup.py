"""Whether what a chart yields would be the same again: held to Helm itself, which renders each chart twice."""

from __future__ import annotations

import functools

import pytest

from efdgen.errors import ChartError
from efdgen.helm import engines
from efdgen.helm.engines.engine import Capabilities, Engine, Release
from efdgen.helm.kept import madeup
from support.foreach import for_each
from support.standins import metadata, pack

CLUSTER = Capabilities("1.21.5", ())
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  text: "


@functools.cache
def helm() -> Engine:
    return engines.choose("sdk")


def release(template: str, values: str = "", files: dict[str, str | bytes] | None = None) -> Release:
    """Return a release with one template, whose text is a value of an object."""
    chart: dict[str, str | bytes] = {"Chart.yaml": metadata("wrap"), "templates/a.yaml": CONFIG + template}
    chart |= files or {}
    encoded = {path: text.encode() if isinstance(text, str) else text for path, text in chart.items()}
    return Release("wrap", "here", encoded, (values.encode(),))


def strict_yields(given: Release) -> list[tuple[str, str]] | None:
    """Return what the strict copy yields; None: there is none, or Helm refuses it."""
    strict = madeup.strict(given)
    try:
        return None if strict is None else helm().template(strict.release, CLUSTER)
    except ChartError:
        return None


INNER = {"Chart.yaml": metadata("inner"), "templates/b.yaml": f"{CONFIG}{{{{ uuidv4 }}}}\n"}
NOT_ASKED = {**INNER, "templates/b.yaml": f"{CONFIG}{{{{ if .Values.on }}}}{{{{ uuidv4 }}}}{{{{ end }}}}\n"}

DETERMINED = {
    "nothing of the kind": ('"{{ .Values.a | quote }}"', "a: 1\n", {}),
    "a branch that is not taken": ('"{{ if .Values.a }}{{ randAlphaNum 9 }}{{ end }}b"', "", {}),
    "a template that nobody includes": ('"b"', "", {"templates/_h.tpl": '{{ define "x" }}{{ now }}{{ end }}'}),
    "an archive whose branch is not taken": ('"b"', "", {"charts/inner-1.0.0.tgz": pack("inner", NOT_ASKED)}),
    "comments and texts": ('"{{/* now, it\'s uuidv4 */}}{{ print "now {{" `uuidv4` }} now"', "a: now\n", {}),
    "fields and variables": ('"{{ $now := .Values.now }}{{ $now }}{{ $now.values | len }}"', "now: {values: {}}\n", {}),
    "keys that are sorted": ('{{ keys .Values.m | sortAlpha | join "," | quote }}', "m: {c: 1, a: 2, b: 3}\n", {}),
    "tpl of a value": ('"{{ tpl .Values.t . }}"', "t: '{{ .Release.Name }}'  # now\n", {}),
    "tpl of a text that asks a little": (
        """'{{ tpl .Values.t . }}{{ tpl (printf "{{ %s }}" "$.Release.Name | upper") . }}'""",
        "t: '{{- if eq .Values.a \"1\" -}}{{ printf \"%s-b\" .Release.Name | trunc 63 }}{{ end }}{ {'\na: '1'\n",
        {},
    ),
    "a schema with references": ('"b"', "", {"values.schema.json": '{"$ref": "#/$defs/a", "$defs": {"a": {}}}'}),
    "formats": ("'{{ printf \"%-5s %d%% %05.2f\\t\" .Values.a 3 2.5 }}{{ printf `%q` 1 | nospace }}'", "a: b\n", {}),
    "an API": ('"{{ .Capabilities.APIVersions.Has "v1" }}{{ .Capabilities.KubeVersion.Minor }}"', "", {}),
}

NOT_DETERMINED = {
    "the time": ('"{{ now | unixEpoch }}"', "", {}),
    "the year, which is seldom another": ('"{{ now.Year }}"', "", {}),
    "a default that is made and not used": ('"{{ default (randAlphaNum 9) .Values.a }}"', "a: 1\n", {}),
    "an archive": ('"b"', "", {"charts/inner-1.0.0.tgz": pack("inner", INNER)}),
    "a folder": ('"b"', "", {f"charts/inner/{path}": text for path, text in INNER.items()}),
    "notes that nobody prints": ('"b"', "", {"templates/NOTES.txt": "{{ now }}"}),
    "the order of keys": ('{{ keys .Values.m | join "," | quote }}', "m: {c: 1, a: 2, b: 3}\n", {}),
    "tpl of a value that does": ('"{{ tpl .Values.t . }}"', "t: '{{ uuidv4 }}'\n", {}),
    "tpl of a text that does": ('"{{ tpl "{{ uuidv4 }}" . }}"', "", {}),
    "tpl of a text that is put together": ('"{{ tpl (printf "{{ %s }}" .Values.f) . }}"', "f: uuidv4\n", {}),
    "tpl of a hidden text": ('"{{ tpl (b64dec .Values.t) . }}"', "t: e3sgdXVpZHY0IH19\n", {}),
    "tpl of a file": ('"{{ tpl (.Files.Get "f") . }}"', "", {"f": "{{ uuidv4 }}"}),
    "tpl of a text in pieces": ('"{{ tpl (print "{" "{ now }" "}") . }}"', "", {}),
    "tpl of a function in capitals": ('\'{{ tpl (printf "{{ %s }}" (lower "UUIDV4")) . }}\'', "", {}),
    "tpl of escaped letters": ("'{{ tpl .Values.t . }}'", 't: "\\x7b\\x7b n\\x6fw }}"\n', {}),
    "tpl of what a template yields": (
        "'{{ tpl (include \"x\" .) . }}'",
        "",
        {"templates/_h.tpl": '{{ define "x" }}{{ print "{" }}{{ print "{" }} now }}{{ end }}'},
    ),
    "tpl of a format": ("'{{ tpl .Values.t . }}'", "t: '{{ printf .Values.f .Values }}'\nf: '%p'\n", {}),
    "tpl that is looked at by the chart": (
        '"{{ tpl .Values.t . }}"',
        "t: '{{ now }}'\n",
        {"templates/z.yaml": '{{ define "efdgen-given-to-tpl" }}a{{ end }}'},
    ),
    "tpl in tpl": ("'{{ tpl .Values.t . }}'", "t: '{{ tpl .Values.f . }}'\nf: '{{ now }}'\n", {}),
    "an address": ('"{{ printf "%p" .Values }}"', "", {}),
    "an address in a digest": ('"{{ .Values | printf "%s%#p" "a" | sha256sum }}"', "", {}),
    "an address by a value": ('"{{ printf .Values.f .Values }}"', "f: '%p'\n", {}),
    "an address by an escape": ('"{{ printf "\\x25p" .Values }}"', "", {}),
    "an address of a version": ('\'{{ list (semver "1.2.3") | printf "%d" }}\'', "", {}),
    "an address in Go's words": ('\'{{ list (semver "1.2.3") | printf "%#v" | quote }}\'', "", {}),
    "addresses of maintainers": (
        "'{{ print .Chart.Metadata | b64enc }}'",
        "",
        {"Chart.yaml": metadata("wrap", more="maintainers: [{name: a}]\n")},
    ),
    "all APIs": ("{{ toJson .Capabilities.APIVersions | quote }}", "", {}),
    "all that a cluster can do": ("{{ $c := .Capabilities }}{{ toJson $c | quote }}", "", {}),
}


@for_each(("name", "case"), list(DETERMINED.items()))
def test_what_makes_nothing_up_yields_what_the_chart_yields(
    name: str, case: tuple[str, str, dict[str, str | bytes]]
) -> None:
    del name
    assert strict_yields(release(*case)) == helm().template(release(*case), CLUSTER)


@for_each(("name", "case"), list(NOT_DETERMINED.items()))
def test_what_makes_something_up_is_found(name: str, case: tuple[str, str, dict[str, str | bytes]]) -> None:
    del name
    assert helm().template(release(*case), CLUSTER)  # a chart that Helm takes
    assert strict_yields(release(*case)) is None


@for_each(
    "template",
    [
        '"{{ if .Values.a }}{{ nonesuch }}{{ end }}"',  # Helm refuses it, whether it is done or not
        '"{{ if .Values.a }}{{ now }}{{ nonesuch }}{{ end }}"',
        '"{{ now',
        '"{{ print "a }}"',
        '"{{ .Values.a.b.now }}{{ fail "no" }}"',
    ],
)
def test_what_helm_refuses_is_not_taken_for_what_it_takes(template: str) -> None:
    assert strict_yields(release(template)) is None


def test_a_chart_that_makes_nothing_up_is_not_copied() -> None:
    given = release('"{{ .Values.a }}"', "", {"charts/inner-1.0.0.tgz": pack("i", {"Chart.yaml": metadata("inner")})})
    strict = madeup.strict(given)
    assert strict is not None
    assert strict.release is given
    assert not strict.may_show_all
    nothing = release('"b"', "", {"charts/inner-1.0.0.tgz": b"no archive"})
    assert madeup.strict(nothing) is None
    assert madeup.strict(release('"b"', "", {"templates/b.yaml": b"\xff"})) is None


def test_a_chart_whose_schema_names_another_is_not_followed() -> None:
    schema = '{"$ref": "file:///nonesuch.json"}'
    inner = {"Chart.yaml": metadata("inner"), "values.schema.json": schema}
    assert madeup.strict(release('"b"', "", {"values.schema.json": schema})) is None
    assert madeup.strict(release('"b"', "", {"charts/inner/values.schema.json": schema})) is None
    assert madeup.strict(release('"b"', "", {"charts/inner-1.0.0.tgz": pack("inner", inner)})) is None


def test_a_function_that_this_helm_lacks_is_refused_though_it_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    given = release('"{{ if .Values.a }}{{ nonesuch 9 }}{{ end }}"')
    monkeypatch.setattr(madeup, "_MADE_UP", frozenset({"nonesuch"}))
    assert madeup.strict(given) is not None
    assert strict_yields(given) is None
    madeup._template.cache_clear()  # noqa: SLF001 - what was read with these words
