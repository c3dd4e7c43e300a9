"""A copy of the EFD's repository whose charts and whose repository are on this machine: what Argo CD is to deploy."""

from __future__ import annotations

import re
from pathlib import Path

from efdgen.environment import secrets, volumes
from efdgen.environment.model import ResolvedEnvironment
from efdgen.language.documents import Fence
from efdgen.output import disk
from efdgen.render.runbook import read
from efdgen.render.runbook.model import SCRIPT
from efdgen.verbs import project, render
from support.chartserver import ChartServer
from support.checkout import copy_tree, edit, efdgen
from support.e2e.charts import charts
from support.efd import EFD
from support.gitrepo import commit, git

_K3D = """\
  k3d:
    version: "5.1.0"
    k3sVersion: v1.21.5-k3s2
    name: efd
    hostPath: /data
    containerPath: /var/lib/rancher/k3s/storage/
"""


class Site:
    """An environment's files, as people see them.

    Args:
        root: a folder that is not there yet.
        name: the environment.
    """

    def __init__(self, root: Path, name: str) -> None:
        self.root = copy_tree(EFD, root)
        self.name = name
        self.spec = root / f"environments/{name}.yaml"

    def move(self, repository: str, server: ChartServer) -> None:
        """Point every definition at this machine, serve the charts, and publish the tree.

        The cluster is no longer one that k3d made, of one version only: the runbook then takes any that is not older.
        """
        edit(self.spec, _K3D, "")
        for file in self.root.glob("templates/apps/*/app.yaml"):
            text = file.read_text(encoding="utf-8")
            file.write_text(re.sub(r"(?m)^(  repository: ).*$", rf"\g<1>{server.url}", text), encoding="utf-8")
        facts = self.root / "environments/shared/facts.yaml"
        text = facts.read_text(encoding="utf-8")
        facts.write_text(re.sub(r"(?m)^(    repoURL: ).*$", rf"\g<1>{repository}", text), encoding="utf-8")
        # The charts that are served here are others of the same names.
        (self.root / "charts.lock").unlink()
        self.publish("Deploy from this machine")
        for each in charts(disk.read(self.root / "rendered"), volumes.claims(volumes.volumes(self.resolved()))):
            server.add(each)

    def publish(self, message: str) -> str:
        """Render, and commit what came of it; return the commit."""
        render.write(self.root)
        made = commit(self.root, message)
        # What nobody may change while Git serves it.
        assert git(self.root, "status", "--porcelain") == ""
        return made

    def fetch_charts(self) -> None:
        """Lock the charts, and keep their archives on this machine."""
        done = efdgen("charts", "fetch", cwd=self.root, env=self._cache())
        assert done.returncode == 0, done.stderr

    def vendor(self, message: str) -> str:
        """Put the archives of the charts into the rendered tree, and publish that; return the commit."""
        (self.root / "environments/shared/charts.yaml").write_text("vendored: true\n", encoding="utf-8")
        done = efdgen("render", cwd=self.root, env=self._cache())
        assert done.returncode == 0, done.stderr
        return commit(self.root, message)

    def _cache(self) -> dict[str, str]:
        return {"EFDGEN_CACHE": str(self.root.parent / "cache")}

    def resolved(self) -> ResolvedEnvironment:
        """Return the environment."""
        return project.resolve(self.root, [self.name]).environments[0]

    def secret_keys(self) -> set[str]:
        """Return the keys of all Secrets that come from Vault."""
        return {key for secret in secrets.secrets(self.resolved()) for key in secret.keys}

    def script(self) -> str:
        """Return what `efdgen runbook --format sh` writes."""
        done = efdgen("runbook", self.name, "--format", "sh", cwd=self.root)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def functions(self) -> str:
        """Return the shell functions of the runbook."""
        return self._runbook().functions

    def step(self, name: str) -> str:
        """Return the commands of a step, as its page has them."""
        (step,) = (step for phase in self._runbook().phases for step in phase.steps if step.name == name)
        return "\n".join(
            part.text
            for part in step.parts
            if isinstance(part, Fence) and part.language == "bash" and SCRIPT not in part.words
        )

    def _runbook(self) -> read.Runbook:
        opened = project.open_project(self.root, [self.name])
        return read.read(opened.resolver.resolve(self.name), opened.repository.runbook)
