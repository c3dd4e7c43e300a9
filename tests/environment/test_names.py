"""What documents and declared expressions can say about an environment."""

from __future__ import annotations

from typing import Any

from efdgen.environment.names import names
from efdgen.verbs import project
from support.checkout import ROOT


def app(environment: str, name: str) -> dict[str, Any]:
    (resolved,) = project.resolve(ROOT, (environment,)).environments
    (found,) = [each for each in names(resolved)["apps"] if each["name"] == name]
    return found


def test_a_secret_made_by_hand_has_the_keys_that_are_read_and_their_defaults() -> None:
    assert app("summit", "vault-secrets-operator")["manualSecrets"] == [
        {
            "name": "vault-secrets-operator",
            "keys": ["VAULT_TOKEN", "VAULT_TOKEN_LEASE_DURATION"],
            "defaults": {"VAULT_TOKEN_LEASE_DURATION": "8640"},
        }
    ]
