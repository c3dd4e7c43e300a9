"""Loads what holds for all third-party charts: `environments/shared/charts.yaml`."""

from __future__ import annotations

from efdgen.repository import paths
from efdgen.repository.files import Files
from efdgen.repository.mirrors import ChartSettings, settings


def load(files: Files) -> ChartSettings:
    """Load what a repository says about third-party charts; without the file, or with problems, it says nothing."""
    document = files.document(paths.CHARTS, "charts") if files.exists(paths.CHARTS) else None
    return settings(document.data, paths.CHARTS) if document is not None else ChartSettings()
