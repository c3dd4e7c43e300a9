"""Which of two versions is the older one."""

from __future__ import annotations

import pytest

from efdgen.environment.versions import is_older, is_pre_release


@pytest.mark.parametrize(
    ("version", "other"),
    [
        ("1.9.3", "1.9.4"),
        ("1.9.4", "1.10.0"),
        ("v1.9", "1.9.1"),
        ("1.9.3-alpine", "1.9.4"),
        ("5.5.2-0.8.2-tickets-DM-21334", "5.5.2-0.9.1"),
    ],
)
def test_the_first_number_that_differs_decides(version: str, other: str) -> None:
    assert (is_older(version, other), is_older(other, version)) == (True, False)


@pytest.mark.parametrize(
    ("version", "other"),
    [("1.9.3", "1.9.3"), ("latest", "1.9.3"), ("1.9.0-rc.1", "1.9.0"), ("12e4567", "13"), ("1.9.0-1", "1.9.0")],
)
def test_without_an_order_neither_is_older(version: str, other: str) -> None:
    assert (is_older(version, other), is_older(other, version)) == (False, False)


def test_a_pre_release_says_so() -> None:
    for version in (
        "1.9.0-rc1",
        "v1.9.0-rc.1",
        "2.0.0b3",
        "1.0a1",
        "3.1-SNAPSHOT",
        "1.2.3-alpha",
        "1.2.3.dev4",
        "9-pre",
    ):
        assert is_pre_release(version), version
    for version in (
        "1.9.0",
        "v1.9.0",
        "1.9.0-alpine",
        "1.9.0-debian-10-r3",
        "latest",
        "abcdef1",
        "1.2.3-research",
        "beta",
    ):
        assert not is_pre_release(version), version
