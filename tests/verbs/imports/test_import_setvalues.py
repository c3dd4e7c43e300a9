"""Parameters are read as Helm's own library reads `--set`."""

from __future__ import annotations

import helm_python
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from efdgen.verbs.imports.setvalues import SetValuesError, with_parameters
from support.strategies import few

_NAMES = st.lists(st.sampled_from(["a", "b", r"c\.d", "a[0]", "a[2]", "b[1][0]"]), min_size=1, max_size=3).map(".".join)
_VALUES = st.one_of(
    st.sampled_from(
        ["", "0", "00", "+5", "-3", "-0", "007", "null", "NULL", "True", "FALSE", "1.5", "1e3", "0x1f", "{}"]
    ),
    st.sampled_from(
        ["9223372036854775807", "9223372036854775808", "{a,TRUE,1}", r"{a\,b,c}", r"a\,b", r"a\\b", "a=b", "a b"]
    ),
)


@few
@example([("a", "{}")])
@given(st.lists(st.tuples(_NAMES, _VALUES), min_size=1, max_size=3))
def test_several_parameters_together(listed: list[tuple[str, str]]) -> None:
    said = ",".join(f"{name}={value}" for name, value in listed)
    given_ = [{"name": name, "value": value} for name, value in listed]
    try:
        expected = helm_python.parse_set_string(said)
    except helm_python.HelmError:
        expected = None
    try:
        found = with_parameters({}, given_)
    except SetValuesError:
        return  # nothing is called equal then
    assert found == expected


def test_what_helm_or_argo_cd_reads_otherwise_is_refused() -> None:
    below = {"text": "x", "list": ["a", {"b": 1}], "map": {}}
    assert with_parameters(below, [{"name": "list[1].c", "value": "a,b"}])["list"] == ["a", {"b": 1, "c": "a,b"}]
    assert with_parameters(below, [{"name": "list[0].c", "value": "1"}])["list"][0] == {"c": 1}
    late = [{"name": "text", "value": "1", "forceString": True}, {"name": "text", "value": "2"}]
    assert with_parameters(below, late)["text"] == "1"
    assert below == {"text": "x", "list": ["a", {"b": 1}], "map": {}}
    for name, value in (
        ("text.a", "1"),
        ("list.a", "1"),
        ("map[0]", "1"),
        ("a[x]", "1"),
        ("a[0", "1"),
        ("a[0]b", "1"),
        ("a[99999999]", "1"),
        ("a.", "1"),
        ("a=b", "1"),
        ("a", "{b"),
        ("a", "{b},c}"),
        ("a", "$ARGOCD_APP_NAME"),
    ):
        with pytest.raises(SetValuesError):
            with_parameters(below, [{"name": name, "value": value}])
    with pytest.raises(SetValuesError):
        with_parameters(below, {"a": 1})
