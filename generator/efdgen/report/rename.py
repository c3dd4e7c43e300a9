"""Another name for an environment: the lines that change, and what to do in the world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from efdgen.explain.edits.renaming import Moved
from efdgen.language import visible
from efdgen.language.shown import count, listed
from efdgen.output.compare import Change
from efdgen.report.edits import lines_changed
from efdgen.report.text import Style

_TITLES = {
    "host": "In the DNS, and for those who use these hosts",
    "Vault": "In Vault: copy each, before anything is synced",
    "Application": "In Argo CD, Applications",
}
_MOST = 12


def checklist(
    names: tuple[str, str],
    changes: Mapping[str, Change],
    moved: Sequence[Moved],
    mentions: Sequence[tuple[str, int]],
    parent: tuple[str, str],
    style: Style,
) -> str:
    """Return what changes in the repository, and what has to change in the world.

    Args:
        names: the old name and the new one.
        changes: the files, before and after; the new spec is compared with the old one.
        moved: what has another name in the world.
        mentions: lines that still say the old name.
        parent: what Argo CD calls the app of apps, before and after.
        style: colours words.
    """
    return "\n".join(_lines(names, changes, moved, mentions, parent, style))


def _lines(
    names: tuple[str, str],
    changes: Mapping[str, Change],
    moved: Sequence[Moved],
    mentions: Sequence[tuple[str, int]],
    parent: tuple[str, str],
    style: Style,
) -> Iterator[str]:
    for file, change in changes.items():
        yield from lines_changed(file, change, style)
    for what, title in _TITLES.items():
        some = [each for each in moved if each.what == what]
        if some:
            yield from ("", style(f"{title}:", bold=True))
            yield from (visible.line(f"  [ ] {each.before} -> {each.after}") for each in some)
    old, new = names
    before, after = parent
    yield from ("", style("In Argo CD, the app of apps:", bold=True))
    if before == after:
        yield f"  [ ] argocd app set {before} --helm-set env={new}   (it says env={old})"
    else:
        yield f"  [ ] argocd app create {after} ... --helm-set env={new}   (as the runbook says)"
        yield f"  [ ] argocd app delete {before} --cascade=false   (its objects stay)"
    yield f"  [ ] argocd app sync {after}, and each of its Applications"
    if mentions:
        yield from ("", style(f"Lines that say {old}, and stay as they are; read them:", bold=True))
        by_file: dict[str, list[str]] = {}
        for file, number in mentions:
            by_file.setdefault(file, []).append(str(number))
        for file, lines in [*by_file.items()][:_MOST]:
            more = f" and {len(lines) - _MOST} more" if len(lines) > _MOST else ""
            yield visible.line(f"  {file}:{', '.join(lines[:_MOST])}{more}")
        if rest := [*by_file][_MOST:]:
            folders = sorted({file.partition("/")[0] for file in rest})
            yield visible.line(f"  and {count(len(rest), 'more file')}: {listed(folders)}")
