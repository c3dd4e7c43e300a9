"""Where tokens come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from efdgen.cli import logins
from efdgen.errors import UsageError


def test_a_token_is_where_people_have_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("VAULT_TOKEN", raising=False)
    monkeypatch.delenv("ARGOCD_AUTH_TOKEN", raising=False)
    monkeypatch.delenv("VAULT_ADDR", raising=False)
    assert (logins.vault_tokens((), ()).common, logins.argocd_tokens((), ()).common) == ("", "")
    (tmp_path / ".vault-token").write_text("of-home\n", encoding="utf-8")
    assert logins.vault_tokens((), ()).common == "of-home"
    monkeypatch.setenv("VAULT_TOKEN", " of-environment\n")
    monkeypatch.setenv("ARGOCD_AUTH_TOKEN", "of-argocd")
    assert (logins.vault_tokens((), ()).common, logins.argocd_tokens((), ()).common) == ("of-environment", "of-argocd")
    named = tmp_path / "named"
    named.write_text("of-file\n", encoding="utf-8")
    given = (str(named),)
    assert (logins.vault_tokens(given, ()).common, logins.argocd_tokens(given, ()).common) == ("of-file", "of-file")
    monkeypatch.setenv("VAULT_ADDR", "https://vault.example.org")
    own = logins.vault_tokens((f"lab={named}",), ("lab",))
    assert (own.common, own.own, own.server) == ("of-environment", {"lab": "of-file"}, "https://vault.example.org")
    with pytest.raises(UsageError, match="unknown environment 'lba': did you mean 'lab'"):
        logins.vault_tokens((f"lba={named}",), ("lab",))


@pytest.mark.parametrize("content", [b"", b"\n", b"two words", b"two\nlines", b"hunter2\xff", b"a\x00b"])
def test_what_is_no_token_is_refused_and_not_shown(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "named"
    file.write_bytes(content)
    with pytest.raises(UsageError) as raised:
        logins.vault_tokens((str(file),), ())
    assert str(raised.value) == f"{file} does not hold a token: one word in one line"
    with pytest.raises(UsageError, match="No such file"):
        logins.argocd_tokens((str(tmp_path / "nowhere"),), ())


def test_a_token_in_a_variable_is_held_to_the_same_and_a_file_without_end_is_not_read_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for value in ("two\nlines", "two words", "caf\u00e9"):
        monkeypatch.setenv("VAULT_TOKEN", value)
        monkeypatch.setenv("ARGOCD_AUTH_TOKEN", value)
        with pytest.raises(UsageError, match="VAULT_TOKEN does not hold a token: one word in one line"):
            logins.vault_tokens((), ())
        with pytest.raises(UsageError, match="ARGOCD_AUTH_TOKEN does not hold a token"):
            logins.argocd_tokens((), ())
    with pytest.raises(UsageError, match="/dev/zero does not hold a token"):
        logins.vault_tokens(("/dev/zero",), ())
