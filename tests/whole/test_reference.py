"""The rendered tree against the hand-written deployments that it replaces."""

from __future__ import annotations

import json
import subprocess
import sys

from efdgen.language import schema, yamlio
from efdgen.repository import definitions
from efdgen.repository.files import Files
from support import document, needs
from support.checkout import SHARED
from support.efd import EFD

TOOL = SHARED / "tools/compare_reference.py"
FEEDS = SHARED / "reference/feeds"
CHARTS = SHARED / "reference/charts"

pytestmark = needs.REFERENCE.needed


def test_the_tree_deploys_what_the_hand_written_repository_deployed() -> None:
    result = subprocess.run([sys.executable, TOOL, EFD, "-v"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1] == "unexplained differences: 0"


def test_the_feeds_are_the_hand_written_ones_as_data() -> None:
    rendered = sorted((EFD / "rendered/apps/chronograf/feeds").iterdir())
    written = sorted(FEEDS.iterdir())
    assert [file.name for file in rendered] == [file.name for file in written]
    for ours, theirs in zip(rendered, written, strict=True):
        assert json.loads(ours.read_bytes()) == json.loads(theirs.read_bytes()), ours.name


def test_what_a_chart_itself_says_is_accepted() -> None:
    """The types of an app must not refuse what its chart has by default: it could be written, too."""
    apps = definitions.load(Files(EFD)).values()
    read = {app.name: CHARTS / f"{app.chart.name}-{app.chart.version}/values.yaml" for app in apps}
    assert all(path.is_file() for path in read.values())
    for app in apps:
        values = document("{}", "values.yaml")._replace(data=yamlio.load(read[app.name].read_text(encoding="utf-8")))
        assert schema.check_data(values, app.types.values) == [], app.name
