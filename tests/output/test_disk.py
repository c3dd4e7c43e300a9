"""The output folder: what is written, how, and what happens when it can't be."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from efdgen.errors import OutputError
from efdgen.output import disk, filesystem, layout
from efdgen.output.compare import FileChange, compare
from efdgen.output.journal import FOLDER
from efdgen.output.tree import FileTree
from efdgen.verbs import render
from support import warm
from support.checkout import edit, snapshot
from support.efd import EFD

VALUES = "apps/store/values-lab.yaml"
EARLIER = ".efdgen-tmp"
OLD, NEW = "        size: 20Gi\n", "        size: 40Gi\n"


def apply(folder: Path, files: dict[str, bytes]) -> list[FileChange]:
    """Make a folder hold exactly these files; return the changes."""
    with disk.lock(folder):
        made = compare(disk.read(folder), FileTree(files))
        disk.apply(folder, made)
    return made


def staged(folder: Path) -> list[Path]:
    return list(folder.rglob(FOLDER))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    old = os.umask(0o022)
    yield os.umask
    os.umask(old)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An output folder with two files in it."""
    made = tmp_path / "rendered"
    apply(made, {"a/one": b"1\n", "b/c/two": b"2\n"})
    return made


# -- what is there afterwards


def test_what_was_applied_is_what_is_read(folder: Path) -> None:
    files = {"a/one": b"1\n", "d/three": b"\x00\xff", "d/four": b""}
    apply(folder, files)
    assert dict(disk.read(folder)) == files == snapshot(folder)
    assert not (folder / "b").exists()


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert dict(disk.read(tmp_path / "nothing")) == {}


@pytest.mark.parametrize("count", [1, 100])
def test_nothing_that_was_staged_is_left(folder: Path, count: int) -> None:
    apply(folder, {f"x/{number}": b"x" for number in range(count)})
    assert len(snapshot(folder)) == count
    assert staged(folder) == []


def test_an_unchanged_file_keeps_its_inode_and_times(small: Path) -> None:
    rendered = small / "rendered"
    before = {path: path.stat() for path in rendered.rglob("*") if path.is_file()}
    time.sleep(0.01)
    assert render.write(small).changes == ()
    edit(small / "environments/lab.yaml", OLD, NEW)
    changed = [layout.FLEET, VALUES, layout.page("lab")]
    assert [change.path for change in render.write(small).changes] == changed
    for path, was in before.items():
        now = path.stat()
        same = (now.st_ino, now.st_mtime_ns, now.st_ctime_ns) == (was.st_ino, was.st_mtime_ns, was.st_ctime_ns)
        assert same is (path.relative_to(rendered).as_posix() not in changed), path


def test_a_changed_file_is_replaced_and_never_written_in_place(folder: Path) -> None:
    with (folder / "a/one").open("rb") as reader:
        inode = os.fstat(reader.fileno()).st_ino
        apply(folder, {"a/one": b"new, and longer\n", "b/c/two": b"2\n"})
        assert reader.read() == b"1\n"
    assert (folder / "a/one").stat().st_ino != inode


@pytest.mark.parametrize(
    ("mask", "file", "directory"), [(0o022, 0o644, 0o755), (0o077, 0o600, 0o700), (0, 0o666, 0o777)]
)
def test_new_files_and_folders_respect_the_umask(
    folder: Path, umask: Callable[[int], int], mask: int, file: int, directory: int
) -> None:
    umask(mask)
    apply(folder, {"new/folder/file": b"x"})
    assert mode(folder / "new/folder/file") == file
    assert mode(folder / "new") == mode(folder / "new/folder") == directory


@pytest.mark.parametrize("kept", [0o600, 0o664, 0o640, 0o755, 0o444])
def test_a_changed_file_keeps_its_mode(folder: Path, umask: Callable[[int], int], kept: int) -> None:
    (folder / "a/one").chmod(kept)
    umask(0o077)
    apply(folder, {"a/one": b"new\n", "b/c/two": b"2\n"})
    assert mode(folder / "a/one") == kept


def test_what_an_earlier_version_was_writing_when_it_was_killed_is_never_deleted_silently(small: Path) -> None:
    rendered = small / "rendered"
    half = f"apps/store/.values-lab.yaml{EARLIER}"
    (rendered / half).write_bytes((rendered / VALUES).read_bytes()[:100])
    mine = f"apps/store/draft{EARLIER}"
    (rendered / mine).write_bytes(b"a day of work\n")
    edit(small / "environments/lab.yaml", OLD, NEW)
    assert render.write(small).foreign == (half, mine)
    assert (rendered / mine).read_bytes() == b"a day of work\n"
    assert (rendered / half).exists()


def test_a_folder_stays_while_something_is_in_it(folder: Path) -> None:
    apply(folder, {"a/one": b"1\n", "a/two": b"2\n"})
    apply(folder, {"a/one": b"1\n"})
    assert snapshot(folder) == {"a/one": b"1\n"}


def test_the_folder_itself_stays_when_its_last_file_goes(folder: Path) -> None:
    apply(folder, {})
    assert folder.is_dir()
    assert not any(folder.iterdir())


@pytest.mark.parametrize(
    ("count", "syncs"), [(1, ["fsync"] * 2), (63, ["fsync"] * 64), (64, ["sync"]), (100, ["sync"])]
)
def test_all_is_on_the_disk_before_the_first_file_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, syncs: list[str]
) -> None:
    steps = []
    replace = os.replace

    def noted(source: str, target: str) -> None:
        steps.append("replace")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", lambda _: steps.append("fsync"))
    monkeypatch.setattr(filesystem, "sync", lambda _: steps.append("sync"))
    monkeypatch.setattr(os, "replace", noted)
    apply(tmp_path / "rendered", {f"{number}": b"x" for number in range(count)})
    # The journal is written when everything else is on the disk, and takes its name before anything else does.
    assert steps == [*syncs, "fsync", "replace", "fsync", *["replace"] * count]


# -- what is in the way


def obstacle_file_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def obstacle_dangling_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def obstacle_circular_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def obstacle_folder_link(path: Path) -> None:
    moved = path.parents[3] / "moved"
    path.parent.rename(moved)
    path.parent.symlink_to(moved, target_is_directory=True)


def obstacle_output_link(path: Path) -> None:
    rendered = path.parents[2]
    rendered.rename(rendered.with_name("elsewhere"))
    rendered.symlink_to("elsewhere", target_is_directory=True)


def obstacle_dangling_output_link(path: Path) -> None:
    obstacle_output_link(path)
    rendered = path.parents[2]
    rendered.unlink()
    rendered.symlink_to("nowhere")


def obstacle_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def obstacle_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def obstacle_file_for_folder(path: Path) -> None:
    for file in path.parent.rglob("*"):
        if file.is_file():
            file.unlink()
    (path.parent / "templates").rmdir()
    path.parent.rmdir()
    path.parent.write_bytes(b"mine\n")


def obstacle_file_for_output(path: Path) -> None:
    rendered = path.parents[2]
    rendered.rename(rendered.with_name("elsewhere"))
    rendered.write_bytes(b"mine\n")


@pytest.mark.parametrize(
    ("obstruct", "says"),
    [
        (obstacle_file_link, r"values-lab\.yaml is a symbolic link"),
        (obstacle_dangling_link, r"values-lab\.yaml is a symbolic link"),
        (obstacle_circular_link, r"values-lab\.yaml is a symbolic link"),
        (obstacle_folder_link, r"apps/store is a symbolic link"),
        (obstacle_output_link, r"rendered is a symbolic link"),
        (obstacle_dangling_output_link, r"rendered is a symbolic link"),
        (obstacle_folder, r"values-lab\.yaml is a folder, and a file belongs there"),
        (obstacle_fifo, r"values-lab\.yaml is neither a file nor a folder"),
        (obstacle_file_for_folder, r"apps/store is a file, and a folder belongs there"),
        (obstacle_file_for_output, r"rendered: "),
    ],
    ids=lambda value: value.__name__.removeprefix("obstacle_") if callable(value) else "",
)
def test_what_is_in_the_way_is_named_and_nothing_is_written(
    small: Path, obstruct: Callable[[Path], None], says: str
) -> None:
    obstruct(small / "rendered" / VALUES)
    before = everything(small)
    with pytest.raises(OutputError, match=says) as caught:
        render.write(small)
    assert not str(caught.value).endswith("None")
    assert everything(small) == before


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return the kind, and the content or the target, of all that is in a folder; links are not followed."""
    found = {}
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent) / name
            kind = stat.S_IFMT(path.lstat().st_mode)
            content = b""
            if stat.S_ISLNK(kind):
                content = os.fsencode(path.readlink())
            elif stat.S_ISREG(kind):
                content = path.read_bytes()
            found[path.relative_to(folder).as_posix()] = (kind, content)
    return found


def test_obstacles_end_the_command_with_4_and_a_clear_message(small: Path) -> None:
    obstacle_fifo(small / "rendered" / VALUES)
    for verb in ("render", "check"):
        result = warm.efdgen(verb, cwd=small)
        assert result.returncode == 4
        assert result.stdout == ""
        assert result.stderr.startswith("error: ")
        assert "Traceback" not in result.stderr


def test_a_link_never_leads_a_write_out_of_the_folder(small: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_bytes(b"precious\n")
    target = small / "rendered" / VALUES
    target.unlink()
    target.symlink_to(outside)
    with pytest.raises(OutputError):
        render.write(small)
    assert outside.read_bytes() == b"precious\n"


# -- a disk that refuses


FULL = """
import resource, sys
from efdgen.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.argv[1:] = ["render"]
main()
"""


def edit_much(root: Path) -> None:
    """Change every file of an environment, its feed, which is written last, into a long one."""
    edit(
        root / "environments/shared/news.yaml",
        "content_text: Something happened.\n",
        f"content_text: {'This happened. ' * 500}\n",
    )
    edit(root / "environments/lab.yaml", 'kubernetesVersion: "1.21.5"', 'kubernetesVersion: "1.22.0"')


@pytest.mark.parametrize(
    ("limit", "named"),
    [(0, FOLDER), (100, FOLDER), (200, "apps/efd/values-lab.yaml"), (4000, "apps/view/feeds/lab.json")],
)
def test_a_full_disk_leaves_everything_as_it_was(small: Path, limit: int, named: str) -> None:
    edit_much(small)
    shutil.copytree(small / "templates/apps/view", small / "templates/apps/novelty")
    before = everything(small / "rendered")
    result = warm.python("-c", FULL, str(limit), cwd=small)
    assert (result.returncode, result.stdout) == (4, "")
    assert result.stderr.startswith("error: can't write ")
    assert "run it again when that is fixed" in result.stderr
    where = re.match(
        rf"error: can't write {re.escape(str(small.resolve()))}/rendered/(.*): File too large; ", result.stderr
    )
    assert where is not None, result.stderr
    assert where[1] == named
    assert everything(small / "rendered") == before
    render.write(small)
    assert render.check(small).is_clean


READ_ONLY = """
import os, sys
from efdgen import cli
from efdgen.output import disk, filesystem
from efdgen.verbs import render
from efdgen.cli import check_command, render_command
from efdgen.report import text
import difflib, fcntl, linecache
from pathlib import Path
render.check(Path.cwd())
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
sys.argv[1:] = ["render"]
cli.main()
"""


@pytest.mark.parametrize("denied", ["rendered/apps/store", "rendered"])
def test_a_folder_that_must_not_be_written_leaves_everything_as_it_was(small: Path, denied: str) -> None:
    # The test's own folders are closed to other users; root can write anywhere, and becomes nobody.
    with tempfile.TemporaryDirectory() as open_folder:
        Path(open_folder).chmod(0o755)
        root = Path(open_folder) / "repository"
        small.rename(root)
        for path in (root, *root.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        edit_much(root)
        for path in ((root / denied), *(root / denied).rglob("*")):
            if path.is_dir():
                path.chmod(0o555)
        before = everything(root / "rendered")
        result = warm.python("-c", READ_ONLY, cwd=root)
        assert (result.returncode, result.stdout) == (4, ""), result.stderr
        assert result.stderr.startswith("error: can't write ")
        assert "Permission denied" in result.stderr
        assert everything(root / "rendered") == before
        for path in root.rglob("*"):
            if path.is_dir():
                path.chmod(0o777)
        render.write(root)
        assert staged(root) == []


def test_a_folder_on_another_file_system_is_refused_before_anything_changes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = Path.stat

    def elsewhere(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        found = look(path, follow_symlinks=follow_symlinks)
        return os.stat_result((*found[:2], found.st_dev + 1, *found[3:])) if path.name == "c" else found

    monkeypatch.setattr(Path, "stat", elsewhere)
    with pytest.raises(OutputError, match=rf"^can't write {folder}/b/c: it is on another file system than {folder}$"):
        apply(folder, {"a/one": b"new\n", "b/c/two": b"new\n"})
    assert snapshot(folder) == {"a/one": b"1\n", "b/c/two": b"2\n"}


@pytest.mark.parametrize("name", ["open", "read", "scandir"])
def test_what_cannot_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    what = "" if name == "scandir" else "a/one"

    def denied(*_arguments: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, name, denied)
    with pytest.raises(OutputError, match=rf"can't read {re.escape(str(folder / what))}: Permission denied"):
        disk.read(folder)


# -- two at once

HELD = r"another efdgen(?: \(process (\d+)\))? is writing to .*rendered; try again"


def test_two_renders_at_once_are_refused_and_the_lock_dies_with_its_holder(small: Path) -> None:
    edit(small / "environments/lab.yaml", OLD, NEW)
    before = snapshot(small / "rendered")
    holder = os.open(small / "rendered", os.O_RDONLY)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(OutputError, match=HELD) as caught:
            render.write(small)
        named = re.search(HELD, str(caught.value))
        assert named is not None
        assert named[1] in (None, str(os.getpid()))
        result = warm.efdgen("render", cwd=small)
        assert (result.returncode, result.stdout) == (4, "")
        assert re.search(HELD, result.stderr)
        assert snapshot(small / "rendered") == before
        assert not render.check(small).is_clean  # looking is allowed
    finally:
        os.close(holder)
    assert render.write(small).changes


@pytest.mark.parametrize(("is_told", "holder"), [(True, r"another efdgen \(process 13\)"), (False, "another efdgen")])
def test_the_holder_of_the_lock_is_named_if_the_system_tells(
    folder: Path, monkeypatch: pytest.MonkeyPatch, is_told: bool, holder: str
) -> None:
    status = folder.stat()
    place = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    locks = (
        f"1: POSIX  ADVISORY  WRITE 11 {place} 0 EOF\n"
        "2: FLOCK  ADVISORY  WRITE 12 00:00:1 0 EOF\n"
        f"3: FLOCK  ADVISORY  WRITE 13 {place} 0 EOF\n"
    )

    def read_text(path: Path, **_: str) -> str:
        assert path == Path("/proc/locks")
        if not is_told:
            raise FileNotFoundError(path)
        return locks

    monkeypatch.setattr(Path, "read_text", read_text)
    with disk.lock(folder), pytest.raises(OutputError, match=rf"^{holder} is writing to "), disk.lock(folder):
        pass


def test_many_renders_at_once_leave_a_whole_tree(small: Path) -> None:
    edit(small / "environments/lab.yaml", OLD, NEW)
    command = [warm.program(), "render", "--root", small]
    runs = [
        subprocess.Popen(command, cwd=EFD, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    errors = [run.communicate(timeout=60)[1] for run in runs]
    assert 0 in [run.returncode for run in runs]
    for run, error in zip(runs, errors, strict=True):
        assert (run.returncode, bool(re.search(HELD, error))) in {(0, False), (4, True)}
    assert render.check(small).is_clean
    assert staged(small) == []


# -- one file, apart from the folder


def test_one_file_is_written_at_once_and_alone(tmp_path: Path) -> None:
    file = tmp_path / "report"
    disk.replace_file(file, b"1\n")
    before = file.stat().st_ino
    (tmp_path / "link").hardlink_to(file)
    disk.replace_file(file, b"2\n")
    assert file.stat().st_ino != before
    assert snapshot(tmp_path) == {"report": b"2\n", "link": b"1\n"}


def test_one_file_that_the_disk_has_no_room_for_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "report"
    file.write_bytes(b"1\n")
    code = (
        "import resource, signal; from pathlib import Path; from efdgen.output import disk\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))\n"
        "disk.replace_file(Path('report'), b'2' * 200)"
    )
    done = warm.python("-c", code, cwd=tmp_path)
    assert done.stderr.endswith("OutputError: can't write report: File too large\n")
    assert snapshot(tmp_path) == {"report": b"1\n"}


@pytest.mark.parametrize("file", ["file", None])
def test_folders_deeper_than_anybody_could_mean_are_refused(tmp_path: Path, file: str | None) -> None:
    deep = "/".join("a" * 1100)
    subprocess.run(["mkdir", "-p", tmp_path / deep], check=True)
    if file:
        (tmp_path / deep / file).write_bytes(b"1")
    with pytest.raises(OutputError, match=r"/a lies more than 100 folders deep: remove it"):
        disk.read(tmp_path)
    # Python's own way to remove folders calls itself.
    subprocess.run(["rm", "-r", tmp_path / "a"], check=True)


def test_folders_may_be_as_deep_as_that(tmp_path: Path) -> None:
    deep = "/".join("a" * 100)
    subprocess.run(["mkdir", "-p", tmp_path / deep], check=True)
    (tmp_path / deep / "file").write_bytes(b"1")
    assert disk.read(tmp_path) == {f"{deep}/file": b"1"}


def test_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    for path in ("b/y", "b/x", "a", "c/z/w", "c/a", ".hidden", "b.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert list(disk.read(tmp_path)) == [".hidden", "a", "b/x", "b/y", "b.txt", "c/a", "c/z/w"]
