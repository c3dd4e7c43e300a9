"""What is called equal is equal: each change of a source is taken over, or told as a difference or a loss."""

from __future__ import annotations

from typing import Any

import pytest

from efdgen.errors import OutputError
from efdgen.helm import engines
from efdgen.report.imports import as_html, as_markdown
from efdgen.verbs.imports import folder, result, telling
from efdgen.verbs.imports.model import Source
from support import handwritten

pytestmark = pytest.mark.usefixtures("helm_once")

FLEET = {name: {"db": {"size": "8Gi"}, "web": {"replicas": 2}} for name in ("north", "south")}
PARENT, CHART = "apps/parent/templates/web.yaml", "apps/web/requirements.yaml"
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  a: {a}\n  b: {b}\n"


def imported(changes: dict[str, str], *, added: dict[str, str] | None = None) -> result.Imported:
    """Import a repository some of whose files have more lines, and that has others."""
    files = handwritten.repository(FLEET)
    for path, more in changes.items():
        files[path] = files[path].replace(b"\n{{- end -}}", b"") if path == PARENT else files[path]
        files[path] += (more + ("{{- end -}}" if path == PARENT else "")).encode()
    files.update({path: text.encode() for path, text in (added or {}).items()})
    return result.run(Source("hand", files), engines.choose("sdk"))


def unexplained(made: result.Imported) -> list[tuple[str, str, str]]:
    return [
        (each.environment, difference.what, difference.path)
        for each in made.proved
        for difference in each.differences
        if not difference.reason
    ]


def verdicts(made: result.Imported) -> dict[str, str]:
    return {row.environment: row.verdict for row in telling.told(made).rows}


def parameters(*listed: str) -> str:
    return "      parameters:\n" + "".join(f"      - {each}\n" for each in listed)


def rendered(made: result.Imported) -> Any:
    from efdgen.language import yamlio

    return yamlio.load(made.files["rendered/apps/web/values-north.yaml"].decode())["web"]


def test_a_dependency_that_is_off_is_not_deployed() -> None:
    off = "  condition: web.enabled\n  tags: [front]\n"
    made = imported({CHART: off, "apps/web/values-north.yaml": "tags: {front: false}\n"})
    # Where its own values could say web.enabled, nobody knows here.
    assert unexplained(made) == [("north", "chart", "web condition"), ("south", "chart", "web condition")]
    more = f"{off}- name: side\n  version: 1.0.0\n  repository: https://charts.example.org\n  condition: side.enabled\n"
    on, away = "side: {enabled: true}\n", "side: {enabled: false}\n"
    web = off.replace("web.enabled", "switches.web")
    values = {"apps/web/values-north.yaml": f"switches: {{web: true}}\n{on}"}
    made = imported({CHART: more.replace(off, web), **values, "apps/web/values-south.yaml": away})
    assert unexplained(made) == [("south", "chart", "side")]
    values = {f"apps/web/values-{name}.yaml": f"{away}tags: {{front: true}}\n" for name in FLEET}
    made = imported({CHART: more.replace(off, web), **values})
    assert unexplained(made) == []
    assert b"side" not in made.files["rendered/apps/web/Chart.yaml"]


def test_values_that_all_charts_get_stay_and_those_of_a_name_that_is_taken_are_lost() -> None:
    more = "- name: {}\n  version: 1.0.0\n  repository: https://charts.example.org\n"
    made = imported({CHART: more.format("side"), "apps/web/values-north.yaml": "side: {size: 3}\nglobal: {a: 1}\n"})
    assert (unexplained(made), verdicts(made)) == ([], dict.fromkeys(FLEET, "equal"))
    assert b"global:\n" in made.files["rendered/apps/web/values-north.yaml"]
    made = imported({CHART: more.format("vault"), "apps/web/values-north.yaml": "vault: {size: 3}\n"})
    assert verdicts(made)["north"].startswith("1 of 2 apps: ")


def test_parameters_are_set_as_helm_sets_them() -> None:
    made = imported(
        {
            PARENT: parameters(
                "{name: 'web.list[1].a', value: '+5'}",
                "{name: web.both, value: '{x,TRUE}'}",
                "{name: web.text, value: 'a,b'}",
                "{name: web.replicas, value: '7', forceString: true}",
            )
        }
    )
    assert unexplained(made) == []
    assert rendered(made) == {"list": [None, {"a": 5}], "both": ["x", True], "text": "a,b", "replicas": "7"}
    for refused in ("{name: web.replicas.x, value: a}", "{name: web.app, value: $ARGOCD_APP_NAME}"):
        made = imported({PARENT: parameters(refused)})
        assert verdicts(made) == dict.fromkeys(FLEET, "1 of 2 apps: equal")
        assert not any(row.is_proved for row in telling.told(made).rows)


def test_each_side_has_its_own_release_and_chart() -> None:
    template = CONFIG.format(name="'{{ .Release.Name }}'", a="'{{ .Chart.AppVersion }}'", b="'{{ .Release.Name }}'")
    changes = {PARENT: "\n      releaseName: other\n", "apps/web/Chart.yaml": "appVersion: '7'\n"}
    made = imported(changes, added={"apps/web/templates/a.yaml": template})
    north = [each for each in unexplained(made) if each[0] == "north"]
    assert north == [("north", "objects", "ConfigMap web/other data.a")]
    template = CONFIG.format(name="a", a="'{{ .Chart.AppVersion }}'", b="x")
    made = imported({"apps/web/Chart.yaml": "appVersion: '7'\n"}, added={"apps/web/templates/a.yaml": template})
    assert {each[1:] for each in unexplained(made)} == {("objects", "ConfigMap web/a data.a")}


def test_a_reason_is_that_of_one_path() -> None:
    """`env` of another environment explains what it makes, not what is lost beside it."""
    template = CONFIG.format(name="a", a="'{{ .Values.env }}'", b="""'{{ .Files.Get "a" }}'""")
    added = {"apps/web/templates/a.yaml": template, "apps/web/a": "text"}
    files = handwritten.repository(FLEET) | {path: text.encode() for path, text in added.items()}
    files["apps/web/values-south.yaml"] = files["apps/web/values-south.yaml"].replace(b"env: south", b"env: north")
    made = result.run(Source("hand", files), engines.choose("sdk"))
    assert unexplained(made) == [
        ("north", "objects", "ConfigMap web/a data.b"),
        ("south", "objects", "ConfigMap web/a data.b"),
    ]
    assert verdicts(made)["south"] == "1 unexplained difference"
    # What does not render has no reason, whatever else has one.
    added["apps/web/templates/a.yaml"] = template.replace(
        "'{{ .Files", """'{{ required "no" (.Files.Get "a") }}{{ .Files"""
    )
    files.update({path: text.encode() for path, text in added.items()})
    made = result.run(Source("hand", files), engines.choose("sdk"))
    assert ("south", "objects", "apps/web/templates/a.yaml") in unexplained(made)


def test_what_is_random_is_compared_with_itself() -> None:
    template = CONFIG.format(name="a", a="'{{ randAlphaNum 20 }}'", b="'{{ .Chart.Version }}'")
    made = imported({}, added={"apps/web/templates/a.yaml": template})
    assert {each[2] for each in unexplained(made)} == {"ConfigMap web/a data.b"}
    reasons = {d.reason for each in made.proved for d in each.differences if d.path.endswith("data.a")}
    assert reasons == {"it is another each time that Helm renders it: random, or the time"}


def test_each_environment_has_its_own_parent_chart() -> None:
    files = handwritten.repository({**FLEET, "west": FLEET["north"]})
    parent = {path: text for path, text in files.items() if path.startswith("apps/parent/")}
    for path in parent:
        del files[path]
    for name in FLEET:
        files |= {path.replace("apps/parent", f"clusters/{name}"): text for path, text in parent.items()}
        files[f"clusters/{name}/values.yaml"] = f"env: {name}\n".encode()
    del files["clusters/south/templates/web.yaml"]
    made = result.run(Source("hand", files), engines.choose("sdk"))
    assert {name: list(spec["apps"]) for name, spec in made.made.specs.items()} == {
        "north": ["db", "web"],
        "south": ["db"],
    }
    assert unexplained(made) == []
    assert "west has 2 values files, and no parent chart: it is not imported" in {f.message for f in made.findings}


def test_what_is_lost_is_counted_and_said() -> None:
    other = "---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: far}\n"
    far = other + "spec: {destination: {}, source: {path: far, repoURL: https://git.example.org/other}}\n"
    project = "---\nkind: AppProject\napiVersion: argoproj.io/v1alpha1\nmetadata: {name: ours}\nspec: {}\n"
    added = {
        "apps/parent/templates/far.yaml": far + project,
        "apps/web/values-Big_One.yaml": "",
        "apps/web/values.schema.json": "{}",
        "apps/web/templates/broken.yaml": "{{ fail `no` }}\n",
        "apps/db/crds/a.yaml": "apiVersion: v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\nspec: '{{ <%'\n",
    }
    made = imported({"apps/web/values-north.yaml": "web:\n  a: 1\n---\nweb: {}\n"}, added=added)
    said = {finding.message for finding in made.findings}
    assert said >= {
        "the key web stands twice: Helm takes the last one",
        "the file holds several documents: Helm reads the first one only",
        "what this template makes beside the Application is not imported: AppProject ours",
        "Big_One can't be an environment: small letters, digits and hyphens only; not imported",
        "what the chart's values may be is not taken over: efdgen has types for that",
    }
    assert [each for each in unexplained(made) if "AppProject" not in each[2]] == []
    assert b"'{{ `{{` }} {{ `<` }}%'" in made.files["templates/apps/db/templates/crds-a.yaml"]
    assert all(verdict.startswith("2 of 3 apps: ") for verdict in verdicts(made).values())
    assert all(verdict.endswith("; 1 template not compared: Helm fails there") for verdict in verdicts(made).values())


def test_a_report_says_once_what_differs_alike_and_what_was_not_compared() -> None:
    made = imported({CHART: "- name: side\n  version: ~1.2\n  repository: https://charts.example.org\n"})
    told = telling.told(made)
    assert [(each.environment, each.path) for each in told.folded()] == [("north, south", "side version")]
    for text in (as_html.as_html(told), as_markdown.as_markdown(told)):
        assert text.count("side version") == 1
    broken = telling.told(imported({}, added={"apps/web/templates/broken.yaml": "{{ fail `no` }}\n"}))
    assert not broken.different
    for text in (as_html.as_html(broken), as_markdown.as_markdown(broken)):
        assert "What was compared is the same in every environment; what was not, stands below." in text


def test_files_that_may_be_missing_are_none() -> None:
    made = imported({PARENT: "\n      - more.yaml\n      ignoreMissingValueFiles: true\n"})
    assert (unexplained(made), verdicts(made)) == ([], dict.fromkeys(FLEET, "equal"))


def test_of_a_range_the_locked_version_is_deployed() -> None:
    side = "- name: side\n  version: ~1.2\n  repository: https://charts.example.org/\n"
    lock = "dependencies:\n- name: side\n  version: 1.2.7\n  repository: https://charts.example.org\ndigest: a\n"
    made = imported({CHART: side}, added={"apps/web/requirements.lock": lock})
    assert verdicts(made) == dict.fromkeys(FLEET, "equal")
    assert b'version: "1.2.7"' in made.files["templates/apps/web/app.yaml"]
    made = imported({CHART: side}, added={"apps/web/requirements.lock": "- a\n"})
    assert {"I201", "I305"} <= {finding.code for finding in made.findings}


def test_a_chart_without_an_address_is_named_so() -> None:
    lost = "- name: lost\n  version: ~14\n  repository: '@stable'\n"
    made = imported({CHART: lost})
    assert {each[1:] for each in unexplained(made)} == {("chart", "lost version"), ("chart", "lost repository")}
    assert b"https://address-is-missing.invalid" in made.files["templates/apps/web/app.yaml"]


def test_a_source_is_not_written_into(tmp_path: Any) -> None:
    for inside in (tmp_path, tmp_path / "new"):
        with pytest.raises(OutputError, match="is read and never changed"):
            folder.refuse_in_source(inside, tmp_path)
    folder.refuse_in_source(tmp_path.parent / "beside", tmp_path)
