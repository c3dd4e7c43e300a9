"""Why something differs: a finding that names its path, or one thing of the source without which it would not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from efdgen.helm.engines.engine import Engine
from efdgen.verbs.imports import parents
from efdgen.verbs.imports.compared import Difference, objects
from efdgen.verbs.imports.model import Deployed, Finding, Object

_REASONS = {"I301": "Application", "I302": "objects", "I303": "objects", "I305": "chart"}
"""Which differences the findings of a code are the reason of, at the path that the finding names."""


def explained_by_findings(
    found: Sequence[Difference], findings: Sequence[Finding], name: str, app: str
) -> Iterator[Difference]:
    """Yield differences, each with the reason that a finding has."""
    known = [each for each in findings if each.app == app and each.environment in ("", name)]
    for each in found:
        reasons = [
            finding.message
            for finding in known
            if finding.explains
            and _REASONS.get(finding.code) == each.what
            and (
                each.path == finding.explains or each.path.startswith((f"{finding.explains}.", f"{finding.explains} "))
            )
        ]
        if ".annotations.checksum/" in each.path:
            reasons.append("a checksum of a template, which begins with efdgen's line")
        yield each._replace(reason=each.reason or next(iter(reasons), ""))


def with_causes(
    each: Deployed, differences: Sequence[Difference], made: Sequence[Object], namespace: str, engine: Engine
) -> list[Difference]:
    """Return differences between objects, with the reason of those that go when one thing is other in the source.

    What differs between two renderings of the source itself is random, or the time. What is the same once the source
    has the environment's name as `env`, comes from that; whatever else differs in that object has no reason.
    """
    again = parents.of_app(each, each.values, engine).objects
    first = parents.of_app(each, each.values, engine).objects
    random = {difference.path for difference in objects(first, again, namespace, set())}
    named: set[str] | None = None
    env = each.values.get("env")
    if env != each.environment:
        other = parents.of_app(each, {**each.values, "env": each.environment}, engine).objects
        named = {difference.path for difference in objects(other, made, namespace, set())}
    found = []
    for difference in differences:
        reason = ""
        if difference.path in random:
            reason = "it is another each time that Helm renders it: random, or the time"
        elif named is not None and difference.path not in named:
            reason = (
                f"the values of {each.app} for {each.environment} have {env or 'nothing'} as env; "
                f"efdgen makes it {each.environment}"
            )
        found.append(difference._replace(reason=reason))
    return found
