from __future__ import annotations

import pytest

from efdgen.errors import Location
from efdgen.language.texttemplate import TextFile
from efdgen.repository import helmtemplates
from support.efd import EFD
from support.foreach import for_each

FILE = "templates/wrapper/templates/a.yaml"

SOUND = {
    "control lines in comments": "# {{- range .Values.a }}\n---\na: '{{ .b }}'\n# {{- end }}\n",
    "control lines": "a:\n{{- if .Values.a }}\n  b: 1\n{{- else }}\n  b: 2\n{{- end }}\n",
    "a block": 'metadata:\n  labels:\n    {{- include "labels" . | nindent 4 }}\n',
    "a block behind its key": "spec: {{- toYaml .Values.spec | nindent 2 }}\n",
    "text with quotes": 'a: "{{ printf "%s: %s" .a "}}" }}"\n',
    "raw text": "a: {{ `{{ x }}` }}\n",
    "keys": "{{ .key }}: {{ .value }}\n{{ .key }}: {{ .value }}\n",
    "items": "- {{ .a | quote }}\n- a{{ if .b }}-b{{ end }}\n",
    "a comment of several lines": "{{- /*\n  not: [yaml\n*/ -}}\na: b\n",
    "an expression": "a: <% app.name %>\nb: x-<% app.name %>\n",
    "a tag of what is filled in": "a: !!int {{ .a }}\n",
    "what is merged is filled in": "a:\n  <<: {{ .a }}\n",
    "documents": "---\na: b\n---\nc: d\n",
    "nothing": "",
    "a key in each branch": "a:\n# {{- if .Values.a }}\n  b: 1\n# {{- else }}\n  b: 2\n# {{- end }}\n",
    "a key that may be there": "a: 1\n{{- with .Values.a }}\na: {{ . }}\n{{- end }}\n",
    "one key in two mappings": "- {a: 1}\n- {a: 1, b: {a: [{a: b}]}}\n---\na: 2\n",
    "words in quotes": "a: 'yes'\nb: \"012\"\nc: {{ .d }}yes\nyes: d\n",
}

SURPRISING = {
    "a key twice": ("a: 1\nb:\n  c: [x]\na: 2\n", "E105", 4, 1),
    "a key twice behind control lines": ("# {{- if .a }}\nb: 1\nc: {{ .c }}\nb: 2\n# {{- end }}\n", "E105", 4, 1),
    "a key twice in the second document": ("a: 1\n---\na: {b: 1, 'b': 2}\n", "E105", 3, 11),
    "a word": ("a: [x, yes]\n", "E109", 1, 8),
    "an octal number": ("a:\n  defaultMode: 0644\n", "E109", 2, 16),
}

BROKEN = {
    "a tab": ("a: b\n\tc: d\n", 2, 1),
    "a broken indent": ("metadata:\n  name: a\n   labels: {}\n", 3, 4),
    "a broken indent before what is filled in": ("metadata:\n  name: a\n   labels: {{ .a }}\n", 3, 4),
    "an open bracket": ("a: [1, 2\nb: c\n", 1, 4),
    "an escape that Helm does not know": ('a: "{{ .a }}"\nb: "a\\/b"\n', 2, 6),
    "an anchor that is not there": ("a: {{ .a }}\nb: *c\n", 2, 4),
    "one key of two kinds": ("a: {9000: b, '9000': c}\n", 1, 14),
    "an open quote": ('a: "b\nc: d\n', 1, 4),
}


@for_each("name", SOUND)
def test_sound_templates_pass(name: str) -> None:
    assert helmtemplates.problem(TextFile(FILE, SOUND[name])) is None


@for_each("name", BROKEN)
def test_broken_ones_are_located(name: str) -> None:
    text, line, column = BROKEN[name]
    problem = helmtemplates.problem(TextFile(FILE, text))
    assert problem is not None
    assert (problem.code, problem.location) == ("E103", Location(FILE, line, column)), problem


@for_each("name", SURPRISING)
def test_what_nobody_expects_is_located(name: str) -> None:
    text, code, line, column = SURPRISING[name]
    problem = helmtemplates.problem(TextFile(FILE, text))
    assert problem is not None
    assert (problem.code, problem.location) == (code, Location(FILE, line, column)), problem


@for_each(
    ("text", "hint"),
    [
        ("a: {x: 1}\nb: c\na: {y: {{ .b }}}\n", "put what is in both below one of them"),
        ("a:\n- {{ .a }}\na:\n- 2\n", "put what is in both below one of them"),
        ("a: {x: 1}\na: [{a: b}]\n", "keep one of them"),
        ("a: {x: 1}\na: b\n", "keep one of them"),
        ("a: b\na: b\n", "keep one of them"),
    ],
)
def test_of_a_key_that_stands_twice_nothing_is_lost_by_the_advice(text: str, hint: str) -> None:
    problem = helmtemplates.problem(TextFile(FILE, text))
    assert problem is not None
    assert (problem.code, problem.hint) == ("E105", hint)


@pytest.mark.parametrize("name", ["_helpers.tpl", "NOTES.txt", "config.json"])
def test_other_files_are_no_yaml(name: str) -> None:
    assert helmtemplates.problem(TextFile(f"templates/wrapper/templates/{name}", "\t: [")) is None


def test_the_project_s_are_sound() -> None:
    files = sorted((EFD / "templates").rglob("templates/*.yaml"))
    assert len(files) > 5
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert helmtemplates.problem(TextFile(file.relative_to(EFD).as_posix(), text)) is None
