"""All that the end-to-end test stands on, started and ended together."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from support.chartserver import ChartServer
from support.e2e import argocd, controlplane, player, programs
from support.e2e.api import Api
from support.e2e.auditor import Auditor
from support.e2e.gitserver import GitServer
from support.e2e.operator import LOG, Operator
from support.e2e.processes import Processes
from support.e2e.site import Site

ADDRESS = "EFDGEN_E2E_ADDRESS"
"""The environment variable that names an address of this machine that the cluster reaches; loopback without it."""


class World(NamedTuple):
    """A cluster with Argo CD, a site to deploy there, and somebody to do it.

    Attributes:
        api: the cluster.
        site: the environment.
        operator: who follows its runbook.
        processes: what was started for it.
        stop_charts: ends the server of the charts.
        auditor: who asks whether it is as the repository says.
    """

    api: Api
    site: Site
    operator: Operator
    processes: Processes
    stop_charts: Callable[[], None]
    auditor: Auditor


@contextlib.contextmanager
def world(folder: Path, environment: str) -> Iterator[World]:
    """Start everything, and end it afterwards.

    Args:
        folder: an empty folder.
        environment: the environment to deploy.

    Raises:
        NotInTimeError: when a part does not start.
    """
    address = os.environ.get(ADDRESS, "127.0.0.1")
    there = os.environ.get(programs.CLUSTER)
    with contextlib.ExitStack() as stack:
        processes = Processes(folder / "logs")
        stack.callback(processes.stop)
        site = Site(folder / "checkout", environment)
        git = stack.enter_context(GitServer(site.root / ".git", address))
        served = stack.enter_context(contextlib.ExitStack())
        site.move(git.url, served.enter_context(ChartServer(address=address)))
        LOG.info("The logs are in %s", folder / "logs")
        LOG.info("The repository is at %s", git.url)
        kubeconfig = Path(there) if there else controlplane.start(folder / "kubernetes", processes)
        api = Api(controlplane.proxy(kubeconfig, folder, processes))
        LOG.info("Kubernetes %s", (api.get("/version") or {}).get("gitVersion"))
        # Its own certificate comes from Vault, too, and Argo CD looks into it.
        secret = dict.fromkeys(site.secret_keys(), "a value")
        secret["tls.crt"], secret["tls.key"] = controlplane.certificate(folder, "localhost")
        parts = player.surroundings(secret)
        if not there:
            parts += player.nodes()
            argocd.install(kubeconfig)
            argocd.start(folder / "argocd", kubeconfig, processes)
        stack.enter_context(player.Player(api, parts, folder / "logs/player.log"))
        operator = Operator(folder / "home", site, kubeconfig, folder / "logs/operator.log", has_nodes=bool(there))
        yield World(api, site, operator, processes, served.close, Auditor(folder / "audit", site, operator))
