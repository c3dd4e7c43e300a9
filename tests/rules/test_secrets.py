"""Secrets, of which an app may have very many."""

from __future__ import annotations

from collections.abc import Callable

from efdgen.environment.model import VaultSecret
from efdgen.rules.secrets import secrets_are_read
from support.checkout import resolved
from support.growth import is_in_proportion
from support.rules import ALONE

SUMMIT = resolved()["summit"]


def test_many_secrets_take_time_in_proportion() -> None:
    def prepared(count: int) -> Callable[[], object]:
        named = [f"s{number}" for number in range(count)]
        app = SUMMIT.apps[0]._replace(
            secrets=tuple(VaultSecret(name, f"secret/{name}", ()) for name in named),
            values={"all": [{"existingSecret": name} for name in named]},
        )
        return lambda: list(secrets_are_read(SUMMIT._replace(apps=(app,)), ALONE))

    assert is_in_proportion(prepared, 8000)
