"""A new environment: its spec, and what it needs in the world."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from efdgen.environment.hosts import NODE_PORT
from efdgen.explain.edits.copying import Line
from efdgen.explain.edits.drafting import Drafted
from efdgen.language import visible
from efdgen.language.secrecy import masked_line
from efdgen.report.text import Style
from efdgen.repository import paths


def drafted(found: Drafted, style: Style) -> str:
    """Return the spec, what to read in it again, what it leaves out, and what comes before the first deployment."""
    return "\n".join(_lines(found, style))


def _lines(found: Drafted, style: Style) -> Iterator[str]:
    yield style(found.file, bold=True)
    yield from (f"  {visible.line(line)}".rstrip() for line in found.text.removesuffix("\n").split("\n"))
    if found.copied is not None:
        other = found.copied.other
        yield from _list(f"Left out, as it is {other}'s own", _places(found.copied.left), style)
        yield from _list("Left out, as the cluster has it from elsewhere", _places(found.copied.provided), style)
        yield from _list(f"Names {other}, and is likely its own; change it", _places(found.copied.own), style)
        yield from _list("Copied; read it line by line", _places(found.copied.rest), style)
    yield from _list("For you to decide", _undecided(found), style)
    yield from _list("Most environments have, and this one has not", found.left_out, style)
    hosts = [f"{each.host}{'  (on the nodes)' if each.kind == NODE_PORT else ''}" for each in found.hosts]
    yield from _list("In the DNS (efdgen hosts)", hosts, style)
    needed = dict.fromkeys(f"{each.path}: {', '.join(each.keys)}".removesuffix(": ") for each in found.secrets)
    yield from _list("In Vault", list(needed), style)


def _undecided(found: Drafted) -> Sequence[str]:
    """Return what no answer is about, and somebody has to decide."""
    stage = [f"its stage, in {paths.FACTS}: without one, nothing is promoted to it"] if found.is_in_no_stage else []
    return [_MANAGED, _PROVIDES, *stage] if found.copied is None else stage


def _places(lines: Sequence[Line]) -> list[str]:
    return [f"{each.location.file}:{each.location.line}: {masked_line(each.what, 1, ())[0]}" for each in lines]


_MANAGED = "argocd.managed: true, where it looks after its own Argo CD"
_PROVIDES = "cluster.provides: what the cluster has from elsewhere, such as an ingress controller (--provides)"


def _list(title: str, items: Sequence[str], style: Style) -> Iterator[str]:
    if items:
        yield ""
        yield style(f"{title}:", bold=True)
        yield from (f"  {visible.line(item)}" for item in items)
