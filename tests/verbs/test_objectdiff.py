"""`efdgen diff --hydrate`: what a change does to the Kubernetes objects."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from efdgen.cli import helmwarnings
from efdgen.helm import engines
from efdgen.helm.engines.engine import Engine
from efdgen.helm.objects import Object
from efdgen.language.layers import ABSENT
from efdgen.report.diff import changes
from efdgen.repository.model import ChartReference
from efdgen.review import objects
from efdgen.review.model import Change, NotCompared, Review
from efdgen.review.semantic import Item
from efdgen.verbs import diff, objectdiff, render
from support import asked, needs
from support.checkout import copy_tree, edit
from support.efd import EFD
from support.standins import StandIns, metadata, pack

pytestmark = pytest.mark.usefixtures("at_once", "helm_once")
NEXT_SECOND = objectdiff._next_second  # noqa: SLF001 - as it is without that fixture

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  annotations:
    rolled: "{{ now | date "2006-01-02T15:04:05.000000000" }}-{{ randAlphaNum 16 }}"
spec:
  replicas: {{ .Values.replicas | default 1 }}
  template:
    spec:
      containers:
      - name: server
        image: "{{ .Values.image.repo }}:{{ .Values.image.tag }}"
        env:
        - name: SIZE
          value: {{ .Values.persistence.size | quote }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: setup-{{ randAlphaNum 5 | lower }}
  namespace: {{ .Release.Namespace }}
spec:
  password: {{ randAlphaNum 20 }}
"""


@pytest.fixture
def library() -> Engine:
    """The engine that takes the least time, for what compares whole environments."""
    return engines.choose("sdk")


@pytest.fixture(params=["sdk", "helm"])
def engine(request: pytest.FixtureRequest) -> Engine:
    way: str = request.param
    if way == "helm":
        needs.HELM.require()
    return engines.choose(way)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return copy_tree(EFD, tmp_path / "checkout")


def charts_of(root: Path, *_: object) -> StandIns:
    """Return stand-ins for all charts; InfluxDB's makes up names and passwords."""
    charts = StandIns.open(root)
    for reference in charts.archives:
        if reference.name == "influxdb":
            files = {"Chart.yaml": metadata(reference.name, reference.version), "templates/all.yaml": DEPLOYMENT}
            charts.archives[reference] = pack(reference.name, files)
    return charts


def compare(root: Path, engine: Engine, charts: StandIns | None = None) -> objectdiff.ReviewedObjects:
    both = diff.compare(root, (), None)
    return objectdiff.compare(both.trees, both.shown, engine, charts or charts_of(root))


def only(review: Review) -> Change:
    (change,) = review.changes
    return change


def test_one_value_is_one_change_of_one_object_whatever_the_chart_makes_up(checkout: Path, library: Engine) -> None:
    edit(checkout / "templates/apps/influxdb/values.yaml", 'tag: "1.8.5"', 'tag: "1.8.6"')

    compared = compare(checkout, library)

    assert compared.failed == ()
    assert [change.part for change in compared.shown.changes] == [
        "Deployment influxdb/influxdb",
        "Deployment influxdb-staging/influxdb-staging",
    ]
    first = compared.shown.changes[0]
    assert first.environments == ("base", "ncsa-int", "ncsa-stable", "summit")
    assert first.path == ("spec", "template", "spec", "containers", Item("name", "server"), "image")
    assert (first.before, first.after) == ("influxdb:1.8.5", "influxdb:1.8.6")


def test_nothing_that_only_the_chart_makes_up_is_a_change(checkout: Path, engine: Engine) -> None:
    # The value changes, and no object has it.
    edit(checkout / "environments/summit.yaml", "query_timeout: 900s", "query_timeout: 600s")

    shown = compare(checkout, engine).shown

    assert shown.changes == ()
    # Argo CD reads other data all the same, and `--fail-outside` counts it.
    (silent,) = shown.in_no_object
    assert (silent.environments, silent.apps, silent.path[-1]) == (("summit",), ("influxdb",), "query_timeout")
    assert not shown.is_empty
    assert changes.summary(shown).startswith("summit: 1 value in no object; ")


def test_an_app_that_goes_takes_its_application_with_it(checkout: Path, engine: Engine) -> None:
    edit(checkout / "environments/sandbox.yaml", "  kafka-aggregator: {}\n", "")

    shown = compare(checkout, engine).shown
    change = only(shown)

    assert (change.environments, change.apps) == (("sandbox",), ("efd",))
    assert change.part == "Application argocd/kafka-aggregator"
    (gone,) = shown.objects
    assert (gone.app, gone.environments, gone.is_new, gone.claims) == ("kafka-aggregator", ("sandbox",), False, ())
    assert "Namespace kafka-aggregator" in gone.objects
    (lost,) = shown.gone_with
    assert (lost.app, lost.what, lost.objects) == ("kafka-aggregator", "namespaces", ("Namespace kafka-aggregator",))
    assert (lost.environments, lost.stays) == (("sandbox",), False)
    assert change.after is ABSENT
    assert change.before["spec"]["source"]["path"] == "rendered/apps/kafka-aggregator"


def test_a_revision_reaches_the_application(checkout: Path, engine: Engine) -> None:
    edit(checkout / "environments/summit.yaml", "  kapacitor: {}\n", "  kapacitor:\n    targetRevision: v2\n")

    change = only(compare(checkout, engine).shown)

    assert (change.part, change.path) == ("Application argocd/kapacitor", ("spec", "source", "targetRevision"))
    assert (change.before, change.after) == ("HEAD", "v2")


def test_a_chart_that_fails_does_not_hide_the_others(checkout: Path, library: Engine) -> None:
    edit(checkout / "templates/apps/influxdb/values.yaml", 'tag: "1.8.5"', 'tag: "1.8.6"')
    edit(checkout / "templates/apps/kapacitor/values.yaml", 'tag: "1.5.9"', 'tag: "1.6.0"')
    charts = charts_of(checkout)
    charts.archives = {chart: content for chart, content in charts.archives.items() if chart.name != "kapacitor"}

    compared = compare(checkout, library, charts)

    assert {failed.app for failed in compared.failed} == {"kapacitor"}
    assert "run: efdgen charts fetch" in compared.failed[0].error
    assert [str(place) for place in compared.shown.unknown] == ["kapacitor in base", "kapacitor in summit"]
    # What nobody knows is not nothing.
    assert "summit: 1 app, 1 value, 1 app not compared" in changes.summary(compared.shown)
    assert "Deployment influxdb/influxdb" in {change.part for change in compared.shown.changes}


def test_the_renderings_are_in_different_seconds(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(checkout / "environments/summit.yaml", "query_timeout: 900s", "query_timeout: 600s")
    times: list[float] = []

    class Noting(StandIns):
        def archive(self, chart: ChartReference) -> bytes:
            times.append(time.time())
            return super().archive(chart)

    charts = Noting({})
    charts.archives = charts_of(checkout).archives
    monkeypatch.setattr(objectdiff, "_next_second", NEXT_SECOND)
    compare(checkout, engines.choose("sdk"), charts)

    _, first, second, _ = times  # of the side before and the side after, twice
    assert int(first) < int(second)


def test_untouched_apps_are_not_hydrated(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(checkout / "environments/summit.yaml", "query_timeout: 900s", "query_timeout: 600s")
    charts = charts_of(checkout)
    names = asked.noted(monkeypatch)

    compare(checkout, engines.choose("sdk"), charts)

    assert {chart.name for chart in charts.asked} == {"influxdb"}
    # Each side twice, and the parent chart once for it: that says how the app is deployed.
    assert sorted(names) == ["efd"] * 4 + ["influxdb"] * 4


def test_what_is_known_to_be_the_same_again_is_made_once_and_not_again_in_the_next_run(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(checkout / "environments/summit.yaml", "query_timeout: 900s", "query_timeout: 600s")
    edit(checkout / "environments/summit.yaml", "port: 5556", "port: 5557")
    both = diff.compare(checkout, (), None)
    names = asked.noted(monkeypatch)
    waits: list[int] = []
    monkeypatch.setattr(objectdiff, "_next_second", lambda: waits.append(1))

    def compared(charts: StandIns) -> list[str]:
        """Compare with what is kept; return the apps that Helm is asked for. The same is found without."""
        expected = objectdiff.compare(both.trees, both.shown, engines.choose("sdk"), charts)
        assert expected.shown.changes
        names.clear()
        waits.clear()
        helm = asked.keeping(tmp_path / "kept")
        with helmwarnings.once(helm):
            assert objectdiff.compare(both.trees, both.shown, helm, charts) == expected
        return sorted(names)

    # Of the parent chart, its own Applications; of InfluxDB, names and passwords that are made up: it is tried whether
    # they are, then made twice. Both sides of each.
    assert compared(charts_of(checkout)) == ["efd", *["influxdb"] * 6, "kafdrop", "kafdrop"]
    assert compared(charts_of(checkout)) == ["influxdb"] * 4
    assert waits == [1]
    assert compared(StandIns.open(checkout)) == ["influxdb"] * 2
    assert compared(StandIns.open(checkout)) == []
    assert waits == []


# -- what is made up


def item(data: dict[str, Any], source: str = "chart/templates/a.yaml") -> Object:
    return Object(source, data)


def config(name: str, **data: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "n"}, "data": data}


def test_words_that_differ_between_two_renderings_are_masked_and_no_others() -> None:
    one, other = config("c", text="user=a, password=x1"), config("c", text="user=a, password=y2")

    steady = objects.steady([item(one)], [item(other)])

    assert steady["ConfigMap n/c"]["data"] == {"text": f"user=a, password={objects.MADE_UP}"}


def test_an_object_with_a_made_up_name_goes_by_its_template() -> None:
    steady = objects.steady([item(config("c-1", a=1))], [item(config("c-2", a=1))])

    (name,) = steady
    assert name == "ConfigMap of chart/templates/a.yaml"
    assert steady[name]["data"] == {"a": 1}


def test_two_objects_of_one_name_are_both_kept() -> None:
    twice = [item(config("c", a=1)), item(config("c", a=2))]

    assert list(objects.steady(twice, twice)) == ["ConfigMap n/c", "ConfigMap n/c (2)"]


def test_the_command_compares_objects(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from efdgen.cli import command
    from efdgen.helm.charts import cache

    monkeypatch.setattr(cache.LockedCharts, "open", charts_of)
    render.check(checkout)
    edit(checkout / "templates/apps/influxdb/values.yaml", 'tag: "1.8.5"', 'tag: "1.8.6"')

    result = CliRunner().invoke(command, ["diff", "summit", "--hydrate", "--root", str(checkout), "--engine", "sdk"])

    assert result.exit_code == 0, result.output
    assert (
        "summit / influxdb / Deployment influxdb/influxdb / spec.template.spec.containers[server].image: "
        "influxdb:1.8.5 -> influxdb:1.8.6"
    ) in result.stdout
    assert "With Helm" in result.stderr


# -- what can't be known


def test_a_parent_chart_that_fails_makes_its_apps_unknown_and_not_new(checkout: Path) -> None:
    edit(checkout / "environments/summit.yaml", "query_timeout: 900s", "query_timeout: 600s")
    both = diff.compare(checkout, (), None)
    parent = "apps/efd/values-summit.yaml"
    broken = both.trees._replace(before={**both.trees.before, parent: b"env: summit\nkubernetesVersion: 1.21.5\n"})

    compared = objectdiff.compare(broken, both.shown, engines.choose("sdk"), charts_of(checkout))

    assert compared.shown.changes == ()
    assert compared.shown.unknown == (NotCompared("summit", "efd"), NotCompared("summit", "influxdb"))


def test_an_environment_that_goes_lists_its_objects_and_one_that_comes(checkout: Path) -> None:
    (checkout / "environments/tucson-teststand.yaml").rename(checkout / "environments/observatory.yaml")
    edit(checkout / "environments/observatory.yaml", "name: tucson-teststand", "name: observatory")

    compared = compare(checkout, engines.choose("sdk"))

    assert (compared.failed, compared.shown.changes) == ((), ())
    moving = {(each.environments, each.app): each for each in compared.shown.objects}
    apps = ("chronograf", "efd")
    assert set(moving) == {((name,), app) for name in ("observatory", "tucson-teststand") for app in apps}
    assert [each.is_new for _, each in sorted(moving.items())] == [True, True, False, False]
    assert moving[("tucson-teststand",), "efd"].objects == ("Application argocd/chronograf",)
    assert "Namespace chronograf" in moving[("observatory",), "chronograf"].objects
