"""Templates of our own that fail, or that read what is not there, before any third-party chart is asked for."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from efdgen import cli
from efdgen.errors import InvalidInputError, Problem
from efdgen.helm import engines
from efdgen.helm.engines.engine import Capabilities
from efdgen.helm.hydrate import HydratedApp
from efdgen.verbs import lint, owntemplates, render, validate
from support.checkout import edit
from support.repository import overlay, small_repository
from support.standins import Whichever

pytestmark = pytest.mark.usefixtures("helm_once")

OWN = "templates/apps/{}/templates/own.yaml"
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\ndata:\n"
ACCEPT = "accept:\n- rule: E714\n  reason: Tried.\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_repository(tmp_path)


def problems(root: Path, *apps: str, is_run: bool = True) -> tuple[Problem, ...]:
    """Return the errors of a run that runs templates, or that does not."""
    engine = engines.choose("sdk") if is_run else None
    try:
        validate.validate(root, (), apps, dt.date(2026, 11, 29), engine=engine)
    except InvalidInputError as error:
        return error.problems
    return ()


def accepted(root: Path, *environments: str) -> None:
    for name in environments:
        edit(root / f"environments/{name}.yaml", "\napps:\n", f"\n{ACCEPT}apps:\n")


def test_a_template_that_fails_is_an_error_at_its_line_where_it_is_run(root: Path) -> None:
    needed = '{{ required "a size is needed" .Values.size }}'
    overlay(root, {OWN.format("view"): f'{MAP}  size: "{needed}"\n'})
    assert problems(root, is_run=False) == ()

    (problem,) = problems(root)
    assert (problem.code, *problem.location[:2]) == ("E714", OWN.format("view"), 5)
    assert problem.message == "a size is needed (view in dome, lab)"
    assert problems(root, "store") == ()
    with pytest.raises(InvalidInputError, match="a size is needed"):
        render.check(root, engine=engines.choose("sdk"))

    accepted(root, "dome", "lab")
    assert problems(root) == ()


def test_a_template_of_all_wrapper_charts_that_fails_is_one_error(root: Path) -> None:
    overlay(root, {"templates/wrapper/templates/map.yaml": f'{MAP}  size: "{{{{ if }}}}"\n'})
    (problem,) = problems(root)
    assert (problem.code, *problem.location[:2]) == ("E714", "templates/wrapper/templates/map.yaml", 5)
    assert problem.message.endswith("missing value for if (in 4 apps of dome, lab)"), problem.message
    (problem,) = problems(root, "view")
    assert problem.message.endswith("(view in dome, lab)"), problem.message


def test_templates_that_do_not_fail_are_no_error_and_the_option_reaches_the_verbs(root: Path) -> None:
    assert CliRunner().invoke(cli.command, ["render", "--root", str(root)]).exit_code == 0
    for verb in ("validate", "check"):
        assert CliRunner().invoke(cli.command, [verb, "--templates", "--root", str(root)]).exit_code == 0
    overlay(root, {OWN.format("view"): MAP + "  size: '{{ .Values.sizes.large }}'\n"})
    for verb in ("validate", "check"):
        result = CliRunner().invoke(cli.command, [verb, "--templates", "--root", str(root)])
        assert (result.exit_code, "nil pointer" in result.stderr) == (3, True)
        (pointer,) = re.findall(r"--> (\S+)", result.stderr)
        assert f"] {pointer}: <" in result.stderr


def test_a_host_that_an_app_has_not_is_an_error_without_helm(root: Path) -> None:
    overlay(root, {OWN.format("store"): MAP + "  at: '{{ .Values.hosts.stroe }}'\n"})

    (problem, *_) = problems(root, is_run=False)
    assert (problem.code, *problem.location) == ("E714", OWN.format("store"), 5, 11)
    assert (problem.hint, "a host that store has not" in problem.message) == ("did you mean 'store'?", True)
    accepted(root, "lab")
    assert all("environment lab" not in problem.message for problem in problems(root, is_run=False))
    linted = lint.lint(root, ["lab"], engines.choose("sdk"), Whichever())
    assert not [problem for problem in linted.problems if problem.code in ("E714", "W514")]


def test_a_host_that_a_template_asks_for_first_need_not_be_there(root: Path) -> None:
    asked = [
        "# {{- with .Values.hosts.other }}\n  a: '{{ . }}'\n# {{- end }}\n",
        "# {{- if .Values.hosts.other }}\n  a: '{{ .Values.hosts.other }}'\n# {{- end }}\n",
        "  a: '{{ .Values.hosts.other | default \"none\" }}'\n",
        "  a: '{{ .Values.hosts.store }}'\n",
    ]
    for text in asked:
        overlay(root, {OWN.format("store"): MAP + text})
        assert problems(root, is_run=False) == (), text


def test_a_template_that_never_ends_is_not_waited_for_twice() -> None:
    late = HydratedApp("lab", "store", (), "Helm was not done after 30 seconds: a template of the chart may never end")
    # Without a repository and without an engine: neither is asked.
    found = owntemplates.of_failed([late], {}, None, None, Capabilities("1.21.5", ()))  # type: ignore[arg-type]
    assert (found.findings, found.errors) == ([], [])
