from __future__ import annotations

import marshal
from pathlib import Path

from efdgen.render.pages import fleet
from efdgen.rules.identity import Identity, identity
from efdgen.verbs import project, records
from support.repository import overlay

DOME = "environments/dome.yaml"


def known_by(root: Path) -> dict[str, Identity]:
    opened = project.open_project(root)
    found = {name: identity(name, opened.repository, opened.resolver) for name in opened.selected}
    return {name: each for name, each in found.items() if each is not None}


def test_what_an_environment_is_known_by_comes_back_as_it_was(small: Path) -> None:
    known = known_by(small)
    assert known.keys() == {"dome", "lab"}
    for each in known.values():
        assert records.identity(*records.plain_identity(each)) == each
    assert records.identity(*records.plain_identity(None)) is None


def test_equal_identities_yield_equal_data(small: Path) -> None:
    for name, each in known_by(small).items():
        other = known_by(small)[name]
        turned = other._replace(
            applications=frozenset(sorted(other.applications, reverse=True)),
            destinations=frozenset(sorted(other.destinations, reverse=True)),
        )
        assert records.plain_identity(each) == records.plain_identity(turned)


def test_what_environments_have_alike_comes_back_once(small: Path) -> None:
    overlay(small, {"environments/pier.yaml": (small / DOME).read_text(encoding="utf-8").replace("dome", "pier")})
    known = known_by(small)
    dome, pier = (records.identity(*records.plain_identity(known[name])) for name in ("dome", "pier"))
    assert dome is not None
    assert pier is not None
    assert dome != pier
    assert dome.applications is pier.applications
    assert dome.destinations is pier.destinations


def test_a_row_has_the_digest_of_its_parts_wherever_they_were_put_together(small: Path) -> None:
    opened = project.open_project(small)
    rows = [fleet.row(opened.resolver.resolve(name), opened.repository.pages.columns) for name in opened.selected]
    sent = [marshal.loads(marshal.dumps(tuple(row))) for row in rows]  # noqa: S302 - made here
    assert [records.digest_of_row(row) for row in rows] == [records.digest_of_row(row) for row in sent]
    assert len({records.digest_of_row(row) for row in rows}) == len(rows)
