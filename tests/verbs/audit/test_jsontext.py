"""JSON that servers send: what it says can be written again, and read by everybody."""

from __future__ import annotations

import json

from efdgen.report.audit import as_json
from efdgen.review.audit import ARGOCD, Audit, Finding, Status
from efdgen.verbs.audit import jsontext


def test_half_of_a_character_is_replaced() -> None:
    sent = rb'{"a\udc00": ["\ud800", "\ud83d\ude00", "\\ud800", "\ud800x", 1.5, null, true]}'
    assert jsontext.data(sent) == {"a\ufffd": ["\ufffd", "\U0001f600", "\\ud800", "\ufffdx", 1.5, None, True]}
    assert jsontext.data(b'"\xed\xa0\x80"') == "\ufffd" * 3
    assert jsontext.data(b"\xef\xbb\xbf{}") == {}
    for odd in (b"", b"{", b"\xff\x00", b"[" * 100_000, b"[" * 900 + b'"\\u0041"' + b"]" * 900 + b"]"):
        assert jsontext.data(odd) is None
    finding = Finding(ARGOCD, "a", Status.UNKNOWN, jsontext.data(rb'"\ud800\u0007"'))
    written = as_json([Audit("lab", "", (ARGOCD,), (finding,), ())], lambda text, **_: text)
    assert "\\ud" not in written
    assert json.loads(written)["audits"][0]["findings"][0]["found"] == "\ufffd\x07"
