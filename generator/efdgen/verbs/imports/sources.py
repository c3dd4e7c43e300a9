"""What an Application is made of: one source, which others lend values files; a chart of this repository, or another.

sources: [{chart: db, repoURL: https://charts.example.org, targetRevision: 1.2.3,       a wrapper chart that depends
           helm: {valueFiles: [$values/envs/north/db.yaml]}},                      ->   on db 1.2.3, with the values
          {repoURL: https://git.example.org/deployments, ref: values}]                  below db
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.verbs.imports.model import Chart, Dependency


def of_one_source(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an Application as one with a single source, where its other sources only lend it values files.

    Those of a chart of this repository must be of the same repository and revision: `$values/envs/north.yaml` is then
    `/envs/north.yaml`. A chart of others takes them from one repository, which is taken for this one.
    """
    spec = data.get("spec")
    sources = spec.get("sources") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(sources, list) or not all(isinstance(s, dict) for s in sources):
        return data
    charts = [each for each in sources if each.get("path") or each.get("chart")]
    if len(charts) != 1 or any(each is not charts[0] and not each.get("ref") for each in sources):
        return data
    (chart,) = charts
    said = chart.get("helm")
    helm = said if isinstance(said, dict) else {}
    listed = helm.get("valueFiles")
    files = listed if isinstance(listed, list) else []
    read = {file[1:].partition("/")[0] for file in map(str, files) if file.startswith("$")}
    if not _is_of_one(chart, read, sources):
        return data
    found = [f"/{str(file).partition('/')[2]}" if str(file).startswith("$") else file for file in files]
    source = {key: value for key, value in chart.items() if key != "ref"}
    source |= {"helm": {**helm, "valueFiles": found}} if found else {}
    return {**data, "spec": {**{key: value for key, value in spec.items() if key != "sources"}, "source": source}}


def _is_of_one(chart: Mapping[str, Any], read: set[str], sources: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether all values files are of one repository, which is the chart's own where that is one of Git."""
    lent = {str(each["ref"]): _place(each) for each in sources if each.get("ref")}
    if not read <= lent.keys():
        return False
    places = {lent[name] for name in read}
    if not chart.get("chart"):
        places.add(_place(chart))
    return len(places) <= 1


def _place(source: Mapping[str, Any]) -> tuple[str, str]:
    return str(source.get("repoURL")), str(source.get("targetRevision") or "HEAD")


def of_others(source: Mapping[str, Any], name: str, template: str) -> Chart | None:
    """Return the wrapper chart that a chart of a chart repository would have; None: the source names none.

    Args:
        source: the Application's source.
        name: the Application's name.
        template: where it is written.
    """
    chart, address, version = (str(source.get(key) or "") for key in ("chart", "repoURL", "targetRevision"))
    if not chart or not address or source.get("path"):
        return None
    # Argo CD takes an address without a scheme for one of an OCI registry.
    address = address if "://" in address else f"oci://{address}"
    made_of = Dependency(chart, chart, version, address)
    return Chart(f"{address.rstrip('/')}/{chart}", name, (made_of,), {}, template)


def lender(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return repository and revision of the source that lends an Application its values files, as far as it says them.

    Where it names values files, the source that these are of; else the only one that can lend any. Of several, nothing.
    """
    spec = data.get("spec")
    sources = spec.get("sources") if isinstance(spec, dict) else None
    listed: list[Any] = sources if isinstance(sources, list) else []
    lending = [each for each in listed if each.get("ref")]
    text = str([each.get("helm") for each in listed])
    named = [each for each in lending if f"${each['ref']}/" in text] or lending
    if len({_place(each) for each in named}) != 1:
        return {}
    return {key: named[0][key] for key in ("repoURL", "targetRevision") if named[0].get(key)}


def without_place(
    application: Mapping[str, Any], lent: Mapping[str, Any] = types.MappingProxyType({})
) -> Mapping[str, Any]:
    """Return an Application without where its chart comes from: that is what its wrapper chart depends on.

    Args:
        application: the Application.
        lent: where its values come from: in that repository, its wrapper chart will be.
    """
    spec = application["spec"]
    gone = ("chart", "repoURL", "targetRevision")
    source = {key: value for key, value in spec["source"].items() if key not in gone}
    return {**application, "spec": {**spec, "source": {**source, **lent}}}


def shown(source: Mapping[str, Any]) -> str:
    """Return what a message says of a source."""
    what = next((f"the {key} {source[key]}" for key in ("chart", "path") if source.get(key)), "values files")
    return f"{what} of {source.get('repoURL')}"
