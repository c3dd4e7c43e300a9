"""The `helm` command: a process a chart, away from the user's own configuration of Helm."""

from __future__ import annotations

import contextlib
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

from efdgen.errors import ChartError
from efdgen.helm import printing
from efdgen.helm.engines import engine, orphans
from efdgen.helm.engines.engine import SECONDS, Capabilities, Late, Noting, Printed, Release, cautions
from efdgen.language.tuples import NamedTuple

_SOURCE = re.compile(r"^---\n# Source: (.+)\n", re.MULTILINE)
"""How each template's output begins."""

_VERSION = re.compile(r"v[34]\.[0-9]+\S*")


def find(executable: str = "helm") -> Command | None:
    """Return the command where it is installed.

    Raises:
        ChartError: when it is there and does not work, or is older than Helm 3.
    """
    path = shutil.which(executable)
    return Command(path) if path else None


class Command(Noting):
    """The `helm` command, version 3 or 4.

    Args:
        path: its file.
        seconds: how long one chart may take.

    Attributes:
        noted: lines that the command wrote to its error output while all went well: its warnings.
    """

    def __init__(self, path: str, seconds: float = SECONDS) -> None:
        self._path = path
        self._late = Late(seconds)
        with tempfile.TemporaryDirectory(prefix="efdgen-helm-") as folder:
            try:
                shown, self.noted = self._run(Path(folder), "version", "--short")
            except subprocess.TimeoutExpired:
                raise ChartError(f"{path} does not say its version in {seconds:g} seconds") from None
        match = _VERSION.match(shown.strip())
        if match is None:
            raise ChartError(f"{path} is {shown.strip() or 'no Helm'}; Helm 3 or later is needed, or --engine sdk")
        self.version = match[0].partition("+")[0]

    @property
    def description(self) -> str:
        """Return the command's version."""
        return f"the helm command {self.version}"

    @property
    def cautions(self) -> Sequence[str]:
        """Return where its results could differ from Argo CD's: nowhere for Helm 3."""
        return cautions(self.version)

    def printed(self, release: Release, capabilities: Capabilities) -> Printed:
        """Return what `helm template --include-crds` yields, with what the command logged about it.

        Raises:
            ChartError: with Helm's message, or when a chart takes too long: then, and whenever it comes again.
        """
        self._late.refuse(release)
        with tempfile.TemporaryDirectory(prefix="efdgen-helm-") as name:
            folder = Path(name)
            chart = folder / "chart"
            for path, content in release.chart.items():
                _write(chart / path, content)
            arguments = ["--namespace", release.namespace, "--kube-version", capabilities.kubernetes_version]
            for api_version in capabilities.api_versions:
                arguments += ["--api-versions", api_version]
            for number, content in enumerate(release.values):
                file = folder / f"values-{number}.yaml"
                _write(file, content)
                arguments += ["--values", str(file)]
            try:
                output, said = self._run(folder, "template", release.name, str(chart), *arguments, "--include-crds")
            except subprocess.TimeoutExpired:
                raise self._late.add(release) from None
        # What comes before the first source is nothing.
        _, *parts = _SOURCE.split(output)
        found = [(path, _splittable(path, text)) for path, text in zip(parts[::2], parts[1::2], strict=True)]
        return Printed(found, said)

    def identity(self) -> str:
        """Return what tells the command from others: its version, and its file."""
        status = Path(self._path).stat()
        return repr((self.version, str(Path(self._path).resolve()), status.st_size, status.st_mtime_ns))

    def _run(self, folder: Path, *arguments: str) -> tuple[str, list[str]]:
        """Run the command with nothing of the user's own, and return what it prints and what it logs.

        What it needs for itself goes into a folder.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HELM_", "KUBE", "XDG_"))}
        homes = {f"HELM_{what}_HOME": str(folder / what.lower()) for what in ("CONFIG", "CACHE", "DATA")}
        own = {**homes, "HELM_PLUGINS": "", "KUBECONFIG": str(folder / "kubeconfig"), "HOME": str(folder)}
        try:
            status, output, said = _done([self._path, *arguments], folder, {**kept, **own}, self._late.seconds)
        except OSError as error:
            raise ChartError(f"can't run {self._path}: {error.strerror}") from error
        if len(output) > engine.MOST_PRINTED:
            raise engine.printed_too_much()
        if status:
            message = said.decode("utf-8", "replace").replace(f"{folder}/", "").strip()
            raise ChartError(message or f"Helm ended with status {status}, and said nothing")
        return output.decode("utf-8", "replace"), said.decode("utf-8", "replace").splitlines()


def _splittable(path: str, text: str) -> str:
    """Return a document so that it is one when it is split as Helm does: `---` at its beginning stays a part of it."""
    return f"---\n\n{text}" if text.startswith("---") and not printing.is_definition(path) else text


def _done(command: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float) -> _Done:
    """Run a command, and return how it ended and what it wrote. It does not outlive this process."""
    # What it prints goes to a file: the system can bound one, and it is not in memory before it is known to be small.
    with (
        tempfile.TemporaryFile() as printed,
        subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.PIPE,
        ) as process,
        orphans.ended_with_us(process.pid),
    ):
        # Threads are not waited for at the end of this process, and what they run must end all the same.
        end = weakref.finalize(process, _end, process.pid)
        try:
            _limit(process.pid, seconds)
            _, said = process.communicate(timeout=seconds)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            end.detach()
        printed.seek(0)
        return _Done(process.returncode, printed.read(engine.MOST_PRINTED + 1), said)


class _Done(NamedTuple):
    """How a command ended, and what it wrote."""

    status: int
    output: bytes
    said: bytes


def _end(process: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(process, signal.SIGKILL)


def _limit(process: int, seconds: float) -> None:
    """Have the system end a process that takes or prints too much, whatever becomes of this one."""
    if sys.platform == "linux":
        import resource

        most = math.ceil(seconds) * (os.cpu_count() or 1)
        with contextlib.suppress(OSError):  # it has ended
            resource.prlimit(process, resource.RLIMIT_CPU, (most, most))
            resource.prlimit(process, resource.RLIMIT_FSIZE, (engine.MOST_PRINTED + 1,) * 2)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
