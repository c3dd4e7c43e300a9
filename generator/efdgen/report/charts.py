"""What the verbs about charts found."""

from __future__ import annotations

import json
from collections.abc import Sequence

from efdgen.errors import dotted
from efdgen.helm.charts.lock import LockedChart
from efdgen.helm.charts.outcomes import Choice, Comparison, Fetched, Looser, WrittenKeys
from efdgen.language import visible
from efdgen.language.shown import count
from efdgen.report.text import Style, table


def fetched(outcome: Fetched, style: Style) -> str:
    """Return what a fetch did, a line a chart, then the sum."""
    places: dict[tuple[str, str], set[str]] = {}
    for chart in (*outcome.fetched, *outcome.removed):
        places.setdefault((chart.name, chart.version), set()).add(chart.repository)

    def named(chart: LockedChart) -> str:
        text = f"{chart.name} {chart.version}"
        return f"{text} from {chart.repository}" if len(places[chart.name, chart.version]) > 1 else text

    lines = [f"{style('fetched', fg='green')} {named(chart)}" for chart in outcome.fetched]
    for former, chart in outcome.accepted:
        what = f"{named(chart)}: sha256 {chart.sha256}, was {former.sha256}"
        lines.append(f"{style('accepted', fg='yellow')} {what}")
    lines += [f"{style('removed', fg='red')} {named(chart)}" for chart in outcome.removed]
    counts = [f"{len(outcome.fetched)} fetched, {outcome.kept} there already, {len(outcome.removed)} removed"]
    failed = sum(len(failure.charts) for failure in outcome.failures)
    counts += [f"{failed} failed"] if failed else []
    return "\n".join([*lines, ", ".join(counts)])


def fetched_former(base: str, charts: Sequence[LockedChart], kept: int, style: Style) -> str:
    """Return which charts of a revision were fetched, a line a chart, then how many were there."""
    lines = [f"{style('fetched', fg='green')} {chart.name} {chart.version}" for chart in charts]
    return "\n".join([*lines, f"{len(charts)} fetched, {kept} there already, as {base} locks them"])


OPEN = (
    "any key counts as known: a template reads all values at once, or none reads any; "
    "efdgen lint --dead-values finds what does nothing"
)
"""What is said of keys that stand for any."""


def keys(outcome: WrittenKeys, style: Style) -> str:
    """Return which files of keys were written, a line each, and what of app definitions does nothing; then the sum."""
    lines = []
    for path, unread in outcome.written:
        lines.append(f"{style('wrote', fg='green')} {path}")
        lines += [f"  {template} can't be read: any key of its chart counts as known" for template in unread]
    lines += dict.fromkeys([*(f"{path}: {OPEN}" for path in sorted(outcome.open)), *loosened(outcome.looser)])
    lines += [
        f"{style('dead', fg='yellow')} {dead.location}: {dead.chart} knows no value {dead.value!r}: it does nothing"
        for dead in outcome.dead
    ]
    return "\n".join([*lines, f"{len(outcome.written)} written, {outcome.unchanged} unchanged"])


def loosened(looser: Sequence[Looser]) -> list[str]:
    """Return where files of keys know any key now and did not before, a line each."""
    return [f"{each.file}{f', {dotted(each.path)}' if each.path else ''}: {OPEN}" for each in looser]


def choice(app: str, chosen: Choice, key: str = "") -> str:
    """Return which version is upgraded to where none was named, and what else there is; a key says of which chart."""
    which = f" --chart {key}" if key else ""
    said = [f"The newest version that fits is {chosen.version}" if chosen.version else "No newer version fits"]
    if chosen.newer:
        said.append(f"{chosen.newer} is {chosen.why}: efdgen charts upgrade {app} {chosen.newer}{which}")
    if chosen.unfit:
        unfit = f"{chosen.unfit}, which is pinned, is not for every cluster"
        if chosen.older:
            older = f"the newest older version that is, is {chosen.older}"
            said.append(f"{unfit}; {older}: efdgen charts upgrade {app} {chosen.older}{which}")
        elif chosen.is_open:
            said.append(f"{unfit}; what another is for, it says itself: efdgen charts diff {app} VERSION{which}")
        else:
            said.append(f"{unfit}, and no older version is")
    return "; ".join(said)


def newer_as_text(compared: Sequence[Comparison], style: Style) -> str:
    """Return a table of the charts that have newer versions, then how many they are."""
    behind = [one for one in compared if one.newer.newest is not None]
    is_fit_known = any(one.fitting != one.newer.newest for one in behind)
    rows = [
        [
            ", ".join(one.apps),
            one.chart.name,
            _dated(one.chart.version, one.published),
            one.newer.same_major or "-",
            _dated(one.newer.newest or "-", one.newest_published),
            *([one.fitting or (one.chart.version if one.is_fitting else one.older or "none")] if is_fit_known else []),
        ]
        for one in behind
    ]
    head = ["app", "chart", "pinned", "same major", "newest", *(["newest that fits"] if is_fit_known else [])]
    shown = [table([head, *rows], style)] if rows else []
    notes = [
        f"{one.chart.name} {version} is deprecated: nobody looks after it"
        for one in compared
        for version in dict.fromkeys(_version_of(one, side) for side in one.deprecated)
    ]
    notes += [
        f"{one.chart.name} {one.newer.newest} is for Kubernetes {one.kube_version}, which not every cluster has"
        for one in behind
        if one.kube_version and one.fitting != one.newer.newest
    ]
    notes += [
        f"{one.chart.name} {one.chart.version}, which is pinned, is not for every cluster"
        + (f"; the newest older version that is, is {one.older}" if one.older else ", and no other version is")
        for one in compared
        if not one.is_fitting and not one.fitting
    ]
    verb = "has" if 1 in (len(behind), len(compared)) else "have"
    return "\n".join([*shown, *notes, f"{len(behind)} of {count(len(compared), 'chart')} {verb} a newer version"])


def _version_of(one: Comparison, side: str) -> str | None:
    """Return the version that a side of a comparison is."""
    found = {"newest": one.newer.newest, "newestInMajor": one.newer.same_major, "newestThatFits": one.fitting}
    return found.get(side, one.chart.version)


def _dated(version: str, day: str) -> str:
    return f"{version} ({day})" if day else version


def newer_as_json(compared: Sequence[Comparison]) -> str:
    """Return all compared charts as JSON; null: there is no newer version."""
    charts = [
        {
            "apps": list(one.apps),
            **one.chart._asdict(),
            "newestInMajor": one.newer.same_major,
            "newest": one.newer.newest,
            "newestThatFits": one.fitting,
            "olderThatFits": one.older,
            "published": one.published or None,
            "newestPublished": one.newest_published or None,
            "deprecated": list(one.deprecated),
            "newestKubeVersion": one.kube_version or None,
        }
        for one in compared
    ]
    return visible.json(json.dumps({"charts": charts}, indent=2, ensure_ascii=False))
