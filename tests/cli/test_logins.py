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
    assert (logins.vault_token(None), logins.argocd_token(None)) == ("", "")
    (tmp_path / ".vault-token").write_text("of-home\n", encoding="utf-8")
    assert logins.vault_token(None) == "of-home"
    monkeypatch.setenv("VAULT_TOKEN", " of-environment\n")
    monkeypatch.setenv("ARGOCD_AUTH_TOKEN", "of-argocd")
    assert (logins.vault_token(None), logins.argocd_token(None)) == ("of-environment", "of-argocd")
    named = tmp_path / "named"
    named.write_text("of-file\n", encoding="utf-8")
    assert (logins.vault_token(named), logins.argocd_token(named)) == ("of-file", "of-file")


@pytest.mark.parametrize("content", [b"", b"\n", b"two words", b"two\nlines", b"hunter2\xff", b"a\x00b"])
def test_what_is_no_token_is_refused_and_not_shown(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "named"
    file.write_bytes(content)
    with pytest.raises(UsageError) as raised:
        logins.vault_token(file)
    assert str(raised.value) == f"{file} does not hold a token: one word in one line"
    with pytest.raises(UsageError, match="No such file"):
        logins.argocd_token(tmp_path / "nowhere")
