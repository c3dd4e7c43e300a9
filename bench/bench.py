"""Measures efdgen against floors, in one run: `make bench`.

Only ratios count: both sides of each are measured side by side on the same machine. Exits with 1 when one is
over its limit. `bench.py NAME...` runs some only, by the names of their functions.
"""

from __future__ import annotations

import functools
import itertools
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

import kept
import peers
from efdgen.output import layout
from fleets import six, synthetic, with_apps, with_files_of_others, with_hosts, with_mappings, with_values
from measuring import EFDGEN, TESTS, WORK, Result, against, memory, processors_time, take_away, whole_process

MOST, MANY, FEW = 3000, 1000, 100
REVIEWED = 200
SAMPLED = 0.05
"""Seconds between two looks at the memory of a run."""


class Again(NamedTuple):
    """The most that figures of runs may be that an earlier run makes short: what is most of few is starting Python."""

    check: float
    render: float
    changed: float


LINT, DEAD, DIFF = 1, 3, 1.5
"""The most that looks at objects may take, in runs of helm for every app of the six environments."""

AGAIN = {6: Again(5, 5.5, 4.5), FEW: Again(3.5, 3.7, 4), MANY: Again(1.5, 1.5, 2)}


class Run(NamedTuple):
    """One rendering: its seconds, its peak memory in MiB, and the seconds of its floor."""

    seconds: float
    peak: float
    floor: float


READING = [
    sys.executable,
    "-c",
    (
        "import hashlib, os\n"
        "for top in ('environments', 'templates', 'schemas', 'rendered'):\n"
        "    for folder, _, names in os.walk(top):\n"
        "        for name in names:\n"
        "            with open(f'{folder}/{name}', 'rb', buffering=0) as stream:\n"
        "                hashlib.sha256(stream.read()).digest()\n"
    ),
]
"""What no check can do without: reading everything that people write and everything that is rendered, and a digest."""


def again() -> list[Result]:
    """Check and render environments that an earlier run knows: all as they were, and one of them changed."""
    results = []
    for count in (6, FEW, MANY):
        with tempfile.TemporaryDirectory(prefix="efdgen-bench-") as temporary:
            folder = Path(temporary, "repository")
            synthetic(folder, count)
            whole_process([*EFDGEN, "render"], folder)
            spec = folder / "environments" / f"bench-{count // 2:04}.yaml"
            turns = itertools.count(1)

            def change(spec: Path = spec, turns: Iterator[int] = turns) -> None:
                text = spec.read_text(encoding="utf-8")
                spec.write_text(re.sub(r"(?<=size: )\d+Gi", f"{next(turns)}Gi", text, count=1), encoding="utf-8")

            often = functools.partial(against, folder=folder, how=WORK)
            warm, limits = f"of {count} environments, warm / reading all files", AGAIN[count]
            results += [
                often(f"check {warm}", [*EFDGEN, "check"], READING, limits.check),
                often(f"render {warm}", [*EFDGEN, "render"], READING, limits.render),
                often(
                    f"render of {count}, one changed / check, warm",
                    [*EFDGEN, "render"],
                    [*EFDGEN, "check"],
                    limits.changed,
                    before=change,
                ),
            ]
    return results


def render(folder: Path) -> tuple[float, float]:
    """Return the seconds that rendering a repository into nothing takes, and its peak memory in MiB."""
    take_away(folder / "rendered")
    peak = 0.0
    start = time.perf_counter()
    with subprocess.Popen(
        [*EFDGEN, "render", "--no-cache", "--jobs", "2"], cwd=folder, stdout=subprocess.DEVNULL
    ) as run:
        while run.poll() is None:
            peak = max(peak, memory(run.pid))
            time.sleep(SAMPLED)
    seconds = time.perf_counter() - start
    if run.returncode != 0:
        raise subprocess.CalledProcessError(run.returncode, run.args)
    return seconds, peak


def floor(folder: Path) -> float:
    """Return the seconds for dumping the same data with libyaml, and writing the same files."""
    data = {}
    for path in sorted((folder / "rendered").rglob("*")):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            is_values = path.name.startswith("values-")
            data[path] = yaml.load(text, Loader=yaml.CSafeLoader) if is_values else text
    take_away(folder / "rendered")
    start = time.perf_counter()
    for path, content in data.items():
        dumped = content if isinstance(content, str) else yaml.dump(content, Dumper=yaml.CSafeDumper, sort_keys=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dumped, encoding="utf-8")
    return time.perf_counter() - start


def rendering() -> list[Result]:
    """Render synthetic environments against the floor."""
    with tempfile.TemporaryDirectory(prefix="efdgen-bench-") as temporary:
        few, many = Path(temporary, "few"), Path(temporary, "many")
        synthetic(few, FEW)
        synthetic(many, MANY)
        small = [Run(*render(few), floor(few)) for _ in range(5)]
        large = [Run(*render(many), floor(many)) for _ in range(3)]
    ratio = statistics.median(run.seconds / run.floor for run in large)
    # Against the floor of the same size: what the disk makes of a thousand files is not efdgen's doing.
    growth = ratio / statistics.median(run.seconds / run.floor for run in small)
    longest, least = (
        statistics.median(side) for side in zip(*((run.seconds, run.floor) for run in large), strict=True)
    )
    short = statistics.median(run.seconds for run in small)
    return [
        Result(f"render {MANY} environments / dump and write", ratio, 3, "x", f"{longest:.1f} s / {least:.1f} s"),
        Result(f"peak memory of {MANY} environments", max(run.peak for run in large), 400, "MiB", ""),
        Result(f"the same ratio, {MANY} / {FEW} environments", growth, 1.2, "x", f"{longest:.1f} s / {short:.2f} s"),
    ]


def growth() -> list[Result]:
    """Render many more environments, and ten times as much of other things: nothing costs more each."""
    with tempfile.TemporaryDirectory(prefix="efdgen-bench-") as temporary:
        results = []
        costs = {}
        for count in (FEW, MOST):
            folder = Path(temporary, str(count))
            synthetic(folder, count)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            peak = render(folder)[1]
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            costs[count] = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / count
            take_away(folder)
        detail = " / ".join(f"{costs[count] * 1000:.1f} ms" for count in (MOST, FEW))
        name = f"render of each of {MOST} environments / of {FEW}"
        results.append(Result(name, costs[MOST] / costs[FEW], 1.3, "x", detail))
        results.append(Result(f"peak memory of {MOST} environments", peak, 1024, "MiB", ""))
        for name, much, make in MUCH:
            seconds = []
            for count in (much, much // 10):
                folder = Path(temporary, str(count))
                synthetic(folder, 1)
                make(folder, count)
                seconds.append(processors_time([*EFDGEN, name.partition(" ")[0], "--no-cache"], folder))
                take_away(folder)
            detail = " / ".join(f"{each:.2f} s" for each in seconds)
            results.append(Result(f"{name}, {much} / {much // 10}", seconds[0] / seconds[1], 11, "x", detail))
    return results


def reviewing() -> list[Result]:
    """Review a change of every values file of many environments against reading both trees."""
    from efdgen.review.trees import review
    from efdgen.verbs import diff, parallel
    from efdgen.verbs.means import Means

    with tempfile.TemporaryDirectory(prefix="efdgen-bench-") as temporary:
        folder = Path(temporary, "reviewed")
        synthetic(folder, REVIEWED)
        render(folder)
        facts = folder / "environments" / "shared" / "facts.yaml"
        text = facts.read_text(encoding="utf-8")
        facts.write_text(re.sub(r'(?<=kubernetesVersion: ")[^"]+', "1.99.9", text, count=1), encoding="utf-8")
        runs = []
        for _ in range(5):
            start = time.perf_counter()
            both = diff.trees(folder, means=Means(jobs=parallel.processors()))
            found = review(both.before, both.after, both.base)
            middle = time.perf_counter()
            for tree in (both.before, both.after):
                for path, content in tree.items():
                    if path.endswith(".yaml") and layout.environment_of(path):
                        yaml.load(content, Loader=yaml.CSafeLoader)
            runs.append((middle - start, time.perf_counter() - middle))
            assert all(radius.values for radius in found.radius())
    ratio = statistics.median(ours / least for ours, least in runs)
    detail = " / ".join(f"{statistics.median(side):.2f} s" for side in zip(*runs, strict=True))
    return [Result(f"diff of {REVIEWED} environments / reading both trees", ratio, 3, "x", detail)]


def start_up() -> list[Result]:
    """Run whole processes against bare imports."""
    libraries = [sys.executable, "-c", "import click, yaml, jinja2, jsonschema"]
    check = "check of the six environments"
    with tempfile.TemporaryDirectory(prefix="efdgen-bench-") as temporary:
        compared = functools.partial(against, folder=six(Path(temporary, "repository")))
        return [
            compared(f"{check}, cold / bare imports", [*EFDGEN, "check", "--no-cache"], libraries, 2),
            compared(f"{check}, warm / bare imports", [*EFDGEN, "check"], libraries, 1),
            compared("--version / import click", [*EFDGEN, "--version"], [sys.executable, "-c", "import click"], 2),
        ]


def hydration() -> list[Result]:
    """Hydrate an environment in one process with Helm's library, and with one process of helm an app."""
    if shutil.which("helm") is None:
        return []
    sys.path.insert(0, str(TESTS))
    from efdgen.helm import engines, hydrate
    from efdgen.output import disk
    from support.standins import StandIns

    with tempfile.TemporaryDirectory(prefix="efdgen-bench-") as temporary:
        tree = disk.read(six(Path(temporary, "repository")) / "rendered")
    charts = StandIns(tree)
    cluster = hydrate.Capabilities("1.21.5", ())

    def seconds(way: str) -> float:
        start = time.perf_counter()
        found = list(hydrate.hydrate(tree, "summit", (), engines.choose(way), charts, cluster))
        assert not [result.error for result in found if result.error]
        return time.perf_counter() - start

    seconds("sdk"), seconds("helm")
    pairs = [(seconds("sdk"), seconds("helm")) for _ in range(5)]
    ratio = statistics.median(mine / theirs for mine, theirs in pairs)
    detail = " / ".join(f"{statistics.median(side) * 1000:.0f} ms" for side in zip(*pairs, strict=True))
    return [Result("hydrate an environment: SDK / one process of helm per app", ratio, 1, "x", detail)]


def charts() -> list[Result]:
    """Look at the objects of six environments, and at those of a changed chart, against a process of helm per app."""
    if shutil.which("helm") is None:
        return []
    from efdgen.helm import engines, hydrate
    from efdgen.output import disk

    with tempfile.TemporaryDirectory(prefix="efdgen-bench-") as temporary:
        folder = six(Path(temporary, "repository"))
        standins, tree = kept.lock_charts(folder), disk.read(folder / "rendered")
        command, cluster = engines.choose("helm"), hydrate.Capabilities("1.21.5", ())

        def one_process_per_app() -> float:
            start = time.perf_counter()
            for environment in hydrate.environments(tree):
                list(hydrate.hydrate(tree, environment, (), command, standins, cluster))
            return time.perf_counter() - start

        def compared(name: str, limit: float, *words: str, runs: int = 3) -> Result:
            command_line = [*EFDGEN, *words, "--engine", "sdk", "--no-cache"]
            pairs = [(whole_process(command_line, folder), one_process_per_app()) for _ in range(runs)]
            ratio = statistics.median(ours / theirs for ours, theirs in pairs)
            detail = " / ".join(f"{statistics.median(side):.2f} s" for side in zip(*pairs, strict=True))
            return Result(f"{name} / helm template of all apps", ratio, limit, "x", detail)

        results = [
            compared("lint of the six environments", LINT, "lint"),
            compared("lint --dead-values", DEAD, "lint", "--dead-values", runs=1),
        ]
        app = folder / "templates/apps/influxdb/app.yaml"
        app.write_text(app.read_text(encoding="utf-8").replace('"3.0.9"', '"3.0.10"'), encoding="utf-8")
        after = Path(temporary, "after")
        shutil.copytree(folder, after)
        whole_process([*EFDGEN, "render"], after)
        kept.lock_charts(folder, after)
        results.append(compared("diff --hydrate of a chart", DIFF, "diff", "--hydrate"))
        return results


MUCH = (
    ("render of apps of one environment", 1000, with_apps),
    ("render of values in one list", 1_000_000, with_values),
    ("render of values in mappings", 1_000_000, with_mappings),
    ("check of public hosts", 10_000, with_hosts),
    ("check beside files of others", 100_000, with_files_of_others),
)
"""What there can be much of, and how much."""

BENCHMARKS: tuple[Callable[[], list[Result]], ...] = (
    start_up,
    hydration,
    charts,
    kept.kept,
    reviewing,
    again,
    rendering,
    growth,
    peers.peers,
)


def main() -> None:
    """Run the benchmarks and print a line a figure."""
    over = False
    # What runs keep for others is kept for those of this one.
    with tempfile.TemporaryDirectory(prefix="efdgen-bench-") as kept:
        os.environ["EFDGEN_CACHE"] = kept
        os.environ.pop("EFDGEN_NO_CACHE", None)
        for benchmark in [each for each in BENCHMARKS if not sys.argv[1:] or each.__name__ in sys.argv[1:]]:
            for result in benchmark():
                verdict = "ok" if result.figure <= result.limit else "OVER"
                over |= result.figure > result.limit
                figure = f"{result.figure:8.2f} {result.unit:4}"
                print(f"{result.name:58}{figure} at most {result.limit:g}  {verdict:5}{result.detail}", flush=True)
    sys.exit(over)


if __name__ == "__main__":
    main()
