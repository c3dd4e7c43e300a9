"""`.helmignore` is read as Helm reads it: Helm itself says what is right."""

from __future__ import annotations

from pathlib import Path

import helm_python
import pytest

from efdgen.repository import helmignore
from support.repository import overlay

FILES = (
    *("a.txt", "b/a.txt", "b/c/a.md", "d.bak", "e/d.bak", "docs/r.md", "x/docs/r.md", "!x", "f[1].t"),
    *("templates/.hid/x.yaml", "templates/.x.yaml", "templates/x.yaml", ".helmignore"),
)
RULES = (
    *(
        "",
        "*.bak",
        "/a.txt",
        "b/a.txt",
        "b/",
        "docs/",
        "a.*\n# x\n\n*.md",
        "b/*",
        "/b/*.txt",
        "b/c",
        "b/?",
        "docs/r.md",
    ),
    *(r"f\[1\].t", "[a-d].*", "[^a-dC]*", "?.bak", "*/a.txt", "  a.txt  ", "!Chart.yaml", r"\!x", "*.txt/"),
)


@pytest.mark.parametrize("rules", RULES)
def test_what_is_left_out_is_what_helm_leaves_out(rules: str, tmp_path: Path) -> None:
    overlay(tmp_path, {**dict.fromkeys(FILES, "k: 1\n"), "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n"})
    (tmp_path / ".helmignore").write_text(rules, encoding="utf-8")

    with helm_python.Chart.load(tmp_path) as chart:
        loaded = {each["name"] for each in (*chart.files, *chart.templates)}

    assert set(helmignore.kept(FILES, rules)) == loaded
    assert 0 <= len(loaded) < len(FILES)


@pytest.mark.parametrize("rules", ["a/**", "[a", "a\\"])
def test_what_helm_refuses_is_refused(rules: str, tmp_path: Path) -> None:
    overlay(tmp_path, {"Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n", ".helmignore": rules})

    with pytest.raises(helm_python.HelmError):
        helm_python.Chart.load(tmp_path)
    with pytest.raises(ValueError, match=r"Helm"):
        helmignore.kept(FILES, rules)
