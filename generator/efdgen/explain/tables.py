"""What says what a table holds."""

from __future__ import annotations

from efdgen.environment.functions import TABLES
from efdgen.errors import Location, Path
from efdgen.language.layers import Layer
from efdgen.repository.model import Table

_ITEM = 3
"""How many parts a path has that leads to an item: `tables.<table>.<item>`."""


def layers(table: Table) -> tuple[Layer, ...]:
    """Return what says what a table holds, the least specific first; `tables.<table>.<item>` in each."""
    if table.document is None:
        return ()
    document = table.document
    items = document.data["items"]
    defaults = dict.fromkeys(items, document.data.get("defaults", {}))

    def place_of_default(path: Path, offset: int = 0, *, key: bool = False) -> Location:
        return document.locate_in_text(("defaults", *path[_ITEM:]), offset, key=key)

    def place(path: Path, offset: int = 0, *, key: bool = False) -> Location:
        return document.locate_in_text(("items", *path[_ITEM - 1 :]), offset, key=key)

    return (
        Layer(f"defaults of the table {table.name}", {TABLES: {table.name: defaults}}, place_of_default),
        Layer(f"table {table.name}", {TABLES: {table.name: items}}, place),
    )
