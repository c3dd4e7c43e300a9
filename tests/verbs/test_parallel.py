"""Several processes do what one does, whatever happens to them. A process with threads makes no copies of itself."""

from __future__ import annotations

import textwrap
from functools import partial
from pathlib import Path

import pytest

from efdgen.verbs import parallel
from support import needs, warm

BEGIN = """
import os, pathlib, signal, sys, time
from functools import partial
from efdgen.verbs import parallel
from efdgen.verbs.turns import Turns
parallel._MEASURED, parallel._WORTH, parallel._WORTH_KNOWING = 2, 1e-9, 1e-9
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell makes what runs in the background ignore it
HERE = os.getpid()
NAMES = [f"name-{number}" for number in range(20)]
folder = pathlib.Path(sys.argv[1])

def note(name):
    with open(folder / name, "a") as stream:
        stream.write(f"{os.getpid()}\\n")

def by(name):
    return (folder / name).read_text().split() if (folder / name).exists() else []

def others():
    return {process for file in folder.iterdir() for process in by(file)} - {str(HERE)}

def await_others(count):
    while len(others()) < count:
        time.sleep(0.01)

def work(name):
    note(name)
    return (name, b"x" * 100_000, os.getpid())

def gone(process, is_adopted=False):
    # Who adopts a process may take seconds to ask for its status.
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.kill(int(process), 0)
            if is_adopted and pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.01)
    return False
"""


def run(folder: Path, script: str) -> None:
    done = warm.python("-c", BEGIN + textwrap.dedent(script), folder)
    assert (done.returncode, done.stderr) == (0, "")


@needs.LINUX.needed
def test_results_come_in_order_whoever_made_them(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        def together(name):
            found = work(name)
            if os.getpid() == HERE and name != NAMES[0] and name != NAMES[1]:
                await_others(2)
            return found
        found = list(parallel.each(NAMES, together, 3))
        assert [name for name, *_ in found] == NAMES
        assert len({process for *_, process in found}) == 3
        assert [process for *_, process in found[:2]] == [HERE, HERE]
        assert all(len(by(name)) == 1 for name in NAMES)
        """,
    )


@needs.LINUX.needed
def test_what_a_process_leaves_undone_is_done_here(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        def dies(name):
            found = work(name)
            if os.getpid() != HERE and len([each for each in NAMES if others() & set(by(each))]) == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            if os.getpid() == HERE and name in NAMES[2:]:
                await_others(1)
                assert gone(*others(), is_adopted=True)
            return found
        found = list(parallel.each(NAMES, dies, 2))
        assert [name for name, *_ in found] == NAMES
        assert [process == HERE for *_, process in found].count(False) == 1
        """,
    )


@needs.LINUX.needed
def test_an_error_elsewhere_is_raised_here_in_its_turn(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        def fails(name):
            note(name)
            if others() & set(by(name)):
                raise ValueError(name)
            if name in NAMES[2:]:
                await_others(1)
            return name
        found = []
        try:
            for each in parallel.each(NAMES, fails, 2):
                found.append(each)
        except ValueError as error:
            assert NAMES[: len(found) + 1] == [*found, str(error)]
        else:
            raise AssertionError
        """,
    )


@needs.LINUX.needed
def test_an_error_here_ends_the_others(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        def fails(name):
            note(name)
            if os.getpid() != HERE:
                time.sleep(60)
            elif name in NAMES[2:]:
                await_others(2)
                raise ValueError(name)
            return name
        try:
            list(parallel.each(NAMES, fails, 3))
        except ValueError:
            assert all(map(gone, others()))
        else:
            raise AssertionError
        """,
    )


@needs.LINUX.needed
def test_ctrl_c_ends_all_of_them(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        def interrupts(name):
            note(name)
            if os.getpid() != HERE:
                time.sleep(60)
            elif name in NAMES[2:]:
                await_others(1)
                os.kill(int(*others()), signal.SIGINT)
                os.kill(HERE, signal.SIGINT)
            return name
        try:
            list(parallel.each(NAMES, interrupts, 2))
        except KeyboardInterrupt:
            assert gone(*others())
        else:
            raise AssertionError
        """,
    )


@needs.LINUX.needed
def test_the_others_end_when_nobody_waits_for_them(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        if os.fork() == 0:
            HERE = os.getpid()
            def slow(name):
                note(name)
                if os.getpid() != HERE:
                    time.sleep(0.1)
                elif name in NAMES[2:]:
                    await_others(1)
                    os.kill(HERE, signal.SIGKILL)
                return name
            list(parallel.each(NAMES, slow, 2))
        parent, _ = os.wait()
        (other,) = others() - {str(parent)}
        assert gone(other, is_adopted=True)
        assert not (folder / "name-19").exists()
        """,
    )


@needs.LINUX.needed
def test_each_name_is_taken_once_however_many_there_are(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        names = [str(number) for number in range(1001)]
        assert [int(name) for name, _ in parallel.each(names, lambda name: (name, b"x" * 3000), 3)] == [*range(1001)]
        for many in (1, 2, 255, 256, 257, 1001):
            turns = Turns(names[:many])
            turns.add_all()
            taken = list(turns.taken(0))
            assert [number for numbers, _ in taken for number in numbers] == [*range(many)]
            assert [name for _, some in taken for name in some] == names[:many]
            assert list(turns.taken(0)) == []
            turns.add_all()
            assert {len(some) for _, some in turns.taken(0, 1001)} == {many}
            turns.close()
        """,
    )


@needs.LINUX.needed
def test_where_no_other_process_can_begin_all_is_done_here(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        def full():
            raise BlockingIOError(11, "Resource temporarily unavailable")
        os.fork = full
        before = os.listdir("/proc/self/fd")
        assert {process for *_, process in parallel.each(NAMES, work, 3)} == {HERE}
        assert os.listdir("/proc/self/fd") == before
        """,
    )


def test_a_few_are_worked_on_here() -> None:
    assert list(parallel.each(["a", "b"], lambda name: name * 2, 8)) == ["aa", "bb"]
    among = parallel.each_among(["a", "b"], partial(map, str.upper), lambda all_: lambda name: [name, *all_], 8)
    assert list(among) == [["a", "A", "B"], ["b", "A", "B"]]


@needs.LINUX.needed
def test_no_more_processes_begin_than_there_is_work_for(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        parallel._WORTH = parallel._WORTH_KNOWING = 0.1
        helper, begun = parallel._helper, []
        parallel._helper = lambda *given: begun.append(given) or helper(*given)
        now = 0
        class Clock:
            perf_counter = staticmethod(lambda: now)
        parallel.time = Clock
        def slow(name):
            global now
            now += 0.012
            return name
        # 0.216 seconds for the 18 of them that are left: four times 0.05 for others.
        assert list(parallel.each(NAMES, slow, 50)) == NAMES
        assert len(begun) == 4
        begun.clear()
        known = lambda names: map(slow, names)
        assert list(parallel.each_among(NAMES, known, lambda found: work, 50))[0][0] == NAMES[0]
        assert len(begun) == 4
        """,
    )


def test_little_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_shared", lambda *_: pytest.fail("shared"))
    names = [str(number) for number in range(50)]
    assert list(parallel.each(names, lambda name: name, 8)) == names
    assert list(parallel.each_among(names, list, lambda _: lambda name: name, 8)) == names
    assert parallel.processors() >= 1


STAGES = """
def one_known(name):
    note(name)
    return (name, os.getpid())

def known(names):
    return map(one_known, names)

def work(known):
    assert [name for name, _ in known] == NAMES
    by = dict(known)
    return lambda name: (name, b"x" * 100_000, by[name], os.getpid())

def at_it():
    # The first two names are worked on before there are others, and then again.
    return {process for name in NAMES for process in by(name)[name in NAMES[:2] :]}

def others_know(count):
    # Nobody goes on before all have a name, this process among them.
    def waits(name):
        found = one_known(name)
        while (len(by(name)) == 2 or name not in NAMES[:2]) and len(at_it()) <= count:
            time.sleep(0.01)
        return found
    return waits
"""


@needs.LINUX.needed
def test_who_had_a_name_in_the_first_stage_has_it_in_the_second(tmp_path: Path) -> None:
    run(
        tmp_path,
        STAGES
        + textwrap.dedent("""
        begun = []
        def slowly(known):
            do = work(known)
            def one(name):
                if not begun:  # nobody takes a second name before all have one
                    begun.append(name)
                    note("begun")
                    while len(by("begun")) < 3:
                        time.sleep(0.01)
                return do(name)
            return one
        found = list(parallel.each_among(NAMES, partial(map, others_know(2)), slowly, 3))
        assert [name for name, *_ in found] == NAMES
        assert len({first for *_, first, _ in found}) == len({second for *_, second in found}) == 3
        # What is left of another's, who is done with its own takes.
        assert sum(first == second for *_, first, second in found) >= 3
        assert all(len(by(name)) == (1 if name in NAMES[2:] else 2) for name in NAMES)
        """),
    )


@needs.LINUX.needed
@pytest.mark.parametrize("stage", ["first", "second"])
def test_what_a_process_leaves_undone_in_a_stage_is_done_here(tmp_path: Path, stage: str) -> None:
    run(
        tmp_path,
        STAGES
        + textwrap.dedent(f"""
        def dies(name):
            if os.getpid() != HERE:
                os.kill(os.getpid(), signal.SIGKILL)
        def first(name):
            found = others_know(1)(name)
            if {stage!r} == "first":
                dies(name)
            return found
        def second(known):
            do = work(known)
            return lambda name: ({stage!r} == "second" and dies(name)) or do(name)
        found = list(parallel.each_among(NAMES, partial(map, first), second, 2))
        assert [name for name, *_ in found] == NAMES
        assert {{second for *_, second in found}} == {{HERE}}
        """),
    )


@needs.LINUX.needed
def test_an_error_in_the_first_stage_elsewhere_is_raised_here(tmp_path: Path) -> None:
    run(
        tmp_path,
        STAGES
        + textwrap.dedent("""
        def fails(name):
            found = others_know(1)(name)
            if others() & set(by(name)):
                raise ValueError(name)
            return found
        try:
            list(parallel.each_among(NAMES, partial(map, fails), work, 2))
        except ValueError:
            assert all(map(gone, others()))
        else:
            raise AssertionError
        """),
    )


@needs.LINUX.needed
def test_ctrl_c_ends_those_that_wait_for_the_second_stage(tmp_path: Path) -> None:
    run(
        tmp_path,
        STAGES
        + textwrap.dedent("""
        def interrupted(known):
            if os.getpid() == HERE:
                os.kill(HERE, signal.SIGINT)
            return work(known)
        before = os.listdir("/proc/self/fd")
        try:
            list(parallel.each_among(NAMES, partial(map, others_know(2)), interrupted, 3))
        except KeyboardInterrupt:
            assert len(others()) == 2 and all(map(gone, others()))
        else:
            raise AssertionError
        assert os.listdir("/proc/self/fd") == before
        """),
    )


@needs.LINUX.needed
def test_those_that_wait_for_the_second_stage_end_when_nobody_tells_them(tmp_path: Path) -> None:
    run(
        tmp_path,
        STAGES
        + textwrap.dedent("""
        if os.fork() == 0:
            HERE = os.getpid()
            parallel._tell = lambda *_: os.kill(HERE, signal.SIGKILL)
            list(parallel.each_among(NAMES, partial(map, others_know(2)), work, 3))
        parent, _ = os.wait()
        assert len(others() - {str(parent)}) == 2
        assert all(gone(other, is_adopted=True) for other in others() - {str(parent)})
        """),
    )


@needs.LINUX.needed
def test_both_stages_are_done_here_where_no_other_process_can_begin(tmp_path: Path) -> None:
    run(
        tmp_path,
        STAGES
        + textwrap.dedent("""
        def full():
            raise BlockingIOError(11, "Resource temporarily unavailable")
        os.fork = full
        before = os.listdir("/proc/self/fd")
        found = list(parallel.each_among(NAMES, known, work, 3))
        assert [name for name, *_ in found] == NAMES
        assert {process for *_, process in found} == {HERE}
        assert os.listdir("/proc/self/fd") == before
        """),
    )


RENDERING = """
sys.path.insert(0, TESTS)
from efdgen.output import seen
from efdgen.output.cache.store import Store
from efdgen.errors import InvalidInputError
from efdgen.verbs import project
from efdgen.verbs.means import Means
from support.repository import small_repository

root = small_repository(folder)
original = (root / "environments/dome.yaml").read_text()
for number in range(8):
    (root / f"environments/copy-{number}.yaml").write_text(original.replace("dome", f"copy-{number}"))
MANY = parallel._MANY = COUNT
asked = []
helper = parallel._helper
parallel._helper = lambda *given: asked.append(given) or helper(*given)
store = Store(folder / "cache")

def came_of(means):
    try:
        found = project.rendering(root, means=means, there=seen.among({}))
    except InvalidInputError as error:
        return error.problems
    return dict(found.tree), found.warnings

def compared(times=1):
    expected = came_of(Means())
    assert not asked
    assert came_of(Means(jobs=3)) == expected
    assert len(asked) == 2 * times
    assert came_of(Means(store, jobs=3)) == expected
    assert len(asked) in (2, 4, 4 * times)
    assert came_of(Means(store)) == expected
    asked.clear()
    return expected

tree, warnings = compared()
assert len([path for path in tree if path.startswith("docs/")]) == 10
spec = root / "environments/copy-7.yaml"
spec.write_text(spec.read_text().replace("status", "<% nothing %>"))
assert [problem.code for problem in compared()] == ["E301"]
# Where a spec has problems of its own, those that began to load specs give up.
other = root / "environments/copy-3.yaml"
other.write_text(other.read_text() + "none: 1\\n")
assert [problem.code for problem in compared(2 if MANY < 10 else 1)] == ["E201", "E301"]
"""


@needs.LINUX.needed
@pytest.mark.parametrize("many", [4, 64])
def test_it_makes_no_difference_to_what_is_rendered(tmp_path: Path, many: int) -> None:
    run(tmp_path, RENDERING.replace("TESTS", repr(str(Path(__file__).parents[1]))).replace("COUNT", str(many)))
