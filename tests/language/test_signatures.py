"""Functions and filters: what they take, and what is said to whoever calls them in another way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.environment.documentfunctions import FUNCTIONS
from efdgen.environment.names import names
from efdgen.language import expressions, signatures
from efdgen.language.expressions import ExpressionError
from support.checkout import resolved
from support.foreach import for_each

NAMES = {
    **FUNCTIONS,
    "host": lambda service: service,
    "name": "lab",
    "apps": [{"name": "a"}],
    "cluster": {"a": 1},
    "big": "a" * 90_000,
}


def refused(expression: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        expressions.evaluate(f"<% {expression} %>", NAMES)
    return caught.value


def test_every_function_and_filter_has_a_signature() -> None:
    environment = resolved()["summit"]
    functions = {name for name, value in names(environment).items() if callable(value)}
    assert functions | {"named"} == signatures.FUNCTIONS.keys()


ARGUMENTS = ["a", 1, True, None, [], ["a"], ["a", 1], [{"a": 1}], {"a": 1}, 1.5]
KNOWN = [*signatures.FUNCTIONS.values(), *(each.arguments for each in signatures.FILTERS.values())]


@given(st.sampled_from(KNOWN), st.lists(st.tuples(st.sampled_from(ARGUMENTS), st.booleans()), max_size=3))
def test_what_is_looked_at_once_leaves_the_rest_to_each_call(
    signature: signatures.Signature, arguments: list[tuple[object, bool]]
) -> None:
    check = signature.check([argument if is_constant else signatures.OPEN for argument, is_constant in arguments])
    values = [argument for argument, _ in arguments]
    assert (check is None or check(values)) == signature.takes(values)


@for_each(
    ("expression", "message"),
    [
        ("host()", "host() takes one argument: a service"),
        ("host(1)", "host() takes one argument: a service, not a number"),
        ("host(['a'])", "host() takes one argument: a service, not a list"),
        ("host('a', 'b')", "host() takes one argument: a service"),
        ("host(none)", "host() takes one argument: a service, not null"),
        ("address(none)", "address() takes one argument: a URL, not null"),
        ("code()", "code() takes one argument: text, a number, a list or a mapping"),
        ("each('a')", "each() takes two arguments: a text with {} in it, and a list"),
        ("each('a', 'b')", "each() takes two arguments: a text with {} in it, and a list, not text as the second"),
        ("json()", "json() takes one argument: data"),
        ("ports('a:1', '2')", "ports() takes two arguments: an address and how many ports, not text as the second"),
        (
            "ports('a:1', true)",
            "ports() takes two arguments: an address and how many ports, not a boolean as the second",
        ),
        ("ports(1)", "ports() takes two arguments: an address and how many ports"),
        ("raw()", "raw() takes one argument: text or a number"),
        ("sorted(1)", "sorted() takes one argument: a list of texts, or one of numbers, not a number"),
        ("sorted([1, 'a'])", "sorted() takes one argument: a list of texts, or one of numbers, not a list of others"),
        ("name | title(1)", "the filter title takes no argument"),
        ("apps | join(1)", "the filter join takes at most one argument: the text between the items, not a number"),
        ("1 | join", "the filter join is for a list, not for a number"),
        ("apps | length | upper", "the filter upper is for text, not for a number"),
        ("none | length", "the filter length is for text, a list or a mapping, not for null"),
        ("name | replace('a')", "the filter replace takes two arguments, both text: what to replace, and by what"),
        ("name | default", "the filter default takes one argument: what is used where there is none"),
        ("1 < 'a'", "a number and text can't be compared with <"),
        ("none >= 1", "null and a number can't be compared with >="),
        ("name in 5", "`in` looks in a list, a mapping or text, not in a number"),
        ("name not in none", "`in` looks in a list, a mapping or text, not in null"),
        ("5 in name", "a number can't be looked for in text, only text can"),
        ("[] in cluster", "a list can't be looked for in a mapping, only text can"),
        ("cluster[apps]", "a list can't be looked up in a mapping"),
        ("cluster[host]", "a function can't be looked up in a mapping"),
        ("1 + 2", "expressions have no arithmetic; join text with ~"),
        ("1 - 2", "expressions have no arithmetic"),
        ("1 % 2", "expressions have no arithmetic"),
        ("-apps", "expressions have no arithmetic; a negative number stands alone, without <% %>, or in a fact"),
        ("name[1:2]", "expressions have no slices, such as [1:2]"),
        ("(name, name)", "a list stands in square brackets: [a, b]"),
        ("name.upper()", "expressions have no methods, such as .upper()"),
        ("cluster.items()", "expressions have no methods, such as .items()"),
    ],
)
def test_a_wrong_call_is_told_what_is_right(expression: str, message: str) -> None:
    error = refused(expression)
    assert (error.code, error.message) == ("E303", message)


@pytest.mark.parametrize("word", ["null", "nil"])
def test_who_writes_null_is_told_none(word: str) -> None:
    assert refused(f"host({word})").hint.startswith("nothing is written none; known: ")


def test_a_method_is_offered_as_a_filter() -> None:
    assert refused("name.upper()").hint == "write it as a filter: ... | upper"
    assert refused("name.strip()").hint == ""


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("big ~ big", "~ yields more than 100,000 characters"),
        ("[big, big] | join", "the filter join yields more than 100,000 characters"),
        ("['', ''] | join(big) | replace('a', big)", "the filter replace yields more than 100,000 characters"),
        ("each(big, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])", "each() yields more than 1,000,000 characters"),
        ("each('{}{}{}{}{}{}{}{}{}{}{}{}{}', [big])", "each() yields more than 1,000,000 characters"),
        (
            "[big, big, big, big, big, big, big, big, big, big, big, big]",
            "the expression makes data of more than 1,000,000 characters and items",
        ),
        (
            "{'a': [[big, big, big, big, big, big], [big, big, big, big, big, big]]}",
            "the expression makes data of more than 1,000,000 characters and items",
        ),
    ],
)
def test_nothing_grows_beyond_bounds(expression: str, message: str) -> None:
    error = refused(expression)
    assert (error.code, error.message) == ("E303", message)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("ports('h:1', 1000000000)", "ports() yields 0 to 1,000 ports, not 1000000000"),
        ("ports('h:1', 1001)", "ports() yields 0 to 1,000 ports, not 1001"),
        ("ports('h:99999999', 2)", "ports are 1 to 65535; 100000000 is not one of them"),
        ("ports('h:65535', 2)", "ports are 1 to 65535; 65536 is not one of them"),
        ("ports('h:0', 2)", "ports are 1 to 65535; 0 is not one of them"),
        ("ports('h:²', 2)", "'h:²' ends in no port"),
    ],
)
def test_ports_are_ports(expression: str, message: str) -> None:
    error = refused(expression)
    assert (error.code, error.message) == ("E304", message)
    assert len(expressions.evaluate("<% ports('h:64536', 1000) %>", NAMES)) == 1000
