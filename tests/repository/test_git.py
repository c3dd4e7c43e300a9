"""Git, the real one: what a revision is, and what files were there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from efdgen.errors import UsageError
from efdgen.repository import git
from support.gitrepo import commit
from support.gitrepo import git as run_git
from support.repository import overlay


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "work"
    overlay(root, {"specs/a.yaml": "a: 1\n", "specs/deep/b.yaml": "b\n", "other/c": "c"})
    commit(root)
    return root


def files(root: Path, name: str = "HEAD", *folders: str) -> dict[str, bytes]:
    return git.files(root, git.revision(root, name), folders or ("specs",))


def refusal(root: Path, name: str) -> str:
    with pytest.raises(UsageError) as caught:
        git.revision(root, name)
    return str(caught.value)


def test_a_revision_has_the_name_that_people_call_it(root: Path) -> None:
    made = commit(root)
    assert git.revision(root, "main") == (made, f"main ({made[:9]})")
    assert git.revision(root, made) == (made, made[:9])
    assert git.revision(root, made[:7]) == (made, made[:9])
    assert git.revision(root, "main~1").commit == run_git(root, "rev-parse", "HEAD~1")


@pytest.mark.parametrize("name", ["", "^HEAD", "HEAD..", "HEAD..main", "HEAD...main", "...", "--help", "HEAD:a", "a b"])
def test_what_does_not_name_one_commit_is_told_what_does(root: Path, name: str) -> None:
    said = refusal(root, name)
    assert said.startswith(f"{name.removesuffix('...')!r} is not a revision. A revision names one commit: a branch,")


def test_a_tree_is_not_a_commit(root: Path) -> None:
    tree = run_git(root, "rev-parse", "HEAD:specs")
    assert refusal(root, tree) == f"{tree!r} is not a revision: it is in Git, and not a commit"


def test_a_tag_is_the_commit_that_it_marks(root: Path) -> None:
    run_git(root, "tag", "--annotate", "v1", "--message", "one")
    assert git.revision(root, "v1").commit == run_git(root, "rev-parse", "HEAD")


def test_three_dots_mean_where_the_branch_began(root: Path) -> None:
    start = run_git(root, "rev-parse", "HEAD")
    run_git(root, "checkout", "--quiet", "-b", "topic")
    commit(root, "on the branch")
    run_git(root, "checkout", "--quiet", "main")
    ahead = commit(root, "meanwhile")
    run_git(root, "checkout", "--quiet", "topic")
    assert git.revision(root, "main...") == (start, f"main... ({start[:9]})")
    assert git.revision(root, "main").commit == ahead


def test_branches_without_a_common_ancestor_are_refused(root: Path) -> None:
    run_git(root, "checkout", "--quiet", "--orphan", "alone")
    commit(root, "a beginning of its own")
    assert refusal(root, "main...") == "main and HEAD have no common ancestor"


@pytest.mark.parametrize("name", ["mian", "mian...", "mian~0"])
def test_an_unknown_revision_is_refused_with_a_suggestion(root: Path, name: str) -> None:
    assert "unknown revision 'mian" in refusal(root, name)
    assert "did you mean 'main'?" in refusal(root, name)


@pytest.mark.parametrize("name", ["", "...", "--all", "-h", "main..main", "a\nb", "HEAD:specs"])
def test_what_is_no_revision_is_refused(root: Path, name: str) -> None:
    assert "revision" in refusal(root, name) or "can't find" in refusal(root, name)


def test_outside_of_a_repository_there_is_no_revision(tmp_path: Path) -> None:
    assert refusal(tmp_path, "main") == f"{tmp_path} is not in a Git repository: there is no revision to compare with"


def test_a_repository_without_a_commit_has_no_revision(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "--quiet")
    assert "unknown revision 'HEAD'" in refusal(tmp_path, "HEAD")


def test_a_shallow_clone_says_how_to_fetch_more(root: Path, tmp_path: Path) -> None:
    commit(root)
    run_git(tmp_path, "clone", "--quiet", "--depth", "1", root.as_uri(), "shallow")
    assert "this clone is shallow: git fetch --unshallow" in refusal(tmp_path / "shallow", "HEAD~1")
    assert files(tmp_path / "shallow", "HEAD") == files(root)


def test_without_git_it_says_what_is_missing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(root))
    assert "needs the command git" in refusal(root, "HEAD")


# -- files


def test_files_are_those_of_the_revision_and_of_the_folders_asked_for(root: Path) -> None:
    overlay(root, {"specs/a.yaml": "a: 2\n", "specs/deep": None})
    assert files(root) == {"specs/a.yaml": b"a: 1\n", "specs/deep/b.yaml": b"b\n"}
    commit(root)
    assert files(root) == {"specs/a.yaml": b"a: 2\n"}
    assert sorted(files(root, "HEAD~1", "specs", "other", "none")) == ["other/c", "specs/a.yaml", "specs/deep/b.yaml"]


def test_a_repository_may_be_a_folder_of_the_work_tree(root: Path) -> None:
    assert files(root / "specs", "HEAD", "deep") == {"deep/b.yaml": b"b\n"}
    assert files(root / "specs", "HEAD", "other") == {}


def test_a_folder_that_was_not_there_has_no_files(root: Path) -> None:
    overlay(root, {"new/specs/a.yaml": "a\n"})
    assert files(root / "new") == {}


@pytest.mark.parametrize("name", ["ä ö.yaml", "ta\tb.yaml", 'quo"te', "new\\line", "-dash", "*", "missing"])
def test_odd_names_are_kept(root: Path, name: str) -> None:
    overlay(root, {f"specs/odd/{name}": name})
    commit(root)
    assert files(root, "HEAD", "specs/odd") == {f"specs/odd/{name}": name.encode()}


@pytest.mark.parametrize("content", [b"", b"\n", b"\0\xff", b"blob 5\n", b"x" * 100_000])
def test_contents_are_kept_to_the_byte(root: Path, content: bytes) -> None:
    overlay(root, {"specs/odd": content})
    commit(root)
    assert files(root)["specs/odd"] == content
    assert files(root)["specs/deep/b.yaml"] == b"b\n"


def test_a_link_is_what_it_leads_to_and_others_are_left_out(root: Path) -> None:
    links = {
        "near": "a.yaml",
        "out-of-folder": "../other/c",
        "out": "/etc/hosts",
        "lost": "x",
        "loop": "loop",
        "to": ".",
    }
    for name, target in links.items():
        (root / "specs" / name).symlink_to(target)
    commit(root)
    found = files(root)
    assert (found["specs/near"], found["specs/out-of-folder"]) == (b"a: 1\n", b"c")
    assert not {"specs/out", "specs/lost", "specs/loop", "specs/to"} & set(found)
    assert files(root / "specs", "HEAD", "near") == {"near": b"a: 1\n"}


def test_submodules_are_left_out(root: Path, tmp_path: Path) -> None:
    overlay(tmp_path / "module", {"x": "x"})
    commit(tmp_path / "module")
    run_git(
        root,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        (tmp_path / "module").as_uri(),
        "specs/m",
    )
    commit(root)
    assert "specs/m" not in files(root)


def test_the_variables_of_a_hook_lead_nowhere(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "elsewhere"
    overlay(other, {"specs/a.yaml": "another\n"})
    commit(other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    assert files(root)["specs/a.yaml"] == b"a: 1\n"


def test_a_hook_of_a_linked_work_tree_is_fine(root: Path, tmp_path: Path) -> None:
    run_git(root, "worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "linked")
    assert files(tmp_path / "linked") == files(root)


def test_an_object_that_is_lost_is_told(root: Path) -> None:
    blob = run_git(root, "rev-parse", "HEAD:specs/a.yaml")
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(UsageError, match=f"Git lacks the object {blob}: run git fsck"):
        files(root)


def test_messages_are_understood_in_every_language(tmp_path: Path) -> None:
    code = f"from pathlib import Path; from efdgen.repository import git; git.revision(Path({str(tmp_path)!r}), 'main')"
    variables = {**os.environ, "LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"}
    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=False)
    assert "is not in a Git repository" in done.stderr
