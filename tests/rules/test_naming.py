"""What in a text could name an environment, and that it is found in one go, however long the text is."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from efdgen.errors import Location, Path
from efdgen.rules.fleet import Fleet
from efdgen.rules.identity import Identity
from efdgen.rules.naming import Reader, SharedReader, _hosts, _paths
from support import few

HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
PATH = re.compile(r"(?:[a-z]+://|secret/)[^\s\"']+")
"""What they are, as patterns that take longer than linear time."""


@given(st.text(alphabet="a1.- ", max_size=30))
def test_a_host_is_labels_with_dots_between(text: str) -> None:
    assert list(_hosts(text)) == HOST.findall(text)


@given(st.lists(st.sampled_from(["a", "secret/", "://", ":", "/", " ", "'", "x", "A"]), max_size=12).map("".join))
def test_a_path_is_an_address_or_one_of_vault(text: str) -> None:
    assert list(_paths(text)) == PATH.findall(text)


PATTERN: Path = ("hostPattern",)


def fleet(*names: str) -> Fleet:
    """Return environments of one domain, each with a host and a Vault prefix."""
    nobody: frozenset[str] = frozenset()
    return Fleet(
        {
            name: Identity(
                name=name,
                hosts={f"store-{name}.one.org": PATTERN},
                places={PATTERN: Location(f"environments/{name}.yaml", 1, 1)},
                vault_prefix=f"secret/teams/{name}",
                aliases=frozenset([name.upper()]),
                domain="one.org",
                argocd=f"argocd-{name}.one.org",
                is_managing=False,
                links=nobody,
                is_at_home=True,
                apart=frozenset(),
                applications=nobody,
                destinations=frozenset(),
                called=frozenset(),
            )
            for name in names
        }
    )


PARTS = [
    "ant",
    "bee",
    "ANT",
    "store-",
    "-x",
    ".one.org",
    "https://",
    "secret/teams/",
    "/",
    ".json",
    ".",
    " ",
    "\n",
    "two-ant",
]
TEXTS = st.lists(st.lists(st.sampled_from(PARTS), max_size=6).map("".join), unique=True, max_size=4)


@few
@given(TEXTS, st.sampled_from(["", "ant", "bee"]), st.sampled_from([(), ("store-ant.one.org",)]))
def test_all_texts_at_once_name_what_each_of_them_names(texts: list[str], own: str, said: tuple[str, ...]) -> None:
    every = fleet("ant", "bee")
    reader = Reader(every, own, said)
    at_once = every.asked.apart(lambda: set(reader.read_all(texts)))
    one_by_one = every.asked.apart(lambda: {owned for text in texts for owned in reader.read(text)})
    assert at_once == one_by_one
    assert not every.asked.questions


@few
@given(TEXTS)
def test_what_was_read_once_is_known_with_the_questions_that_it_took(texts: list[str]) -> None:
    every = fleet("ant", "bee")
    reader, shared = Reader(every), SharedReader(every)
    expected = every.asked.apart(lambda: [owned for text in texts for owned in reader.read(text)])
    for _ in range(2):
        assert every.asked.apart(lambda: shared.read_all(texts)) == expected
    silent = fleet("ant", "bee")
    silent.asked.is_wanted = False
    unheard = SharedReader(silent)
    assert [silent.asked.apart(lambda: unheard.read_all(texts)) for _ in range(2)] == [(expected[0], frozenset())] * 2


def test_what_a_text_names_comes_in_its_order() -> None:
    reader = Reader(fleet("ant", "bee"), "bee")
    text = "x-ant.one.org store-ant.one.org secret/teams/ant/bee.json"
    ant, bee = frozenset(["ant"]), frozenset(["bee"])
    assert reader.read(text) == [
        ("the name", "ant", ant),
        ("a host", "store-ant.one.org", ant),
        ("the name", "ant", ant),
        ("the Vault prefix", "secret/teams/ant", ant),
        ("the name", "ant", ant),
        ("the name", "bee", bee),
    ]
    assert reader.read("ANT") == [("the name", "ANT", ant)]
    assert reader.about(["https://store-BEE.one.org", "https://store-ant.one.org"]) == ["https://store-BEE.one.org"]
