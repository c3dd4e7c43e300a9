"""The phase that makes sure that every secret is where it is looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.environment.secrets import Secret, keys_read, secrets
from efdgen.render.runbook.model import Command, Phase, Step
from efdgen.render.runbook.words import code, table


def phase(environment: ResolvedEnvironment) -> Phase | None:
    """Return the phase, or None where nothing reads a secret."""
    found = secrets(environment)
    by_hand = [step for app in environment.apps for step in _by_hand(environment, app)]
    if not (found or by_hand):
        return None
    steps = [*by_hand, *((_log_in(environment, own_token=bool(by_hand)), _paths(found)) if found else ())]
    return Phase(
        "vault",
        "Put the secrets in place",
        tuple(steps),
        f"Secrets are kept in Vault, at <{environment.facts.vault.address}>, below "
        f"`{environment.facts.vault.path_prefix}`. vault-secrets-operator turns each VaultSecret into a Kubernetes "
        "Secret. No value belongs on a screen, on a command line or in a file.",
        ("kubectl", "vault", "jq"),
    )


def _by_hand(environment: ResolvedEnvironment, app: ResolvedApp) -> Iterator[Step]:
    """Yield a step for each Secret that an app reads and people make."""
    namespace = app.definition.namespace
    for name, known in app.definition.manual_secrets.items():
        keys = list(dict.fromkeys(keys_read(app.values, name)))
        if not keys:
            continue
        missing = [key for key in keys if key not in known]
        pairs = " ".join(f'{quote(key)} "${_variable(key)}"' for key in keys)
        defaults = "".join(
            f'export {_variable(key)}="${{{_variable(key)}:-{known[key]}}}"\n' for key in keys if key in known
        )
        yield Step(
            f"secret-{name}",
            f"Make the secret {name} by hand",
            (
                (
                    f"The one kind of secret that can't come from Vault by itself: {app.definition.name} reads "
                    f"{code(keys)} from the Secret `{name}`, in the namespace `{namespace}`. For Vault, that is the "
                    f"read token of *{environment.facts.name}*, and no other environment's. Type or paste it; it is "
                    "not shown."
                ),
                Command("\n".join(_read(key) for key in missing), only="page"),
                Command("\n".join(_ask(key, environment) for key in missing), only="script"),
                Command(
                    f"{defaults}"
                    f"kubectl create namespace {namespace} --dry-run=client -o yaml | kubectl apply -f -\n"
                    f"kubectl create secret generic {name} --namespace {namespace} \\\n"
                    f"  --from-env-file=<(printf '%s=%s\\n' {pairs}) \\\n"
                    "  --dry-run=client -o yaml |\n"
                    "  kubectl apply --server-side --force-conflicts -f -"
                ),
                "Nothing may be missing, or too much (this reads names, no values).",
                Command(
                    f"kubectl -n {namespace} get secret {name} -o json | jq -e '.data | keys == {_json(sorted(keys))}'"
                ),
                "When the token is replaced one day: do this again, then restart what reads it.",
                Command(f"kubectl -n {namespace} rollout restart deployment", by_hand=True, only="page"),
            ),
        )


def _json(words: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


def _variable(key: str) -> str:
    """Return the environment variable that holds a key's value."""
    return "".join(letter if letter.isalnum() else "_" for letter in key.upper())


def _read(key: str) -> str:
    return f"read -rsp '{key}: ' {_variable(key)} && export {_variable(key)}"


def _ask(key: str, environment: ResolvedEnvironment) -> str:
    return f"ask_secret {_variable(key)} {quote(f'{key} of {environment.facts.name}')}"


def _log_in(environment: ResolvedEnvironment, *, own_token: bool) -> Step:
    address = f"export VAULT_ADDR={quote(environment.facts.vault.address)}"
    if own_token:
        return Step(
            "vault-login",
            "Let vault read with that token",
            (
                (
                    "The checks below read with the operator's own token, `VAULT_TOKEN` from above: what passes here, "
                    "the operator can read, too."
                ),
                Command(f"{address}\nvault token lookup >/dev/null"),
            ),
        )
    return Step(
        "vault-login",
        "Log in to Vault",
        (
            (
                "The cluster brings its own vault-secrets-operator, with a token of its own: that one must be able to "
                f"read `{environment.facts.vault.path_prefix}`. The checks below read with yours."
            ),
            Command(f"{address}\nvault token lookup >/dev/null || vault login -no-print"),
        ),
    )


def _paths(found: Sequence[Secret]) -> Step:
    keys: dict[str, dict[str, None]] = {}
    for secret in found:
        keys.setdefault(secret.path, {}).update(dict.fromkeys(secret.keys))
    checks = [f"vault_has {quote(path)} {' '.join(map(quote, names))}".rstrip() for path, names in sorted(keys.items())]
    rows = [(f"`{s.path}`", code(s.keys) or "any", f"`{s.name}`", f"`{s.namespace}`") for s in found]
    return Step(
        "vault-paths",
        "Check that Vault has every secret",
        (
            "The paths and keys that must exist, and the Secrets that are made of them:",
            table(("path", "keys", "Secret", "namespace"), rows),
            (
                "`vault_has` says which key is missing, and never shows a value. What is missing must be added to "
                "Vault before the apps are synced: they would wait for it."
            ),
            Command(
                "vault_has() { # vault_has PATH KEY...\n"
                "  local path=$1 key there\n"
                "  shift\n"
                '  there="$(vault kv get -format=json "$path" | jq -r \'.data.data // .data | keys[]\')" || return\n'
                "  for key; do\n"
                '    printf \'%s\\n\' "$there" | grep -Fx -e "$key" >/dev/null ||\n'
                '      { echo "$path: no key $key" >&2; return 1; }\n'
                "  done\n"
                '  echo "$path: complete"\n'
                "}"
            ),
            Command("\n".join(checks)),
        ),
    )
