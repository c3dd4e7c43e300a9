"""What in a text could name an environment, and that it is found in one go, however long the text is."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from efdgen.rules.names import _hosts, _paths

HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
PATH = re.compile(r"(?:[a-z]+://|secret/)[^\s\"']+")
"""What they are, as patterns that take longer than linear time."""


@given(st.text(alphabet="a1.- ", max_size=30))
def test_a_host_is_labels_with_dots_between(text: str) -> None:
    assert list(_hosts(text)) == HOST.findall(text)


@given(st.lists(st.sampled_from(["a", "secret/", "://", ":", "/", " ", "'", "x", "A"]), max_size=12).map("".join))
def test_a_path_is_an_address_or_one_of_vault(text: str) -> None:
    assert list(_paths(text)) == PATH.findall(text)
