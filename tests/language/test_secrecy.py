"""No secret is repeated: in messages, and in the lines that they show."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.language import secrecy
from support import many
from support.foreach import for_each

TOKEN = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"


@for_each(
    ("message", "shown"),
    [
        ("not 'https://me:hunter2@host.example.org/x'", "not 'https://***@host.example.org/x'"),
        ("not 'https://hunter2@host.example.org/x'", "not 'https://***@host.example.org/x'"),
        ("not 'https://me:hun/ter@2@host.example.org/x y'", "not 'https://***@host.example.org/x y'"),
        ("not 'git+https://me:hunter2@host.example.org/x#y'", "not 'git+https://***@host.example.org/x#y'"),
        ("not 'ssh://git:hunter2@host.example.org/x'", "not 'ssh://***@host.example.org/x'"),
        ("not 'me:hunter2@host.example.org/x'", "not 'me:***@host.example.org/x'"),
        ("not 'jdbc:x://host/a?user=me&password=hunter2&b=c'", "not 'jdbc:x://host/a?user=me&password=***&b=c'"),
        (f"unknown key '{TOKEN}'", "unknown key '***'"),
        ("""not 'token = "hunter2"'""", """not 'token = "***"'"""),
        ("not '-----BEGIN RSA PRIVATE KEY-----\\nhunter2'; fix", "not '***'; fix"),
    ],
)
def test_a_message_repeats_no_secret(message: str, shown: str) -> None:
    assert secrecy.masked(message) == shown
    assert secrecy.masked(shown) == shown


@for_each(
    "message",
    [
        "not 'ssh://git@github.com/example/boards'",
        "not 'git@github.com:example/boards.git'",
        "not 'example/view:3.1.0@sha256:0123456789abcdef'",
        "https://host.example.org:8443/x@1.2.3 is not there",
        "the value of 'password' looks like a secret",
        "password: must be text",
        "nothing reads the key 'token' of the Secret 'login'",
        "environments/lab.yaml:12:3",
        "write mailto:me@example.org",
    ],
)
def test_what_is_no_secret_is_shown(message: str) -> None:
    assert secrecy.masked(message) == message


@for_each(
    ("line", "known", "shown"),
    [
        ("  password: hunter2, and {more}", (), "  password: ***"),
        ("  password: hunter2#x # old", (), "  password: *** # old"),
        ('- adminPassword: "hunter\\"2"', (), '- adminPassword: "***"'),
        ("a: {password: hunter2, b: c}", (), "a: {password: ***, b: c}"),
        ("  hunter2", (1,), "***"),
        ("- {name: PASSWORD, value: 'hunter''2', b: c}", (28,), "- {name: PASSWORD, value: '***', b: c}"),
        ("- {name: PASSWORD, value: 12345}", (27,), "- {name: PASSWORD, value: ***"),
        ("  password: $PASSWORD", (), "  password: $PASSWORD"),
        ("  password: <% 'hunter2' %>", (), "  password: <% '***' %>"),
        ("  password: <% '' %>hunter2", (), "  password: <% '' %>***"),
        ("  password: <% name %>/login", (), "  password: <% name %>/login"),
        ("  existingSecret: login", (), "  existingSecret: login"),
        ("  keys: [user, password]", (), "  keys: [user, password]"),
        ("  image: example/token:1.2.3", (), "  image: example/token:1.2.3"),
        ('{"password":12345, "b": 1}', (), '{"password":***, "b": 1}'),
    ],
)
def test_a_line_shows_no_secret(line: str, known: tuple[int, ...], shown: str) -> None:
    assert secrecy.masked_line(line, 1, known) == (shown, 1)


def test_a_column_stays_at_what_it_is_about() -> None:
    line = "a: {password: hunter2, size: 15GB}"

    def at(column: int) -> str:
        shown, moved = secrecy.masked_line(line, column)
        return shown[moved - 1 :]

    assert at(line.index("password") + 1).startswith("password")
    assert at(line.index("hunter2") + 1).startswith("***,")
    assert at(line.index("ter2") + 1).startswith("***,")
    assert at(line.index("15GB") + 1) == "15GB}"


LETTERS = "abcXYZ019-_.!$%^+="
SECRETS = st.text(LETTERS, min_size=6).map("hunter2".__add__)


@many
@given(
    st.text(f"{LETTERS}'/:@", min_size=6).map("hunter2".__add__),
    st.sampled_from(["https", "ssh", "oci", "git+https", "amqp"]),
)
def test_a_password_in_a_url_is_never_repeated(secret: str, scheme: str) -> None:
    url = f"{scheme}://me:{secret}@host.example.org/x"

    assert secret not in secrecy.masked(f"must be a URL, not {url!r}; and {url}")
    assert secret not in secrecy.masked_line(f"  - url: {url} # why", 3)[0]


@many
@given(SECRETS, st.sampled_from(["password", "dbPassword", "api_key", "client-secret", "token"]))
def test_the_value_of_a_secret_s_key_is_never_shown(secret: str, key: str) -> None:
    for line in (
        f"{key}: {secret}",
        f"- {key}: '{secret}'",
        f"a: {{{key}: {secret}, b: c}}",
        f'{{"{key}": "{secret}"}}',
    ):
        assert secret not in secrecy.masked_line(line, 1)[0]


@pytest.mark.parametrize("piece", ["a", "a.", "a://", "a://b:", "a:", "password: ", "-----BEGIN "])
def test_a_long_text_takes_little_time(piece: str) -> None:
    text = f"{piece * (30_000 // len(piece))}@="
    began = time.process_time()
    secrecy.masked(text)
    secrecy.masked_line(text, 1)
    assert time.process_time() - began < 1.5  # a fifth of a second; where each character looks at all others, seconds


_NAMES = (
    "passwd authToken _token -token bearer_token vaultToken apiKey private-key "
    "accessKey client_secret sharedSecret cookie-secret credentials refreshToken"
)


@pytest.mark.parametrize("name", _NAMES.split())
def test_each_name_of_a_secret_is_known_by_how_it_begins(name: str) -> None:
    assert secrecy.masked(f"?{name}=hunter2") == f"?{name}=***"
    assert secrecy.masked(f"{name.upper()}: 'hunter2'") == f"{name.upper()}: '***'"
