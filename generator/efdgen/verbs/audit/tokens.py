"""Which server a token goes to, and which cluster a context is: each belongs to one. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from efdgen.language.tuples import NamedTuple
from efdgen.verbs.audit.answers import Unanswered
from efdgen.verbs.audit.asking.reach import Server, server_of


class Tokens(NamedTuple):
    """The tokens for one kind of server. None is shown, or kept.

    Attributes:
        common: the one for every environment; empty: there is none.
        own: those for one environment alone, by its name.
        server: whose the common one is, as VAULT_ADDR says; empty: nobody says so.
        variable: where `server` is from: VAULT_ADDR.
        option: how one is given for an environment alone: --vault-token-file.
        will_ask: whether the common one is still to be typed by somebody, so that nobody knows it yet.
    """

    common: str = ""
    own: Mapping[str, str] = MappingProxyType({})
    server: str = ""
    variable: str = "VAULT_ADDR"
    option: str = "--vault-token-file"
    will_ask: bool = False

    def of(
        self, environment: str, address: str, addresses: Collection[str], instead: Mapping[Server, Server]
    ) -> str | Unanswered:
        """Return the token for a server; empty: there is none; or why the one that there is must not go there.

        Args:
            environment: who asks.
            address: the server.
            addresses: those of all environments that the run is about.
            instead: where servers are connected to.

        Raises:
            AskError: when an address is no URL.
        """
        if environment in self.own or not (self.common or self.will_ask):
            return self.own.get(environment, "")
        advice = f"a token goes to one server: {self.option} {environment}=FILE names one for this"
        asked = server_of(address)
        if self.server:
            whose = server_of(self.server if "://" in self.server else f"https://{self.server}")
            if whose in (asked, instead.get(asked)):
                return self.common
            return Unanswered(f"the token is for {whose[0]}:{whose[1]}, as {self.variable} says", advice)
        if len({server_of(each) for each in addresses}) > 1:
            reason = "whose the token is, is not known: these environments have several servers"
            return Unanswered(reason, f"{advice}; {self.variable} says whose one is")
        return self.common


class Contexts(NamedTuple):
    """The contexts of kubectl, each of which names a cluster.

    Attributes:
        common: the one for every environment; empty: there is none.
        own: those for one environment alone, by its name.
    """

    common: str = ""
    own: Mapping[str, str] = MappingProxyType({})

    def of(self, environment: str, addresses: Collection[str]) -> str | Unanswered:
        """Return the context for an environment; empty: there is none; or why the one that there is is not its own.

        Args:
            environment: who asks.
            addresses: the Argo CDs of all environments that the run is about.

        Raises:
            AskError: when an address is no URL.
        """
        if environment in self.own or not self.common:
            return self.own.get(environment, "")
        if len({server_of(each) for each in addresses}) > 1:
            reason = f"whose cluster {self.common} is, is not known: these environments have several Argo CDs"
            return Unanswered(reason, f"--kube-context {environment}=CONTEXT names the one for this")
        return self.common
