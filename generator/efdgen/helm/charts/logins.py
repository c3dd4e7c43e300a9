"""Logins of private repositories, from where Helm, Docker and other programs keep them. None is ever written or shown.

- Helm's `repositories.yaml`: user name and password, certificates; for what is at the same host as the repository.
- Helm's and Docker's `config.json`: logins of registries, written out or kept by a credential helper.
- a `netrc` file: logins by host, for HTTPS and loopback.
"""

from __future__ import annotations

import base64
import binascii
import json
import netrc
import os
import re
import ssl
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from efdgen.errors import ChartError
from efdgen.language import yamlio
from efdgen.language.tuples import NamedTuple

_HELPER = re.compile(r"[A-Za-z0-9._-]+\Z")
_HELPER_SECONDS = 60
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_DOCKER_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io")


class Login:
    """A user name and a password, or an identity token. None of them is in its representation.

    Attributes:
        source: the file that it is from, as people call it.
        is_identity: whether it is a token that a registry's own service gives others for.
    """

    __slots__ = ("_name", "_password", "is_identity", "source")

    def __init__(self, name: str, password: str, source: str, *, is_identity: bool = False) -> None:
        self._name = name
        self._password = password
        self.source = source
        self.is_identity = is_identity

    @property
    def identity(self) -> str:
        """Return the identity token."""
        return self._password

    @property
    def basic(self) -> str:
        """Return what stands behind `Basic` in a request."""
        return base64.b64encode(f"{self._name}:{self._password}".encode()).decode("ascii")

    def __repr__(self) -> str:
        return f"<a login from {self.source}>"


class Access(NamedTuple):
    """How a server is asked: with which login, and with which certificates. None: without, or with those of all."""

    login: Login | None
    context: ssl.SSLContext | None


def of_url(url: str) -> Access:
    """Return how to ask for a URL: a login is for one scheme, host and port, whatever leads there.

    Raises:
        ChartError: when a file with logins can't be read; its content is not shown.
    """
    known = _of_helm(url)
    login = _login_of_helm(known) if known else None
    return Access(login or _of_netrc(url), _context(known) if known else None)


def passed_on(repository: str, url: str) -> Login | None:
    """Return a repository's login for an archive at another host; None: Helm's entry does not say to pass it on.

    Args:
        repository: the repository's URL.
        url: the archive's, as the index of the repository has it.

    Raises:
        ChartError: when a file with logins can't be read; its content is not shown.
    """
    known = _of_helm(repository)
    if known is None or known.said.get("pass_credentials_all") is not True:
        return None
    schemes = [urllib.parse.urlsplit(each).scheme for each in (repository, url)]
    is_less_safe = schemes[0] == "https" and schemes[1] != "https"
    return None if is_less_safe else _login_of_helm(known)


def of_registry(host: str) -> Login | None:
    """Return the login for an OCI registry; `host` may have a port.

    Raises:
        ChartError: when a file with logins can't be read, or a credential helper does not work.
    """
    for file in (_helm_file("HELM_REGISTRY_CONFIG", "registry/config.json"), _docker_file()):
        found = _of_docker(file, host)
        if found is not None:
            return found
    scheme = "http" if _host(f"//{host}") in _LOOPBACK else "https"
    return _of_netrc(f"{scheme}://{host}/")


# -- Helm


class _Repository(NamedTuple):
    """An entry of Helm's repositories.yaml, and the file."""

    said: Mapping[str, Any]
    file: Path


def _of_helm(url: str) -> _Repository | None:
    """Return Helm's entry for a URL: the repository around it, or the only one on its host."""
    file = _helm_file("HELM_REPOSITORY_CONFIG", "repositories.yaml")
    content = _read(file)
    if content is None:
        return None
    try:
        data = yamlio.load(content)
    except yamlio.YamlError:
        raise ChartError(f"{file} is not valid YAML; helm repo list says more") from None
    entries = data.get("repositories") if isinstance(data, dict) else None
    here = [
        each
        for each in (entries if isinstance(entries, list) else [])
        if isinstance(each, dict) and isinstance(each.get("url"), str) and _origin(each["url"]) == _origin(url)
    ]
    around = [each for each in here if f"{url}/".startswith(f"{each['url'].rstrip('/')}/")]
    if around:
        return _Repository(max(around, key=lambda each: len(each["url"])), file)
    return _Repository(here[0], file) if len(here) == 1 else None


def _login_of_helm(repository: _Repository) -> Login | None:
    name, password = (repository.said.get(key) for key in ("username", "password"))
    return Login(name, password, str(repository.file)) if isinstance(name, str) and isinstance(password, str) else None


def _context(repository: _Repository) -> ssl.SSLContext | None:
    """Return the certificates that Helm's entry names: to trust, and of the client."""
    authority, certificate, key = (repository.said.get(key) or None for key in ("caFile", "certFile", "keyFile"))
    if not (authority or certificate):
        return None
    try:
        context = ssl.create_default_context(cafile=authority)
        if certificate:
            context.load_cert_chain(certificate, key)
    except (OSError, TypeError) as error:
        known = error.strerror if isinstance(error, OSError) else ""
        where = f"a certificate of {repository.said['url']} in {repository.file}"
        raise ChartError(f"{where}: {known or 'it is not a certificate, or has no key'}") from None
    return context


def _helm_file(variable: str, name: str) -> Path:
    """Return where Helm keeps a file: https://helm.sh/docs/helm/helm."""
    named = os.environ.get(variable)
    if named:
        return Path(named)
    if os.environ.get("HELM_CONFIG_HOME"):
        return Path(os.environ["HELM_CONFIG_HOME"]) / name
    if os.environ.get("XDG_CONFIG_HOME"):
        return Path(os.environ["XDG_CONFIG_HOME"]) / "helm" / name
    below = "Library/Preferences/helm" if sys.platform == "darwin" else ".config/helm"
    return Path(os.path.expanduser("~")) / below / name  # noqa: PTH111 - without a home, Path's raises


# -- Docker


def _docker_file() -> Path:
    named = os.environ.get("DOCKER_CONFIG")
    folder = Path(named) if named else Path(os.path.expanduser("~")) / ".docker"  # noqa: PTH111
    return folder / "config.json"


def _of_docker(file: Path, host: str) -> Login | None:
    """Return the login for a registry in a file of Docker's form: https://docs.docker.com/reference/cli/docker/login."""
    content = _read(file)
    if content is None:
        return None
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise ChartError(f"{file} is not JSON; docker login writes it anew") from None
    said = data if isinstance(data, dict) else {}
    helpers, auths = _mapping(said, "credHelpers"), _mapping(said, "auths")
    names = list(_names(host))
    for name in names:
        if helpers.get(name):
            return _of_helper(str(helpers[name]), name, file)
    for name in names:
        if isinstance(auths.get(name), dict):
            found = _written_out(auths[name], file)
            if found is not None:
                return found
            if said.get("credsStore"):
                return _of_helper(str(said["credsStore"]), name, file)
    return None


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _names(host: str) -> Iterator[str]:
    """Yield what a registry is called in such files."""
    for same in _DOCKER_HUB if host in _DOCKER_HUB else (host,):
        yield same
        for scheme in ("https://", "http://"):
            yield from (f"{scheme}{same}{path}" for path in ("", "/", "/v1/", "/v2/"))


def _written_out(entry: Mapping[str, Any], file: Path) -> Login | None:
    token = entry.get("identitytoken")
    if isinstance(token, str) and token:
        return Login("", token, str(file), is_identity=True)
    name, password = entry.get("username"), entry.get("password")
    if isinstance(name, str) and isinstance(password, str):
        return Login(name, password, str(file))
    try:
        text = base64.b64decode(entry.get("auth") or "", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, TypeError):
        raise ChartError(f"{file} holds a login that can't be read; docker login writes it anew") from None
    name, separator, password = text.partition(":")
    return Login(name, password.rstrip("\0"), str(file)) if separator else None


def _of_helper(helper: str, name: str, file: Path) -> Login | None:
    """Ask a credential helper: https://github.com/docker/docker-credential-helpers."""
    command = f"docker-credential-{helper}"
    if not _HELPER.match(helper):
        raise ChartError(f"{file} names a credential helper that can't be one")
    try:
        done = subprocess.run(
            [command, "get"], input=name.encode(), capture_output=True, check=False, timeout=_HELPER_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        raise ChartError(f"{command}, which {file} names, does not work; is it installed?") from None
    if done.returncode:
        return None  # it has no login for that
    try:
        data = json.loads(done.stdout)
        return Login(data["Username"], data["Secret"], command, is_identity=data["Username"] == "<token>")
    except (ValueError, KeyError, TypeError):
        raise ChartError(f"{command}, which {file} names, does not answer as credential helpers do") from None


# -- netrc


def _of_netrc(url: str) -> Login | None:
    """Return the login for a host; not the one for all others, which anybody could ask for by an index of charts."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        return None
    file = Path(os.environ.get("NETRC") or os.path.join(os.path.expanduser("~"), ".netrc"))  # noqa: PTH111, PTH118
    try:
        # Its own message can hold a password.
        hosts = netrc.netrc(str(file)).hosts
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ChartError(f"can't read {file}: {error.strerror}") from None
    except (netrc.NetrcParseError, UnicodeDecodeError):
        raise ChartError(f"{file} is not a netrc file: something in it can't be understood") from None
    for name in (parts.netloc.rpartition("@")[2], parts.hostname or ""):
        if name in hosts and name != "default":
            user, _, password = hosts[name]
            return Login(user or "", password or "", str(file))
    return None


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ChartError(f"can't read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ChartError(f"{file} is not UTF-8") from None


_PORTS = {"http": 80, "https": 443}


def _origin(url: str) -> tuple[str, str, int | None]:
    """Return the scheme, host and port of a URL."""
    parts = urllib.parse.urlsplit(url)
    try:
        return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return parts.scheme, "", None


def _host(url: str) -> str:
    return urllib.parse.urlsplit(url).hostname or ""
