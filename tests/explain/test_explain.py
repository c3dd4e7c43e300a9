"""Explanations hold: what stands at the named place yields the value, for every leaf of every values file."""

from __future__ import annotations

import functools
import time
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from efdgen.environment import rbac
from efdgen.environment.model import Group, Policy, Rbac
from efdgen.errors import InvalidInputError, Location, UsageError, dotted
from efdgen.explain import defaults, questions
from efdgen.explain.environment import Environment
from efdgen.explain.says import CHART_DEFAULT, DERIVED, Explanation
from efdgen.language import expressions
from efdgen.language.layers import ABSENT, Layer, leaves
from efdgen.repository.model import AppChart, AppDefinition
from efdgen.verbs import render
from efdgen.verbs.explain import explain
from support import places
from support.checkout import edit, names
from support.efd import EFD
from support.repository import overlay


def no_charts(_definition: AppDefinition, _charts: Sequence[AppChart]) -> Sequence[Layer]:
    return ()


def opened(root: Path, environment: str, charts: Any = no_charts) -> Environment:
    return _opened(environment) if (root, charts) == (EFD, no_charts) else explain(root, environment, charts)


@functools.cache
def _opened(environment: str) -> Environment:
    """Open an environment of the EFD, which no test changes, once for all tests."""
    return explain(EFD, environment, no_charts)


def ask(root: Path, environment: str, question: str, charts: Any = no_charts) -> Explanation:
    """Return the one answer to a question."""
    (answer,) = questions.ask(opened(root, environment, charts), question)
    return answer


def places_of(root: Path, explanation: Explanation) -> list[str]:
    """Return each layer with its file and the line there; a star marks the one that wins."""
    return [
        f"{say.layer} {say.location.file}: {line_at(root, say.location)}{' *' * say.wins}" for say in explanation.says
    ]


def line_at(root: Path, location: Location) -> str:
    if not (root / location.file).is_file():
        return str(location.line)
    return (root / location.file).read_text(encoding="utf-8").splitlines()[location.line - 1].strip()


# -- the walk


def verify(root: Path, environment: Environment, found: Explanation) -> None:
    """Check an explanation, and everything that it goes back to, against the files themselves."""
    what = (found.environment, found.app, found.path)
    assert [say.wins for say in found.says].count(True) == 1, what
    for say in found.says:
        if say.layer == CHART_DEFAULT:
            continue  # it stands in no file of the repository
        assert (root / say.location.file).is_file(), what
        if found.path[:1] == ("app",) and found.path[-1] == "name":
            continue  # the folder's name
        assert say.location.line > 0, what
        if say.layer != DERIVED:
            assert stands_there(root, found, say), (what, say)
    winner = found.winner
    assert winner is not None
    if winner.layer == DERIVED:
        derived(root, environment, found)
    elif found.formula:
        assert winner.written == found.formula, what
        result = expressions.evaluate(found.formula, names_of(environment, found))
        assert follow(result, found.within) == (None if found.value is ABSENT else found.value), what
    else:
        assert same(winner.value, found.value), what
    if found.copy_of is not None:
        assert same(found.copy_of.value, found.value), what
    for used in (*([found.copy_of] if found.copy_of else []), *found.inputs):
        other = environment if used.environment == environment.name else opened(root, used.environment)
        verify(root, other, used)


def stands_there(root: Path, found: Explanation, say: Any) -> bool:
    """Say whether a file shows at the named place what a layer is said to have written, and at the right path."""
    source = found.source.path
    below = source[1:] if source[0] == "values" else source
    for node in places.at(root, say.location):
        fits = any(node.path[len(node.path) - n :] == tuple(below[:n]) for n in range(1, len(below) + 1))
        if "pins" in node.path:
            fits = node.path[-1] == "value" and tuple(str(node.path[-2]).split(".")) == tuple(below)
        if fits and same(node.path[-1] if node.is_key else node.value, say.written):
            return True
    return False


def names_of(environment: Environment, found: Explanation) -> Mapping[str, Any]:
    if found.source.app:
        return environment.tree(found.source.app).names
    return ChainMap({"service": found.path[-1]}, environment.facts.names)  # type: ignore[arg-type]


def derived(root: Path, environment: Environment, found: Explanation) -> None:
    """Check a value that no file holds: its rule, evaluated here."""
    winner = found.winner
    assert winner is not None
    line = (root / winner.location.file).read_text(encoding="utf-8").splitlines()[winner.location.line - 1]
    if found.path[-1] == "policy.csv":
        assert line.strip() == "rbac:"
        policies, groups = (used.value for used in found.inputs)
        facts = Rbac("", tuple(Policy(**p) for p in policies), tuple(Group(**g) for g in groups))
        assert found.value == rbac.policy_csv(facts)
        return
    if "syncPolicy" in found.path:
        (written,) = found.inputs
        assert found.value == {key: value for key, value in written.value.items() if value} != written.value
        return
    assert found.value == expressions.evaluate(found.formula, environment.facts.names)
    assert line.strip().startswith(f"{found.formula.rpartition('/')[2]}:")


def follow(data: Any, path: Sequence[str | int]) -> Any:
    for part in path:
        data = data[part]
    return data


def same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def values_files(root: Path, environment: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted((root / "rendered/apps").glob(f"*/values-{environment}.yaml")):
        yield file.parent.name, yaml.safe_load(file.read_text(encoding="utf-8"))


def walk(root: Path, environment: str, charts: Any = no_charts) -> int:
    """Explain every leaf of every values file of an environment, and check each; return how many there are."""
    count = 0
    opened_once = opened(root, environment, charts)
    for app, values in values_files(root, environment):
        for path, value in leaves(values):
            found = opened_once.explain(app, path)
            assert (found.environment, found.path) == (environment, path)
            assert same(found.value, value), (app, path)
            verify(root, opened_once, found)
            count += 1
    return count


@pytest.mark.parametrize("environment", names())
def test_every_leaf_of_every_values_file_is_explained(environment: str) -> None:
    assert walk(EFD, environment) > 30


@pytest.mark.parametrize("environment", ["dome", "lab"])
def test_every_leaf_of_the_small_repository_is_explained(small: Path, environment: str) -> None:
    # A chart that is called like no app, a chart without any values, a path of its own for a secret.
    assert walk(small, environment) > 40


def test_explaining_everything_takes_seconds_at_most() -> None:
    start = time.perf_counter()
    for environment in names():
        found = explain(EFD, environment, no_charts)
        for app, values in values_files(EFD, environment):
            for path, _ in leaves(values):
                found.explain(app, path)
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize("environment", names())
def test_every_leaf_can_be_asked_for_by_its_full_path_or_a_shorter_one(environment: str) -> None:
    found = opened(EFD, environment)
    for app, values in values_files(EFD, environment):
        for path, value in leaves(values):
            if app == "efd" or path[0] != next(reversed(values)):
                continue
            for question in (path, path[1:]):
                if question:
                    (answer,) = questions.ask(found, f"{app}.{dotted(question)}")
                    assert same(answer.value, value)
                    assert answer.path == path[1:]


# -- hosts and secrets


@pytest.mark.parametrize("environment", names())
def test_hosts_are_those_of_the_rendered_tree(environment: str) -> None:
    found = opened(EFD, environment)
    rendered = {}
    for app, values in values_files(EFD, environment):
        rendered.update({(app, service): host for service, host in values.get("hosts", {}).items()})
        if "argocd" in values:
            rendered["efd", "argocd"] = values["argocd"]["host"]
    hosts = [explained.host for explained in found.hosts()]
    assert {(host.app, host.service): host.host for host in hosts if host.kind != "node port"} == rendered
    brokers = [host.host for host in hosts if host.kind == "node port"]
    broker = str(found.resolved.facts.data["kafka"]["broker"])
    assert all(broker.startswith(host) for host in brokers) or environment == "sandbox"
    for host, explanation in found.hosts():
        assert explanation.value == host.host
        verify(EFD, found, explanation)


@pytest.mark.parametrize("environment", names())
def test_secrets_are_those_of_the_rendered_tree(environment: str) -> None:
    found = opened(EFD, environment)
    rendered = set()
    for app, values in values_files(EFD, environment):
        rendered |= {(app, entry["name"], entry["path"]) for entry in values.get("vault", {}).get("secrets", [])}
        if "argocd" in values:
            rendered.add(("efd", "argocd-server-tls", values["argocd"]["tlsVaultPath"]))
    secrets = list(found.secrets())
    assert {(app, secret.name, secret.path) for app, secret, _ in secrets} == rendered
    for _, secret, explanation in secrets:
        assert explanation.value == secret.path
        verify(EFD, found, explanation)


# -- layers


def test_every_layer_that_had_a_say_is_named_the_winner_last(small: Path) -> None:
    found = ask(small, "lab", "store.image.tag")
    assert (found.value, places_of(small, found)) == (
        "1.9.3",
        ['app definition templates/apps/store/values.yaml: tag: "1.9.4"', "spec environments/lab.yaml: value: 1.9.3 *"],
    )
    assert found.says[-1].note == "pinned: 1.9.4 has not been tried here."
    found = ask(small, "lab", "store.config.write_timeout")
    assert [say.written for say in found.says] == ["10s", "60s"]
    assert found.says[-1].layer == "site north"
    assert ask(small, "dome", "store.heapOptions").says[0].layer == "shared facts"


def test_an_app_that_extends_another_has_layers_of_both(small: Path) -> None:
    edit(small / "environments/lab.yaml", "  view:\n", "  archive: {}\n  view:\n")
    overlay(small, {"templates/apps/archive/values.yaml": "image:\n  tag: 2.0.0\n"})
    found = ask(small, "lab", "archive.image.tag")
    assert places_of(small, found) == [
        'app definition templates/apps/store/values.yaml: tag: "1.9.4"',
        "app definition templates/apps/archive/values.yaml: tag: 2.0.0 *",
    ]
    assert ask(small, "lab", "archive.image.repository").says[0].location.file == "templates/apps/store/values.yaml"
    service = ask(small, "lab", "hosts.archive").inputs[0]
    assert (service.value, places_of(small, service)) == (
        "archive",
        ["app definition templates/apps/archive/app.yaml: ingressHosts: [archive] *"],
    )
    render.write(small)
    walk(small, "lab")


def test_null_is_a_value_that_somebody_wrote(small: Path) -> None:
    edit(small / "environments/lab.yaml", "      resources:\n", "      config: null\n      resources:\n")
    found = ask(small, "lab", "store.config")
    assert found.value is None
    assert [(say.written, say.wins) for say in found.says][-1] == (None, True)
    assert [say.layer for say in found.says] == ["app definition", "site north", "spec"]


def test_what_yields_null_is_left_out_and_explained_all_the_same(small: Path) -> None:
    edit(small / "environments/lab.yaml", "      refresh: 5s\n", "      refresh: null\n")
    found = ask(small, "lab", "view.env.REFRESH")
    assert found.value is ABSENT
    assert found.formula == "<% parameters.refresh %>"
    (used,) = found.inputs
    assert (used.value, places_of(small, used)[-1]) == (None, "spec environments/lab.yaml: refresh: null *")


def test_a_list_item_is_found_where_it_stands_even_after_one_that_is_left_out(small: Path) -> None:
    edit(
        small / "templates/apps/view/values.yaml",
        "  - <% host('view') %>\n",
        "  - <% none %>\n  - name: first\n  - <% host('view') %>\n",
    )
    render.write(small)
    assert ask(small, "lab", "view.ingress.hosts[0].name").says[0].location.line == 9
    assert ask(small, "lab", "view.ingress.hosts[1]").says[0].location.line == 10
    assert walk(small, "lab")


def test_a_list_replaces_a_list(small: Path) -> None:
    edit(
        small / "environments/lab.yaml",
        "      refresh: 5s\n",
        "      refresh: 5s\n    values: {ingress: {hosts: [a]}}\n",
    )
    found = ask(small, "lab", "view.ingress.hosts[0]")
    assert [say.written for say in found.says] == ["<% host('view') %>", "a"]
    assert (found.value, found.says[-1].wins) == ("a", True)
    # What the losing expression would yield is said as well.
    assert found.says[0].value == "view-lab.example.org"


def test_an_expression_that_loses_is_no_formula(small: Path) -> None:
    edit(small / "environments/lab.yaml", "        size: 20Gi\n", "        size: 20Gi\n        storageClass: fast\n")
    found = ask(small, "lab", "store.persistence.storageClass")
    assert (found.value, found.formula) == ("fast", "")
    assert found.says[0].value == "local-path"


def test_a_map_over_an_expression_wins(small: Path) -> None:
    edit(
        small / "environments/lab.yaml", "      s3Sink:\n", "      influxdbSink: {own: {tasksMax: 9}}\n      s3Sink:\n"
    )
    render.write(small)
    found = ask(small, "lab", "link.influxdbSink.own.tasksMax")
    assert [(say.layer, say.value) for say in found.says] == [("app definition", ABSENT), ("spec", 9)]
    walk(small, "lab")


# -- what expressions yield


def test_a_leaf_of_what_an_expression_yields_is_followed_to_its_parameter(small: Path) -> None:
    for question, path, place in (
        ("main.tasksMax", "main.tasksMax", "spec environments/lab.yaml: tasksMax: 2 *"),
        ("events.topicRegex", "events.topicRegex", "spec environments/lab.yaml: topicRegex: lsst.sal.events.* *"),
    ):
        found = ask(small, "lab", f"link.influxdbSink.{question}")
        assert found.copy_of is not None
        assert found.copy_of.path == ("parameters", "influxdbSinks", *path.split("."))
        assert places_of(small, found.copy_of)[-1] == place
    found = ask(small, "lab", "link.influxdbSink.events.enabled")
    assert found.within == ("events", "enabled")
    assert found.copy_of is not None
    assert (found.copy_of.value, places_of(small, found.copy_of)) == (
        True,
        ["app definition templates/apps/link/app.yaml: enabled: true *"],
    )
    assert found.inputs == ()


def test_a_name_is_followed_to_its_key(small: Path) -> None:
    found = ask(small, "lab", "link.influxdbSink.events.name")
    assert found.copy_of is not None
    assert places_of(small, found.copy_of) == ["spec environments/lab.yaml: events: *"]
    verify(small, opened(small, "lab"), found)


def test_nulls_and_empty_maps_are_followed_too(small: Path) -> None:
    edit(small / "templates/apps/view/app.yaml", "  refresh: 10s\n", "  refresh: 10s\n  more: {size: null, map: {}}\n")
    edit(small / "templates/apps/view/values.yaml", "env:\n", "more: <% parameters.more %>\nenv:\n")
    for key in ("size", "map"):
        found = ask(small, "lab", f"view.more.{key}")
        assert found.copy_of is not None
        assert found.copy_of.path == ("parameters", "more", key)
    render.write(small)
    assert walk(small, "lab")


def test_the_facts_of_another_environment_are_followed_there(small: Path) -> None:
    found = ask(small, "lab", "link.mirrorMaker2.sourceClusterBootstrapServers")
    assert found.copy_of is not None
    assert (found.copy_of.environment, found.copy_of.path) == ("dome", ("kafka", "broker"))
    (host,) = found.copy_of.inputs
    assert (host.environment, host.value) == ("dome", "broker-dome.dome.example.org")


def test_a_host_is_an_exception_or_what_the_pattern_makes(small: Path) -> None:
    found = ask(small, "dome", "view.hosts.view")
    assert (found.formula, places_of(small, found)) == (
        "",
        ["spec environments/dome.yaml: view: status.dome.example.org *"],
    )
    found = ask(small, "dome", "store.hosts.store")
    assert found.formula == "<% service %>-<% name %>.<% domain %>"
    assert {used.path[0]: used.value for used in found.inputs} == {
        "service": "store",
        "name": "dome",
        "domain": "dome.example.org",
    }


def test_an_application_has_settings_of_its_own_or_those_of_the_facts(small: Path) -> None:
    policy = "    syncPolicy: {automated: {prune: true}}\n    targetRevision: v1\n"
    edit(small / "environments/lab.yaml", "  link:\n", f"  link:\n{policy}")
    edit(small / "environments/lab.yaml", "argocd:\n", "argocd:\n  syncPolicy: {automated: {prune: false}}\n")
    render.write(small)
    found = ask(small, "lab", "efd.applications.link.syncPolicy")
    assert (found.value, places_of(small, found)) == (
        True,
        ["spec environments/lab.yaml: syncPolicy: {automated: {prune: true}} *"],
    )
    found = ask(small, "lab", "efd.applications.view.syncPolicy")
    assert (found.value, found.formula) == ({}, "what is written, without values that are empty")
    (written,) = found.inputs
    assert (written.value, written.says[-1].location.file) == ({"prune": False}, "environments/lab.yaml")
    assert ask(small, "lab", "efd.applications.link.targetRevision").value == "v1"
    walk(small, "lab")


def test_a_secret_has_a_path_of_its_own_or_the_prefix(small: Path) -> None:
    assert ask(small, "lab", "link.vault.secrets[0].path").formula == "<% vault.pathPrefix %>/store-auth"
    assert places_of(small, ask(small, "lab", "link.vault.secrets[0].path")) == [
        "app definition templates/apps/link/app.yaml: path: <% vault.pathPrefix %>/store-auth *"
    ]
    assert ask(small, "lab", "link.vault.secrets[1].path").says[0].layer == DERIVED


def test_a_secret_that_is_there_on_a_condition_says_so(small: Path) -> None:
    found = ask(small, "lab", "link.vault.secrets[1].name")
    assert found.value == "aws-secret"
    (when,) = found.inputs
    assert (when.path, when.value) == (("secrets", "aws-secret", "when"), True)
    (enabled,) = when.inputs if when.copy_of is None else (when.copy_of,)
    assert enabled.path == ("values", "s3Sink", "enabled")
    assert ask(small, "lab", "link.vault.secrets[0].name").inputs == ()


# -- chart defaults

CHART = "image:\n  tag: 1.0.0\nreplicas: 3\nconfig:\n  region: eu\n  extra: 1\nsub:\n  port: 81\nnodes: {}\n"
SUBCHART = "port: 80\nname: sub\n"


def charts(definition: AppDefinition, _charts: Sequence[AppChart]) -> Sequence[Layer]:
    if definition.name != "store":
        return ()
    return defaults.layers("store-chart-1.2.3.tgz:", {"": CHART, "sub": SUBCHART})


def test_the_chart_s_own_value_is_the_lowest_layer(small: Path) -> None:
    found = ask(small, "lab", "store.image.tag", charts)
    assert places_of(small, found) == [
        f"{CHART_DEFAULT} store-chart-1.2.3.tgz:values.yaml: 2",
        'app definition templates/apps/store/values.yaml: tag: "1.9.4"',
        "spec environments/lab.yaml: value: 1.9.3 *",
    ]


def test_the_charts_own_values_change_nothing_about_what_is_rendered(small: Path) -> None:
    assert walk(small, "lab", charts) == walk(small, "lab")


def test_a_chart_is_opened_once_and_only_for_its_values(small: Path) -> None:
    asked = []

    def counted(definition: AppDefinition, _charts: Sequence[AppChart]) -> Sequence[Layer]:
        asked.append(definition.name)
        return ()

    found = opened(small, "lab", counted)
    assert [*found.hosts(), *found.secrets(), *questions.ask(found, "kafka"), *questions.ask(found, "efd")]
    assert asked == []
    questions.ask(found, "store.image.tag")
    questions.ask(found, "store")
    assert asked == ["store"]


def test_a_value_that_only_the_chart_sets_is_explained(small: Path) -> None:
    found = ask(small, "lab", "store.replicas", charts)
    assert (found.value, places_of(small, found)) == (3, ["chart default store-chart-1.2.3.tgz:values.yaml: 3 *"])
    found = ask(small, "lab", "store.sub.port", charts)
    assert (found.value, [say.value for say in found.says]) == (81, [80, 81])
    found = ask(small, "lab", "store.sub.name", charts)
    assert places_of(small, found) == ["chart default store-chart-1.2.3.tgz:charts/sub/values.yaml: 2 *"]
    with pytest.raises(UsageError):
        ask(small, "lab", "store.replicas")


def test_null_takes_the_chart_s_own_value_away(small: Path) -> None:
    edit(small / "environments/lab.yaml", "      resources:\n", "      config: null\n      resources:\n")
    found = ask(small, "lab", "store.config", charts)
    assert found.value is None
    below = opened(small, "lab", charts).setting("store", ("values", "config", "extra"))
    assert below.value is ABSENT
    assert [(say.layer, say.wins) for say in below.says] == [(CHART_DEFAULT, False), ("spec", True)]


def test_a_chart_s_values_may_hold_what_is_no_expression(small: Path) -> None:
    def odd(_definition: AppDefinition, _charts: Sequence[AppChart]) -> Sequence[Layer]:
        return defaults.layers("odd.tgz:", {"": "replicas: <% no %>\nimage: {tag: <% no %>}\n"})

    found = ask(small, "lab", "store.replicas", odd)
    assert (found.value, found.formula) == ("<% no %>", "")
    found = ask(small, "lab", "store.image.tag", odd)
    assert (found.value, found.says[0].value) == ("1.9.3", "<% no %>")


# -- questions


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("store.persistence.size", ("persistence", "size")),
        ("store.store-chart.persistence.size", ("persistence", "size")),
        ("store['persistence']['size']", ("persistence", "size")),
        (
            "store.ingress.annotations.kubernetes.io/ingress.class",
            ("ingress", "annotations", "kubernetes.io/ingress.class"),
        ),
        ("store.kubernetesVersion", ("kubernetesVersion",)),
        ("store.vault.secrets[1].name", ("vault", "secrets", 1, "name")),
        ("store.vault.secrets.1.name", ("vault", "secrets", 1, "name")),
        ("view.parameters.refresh", ("parameters", "refresh")),
        ("kafka.broker", ("kafka", "broker")),
        ("hosts.broker", ("hosts", "broker")),
        ("hostPattern", ("hostPattern",)),
        ("links.dome", ("links", "dome")),
        ("efd.applications.store.path", ("applications", "store", "path")),
    ],
)
def test_a_question_finds_its_value(small: Path, question: str, path: tuple[str | int, ...]) -> None:
    found = ask(small, "lab", question)
    assert found.path == path
    if path != ("hostPattern",):
        verify(small, opened(small, "lab"), found)


def test_a_question_about_a_map_is_about_each_leaf(small: Path) -> None:
    found = questions.ask(opened(small, "lab"), "store.image")
    assert [answer.path[-1] for answer in found] == ["repository", "tag", "pullPolicy"]
    found = questions.ask(opened(small, "lab"), "store")
    (values,) = [values for app, values in values_files(small, "lab") if app == "store"]
    assert [answer.value for answer in found] == [value for _, value in leaves(values)]


def test_a_fact_that_an_expression_makes_null_is_explained_and_listed(small: Path) -> None:
    environment = opened(small, "dome")
    (found,) = questions.ask(environment, "kafka.storageClass")
    assert found.value is None
    assert [say.written for say in found.says] == ["<% cluster.storageClass %>"]
    assert ("kafka", "storageClass") in [answer.path for answer in questions.facts(environment)]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("stor", "lab has no app and no fact 'stor': did you mean 'store'?"),
        ("attic", "lab has no app and no fact 'attic': known: "),
        ("archive.image.tag", "archive is not deployed in lab: environments/lab.yaml does not list it"),
        ("store.persistance.size", "store in lab has no value 'persistance.size': did you mean 'persistence.size'?"),
        ("store.persistance.sise", "store in lab has no value 'persistance.sise': did you mean 'persistence'?"),
        ("store.persistence.sise", "did you mean 'persistence.size'?"),
        ("store.persistence.size.unit", "persistence.size holds nothing below it"),
        ("store.vault.secrets[7].name", "in vault.secrets: known: [0], [1]"),
        ("kafka.brokr", "lab has no fact 'kafka.brokr': did you mean 'kafka.broker'?"),
        ("efd.applications.storr.path", "efd in lab has no value 'applications.storr.path': did you mean "),
    ],
)
def test_a_question_that_leads_nowhere_is_wrong_usage(small: Path, question: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        questions.ask(opened(small, "lab"), question)
    assert message in str(caught.value)


def test_an_unknown_environment_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="did you mean 'summit'"):
        opened(EFD, "sumit")


def test_what_is_wrong_in_the_spec_is_said_and_what_is_wrong_elsewhere_is_not_asked(small: Path) -> None:
    edit(small / "environments/dome.yaml", "place: the dome\n", "place: <% nowhere %>\n")
    edit(small / "environments/lab.yaml", "  link:\n", "  links:\n")
    with pytest.raises(InvalidInputError):
        opened(small, "lab")
    with pytest.raises(InvalidInputError):
        opened(small, "dome")
    edit(small / "environments/lab.yaml", "  links:\n    param", "  link:\n    param")
    assert ask(small, "lab", "store.persistence.size").value == "20Gi"
