"""Specs that are loaded when somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from efdgen.repository.model import EnvironmentSpec


class SpecsOnDemand(Mapping[str, EnvironmentSpec]):
    """Specs by the names of their environments; those that are not there yet are loaded when they are asked for.

    Args:
        loaded: those that are there.
        waiting: the names of the others.
        load: returns some of these.
    """

    def __init__(
        self,
        loaded: Mapping[str, EnvironmentSpec],
        waiting: Iterable[str],
        load: Callable[[Sequence[str]], Iterable[EnvironmentSpec]],
    ) -> None:
        self._loaded = dict(loaded)
        self._names = sorted({*loaded, *waiting})
        self._known = frozenset(self._names)
        self._load = load

    def __getitem__(self, name: str) -> EnvironmentSpec:
        if name not in self._loaded and name in self._known:
            self.load((name,))
        return self._loaded[name]

    def load(self, names: Iterable[str]) -> None:
        """Load several at once, before anybody asks for them: that takes less time than one by one."""
        new = [name for name in names if name not in self._loaded]
        self._loaded.update(zip(new, self._load(new), strict=True))

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
