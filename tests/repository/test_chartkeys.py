"""What values say beside the keys that charts know."""

from __future__ import annotations

import sys

from efdgen.repository import chartkeys


def test_very_many_unknown_values_beside_very_many_known_ones_take_no_copies_of_these() -> None:
    keys: dict[str, object] = {f"key-{number}": {} for number in range(1000)}
    found = list(chartkeys.unknown({f"kye-{number}": 1 for number in range(1000)}, keys))
    assert len(found) == 1000
    assert all(list(known) == list(keys) for _, known in found[:2])
    assert max(sys.getsizeof(known) for _, known in found) < 200
