"""Finds what leads back to itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping


def circles(edges: Mapping[str, Collection[str]]) -> list[tuple[str, ...]]:
    """Return circles of a graph such that without the last step of each there is none left.

    `circles({"a": ("b",), "b": ("c", "a"), "c": ()})` is `[("a", "b")]`: from a to b, and from b back to a. Each
    begins with what the search, which follows names in their order, met first. Names without an entry lead nowhere.
    """
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for root in sorted(edges):
        path: list[str] = []
        steps: list[Iterator[str]] = []
        following: str | None = root if root not in done else None
        while following is not None or steps:
            if following is not None:
                path.append(following)
                steps.append(iter(edges.get(following, ())))
            following = None
            for name in steps[-1]:
                if name in path:
                    found.append(tuple(path[path.index(name) :]))
                elif name not in done:
                    following = name
                    break
            else:
                done.add(path.pop())
                steps.pop()
    return found
