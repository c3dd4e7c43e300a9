"""Somebody on call, who asks whether the site is as the repository says."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any, NamedTuple

import efdgen
from support.checkout import edit
from support.e2e.argocd import PORT
from support.e2e.operator import Done, Operator
from support.e2e.site import Site
from support.gitrepo import git

_GENERATOR = Path(efdgen.__file__).parents[1]


class Audited(NamedTuple):
    """What an audit of Argo CD said.

    Attributes:
        done: how it ended.
        there: the Applications that are as they should be.
        wrong: all else: how it is, its name, and what was found.
    """

    done: Done
    there: frozenset[str]
    wrong: frozenset[tuple[str, str, str]]


class Auditor:
    """Asks from a clone of its own, in which Argo CD is where the port-forward leads.

    Args:
        folder: a folder that is not there yet.
        site: the environment.
        operator: who types.
    """

    def __init__(self, folder: Path, site: Site, operator: Operator) -> None:
        self._site = site
        self._operator = operator
        self._clone = folder / "clone"
        self._certificates = folder / "certificates.pem"
        folder.mkdir()
        git(folder, "clone", "--quiet", site.root, self._clone)

    def asks(self, *, by_kubectl: bool = False) -> Audited:
        """Ask once, by the API or through kubectl."""
        git(self._clone, "fetch", "--quiet")
        git(self._clone, "reset", "--quiet", "--hard", "origin/HEAD")
        spec = self._clone / f"environments/{self._site.name}.yaml"
        edit(spec, "argocd:\n", f"argocd:\n  url: https://localhost:{PORT}\n")
        words = [sys.executable, "-m", "efdgen", "audit", self._site.name, "argocd", "--root", str(self._clone)]
        words += ["--format", "json", "--ca-file", str(self._certificates)]
        command = shlex.join(words) + (' --kube-context "$(kubectl config current-context)"' if by_kubectl else "")
        trust = (
            "import ssl, sys; open(sys.argv[1], 'w').write(ssl.get_server_certificate(('localhost', int(sys.argv[2]))))"
        )
        trusts = shlex.join([sys.executable, "-c", trust, str(self._certificates), str(PORT)])
        variables = f"export PYTHONPATH={shlex.quote(str(_GENERATOR))}"
        done = self._operator.types(f"{variables}\n{trusts}\n{command}", f"audit{' by kubectl' if by_kubectl else ''}")
        return _read(done)


def _read(done: Done) -> Audited:
    begin = done.output.find('{\n  "audits"')
    assert begin >= 0, done.output
    findings: list[dict[str, Any]] = json.JSONDecoder().raw_decode(done.output[begin:])[0]["audits"][0]["findings"]
    fine = {each["what"] for each in findings if each["status"] == "there"}
    wrong = {(each["status"], each["what"], each["found"]) for each in findings if each["status"] != "there"}
    return Audited(done, frozenset(fine), frozenset(wrong))
