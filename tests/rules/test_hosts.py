"""Public hosts, of which an app may have very many."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from efdgen.environment.inside import inside
from efdgen.rules import hosts
from support.checkout import resolved
from support.growth import is_in_proportion
from support.rules import ALONE

SUMMIT = resolved()["summit"]


def _looking(rule: Callable[..., Iterable[object]], count: int) -> Callable[[], object]:
    """Return what lets a rule look at an app with so many hosts, whose ingress names another one for each."""
    own = {f"s{number}": f"s{number // 2}.example.org" for number in range(count)}
    ingress = {"hosts": [*own.values(), *(f"t{number}.example.org" for number in range(count // 10))]}
    app = SUMMIT.apps[0]._replace(hosts=own, inside=inside({"ingress": ingress}))
    environment = SUMMIT._replace(apps=(app,))
    return lambda: list(rule(environment, ALONE))


def test_many_hosts_take_time_in_proportion() -> None:
    for rule in (hosts.are_claimed_once, hosts.are_the_ingresses_hosts):
        assert is_in_proportion(lambda count, rule=rule: _looking(rule, count), 4000), rule.__name__


def test_an_ingress_with_another_host_is_told_a_few_of_those_that_the_app_has() -> None:
    app = SUMMIT.apps[0]._replace(
        hosts={f"s{number}": f"s{number}.example.org" for number in range(1000)},
        inside=inside({"ingress": {"hosts": ["other.example.org"]}}),
    )
    (found,) = hosts.are_the_ingresses_hosts(SUMMIT._replace(apps=(app,)), ALONE)
    assert "s4.example.org and 995 more" in found.problem.message
