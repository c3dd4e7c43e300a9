"""What is known of the value of a secret, without the value."""

from __future__ import annotations

import re
from typing import Any

from efdgen.verbs.audit.answers import KeyState

_PLACEHOLDER = re.compile(
    r"(?:change|replace|fix|fill|insert|enter|put|add|set)[-_ ]?(?:me|this|it|here)(?:[-_ ]?(?:in|here))?"
    r"|(?:insert|enter|put|type|paste)[-_ ].*[-_ ]?here|todo\b.*|tbd|tba|fixme\b.*|placeholder|dummy|example|sample"
    r"|x{3,}|\*{3,}|\.{3}|-+|\?+|_+|n\.?/?a\.?|null|nil|none|undefined|unset|unknown|empty"
    r"|your[-_ ].*|<[^<>]*>|\$\{[^{}]*\}|\$\([^()]*\)|\$[A-Za-z_]+|\{\{.*\}\}|\{%.*%\}|%[A-Za-z_]+%|secret|password",
    re.IGNORECASE,
)
"""What people, and templates that nobody filled, write where a value is to come; all of the value."""

_PEM = {
    "tls.crt": re.compile(r"-----BEGIN CERTIFICATE-----\s.*-----END CERTIFICATE-----", re.DOTALL),
    "ca.crt": re.compile(r"-----BEGIN CERTIFICATE-----\s.*-----END CERTIFICATE-----", re.DOTALL),
    "tls.key": re.compile(r"-----BEGIN ([A-Z]+ )*PRIVATE KEY-----\s.*-----END ([A-Z]+ )*PRIVATE KEY-----", re.DOTALL),
}
"""What the keys of Kubernetes' own Secrets for TLS hold: https://www.rfc-editor.org/rfc/rfc7468."""


_PUBLIC = ("tls.crt", "ca.crt")
_PRIVATE = re.compile(r"-----BEGIN ([A-Z]+ )*PRIVATE KEY-----")


def key_state(value: Any, key: str = "") -> KeyState:
    """Say what is known of a value under a key, without it."""
    text = value.strip() if isinstance(value, str) else value
    if text is None or text in ("", [], {}):
        return KeyState.EMPTY
    if isinstance(text, str) and _PLACEHOLDER.fullmatch(text):
        return KeyState.PLACEHOLDER
    if key in _PEM and not (isinstance(text, str) and _PEM[key].search(text)):
        return KeyState.NOT_PEM
    if key in _PUBLIC and _PRIVATE.search(text):
        return KeyState.WITH_PRIVATE_KEY
    return KeyState.SOUND
