"""Connections: to the servers that a plan names, and to no others."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from efdgen.language.shown import count
from efdgen.language.tuples import NamedTuple
from efdgen.verbs.audit.answers import AskError

Server = tuple[str, int]
"""A host and a port."""

_UNRESOLVED = "is this inside the site's network? --dns-server names who knows its names"
_PORTS = {"https": 443, "http": 80}


class NotNamedError(Exception):
    """A server was to be asked that nobody named: a mistake in efdgen."""


class VaultMeans(NamedTuple):
    """How Vault is asked, as the variables of the command vault say.

    Attributes:
        namespace: the namespace that is asked in; empty: the root.
        ca_file: certificates of those who are trusted, in PEM; nobody else is, but those of `Means.ca_file`.
        ca_text: the same, as text.
        ca_folder: the same, as a folder of files.
    """

    namespace: str = ""
    ca_file: str = ""
    ca_text: str = ""
    ca_folder: str = ""

    @property
    def has_trust(self) -> bool:
        """Say whether they name whom to trust."""
        return bool(self.ca_file or self.ca_text or self.ca_folder)


class Means(NamedTuple):
    """How servers are reached.

    Attributes:
        timeout: for how many seconds a server may be silent.
        instead: by server, the one that is connected to in its place, as through a tunnel.
        ca_file: certificates of those who are trusted, in PEM, beside the machine's own; empty: no others.
        dns_server: who is asked for names; None: whom the machine asks.
        allows_http: whether tokens may be sent over http.
        vault: how Vault is asked.
        proxies: variables that name a proxy, which is not used.
    """

    timeout: float = 10.0
    instead: Mapping[Server, Server] = MappingProxyType({})
    ca_file: str = ""
    dns_server: Server | None = None
    allows_http: bool = False
    vault: VaultMeans = VaultMeans()
    proxies: tuple[str, ...] = ()


class Reach:
    """Makes connections, and remembers to whom.

    Args:
        means: how servers are reached.
        named: the servers that may be asked.
        resolve: returns the addresses of a name; None: the machine does.
    """

    def __init__(
        self, means: Means, named: Iterable[Server], resolve: Callable[[Reach, str], Sequence[str]] | None = None
    ) -> None:
        self.means = means
        self._resolve = resolve
        self._named = frozenset(named)
        self._asked: set[Server] = set()
        self._resolved: dict[Server, Server] = {}
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None
        self._vault_context: ssl.SSLContext | None = None

    @property
    def asked(self) -> tuple[str, ...]:
        """Return the servers that were asked, sorted."""
        with self._lock:
            return tuple(f"{host}:{port}" for host, port in sorted(self._asked))

    def allows(self, server: Server) -> Server:
        """Note that a server is asked, and return the one to connect to.

        Raises:
            NotNamedError: when nobody named it.
        """
        if server not in self._named:
            raise NotNamedError(f"{server[0]}:{server[1]} is not among what is to be asked")
        with self._lock:
            self._asked.add(server)
        return self.means.instead.get(server, server)

    def instead(self, server: Server) -> Server | None:
        """Return what was connected to in place of a server, as was given, or a DNS server said; None: itself."""
        with self._lock:
            return self.means.instead.get(server, self._resolved.get(server))

    def connect(self, server: Server) -> socket.socket:
        """Connect to a server.

        Raises:
            AskError: when it can't be reached.
        """
        host, port = server
        to = self.allows(server)
        if self._resolve is not None and server not in self.means.instead and not is_address(host):
            addresses = self._resolve(self, host)
            if not addresses:
                raise AskError(f"{host} does not resolve", _UNRESOLVED)
            to = addresses[0], port
            with self._lock:
                self._resolved[server] = to
        try:
            return socket.create_connection(to, timeout=self.means.timeout)
        except socket.gaierror:
            raise AskError(f"{host} does not resolve", _UNRESOLVED) from None
        except TimeoutError:
            raise self.too_late(server) from None
        except ConnectionRefusedError:
            reason = f"{host}:{port} refuses connections"
            # Who refuses in its place says nothing of it.
            is_refused = to[1] == port and server not in self.means.instead
            raise AskError(reason, "is it running, and the address right?", is_refused) from None
        except OSError as error:
            reason = f"{host}:{port} can't be reached: {error.strerror}"
            raise AskError(reason, f"is the network there?{self._no_proxy()}") from None

    def may_send_a_token(self, url: str) -> None:
        """Refuse to send a token where everybody in between could read it.

        Raises:
            AskError: when the URL is of http, and does not stay on this machine.
        """
        server = server_of(url)
        host = self.means.instead.get(server, server)[0]
        is_here = host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)
        if urlsplit(url).scheme == "https" or is_here or self.means.allows_http:
            return
        reason = f"{server[0]}:{server[1]} is asked over http: a token would be readable on its way"
        raise AskError(reason, "use https in the spec; --allow-http sends it all the same")

    def too_late(self, server: Server) -> AskError:
        """Return the error for a server that is silent."""
        reason = f"{server[0]}:{server[1]} does not answer within {count(self.means.timeout, 'second')}"
        advice = "is there a way to it from here, a firewall or a VPN? --timeout waits longer"
        return AskError(reason, f"{advice}{self._no_proxy()}")

    def _no_proxy(self) -> str:
        """Say that a proxy that is set is not used: it would be the first guess."""
        return f"; {', '.join(self.means.proxies)}: set, and not used" if self.means.proxies else ""

    def context(self) -> ssl.SSLContext:
        """Return whom TLS trusts: those that the machine, SSL_CERT_FILE and the given file name.

        Raises:
            AskError: when the given file can't be read.
        """
        with self._lock:
            if self._context is None:
                self._context = self.new_context()
            return self._context

    def vault_context(self) -> ssl.SSLContext:
        """Return whom TLS with Vault trusts: those that the variables of vault name, where they do.

        Raises:
            AskError: when what they name can't be read.
        """
        vault = self.means.vault
        if not vault.has_trust:
            return self.context()
        with self._lock:
            if self._vault_context is None:
                context = _context()
                _trust_vaults(context, vault)
                self._trust_given(context)
                self._vault_context = context
            return self._vault_context

    def check_trust(self) -> None:
        """Refuse files of certificates that hold none, before anybody is asked.

        Raises:
            AskError: when there is one.
        """
        if self.means.ca_file:
            self.context()
        if self.means.vault.has_trust:
            self.vault_context()

    def new_context(self) -> ssl.SSLContext:
        """Return what `context` does, for who changes it."""
        context = _context()
        context.load_default_certs()
        self._trust_given(context)
        return context

    def _trust_given(self, context: ssl.SSLContext) -> None:
        if self.means.ca_file:
            try:
                context.load_verify_locations(self.means.ca_file)
            except (OSError, ssl.SSLError):
                raise AskError(f"{self.means.ca_file} holds no certificates", "--ca-file takes PEM") from None


def _trust_vaults(context: ssl.SSLContext, vault: VaultMeans) -> None:
    try:
        if vault.ca_folder:
            # vault reads every file of the folder; OpenSSL would only read those named by a hash.
            for file in sorted(file for file in Path(vault.ca_folder).iterdir() if file.is_file()):
                context.load_verify_locations(file)
        else:
            context.load_verify_locations(vault.ca_file or None, None, vault.ca_text or None)
    except (OSError, ssl.SSLError, ValueError):
        name = "VAULT_CACERT" if vault.ca_file else "VAULT_CACERT_BYTES" if vault.ca_text else "VAULT_CAPATH"
        raise AskError(f"what {name} names holds no certificates", f"{name} takes PEM; or unset it") from None


def _context() -> ssl.SSLContext:
    """Return what trusts nobody yet. It verifies as browsers do, and writes no keys: the default one has SSLKEYLOGFILE.

    A verdict is the same with every Python: 3.13 has other flags.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def server_of(url: str) -> Server:
    """Return the server of a URL.

    Raises:
        AskError: when it is none.
    """
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443)
    except ValueError:
        raise AskError("its address is no URL", "a host, and a port of at most 65535?") from None


def is_address(host: str) -> bool:
    """Say whether a host is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
