"""Helm's library in this process: the extra `helm`, whose only user this is."""

from __future__ import annotations

import functools
import importlib.machinery
import importlib.metadata
import json
import posixpath
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from efdgen.errors import ChartError
from efdgen.helm import objects, threads
from efdgen.helm.charts import packing
from efdgen.helm.engines import engine
from efdgen.helm.engines.engine import SECONDS, Capabilities, Late, Noting, Printed, Release, cautions
from efdgen.language import installing, yamlio

_PROBE = """\
kubernetes: {{ .Capabilities.KubeVersion.Version | quote }}
helm: {{ .Capabilities.HelmVersion.Version | quote }}
hasApi: {{ .Capabilities.APIVersions.Has "probe.efdgen/v1" }}
"""

_KUBE_VERSION_CHECK = """\
{{- if not (semverCompare %(constraint)s .Capabilities.KubeVersion.Version) }}
{{- fail (printf "chart requires kubeVersion: %%s which is incompatible with Kubernetes %%s" \
%(constraint)s .Capabilities.KubeVersion.Version) }}
{{- end }}
"""
"""What the command checks, and the library leaves to its caller; compared by Helm itself."""

_LONGEST_ESCAPE = 6
"""Characters that JSON writes for one: `\\u003c`."""

_CHECK = "efdgen-kube-version.yaml"
_IN_CHECK = re.compile(rf"\Aexecution error at \(\S*{re.escape(_CHECK)}\S*\): ")


def find() -> Sdk | None:
    """Return the library where it is installed.

    Raises:
        ChartError: when it is there and does not work.
    """
    try:
        import helm_python
    except ImportError:
        return None
    except Exception as error:
        raise ChartError(f"Helm's library does not work here: {error}; use the command helm: --engine helm") from error
    del helm_python
    return Sdk()


def identity() -> str:
    """Return what tells the installed library from others, without loading it; empty: there is none.

    Its files are told by their sizes and times: one of them has 85 MB.
    """
    spec = importlib.machinery.PathFinder.find_spec("helm_python")
    if spec is None or spec.origin is None:
        return ""
    folder = Path(spec.origin).parent
    try:
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
        states = [(str(path), path.stat()) for path in files]
    except OSError:
        return ""
    return repr([(path, status.st_size, status.st_mtime_ns) for path, status in states])


class Sdk(Noting):
    """Helm's library. What it can do is found out once, by a chart in memory.

    Args:
        seconds: how long one chart may take.

    Attributes:
        noted: what the command would log, and the library leaves to its caller.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._late = Late(seconds)
        self.noted: list[str] = []

    @property
    def description(self) -> str:
        """Return the library's version, and that of the Helm in it."""
        return f"Helm's library {_probe().helm} (helm-python-sdk {importlib.metadata.version('helm-python-sdk')})"

    @property
    def cautions(self) -> Sequence[str]:
        """Return where its results could differ from those of Argo CD."""
        found = []
        probe = _probe()
        if not probe.is_honoured:
            found.append(
                f"this version of Helm's library renders for Kubernetes {probe.kubernetes}, whatever the cluster has: "
                f"API versions can be wrong; install the command helm, or run {installing.command('helm', option='-U')}"
            )
        return [*found, *cautions(probe.helm)]

    def printed(self, release: Release, capabilities: Capabilities) -> Printed:
        """Return what `helm template --include-crds` yields, with what the command would log about it.

        Raises:
            ChartError: with Helm's message, or when a chart takes too long: then, and whenever it comes again.
        """
        self._late.refuse(release)
        try:
            found = threads.within(self._late.seconds, lambda: _template(release, capabilities), is_work=True)
        except TimeoutError:
            raise self._late.add(release) from None
        skipped = [events for _, text in found for events in objects.unknown_hooks(text)]
        return Printed(found, [f'info: skipping unknown hook: "{events}"' for events in skipped])


def _template(release: Release, capabilities: Capabilities) -> list[tuple[str, str]]:
    import helm_python

    try:
        helm_python.validate_release_name(release.name)
        values = _values(release.values)
        with helm_python.Chart.load_archive(_archive(release)) as chart:
            _refuse_incomplete(chart)
            rendered = _render(chart, values, release, capabilities)
            if sum(map(len, rendered.values())) > engine.MOST_PRINTED:
                raise engine.printed_too_much()
            # Rendering took out the subcharts that are off, and gave the others their aliases.
            crds = [(crd["filename"], f"{crd['data']}\n") for crd in chart.crds]
    except helm_python.HelmError as error:
        raise ChartError(_IN_CHECK.sub("", str(error).strip())) from None
    except UnicodeDecodeError as error:
        raise ChartError(f"a value file or Chart.yaml is not UTF-8: {error.reason}") from None
    return [*crds, *((path, text) for path, text in rendered.items() if _is_manifest(path))]


def _refuse_incomplete(chart: Any) -> None:
    """Refuse what the command refuses, and the library leaves to its caller."""
    metadata = chart.metadata
    if metadata.get("type") == "library":
        raise ChartError("library charts are not installable")
    there = {dependency["name"] for dependency in chart.dependencies}
    missing = [entry["name"] for entry in metadata.get("dependencies") or [] if entry["name"] not in there]
    if missing:
        raise ChartError(f"found in Chart.yaml, but missing in charts/ directory: {', '.join(missing)}")


def _is_manifest(path: str) -> bool:
    """Say whether Helm takes a template's output for objects."""
    name = posixpath.basename(path)
    return not name.startswith("_") and not name.endswith("NOTES.txt")


def _render(chart: Any, values: Mapping[str, Any], release: Release, capabilities: Capabilities) -> dict[str, str]:
    if not _probe().is_honoured:
        rendered: dict[str, str] = chart.render(values, name=release.name, namespace=release.namespace, is_install=True)
        return rendered
    return _call(chart, values, release.name, release.namespace, capabilities)


def _call(
    chart: Any, values: Mapping[str, Any], name: str, namespace: str, capabilities: Capabilities
) -> dict[str, str]:
    """Render for a Kubernetes version; the library's own Python function has no such parameter."""
    from helm_python import _native

    options = {
        "name": name,
        "namespace": namespace,
        "is_install": True,
        "kube_version": f"v{capabilities.kubernetes_version.removeprefix('v')}",
        "api_versions": list(capabilities.api_versions),
    }
    text = _native.call_string("helm_render", chart._raw(), json.dumps(values), json.dumps(options))  # noqa: SLF001
    if len(text) > _LONGEST_ESCAPE * engine.MOST_PRINTED:
        raise engine.printed_too_much()  # reading it would take as much memory again
    rendered: dict[str, str] = json.loads(text)
    return rendered


class _Probe:
    """What the library is and can do.

    Attributes:
        helm: the version of the Helm in it.
        kubernetes: the Kubernetes version that it renders for when it is not told another.
        is_honoured: whether the Kubernetes version and the API versions that it is told reach the templates.
    """

    def __init__(self) -> None:
        import helm_python

        files = {"Chart.yaml": b"apiVersion: v2\nname: probe\nversion: 1.0.0\n", "templates/p.yaml": _PROBE.encode()}
        with helm_python.Chart.load_archive(_archive(Release("probe", "probe", files, ()))) as chart:
            plain = yamlio.load_all(chart.render({}, name="probe", namespace="probe")["probe/templates/p.yaml"])[0]
            told = Capabilities("1.7.3", ("probe.efdgen/v1",))
            try:
                (found,) = yamlio.load_all(_call(chart, {}, "probe", "probe", told)["probe/templates/p.yaml"])
            except Exception:  # noqa: BLE001 - private entry points fail as they like
                found = {}
        self.helm = _sdk_version() or str(plain["helm"])
        self.kubernetes = str(plain["kubernetes"])
        self.is_honoured = found.get("kubernetes") == "v1.7.3" and found.get("hasApi") is True


_probe = functools.cache(_Probe)


def _sdk_version() -> str:
    """Return the exact version of the Helm in the library; empty where it does not say."""
    try:
        from helm_python import _native

        return str(_native.helm_sdk_version())
    except (ImportError, AttributeError):
        return ""


def _values(files: Sequence[bytes]) -> dict[str, Any]:
    """Read value files with Helm's own parser, and lay them on top of each other as `--values` does: null stays."""
    import helm_python

    merged: dict[str, Any] = {}
    for content in files:
        _lay_over(merged, helm_python.values_from_yaml(content.decode("utf-8-sig")))
    return merged


def _lay_over(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            _lay_over(below[key], value)
        else:
            below[key] = value


def _archive(release: Release) -> bytes:
    """Pack a chart's files, the way Helm reads them from memory."""
    files = dict(release.chart)
    try:
        metadata = yamlio.load_all(files["Chart.yaml"].decode("utf-8-sig"))[0]
    except (ValueError, LookupError):
        metadata = None  # Helm says what is wrong with it
    if isinstance(metadata, dict) and metadata.get("kubeVersion"):
        constraint = json.dumps(str(metadata["kubeVersion"]))
        files[f"templates/{_CHECK}"] = (_KUBE_VERSION_CHECK % {"constraint": constraint}).encode()
    return packing.pack("chart", files)
