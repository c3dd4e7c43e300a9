"""What went wrong in the hand-written repository, one test an incident.

Each shows that it can't happen any more, or that it is refused, and with which code (docs/diagnostics.md).
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python
import pytest

from efdgen.output import layout
from efdgen.verbs import render
from support.charts import applications, everything, of_kind, parent
from support.checkout import changes, codes, edit, found, names, snapshot
from support.efd import EFD
from support.parsers import libyaml
from support.warm import efdgen

SUMMIT = "environments/summit.yaml"


def values_files(root: Path, environment: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the values files of an environment, by app."""
    for path in sorted((root / "rendered/apps").glob(f"*/values-{environment}.yaml")):
        yield path.parent.name, libyaml(path.read_text(encoding="utf-8"))


def vault_paths(root: Path, environment: str) -> dict[tuple[str, str], str]:
    """Return the path of each VaultSecret that Helm yields for an environment, by app and name."""
    return {
        (app, item["metadata"]["name"]): item["spec"]["path"]
        for app, item in everything(root, environment)
        if item["kind"] == "VaultSecret"
    }


def shared(tree: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files of charts that all environments share."""
    return {
        path: content
        for path, content in tree.items()
        if layout.is_in_chart(path) and layout.environment_of(path) is None
    }


def but_for_the_fleet_s_page(before: dict[str, bytes], after: dict[str, bytes]) -> dict[str, str]:
    """Return what happened to each file but the page about all environments, which it must have changed."""
    different = changes(before, after)
    assert different.pop(layout.FLEET) == "changed"
    return different


def test_01_removing_an_environment_leaves_the_shared_templates_as_they_are(checkout: Path) -> None:
    before = snapshot(checkout / "rendered")
    # The summit must stay: others are linked to it (E402 otherwise).
    for environment in sorted(set(names()) - {"summit"}):
        spec = checkout / f"environments/{environment}.yaml"
        text = spec.read_bytes()
        spec.unlink()
        render.write(checkout)
        after = but_for_the_fleet_s_page(before, snapshot(checkout / "rendered"))
        assert set(after.values()) == {"removed"}
        assert {layout.environment_of(path) for path in after} == {environment}
        spec.write_bytes(text)
        render.write(checkout)
    assert snapshot(checkout / "rendered") == before
    (checkout / SUMMIT).unlink()
    assert codes(checkout) == {"E402"}


def test_02_a_file_that_no_yaml_parser_accepts_is_refused_and_reported(checkout: Path) -> None:
    broken = checkout / "rendered/apps/influxdb/values-base.yaml"
    broken.write_text(broken.read_text(encoding="utf-8").replace("  image:", "  image: x: y"), encoding="utf-8")
    assert render.check(checkout).edited == ("apps/influxdb/values-base.yaml",)
    assert efdgen("check", cwd=checkout).returncode == 1
    edit(checkout / SUMMIT, "  kapacitor: {}\n", "  kapacitor: {}\n   telegraf: {}\n")
    assert codes(checkout) == {"E103"}
    assert efdgen("render", cwd=checkout).returncode == 3


def test_03_the_vault_path_of_every_app_follows_from_one_line(checkout: Path) -> None:
    before = vault_paths(checkout, "summit")
    edit(checkout / SUMMIT, "name: summit\n", "name: summit\nvault:\n  pathPrefix: secret/dm/elsewhere\n")
    render.write(checkout)
    after = vault_paths(checkout, "summit")
    assert len({app for app, _ in before}) > 5
    assert after.keys() == before.keys()
    for (app, name), path in after.items():
        assert path == f"secret/dm/elsewhere/{'tls-certs' if app == 'efd' else name}"


def test_04_moving_a_vault_prefix_misses_nothing_and_leaves_other_environments_alone(checkout: Path) -> None:
    before = snapshot(checkout / "rendered")
    others = {name: vault_paths(checkout, name) for name in names() if name != "sandbox"}
    old = "secret/dm/square/efd/sandbox"
    edit(checkout / "environments/sandbox.yaml", old, "secret/k8s_operator/efd-sandbox")
    render.write(checkout)
    after = snapshot(checkout / "rendered")
    assert {layout.environment_of(path) for path in but_for_the_fleet_s_page(before, after)} == {"sandbox"}
    assert not any(old.encode() in content for content in after.values())
    for name, paths in others.items():
        assert vault_paths(checkout, name) == paths
        assert all(paths.values())


@pytest.mark.parametrize(
    "path", ["secret/k8s_operator/base-lsp.lsst.codes/efd/influxdb-auth", "secret/dm/square/efd/sandbox/influxdb-auth"]
)
def test_05_another_environment_s_vault_path_is_refused(inputs: Path, path: str) -> None:
    settings = f"  kapacitor:\n    secrets:\n      influxdb-auth:\n        path: {path}\n"
    edit(inputs / SUMMIT, "  kapacitor: {}\n", settings)
    assert codes(inputs) == {"E503"}


def test_05_another_environment_s_vault_prefix_is_refused(inputs: Path) -> None:
    prefix = "name: summit\nvault:\n  pathPrefix: secret/dm/square/efd/sandbox\n"
    edit(inputs / SUMMIT, "name: summit\n", prefix)
    assert "E503" in codes(inputs, SUMMIT)


def test_06_a_new_app_is_deployed_nowhere(checkout: Path) -> None:
    before = snapshot(checkout / "rendered")
    shutil.copytree(checkout / "templates/apps/kafdrop", checkout / "templates/apps/novelty")
    render.write(checkout)
    after = changes(before, snapshot(checkout / "rendered"))
    assert set(after.values()) == {"added"}
    assert {layout.environment_of(path) for path in after} == {None}
    for name in names():
        assert "novelty" not in applications(checkout, {"env": name})


def test_07_every_enabled_app_has_its_values_file(checkout: Path) -> None:
    for name in names():
        for application in applications(checkout, {"env": name}).values():
            source = application["spec"]["source"]
            for file in source["helm"]["valueFiles"]:
                assert (checkout / source["path"] / file).is_file()
    edit(checkout / SUMMIT, "  kapacitor: {}\n", "  kapacitr: {}\n")
    (problem,) = found(checkout)
    assert (problem.code, problem.hint) == ("E402", "did you mean 'kapacitor'?")


def test_08_a_host_copied_from_another_environment_is_refused(inputs: Path) -> None:
    edit(inputs / SUMMIT, "name: summit\n", "name: summit\nhosts:\n  influxdb: influxdb-base-efd.lsst.codes\n")
    assert codes(inputs) == {"E501"}


def test_08_a_host_copied_into_values_is_refused(inputs: Path) -> None:
    copied = "      ingress:\n        hostname: chronograf-base-efd.lsst.codes\n        annotations:\n"
    edit(inputs / SUMMIT, "      ingress:\n        annotations:\n", copied)
    assert codes(inputs) == {"E503", "E513"}


def test_08_a_whole_spec_copied_with_its_hosts_is_refused(inputs: Path) -> None:
    shutil.copyfile(inputs / "environments/ncsa-stable.yaml", inputs / "environments/ncsa-test.yaml")
    edit(inputs / "environments/ncsa-test.yaml", "name: ncsa-stable\n", "name: ncsa-test\n")
    assert codes(inputs) >= {"E501"}


def test_09_there_is_no_default_environment_to_flip(checkout: Path) -> None:
    assert libyaml((checkout / "rendered/apps/efd/values.yaml").read_bytes()) == {"env": ""}
    with pytest.raises(helm_python.HelmError, match="no environment; set env to one of: base, "):
        parent(checkout, {})


def test_10_a_tag_in_the_app_definition_reaches_every_environment_that_has_no_pin(checkout: Path) -> None:
    edit(checkout / "templates/apps/influxdb/values.yaml", '  tag: "1.8.5"\n', '  tag: "1.8.10"\n')
    render.write(checkout)
    tags = {
        name: values["influxdb"]["image"]["tag"]
        for name in names()
        for app, values in values_files(checkout, name)
        if app == "influxdb"
    }
    assert tags == {**dict.fromkeys(["base", "ncsa-int", "ncsa-stable", "summit"], "1.8.10"), "sandbox": "1.8.3"}


def test_10_a_pin_is_visible_and_explained(checkout: Path) -> None:
    pin = '  kapacitor:\n    pins:\n      image.tag:\n        value: "1.5.8"\n        reason: The summit is last.\n'
    edit(checkout / SUMMIT, "  kapacitor: {}\n", pin)
    render.write(checkout)
    (kapacitor,) = (values for app, values in values_files(checkout, "summit") if app == "kapacitor")
    assert kapacitor["kapacitor"]["image"]["tag"] == "1.5.8"
    table = efdgen("list", "summit", cwd=checkout).stdout
    assert re.search(r"summit +kapacitor +image\.tag +1\.5\.8 +The summit is last\.", table)
    listed = json.loads(efdgen("list", "summit", "--format", "json", cwd=checkout).stdout)
    (pins,) = (app["pins"] for app in listed["environments"][0]["apps"] if app["name"] == "kapacitor")
    assert pins == [{"path": "image.tag", "value": "1.5.8", "reason": "The summit is last."}]


@pytest.mark.parametrize(("reason", "code"), [("", "E202"), ('        reason: ""\n', "E206")])
def test_10_a_pin_without_a_reason_is_refused(inputs: Path, reason: str, code: str) -> None:
    pin = f'  kapacitor:\n    pins:\n      image.tag:\n        value: "1.5.8"\n{reason}'
    edit(inputs / SUMMIT, "  kapacitor: {}\n", pin)
    assert codes(inputs) == {code}


def test_10_a_tag_held_back_without_a_pin_does_not_go_unnoticed(inputs: Path) -> None:
    lag = '  kapacitor:\n    values:\n      image:\n        tag: "1.5.8"\n'
    edit(inputs / SUMMIT, "  kapacitor: {}\n", lag)
    assert len(found(inputs)) == 1


def test_11_the_env_value_is_the_file_s_own_environment(inputs: Path) -> None:
    for name in names():
        for _, values in values_files(inputs, name):
            assert values["env"] == name
    edit(inputs / "environments/ncsa-stable.yaml", "name: ncsa-stable\n", "name: ncsa-int\n")
    assert "E401" in codes(inputs, "environments/ncsa-stable.yaml")


def test_11_another_environment_s_name_among_the_values_is_refused(inputs: Path) -> None:
    edit(
        inputs / "environments/ncsa-stable.yaml",
        "  kapacitor: {}\n",
        "  kapacitor:\n    values:\n      envVars:\n        env: ncsa-int\n",
    )
    assert "E503" in codes(inputs, "environments/ncsa-stable.yaml")


def test_12_a_connector_s_name_that_is_not_its_key_is_refused(inputs: Path) -> None:
    named = "        influxdb-sink:\n          name: influxdb-mtm2\n"
    edit(inputs / SUMMIT, "        influxdb-sink: {}\n", named)
    assert codes(inputs) == {"E508"}


def test_12_a_connector_is_named_after_its_key() -> None:
    for name in names():
        for app, values in values_files(EFD, name):
            if app == "kafka-connect-manager":
                sinks = values["kafka-connect-manager"]["influxdbSink"]
                odd = {key for key, sink in sinks.items() if sink["name"] != key}
                assert odd == ({"influxdb-atarchiver"} if name == "ncsa-stable" else set())


@pytest.mark.parametrize(("version", "code"), [("1.3", "E204"), ('"1.3"', "E206"), ('"1.3.x"', "E206"), ("^1", "E206")])
def test_13_a_chart_version_that_is_not_exact_is_refused(inputs: Path, version: str, code: str) -> None:
    edit(inputs / "templates/apps/kapacitor/app.yaml", 'version: "1.3.0"', f"version: {version}")
    assert codes(inputs) == {code}


def test_13_chart_versions_are_exact_text_in_the_tree() -> None:
    for chart in (EFD / "rendered/apps").glob("*/Chart.yaml"):
        for dependency in libyaml(chart.read_bytes()).get("dependencies", ()):
            assert re.fullmatch(r"\d+\.\d+\.\d+", dependency["version"])


def test_14_an_override_that_the_chart_no_longer_reads_is_reported(inputs: Path) -> None:
    renamed = "  kapacitor:\n    values:\n      persistance:\n        size: 20Gi\n"
    edit(inputs / SUMMIT, "  kapacitor: {}\n", renamed)
    (problem,) = found(inputs)
    assert (problem.code, problem.location.file) == ("W511", SUMMIT)
    assert problem.hint == "did you mean 'persistence'?"


def test_14_the_keys_of_every_chart_are_known() -> None:
    charts = {path.parent.name for path in (EFD / "templates/apps").glob("*/chart-keys.yaml")}
    apps = {path.parent.name for path in (EFD / "templates/apps").glob("*/app.yaml")}
    assert apps - charts <= {"influxdb-staging"}


def test_15_a_misspelt_host_is_refused(inputs: Path) -> None:
    hosts = "hosts:\n  chronograf: chronograf-tuscon-teststand-efd.lsst.codes\n"
    edit(inputs / "environments/tucson-teststand.yaml", "name: tucson-teststand\n", f"name: tucson-teststand\n{hosts}")
    assert codes(inputs) == {"E512"}


def test_16_a_new_environment_takes_one_file_and_only_adds_files(checkout: Path) -> None:
    before = snapshot(checkout / "rendered")
    shutil.copyfile(checkout / SUMMIT, checkout / "environments/antu.yaml")
    edit(checkout / "environments/antu.yaml", "name: summit\nplace: the Summit\n", "name: antu\nplace: Cerro Antu\n")
    render.write(checkout)
    after = snapshot(checkout / "rendered")
    different = but_for_the_fleet_s_page(before, after)
    assert set(different.values()) == {"added"}
    assert {layout.environment_of(path) for path in different} == {"antu"}
    assert shared(after) == shared(before)
    assert len(applications(checkout, {"env": "antu"})) == 11
    assert of_kind(parent(checkout, {"env": "antu"}), "Ingress")[0]["spec"]["rules"][0]["host"] == (
        "argocd-antu.lsst.codes"
    )
