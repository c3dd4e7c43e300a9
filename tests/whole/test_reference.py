"""The rendered tree against the hand-written deployments that it replaces."""

from __future__ import annotations

import json
import subprocess
import sys

from support import needs
from support.checkout import ROOT, SHARED

TOOL = SHARED / "tools/compare_reference.py"
FEEDS = SHARED / "reference/feeds"

pytestmark = needs.REFERENCE.needed


def test_the_tree_deploys_what_the_hand_written_repository_deployed() -> None:
    result = subprocess.run([sys.executable, TOOL, ROOT, "-v"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1] == "unexplained differences: 0"


def test_the_feeds_are_the_hand_written_ones_as_data() -> None:
    rendered = sorted((ROOT / "rendered/apps/chronograf/feeds").iterdir())
    written = sorted(FEEDS.iterdir())
    assert [file.name for file in rendered] == [file.name for file in written]
    for ours, theirs in zip(rendered, written, strict=True):
        assert json.loads(ours.read_bytes()) == json.loads(theirs.read_bytes()), ours.name
