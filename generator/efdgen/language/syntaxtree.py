"""The tree of an expression: what Jinja2's tree is, as far as expressions go.

site.host ~ ':8080'        Concat([Getattr(Name("site"), "host"), Const(":8080")])
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class Node:
    """A part of an expression. Its attributes are given in the order in which its class names them.

    `step` is no part of the tree: what evaluates the node, once that was asked for (`evaluator`).
    """

    __slots__ = ("__dict__", "step")
    names: tuple[str, ...] = ()

    def __init_subclass__(cls) -> None:
        cls.names = tuple(cls.__annotations__)

    def __init__(self, *values: Any) -> None:
        self.step: Any = None
        self.__dict__.update(zip(self.names, values, strict=True))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.__dict__.values()))})"

    def walk(self) -> Iterator[Node]:
        """Yield this part and all that are below it."""
        yield self
        for value in self.__dict__.values():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, Node):
                    yield from each.walk()


class And(Node):
    """`left and right`."""

    left: Node
    right: Node


class Call(Node):
    """`node(args)`; it has plain arguments only, or `name=value`, `*list` and such, too."""

    node: Node
    args: list[Node]
    is_plain: bool


class Compare(Node):
    """`expr < a <= b`, with an operand for each sign."""

    expr: Node
    ops: list[Operand]


class Operand(Node):
    """What something is compared with, and how: `eq`, `ne`, `lt`, `lteq`, `gt`, `gteq`, `in` or `notin`."""

    op: str
    expr: Node


class Concat(Node):
    """`a ~ b ~ c`."""

    nodes: list[Node]


class CondExpr(Node):
    """`expr1 if test else expr2`; None: there is no else."""

    test: Node
    expr1: Node
    expr2: Node | None


class Const(Node):
    """Text, a number, `true`, `false` or `none`."""

    value: Any


class Dict(Node):
    """`{key: value}`."""

    items: list[Pair]


class Pair(Node):
    """A key of a mapping, and its value."""

    key: Node
    value: Node


class Filter(Node):
    """`node | name(args)`; it has plain arguments only, or others, too."""

    node: Node | None
    name: str
    args: list[Node]
    is_plain: bool


class Getattr(Node):
    """`node.attr`."""

    node: Node
    attr: str


class Getitem(Node):
    """`node[arg]`."""

    node: Node
    arg: Node


class List(Node):
    """`[a, b]`."""

    items: list[Node]


class Name(Node):
    """`name`."""

    name: str


class Not(Node):
    """`not node`."""

    node: Node


class Or(Node):
    """`left or right`."""

    left: Node
    right: Node


class Test(Node):
    """`node is name`."""

    node: Node
    name: str


class Other(Node):
    """What Jinja2 has and expressions do not, by the name of its class."""

    construct: str
