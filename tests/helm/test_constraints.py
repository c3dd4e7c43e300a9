"""What a chart's kubeVersion allows: the cases that the documentation of Helm's library for versions has."""

from __future__ import annotations

from efdgen.helm.charts import constraints
from support.foreach import for_each

CASES = {
    ">=1.16.0-0": {"1.16.0": True, "1.15.9": False, "v1.21.5": True},
    ">= 1.20 < 1.26": {"1.25.3": True, "1.26.0": False, "1.19.9": False},
    ">=1.20,<1.22": {"1.21.5": True, "1.22.0": False},
    "^1.21": {"1.30.1": True, "2.0.0": False, "1.20.9": False},
    "~1.21": {"1.21.9": True, "1.22.0": False},
    "~1": {"1.30.0": True, "2.0.0": False},
    "1.21.x": {"1.21.5": True, "1.22.0": False},
    "1.19 - 1.21": {"1.21.9": True, "1.22.0": False, "1.18.1": False},
    "<1.20 || >1.21": {"1.19.1": True, "1.21.5": False, "1.22.0": True, "1.20.0": False},
    "!=1.21": {"1.21.5": False, "1.22.0": True},
    "1.21.5": {"1.21.5": True, "1.21.6": False},
    "*": {"1.2.3": True},
    "^0.2.3": {"0.2.9": True, "0.3.0": False},
}


@for_each("constraint", CASES)
def test_a_constraint_allows_what_helm_allows(constraint: str) -> None:
    for version, allowed in CASES[constraint].items():
        assert constraints.allows(constraint, version) is allowed, version


def test_what_cannot_be_read_is_not_judged() -> None:
    assert constraints.allows("whatever", "1.21.5") is None
    assert constraints.allows(">=1.20", "latest") is None
