"""The review of another version of a chart, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from efdgen.errors import dotted
from efdgen.language import visible
from efdgen.language.layers import ABSENT
from efdgen.language.shown import count
from efdgen.report.charts import OPEN
from efdgen.report.text import Style
from efdgen.review.charts import ChartReview, Cluster, Edit, Override

_MOST = 60
"""Characters of a value that are shown."""

_MOST_DEFAULTS = 40
"""Defaults that are shown, unless all are asked for."""


def as_text(review: ChartReview, style: Style, *, is_whole: bool = False) -> str:
    """Return what a reviewer should know, the most important first.

    Args:
        review: the review.
        style: colours.
        is_whole: whether to show all defaults that differ.
    """
    return "\n".join(_lines(review, style, is_whole=is_whole))


def _lines(review: ChartReview, style: Style, *, is_whole: bool) -> Iterator[str]:
    yield style(
        f"{review.name} {_dated(review.before, review.days[0])} -> {_dated(review.after, review.days[1])}", bold=True
    )
    yield from (f"  {dotted(edit.path)}: {_value(edit.before)} -> {_value(edit.after)}" for edit in review.said)
    yield from (
        f"  chart inside, {'/'.join(map(str, edit.path))}: {_value(edit.before)} -> {_value(edit.after)}"
        for edit in review.charts_inside
    )
    if review.is_deprecated:
        yield style(f"  DEPRECATED: nobody looks after {review.name} {review.after}", fg="red")
    yield from _clusters(review, style)
    if review.unread:
        yield ""
        yield style(
            f"{count(len(review.unread), 'override')} of ours that {review.after} does not read any more:", fg="red"
        )
        yield from (f"  {line}" for line in _overrides(review.unread))
    if review.required:
        yield ""
        yield style(f"Values that {review.after} insists on, and that nobody sets:", fg="red")
        yield from (f"  {dotted(path)}: {visible.line(message)}" for path, message in review.required)
    if review.dead:
        yield ""
        yield f"{count(len(review.dead), 'override')} of ours that neither version reads:"
        yield from (f"  {line}" for line in _overrides(review.dead))
    opened = [path for path in review.opened if path or not review.unreadable]  # that is said of each template
    if opened:
        yield ""
        yield style(f"Overrides that {review.after} does not know are not found any more here:", fg="red")
        yield from (f"  {dotted(path) or 'all values'}: {OPEN}" for path in opened)
    yield from _defaults(review, is_whole=is_whole)
    yield from (f"{template} can't be read: any key counts as read there" for template in review.unreadable)


def _dated(version: str, day: str) -> str:
    return f"{version} ({day})" if day else version


def _clusters(review: ChartReview, style: Style) -> Iterator[str]:
    refused = [cluster for cluster in review.clusters if cluster.fits is False]
    unsure = [cluster for cluster in review.clusters if cluster.fits is None]
    if refused:
        text = f"  NOT FOR THE CLUSTER: it is for Kubernetes {review.kube_version}; {_listed(refused)}"
        yield style(f"{text}; Helm looks at that of the wrapper chart only: nothing refuses it", fg="red")
    if unsure:
        yield f"  for Kubernetes {review.kube_version}, which efdgen can't read; {_listed(unsure)}"


def _listed(clusters: Sequence[Cluster]) -> str:
    return ", ".join(f"{cluster.environment} has {cluster.version}" for cluster in clusters)


def _overrides(overrides: Sequence[Override]) -> Iterator[str]:
    for each in overrides:
        meant = f"; did you mean {each.meant!r}?" if each.meant else ""
        yield f"{each.location}: {dotted(each.path)}{meant}"


def _defaults(review: ChartReview, *, is_whole: bool) -> Iterator[str]:
    if review.overridden:
        yield ""
        yield "Defaults that differ under overrides of ours, which stay:"
        yield from (f"  {_edit(edit)}" for edit in review.overridden)
    if review.defaults:
        changed = [edit for edit in review.defaults if ABSENT not in (edit.before, edit.after)]
        changed.sort(key=lambda edit: not edit.is_of_another_type)
        new = [edit for edit in review.defaults if edit.before is ABSENT]
        gone = [edit for edit in review.defaults if edit.after is ABSENT]
        yield ""
        yield f"Other defaults: {len(changed)} changed, {len(new)} new, {len(gone)} gone"
        shown = (*changed, *new, *gone)
        most = len(shown) if is_whole else _MOST_DEFAULTS
        yield from (f"  {_edit(edit)}" for edit in shown[:most])
        if len(shown) > most:
            yield f"  and {len(shown) - most} more: {review.asked} --all"


def _edit(edit: Edit) -> str:
    if edit.before is ABSENT:
        return f"+ {dotted(edit.path)}: {_value(edit.after)}"
    if edit.after is ABSENT:
        return f"- {dotted(edit.path)}: {_value(edit.before)}"
    of_type = " (another type)" if edit.is_of_another_type else ""
    return f"~ {dotted(edit.path)}: {_value(edit.before)} -> {_value(edit.after)}{of_type}"


def _value(value: Any) -> str:
    if value is ABSENT:
        return "not set"
    if isinstance(value, dict) and value:
        return _shortened(f"{{{', '.join(map(str, value))}}}")
    text = value if isinstance(value, str) and value and value.isprintable() else json.dumps(value, ensure_ascii=False)
    return _shortened(visible.line(text))


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[: _MOST - 3]}..."


def as_json(review: ChartReview) -> str:
    """Return all of a review as JSON; null: a value is not there."""

    def edits(found: Sequence[Edit]) -> list[dict[str, Any]]:
        return [
            {
                "path": list(edit.path),
                **{
                    side: None if value is ABSENT else value
                    for side, value in (("before", edit.before), ("after", edit.after))
                },
                "anotherType": edit.is_of_another_type,
                "kind": "new" if edit.before is ABSENT else "gone" if edit.after is ABSENT else "changed",
            }
            for edit in found
        ]

    def overrides(found: Sequence[Override]) -> list[dict[str, Any]]:
        return [
            {
                "file": each.location.file,
                "line": each.location.line,
                "path": list(each.path),
                "meant": each.meant or None,
            }
            for each in found
        ]

    data = {
        "chart": review.name,
        "before": {"version": review.before, "published": review.days[0] or None},
        "after": {"version": review.after, "published": review.days[1] or None, "deprecated": review.is_deprecated},
        "kubeVersion": review.kube_version or None,
        "clusters": [cluster._asdict() for cluster in review.clusters],
        "says": edits(review.said),
        "chartsInside": edits(review.charts_inside),
        "overridesNotReadAnyMore": overrides(review.unread),
        "overridesThatNeitherReads": overrides(review.dead),
        "required": [{"path": list(path), "message": message} for path, message in review.required],
        "defaultsUnderOverrides": edits(review.overridden),
        "defaults": edits(review.defaults),
        "anyKeyCountsAsKnownNow": [list(path) for path in review.opened],
        "templatesThatCannotBeRead": list(review.unreadable),
    }
    return visible.json(json.dumps(data, indent=2, ensure_ascii=False, default=str))
