from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.environment.model import Group, Policy, Rbac
from efdgen.environment.rbac import policy_csv
from support import TRICKY_WORDS, many, read_csv_line
from support.gocsv import SPACES, CsvError

fields = st.one_of(
    st.sampled_from(["lsst-sqre:EFD ops", "role:admin", "applications", "default/*", "", "#", '"', ",", ", ", ' "a"']),
    st.sampled_from(TRICKY_WORDS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.text(',"# \t\u00a0a' + SPACES, max_size=6),
).filter(lambda text: not {"\n", "\r"} & set(text))


def read(text: str) -> list[list[str]]:
    """Read policies as Argo CD does: a line at a time."""
    return [read_csv_line(line) for line in text.split("\n") if line]


def test_the_example_is_written_as_argo_cd_documents_it() -> None:
    rbac = Rbac(
        "role:readonly",
        (Policy("lsst-sqre:EFD ops", "applications", "sync", "default/*", "allow"),),
        (Group("lsst-sqre:EFD ops", "role:admin"),),
    )
    assert policy_csv(rbac) == (
        "p, lsst-sqre:EFD ops, applications, sync, default/*, allow\ng, lsst-sqre:EFD ops, role:admin\n"
    )


def test_nothing_is_written_for_nothing() -> None:
    assert policy_csv(Rbac("", (), ())) == ""


@many
@given(
    st.lists(st.builds(Policy, fields, fields, fields, fields, fields), max_size=3),
    st.lists(st.builds(Group, fields, fields), max_size=3),
)
def test_argo_cd_reads_what_was_written(policies: list[Policy], groups: list[Group]) -> None:
    text = policy_csv(Rbac("", tuple(policies), tuple(groups)))
    assert read(text) == [["p", *policy] for policy in policies] + [["g", *group] for group in groups]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a, b,c", ["a", "b", "c"]),
        ("a,  b c , d", ["a", "b c ", "d"]),
        ("a,, ", ["a", "", ""]),
        ('a, "b, c", "d ""e"""', ["a", "b, c", 'd "e"']),
        ("  a, \u00a0b", ["a", "b"]),
        ('"a",""', ["a", ""]),
    ],
)
def test_the_reader_used_here_reads_as_go_does(line: str, expected: list[str]) -> None:
    assert read_csv_line(line) == expected


@pytest.mark.parametrize("line", ['a"b', 'a, b "c"', '"a" b, c', '"a'])
def test_the_reader_used_here_refuses_what_go_refuses(line: str) -> None:
    with pytest.raises(CsvError):
        read_csv_line(line)
