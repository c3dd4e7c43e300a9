"""Kubernetes objects out of what templates yield."""

from __future__ import annotations

import pytest

from efdgen.errors import ChartError
from efdgen.helm import objects
from support.foreach import for_each


def kinds(text: str) -> list[str]:
    return [item.data["kind"] for item in objects.read([("c/templates/a.yaml", text)])]


def test_documents_are_objects_and_empty_ones_are_left_out() -> None:
    text = "# a comment\n---\nkind: A\n---\n\n---\n# nothing\n---   # note\nkind: B\n"
    assert kinds(text) == ["A", "B"]
    assert kinds("") == kinds("\n \n") == []


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n---\n"])
def test_a_text_at_the_end_keeps_the_line_break_that_helm_template_prints(end: str) -> None:
    text = f"kind: A\ndata: |\n  last{end}"
    assert objects.read([("c/templates/a.yaml", text)])[0].data["data"] == "last\n"


def test_objects_are_sorted_by_template_kind_namespace_and_name() -> None:
    one = "kind: B\nmetadata: {name: z}\n---\nkind: B\nmetadata: {name: x}\n---\nkind: A\n"
    found = objects.read([("c/templates/z.yaml", "kind: A\n"), ("c/templates/a.yaml", one)])
    assert [(item.source, *objects.key(item.data)) for item in found] == [
        ("c/templates/a.yaml", "", "A", "", ""),
        ("c/templates/a.yaml", "", "B", "", "x"),
        ("c/templates/a.yaml", "", "B", "", "z"),
        ("c/templates/z.yaml", "", "A", "", ""),
    ]


def test_a_list_is_its_items_at_any_depth() -> None:
    assert kinds("kind: List\nitems:\n- kind: B\n- kind: AList\n  items: [{kind: A}]\n") == ["A", "B"]
    assert kinds("kind: AccessList\nspec: {}\n") == ["AccessList"]


@for_each(
    ("text", "what"),
    [
        ("a: 1\n", "a mapping with 'a', and no Kubernetes object"),
        ("{}\n", "a mapping with nothing in it, and no Kubernetes object"),
        ("kind: 7\n", "no Kubernetes object"),
        ("kind: ''\n", "no Kubernetes object"),
        ("- kind: A\n", "a list, and no Kubernetes object"),
        ("text\n", "'text', and no Kubernetes object"),
        ("kind: [\n", "yields no YAML: "),
        ("kind: A\na: .inf\n", "yields no YAML: "),
        ("kind: List\nitems: [{a: 1}]\n", "yields a List with a mapping with 'a', and no Kubernetes object, in it"),
        ("kind: List\nitems: [text]\n", "yields a List with 'text'"),
    ],
)
def test_what_is_no_object_is_refused_with_its_template(text: str, what: str) -> None:
    with pytest.raises(ChartError) as caught:
        kinds(text)
    assert str(caught.value).startswith("c/templates/a.yaml yields ")
    assert what in str(caught.value)


@for_each(
    ("events", "is_there"),
    [
        ("pre-install", True),
        ("post-rollback", True),
        ("test", True),
        ("test-success", True),
        ("Pre-Install , post-upgrade", True),
        ("crd-install", False),
        ("pre-install,crd-install", False),
        ("test-failure", False),
        ("1", False),
    ],
)
def test_hooks_of_events_that_helm_does_not_know_are_left_out(events: str, is_there: bool) -> None:
    text = f"kind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: {events}\n"
    assert bool(kinds(text)) is is_there


@pytest.mark.parametrize(
    "metadata", ["", "text", "[]", "{annotations: []}", "{annotations: }", "{annotations: {a: b}}"]
)
def test_odd_metadata_is_no_hook(metadata: str) -> None:
    text = f"kind: A\nmetadata: {metadata}\n"
    assert kinds(text) == ["A"]
    (item,) = objects.read([("t", text)])
    assert objects.key(item.data) == ("", "A", "", "")


def test_the_key_leaves_out_the_version_of_the_api() -> None:
    data = {"apiVersion": "apps/v1beta1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "n"}}
    assert objects.key(data) == ("apps", "Deployment", "n", "a")
    assert objects.key({"apiVersion": "v1", "kind": "Job", "metadata": {"generateName": "run-"}}) == (
        *("", "Job", "", "run-"),
    )
