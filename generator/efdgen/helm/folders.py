"""Puts charts that lie in folders of a repository where `helm dependency build` puts them: into the wrapper charts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from efdgen.errors import ChartError
from efdgen.helm.dependencies import dependencies
from efdgen.language import yamlio
from efdgen.output import layout
from efdgen.repository import chartaddress, chartfolders


def built(tree: Mapping[str, bytes], root: Path) -> Mapping[str, bytes]:
    """Return a rendered tree with the folders that its wrapper charts name, each below `charts/<name>`.

    What can't be read is left out: who hydrates the app says so.

    Args:
        tree: the tree; paths below `rendered/`.
        root: the repository, as it was when the tree was rendered.
    """
    added: dict[str, bytes] = {}
    for path, content in tree.items():
        if (
            chartaddress.SCHEME.encode() in content
            and layout.is_in_chart(path)
            and path == layout.chart_file(layout.app_of(path))
        ):
            added.update(_folders(path, content, root))
    return {**tree, **added} if added else tree


def alone(tree: Mapping[str, bytes], app: str) -> Mapping[str, bytes]:
    """Return the wrapper chart of an app as if it depended on no chart: what its own templates make is left."""
    folder, metadata = f"{layout.chart(app)}/", layout.chart_file(app)
    found = {path: text for path, text in tree.items() if path.startswith(folder) and f"{folder}charts/" not in path}
    try:
        data = yamlio.load(found[metadata].decode("utf-8-sig"))
    except (KeyError, ValueError):
        return found  # whoever hydrates it says what is wrong
    if isinstance(data, dict):
        found[metadata] = yamlio.dump({key: value for key, value in data.items() if key != "dependencies"}).encode()
    return found


def _folders(path: str, content: bytes, root: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    try:
        for chart in dependencies(content):
            folder = chartaddress.folder_of(chart.repository)
            if folder:
                below = path.replace("Chart.yaml", f"charts/{chart.name}")
                found.update({f"{below}/{file}": text for file, text in chartfolders.read(root, folder).items()})
    except ChartError:
        pass
    return found
