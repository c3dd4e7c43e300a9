"""What docs/spec.md says of taking away: a chart's default, a part that a site sets, a pin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from efdgen.verbs import render
from support.checkout import edit
from support.parsers import libyaml
from support.repository import small_repository

LAB = "environments/lab.yaml"
PIN = "    pins:\n      image.tag:\n        value: 1.9.3\n        reason: 1.9.4 has not been tried here.\n"
SINK = "      s3Sink:\n        enabled: true\n        name: s3\n        awsSecret: aws-secret\n"
SINK += '        flushSize: "1000"\n'
OF_SITE = "      store:\n"


def values(root: Path, app: str) -> Any:
    """Render, and return the values of an app in the lab."""
    render.write(root)
    rendered = libyaml((root / f"rendered/apps/{app}/values-lab.yaml").read_text(encoding="utf-8"))
    return rendered[libyaml((root / f"rendered/apps/{app}/Chart.yaml").read_text())["dependencies"][0]["name"]]


@pytest.mark.parametrize("written", ["persistence: {size: null}", "persistence: {enabled: null}", "persistence: null"])
def test_null_stands_at_every_value_whatever_its_type(tmp_path: Path, written: str) -> None:
    root = small_repository(tmp_path)
    edit(root / LAB, "      persistence:\n        size: 20Gi\n", f"      {written}\n")
    given = libyaml(written)["persistence"]
    found = values(root, "store")["persistence"]
    assert found is given or found.items() >= given.items()


def test_a_null_image_tag_is_the_chart_s_own(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    edit(root / LAB, PIN, "")
    edit(root / LAB, "      persistence:\n", "      image: {tag: null}\n      persistence:\n")
    assert values(root, "store")["image"]["tag"] is None


def test_a_part_that_conditions_look_into_can_be_taken_away(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    edit(root / LAB, SINK, "      s3Sink: null\n")
    found = values(root, "link")
    assert found["s3Sink"] is None
    assert "aws-secret" not in (root / "rendered/apps/link/values-lab.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("pins", ["    pins: {image.tag: null}\n", ""])
def test_a_pin_of_the_site_can_be_taken_away(tmp_path: Path, pins: str) -> None:
    root = small_repository(tmp_path)
    facts = root / "environments/shared/facts.yaml"
    of_site = "        pins: {image.tag: {value: 1.9.2, reason: The north is slow.}}\n"
    before, after = facts.read_text(encoding="utf-8").rsplit(OF_SITE, 1)
    facts.write_text(f"{before}{OF_SITE}{of_site}{after}", encoding="utf-8")
    edit(root / LAB, PIN, pins)
    assert values(root, "store")["image"]["tag"] == ("1.9.4" if pins else "1.9.2")
    page = (root / "rendered/docs/lab.md").read_text(encoding="utf-8")
    assert ("The north is slow" in page) is not bool(pins)


def test_a_condition_that_yields_null_is_false(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    edit(root / "templates/apps/link/app.yaml", "<% values.s3Sink.enabled | default(false) %>", "<% none %>")
    edit(root / LAB, "        awsSecret: aws-secret\n", "")
    render.write(root)
    assert "aws-secret" not in (root / "rendered/apps/link/values-lab.yaml").read_text(encoding="utf-8")


def test_a_pin_that_a_more_specific_value_overrides_is_not_in_force(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    facts = root / "environments/shared/facts.yaml"
    of_site = "        pins: {persistence.size: {value: 60Gi, reason: The north has little room.}}\n"
    before, after = facts.read_text(encoding="utf-8").rsplit(OF_SITE, 1)
    facts.write_text(f"{before}{OF_SITE}{of_site}{after}", encoding="utf-8")
    assert values(root, "store")["persistence"]["size"] == "20Gi"
    assert "60Gi" not in (root / "rendered/docs/lab.md").read_text(encoding="utf-8")
    assert "60Gi" not in (root / "rendered/README.md").read_text(encoding="utf-8")
    edit(root / LAB, "        size: 20Gi\n", "        enabled: true\n")
    assert values(root, "store")["persistence"]["size"] == "60Gi"
    assert "60Gi" in (root / "rendered/docs/lab.md").read_text(encoding="utf-8")
