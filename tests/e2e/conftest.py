"""What the end-to-end tests share: one cluster, in which an environment is brought up, changed and torn down once.

Each stage is a fixture that builds on the one before, so the tests can come in any order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from support.e2e.auditor import Audited
    from support.e2e.operator import Done
    from support.e2e.states import State
    from support.e2e.world import World

ENVIRONMENT = "summit"

_WORLDS: list[World] = []
"""The one that runs, for the logs of a test that fails."""


class Stage(NamedTuple):
    """What was typed, and what Argo CD said afterwards.

    Attributes:
        done: what came of each thing that was typed, by what it was.
        states: what Argo CD said in the end, by Application.
        namespaces: those that were there in the end.
    """

    done: dict[str, Done]
    states: dict[str, State]
    namespaces: set[str]


def stage(world: World, **done: Done) -> Stage:
    """Look at the cluster once more; a command that failed is a failure of the stage."""
    from support.e2e.operator import LOG
    from support.e2e.processes import tail
    from support.e2e.states import FINE, states

    for what, each in done.items():
        # What is to fail is called so.
        assert (each.status != 0) is what.startswith("fails"), f"{what}: status {each.status}\n{tail(each.output)}"
    found = states(world.api)
    fine = sum(state == FINE for state in found.values())
    LOG.info("%d Applications: %d of them Synced and Healthy", len(found), fine)
    namespaces = {each["metadata"]["name"] for each in world.api.items("/api/v1/namespaces")}
    return Stage(done, found, namespaces)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A cluster with Argo CD, on which nothing is deployed yet."""
    from support.e2e import programs
    from support.e2e.world import world

    missing = programs.missing()
    if missing:
        pytest.exit(programs.complaint(missing), 1)
    with world(tmp_path_factory.mktemp("e2e"), ENVIRONMENT) as started:
        _WORLDS.append(started)
        yield started
        _WORLDS.clear()


@pytest.fixture(scope="session")
def prepared(world: World) -> Stage:
    """Argo CD knows the app of apps, and the operator's secret is there."""
    create = world.site.step("app-of-apps").partition("\nargocd app get")[0].replace("app create efd", "app create bad")
    return stage(
        world,
        phases=world.operator.runs_phases("argocd", "vault"),
        fails_without=world.operator.types(create.replace(f"env={ENVIRONMENT}", "env="), "create without env"),
        fails_unknown=world.operator.types(
            create.replace(f"env={ENVIRONMENT}", "env=bad"), "create with an unknown env"
        ),
    )


@pytest.fixture(scope="session")
def deployed(world: World, prepared: Stage) -> Stage:
    """Everything was synced, as the runbook says."""
    assert set(prepared.states) == {"efd"}
    phases = world.operator.runs_phases("sync")
    return stage(world, phases=phases, looked=looks(world))


@pytest.fixture(scope="session")
def synced_again(world: World, deployed: Stage) -> Stage:
    """Every app was synced once more, and then compared anew."""
    commands = "\n".join(f"argocd app sync {name}" for name in sorted(deployed.states) if name != "efd")
    return stage(world, synced=world.operator.types(commands, "sync every app again"), looked=looks(world))


@pytest.fixture(scope="session")
def audits(world: World, synced_again: Stage) -> dict[str, Audited]:
    """What audits say while somebody meddles with the site, and undoes it."""
    assert "influxdb" in synced_again.states
    audits = {"fresh": world.auditor.asks(), "by kubectl": world.auditor.asks(by_kubectl=True)}
    for name, (meddles, undoes) in MEDDLING.items():
        done = world.operator.types(meddles, name)
        assert done.status == 0, done.output
        audits[name] = world.auditor.asks()
        undone = world.operator.types(undoes, f"undo: {name}")
        assert undone.status == 0, undone.output
    looks(world)
    audits["undone"] = world.auditor.asks()
    return audits


_LOOKS = "argocd app get kapacitor --refresh"
_PATCH = '{"data": {"values.yaml": "no"}}'

MEDDLING = {
    "a hand-made override": (
        "argocd app set influxdb --parameter influxdb.image.tag=hunter2 --sync-policy none",
        "argocd app unset influxdb --parameter influxdb.image.tag",
    ),
    "automated sync": (
        "argocd app set kapacitor --sync-policy automated",
        "argocd app set kapacitor --sync-policy none",
    ),
    "drift": (
        f"kubectl -n kapacitor patch configmap kapacitor-values --type merge --patch '{_PATCH}'\n{_LOOKS}",
        f"argocd app sync kapacitor\n{_LOOKS}",
    ),
    "something that is gone": (
        f"kubectl -n kapacitor delete deployment kapacitor\n{_LOOKS}",
        "argocd app sync kapacitor\nargocd app wait kapacitor --health --timeout 120",
    ),
}
"""What somebody does by hand, and how it is undone."""


@pytest.fixture(scope="session")
def changed(world: World, audits: dict[str, Audited]) -> Stage:
    """A value was changed in the spec, and deployed as the runbook says."""
    from support.checkout import edit

    assert audits["undone"].there
    edit(world.site.spec, "query_timeout: 900s", "query_timeout: 600s")
    world.site.publish("Wait less for queries")
    return stage(
        world,
        parent=world.operator.types("argocd app diff efd --refresh"),
        deploys=world.operator.does("deploy-a-change"),
        looked=looks(world),
    )


@pytest.fixture(scope="session")
def one_too_many(world: World, changed: Stage) -> Audited:
    """What an audit says when an app was taken out of the spec, and its Application is still there."""
    from support.checkout import edit

    assert "telegraf-ds" in changed.states
    edit(world.site.spec, "  telegraf-ds: {}\n", "")
    world.site.publish("Take telegraf-ds out")
    looks(world)
    return world.auditor.asks()


@pytest.fixture(scope="session")
def removed(world: World, one_too_many: Audited) -> Stage:
    """An app was taken out of the spec, and removed from the cluster as the runbook says."""
    assert one_too_many.there
    return stage(
        world,
        shows=world.operator.types("argocd app get telegraf-ds --refresh"),
        fails_plainly=world.operator.types("argocd app get efd --refresh >/dev/null; argocd app sync efd"),
        removes=world.operator.does("remove-an-app"),
        waits=world.operator.types("kubectl wait --for=delete namespace/telegraf-ds --timeout=120s"),
        looked=looks(world),
    )


@pytest.fixture(scope="session")
def without_charts(world: World, removed: Stage) -> Stage:
    """The server of the charts was stopped, and then a value was changed: Argo CD can't render that."""
    from support.checkout import edit

    assert "influxdb" in removed.states
    world.site.fetch_charts()
    world.stop_charts()
    edit(world.site.spec, "query_timeout: 600s", "query_timeout: 300s")
    world.site.publish("Wait even less for queries")
    return stage(world, looked=looks(world))


@pytest.fixture(scope="session")
def vendored(world: World, without_charts: Stage) -> Stage:
    """The charts were put into the tree, still without their server, and everything was synced."""
    assert "influxdb" in without_charts.states
    world.site.vendor("Bring the charts along")
    compared = looks(world)
    shown = world.operator.types("argocd app diff influxdb || true", "what the change is")
    names = " ".join(sorted(without_charts.states))
    synced = world.operator.types(f"for app in {names}; do argocd app sync $app; done", "sync every app, vendored")
    return stage(world, compared=compared, shown=shown, synced=synced, looked=looks(world))


@pytest.fixture(scope="session")
def torn_down(world: World, vendored: Stage) -> Stage:
    """Everything was deleted, as the runbook says."""
    assert "efd" in vendored.states
    return stage(world, checked=world.operator.does("teardown-check"), deleted=world.operator.does("delete-apps"))


def looks(world: World) -> Done:
    """Let Argo CD compare each Application anew."""
    from support.e2e.states import states

    commands = "\n".join(f"argocd app get {name} --hard-refresh >/dev/null" for name in sorted(states(world.api)))
    return world.operator.types(commands, "compare every app anew")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Show what the processes said last, where a test fails."""
    report: Any = yield
    if report.failed:
        for running in _WORLDS:
            report.sections += [(f"the end of the log of {name}", end) for name, end in running.processes.ends()]
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep all of them in one process: they share a cluster."""
    for item in items:
        if item.get_closest_marker("e2e"):
            item.add_marker(pytest.mark.xdist_group("e2e"))
