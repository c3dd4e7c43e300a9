"""Reads YAML that others wrote or that Helm made, the way Helm, Argo CD and Kubernetes read it.

That is YAML 1.1 as Go's sigs.k8s.io/yaml knows it: dates and base-60 numbers are text, `y` and `on` are true,
`1e3` is a number, keys become text, the last of two equal keys wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

_TAG = "tag:yaml.org,2002:"
_TRUE = frozenset(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"))
_FALSE = frozenset(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"))
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_INTEGER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")
_BASES = {"x": 16, "o": 8, "b": 2}


class LenientError(ValueError):
    """A text is not YAML, or holds what JSON can't. `line` counts from 1; 0: not known."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.line = line


class _Loader(yaml.CSafeLoader):
    """Knows what Go's parser knows, and nothing else."""


def load(text: str) -> Any:
    """Return the data of the only document of a text; of an empty text, None.

    Raises:
        LenientError: when it is not YAML, a value is not finite, or there are more documents.
    """
    documents = load_all(text)
    if len(documents) > 1:
        raise LenientError("more than one document", 0)
    return documents[0] if documents else None


def load_all(text: str) -> list[Any]:
    """Return the documents of a text as plain data that JSON can hold; an empty document is None.

    Raises:
        LenientError: when it is not YAML, or a value is not finite.
    """
    try:
        return list(yaml.load_all(text, Loader=_Loader))  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = " ".join(part for part in (error.problem, error.context) if part)
        raise LenientError(message, mark.line + 1 if mark else 0) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 0
        raise LenientError("a character is not allowed in YAML", line) from None
    except RecursionError:
        raise LenientError("nested too deeply, or an anchor stands inside itself", 0) from None


def _plain(value: str) -> Any:
    """Return what an unquoted scalar means."""
    if value in _NULL:
        return None
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    if value[0] not in "0123456789+-.":
        return value
    digits = value.replace("_", "")
    if _INTEGER.match(digits):
        return _integer(digits)
    if _FLOAT.match(digits):
        return float(digits)
    return value


def _integer(digits: str) -> int | float:
    sign = -1 if digits[0] == "-" else 1
    body = digits.lstrip("+-").lower()
    if len(body) > 1 and body[0] == "0":
        base = _BASES.get(body[1], 8)
        number = sign * int(body[2:] if body[1] in _BASES else body, base)
    else:
        number = sign * int(body)
    return number if -(2**63) <= number < 2**63 else float(number)


def _construct_plain(loader: Any, node: yaml.ScalarNode) -> Any:
    if _INFINITE.match(node.value):
        raise yaml.constructor.ConstructorError(None, None, f"{node.value} is not finite", node.start_mark)
    value = _plain(node.value)
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return loader.construct_scalar(node)
    return value


def _construct_mapping(loader: Any, node: yaml.MappingNode) -> Any:
    mapping: dict[str, Any] = {}
    yield mapping
    loader.flatten_mapping(node)
    for key_node, value_node in node.value:
        mapping[_key(loader, key_node)] = loader.construct_object(value_node, deep=True)


def _key(loader: Any, node: yaml.Node) -> str:
    """Return a key as JSON has it: text."""
    key = loader.construct_object(node, deep=True) if isinstance(node, yaml.ScalarNode) else None
    if key is None:
        raise yaml.constructor.ConstructorError(None, None, "a key must be text, a number or a boolean", node.start_mark)
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, float) and key.is_integer():
        return str(int(key))
    return str(key)


def _construct_other(loader: Any, _suffix: str, node: yaml.Node) -> Any:
    """Construct what has a tag that Go does not know: as if it had none."""
    if isinstance(node, yaml.MappingNode):
        return loader.construct_object(yaml.MappingNode(f"{_TAG}map", node.value, node.start_mark), deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


def _construct_binary(loader: Any, node: yaml.ScalarNode) -> Any:
    content: bytes = yaml.constructor.SafeConstructor.construct_yaml_binary(loader, node)
    return content.decode("utf-8", "replace")


def _install(names: Iterable[str], construct: Any) -> None:
    for name in names:
        _Loader.add_constructor(f"{_TAG}{name}", construct)


_Loader.yaml_implicit_resolvers = {}
_Loader.yaml_constructors = {}
_Loader.add_implicit_resolver(f"{_TAG}merge", re.compile(r"<<\Z"), ["<"])
_Loader.add_implicit_resolver(
    f"{_TAG}plain", re.compile(r"(?:[-+.0-9].*|[yYnN]|[a-zA-Z]{2,5}|~|)\Z", re.DOTALL), [*"-+.0123456789yYnNtTfFoO~", ""]
)
_install(("plain", "int", "float", "bool", "null"), _construct_plain)
_install(("map", "set", "omap"), _construct_mapping)
_install(("seq",), yaml.constructor.SafeConstructor.construct_yaml_seq)
_install(("str", "timestamp"), lambda loader, node: loader.construct_scalar(node))
_install(("binary",), _construct_binary)
_Loader.add_multi_constructor("", _construct_other)
