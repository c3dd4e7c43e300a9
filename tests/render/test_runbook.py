"""The runbooks: complete, true to the rendered tree, and made of what the tools accept."""

from __future__ import annotations

import functools
import itertools
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from efdgen import cli
from efdgen.environment import secrets
from efdgen.language.documents import Fence
from efdgen.output import layout
from efdgen.render.runbook import read
from efdgen.render.runbook.markdown import markdown
from efdgen.render.runbook.model import Phase, Runbook, Step
from efdgen.render.runbook.script import script
from efdgen.verbs import project, render
from support import needs
from support.charts import everything
from support.checkout import ROOT, edit, names, repository, resolved
from support.efd import EFD
from support.foreach import for_each
from support.labs import with_apps
from support.parsers import libyaml

RESOLVED = resolved()
CHECKLIST = libyaml((ROOT / "tests/guide-checklist.yaml").read_text(encoding="utf-8"))
GUIDE_STEPS = [(part["section"], step) for part in CHECKLIST for step in part["steps"]]


@functools.cache
def made(environment: str) -> Runbook:
    return read.read(RESOLVED[environment], repository().runbook)


def phases(environment: str) -> tuple[Phase, ...]:
    return made(environment).phases


def steps(environment: str) -> dict[str, Step]:
    return {step.name: step for phase in phases(environment) for step in phase.steps}


@functools.cache
def page(environment: str) -> str:
    return (EFD / "rendered" / layout.page(environment)).read_text(encoding="utf-8")


@functools.cache
def section(environment: str, title: str) -> str:
    """Return what stands below a heading of a page, as far as the next heading."""
    match = re.search(rf"^### {re.escape(title)}\n(.*?)(?=^##|\Z)", page(environment), re.MULTILINE | re.DOTALL)
    assert match, f"{environment}: no section {title!r}"
    return match[1]


def blocks(environment: str, language: str = "bash") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page(environment), re.MULTILINE | re.DOTALL)


def rows(text: str) -> Iterator[list[str]]:
    """Yield the rows of the tables in a text, without their headings."""
    for match in re.finditer(r"(?:^\|.*\n)+", text, re.MULTILINE):
        for line in match[0].splitlines()[2:]:
            yield [cell.strip() for cell in line.strip("|").split("|")]


# -- the guide


@for_each(("part", "step"), GUIDE_STEPS, ids=[f"{p}-{s['guide']}" for p, s in GUIDE_STEPS])
def test_the_summit_s_runbook_has_every_step_of_the_guide(part: str, step: dict[str, list[str]]) -> None:
    found = steps("summit")[str(step["step"])]
    text = section("summit", found.title)
    assert step["contains"]
    assert [wanted for wanted in step["contains"] if wanted not in f"{found.title}\n{text}"] == [], part


def test_the_steps_come_in_the_order_of_the_guide() -> None:
    order = list(steps("summit"))
    first = [order.index(part["steps"][0]["step"]) for part in CHECKLIST]
    assert first == sorted(first)


# -- one environment a runbook


def identity(environment: str) -> set[str]:
    """Return the hosts, paths and clusters that only one environment has."""
    resolved = RESOLVED[environment]
    facts = resolved.facts
    broker, k3d = facts.data["kafka"]["broker"], facts.data["cluster"]["k3d"]
    found = {facts.data["sciencePlatformHost"], facts.vault.path_prefix, facts.argocd.url.removeprefix("https://")}
    found |= {host for app in resolved.apps for host in (*app.hosts.values(), *app.node_port_hosts.values())}
    found |= {
        f"env={environment}",
        f"environments/{environment}.yaml",
        *((broker,) if broker else ()),
    }
    if facts.argocd.managed:
        found.add(facts.argocd.host)
    if k3d:
        found |= {f"k3d-{k3d['name']}-server-0", k3d["containerPath"], "k3s.yaml"}
    return found


@for_each(("one", "other"), list(itertools.permutations(names(), 2)))
def test_no_runbook_names_another_environment_s_hosts_paths_or_clusters(one: str, other: str) -> None:
    text = page(one) + script(one, made(one))
    foreign = [
        name for name in identity(other) if re.search(rf"(?<![A-Za-z0-9.-]){re.escape(name)}(?![A-Za-z0-9-])", text)
    ]
    assert foreign == []


@pytest.mark.parametrize("environment", names())
def test_a_page_names_its_own(environment: str) -> None:
    missing = [name for name in identity(environment) if name not in page(environment)]
    # What is not there, because nothing here needs it.
    facts = RESOLVED[environment].facts.data
    spare = {facts["sciencePlatformHost"], facts["kafka"]["broker"]}
    if facts["kafka"]["broker"] is None:
        spare |= {host for app in RESOLVED[environment].apps for host in app.node_port_hosts.values()}
    assert set(missing) <= spare


# -- true to the rendered tree


@pytest.mark.parametrize("environment", names())
def test_the_secrets_are_the_vault_secrets_of_the_rendered_tree(environment: str) -> None:
    rendered = {
        (item["metadata"]["namespace"], item["metadata"]["name"], item["spec"]["path"])
        for _, item in everything(EFD, environment)
        if item["kind"] == "VaultSecret"
    }
    listed = [
        (row[3].strip("`"), row[2].strip("`"), row[0].strip("`"))
        for row in rows(section(environment, "Check that Vault has every secret"))
    ]
    assert len(listed) == len(set(listed)) > 0
    assert set(listed) == rendered
    assert {(s.namespace, s.name, s.path) for s in secrets.secrets(RESOLVED[environment])} == rendered


@pytest.mark.parametrize("environment", names())
def test_every_vault_path_is_checked_for_every_key(environment: str) -> None:
    text = section(environment, "Check that Vault has every secret")
    checked = {
        line.split()[1]: set(line.split()[2:])
        for line in map(str.strip, text.splitlines())
        if line.startswith("vault_has secret/")
    }
    wanted: dict[str, set[str]] = {}
    for path, keys, *_ in rows(text):
        wanted.setdefault(path.strip("`"), set()).update(re.findall(r"`([^`]+)`", keys))
    assert checked == wanted
    assert all(checked.values())


def test_a_page_that_is_pasted_tells_what_could_not_be_asked_from_what_is_missing() -> None:
    text = section("summit", "Check that Vault has every secret")
    found = re.search(r"^vault_has\(\) .*?^}", text, re.MULTILINE | re.DOTALL)
    assert found
    # As in a shell that somebody works in: without pipefail.
    asked = 'vault_has secret/a there; echo "$?"; vault_has secret/a absent; echo "$?"'
    for vault, said in (
        ("echo 'permission denied' >&2; return 2", "permission denied\n2\npermission denied\n2\n"),
        ("""echo '{"data": {"data": {"there": "x"}}}'""", "secret/a: complete\n0\nsecret/a: no key absent\n1\n"),
    ):
        command = f"vault() {{ {vault}; }}\n{found[0]}\n{asked}"
        done = subprocess.run(
            ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        assert done.stdout == said


def ingress_hosts(environment: str) -> set[str]:
    """Return the hosts of the ingresses that the rendered tree yields, or has the third-party charts yield."""
    found = set()
    for _, item in everything(EFD, environment):
        if item["kind"] == "Ingress":
            found |= {rule["host"] for rule in item["spec"]["rules"]}
        if item["kind"] == "Application":
            file = EFD / item["spec"]["source"]["path"] / f"values-{environment}.yaml"
            values = libyaml(file.read_text(encoding="utf-8"))
            for chart in values.values():
                ingress = chart.get("ingress", {}) if isinstance(chart, dict) else {}
                if ingress.get("enabled"):
                    found |= {*ingress.get("hosts", ()), *([ingress["hostname"]] if "hostname" in ingress else ())}
    return found


@pytest.mark.parametrize("environment", names())
def test_the_hosts_are_those_of_the_ingresses(environment: str) -> None:
    expected = ingress_hosts(environment)
    listed = [row[0].strip("`") for row in rows(section(environment, "Know the hosts"))]
    assert len(listed) == len(set(listed))
    assert set(listed) == expected
    published = re.findall(r'"Name": "([^"]+)\."', page(environment))
    outside = {host for app in RESOLVED[environment].apps for host in app.node_port_hosts.values()}
    if RESOLVED[environment].facts.data["kafka"]["broker"] is None:
        outside = set()
    assert len(published) == len(set(published))
    assert set(published) == expected | outside


@pytest.mark.parametrize("environment", names())
def test_the_app_of_apps_is_the_one_that_was_rendered(environment: str) -> None:
    text = section(environment, "Create the app of apps")
    sources = [item["spec"]["source"] for _, item in everything(EFD, environment) if item["kind"] == "Application"]
    assert {source["repoURL"] for source in sources} == {re.search(r"--repo (\S+)", text)[1]}  # type: ignore[index]
    assert {source["targetRevision"] for source in sources} == {re.search(r"--revision (\S+)", text)[1]}  # type: ignore[index]
    path = re.search(r"--path (\S+)", text)[1]  # type: ignore[index]
    assert (EFD / path / "Chart.yaml").is_file()
    assert (EFD / path / f"values-{environment}.yaml").is_file()
    assert {source["path"].rpartition("/")[0] for source in sources} == {path.rpartition("/")[0]}


@pytest.mark.parametrize("environment", names())
def test_every_application_is_synced_once_and_deleted_once(environment: str) -> None:
    deployed = [item["metadata"]["name"] for _, item in everything(EFD, environment) if item["kind"] == "Application"]
    deploying = "\n".join(part.text for phase in phases(environment) if phase.name == "sync" for step in phase.steps
                          for part in step.parts if isinstance(part, Fence))  # fmt: skip
    synced = [name for name in re.findall(r"^argocd app sync (\S+)", deploying, re.MULTILINE) if name != "efd"]
    deleted = re.findall(r"^argocd app delete (\S+) (--cascade\S*)", page(environment), re.MULTILINE)
    assert sorted(synced) == sorted(deployed)
    assert [name for name, _ in deleted] == [*reversed(synced), "efd"]
    kept = {item["metadata"]["name"] for _, item in everything(EFD, environment)
            if item["kind"] == "Application" and "finalizers" not in item["metadata"]}  # fmt: skip
    assert {name for name, how in deleted if how == "--cascade=false"} == kept | {"efd"}


@pytest.mark.parametrize("environment", names())
def test_the_rbac_is_the_one_that_was_rendered(environment: str) -> None:
    rendered = [item for _, item in everything(EFD, environment) if item["metadata"]["name"] == "argocd-rbac-cm"]
    assert manifests(environment) == rendered


@pytest.mark.parametrize("environment", names())
def test_the_volumes_are_those_of_the_rendered_values(environment: str) -> None:
    listed = {}
    if "retain" in steps(environment):
        for row in rows(section(environment, "Keep the data when a claim is deleted")):
            listed[row[1]] = (int(row[2]), row[3], row[4].strip("`"))
    expected = {}
    for file in (EFD / "rendered/apps").glob(f"*/values-{environment}.yaml"):
        for chart, values in libyaml(file.read_text(encoding="utf-8")).items():
            if not isinstance(values, dict):
                continue
            simple = values.get("persistence")
            if simple and simple["enabled"]:
                where = simple.get("storageClass", "the cluster's default")
                expected[file.parent.name] = (1, simple["size"], where)
            if chart == "cp-helm-charts":
                kafka, keeper = values["cp-kafka"], values["cp-zookeeper"]
                disk = kafka["persistence"]
                expected["cp-kafka"] = (kafka["brokers"] * disk["disksPerBroker"], disk["size"], disk["storageClass"])
                disk = keeper["persistence"]
                for kind, key in (("data", "dataDir"), ("log", "dataLogDir")):
                    claimed = (keeper["servers"], disk[f"{key}Size"], disk[f"{key}StorageClass"])
                    expected[f"cp-zookeeper ({kind})"] = claimed
    assert listed == expected


# -- only what applies


def test_a_cluster_of_others_is_not_provisioned_nor_deleted() -> None:
    for environment in names():
        made = RESOLVED[environment].facts.data["cluster"]["k3d"] is not None
        assert ("create-cluster" in steps(environment)) is made
        assert ("delete-cluster" in steps(environment)) is made
        assert ("start-cluster" in steps(environment)) is made
        assert ("k3d" in page(environment)) is made


def test_an_argo_cd_of_others_is_not_installed() -> None:
    for environment in names():
        managed = RESOLVED[environment].facts.argocd.managed
        for step in ("argocd-install", "argocd-rbac", "argocd-certificate"):
            assert (step in steps(environment)) is managed
        assert ("argocd-initial-admin-secret" in page(environment)) is managed
        assert ("--sso" in page(environment)) is not managed


def test_what_the_cluster_provides_is_checked_and_not_deployed() -> None:
    for environment in names():
        for app in RESOLVED[environment].facts.cluster.provides:
            assert f"provided-{app}" in steps(environment)
            assert f"sync-{app}" not in steps(environment)
            assert f"argocd app sync {app}" not in page(environment)
    assert "secret-vault-secrets-operator" not in steps("ncsa-int")
    assert "secret-vault-secrets-operator" in steps("base")


def test_kafka_is_tested_from_where_it_is_reached() -> None:
    assert "kafkacat" not in page("sandbox")
    assert "kafka-console-consumer" in section("sandbox", "Consume it")
    said = page("tucson-teststand").lower()
    for none in ("no kafka in this environment", "| kafka broker | none: no kafka is deployed here |"):
        said = said.replace(none, "")
    assert "kafka" not in said
    assert "There is no Kafka in this environment" in page("tucson-teststand")
    assert "efd-client" not in steps("tucson-teststand")
    assert "kafkacat -C -b lsst-kafka-0-efd.ncsa.illinois.edu:31090" in section("ncsa-stable", "Consume it")


def test_an_environment_without_apps_has_a_runbook() -> None:
    for environment in RESOLVED.values():
        empty = with_apps(environment, ())
        found = read.read(empty, repository().runbook)
        assert "kafka-connect" not in markdown(found.phases)
        assert script(environment.facts.name, found)


# -- secrets


@pytest.mark.parametrize("environment", names())
def test_no_secret_is_printed_or_put_on_a_command_line(environment: str) -> None:
    text = "\n".join(blocks(environment))
    assert "--from-literal" not in text
    assert "--password" not in text
    for line in text.splitlines():
        if re.search(r"\becho\b|\bprintf\b", line):
            assert not re.search(r"\$\{?(VAULT_TOKEN|ARGOCD_AUTH_TOKEN)\b", line) or "<(printf" in line
    assert not re.search(
        r"vault kv get(?! -format=json \"\$path\" \| jq -r '\(\.data\.data \| objects\) // \.data \| keys)", text
    )


# -- what the tools accept


def heredocs(environment: str) -> Iterator[tuple[str, str]]:
    """Yield the here-documents of a page, each with the line that begins it."""
    for block in blocks(environment):
        for match in re.finditer(r"^(.*)<<'(\w+)'.*\n((?:.*\n)*?)\2$", block, re.MULTILINE):
            yield match[1], match[3]


def manifests(environment: str) -> list[object]:
    return [libyaml(text) for line, text in heredocs(environment) if line.startswith("kubectl apply")]


@pytest.mark.parametrize("environment", names())
def test_yaml_and_json_in_a_page_can_be_read(environment: str) -> None:
    found = list(heredocs(environment))
    for line, text in found:
        if line.startswith("kubectl apply"):
            assert {"apiVersion", "kind", "metadata"} <= libyaml(text).keys()
        else:
            batch = json.loads(text)
            assert batch["Changes"]
            assert {change["Action"] for change in batch["Changes"]} == {"UPSERT"}
    assert found
    for block in (*blocks(environment, "json"), *re.findall(r"-p '(\{.*?\})'", page(environment))):
        json.loads(block)


@needs.KUBECTL.needed
@pytest.mark.parametrize("environment", names())
def test_kubectl_accepts_the_manifests(environment: str) -> None:
    offline = {"KUBECONFIG": "/dev/null", "PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": "/nonexistent"}
    for _, text in ((line, text) for line, text in heredocs(environment) if line.startswith("kubectl apply")):
        command = ["kubectl", "label", "--local", "--dry-run=client", "-f", "-", "read=yes", "-o", "json"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, env=offline, check=False)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["kind"] == libyaml(text)["kind"]
    created = re.findall(
        r"^(kubectl create (?:.*\\\n)*.*--dry-run=client -o yaml) \|$|^(kubectl create .*--dry-run=client -o yaml) \|",
        "\n".join(blocks(environment)),
        re.MULTILINE,
    )
    for command in (one or two for one, two in created):
        variables = {**offline, "VAULT_TOKEN": 's.a "b" $c', "VAULT_TOKEN_LEASE_DURATION": "8640"}
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=variables, check=False)
        assert done.returncode == 0, done.stderr
        made = libyaml(done.stdout)
        assert made["kind"] in {"Namespace", "Secret"}
        if made["kind"] == "Secret":
            assert made["data"].keys() == {"VAULT_TOKEN", "VAULT_TOKEN_LEASE_DURATION"}
            assert made["data"]["VAULT_TOKEN"] == "cy5hICJiIiAkYw=="
    expected = RESOLVED[environment].facts.argocd.managed + 2 * ("secret-vault-secrets-operator" in steps(environment))
    assert len(created) == expected


@needs.KAFKACAT.needed
@pytest.mark.parametrize("environment", names())
def test_kafkacat_accepts_its_options(environment: str) -> None:
    commands = re.findall(r"kafkacat (-[PLC] [^|\n]*)", "\n".join(blocks(environment)))
    assert bool(commands) is ("kafkacat" in steps(environment))
    for options in commands:
        # After options that it does not know, kafkacat never comes to -V.
        done = subprocess.run(
            ["bash", "-c", f"{needs.KAFKACAT.require()} {options} -V"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "Version" in done.stdout
    done = subprocess.run(
        ["bash", "-c", f"{needs.KAFKACAT.require()} -L -y nonsense -V"], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0


@needs.SHELLCHECK.needed
@pytest.mark.parametrize("environment", names())
def test_the_commands_of_a_page_are_sound(environment: str, tmp_path: Path) -> None:
    file = tmp_path / "page.sh"
    # Placeholders that people fill in, and loops over one name, are no mistakes on a page.
    file.write_text("#!/bin/bash\n" + "\n".join(blocks(environment)), encoding="utf-8")
    command = [needs.SHELLCHECK.require(), "--severity=warning", "--exclude=SC2043,SC2034", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == ""


@pytest.mark.parametrize("environment", names())
def test_no_heading_stands_twice_on_a_page(environment: str) -> None:
    headings = re.findall(r"^##+ .*", page(environment), re.MULTILINE)
    assert len(headings) == len(set(headings))


# -- the verb


def test_the_verb_writes_the_page_and_the_script(tmp_path: Path) -> None:
    run = CliRunner().invoke
    shown = run(cli.command, ["runbook", "summit", "--root", str(EFD)])
    assert shown.exit_code == 0
    assert shown.stdout.startswith("# Summit EFD: runbook\n\n## Provision the cluster\n")
    assert shown.stdout.endswith(markdown(phases("summit")))
    assert markdown(phases("summit")) in page("summit")
    file = tmp_path / "efd.sh"
    written = run(cli.command, ["runbook", "summit", "--format", "sh", "-o", str(file), "--root", str(EFD)])
    assert (written.exit_code, written.stdout) == (0, "")
    assert file.read_text(encoding="utf-8") == script("summit", made("summit"))
    assert file.stat().st_mode & 0o111
    assert run(cli.command, ["runbook", "sumit", "--root", str(EFD)]).exit_code == 2
    nowhere = run(cli.command, ["runbook", "summit", "-o", str(tmp_path / "no/where"), "--root", str(EFD)])
    assert nowhere.exit_code == 4


def test_a_page_follows_its_spec(checkout: Path) -> None:
    edit(checkout / "environments/summit.yaml", "    hostPath: /data\n", "    hostPath: /srv/efd\n")
    edit(checkout / "environments/summit.yaml", '    version: "5.1.0"\n', '    version: "5.2.2"\n')
    changed = render.check(checkout, ("summit",)).changes
    assert [change.path for change in changed] == ["docs/summit.md"]
    render.write(checkout)
    text = (checkout / "rendered/docs/summit.md").read_text(encoding="utf-8")
    assert "export HOST_PATH=/srv/efd" in text
    assert "TAG=v5.2.2" in text
    assert "5.1.0" not in text


def test_six_runbooks_cost_less_than_half_of_a_rendering() -> None:
    def least(work: Callable[[], object], times: int) -> float:
        def once() -> float:
            before = time.process_time()
            work()
            return time.process_time() - before

        return min(once() for _ in range(times))

    def fill() -> None:
        for environment in RESOLVED.values():
            markdown(read.read(environment, repository().runbook).phases)

    assert least(fill, 10) < least(lambda: project.rendering(EFD), 3) / 2


ASSUMED = frozenset(("bash", "cat", "grep", "head", "install", "sed", "sha256sum", "sleep", "sort", "xargs"))
"""What every machine has, and no phase names among its tools."""

EITHER = frozenset(("efdgen", "kafkacat", "kcat"))
"""What a machine may have, or has under another name: its phase says itself what it does where one is missing."""

SHELL = frozenset(
    re.findall(
        r"\w+",
        "bound case command do done echo else esac exit export fail false fi for if kill local "
        "printf return set shift then",
    )
)
"""Words of bash, and functions that the script brings along."""

HERE_DOCUMENT = re.compile(r"<<-?'?(\w+)'?[^\n]*\n.*?^\s*\1$", re.DOTALL | re.MULTILINE)
BEFORE_A_COMMAND = r"(?:^|[|;&{!]|[$<]\(|\b(?:then|do|else|if|while|sudo)(?=[ ]))[ \t]*(?:[A-Z_]+=\S+[ \t]+)*"
COMMAND = re.compile(rf"{BEFORE_A_COMMAND}(?:/usr/local/bin/)?([a-z][\w-]*)(?=[\s;)]|$)", re.MULTILINE)


def commands_in(text: str) -> set[str]:
    """Return the words that stand where a command does, without those in here-documents and single quotes."""
    text = HERE_DOCUMENT.sub("", text.replace("\\\n", " "))
    text = re.sub(r"(?m)(?:^|\s)#.*$", "", text)
    return set(COMMAND.findall(re.sub(r"'[^']*'", "X", text)))


def used_by(name: str, functions: dict[str, str]) -> set[str]:
    """Return the commands of a function of a script, and of the functions that it calls."""
    used: set[str] = set()
    seen: set[str] = set()
    to_read = [name]
    while to_read:
        function = to_read.pop()
        if function not in seen:
            seen.add(function)
            words = commands_in(functions[function])
            to_read += words & functions.keys()
            used |= words - functions.keys()
    return used


@pytest.mark.parametrize("environment", names())
def test_a_phase_names_the_commands_that_it_uses(environment: str) -> None:
    text = script(environment, made(environment))
    functions = dict(re.findall(r"(?ms)^(\w+)\(\) \{[^\n]*\n(.*?)^\}$", text))
    functions |= dict(re.findall(r"(?m)^ *(\w+)\(\) \{ (.*)\}$", text))
    own = set(re.findall(r"(\w+)\(\) \{", text))
    for phase in phases(environment):
        if phase.is_scripted:
            used = used_by(f"phase_{phase.name}", functions) - own - ASSUMED - EITHER - SHELL
            assert used <= {*phase.tools, *phase.installs}
            assert {"kubectl", "jq"} <= used
