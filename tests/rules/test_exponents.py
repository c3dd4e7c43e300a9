"""Whole numbers that charts write with exponents: Helm's own library, and charts that do, or do not, convert."""

from __future__ import annotations

from pathlib import Path

import pytest

from efdgen.errors import Problem
from efdgen.helm import engines
from efdgen.verbs import lint
from support.checkout import edit
from support.repository import small_repository
from support.standins import Whichever

pytestmark = pytest.mark.usefixtures("helm_once")

LAB = "environments/lab.yaml"
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: store-config}
data:
  store.conf: |
    # as long as a day
    max_body = VALUE
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: store}
spec:
  containers:
  - name: store
    image: store
    args: ["--max-body=VALUE", "--other={{ .Values.config.other }}"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = small_repository(tmp_path)
    edit(folder / "templates/apps/store/values.yaml", '  region: ""', '  region: ""\n  other: 86400000')
    edit(folder / LAB, "      persistence:\n", "      config:\n        max_body: 26214400\n      persistence:\n")
    return folder


def found(root: Path, template: str, value: str) -> list[Problem]:
    """Return what lint finds in the lab where the chart of `store` has a template that writes config.max_body so."""
    charts = Whichever({"store-chart": {"templates/x.yaml": template.replace("VALUE", value)}})
    linted = lint.lint(root, ("lab",), engines.choose("sdk"), charts)
    assert linted.failed == ()
    return [problem for problem in linted.problems if problem.code == "W706"]


def test_a_number_in_a_config_map_is_found_at_the_line_that_sets_it(root: Path) -> None:
    (problem,) = found(root, CONFIG, "{{ .Values.config.max_body }}")
    assert str(problem.location) == f"{LAB}:26:19"
    assert problem.message == (
        "config.max_body: the chart writes 2.62144e+07 for 26214400: ConfigMap store-config: data['store.conf'] "
        "(store in environment lab, template store-chart/templates/x.yaml)"
    )
    assert problem.hint == 'quote it: "26214400"'


def test_two_numbers_are_found_in_arguments_each_at_its_own_line(root: Path) -> None:
    by_lab, by_definition = found(root, POD, "{{ .Values.config.max_body }}")
    assert str(by_lab.location) == f"{LAB}:26:19"
    assert "Pod store: spec.containers[0].args[0] (store" in by_lab.message
    assert str(by_definition.location) == "templates/apps/store/values.yaml:22:10"
    assert "8.64e+07 for 86400000: Pod store: spec.containers[0].args[1] (store" in by_definition.message


def test_a_number_that_is_a_value_of_its_own_is_found(root: Path) -> None:
    (problem,) = found(root, CONFIG.replace("max_body = ", "") + "limit: VALUE\n", "{{ .Values.config.max_body }}")
    assert problem.message.split(": ", 3)[3].startswith("data['store.conf'], and at 1 more place (store")


@pytest.mark.parametrize(
    "value", ["{{ int64 .Values.config.max_body }}", "{{ .Values.config.max_body | toJson }}", "1"]
)
def test_a_chart_that_converts_has_nothing_wrong(root: Path, value: str) -> None:
    assert found(root, CONFIG, value) == []


def test_an_exponent_of_the_chart_itself_is_none_of_ours(root: Path) -> None:
    assert found(root, CONFIG, "2.62144e+07 {{ int64 .Values.config.max_body }}") == []


def test_of_two_values_of_one_number_the_one_that_is_written_so_is_found(root: Path) -> None:
    edit(root / "templates/apps/store/values.yaml", "  other: 86400000", "  other: 26214400")
    (problem,) = found(root, CONFIG, "{{ int64 .Values.config.max_body }} {{ .Values.config.other }}")
    assert str(problem.location) == "templates/apps/store/values.yaml:22:10"


def test_a_number_in_quotes_has_nothing_wrong(root: Path) -> None:
    edit(root / LAB, "max_body: 26214400", 'max_body: "26214400"')
    assert found(root, CONFIG, "{{ .Values.config.max_body }}") == []


def test_where_text_fails_the_same_number_is_said(root: Path) -> None:
    template = '{{ if kindIs "string" .Values.config.max_body }}{{ fail "a number!" }}{{ end }}' + CONFIG
    (problem,) = found(root, template, "{{ .Values.config.max_body }}")
    assert str(problem.location) == f"{LAB}:26:19"


def test_it_is_accepted_like_other_rules_and_not_in_vain(root: Path) -> None:
    edit(root / LAB, "apps:\n", "accept:\n- {rule: W706, app: store, reason: The store reads exponents.}\napps:\n")
    assert found(root, CONFIG, "{{ .Values.config.max_body }}") == []
