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
        (("ann ", "get", "logs"), "'ann ' begins or ends with a blank"),
    ):
        result = run(small, "lab", "can", *arguments)
        assert f"\n  but {doubt}" in result.stdout, result.output
        assert doubt in json.loads(run(small, "lab", "can", *arguments, "--format", "json").stdout)["doubts"][0]
    for sound in (("ann", "get", "logs"), ("role:ops", "create", "applications", "default/new")):
        assert "  but " not in run(small, "lab", "can", *sound).stdout
    assert "name a subject" in run(small, "lab", "can", "", "get", "logs").stderr
