"""Which literals look like secrets."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from efdgen.errors import Problem
from efdgen.language import secrecy, yamlio
from efdgen.language.texttemplate import TextFile
from efdgen.repository import plaintext
from support.foreach import for_each


def found(text: str) -> list[tuple[str, int, int]]:
    problems = plaintext.literals(yamlio.parse(text, "f"), text)
    return [(problem.code, problem.location.line, problem.location.column) for problem in problems]


@for_each(
    "text",
    [
        'allowEmptyPassword: "yes"',
        'RANDOMPASSWORD: "false"',
        "randomPassword: true",
        "auth: {generatePassword: 'No'}",
        "rotateToken: 0",
        'rotateToken: "1"',
        "adminPassword: null",
        'adminPassword: "NULL"',
        'password: ""',
        "password: $PASSWORD",
        "env: [{name: ALLOW_EMPTY_PASSWORD, value: 'ON'}]",
        "toml: 'password = \"off\"'",
        "password: <% links.lab.password %>",
        "password: <% links['correct-horse'].login | default('') %>",
        "password: <% 'yes' if title == 'correct-horse' else none %>",
        "password: <% vault.pathPrefix %>/login<% name %>",
        "password: <% name | replace('-', '_') %>:<% title %>",
        "toml: 'password = \"<% parameters.login %>\"'",
        "# password: 'yes'\na: b",
    ],
)
def test_a_switch_is_no_secret(text: str) -> None:
    assert found(text) == []


@for_each(
    ("text", "line", "column"),
    [
        ("password: hunter2", 1, 11),
        ("password: yesterday", 1, 11),
        ('password: "no "', 1, 12),
        ("password: yes-or-no", 1, 11),
        ("password: 12", 1, 11),
        ("password: 1.5", 1, 11),
        ('password: "12"', 1, 12),
        ("env:\n- {name: DB_PASSWORD, value: onoff}", 2, 30),
        ('password: <% "correct-horse" %>', 1, 15),
        ("password: <% 'x' if argocd.managed == false else none %>", 1, 15),
        ("password: <% links.foo | default('hunter2hunter2') %>", 1, 35),
        ("password: <% '' %>hunter2hunter2", 1, 19),
        ("password: <% {'a':'hunter2'}[name] ~ title %>", 1, 20),
        ("password: <% 12345 %>", 1, 14),
        ("env:\n- {name: DB_PASSWORD, value: \"<% 'onoff' %>\"}", 2, 35),
        ("toml: |\n  password = \"<% 'hunter2' %>\"", 2, 19),
        ("a: >\n  one\n  two\n\n  ghp_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789 x\n", 5, 3),
        ('a: "one\n  https://me:hunter2@host.example.org/x"', 2, 14),
        ('a: "\\u00e4\\\n  \\"https://me:hunter2\\u0040host.example.org/x\\""\nhunter2@host.example.org/x: 1', 2, 16),
        ("a:\n- {ghp_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789: 1}", 2, 4),
        ('b: 1\nhttps://me:hunter2@host.example.org/x: {a: "1"}', 2, 1),
    ],
)
def test_what_is_more_than_a_switch_may_be_one(text: str, line: int, column: int) -> None:
    assert found(text) == [("E506", line, column)]


def test_each_line_of_a_block_is_named() -> None:
    token = "ghp_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
    text = f"a: |\n  https://host.example.org/x\n  https://me:hunter2@host.example.org/x\n  {token}\n  one\n  {token}\n"
    assert sorted(found(text)) == [("E506", 3, 14), ("E506", 4, 3), ("E506", 6, 3)]
    again = (
        "a: |\n  https://me:hunter2@one.example.org/x\n  b: https://me:yes@host.example.org\n  http://a:hunter3@b.org\n"
    )
    assert sorted(found(again)) == [("E506", 2, 14), ("E506", 4, 12)]


def test_a_switch_in_a_template_is_no_secret() -> None:
    text = "a:\n  allowEmptyPassword: yes\n  password: hunter2\n  bearer_token: 1\n"
    problems = plaintext.literals_in_text(TextFile(text=text, source="f"))
    assert [problem.location.line for problem in problems] == [3]


def test_a_constant_in_a_template_may_be_a_secret() -> None:
    text = "a:\n  password: <% app.name %>\n  password: <% 'hunter2' %>\n  password: \"<% 'hunter2' %>\"\n"
    problems = plaintext.literals_in_text(TextFile(text=text, source="f"))
    assert [(problem.location.line, problem.location.column) for problem in problems] == [(3, 17), (4, 18)]


_pieces = st.sampled_from(
    [
        *(
            "password",
            "Passwd",
            "apiTOKEN",
            "api_key",
            "creden",
            "tials",
            "credent\u0131als",
            "pa\u017fsword",
            "to\u212aen",
            "secret",
        ),
        *(": ", "=", " = ", '"', "'", "hunter2", "hunter2hunter2", "#", "- ", " ", "\n", "\r", "<% name %>", "name"),
        *(
            "https://me:",
            "pw@host",
            "://",
            "@",
            "AKIA",
            "IOSFODNN7EXAMPLE",
            "ghp_",
            "-----BEGIN ",
            "PRIVATE KEY",
            "s.",
            "eyJ",
        ),
        *("x" * 16, "0a" * 20, "ABCD" * 4),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_pieces, max_size=25).map("".join))
def test_lines_that_are_not_looked_at_hold_no_secret(text: str) -> None:
    def literals(text: str) -> list[Problem]:
        return list(plaintext.literals_in_text(TextFile("f", text)))

    # Where one line is key material, each is looked at.
    assert literals(text) == literals(f"{text}\nAKIAIOSFODNN7EXAMPLE")[:-1]


@for_each(
    "material",
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY",
        "AKIAIOSFODNN7EXAMPLE",
        "ASIAIOSFODNN7EXAMPLE",
        *(f"gh{kind}_{'a1' * 18}" for kind in "pousr"),
        f"github_pat_{'a1' * 11}",
        f"glpat-{'a1' * 10}",
        f"hvs.{'a1' * 12}",
        f"hvb.{'a1' * 12}",
        f"s.{'a1' * 12}",
        f"b.{'a1' * 12}",
        *(f"xox{kind}-{'a1' * 5}" for kind in "abprs"),
        f"eyJ{'a1' * 4}.eyJ{'a1' * 4}.",
    ],
)
def test_key_material_is_found_anywhere(material: str) -> None:
    for before in ("", " ", "key: ", "-"):
        assert [secret.start for secret in secrecy.in_text(before + material)] == [len(before)]
    if not material.startswith("-"):
        assert not list(secrecy.in_text("x" + material))
        assert not list(secrecy.in_text("_" + material[:-1]))
