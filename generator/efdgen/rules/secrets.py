"""Rules about Secrets: what is read is made, and what is made is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.environment.secrets import keys_read
from efdgen.errors import Location, Problem, Severity
from efdgen.language import scope, suggest
from efdgen.language.layers import merge_layers
from efdgen.rules.findings import Finding, in_app
from efdgen.rules.identities import Identities
from efdgen.rules.looked import named_by_templates, secrets

_OPERATOR = "vault-secrets-operator"
"""The app, where a repository has it, that makes Secrets of VaultSecrets: they are of its kind."""


def secrets_exist(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find Secrets that an app reads and no VaultSecret makes."""
    for app, named, by_templates, *_ in identities.looked(environment):
        made = _made(app) if named or by_templates else set()
        for path, name in named:
            if name not in made:
                message = f"the Secret {name!r} is read, but no VaultSecret makes it"
                yield in_app("E504", message, environment, app, path, _how_to_make(name, made, app))
        for location, name in by_templates:
            if name not in made:
                problem = _in_template(name, location, app, environment, _how_to_make(name, made, app))
                yield Finding(problem, app.definition.name)


def _how_to_make(name: str, made: Collection[str], app: ResolvedApp) -> str:
    """Return the hint for a Secret that is not there: it is left out, its name is misspelt, or it is to be declared."""
    declared = merge_layers(app.layers).get("secrets", {})
    if name in declared:
        where = scope.locate(app.layers, ("secrets", name))
        left_out = "its `when` is false here" if declared[name] else "it is null"
        return f"{where} declares it, but {left_out}"
    meant = suggest.closest(name, made)
    declare = f"declare it in {app.definition.source}/app.yaml, under `secrets`"
    return f"{suggest.did_you_mean(meant)} Otherwise {declare}" if meant else declare


def secrets_are_made(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find apps that have VaultSecrets, and do not require what makes Secrets of them, themselves or through others."""
    for app in environment.apps:
        if app.secrets and _OPERATOR in identities.apps - identities.required(app.definition.name):
            definition = app.definition
            message = (
                f"{definition.name} has VaultSecrets, and does not require {_OPERATOR}, which makes Secrets of them"
            )
            location = definition.document.locate(
                ("secrets",) if "secrets" in definition.document.data else (), key=True
            )
            hint = f"add it to `requires` in {definition.source}/app.yaml"
            yield Finding(Problem("W531", message, location, ("secrets",), hint, Severity.WARNING), definition.name)


def secrets_are_read(environment: ResolvedEnvironment, identities: Identities) -> Iterator[Finding]:
    """Find VaultSecrets that nothing reads, but those that something misspells: E504 says so."""
    for app, named, by_templates, *_ in identities.looked(environment):
        if not app.secrets:
            continue
        read = {name for _, name in (*named, *by_templates)}
        unread = [secret for secret in app.secrets if secret.name not in read]
        made = _made(app) if unread else set()
        meant = {suggest.closest(name, made) for name in read - made if unread}
        for secret in unread:
            if secret.name not in meant:
                message = f"nothing reads the VaultSecret {secret.name!r}"
                hint = "let the values read it, remove it, or accept W505"
                yield in_app("W505", message, environment, app, ("secrets", secret.name), hint, key=True)


def _made(app: ResolvedApp) -> set[str]:
    """Return the names of the Secrets that VaultSecrets or people make."""
    return {secret.name for secret in app.secrets} | set(app.definition.manual_secrets)


def defaults_are_read(environment: ResolvedEnvironment, _identities: Identities) -> Iterator[Finding]:
    """Find defaults for keys of a Secret that people make and whose keys nothing reads: a misspelt one is none."""
    for app in environment.apps:
        for name, defaults in app.definition.manual_secrets.items():
            read = set(keys_read(app.values, name)) if defaults else set()
            for key in defaults:
                if key not in read:
                    where = f"({app.definition.name} in environment {environment.facts.name})"
                    message = f"nothing reads the key {key!r} of the Secret {name!r} {where}"
                    path = ("manualSecrets", name, "defaults", key)
                    location = app.definition.document.locate(path, key=True)
                    hint = suggest.hint(key, read) or "remove it, or accept W505"
                    yield Finding(Problem("W505", message, location, path, hint, Severity.WARNING), app.definition.name)


def read_in(app: ResolvedApp) -> frozenset[str]:
    """Return the names of the Secrets that an app's values or its own templates read."""
    return frozenset(name for _, name in (*secrets(app), *named_by_templates(app.definition)))


def _in_template(
    name: str, location: Location, app: ResolvedApp, environment: ResolvedEnvironment, hint: str
) -> Problem:
    where = f"({app.definition.name} in environment {environment.facts.name})"
    return Problem("E504", f"the Secret {name!r} is read, but no VaultSecret makes it {where}", location, hint=hint)
