"""`efdgen rbac`: what people see."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from efdgen import cli
from support.checkout import edit


def run(root: Path, *arguments: str) -> Result:
    return CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, ["rbac", *arguments, "--root", str(root)])


def test_the_line_that_decides_is_shown_with_its_place(small: Path) -> None:
    result = run(small, "lab", "can", "example:EFD ops", "sync", "applications", "default/store")
    assert result.exit_code == 0
    assert result.stdout == (
        "yes: `p, role:ops, applications, sync, default/*, allow` says so, as role:ops "
        "(environments/shared/facts.yaml:45:9)\n"
    )
    result = run(small, "lab", "can", "example:EFD ops", "delete", "applications")
    assert (result.exit_code, result.stdout) == (1, "no: no policy is about it\n")
    result = run(small, "lab", "can", "ann", "get", "logs", "--format", "json")
    found = json.loads(result.stdout)
    assert (found["allowed"], found["isDefault"], found["object"]) == (True, True, "*/*")


def test_a_policy_of_a_group_without_a_role_does_nothing_for_the_group(small: Path) -> None:
    edit(small / "environments/shared/facts.yaml", "      - subject: role:ops\n", "      - subject: guests\n")
    edit(small / "environments/shared/facts.yaml", "        role: role:ops\n", "        role: role:admin\n")
    result = run(small, "lab", "can", "guests", "sync", "applications", "default/store")
    assert result.stdout.endswith(
        "  as the name of a user: Argo CD asks for groups only where argocd.rbac.groups gives them a role; "
        "guests has none\n"
    )


def test_what_there_is_not_is_refused(small: Path) -> None:
    for arguments, message in (
        (("dome", "can", "ann", "get", "logs"), "dome does not look after its Argo CD"),
        (("lab", "can", "ann", "get", "log"), "unknown resource 'log': did you mean 'logs'?"),
        (("lab", "can", "ann", "syn", "applications"), "unknown action on applications 'syn'"),
        (("lab", "can", "ann", "sync/x", "applications"), "unknown action on applications 'sync/x'"),
    ):
        result = run(small, *arguments)
        assert result.exit_code == 2
        assert message in result.stderr


def test_a_question_about_what_there_is_not_says_so(small: Path) -> None:
    for arguments, doubt in (
        (
            ("role:readonlyy", "get", "logs"),
            "no policy defines the role 'role:readonlyy'; did you mean 'role:readonly'?",
        ),
        (("role:ops", "sync", "applications", "default/stor"), "no Application is called 'default/stor'"),
        (("role:ops", "sync", "applications", "store"), "'store' names no project; it is <project>/<application>"),
        (("example:efd ops", "get", "logs"), "'example:efd ops' is not 'example:EFD ops': capitals and blanks count"),
        (("*", "get", "logs"), "the subject '*' means nobody else than who is called so"),
        (("ann ", "get", "logs"), "'ann ' begins or ends with a blank"),
    ):
        result = run(small, "lab", "can", *arguments)
        assert f"\n  but {doubt}" in result.stdout, result.output
        assert doubt in json.loads(run(small, "lab", "can", *arguments, "--format", "json").stdout)["doubts"][0]
    for sound in (("ann", "get", "logs"), ("role:ops", "create", "applications", "default/new")):
        assert "  but " not in run(small, "lab", "can", *sound).stdout
    assert "name a subject" in run(small, "lab", "can", "", "get", "logs").stderr


def test_groups_are_asked_one_by_one_and_one_that_has_no_role_is_not(small: Path) -> None:
    facts = small / "environments/shared/facts.yaml"
    denied = "{subject: role:no, resource: applications, action: sync, object: default/*, effect: deny}"
    edit(facts, "      policies:\n", f"      policies:\n      - {denied}\n")
    edit(facts, "      groups:\n", "      groups:\n      - {subject: guests, role: role:no}\n")
    question = ("lab", "can", "ann", "sync", "applications", "default/store")
    guests, ops, staff = (("--group", name) for name in ("guests", "example:EFD ops", "staff"))
    result = run(small, *question, *guests)
    assert (result.exit_code, result.stdout.startswith("no: `p, role:no,")) == (1, True), result.output
    assert "says so, as guests as role:no (environments/shared/facts.yaml:" in result.stdout
    for groups in ((*guests, *ops), (*ops, *guests)):
        result = run(small, *question, *groups)
        assert (result.exit_code, "says so, as example:EFD ops as role:ops" in result.stdout) == (0, True), (
            result.output
        )
    result = run(small, *question, *staff)
    assert result.exit_code == 1
    assert result.stdout == (
        "no: no policy is about it\n"
        "  but Argo CD does not ask for the group 'staff': argocd.rbac.groups gives it no role\n"
    )
    found = json.loads(run(small, *question, *guests, *ops, "--format", "json").stdout)
    assert (found["groups"], found["group"]) == (["guests", "example:EFD ops"], "example:EFD ops")


def test_a_role_of_a_project_has_a_say_in_that_project_only(small: Path) -> None:
    ci = "{subject: proj:default:ci, resource: applications, action: sync, object: '*/*', effect: allow}"
    edit(small / "environments/shared/facts.yaml", "      policies:\n", f"      policies:\n      - {ci}\n")
    for subject, arguments, said in (
        (
            "proj:default:ci",
            ("sync", "applications", "default/store"),
            "yes: `p, proj:default:ci, applications, sync, */",
        ),
        (
            "proj:default:ci",
            ("sync", "applications", "other/store"),
            "no: a role of another project may do nothing in ot",
        ),
        (
            "proj:other:ci",
            ("get", "applications", "default/store"),
            "no: a role of another project may do nothing in de",
        ),
        ("proj:other:ci", ("get", "projects", "other"), "yes: "),
        ("proj:other:ci", ("delete", "projects", "other"), "no: no policy is about it"),
        ("proj:other:ci", ("get", "clusters"), "yes: `p, role:readonly, clusters, get, *, allow` says so, which every"),
    ):
        result = run(small, "lab", "can", subject, *arguments)
        assert result.stdout.startswith(said), result.output
        is_own = "another project" not in said
        assert ("itself says of its roles is not looked at: argocd proj role list" in result.stdout) == is_own
    edit(small / "environments/shared/facts.yaml", "defaultRole: role:readonly", 'defaultRole: ""')
    result = run(small, "lab", "can", "proj:other:ci", "get", "projects", "other")
    assert result.stdout.startswith(
        "yes: `p, proj:other:ci, projects, get, other, allow` says so (built into Argo CD)\n"
    )
