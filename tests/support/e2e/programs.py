"""Where the programs of the end-to-end test are: in the folder that EFDGEN_E2E_BIN names, then on the PATH."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

FOLDER = "EFDGEN_E2E_BIN"
"""The environment variable that names a folder with programs, and with Argo CD's manifest."""

CLUSTER = "EFDGEN_E2E_KUBECONFIG"
"""The environment variable that names the kubeconfig of a cluster with Argo CD; without it, one is started."""

MANIFEST = "argocd-install.yaml"
"""Argo CD's manifests/install.yaml, of the same version as the program."""

ALWAYS = ("argocd", "base64", "bash", "curl", "git", "jq", "kubectl", "openssl")
"""What the runbook calls, and what serves the tree."""

OWN = ("etcd", "helm", "kube-apiserver", "kube-controller-manager", "redis-server")
"""What a cluster of its own takes."""


def path(environment: Mapping[str, str] = os.environ) -> str:
    """Return the PATH to look for programs on."""
    return os.pathsep.join(filter(None, (environment.get(FOLDER), environment.get("PATH"))))


def find(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return where a program is.

    Raises:
        FileNotFoundError: when it is nowhere.
    """
    found = shutil.which(name, path=path(environment))
    if found is None:
        raise FileNotFoundError(name)
    return found


def manifest(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where Argo CD's manifest is, or would be."""
    return Path(environment.get(FOLDER, ""), MANIFEST)


def missing(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return the names of what is not on this machine, sorted."""
    wanted = ALWAYS if environment.get(CLUSTER) else (*ALWAYS, *OWN)
    there = path(environment)
    names = [name for name in wanted if shutil.which(name, path=there) is None]
    if not environment.get(CLUSTER) and not manifest(environment).is_file():
        names.append(MANIFEST)
    return sorted(names)


def complaint(names: list[str]) -> str:
    """Return what to say when programs are missing."""
    return (
        f"make e2e can't run on this machine. Missing: {', '.join(names)}.\n"
        f"docs/e2e.md says how to have them. {FOLDER} names a folder that holds them; the PATH comes after it."
    )
