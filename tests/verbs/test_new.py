"""`efdgen new`: specs of new environments, and what they need in the world."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from efdgen import cli
from efdgen.cli import new_command
from efdgen.errors import InvalidEditError, OutputError, UsageError
from efdgen.explain.edits.drafting import Answers
from efdgen.verbs import new as verb
from efdgen.verbs import render
from efdgen.verbs.new import Environments
from support.checkout import edit, snapshot

OWN = "title: The bench\nhosts:\n  store: store-lab.example.org\n"
LAB = "environments/lab.yaml"


def test_a_new_environment_is_a_spec_that_renders_and_changes_no_other(small: Path) -> None:
    answers = Answers(place="the tower", kubernetes_version="1.27.1", storage_class="ssd", provides=("ingress-nginx",))
    drafted = Environments(small).draft("tower", "", answers, ["view"])
    assert drafted.text == (
        "# yaml-language-server: $schema=../schemas/environment.schema.json\n"
        "# Hosts, URLs and Vault paths follow from the name.\n"
        "name: tower\n"
        "place: the tower\n"
        "# What the cluster is, and has from elsewhere.\n"
        'cluster:\n  kubernetesVersion: "1.27.1"\n  storageClass: ssd\n  provides:\n  - ingress-nginx\n'
        "\n"
        "# What is deployed; {}: with the values of the site, of the defaults and of the app's definition.\n"
        "apps:\n  vault-secrets-operator: {}\n  store: {}\n  view: {}\n"
    )
    assert [host.host for host in drafted.hosts if host.service == "store"] == ["store-tower.example.org"]
    assert "secret/k8s_operator/tower-lsp.example.org/efd/store-auth" in {secret.path for secret in drafted.secrets}
    verb.write(small, drafted)
    changes = render.write(small).changes
    assert all("tower" in change.path or change.path == "README.md" for change in changes)


def test_a_site_is_joined_and_what_it_provides_is_not_listed(small: Path) -> None:
    environments = Environments(small)
    drafted = environments.draft("annex", "", Answers(site="north"), ["store"])
    assert "site: north\n" in drafted.text
    assert "ingress-nginx" not in drafted.text
    assert environments.draft("other", "", Answers(site="north"), ["vault-secrets-operator"]).left_out == (
        "store",
        "view",
    )


VAULT = "secret/k8s_operator/tower-lsp.example.org/efd"


def test_one_that_is_like_another_has_its_comments_and_nothing_of_its_own(small: Path) -> None:
    edit(small / LAB, "storageSize: 10Gi", "storageSize: 10Gi # measured")
    edit(
        small / LAB,
        "aliases: [bench]\n",
        "aliases: [bench]\ntitle: The bench\nhosts:\n  store: store-lab.example.org\n",
    )
    drafted = Environments(small).draft("tower", "lab", Answers(place="the tower"), ["archive"])
    expected = (small / LAB).read_text(encoding="utf-8").replace("name: lab\n", "name: tower\n")
    expected = expected.replace(f"aliases: [bench]\n{OWN}", "")
    expected = expected.replace("vault:\n  pathPrefix: secret/teams/lab\n", "")
    expected = expected.replace("  managed: true\n", "  managed: true\nplace: the tower\n")
    assert drafted.text == f"{expected}  archive: {{}}\n"
    assert drafted.copied is not None
    rest = [f"{each.location.line}: {each.what}" for each in drafted.copied.rest]
    assert rest[:3] == [
        '4: cluster.kubernetesVersion: "1.21.5"',
        "5: cluster.storageClass: local-path",
        "7: kafka.storageSize: 10Gi",
    ]
    lines = drafted.text.split("\n")
    for each in drafted.copied.rest:
        key = "image.tag" if ".pins." in each.what else re.split(r"[.']", each.what.partition(": ")[0].strip("[']"))[-1]
        assert (each.location.file, key in lines[each.location.line - 1]) == ("environments/tower.yaml", True), each
    assert not any("place" in line for line in rest), "an answer"
    assert [f"{each.location}: {each.what}" for each in drafted.copied.left] == [
        "environments/lab.yaml:3:1: aliases: [bench]",
        "environments/lab.yaml:4:1: title: The bench; here Tower",
        "environments/lab.yaml:6:3: hosts.store: store-lab.example.org",
        "environments/lab.yaml:11:3: vault.pathPrefix: secret/teams/lab; here " + VAULT,
    ]
    assert drafted.copied.own == ()
    edit(small / LAB, "        name: s3\n", "        name: s3-lab\n")
    again = Environments(small).draft("tower", "lab", Answers(place="the tower"), ["archive"])
    assert again.copied is not None
    assert [each.what for each in again.copied.own] == ["name: s3-lab"]
    assert not any("s3-lab" in each.what for each in again.copied.rest)


def test_one_that_is_like_another_lists_what_its_own_cluster_has_not(small: Path) -> None:
    edit(small / LAB, "  link:\n", "  # Lets them in.\n  ingress-nginx: {}\n  link:\n")
    edit(small / LAB, "site: north\n", "")
    drafted = Environments(small).draft("tower", "lab", Answers(site="north"), ["ingress-nginx"])
    assert "ingress-nginx" not in drafted.text
    assert drafted.copied is not None
    (line,) = drafted.copied.provided
    assert (line.location.file, line.what) == (LAB, "ingress-nginx")
    given = Environments(small).draft("tower", "lab", Answers(provides=("ingress-nginx",)), [])
    assert "  - ingress-nginx\n" in given.text
    assert "ingress-nginx: {}" not in given.text
    out = CliRunner().invoke(cli.command, ["new", "tower", "--like", "lab", "--site", "north", "--root", str(small)])
    assert f"\nLeft out, as the cluster has it from elsewhere:\n  {line.location.file}:" in out.output
    # The other way round: what the other one has from elsewhere, and its apps need, is listed.
    edit(small / "environments/dome.yaml", "domain: dome.example.org\n", "")
    like_dome = Environments(small).draft("attic", "dome", Answers(provides=("ingress-nginx",)), [])
    assert "  view: {}\n  vault-secrets-operator: {}\n" in like_dome.text
    assert like_dome.copied is not None
    assert like_dome.copied.provided == ()


@pytest.mark.parametrize(
    ("name", "other", "site", "app", "message"),
    [
        ("lab", "", "", "store", "there is an environment lab already: environments/lab.yaml"),
        ("Tower", "", "", "store", "'Tower' is not a name for an environment"),
        ("a" * 70, "", "", "store", "it has 70 characters, at most 63 are allowed"),
        ("../x", "", "", "store", "is not a name for an environment"),
        ("defaults", "", "", "store", "'defaults' is what efdgen set calls a layer of all environments"),
        ("definition", "", "", "store", "'definition' is what efdgen set calls a layer of all environments"),
        ("north", "", "", "store", "'north' is the name of a site: choose another one, such as north-1"),
        ("tower", "lba", "", "store", "unknown environment 'lba': did you mean 'lab'"),
        ("tower", "", "nroth", "store", "unknown site 'nroth': did you mean 'north'"),
        ("tower", "", "", "stor", "unknown app 'stor': did you mean 'store'"),
    ],
)
def test_what_is_not_there_or_is_already_is_refused(
    rendered_small: Path, name: str, other: str, site: str, app: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        Environments(rendered_small).draft(name, other, Answers(site=site), [app])


def test_a_name_that_means_something_else_is_refused_with_its_line(small: Path) -> None:
    before = snapshot(small)
    result = CliRunner().invoke(cli.command, ["new", "store", "--root", str(small)])
    assert result.exit_code == 3
    assert "error[E401] the name 'store' already means something else" in result.output
    assert "    3 | name: store\n" in result.output
    assert snapshot(small) == before
    with pytest.raises(InvalidEditError):
        Environments(small).draft("store", "", Answers(), [])


def test_what_somebody_made_meanwhile_is_left_alone(small: Path) -> None:
    drafted = Environments(small).draft("tower", "", Answers(), ["store"])
    (small / drafted.file).write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"environments/tower\.yaml is there already, and is left alone"):
        verb.write(small, drafted)
    assert (small / drafted.file).read_text(encoding="utf-8") == "mine"


def test_on_a_terminal_it_asks_for_what_is_not_said(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_command, "is_terminal", lambda: True)
    arguments = ["new", "tower", "--storage-class", "ssd", "--app", "store", "--root", str(small)]
    result = CliRunner().invoke(cli.command, arguments, input="north\n\n1.27.1\n")
    assert result.exit_code == 0, result.output
    questions = [line.partition(": ")[0] for line in result.output.splitlines()[:3]]
    assert questions == [
        "Site (north; empty",
        'Where is it, as it follows "at" (empty',
        "Kubernetes version (empty",
    ]
    text = (small / "environments/tower.yaml").read_text(encoding="utf-8")
    assert (
        'site: north\n# What the cluster is, and has from elsewhere.\ncluster:\n  kubernetesVersion: "1.27.1"\n' in text
    )
    assert result.output.endswith("wrote environments/tower.yaml; read it, then run: efdgen render\n")


def test_an_answer_that_can_not_be_is_asked_for_again_at_once(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_command, "is_terminal", lambda: True)
    edit(small / "environments/shared/facts.yaml", "defaults:\n", "stages: [[lab], [dome]]\ndefaults:\n")
    arguments = ["new", "tower", "--app", "store", "--root", str(small)]
    result = CliRunner().invoke(cli.command, arguments, input="nroth\nnorth\nthe tower\n1.27\n1.27.1\nssd\n")
    assert result.exit_code == 0, result.output
    assert "Error: unknown site 'nroth': did you mean 'north'?\n" in result.output
    assert 'Error: it must be a Kubernetes version such as "1.21.5", not' in result.output
    assert "  its stage, in environments/shared/facts.yaml: without one, nothing is promoted to it\n" in result.output
    assert "  argocd.managed: true, where it looks after its own Argo CD\n" in result.output
    text = (small / "environments/tower.yaml").read_text(encoding="utf-8")
    assert "site: north\nplace: the tower\n" in text


def test_a_pattern_of_hosts_without_the_name_is_not_copied(small: Path) -> None:
    lab, pattern = small / "environments/lab.yaml", "hostPattern: lsst-<% service %>-int.<% domain %>\n"
    edit(lab, "site: north\n", f"site: north\n{pattern}")
    drafted = Environments(small).draft("bench-2", "lab", Answers(), ())
    assert "hostPattern" not in drafted.text
    edit(lab, "<% service %>-int.", "<% service %>-of-<% name %>.")
    drafted = Environments(small).draft("bench-2", "lab", Answers(), ())
    assert "hostPattern: lsst-<% service %>-of-<% name %>" in drafted.text


def test_what_would_break_others_is_refused(small: Path) -> None:
    name = "example"  # a word of hosts in what others deploy
    before = snapshot(small)
    with pytest.raises(InvalidEditError) as refused:
        Environments(small).draft(name, "", Answers(provides=("ingress-nginx",)), ["view"])
    assert {problem.code for problem in refused.value.problems} == {"E503"}
    assert not any(problem.location.file == f"environments/{name}.yaml" for problem in refused.value.problems)
    assert snapshot(small) == before
