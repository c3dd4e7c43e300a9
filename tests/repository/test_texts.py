"""What is wrong with a text, whatever it is: Git's conflicts, in every file that people write and merge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from efdgen.repository import ownschemas, texts
from efdgen.repository.files import Files
from efdgen.repository.load import load
from support.checkout import FROZEN
from support.foreach import for_each
from support.repository import small_repository

CONFLICT = "Git left a merge conflict here"
MORE_OF_THE_EFD = ("templates/pages/", "templates/project.yaml", "templates/runbook/functions.sh")
"""What the small repository has none of."""


def conflicting(text: str) -> tuple[str, int]:
    """Return a text in whose middle a merge stopped, and the line there."""
    lines = text.split("\n")
    at = len(lines) // 2
    both = ["<<<<<<< HEAD", lines[at], "=======", f"{lines[at]} ", ">>>>>>> other"]
    return "\n".join([*lines[:at], *both, *lines[at + 1 :]]), at + 1


def wrong(root: Path, path: str, text: str) -> set[tuple[str, str, int, str]]:
    """Return what is wrong with a repository, with another text in one of its files."""
    problems = load(root, instead={path: text}).problems
    return {(each.code, each.location.file, each.location.line, each.message) for each in problems}


def files(root: Path) -> Iterator[str]:
    """Yield what people write in a repository."""
    for folder in ("environments", "schemas", "templates"):
        yield from sorted(path.relative_to(root).as_posix() for path in (root / folder).rglob("*") if path.is_file())


def test_a_conflict_is_found_in_every_file_that_people_merge(tmp_path: Path) -> None:
    small = small_repository(tmp_path)
    of_the_efd = [path for path in files(FROZEN) if path.startswith(MORE_OF_THE_EFD)]
    cases = [*((small, path) for path in files(small)), *((FROZEN, path) for path in of_the_efd)]
    kinds = {Path(path).suffix for _, path in cases}
    assert kinds == {".json", ".md", ".sh", ".tpl", ".yaml"}
    assert len(of_the_efd) > 1
    for root, path in cases:
        text, line = conflicting((root / path).read_text(encoding="utf-8"))
        # Nothing follows from it: that a file is missing, or that an app deploys nothing.
        assert wrong(root, path, text) == {("E103", path, line, CONFLICT)}, path


def test_an_app_of_one_template_has_one_all_the_same(tmp_path: Path) -> None:
    small = small_repository(tmp_path)
    folder = small / "templates/apps/lone"
    (folder / "templates").mkdir(parents=True)
    (folder / "app.yaml").write_text("description: A thing.\nchart: none\n", encoding="utf-8")
    path = "templates/apps/lone/templates/it.yaml"
    text = "kind: ConfigMap\n<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> other\n"
    (small / path).write_text(text, encoding="utf-8")
    assert wrong(small, path, text) == {("E103", path, 2, CONFLICT)}


@for_each(
    "text",
    [
        'name: lab\ntitle: "one\n<<<<<<< HEAD\n\n=======\n\n>>>>>>> other\n  two"\napps: {}\n',
        "name: lab\napps: {}\n<<<<<<< HEAD\n# a\n=======\n# c\n>>>>>>> other\n",
    ],
)
def test_a_conflict_is_one_wherever_it_stands_in_yaml(text: str) -> None:
    problems = wrong(FROZEN, "environments/lab.yaml", text)
    assert [each for each in problems if each[0].startswith("E")] == [("E103", "environments/lab.yaml", 3, CONFLICT)]


@for_each("path, head", [("a.md", "# A\n\n"), ("f.sh", "f() {\n"), ("t.yaml", "{{ a }}\n"), ("a.schema.json", "{\n")])
def test_what_is_left_of_one_is_found_where_it_may_be_text(path: str, head: str) -> None:
    for line in ("<<<<<<< HEAD", "<<<<<<<", ">>>>>>> other"):
        read = Files(FROZEN, instead={path: f"{head}{line}\n}}\n"})
        assert (ownschemas.read(read, path) if path.endswith(".json") else read.text_file(path)) is None
        (problem,) = read.problems
        assert (problem.code, problem.location.line) == ("E103", head.count("\n") + 1)
        assert problem.message == "Git left a part of a merge conflict here"


@for_each(
    "text",
    [
        "A heading\n=======\n",
        "<<<<<<<<\n=======\n",
        " <<<<<<< HEAD\n=======\n",
        "a <<<<<<<\n=======\n",
        ">>>>>>>\n",
        "> >>>>>>> a\n",
        "cat <<<<<<<\n",
    ],
)
def test_what_looks_like_one_is_none(text: str) -> None:
    assert texts.plain(text, "a.md")[0].text == text
