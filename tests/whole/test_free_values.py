"""An app whose folder says nothing of its values takes every value that its chart takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.errors import InvalidInputError, Problem
from efdgen.output import layout
from efdgen.verbs import project
from support import few, pyyaml
from support.repository import overlay, small_repository

APP = """\
description: Something that nobody has met yet.
chart:
  name: plain
  version: "1.0.0"
  repository: https://charts.example.org/
"""


def with_app(root: Path) -> Path:
    """Add an app without types to the small repository, and deploy it at the dome."""
    spec = (root / "environments/dome.yaml").read_text(encoding="utf-8")
    overlay(root, {"templates/apps/plain/app.yaml": APP, "environments/dome.yaml": spec + "  plain: {}\n"})
    return root


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository of which tests change nothing but the app's own values."""
    return with_app(small_repository(tmp_path_factory.mktemp("free")))


def rendered(root: Path, values: Any) -> tuple[Any, list[Problem]]:
    """Return what values of the app render to, and what is odd about them."""
    overlay(root, {"templates/apps/plain/values.yaml": json.dumps(values)})
    rendering = project.render(project.open_project(root, ["dome"]))
    text = rendering.tree[layout.values("plain", "dome")].decode()
    return pyyaml(text)["plain"], list(rendering.warnings)


def outcome(root: Path, values: Any) -> tuple[Any, set[str]]:
    """Return what values of the app render to, or None and the codes of what is wrong with them."""
    try:
        return rendered(root, values)[0], set()
    except InvalidInputError as error:
        return None, {problem.code for problem in error.problems}


SHAPES: dict[str, Any] = {
    "image with other keys": {"image": {"registry": "", "ref": "a:1", "pullSecrets": {}, "flavor": {"name": "slim"}}},
    "image that is a list": {"image": ["a", "b"], "initImage": 3},
    "persistence with other keys": {
        "persistence": {"data": {"size": 8, "enabled": "yes"}, "storageClassName": "", "accessModes": "ReadWriteOnce"},
    },
    "persistence that is on and has no size": {"persistence": {"enabled": True, "size": None, "storageClass": {}}},
    "persistence that is text or a switch": {"persistence": "none", "server": {"persistence": False}},
    "ingress with other keys": {"ingress": {"main": {"hosts": [{"host": "a", "paths": ["/"]}]}, "controller": 1}},
    "no tls": {"ingress": {"enabled": True, "tls": None}},
    "tls that is a mapping": {"ingress": {"tls": {"secretName": "", "enabled": False}}},
    "no dynamic provisioning": {"persistence": {"storageClass": "", "subPath": None, "annotations": []}},
    "no host": {"ingress": {"hostname": "", "path": None, "className": None}},
    "no Secret": {"existingSecret": "", "auth": {"existingSecret": {}}, "client": {"existingSecret": None}},
    "no Secret for images": {"imagePullSecrets": [{"name": ""}, ""], "env": {"secretKeyRef": {"name": "", "key": ""}}},
    "Secrets by key": {"existingSecret": {"name": "", "key": ""}},
    "seconds": {"timeout": 120, "interval": 30, "flush_interval": 1.5, "write_timeout": None},
    "labels that are a list": {"labels": [], "persistence": {"labels": []}, "ingress": {"labels": None}},
    "no resources": {"resources": False},
    "resources of an RBAC rule": {"rules": [{"resources": ["pods", "*"]}], "resources": {"preset": "small"}},
    "replicas that are text": {"replicaCount": "{{ .Values.replicas }}", "pullPolicy": "{{ .Values.policy }}"},
    "a heap in words": {"heapOptions": "-XX:+UseG1GC -Xmx1g"},
    "keys that are another app's": {"influxdbSink": [], "s3Sink": {"enabled": "on"}, "mirrorMaker2": 1},
    "text that only looks like something": {"persistence": {"size": "15GB"}, "tag": "1.10", "n": "012", "empty": {}},
}
"""What values files of charts on the public internet have, made up anew."""


@pytest.mark.parametrize("values", SHAPES.values(), ids=SHAPES)
def test_it_is_accepted_and_rendered_as_it_is(values: Any, shared: Path) -> None:
    assert rendered(shared, values) == (values, [])


@pytest.mark.parametrize("values", SHAPES.values(), ids=SHAPES)
def test_it_can_be_said_by_a_spec_and_by_shared_facts_too(values: Any, tmp_path: Path) -> None:
    root = with_app(small_repository(tmp_path))
    spec = (root / "environments/dome.yaml").read_text(encoding="utf-8")
    defaults, _, sites = (root / "environments/shared/facts.yaml").read_text(encoding="utf-8").partition("\nsites:\n")
    said = json.dumps({"values": values, "parameters": {}})
    overlay(
        root,
        {
            "environments/dome.yaml": spec.replace("plain: {}", f"plain: {said}"),
            "environments/shared/facts.yaml": f"{defaults}\n    plain: {said}\nsites:\n{sites}",
        },
    )

    found, warnings = rendered(root, {"kept": True})
    assert found == {"kept": True, **values}
    # What is said twice is said in vain.
    assert {problem.code for problem in warnings} <= {"W517"}


RULES = {"E503", "E504", "E506", "E513"}
"""What can be wrong with a name in values: it is another environment's, names a Secret or a host that is not there."""

KEYS = ["image", "persistence", "ingress", "resources", "existingSecret", "hostname", "hosts", "tls", "size", "labels"]
KEYS += ["enabled", "storageClass", "timeout", "replicaCount", "secretName", "annotations", "tag", "pods", "name"]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 500) | st.sampled_from(["", "a", "8Gi", "15GB", "a.b", "x y", "0.5"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)


@few
@given(st.dictionaries(st.sampled_from(KEYS), ANY, max_size=5))
def test_no_value_is_too_odd(shared: Path, values: dict[str, Any]) -> None:
    """Whatever conventional keys hold: it is rendered as it is, or one of the rules across environments speaks."""
    found, codes = outcome(shared, values)
    assert found == values if not codes else codes <= RULES


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("[a]", "E200", id="a list"),
        pytest.param("a", "E200", id="text"),
        pytest.param("", "E200", id="nothing"),
        pytest.param("8.5: http", "E106", id="a key that is a fraction"),
        pytest.param("a: {true: b}", "E106", id="a key that is a boolean"),
        pytest.param("size: .inf", "E109", id="a number without end"),
        pytest.param("size: .nan", "E109", id="a number that is none"),
        pytest.param("a: !!binary YQ==", "E108", id="a tag"),
    ],
)
def test_what_no_chart_can_mean_is_refused(text: str, code: str, shared: Path) -> None:
    overlay(shared, {"templates/apps/plain/values.yaml": text})

    with pytest.raises(InvalidInputError) as caught:
        project.render(project.open_project(shared, ["dome"]))

    assert [(problem.code, problem.location.file) for problem in caught.value.problems] == [
        (code, "templates/apps/plain/values.yaml")
    ]
