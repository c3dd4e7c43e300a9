"""How an audit is told: text, Markdown, data; of several environments, a matrix first."""

from __future__ import annotations

import json

from efdgen.cli.reports import plain
from efdgen.report import audit as report
from efdgen.report import auditplan
from efdgen.report.former import is_report
from efdgen.review.audit import Audit, Finding, Status, worst
from efdgen.review.auditplan import KUBECTL, Asked, Planned

AT = "2026-11-29T03:17:00Z"
FINE = Finding("dns", "a.example.org", Status.THERE, "192.0.2.1")
FINDINGS = (
    Finding("vault", "secret/a", Status.MISSING, "there is no such path", "efdgen secrets lab --missing"),
    Finding("vault", "secret/b", Status.MISSING, "no key c", "efdgen secrets lab --missing"),
    Finding("vault", "the token", Status.THERE, "it counts until tomorrow", "renew it", is_warning=True),
    FINE,
    Finding("dns", "b.example.org", Status.UNKNOWN, "b.example.org is | not\x1b known to @ops", "try again"),
)
AUDITS = [
    Audit("lab", AT, ("vault", "dns"), FINDINGS, ("a:1",)),
    Audit("dome", AT, ("vault", "dns"), (FINE,), ()),
]


def test_what_is_wrong_comes_first_with_what_to_do_said_once() -> None:
    assert report.as_text(AUDITS[:1], plain) == (
        "lab: 2 there, 2 missing, 1 unknown, 1 warning\n\n"
        "missing    vault     secret/a: there is no such path\n"
        "missing    vault     secret/b: no key c\n"
        "                     = efdgen secrets lab --missing\n"
        "unknown    dns       b.example.org: it is | not\\x1b known to @ops\n"
        "                     = try again\n"
        "warning    vault     the token: it counts until tomorrow\n"
        "                     = renew it\n\n"
        "area  there          found\n"
        "dns   a.example.org  192.0.2.1"
    )
    assert "a.example.org" not in report.as_text(AUDITS[:1], plain, is_brief=True)


def test_a_name_is_said_once_in_a_line() -> None:
    host = "b.example.org"
    details = {
        f"{host} does not resolve": "it does not resolve",
        f"{host}:443 refuses connections": "its port 443 refuses connections",
        f"{host}:443: the connection broke": "its port 443: the connection broke",
        f"{host}: TLS fails": "TLS fails",
        f"{host}.evil is another": f"{host}.evil is another",
        f"{host}": f"{host}",
    }
    for detail, said in details.items():
        audit = Audit("lab", AT, ("tls",), (Finding("tls", host, Status.UNKNOWN, detail),), ())
        assert report.as_text([audit], plain).endswith(f"{host}: {said}")
        assert json.loads(report.as_json([audit], plain))["audits"][0]["findings"][0]["found"] == detail


def test_one_reason_for_many_is_read_once() -> None:
    names = [f"store-with-a-long-name-{number}" for number in range(4)]
    many = [Finding("argocd", name, Status.UNKNOWN, "there is no token", "set one") for name in names]
    assert report.as_text([Audit("lab", AT, ("argocd",), tuple(many), ())], plain) == (
        "lab: 0 there, 4 unknown\n\n"
        "unknown    argocd    each of these 4: there is no token\n"
        f"                     {', '.join(names[:3])},\n"
        f"                     {names[3]}\n"
        "                     = set one"
    )
    missing = [each._replace(status=Status.MISSING) for each in many]
    assert "missing    argocd    store-with-a-long-name-3: there is no token\n" in report.as_text(
        [Audit("lab", AT, ("argocd",), tuple(missing), ())], plain
    )


def test_a_fleet_has_a_matrix() -> None:
    text = report.as_text(AUDITS, plain, is_brief=True)
    assert text.splitlines()[:4] == [
        "environment  vault                 dns        asked at",
        f"lab          2 missing, 1 warning  1 unknown  {AT}",
        f"dome         -                     there      {AT}",
        "",
    ]
    assert text.endswith("\n\ndome: 1 there")


def test_markdown_holds_what_would_be_read_as_more() -> None:
    lines = report.as_markdown(AUDITS, plain).splitlines()
    assert "| environment | vault | dns | asked at |" in lines
    assert "### lab: 2 there, 2 missing, 1 unknown, 1 warning" in lines
    (unknown,) = (line for line in lines if line.startswith("| dns | b"))
    assert unknown.count("|") - unknown.count("\\|") == 6
    assert "\x1b" not in unknown
    assert "known to @<!-- -->ops" in unknown, "nobody is called in an issue"


def test_an_address_with_a_name_is_a_link_that_calls_nobody() -> None:
    _, _, row = report.markdown_table([["what"], ["@ops \\<https://a.example/@ops and https://a.example/@ops/~b"]])
    assert row == r"| @<!-- -->ops \\\<https://a.example/@<!-- -->ops and <https://a.example/@ops/~b> |"


def test_data_says_what_is_worst() -> None:
    lab, dome = json.loads(report.as_json(AUDITS, plain))["audits"]
    assert (lab["status"], lab["areas"]) == ("missing", {"vault": "missing", "dns": "unknown"})
    assert lab["counts"] == {"there": 2, "missing": 2, "different": 0, "unknown": 1, "warnings": 1}
    assert (dome["status"], dome["asked"], len(dome["findings"])) == ("there", [], 1)
    (brief, _) = json.loads(report.as_json(AUDITS, plain, is_brief=True))["audits"]
    assert [each["what"] for each in brief["findings"]] == ["secret/a", "secret/b", "the token", "b.example.org"]
    assert brief["counts"] == lab["counts"]


def test_unknown_is_never_fine_and_never_hides_what_is_known() -> None:
    unknown = Finding("dns", "a", Status.UNKNOWN)
    assert worst([FINE, unknown]) is Status.UNKNOWN
    assert worst([unknown, FINDINGS[0]]) is Status.MISSING
    assert worst([]) is Status.THERE
    assert not unknown.is_fine
    assert not FINDINGS[2].is_fine


def test_a_report_may_be_replaced_by_the_next() -> None:
    vault, kubectl = Asked("a:1", "", ("vault",), "with a token"), Asked(KUBECTL, "", ("argocd",), "")
    nobody = kubectl._replace(how="it is not asked", is_asked=False)
    for asked, sum_ in (
        ((vault, kubectl), "1 server and kubectl would be asked, and nobody else"),
        ((kubectl,), "kubectl would be asked, and nobody else"),
        ((nobody,), "nobody would be asked"),
        ((), "nobody is asked; its spec is wrong"),
    ):
        plan = Planned("lab", asked, "" if asked else "its spec is wrong")
        for told in auditplan.FORMATS.values():
            shown = told([plan], (("HTTPS_PROXY", "none is used"),), plain)
            assert is_report(shown.encode())
            assert told is auditplan.as_json or f"lab: {sum_}\n" in shown
    for audits in (AUDITS, AUDITS[:1], AUDITS[1:]):
        for told in report.FORMATS.values():
            assert is_report(told(audits, plain).encode())
