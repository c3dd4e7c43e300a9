"""The summit's tree, deployed by a real Argo CD to a real API server, by the runbook's own commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from support import needs
from support.checkout import FROZEN

if TYPE_CHECKING:
    from conftest import Stage
    from support.e2e.auditor import Audited
    from support.e2e.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.slow, needs.ARGO_CD.needed]

APPS = set(yaml.safe_load((FROZEN / "environments/summit.yaml").read_text(encoding="utf-8"))["apps"])
FINE = ("Synced", "Healthy", (), ())


def not_fine(stage: Stage) -> dict[str, tuple[object, ...]]:
    return {name: tuple(state) for name, state in stage.states.items() if tuple(state) != FINE}


def test_without_an_environment_or_with_an_unknown_one_nothing_is_created(prepared: Stage) -> None:
    known = "base, ncsa-int, ncsa-stable, sandbox, summit, tucson-teststand"
    assert known in prepared.done["fails_without"].output
    assert known in prepared.done["fails_unknown"].output
    assert set(prepared.states) == {"efd"}


def test_an_application_appears_for_each_app_of_the_spec(deployed: Stage) -> None:
    assert len(APPS) == 11
    assert set(deployed.states) == {"efd", *APPS}


def test_everything_is_synced_and_healthy_and_the_runbook_ends_well(deployed: Stage) -> None:
    assert deployed.done["phases"].output.endswith("Done: sync.\n")
    assert not_fine(deployed) == {}
    assert deployed.namespaces >= APPS


def test_everything_stays_synced_when_the_others_are_synced_again(synced_again: Stage) -> None:
    assert not_fine(synced_again) == {}


def test_an_audit_says_of_a_fresh_site_that_all_is_there(audits: dict[str, Audited]) -> None:
    for way in ("fresh", "by kubectl", "undone"):
        assert audits[way].wrong == set(), way
        assert audits[way].there == {"efd", *APPS}
        assert audits[way].done.status == 0


def test_an_audit_says_what_somebody_did_by_hand(audits: dict[str, Audited]) -> None:
    override = audits["a hand-made override"]
    assert ("different", "influxdb", "set by hand: helm parameter influxdb.image.tag") in override.wrong
    assert "hunter2" not in override.done.output
    automatic = audits["automated sync"]
    assert ("different", "kapacitor", "automated sync is switched on") in automatic.wrong
    drifted = audits["drift"]
    assert drifted.wrong == {("different", "kapacitor", "OutOfSync: ConfigMap kapacitor-values")}
    gone = {each for each in audits["something that is gone"].wrong if each[1] == "kapacitor"}
    assert ("different", "kapacitor", "OutOfSync: Deployment kapacitor") in gone
    assert ("missing", "kapacitor", "its health is Missing") in gone
    for each in (override, automatic, drifted):
        assert each.there >= APPS - {"influxdb", "kapacitor"}
        assert each.done.status == 1


def test_an_audit_says_of_an_application_too_many_what_a_prune_would_delete(one_too_many: Audited) -> None:
    ((status, _, found),) = [each for each in one_too_many.wrong if each[1] == "telegraf-ds"]
    assert status == "different"
    assert found.startswith("no spec has it; a prune would delete ")
    assert " Deployment" in found
    assert one_too_many.there >= APPS - {"telegraf-ds"}


def test_a_changed_value_shows_as_one_line(changed: Stage) -> None:
    from support.e2e.operator import changed_lines

    assert changed_lines(changed.done["deploys"].output) == ["< query_timeout: 900s", "> query_timeout: 600s"]
    assert changed_lines(changed.done["parent"].output) == []
    assert not_fine(changed) == {}


def test_an_app_that_is_removed_goes_and_the_others_stay(removed: Stage) -> None:
    assert "ComparisonError" in removed.done["shows"].output
    assert "requires pruning" in removed.done["fails_plainly"].output
    assert set(removed.states) == {"efd", *APPS} - {"telegraf-ds"}
    assert "telegraf-ds" not in removed.namespaces
    assert APPS - {"telegraf-ds"} <= removed.namespaces
    assert not_fine(removed) == {}


def test_without_the_server_of_the_charts_nothing_new_can_be_rendered(without_charts: Stage) -> None:
    assert "ComparisonError" in without_charts.states["influxdb"].conditions


def test_vendored_charts_are_synced_without_their_server(vendored: Stage, world: World) -> None:
    from support.e2e.operator import changed_lines

    archives = sorted(path.name for path in (world.site.root / "rendered/apps").glob("*/charts/*.tgz"))
    assert len(archives) >= len(APPS)
    assert changed_lines(vendored.done["shown"].output) == ["< query_timeout: 600s", "> query_timeout: 300s"]
    assert not_fine(vendored) == {}


def test_when_all_is_torn_down_the_data_stays(torn_down: Stage, world: World) -> None:
    assert torn_down.states == {}
    # It has no finalizer, on purpose.
    assert torn_down.namespaces & APPS == {"ingress-nginx"}
    volumes = world.api.items("/api/v1/persistentvolumes")
    assert len(volumes) == 12
    assert {each["spec"]["persistentVolumeReclaimPolicy"] for each in volumes} == {"Retain"}
