"""A DNS server on loopback, which answers over real UDP.

with NameServer({"lab.example.org": ["192.0.2.1"], "old.example.org": "lab.example.org"}) as server:
    server.address              # ("127.0.0.1", <port>)
    server.asked                # the names that were asked for
"""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

SILENT, BROKEN = "silent.", "broken."
"""What names begin with that no answer comes for, and those that the server itself can't find out."""


class NameServer:
    """Answers from a table: addresses, or the name that a name stands for; other names are not there."""

    def __init__(self, names: Mapping[str, Sequence[str] | str]) -> None:
        self.names = dict(names)
        self.asked: list[str] = []
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                query = dns.message.from_wire(self.request[0])
                answer = outer.answer(query)
                if answer is not None:
                    self.request[1].sendto(answer.to_wire(), self.client_address)

        self._server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address: tuple[str, int] = ("127.0.0.1", self._server.server_address[1])

    def answer(self, query: dns.message.Message) -> Any:
        """Return what is to be said to a question; None: nothing."""
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name.startswith(SILENT):
            return None
        if name.startswith(BROKEN):
            answer.set_rcode(dns.rcode.SERVFAIL)
            return answer
        while isinstance(target := self.names.get(name), str):
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{target}."))
            name = target
        if target is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
            return answer
        kind = dns.rdatatype.to_text(question.rdtype)
        fitting = [address for address in target if (":" in address) is (kind == "AAAA")]
        if fitting:
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *fitting))
        return answer

    def __enter__(self) -> NameServer:  # noqa: PYI034 - Self came with Python 3.11
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
