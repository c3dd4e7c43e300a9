"""`efdgen charts`: what people see when charts are fetched, verified and compared, over real HTTP on loopback."""

from __future__ import annotations

import gzip
import json
import os
import re
import socket
import ssl
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.errors import ChartError, InvalidInputError
from efdgen.helm.charts import archive, cache, http, lock
from efdgen.helm.charts.lock import LockedChart
from efdgen.helm.charts.repositories import Download
from efdgen.language import yamlio
from efdgen.repository.model import ChartReference
from support import needs, warm
from support.chartserver import Chart, ChartServer, chart, redirect, status, tgz, truncated

NO_LOGIN = "if it wants a login, run helm repo add with it, or write it into a netrc file"
ADVICE = "pin another version, or ask the repository's maintainers"


@pytest.fixture
def server() -> Iterator[ChartServer]:
    """A chart repository on loopback."""
    with ChartServer() as running:
        yield running


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository without apps, and a cache of its own."""
    monkeypatch.setenv("EFDGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for variable in (
        "EFDGEN_MIRRORS",
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(variable, raising=False)
    for folder in ("environments", "templates/apps"):
        (tmp_path / "root" / folder).mkdir(parents=True)
    return tmp_path / "root"


def pin(root: Path, url: str, name: str = "demo", version: str = "1.0.0", app: str = "") -> ChartReference:
    """Let an app pin a chart; the app is called like it."""
    folder = root / "templates/apps" / (app or name)
    folder.mkdir(exist_ok=True)
    text = f"description: x\nchart:\n  name: {name}\n  version: '{version}'\n  repository: {url}\n"
    (folder / "app.yaml").write_text(text, encoding="utf-8")
    return ChartReference(name, version, url)


def charts(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli.command, ["charts", *arguments, "--root", str(root)])


def failure(result: Result) -> str:
    """Return the only error of a command that must fail with 5."""
    assert result.exit_code == 5, result.output
    assert result.stderr.count("error: ") == 1, result.stderr
    assert result.stderr.startswith("error: ")
    return result.stderr.removeprefix("error: ").removesuffix("\n")


def locked(root: Path) -> list[dict[str, str]]:
    if not (root / lock.FILE).exists():
        # Where nothing was fetched yet, a failure leaves no empty lock behind.
        return []
    found: list[dict[str, str]] = yamlio.load((root / lock.FILE).read_text(encoding="utf-8"))["charts"]
    return found


def fetched(root: Path, server: ChartServer, added: Chart | None = None) -> Chart:
    """Serve, pin and fetch a chart."""
    served = server.add(added or chart("demo", "1.0.0"))
    pin(root, server.url)
    assert charts(root, "fetch").exit_code == 0
    return served


def cached(root: Path, served: Chart) -> Path:
    return root.parent / "cache/charts" / f"{served.sha256}.tgz"


# -- help


@pytest.mark.parametrize("verb", ["", "fetch", "verify", "outdated"])
def test_the_help_gives_examples_and_the_exit_status(verb: str) -> None:
    result = CliRunner().invoke(cli.command, ["charts", *verb.split(), "--help"])
    assert result.exit_code == 0
    assert f"  efdgen charts {verb or 'fetch'}\n" in result.stdout.partition("Examples:\n")[2]
    assert not verb or "Exits with 5" in result.stdout


# -- fetch


def test_a_fetch_locks_and_keeps_every_pinned_chart_once(root: Path, server: ChartServer) -> None:
    demo, other = server.add(chart("demo", "1.0.0")), server.add(chart("other", "2.1.0-rc.1+build"))
    pin(root, server.url)
    pin(root, server.url, app="again")
    pin(root, f"{server.url}/", "other", "2.1.0-rc.1+build")
    result = charts(root, "fetch")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "fetched demo 1.0.0\nfetched other 2.1.0-rc.1+build\n2 fetched, 0 there already, 0 removed\n"
    )
    assert (root / lock.FILE).read_text(encoding="utf-8") == (
        "# Written by `efdgen charts fetch`. Commit it; do not edit it. docs/charts.md says what it is for.\n"
        "charts:\n"
        f'- name: demo\n  version: "1.0.0"\n  repository: {server.url}\n'
        f"  url: {server.url}/{demo.file}\n  sha256: {yamlio.inline(demo.sha256)}\n"
        f'- name: other\n  version: "2.1.0-rc.1+build"\n  repository: {server.url}/\n'
        f"  url: {server.url}/{other.file}\n  sha256: {yamlio.inline(other.sha256)}\n"
    )
    assert cached(root, demo).read_bytes() == demo.archive
    assert server.requests.count("/index.yaml") == 1
    assert server.agents == {http.USER_AGENT}
    assert charts(root, "verify").stdout == "2 charts are locked and at hand, undamaged\n"


def test_what_is_locked_and_cached_is_not_downloaded_again(root: Path, server: ChartServer) -> None:
    fetched(root, server)
    before = (root / lock.FILE).stat()
    server.requests.clear()
    result = charts(root, "fetch")
    assert (result.exit_code, result.stdout) == (0, "0 fetched, 1 there already, 0 removed\n")
    assert server.requests == []
    assert (root / lock.FILE).stat().st_ino == before.st_ino


def test_a_locked_chart_is_fetched_into_an_empty_cache_without_the_index(root: Path, server: ChartServer) -> None:
    served = fetched(root, server)
    cached(root, served).unlink()
    text = (root / lock.FILE).read_bytes()
    server.requests.clear()
    assert charts(root, "fetch").stdout == "fetched demo 1.0.0\n1 fetched, 0 there already, 0 removed\n"
    assert server.requests == [f"/{served.file}"]
    assert (root / lock.FILE).read_bytes() == text


def test_a_locked_chart_that_moved_is_found_through_the_index(root: Path, server: ChartServer) -> None:
    served = fetched(root, server)
    cached(root, served).unlink()
    server.answers[f"/{served.file}"] = status(404)
    server.answers["/new/demo.tgz"] = status(200, served.archive)
    server.entries["demo"][0]["urls"] = ["new/demo.tgz"]
    assert charts(root, "fetch").exit_code == 0
    assert locked(root)[0]["url"] == f"{server.url}/new/demo.tgz"


def test_a_damaged_cache_file_is_fetched_again(root: Path, server: ChartServer) -> None:
    served = fetched(root, server)
    cached(root, served).write_bytes(b"rubbish")
    assert charts(root, "fetch").exit_code == 0
    assert cached(root, served).read_bytes() == served.archive


def test_what_is_no_longer_pinned_leaves_the_lock(root: Path, server: ChartServer) -> None:
    fetched(root, server)
    server.add(chart("demo", "1.1.0"))
    pin(root, server.url, version="1.1.0")
    result = charts(root, "fetch")
    assert result.stdout == "fetched demo 1.1.0\nremoved demo 1.0.0\n1 fetched, 0 there already, 1 removed\n"
    assert [entry["version"] for entry in locked(root)] == ["1.1.0"]


@pytest.mark.parametrize(
    "url", ["demo-1.0.0.tgz", "./files/../demo-1.0.0.tgz", "/demo-1.0.0.tgz", "{server}/demo-1.0.0.tgz"]
)
def test_urls_of_an_index_may_be_relative(root: Path, server: ChartServer, url: str) -> None:
    server.add(chart("demo", "1.0.0"), urls=[url.format(server=server.url)])
    pin(root, f"{server.url}")
    assert charts(root, "fetch").exit_code == 0
    assert locked(root)[0]["url"] == f"{server.url}/demo-1.0.0.tgz"


@pytest.mark.parametrize("file", ["demo 1.0.0.tgz", "d\x1bmo.tgz", "d'e\"m\\o.tgz", "dé.tgz", "d%20mo.tgz"])
def test_what_is_written_to_the_lock_can_be_read_whatever_the_index_lists(
    root: Path, server: ChartServer, file: str
) -> None:
    served = server.add(chart("demo", "1.0.0"), urls=[file])
    server.answers[f"/{http.quoted(file)}"] = status(200, served.archive)
    pin(root, server.url)
    assert charts(root, "fetch").exit_code == 0
    assert locked(root)[0]["url"] == f"{server.url}/{http.quoted(file)}"
    assert charts(root, "fetch").stdout == "0 fetched, 1 there already, 0 removed\n"


def test_what_a_lock_can_t_hold_is_not_written(
    root: Path, server: ChartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = chart("demo", "1.0.0")
    download = Download(served.archive, "here", "gopher://here/demo.tgz")
    monkeypatch.setattr("efdgen.verbs.charts.Repositories.download", lambda *_: download)
    pin(root, server.url)
    assert failure(charts(root, "fetch")) == (
        "demo 1.0.0: charts.lock can't hold its entry: url must be a URL that begins with https:// or oci://, without "
        "spaces, quotes or backslashes, not 'gopher://here/demo.tgz'; ask the repository's maintainers"
    )
    assert locked(root) == []


def test_an_entry_of_the_lock_is_looked_at_though_its_archive_is_in_the_cache(root: Path, server: ChartServer) -> None:
    fetched(root, server)
    path = root / lock.FILE
    whole = path.read_text(encoding="utf-8")
    line = f"  url: {server.url}/demo-1.0.0.tgz\n"
    edited = {"": "", "another version": line.replace("1.0.0", "1.1.0")}
    for what, text in edited.items():
        path.write_text(whole.replace(line, text), encoding="utf-8")
        if what:
            said = "demo 1.0.0: charts.lock:3: its url is that of another version; run: efdgen charts fetch"
            assert failure(charts(root, "verify")) == said
        assert charts(root, "fetch").exit_code == 0
        assert path.read_text(encoding="utf-8") == whole
    other = chart("other", "1.0.0")
    cached(root, other).write_bytes(other.archive)
    path.write_text(re.sub(r"sha256: .*", f'sha256: "{other.sha256}"', whole), encoding="utf-8")
    assert "the chart was changed after it was locked" in failure(charts(root, "fetch"))


def test_a_vendored_archive_that_is_another_is_found_though_the_right_one_is_in_the_cache(
    root: Path, server: ChartServer
) -> None:
    served = fetched(root, server)
    vendored = root / "rendered/apps/demo/charts/demo-1.0.0.tgz"
    vendored.parent.mkdir(parents=True)
    vendored.write_bytes(served.archive)
    assert charts(root, "verify").exit_code == 0
    other = chart("demo", "1.0.0", {"values.yaml": "a: 1\n"})
    vendored.write_bytes(other.archive)
    assert failure(charts(root, "verify")) == (
        f"demo 1.0.0: {vendored} is another archive: its SHA-256 digest is {other.sha256}, and charts.lock:3 says "
        f"{served.sha256}; efdgen render puts that there"
    )


def test_a_relative_url_stands_below_the_repository_s_folder(root: Path, server: ChartServer) -> None:
    served = chart("demo", "1.0.0")
    server.add(served)
    index = {"entries": server.entries}
    server.answers["/stable/index.yaml"] = status(200, json.dumps(index).encode())
    server.answers["/stable/demo-1.0.0.tgz"] = status(200, served.archive)
    pin(root, f"{server.url}/stable")
    assert charts(root, "fetch").exit_code == 0
    assert locked(root)[0]["url"] == f"{server.url}/stable/demo-1.0.0.tgz"


def test_redirections_are_followed(root: Path, server: ChartServer) -> None:
    served = server.add(chart("demo", "1.0.0"), urls=["old.tgz"])
    server.answers["/old.tgz"] = redirect(f"{server.url}/{served.file}")
    server.answers["/moved/index.yaml"] = redirect("/index.yaml")
    server.answers["/moved/old.tgz"] = redirect("/old.tgz")
    pin(root, f"{server.url}/moved")
    assert charts(root, "fetch").exit_code == 0


def test_an_index_may_lack_digests_and_write_v_before_versions(root: Path, server: ChartServer) -> None:
    server.add(chart("demo", "v1.0.0"), digest=None)
    pin(root, server.url)
    assert charts(root, "fetch").exit_code == 0


def test_a_pin_that_cannot_be_fetched_leaves_the_former_one_locked(root: Path, server: ChartServer) -> None:
    fetched(root, server)
    before = locked(root)
    pin(root, server.url, version="1.1.0")
    result = charts(root, "fetch")
    assert (result.exit_code, result.stdout) == (5, "0 fetched, 0 there already, 0 removed, 1 failed\n")
    assert locked(root) == before


def test_an_index_is_read_as_helm_reads_it(root: Path, server: ChartServer) -> None:
    served = chart("demo", "1.0.0")
    index = (
        "apiVersion: v1\ngenerated: 2022-01-01T00:00:00Z\nentries:\n  other: null\n  demo:\n  - null\n"
        "  - version: 1.0\n    created: 2022-01-01\n  - version: 1.0.0\n    urls: [demo-1.0.0.tgz]\n"
        "    urls: [right.tgz]\n"
    )
    server.answers["/index.yaml"] = status(200, index.encode())
    server.answers["/right.tgz"] = status(200, served.archive)
    pin(root, server.url)
    assert charts(root, "fetch").exit_code == 0


def test_one_failing_chart_does_not_hide_the_others(root: Path, server: ChartServer) -> None:
    for name in ("a", "b", "c"):
        server.add(chart(name, "1.0.0"))
        pin(root, server.url, name)
    server.answers["/a-1.0.0.tgz"] = status(500)
    server.answers["/b-1.0.0.tgz"] = status(404)
    result = charts(root, "fetch")
    assert result.exit_code == 5
    assert result.stdout == "fetched c 1.0.0\n1 fetched, 0 there already, 0 removed, 2 failed\n"
    assert result.stderr == (
        f"error: a 1.0.0: {server.url}/a-1.0.0.tgz: the server answers 500 Internal Server Error; try again later\n"
        f"error: b 1.0.0: {server.url}/b-1.0.0.tgz: the server answers 404 Not Found, and "
        "the repository's index names it; half of it was uploaded, or it was deleted: try again later, or ask the "
        "repository's maintainers\n"
    )
    assert [entry["name"] for entry in locked(root)] == ["c"]


def test_what_is_wrong_with_a_repository_is_said_once(root: Path, server: ChartServer) -> None:
    server.answers["/index.yaml"] = status(503)
    for name in ("a", "b"):
        pin(root, server.url, name)
    assert failure(charts(root, "fetch")) == (
        f"a 1.0.0, b 1.0.0: {server.url}/index.yaml: the server answers 503 Service Unavailable; try again later"
    )
    assert server.requests == ["/index.yaml"]


def test_fetches_can_run_side_by_side(root: Path, server: ChartServer) -> None:
    for number in range(8):
        name = f"demo{number}"
        server.add(chart(name, "1.0.0", {"values.yaml": os.urandom(200_000).hex()}))
        pin(root, server.url, name)
    command = [warm.program(), "charts", "fetch", "--root", root]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for process in running:
        _, stderr = process.communicate(timeout=60)
        assert (process.returncode, stderr) == (0, "")
    assert charts(root, "verify").exit_code == 0
    assert len(list((root.parent / "cache/charts").iterdir())) == 8
    assert not list(root.glob(".*"))


# -- digests


def test_a_chart_that_was_changed_after_it_was_locked_is_refused(root: Path, server: ChartServer) -> None:
    served = fetched(root, server)
    cached(root, served).unlink()
    changed = chart("demo", "1.0.0", {"values.yaml": "evil: true\n"})
    server.entries.clear()
    server.add(changed)
    before = (root / lock.FILE).read_bytes()
    assert failure(charts(root, "fetch")) == (
        f"demo 1.0.0: {server.url}/demo-1.0.0.tgz has the SHA-256 digest {changed.sha256}, and charts.lock:3 says "
        f"{served.sha256}; the chart was changed after it was locked: find out why. "
        "To accept it, run: efdgen charts fetch --accept demo"
    )
    assert (root / lock.FILE).read_bytes() == before
    assert not cached(root, changed).exists()
    result = charts(root, "fetch", "--accept", "demo")
    assert result.exit_code == 0
    assert result.stdout == (
        "fetched demo 1.0.0\n"
        f"accepted demo 1.0.0: sha256 {changed.sha256}, was {served.sha256}\n"
        "1 fetched, 0 there already, 0 removed\n"
    )
    assert locked(root)[0]["sha256"] == changed.sha256


def test_a_chart_is_accepted_though_the_former_archive_is_in_the_cache(root: Path, server: ChartServer) -> None:
    fetched(root, server)
    changed = chart("demo", "1.0.0", {"values.yaml": "size: 2\n"})
    server.entries.clear()
    server.add(changed)
    assert charts(root, "fetch").stdout == "0 fetched, 1 there already, 0 removed\n"
    assert charts(root, "fetch", "--accept", "demo").exit_code == 0
    assert locked(root)[0]["sha256"] == changed.sha256
    # What is the same is not said to be another.
    assert charts(root, "fetch", "--accept", "demo").stdout == (
        "fetched demo 1.0.0\n1 fetched, 0 there already, 0 removed\n"
    )


def test_only_a_chart_that_is_pinned_can_be_accepted(root: Path, server: ChartServer) -> None:
    fetched(root, server)
    result = charts(root, "fetch", "--accept", "dmeo")
    assert (result.exit_code, result.stderr) == (2, "error: unknown chart 'dmeo': did you mean 'demo'?\n")


def test_a_version_keeps_its_digest_when_its_repository_changes(root: Path, server: ChartServer) -> None:
    served = fetched(root, server)
    with ChartServer() as elsewhere:
        other = elsewhere.add(chart("demo", "1.0.0", {"values.yaml": "evil: true\n"}))
        moved = pin(root, elsewhere.url)
        before = (root / lock.FILE).read_bytes()
        assert "error: demo 1.0.0: not in charts.lock; run: efdgen charts fetch\n" in charts(root, "verify").stderr
        # What is reviewed until then is what was locked.
        assert cache.LockedCharts.open(root).archive(moved) == served.archive
        assert failure(charts(root, "fetch")) == (
            f"demo 1.0.0: {elsewhere.url}/demo-1.0.0.tgz has the SHA-256 digest {other.sha256}, and charts.lock:3 says "
            f"{served.sha256}, of the same version from {server.url}; these are two charts: find out why. "
            "To accept it, run: efdgen charts fetch --accept demo"
        )
        assert (root / lock.FILE).read_bytes() == before
        elsewhere.entries.clear()
        elsewhere.add(served)
        assert charts(root, "fetch").stdout == (
            f"fetched demo 1.0.0 from {elsewhere.url}\nremoved demo 1.0.0 from {server.url}\n"
            "1 fetched, 0 there already, 1 removed\n"
        )
        assert [(entry["repository"], entry["sha256"]) for entry in locked(root)] == [(elsewhere.url, served.sha256)]


def test_two_archives_of_one_version_are_not_locked_together(root: Path, server: ChartServer) -> None:
    with ChartServer() as elsewhere:
        one, other = chart("demo", "1.0.0"), chart("demo", "1.0.0", {"values.yaml": "size: 1\n"})
        by_url = dict(sorted({server.url: server.add(one), elsewhere.url: elsewhere.add(other)}.items()))
        pin(root, server.url)
        pin(root, elsewhere.url, app="twin")
        (first, locked_one), (second, refused) = by_url.items()
        assert failure(charts(root, "fetch")) == (
            f"demo 1.0.0: {second} has the SHA-256 digest {refused.sha256}, and {first} has {locked_one.sha256}; "
            "these are two charts: find out which one is meant. To accept both, run: efdgen charts fetch --accept demo"
        )
        assert [each["sha256"] for each in locked(root)] == [locked_one.sha256]
        assert charts(root, "fetch", "--accept", "demo").exit_code == 0
        assert [each["sha256"] for each in locked(root)] == [locked_one.sha256, refused.sha256]
        assert charts(root, "verify").exit_code == 0


def entry(repository: str, digest: str, version: str = "1.0.0") -> LockedChart:
    return LockedChart("demo", version, repository, f"{repository}/demo.tgz", digest * 64)


def of(*entries: LockedChart) -> lock.ChartLock:
    return lock.parse(lock.dump(entries))


def test_only_who_accepts_another_archive_is_told_that_it_was_accepted(root: Path, server: ChartServer) -> None:
    fetched(root, server)
    with ChartServer() as elsewhere:
        elsewhere.add(chart("demo", "1.0.0", {"values.yaml": "a: 1\n"}))
        pin(root, elsewhere.url, app="another")
        accepted = charts(root, "fetch", "--accept", "demo").stdout
        assert f"\naccepted demo 1.0.0 from {elsewhere.url}: sha256 " in accepted
        pin(root, f"{elsewhere.url}/", app="another")
        result = charts(root, "fetch")
        assert result.stdout == (
            f"fetched demo 1.0.0 from {elsewhere.url}/\nremoved demo 1.0.0 from {elsewhere.url}\n"
            "1 fetched, 1 there already, 1 removed\n"
        )


def test_two_charts_of_one_name_and_version_are_told_apart_by_their_repositories() -> None:
    one, other = entry("https://a.example.org", "a"), entry("https://b.example.org", "b")
    both = of(one, other)
    assert both.find(other.reference) == other
    assert both.find(ChartReference("demo", "1.0.0", "https://c.example.org")) is None
    assert of(one).find(other.reference) == one
    assert of(one).find(ChartReference("demo", "1.0.1", one.repository)) is None


def test_a_former_lock_wins_for_the_versions_that_it_knows() -> None:
    former, now = entry("https://a.example.org", "a"), entry("https://b.example.org", "b")
    newer = entry("https://a.example.org", "c", "2.0.0")
    whole = of(former).over(of(now, newer))
    assert whole.find(now.reference) == former
    assert whole.find(newer.reference) == newer


def test_of_a_locked_chart_a_download_that_is_cut_off_is_damaged_and_not_the_chart(
    root: Path, server: ChartServer
) -> None:
    served = fetched(root, server)
    cached(root, served).unlink()
    cut = served.archive[:-20]
    server.answers[f"/{served.file}"] = status(200, cut)
    found = cache.digest(cut)

    said = failure(charts(root, "fetch"))

    assert said == (
        f"demo 1.0.0: {server.url}/{served.file} has the SHA-256 digest {found}, and charts.lock:3 says "
        f"{served.sha256}; the archive is not complete: the download or the repository is damaged: try again later"
    )
    # Nor is it accepted.
    said = failure(charts(root, "fetch", "--accept", "demo"))
    assert "not complete" in said
    assert locked(root)[0]["sha256"] == served.sha256


def test_a_digest_other_than_that_of_the_index_is_refused(root: Path, server: ChartServer) -> None:
    served = server.add(chart("demo", "1.0.0"), digest="0" * 64)
    pin(root, server.url)
    assert failure(charts(root, "fetch")) == (
        f"demo 1.0.0: {server.url}/demo-1.0.0.tgz has the SHA-256 digest {served.sha256}, and its index says "
        f"{'0' * 64}; the download or the repository is damaged: try again later"
    )
    assert locked(root) == []


# -- what a repository does not have


@pytest.mark.parametrize(
    ("name", "version", "message"),
    [
        ("dmeo", "1.0.0", "has no chart 'dmeo': did you mean 'demo'?"),
        ("zzz", "1.0.0", "has no chart 'zzz': known: demo, other"),
        ("demo", "1.2.1", "has no version 1.2.1 of demo; near it: 1.1.0, 1.2.0, 1.3.0, 2.0.0; the newest: 3.0.0"),
        ("demo", "9.0.0", "has no version 9.0.0 of demo; near it: 2.0.0, 3.0.0"),
        ("other", "1.0.0", "has no version 1.0.0 of other; known: latest"),
    ],
)
def test_an_unknown_chart_or_version_is_told_from_known_ones(
    root: Path, server: ChartServer, name: str, version: str, message: str
) -> None:
    for known in ("1.0.0", "1.1.0", "1.2.0", "1.3.0", "2.0.0", "3.0.0"):
        server.add(chart("demo", known))
    server.add(chart("other", "latest"))
    pin(root, server.url, name, version)
    assert failure(charts(root, "fetch")) == f"{name} {version}: {server.url}/index.yaml {message}"


@pytest.mark.parametrize("url", ["http://[::1/x", "https://example.org:port/x", "//[/x"])
def test_a_url_that_no_parser_takes_is_refused(root: Path, server: ChartServer, url: str) -> None:
    server.entries["demo"] = [{"version": "1.0.0", "urls": [url]}]
    pin(root, server.url)
    message = failure(charts(root, "fetch"))
    assert message.startswith("demo 1.0.0: ")
    assert url in message
    assert "not a URL" in message


def test_a_chart_without_a_url_is_refused(root: Path, server: ChartServer) -> None:
    server.entries["demo"] = [{"version": "1.0.0"}]
    pin(root, server.url)
    assert failure(charts(root, "fetch")) == (
        f"demo 1.0.0: {server.url}/index.yaml gives no URL for demo 1.0.0; ask its maintainers, or pin another version"
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>\n<p a: b: c", " is not valid YAML: line 2: mapping values are not allowed in this context"),
        (b"<html></html>", " is not an index of charts: it has no mapping 'entries'"),
        (b"entries: []", " is not an index of charts: it has no mapping 'entries'"),
        (b"", " is not an index of charts: it has no mapping 'entries'"),
        (b"a: \xff", " is not UTF-8"),
    ],
)
def test_an_index_that_is_none_is_refused(root: Path, server: ChartServer, body: bytes, message: str) -> None:
    server.answers["/index.yaml"] = status(200, body)
    pin(root, server.url)
    url = f"{server.url}/index.yaml"
    assert failure(charts(root, "fetch")) == f"demo 1.0.0: {url}{message}; is the repository's URL right?"


# -- servers


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (404, "404 Not Found; is the repository's URL right?"),
        (410, "410 Gone; is the repository's URL right?"),
        (400, "400 Bad Request; is the repository's URL right?"),
        (401, f"401 Unauthorized; {NO_LOGIN}"),
        (403, f"403 Forbidden; {NO_LOGIN}"),
        (429, "429 Too Many Requests; try again later"),
        (500, "500 Internal Server Error; try again later"),
        (599, "599; try again later"),
    ],
)
def test_a_server_s_refusal_is_passed_on(root: Path, server: ChartServer, code: int, message: str) -> None:
    server.answers["/index.yaml"] = status(code)
    pin(root, server.url)
    assert failure(charts(root, "fetch")) == f"demo 1.0.0: {server.url}/index.yaml: the server answers {message}"


@pytest.fixture
def silent() -> Iterator[str]:
    """A port that takes connections and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def closed() -> str:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_does_not_answer_in_time(root: Path, silent: str, scheme: str) -> None:
    pin(root, f"{scheme}://{silent}")
    assert failure(charts(root, "fetch", "--timeout", "0.2")) == (
        f"demo 1.0.0: {scheme}://{silent}/index.yaml: no answer for 0.2 seconds; try again, with a longer --timeout"
    )


@pytest.mark.parametrize("what", ["head", "body"])
def test_a_server_that_sends_for_ever(
    root: Path, server: ChartServer, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MOST_SILENCES", 2)
    server.add(chart("demo", "1.0.0"))
    server.answers["/demo-1.0.0.tgz"] = server.trickle if what == "body" else server.trickle_head
    pin(root, server.url)
    assert failure(charts(root, "fetch", "--timeout", "0.5")) == (
        f"demo 1.0.0: {server.url}/demo-1.0.0.tgz: not all of it was there after 1 second; "
        "try again, with a longer --timeout"
    )


def test_a_server_that_stops_in_the_middle(root: Path, server: ChartServer) -> None:
    served = server.add(chart("demo", "1.0.0"))
    server.answers[f"/{served.file}"] = truncated(served.archive[:100])
    pin(root, server.url)
    assert failure(charts(root, "fetch")) == (
        f"demo 1.0.0: {server.url}/demo-1.0.0.tgz: the connection ended before everything was there; try again"
    )


def test_a_refused_connection(root: Path, closed: str) -> None:
    pin(root, f"http://{closed}")
    assert failure(charts(root, "fetch")) == (
        f"demo 1.0.0: http://{closed}/index.yaml: connection refused; is the URL right, and the server running?"
    )


def test_a_server_that_does_not_speak_tls(root: Path, server: ChartServer) -> None:
    url = server.url.replace("http://", "https://")
    pin(root, url)
    message = failure(charts(root, "fetch"))
    assert re.fullmatch(
        rf"demo 1\.0\.0: {url}/index\.yaml: TLS fails: [A-Z_]+; does the server speak https there\?", message
    )


@needs.OPENSSL.needed
def test_a_certificate_must_be_trusted(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*command.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ChartServer(context) as server:
        server.add(chart("demo", "1.0.0"))
        pin(root, server.url)
        message = failure(charts(root, "fetch"))
        assert re.fullmatch(
            rf"demo 1\.0\.0: {server.url}/index\.yaml: its certificate can't be trusted: self[- ]signed certificate; "
            r"SSL_CERT_FILE can name others to trust",
            message,
        )
        # As helm repo add --ca-file keeps it.
        known = tmp_path / "config/helm/repositories.yaml"
        known.parent.mkdir(parents=True)
        known.write_text(f"repositories: [{{url: '{server.url}', caFile: {certificate}}}]\n", encoding="utf-8")
        assert charts(root, "outdated").exit_code == 0
        known.write_text(f"repositories: [{{url: '{server.url}', caFile: {key}}}]\n", encoding="utf-8")
        assert f"a certificate of {server.url} in {known}: " in failure(charts(root, "outdated"))
        known.unlink()
        monkeypatch.setenv("SSL_CERT_FILE", certificate)
        assert charts(root, "fetch").exit_code == 0


@pytest.mark.parametrize("target", ["/index.yaml", "http://[", ""])
def test_redirections_in_a_circle_or_nowhere(root: Path, server: ChartServer, target: str) -> None:
    server.answers["/index.yaml"] = redirect(target)
    pin(root, server.url)
    assert failure(charts(root, "fetch")) == (
        f"demo 1.0.0: {server.url}/index.yaml: the server answers 302 Found, and leads in a circle or to no http URL; "
        "is the repository's URL right?"
    )


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/x", "file:///etc/hostname"])
def test_a_redirection_to_a_less_safe_scheme_is_refused(root: Path, server: ChartServer, target: str) -> None:
    server.answers["/index.yaml"] = redirect(target)
    pin(root, server.url)
    assert failure(charts(root, "fetch")) == (
        f"demo 1.0.0: {server.url}/index.yaml leads to {target}, which is less safe; ask the repository's maintainers"
    )


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://a/b.tgz", "http://a:b/c"])
def test_an_index_can_t_lead_to_other_schemes(root: Path, server: ChartServer, url: str) -> None:
    server.add(chart("demo", "1.0.0"), urls=[url])
    pin(root, server.url)
    assert failure(charts(root, "fetch")) == (
        f"demo 1.0.0: {url} is not a URL that charts can be downloaded from; only http:// and https:// are"
    )


def test_a_password_in_a_url_is_refused_and_not_shown(root: Path, server: ChartServer) -> None:
    server.add(chart("demo", "1.0.0"), urls=["https://me:hunter2@charts.example.org/x.tgz"])
    pin(root, server.url)
    assert failure(charts(root, "fetch")) == (
        "demo 1.0.0: the URL of https://charts.example.org/x.tgz holds a user name; "
        "take it out: logins stand in Helm's repositories.yaml or in a netrc file (see docs/charts.md)"
    )
    pin(root, "https://me:hunter2@charts.example.org/x")
    result = charts(root, "fetch")
    assert (result.exit_code, "hunter2" in result.output) == (3, False)
    assert "error[E206] must be a URL that begins with https:// or oci://, without a login in it" in result.output


def test_what_is_too_big_is_refused(root: Path, server: ChartServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_ARCHIVE", 1000)
    served = server.add(chart("demo", "1.0.0", {"noise": os.urandom(2000)}))
    pin(root, server.url)
    assert failure(charts(root, "fetch")) == (
        f"demo 1.0.0: {server.url}/{served.file} has more than 1,000 bytes; "
        "that is not a chart, and not an index of charts"
    )


# -- archives


def links(kind: bytes) -> list[tarfile.TarInfo]:
    entry = tarfile.TarInfo("demo/link")
    entry.type, entry.linkname = kind, "/etc/passwd"
    return [entry]


GOOD = chart("demo", "1.0.0").archive
META = "name: demo\nversion: 1.0.0\n"
ARCHIVES = {
    "no gzip": (b"<html>", "the archive is not compressed with gzip"),
    "truncated": (GOOD[:-20], "the archive is not complete"),
    "no tar": (gzip.compress(b"x" * 600), "the archive is not a tar file, or damaged: "),
    "empty": (tgz({}), "the archive holds no Chart.yaml"),
    "no chart": (tgz({"demo/values.yaml": "a: 1"}), "the archive holds no Chart.yaml"),
    "other name": (chart("demon", "1.0.0").archive, "its Chart.yaml says demon 1.0.0"),
    "other version": (chart("demo", "1.0.1").archive, "its Chart.yaml says demo 1.0.1"),
    "no version": (tgz({"demo/Chart.yaml": "name: demo"}), "the Chart.yaml of the archive has no name or no version"),
    "no mapping": (tgz({"demo/Chart.yaml": "- demo"}), "the Chart.yaml of the archive holds no mapping"),
    "no YAML": (
        tgz({"demo/Chart.yaml": "a: b: c"}),
        "the Chart.yaml of the archive is not valid YAML: line 1: mapping values are not allowed in this context",
    ),
    "no UTF-8": (tgz({"demo/Chart.yaml": b"\xff"}), "the Chart.yaml of the archive is not UTF-8"),
    "without its own charts": (
        tgz({"demo/Chart.yaml": f"{META}dependencies:\n- {{name: sub, version: 1.0.0, condition: sub.enabled}}\n"}),
        "the chart depends on sub, which is not in its charts/: it was packed without them, and Helm would leave ",
    ),
    "without those of requirements.yaml": (
        tgz({"demo/Chart.yaml": META, "demo/requirements.yaml": "dependencies: [{name: a}, {name: b, alias: c}]"}),
        "the chart depends on a, b, which are not in its charts/: it was packed without them, and Helm would leave ",
    ),
    "upwards": (
        tgz({"demo/Chart.yaml": META, "demo/../../x": ""}),
        "the archive holds 'demo/../../x', which leads out of the chart's folder",
    ),
    "absolute": (tgz({"/demo/Chart.yaml": META}), "the archive holds '/demo/Chart.yaml', which leads out of the "),
    "outside": (tgz({"Chart.yaml": META}), "the archive holds 'Chart.yaml' outside of the chart's folder"),
    "symbolic link": (tgz({}, links(tarfile.SYMTYPE)), "the archive holds 'demo/link', which is a link"),
    "hard link": (tgz({}, links(tarfile.LNKTYPE)), "the archive holds 'demo/link', which is a link"),
    "device": (tgz({}, links(tarfile.CHRTYPE)), "the archive holds 'demo/link', which is neither a file nor a folder"),
}


@pytest.mark.parametrize("case", ARCHIVES)
def test_an_archive_that_is_no_sound_chart_is_refused(root: Path, server: ChartServer, case: str) -> None:
    content, message = ARCHIVES[case]
    served = server.add(Chart("demo", "1.0.0", content))
    pin(root, server.url)
    said = failure(charts(root, "fetch"))
    assert said.startswith(f"demo 1.0.0: {server.url}/demo-1.0.0.tgz: {message}")
    assert said.endswith(f"; {ADVICE}")
    if not message.endswith(" "):
        assert said == f"demo 1.0.0: {server.url}/demo-1.0.0.tgz: {message}; {ADVICE}"
    assert not cached(root, served).exists()
    assert locked(root) == []


def test_a_small_archive_can_t_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED", 100_000)
    with pytest.raises(ChartError, match=r"^the archive holds more than 100,000 bytes$"):
        archive.files(tgz({"demo/zeros": b"\0" * 200_000}))


def test_default_values_are_those_of_the_chart_and_its_subcharts() -> None:
    inner = chart("inner", "1.0.0", {"values.yaml": "inner: 1\n"})
    packed = chart("packed", "1.0.0", {"values.yaml": "\ufeffpacked: 1\n"}, subcharts=[inner])
    twice = chart("twice", "1.0.0", {"values.yaml": "twice: 1\n"})
    outer = chart(
        "outer",
        "1.0.0",
        {
            "Chart.yaml": "name: outer\nversion: 1.0.0\ndependencies:\n"
            "- {name: twice, alias: first}\n- {name: twice, alias: second}\n- {name: packed}\n",
            "values.yaml": "outer: 1\n",
            "charts/folder/Chart.yaml": "name: folder\nversion: 1.0.0\n",
            "charts/folder/templates/values.yaml": "no: values\n",
            "charts/_skipped/Chart.yaml": "",
            "charts/README.md": "",
        },
        subcharts=[packed, twice],
    )
    assert archive.default_values(archive.files(outer.archive)) == {
        "": "outer: 1\n",
        "packed": "packed: 1\n",
        "packed/inner": "inner: 1\n",
        "first": "twice: 1\n",
        "second": "twice: 1\n",
        "folder": "",
    }
    assert archive.folders_of(archive.files(outer.archive)) == {
        "": "",
        "packed": "charts/packed/",
        "packed/inner": "charts/packed/charts/inner/",
        "first": "charts/twice/",
        "second": "charts/twice/",
        "folder": "charts/folder/",
    }


# -- the cache


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"EFDGEN_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/a"),
        ({"EFDGEN_CACHE": "", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/b/efdgen"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/c"}, "/c/.cache/efdgen"),
        ({"HOME": "/c"}, "/c/.cache/efdgen"),
    ],
)
def test_where_the_cache_is(variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EFDGEN_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache.folder() == Path(expected)


def test_a_cache_that_can_t_be_written(root: Path, server: ChartServer, tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"a file")
    served = server.add(chart("demo", "1.0.0"))
    pin(root, server.url)
    assert failure(charts(root, "fetch")) == (
        f"demo 1.0.0: can't write {cached(root, served)} to the chart cache: Not a directory; "
        "fix that, or set EFDGEN_CACHE to a folder that can be written"
    )


def test_charts_are_read_from_lock_and_cache(root: Path, server: ChartServer) -> None:
    served = fetched(root, server)
    reference = ChartReference("demo", "1.0.0", server.url)
    assert cache.LockedCharts.open(root).archive(reference) == served.archive
    assert cache.LockedCharts.open(root).has(reference)


def test_a_chart_that_is_not_there_is_said_to_be_fetched(root: Path, server: ChartServer) -> None:
    served = fetched(root, server)
    known = ChartReference("demo", "1.0.0", server.url)
    unknown = known._replace(version="1.0.1")
    opened = cache.LockedCharts.open(root)
    path = cached(root, served)

    def refusal(reference: ChartReference) -> str:
        assert not opened.has(reference)
        with pytest.raises(ChartError) as caught:
            opened.archive(reference)
        return str(caught.value)

    assert refusal(unknown) == "demo 1.0.1: not in charts.lock; run: efdgen charts fetch"
    path.write_bytes(b"rubbish")
    assert refusal(known) == (
        f"demo 1.0.0: {path} in the chart cache is damaged: its SHA-256 digest is {cache.digest(b'rubbish')}; "
        "run: efdgen charts fetch"
    )
    path.unlink()
    assert refusal(known) == f"demo 1.0.0: not in the chart cache ({path}); run: efdgen charts fetch"


def test_lock_and_cache_are_looked_at_when_the_first_chart_is_asked_for(
    root: Path, server: ChartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    really = cache.read_lock
    monkeypatch.setattr(cache, "read_lock", lambda folder: opened.append(folder) or really(folder))
    charts = cache.ChartsOnDemand(root)
    served = fetched(root, server)
    opened.clear()

    assert opened == []
    for _ in range(2):
        assert charts.archive(ChartReference("demo", "1.0.0", server.url)) == served.archive
    assert opened == [root]


def test_a_lock_that_is_wrong_stops_only_who_asks_for_a_chart(root: Path) -> None:
    (root / "charts.lock").write_bytes(b"charts: {}\n")
    charts = cache.ChartsOnDemand(root)
    with pytest.raises(InvalidInputError):
        charts.archive(ChartReference("demo", "1.0.0", "https://charts.example.org/"))


# -- the lock

ENTRY = f"- {{name: a, version: '1.0.0', repository: 'https://a', url: 'https://a/b', sha256: {'a' * 64}}}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("charts: {}\n", "must be a list, not a mapping"),
        ("charts:\n- name: a\n", "'sha256' is missing"),
        ("<<<<<<< ours\n", "must be a mapping"),
        ("charts: [\n", "not valid YAML"),
        (f"charts:\n{ENTRY}{ENTRY}", "a 1.0.0 is locked twice (first on line 2)"),
    ],
)
@pytest.mark.parametrize("verb", ["fetch", "verify"])
def test_a_lock_that_is_none_is_wrong_input(root: Path, verb: str, text: str, message: str) -> None:
    (root / lock.FILE).write_text(text, encoding="utf-8")
    result = charts(root, verb)
    assert result.exit_code == 3, result.output
    assert message in result.stderr
    assert "--> charts.lock:" in result.stderr
    assert (root / lock.FILE).read_text(encoding="utf-8") == text


def test_a_lock_is_read_as_it_was_written() -> None:
    entries = [lock.LockedChart(f"a{n}", "1.0.0", "oci://a/b", "oci://a/b/a:1.0.0", f"{n}" * 64) for n in range(3)]
    text = lock.dump(reversed(entries))
    read = lock.parse(text)
    assert list(read.charts.values()) == entries
    assert [text.splitlines()[line - 1] for line in read.lines.values()] == ["- name: a0", "- name: a1", "- name: a2"]
    assert lock.parse("") == lock.EMPTY


@pytest.mark.parametrize("verb", ["fetch", "verify", "outdated"])
def test_wrong_app_definitions_are_wrong_input(root: Path, verb: str) -> None:
    pin(root, "https://charts.example.org", version="1")
    result = charts(root, verb)
    assert result.exit_code == 3
    assert "--> templates/apps/demo/app.yaml:4:12" in result.stderr


# -- verify


def test_verify_lists_everything_that_is_wrong_and_asks_nobody(root: Path, server: ChartServer) -> None:
    names = ["bad", "damaged", "gone", "stale", "sound"]
    served = {name: server.add(chart(name, "1.0.0")) for name in names}
    for name in names:
        pin(root, server.url, name)
    assert charts(root, "fetch").exit_code == 0
    pin(root, server.url, "new")
    (root / "templates/apps/stale/app.yaml").unlink()
    (root / "templates/apps/stale").rmdir()
    cached(root, served["gone"]).unlink()
    cached(root, served["damaged"]).write_bytes(b"rubbish")
    other = chart("other", "1.0.0")
    cached(root, other).write_bytes(other.archive)
    text = (root / lock.FILE).read_text(encoding="utf-8")
    (root / lock.FILE).write_text(
        text.replace(yamlio.inline(served["bad"].sha256), f'"{other.sha256}"'), encoding="utf-8"
    )
    lines = {name: text.splitlines().index(f"- name: {name}") + 1 for name in names}
    server.requests.clear()
    result = charts(root, "verify")
    assert (result.exit_code, result.stdout) == (5, "")
    assert result.stderr == (
        f"error: bad 1.0.0: charts.lock:{lines['bad']}: its Chart.yaml says other 1.0.0; "
        "remove this entry, and run: efdgen charts fetch\n"
        f"error: damaged 1.0.0: {cached(root, served['damaged'])} in the chart cache is damaged: "
        f"its SHA-256 digest is {cache.digest(b'rubbish')}; run: efdgen charts fetch\n"
        f"error: gone 1.0.0: not in the chart cache ({cached(root, served['gone'])}); "
        "run: efdgen charts fetch\n"
        f"error: new 1.0.0: not in charts.lock; run: efdgen charts fetch\n"
        f"error: stale 1.0.0: charts.lock:{lines['stale']}: no app pins it any more; run: efdgen charts fetch\n"
    )
    assert server.requests == []


def test_without_apps_there_is_nothing_to_verify(root: Path) -> None:
    assert charts(root, "verify").stdout == "0 charts are locked and at hand, undamaged\n"


# -- outdated


def offer(server: ChartServer, name: str, *versions: str) -> None:
    server.entries[name] = [{"version": version, "urls": ["x"]} for version in versions]


def test_outdated_shows_what_is_newer(root: Path, server: ChartServer) -> None:
    offer(server, "demo", "latest", "1.0.0", "2.0.0-rc.1", "v1.10.0", "1.9.0", "1.0", "0.9.0")
    offer(server, "other", "1.0.0", "1.0.0+build", "3.0.0", "2.0.0")
    offer(server, "current", "1.0.0", "0.1.0")
    offer(server, "pre", "1.0.0-rc.1", "1.0.0-rc.10", "1.0.0-rc.9")
    pin(root, server.url)
    pin(root, server.url, app="also")
    pin(root, f"{server.url}/", "other")
    pin(root, server.url, "current")
    pin(root, server.url, "pre", "1.0.0-rc.1")
    result = charts(root, "outdated")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "app         chart  pinned      same major   newest\n"
        "also, demo  demo   1.0.0       1.10.0       1.10.0\n"
        "other       other  1.0.0       -            3.0.0\n"
        "pre         pre    1.0.0-rc.1  1.0.0-rc.10  1.0.0-rc.10\n"
        "3 of 4 charts have a newer version\n"
    )
    assert server.requests.count("/index.yaml") == 1
    parsed = json.loads(charts(root, "outdated", "--format", "json").stdout)
    assert parsed["charts"][0] == {
        "apps": ["current"],
        "name": "current",
        "version": "1.0.0",
        "repository": server.url,
        "newestInMajor": None,
        "newest": None,
        "newestThatFits": None,
        "olderThatFits": None,
        "published": None,
        "newestPublished": None,
        "deprecated": [],
        "newestKubeVersion": None,
    }
    assert [one["newest"] for one in parsed["charts"]] == [None, "1.10.0", "3.0.0", "1.0.0-rc.10"]


def test_a_repository_that_fails_does_not_hide_what_the_others_have(
    root: Path, server: ChartServer, closed: str
) -> None:
    offer(server, "demo", "1.1.0")
    pin(root, server.url)
    pin(root, f"http://{closed}", "other")
    result = charts(root, "outdated")
    assert failure(result) == (
        f"other 1.0.0: http://{closed}/index.yaml: connection refused; is the URL right, and the server running?"
    )
    assert "1.1.0" in result.stdout
    assert "1 of 1 chart has a newer version" in result.stdout
    assert json.loads(charts(root, "outdated", "--format", "json").stdout)["charts"][0]["newest"] == "1.1.0"


def test_what_an_archive_claims_to_hold_is_not_believed() -> None:
    entry = tarfile.TarInfo("demo/large")
    entry.size = 10**12
    with pytest.raises(ChartError, match="unpacks to more than"):
        archive.files(tgz({"demo/Chart.yaml": "name: demo\n"}, extra=[entry]))


def test_what_killed_fetches_left_is_deleted_by_the_next_one(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache/charts"
    folder.mkdir(parents=True)
    ended = subprocess.run(["/bin/sh", "-c", "echo $$"], check=True, capture_output=True, text=True).stdout.strip()
    now, hour = time.time(), 3600

    def left(name: str, age: float, place: Path = folder) -> Path:
        path = place / name
        path.write_bytes(b"part")
        os.utime(path, (now - age, now - age))
        return path

    app = root / "templates/apps/plain"
    (app / "templates").mkdir(parents=True)
    (app / "templates/a.yaml").write_text("kind: ConfigMap\n", encoding="utf-8")
    (app / "app.yaml").write_text("description: x\nchart: none\n", encoding="utf-8")
    gone = [
        left(f".a.tgz.{ended}-1.efdgen-tmp", 2 * hour),
        left(f".b.tgz.{os.getpid()}-1.efdgen-tmp", 25 * hour),
        left(f".charts.lock.{ended}-1.efdgen-tmp", 2 * hour, root),
        left(f".app.yaml.{ended}-1.efdgen-tmp", 2 * hour, app),
    ]
    there = [
        left(f".c.tgz.{ended}-1.efdgen-tmp", hour / 2),
        left(f".d.tgz.{os.getpid()}-1.efdgen-tmp", 2 * hour),
        left(".of-somebody.efdgen-tmp", 99 * hour),
        left("e.tgz", 99 * hour),
    ]
    assert charts(root, "fetch").exit_code == 0
    assert [path.exists() for path in (*gone, *there)] == [False] * len(gone) + [True] * len(there)
