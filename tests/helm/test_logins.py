"""Private repositories: logins from where Helm, Docker and others keep them, over real HTTP on loopback."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.errors import ChartError
from efdgen.helm.charts import lock, logins
from efdgen.language import yamlio
from support.chartserver import Answer, Chart, ChartServer, Handler, chart, redirect, status
from support.repository import overlay

SECRET = "pa55-w0rd"
LOGIN = f"me:{SECRET}"
BASIC = f"Basic {base64.b64encode(LOGIN.encode()).decode()}"
DEMO = chart("demo", "1.0.0")


@pytest.fixture
def server() -> Iterator[ChartServer]:
    """A private repository."""
    with ChartServer() as running:
        yield running


@pytest.fixture
def other() -> Iterator[ChartServer]:
    """Another server, which no login is for."""
    with ChartServer() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of somebody without settings, logins and proxies."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EFDGEN_CACHE", str(tmp_path / "cache"))
    hidden = ("XDG_", "HELM_", "DOCKER_CONFIG", "NETRC", "EFDGEN_MIRRORS")
    for variable in os.environ:
        if variable.startswith(hidden) or variable.lower().endswith("_proxy"):
            monkeypatch.delenv(variable)
    return tmp_path


def fetch(home: Path, url: str) -> Result:
    """Fetch a chart that an app pins."""
    pinned = f"description: x\nchart:\n  name: demo\n  version: '1.0.0'\n  repository: {url}\n"
    overlay(home / "root", {"templates/apps/demo/app.yaml": pinned, "environments/shared/README.md": ""})
    result = CliRunner().invoke(cli.command, ["charts", "fetch", "--root", str(home / "root")])
    kept = [path.read_bytes() for path in (home / "root").rglob("*") if path.is_file()]
    for secret in (SECRET, BASIC.removeprefix("Basic ")):
        assert secret not in result.output
        assert all(secret.encode() not in content for content in kept)
    return result


def guard(server: ChartServer, added: Chart = DEMO, urls: list[str] | None = None) -> None:
    """Serve a chart to those who log in."""
    server.add(added, urls=urls)
    for name in ("index.yaml", added.file):
        server.answers[f"/{name}"] = asking(server.file(name))


def asking(answer: Answer) -> Answer:
    def asked(handler: Handler) -> None:
        if handler.headers.get("Authorization") == BASIC:
            answer(handler)
        else:
            status(401, WWW_Authenticate='Basic realm="charts"')(handler)

    return asked


def refusing(answer: Answer) -> Answer:
    """Return an answer for those who do not tell their login."""

    def asked(handler: Handler) -> None:
        (status(400) if handler.headers.get("Authorization") else answer)(handler)

    return asked


def helm_knows(home: Path, url: str, login: str = LOGIN, **more: object) -> None:
    name, _, password = login.partition(":")
    entry = {"name": "x", "url": url, "username": name, "password": password, **more}
    content = yamlio.dump({"apiVersion": "", "repositories": [entry]})
    overlay(home, {".config/helm/repositories.yaml": content})


def docker_knows(home: Path, server: ChartServer, file: str = ".docker/config.json") -> None:
    auth = {"auths": {host(server): {"auth": BASIC.removeprefix("Basic ")}}}
    overlay(home, {file: json.dumps(auth)})


def host(server: ChartServer) -> str:
    return server.url.removeprefix("http://")


# -- Helm repositories


@pytest.mark.parametrize("knows", ["helm", "netrc"])
def test_a_login_is_found_and_told_to_its_own_server_only(
    home: Path, server: ChartServer, other: ChartServer, knows: str
) -> None:
    guard(server, urls=[f"{other.url}/{DEMO.file}"])
    other.answers[f"/{DEMO.file}"] = refusing(server.file(DEMO.file))
    if knows == "helm":
        helm_knows(home, f"{server.url}/")
    else:
        overlay(home, {".netrc": f"machine {host(server)} login me password {SECRET}\n"})
    result = fetch(home, server.url)
    assert (result.exit_code, result.stderr) == (0, "")
    assert other.requests == [f"/{DEMO.file}"]


def test_the_archives_of_a_private_repository_are_fetched_with_its_login(home: Path, server: ChartServer) -> None:
    guard(server)
    helm_knows(home, server.url)
    assert fetch(home, server.url).exit_code == 0
    # Helm's other places.
    settings = (home / ".config/helm/repositories.yaml").read_text(encoding="utf-8")
    (home / ".config/helm/repositories.yaml").unlink()
    (home / "cache/charts" / f"{DEMO.sha256}.tgz").unlink()
    overlay(home, {"elsewhere.yaml": settings})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELM_REPOSITORY_CONFIG", str(home / "elsewhere.yaml"))
        assert fetch(home, server.url).exit_code == 0


def test_a_login_is_not_told_to_whom_a_server_leads(home: Path, server: ChartServer, other: ChartServer) -> None:
    guard(server)
    server.answers[f"/{DEMO.file}"] = asking(redirect(f"{other.url}/elsewhere.tgz"))
    other.answers["/elsewhere.tgz"] = refusing(redirect(f"{server.url}/back.tgz"))
    server.answers["/back.tgz"] = asking(server.file(DEMO.file))
    helm_knows(home, server.url)
    result = fetch(home, server.url)
    assert (result.exit_code, result.stderr) == (0, "")
    assert other.requests == ["/elsewhere.tgz"]


def test_helm_s_word_to_pass_a_login_on_is_for_what_the_index_lists_alone(
    home: Path, server: ChartServer, other: ChartServer
) -> None:
    guard(server, urls=[f"{other.url}/{DEMO.file}"])
    other.answers[f"/{DEMO.file}"] = asking(redirect(f"{other.url.replace('127.0.0.1', 'localhost')}/x.tgz"))
    other.answers["/x.tgz"] = refusing(server.file(DEMO.file))
    helm_knows(home, server.url)
    assert "401 Unauthorized" in fetch(home, server.url).stderr
    helm_knows(home, server.url, pass_credentials_all=True)
    result = fetch(home, server.url)
    assert (result.exit_code, result.stderr) == (0, "")
    assert logins.passed_on(server.url, "https://else.example.org/a.tgz") is not None
    assert logins.passed_on(other.url, "https://else.example.org/a.tgz") is None
    helm_knows(home, "https://charts.example.org", pass_credentials_all=True)
    assert logins.passed_on("https://charts.example.org", "http://else.example.org/a.tgz") is None


def test_a_login_in_a_location_is_left_out(home: Path, server: ChartServer, other: ChartServer) -> None:
    server.add(DEMO)
    server.answers[f"/{DEMO.file}"] = redirect(f"http://u:{SECRET}@{host(other)}/x.tgz")
    other.answers["/x.tgz"] = refusing(server.file(DEMO.file))
    assert fetch(home, server.url).exit_code == 0


def test_without_a_login_or_with_a_wrong_one_people_are_told_what_to_do(home: Path, server: ChartServer) -> None:
    guard(server)
    said = f"error: demo 1.0.0: {server.url}/index.yaml: the server answers 401 Unauthorized; "
    advice = "if it wants a login, run helm repo add with it, or write it into a netrc file"
    assert fetch(home, server.url).stderr == f"{said}{advice}\n"
    helm_knows(home, server.url, f"you:{SECRET}")
    assert fetch(home, server.url).stderr == (
        f"{said}it does not take the login from {home}/.config/helm/repositories.yaml\n"
    )


def test_the_entry_around_a_url_counts_and_another_host_s_does_not(home: Path) -> None:
    entries = [
        {"url": "https://a.org/", "username": "outer", "password": "1"},
        {"url": "https://a.org/charts", "username": "inner", "password": "2"},
        {"url": "https://b.org:8443/x", "username": "only", "password": "3"},
    ]
    overlay(home, {".config/helm/repositories.yaml": yamlio.dump({"repositories": entries})})

    def name(url: str) -> str:
        login = logins.of_url(url).login
        return base64.b64decode(login.basic).decode().partition(":")[0] if login else ""

    assert name("https://a.org/charts/x.tgz") == "inner"
    assert name("https://a.org/charts-old/x.tgz") == "outer"
    assert name("https://b.org:8443/elsewhere.tgz") == "only"
    assert [name(url) for url in ("http://a.org/charts", "https://b.org/x", "https://a.org.c.org/")] == ["", "", ""]


def test_a_netrc_file_counts_for_https_and_its_hosts(home: Path) -> None:
    overlay(home, {".netrc": f"machine a.org login me password {SECRET}\ndefault login all password {SECRET}\n"})
    found = logins.of_url("https://a.org/x").login
    assert found is not None
    assert found.basic == BASIC.removeprefix("Basic ")
    # Not without TLS, and not for whatever host an index of charts names.
    assert logins.of_url("http://a.org/x").login is None
    assert logins.of_url("https://b.org/x").login is None
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        (".netrc", f"machine a.org login me password {SECRET} {SECRET}\n"),
        (".config/helm/repositories.yaml", f"repositories: [{{password: {SECRET}\n"),
        (".docker/config.json", f'{{"auths": {SECRET}}}'),
        (".docker/config.json", json.dumps({"auths": {"a.org": {"auth": f"{SECRET}!"}}})),
        (".docker/config.json", json.dumps({"credHelpers": {"a.org": f"../{SECRET}"}})),
    ],
)
def test_a_file_that_can_t_be_read_is_named_and_not_shown(home: Path, file: str, content: str) -> None:
    overlay(home, {file: content})
    with pytest.raises(ChartError) as caught:
        (logins.of_url("https://a.org/x"), logins.of_registry("a.org"))
    assert str(home / file) in str(caught.value)
    assert SECRET not in str(caught.value)


# -- registries


def basic_registry(server: ChartServer) -> str:
    url = server.push(DEMO)
    server.answers = {path: asking(answer) for path, answer in server.answers.items()}
    return url


@pytest.mark.parametrize("file", [".docker/config.json", ".config/helm/registry/config.json"])
def test_a_registry_takes_the_login_of_docker_or_helm(home: Path, server: ChartServer, file: str) -> None:
    url = basic_registry(server)
    assert f"the registry wants a login; run: docker login {host(server)}" in fetch(home, url).stderr
    docker_knows(home, server, file)
    result = fetch(home, url)
    assert (result.exit_code, result.stderr) == (0, "")
    overlay(home, {file: json.dumps({"auths": {host(server): {"username": "you", "password": SECRET}}})})
    (home / "cache/charts" / f"{DEMO.sha256}.tgz").unlink()
    assert f"the registry does not take the login from {home}/{file}" in fetch(home, url).stderr


def test_a_credential_helper_is_asked(home: Path, server: ChartServer, monkeypatch: pytest.MonkeyPatch) -> None:
    url = basic_registry(server)
    answer = json.dumps({"ServerURL": host(server), "Username": "me", "Secret": SECRET})
    helper = home / "bin/docker-credential-test"
    overlay(home, {"bin/docker-credential-test": f"#!/bin/sh\ncat > {home}/asked\necho '{answer}'\n"})
    helper.chmod(0o755)
    overlay(home, {".docker/config.json": json.dumps({"credsStore": "test", "auths": {host(server): {}}})})
    assert "docker-credential-test, which" in fetch(home, url).stderr
    monkeypatch.setenv("PATH", f"{home}/bin:{os.environ['PATH']}")
    result = fetch(home, url)
    assert (result.exit_code, result.stderr) == (0, "")
    assert (home / "asked").read_text(encoding="utf-8") == host(server)


@pytest.mark.parametrize("kept", ["file", "helper"])
def test_an_identity_token_gets_a_token_of_the_registry_s_service(
    home: Path, server: ChartServer, other: ChartServer, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    url = server.push(DEMO)
    challenge = f'Bearer realm="{other.url}/token",service="here",scope="repository:charts/demo:pull"'

    def with_token(answer: Answer) -> Answer:
        def asked(handler: Handler) -> None:
            let_in = handler.headers.get("Authorization") == "Bearer short-lived"
            (answer if let_in else status(401, WWW_Authenticate=challenge))(handler)

        return asked

    def service(handler: Handler) -> None:
        form = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
        wanted = f"refresh_token={SECRET}" in form and "scope=repository%3Acharts%2Fdemo%3Apull" in form
        is_right = wanted and "service=here" in form and handler.command == "POST"
        status(200, b'{"access_token": "short-lived"}' if is_right else b"{}")(handler)

    server.answers = {path: with_token(answer) for path, answer in server.answers.items()}
    other.answers["/token"] = service
    if kept == "file":
        overlay(home, {".docker/config.json": json.dumps({"auths": {host(server): {"identitytoken": SECRET}}})})
    else:
        answer = json.dumps({"Username": "<token>", "Secret": SECRET})
        overlay(home, {"bin/docker-credential-test": f"#!/bin/sh\necho '{answer}'\n"})
        (home / "bin/docker-credential-test").chmod(0o755)
        overlay(home, {".docker/config.json": json.dumps({"credsStore": "test", "auths": {host(server): {}}})})
        monkeypatch.setenv("PATH", f"{home}/bin:{os.environ['PATH']}")
    result = fetch(home, url)
    assert (result.exit_code, result.stderr) == (0, "")
    other.answers["/token"] = status(401)
    (home / "cache/charts" / f"{DEMO.sha256}.tgz").unlink()
    assert "the registry does not take the login from" in fetch(home, url).stderr


def test_a_registry_s_login_is_not_told_to_whom_it_leads(home: Path, server: ChartServer, other: ChartServer) -> None:
    url = basic_registry(server)
    blob = next(path for path in server.answers if "/blobs/" in path)
    server.answers[blob] = asking(redirect(f"{other.url}/blob"))
    other.answers["/blob"] = refusing(status(200, DEMO.archive))
    docker_knows(home, server)
    # Not even one of its own: only what a user wrote down for it.
    overlay(home, {".netrc": f"default login me password {SECRET}\n"})
    result = fetch(home, url)
    assert (result.exit_code, result.stderr) == (0, "")
    assert other.requests == ["/blob"]


def test_a_registry_s_login_is_not_sent_without_tls(home: Path, server: ChartServer) -> None:
    url = server.push(DEMO)
    challenge = 'Bearer realm="http://auth.example.org/token",service="x"'
    server.answers = {path: status(401, WWW_Authenticate=challenge) for path in server.answers}
    docker_knows(home, server)
    assert "the registry wants its login sent to auth.example.org without TLS" in fetch(home, url).stderr


def test_a_mirror_is_asked_with_its_own_login(home: Path, server: ChartServer) -> None:
    guard(server)
    helm_knows(home, server.url)
    mirrors = f"mirrors:\n  https://charts.example.org/:\n    url: {server.url}\n"
    overlay(home / "root", {"environments/shared/charts.yaml": mirrors})
    assert fetch(home, "https://charts.example.org/").exit_code == 0
    assert "127.0.0.1" not in (home / "root" / lock.FILE).read_text(encoding="utf-8")
