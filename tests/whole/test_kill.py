"""A run that is killed leaves every file whole, and the next run finishes the job."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from efdgen.output import disk
from efdgen.verbs import project, render
from support.checkout import snapshot

TIMED = 60

# A process of its own: it has one thread, as a process that forks should.
KILLER = """
import json, os, random, signal, sys, time
from pathlib import Path
from efdgen.output import disk
from efdgen.output.marks import Ownership
from efdgen.verbs import project, render

roots, timed, seed = [Path(sys.argv[1]), Path(sys.argv[2])], int(sys.argv[3]), int(sys.argv[4])
output = Path(sys.argv[5])
chance = random.Random(seed)

STEPS = {"open", "write", "replace", "rename", "link", "unlink", "remove", "truncate", "mkdir"}

def read(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*")
            if path.is_file() and not path.name.endswith(disk.TEMPORARY)}

def kill_after(number):
    # Kill this process as soon as it has taken so many steps that change the disk: from when it first opens a file to
    # write, every function in C counts that may change something.
    taken = 0
    def step(frame, event, function):
        nonlocal taken
        if event == "c_return" and function.__name__ in STEPS:
            taken += 1
            if taken == number:
                os.kill(os.getpid(), signal.SIGKILL)
    def begin(event, args):
        if event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR) and sys.getprofile() is None:
            sys.setprofile(step)
    sys.addaudithook(begin)

def start(root, steps):
    child = os.fork()
    if not child:
        try:
            if steps:
                kill_after(steps)
            render.write(root)
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
    return child

# What comes before the first byte is written leaves nothing half done: it is done once, and kills hit what follows.
ready = {root: project.rendering(root) for root in roots}
render.rendering = lambda root, names: ready[root]
trees = [dict(ready[root].tree) for root in roots]
assert trees[0].keys() == trees[1].keys()
assert all(trees[0][path] != trees[1][path] for path in trees[0])

def run(root, delay, steps=0):
    # The output folder wanders from one version of the input to the other.
    os.rename(output, root / "rendered")
    began = time.perf_counter()
    child = start(root, steps)
    ended = signal.sigtimedwait([signal.SIGCHLD], delay)
    took = time.perf_counter() - began
    if ended is None:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    signal.sigtimedwait([signal.SIGCHLD], 0)
    os.rename(root / "rendered", output)
    return status, took

counts = {"killed": 0, "finished": 0, "mixed": 0, "left": 0}

def look(status):
    assert status in (0, signal.SIGKILL), status
    counts["killed" if status == signal.SIGKILL else "finished"] += 1
    found = read(output)
    assert found.keys() == trees[0].keys(), found.keys() ^ trees[0].keys()
    versions = set()
    for path, content in found.items():
        assert content in (trees[0][path], trees[1][path]), path
        versions.add(content == trees[0][path])
    ownership = Ownership(found)
    assert all(ownership.is_generated(path) for path in found)
    counts["mixed"] += len(versions) == 2
    left = [path for path in output.rglob("*") if path.name.endswith(disk.TEMPORARY)]
    counts["left"] += bool(left)
    return found, left

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
render.write(roots[0])
os.rename(roots[0] / "rendered", output)

# After every step, from one version to the other.
status, number = None, 0
while status != 0:
    number += 1
    status, _ = run(roots[1], 60, number)
    found, left = look(status)
    for path, content in trees[0].items():
        if found[path] != content:
            (output / path).write_bytes(content)
    for path in left:
        path.unlink()
counts["steps"] = number - 1

# At any time.
times = []
for number in range(6):
    status, took = run(roots[(number + 1) % 2], 60)
    assert status == 0
    times.append(took)
duration = sorted(times)[len(times) // 2]
enough = counts["killed"] + timed
while counts["killed"] < enough:
    number = counts["killed"] + counts["finished"]
    status, took = run(roots[number % 2], chance.uniform(0, duration))
    # What else the machine does changes all the time: so does the duration of a run.
    duration = 0.8 * duration + 0.2 * took if status == 0 else duration * 1.02
    look(status)
print(json.dumps(counts))
"""


def other_version(root: Path) -> None:
    """Change the text of every file that people wrote, so that every rendered file changes."""
    for path in [*(root / "templates").rglob("*"), *(root / "environments").glob("*.yaml")]:
        if path.is_file() and path.suffix != ".json":  # schemas are not rendered
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".tpl":
                text += "{{/* The other version. */}}\n"
            elif path.suffix == ".md":
                text += "\nThe other version.\n"
            elif path.name == "app.yaml":
                text = text.replace("\ndescription: ", "\ndescription: Otherwise, ", 1)
                if text.startswith("description: "):
                    text = text.replace("description: ", "description: Otherwise, ", 1)
            elif path.parent.name in ("environments", "store"):
                text = text.replace('kubernetesVersion: "1.21.5"', 'kubernetesVersion: "1.22.0"')
            else:
                text += "# The other version.\n"
            path.write_text(text, encoding="utf-8")
    facts = root / "environments/shared/facts.yaml"
    text = facts.read_text(encoding="utf-8")
    text = text.replace('kubernetesVersion: "1.19.0"', 'kubernetesVersion: "1.20.0"')
    facts.write_text(text.replace("  title: <% name | capitalize %>", "  title: The <% name %>"), encoding="utf-8")


@pytest.mark.slow
def test_kills_at_every_step_and_at_any_time_leave_every_file_whole_old_or_new(small: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(small, other)
    other_version(other)
    shutil.rmtree(small / "rendered")
    shutil.rmtree(other / "rendered")
    output = tmp_path / "output"
    seed = time.time_ns()
    command = [sys.executable, "-c", KILLER, small, other, str(TIMED), str(seed), output]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, f"seed {seed}: {result.stderr}"
    counts = json.loads(result.stdout)
    assert counts["killed"] == counts["steps"] + TIMED
    # It is no proof unless there were steps: each file is opened and written, and takes its name.
    files = len(project.rendering(small).tree)
    assert counts["steps"] >= 3 * files, counts
    assert counts["left"] >= files, counts
    assert counts["mixed"] >= files - 1, counts

    output.rename(small / "rendered")
    render.write(small)
    assert snapshot(small / "rendered") == dict(project.rendering(small).tree)
    assert not any(path.name.endswith(disk.TEMPORARY) for path in (small / "rendered").rglob("*"))
    assert render.check(small).is_clean
