"""Values that differ where no object does."""

from __future__ import annotations

from efdgen.review import innoobject
from efdgen.review.model import Change, InNoObject

VERSION = ("dependencies", "version")


def change(environments: tuple[str, ...], *apps: str, part: str = "Chart.yaml", **others: object) -> Change:
    lacking = others.get("lacking", ())
    assert isinstance(lacking, tuple)
    return Change(environments, apps, part, VERSION, "1", "2", lacking)


def test_what_is_told_of_in_one_environment_is_silent_in_the_others_only() -> None:
    changes = [change(("base", "lab"), "store", "view", lacking=(("lab", "view"),))]

    found = innoobject.search(changes, {("base", "store"), ("base", "view")})

    assert found == (InNoObject(("lab",), ("store",), "Chart.yaml", VERSION),)


def test_what_argo_cd_is_told_is_told_with_the_application() -> None:
    changes = [change(("lab",), "store", part="Application")]

    assert innoobject.search(changes, {("lab", "efd")}) == ()
    assert len(innoobject.search(changes, {("base", "efd")})) == 1


def test_what_holds_for_a_whole_environment_is_told_with_any_app_of_it() -> None:
    changes = [change(("base", "lab"), "efd", part="")]

    assert innoobject.search(changes, {("lab", "store")}) == (InNoObject(("base",), ("efd",), "", VERSION),)


def test_an_app_that_is_deployed_nowhere_makes_no_object() -> None:
    assert innoobject.search([change((), "store")], {("lab", "store")}) == (
        InNoObject((), ("store",), "Chart.yaml", VERSION),
    )
