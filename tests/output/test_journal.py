from __future__ import annotations

import json
from typing import Any

import pytest

from efdgen.output import journal
from efdgen.output.journal import Entry
from support.foreach import for_each

ENTRIES = (
    Entry("apps/store/values-lab.yaml", "0", None, journal.digest(b"new\n")),
    Entry("docs/a b \udcff.md", "1", journal.digest(b"old\n"), journal.digest(b"new\n")),
    Entry("README.md", None, journal.digest(b"old\n"), None),
    Entry("apps/new/charts/one.tgz", "3/charts/one.tgz", None, journal.digest(b"new\n")),
)


def test_what_is_encoded_is_decoded() -> None:
    assert journal.decode(journal.encode(ENTRIES)) == ENTRIES
    assert journal.decode(journal.encode(())) == ()


def test_a_digest_is_sha_256() -> None:
    assert journal.digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@for_each(
    "path",
    [
        "../x",
        "a/../../x",
        "/etc/passwd",
        "a//b",
        "./a",
        "a/",
        "",
        "a\0b",
        ".efdgen-staged/journal.json",
        7,
        None,
        ["a"],
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(path: Any) -> None:
    with pytest.raises(ValueError, match="not a path"):
        journal.decode(document([path, "0", None, "digest"]))


@for_each(
    "fields",
    [
        ["a", "../x", None, "digest"],
        ["a", ".gitignore", None, "digest"],
        ["a", "\u0661", None, "digest"],
        ["a", None, None, "digest"],
        ["a", "0", None, None],
        ["a", "0", 1, "digest"],
        ["a", "0", None],
        ["a/b", "0/", None, "digest"],
        ["a/b", "x/b", None, "digest"],
        ["a/b", "0/c", None, "digest"],
        ["a/b", "0/../b", None, "digest"],
        ["b", "0/b", None, "digest"],
        ["a/b", None, "digest", None, "0/b"],
        ["a", "0", None, "digest", "more"],
        "abcd",
        7,
    ],
)
def test_an_entry_that_efdgen_does_not_write_is_refused(fields: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        journal.decode(document(fields))


@for_each(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"7",
        b"\xff",
        b'{"version": 3, "entries": []}',
        b'{"version": 1, "entries": 7}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_journal_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        journal.decode(content)


def test_a_journal_of_the_version_before_is_read() -> None:
    content = json.dumps({"version": 1, "entries": [["a/b", "0", None, "digest"]]}).encode()
    assert journal.decode(content) == (Entry("a/b", "0", None, "digest"),)


def document(fields: Any) -> bytes:
    return json.dumps({"version": 2, "entries": [fields]}).encode()
