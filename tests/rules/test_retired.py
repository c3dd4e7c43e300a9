"""Facts that a repository retires: who says or reads one is told what its schema says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.checkout import edit, found

FACTS = "schemas/facts.schema.json"


def retire(root: Path, *path: str, text: str = "") -> None:
    """Let the schema of a fact say that it is retired."""
    schema: Any = json.loads((root / FACTS).read_text(encoding="utf-8"))
    fact = schema
    for name in path:
        fact = fact["properties"][name]
    fact["deprecated"] = True
    fact.pop("description")
    fact.update({"description": text} if text else {})
    (root / FACTS).write_text(json.dumps(schema), encoding="utf-8")


def told(root: Path) -> set[tuple[str, str]]:
    """Return what is found, each with its place."""
    return {(str(problem.location), f"{problem.code} {problem.message}") for problem in found(root)}


def test_who_says_or_reads_a_retired_fact_is_told_what_to_do(small: Path) -> None:
    assert found(small) == ()
    retire(small, "kafka", "storageSize", text="Where data was. Say it in values.")
    said = "W546 kafka.storageSize is retired: Where data was. Say it in values"
    assert told(small) == {("environments/lab.yaml:10:3", said)}  # the default says nothing: it has to be there

    edit(small / "environments/shared/facts.yaml", "    place: the northern site\n", NORTH)
    edit(small / "templates/apps/store/values.yaml", '  region: ""\n', "  region: at <% kafka.storageSize | lower %>\n")
    read = "W546 an expression reads kafka.storageSize, which is retired: Where data was. Say it in values"
    places = {"environments/lab.yaml:10:3": said, "environments/shared/facts.yaml:61:7": said}
    assert told(small) == {*places.items(), ("templates/apps/store/values.yaml:21:14", read)}


NORTH = "    place: the northern site\n    kafka:\n      storageSize: 12Gi\n"


def test_a_retired_fact_without_a_word_of_its_own_and_what_only_looks_alike(small: Path) -> None:
    retire(small, "feed", "news")
    retire(small, "sciencePlatformHost", text="Gone")
    edit(small / "environments/dome.yaml", "  store: {}\n", STORE)
    assert told(small) == {
        ("environments/lab.yaml:14:3", "W546 feed.news is retired"),
        *((place, "W546 an expression reads sciencePlatformHost, which is retired: Gone") for place in READ),
    }


STORE = "  store:\n    values: {config: {region: sciencePlatformHost <% 'sciencePlatformHost' %>}}\n"
READ = ("environments/shared/facts.yaml:18:37",)


def test_an_environment_can_accept_it(small: Path) -> None:
    retire(small, "kafka", "storageSize", text="Gone")
    accept = "accept:\n- {rule: W546, at: kafka.storageSize, reason: Until it moves.}\napps:\n"
    edit(small / "environments/lab.yaml", "apps:\n", accept)
    assert found(small) == ()
