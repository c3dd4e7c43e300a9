"""Hints name places that are free: whoever follows them overwrites nothing."""

from __future__ import annotations

from pathlib import Path

from efdgen.repository import freenames, paths
from efdgen.repository.files import Files
from support.foreach import for_each
from support.repository import overlay, small_repository


@for_each(
    ("like", "name"),
    [
        ("Antu", "antu"),
        ("my env", "my-env"),
        ("a\nb", "a-b"),
        ("-x-", "x"),
        ("NO", "no-1"),
        ("1e5", "1e5-1"),
        ("a" * 62 + "_b", "a" * 62),
        ("\u00e4\u00f6", ""),
        ("", ""),
    ],
)
def test_a_name_is_made_of_a_file_s(like: str, name: str) -> None:
    assert freenames.of_environment(Files(Path("nowhere")), like) == name


def test_no_two_get_one_name_and_none_gets_that_of_another(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, {paths.spec("attic-3"): "x", paths.spec("a" * 63): "x"})
    files = Files(root)
    assert [freenames.of_environment(files, "Attic") for _ in range(3)] == ["attic", "attic-2", "attic-4"]
    assert freenames.of_environment(files, "A" * 70) == "a" * 61 + "-2"
    assert freenames.of_environment(files, "Store") == "store-2", "there is such an app"
    assert freenames.takes(files, "environments/new.yaml")
    assert not freenames.takes(files, "environments/new.yaml")
    assert not freenames.takes(files, "environments/dome.yaml")
