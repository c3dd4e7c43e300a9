"""`efdgen new`: the spec of a new environment, checked before it is written, and what comes next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from efdgen.environment.secrets import secrets
from efdgen.errors import InvalidEditError, InvalidInputError, Severity, UsageError
from efdgen.explain.edits import copying, drafting
from efdgen.explain.edits.drafting import Answers, Drafted
from efdgen.explain.edits.model import DEFAULTS, DEFINITION
from efdgen.language import suggest
from efdgen.language.layers import at
from efdgen.language.schema import check_data
from efdgen.language.yamlio import editing, parse
from efdgen.language.yamlio.scalars import is_text
from efdgen.output import sources
from efdgen.output.compare import Change
from efdgen.repository import paths
from efdgen.verbs import project
from efdgen.verbs.edit import Sources

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_LONGEST = 63


class Environments:
    """A repository that is to get one more environment.

    Args:
        root: the repository.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._sources = Sources(root)
        self._sources.rendered()
        self._written = self._sources.written
        self.sites: tuple[str, ...] = tuple(self._written.sites)

    def usual_apps(self) -> tuple[str, ...]:
        """Return the apps that more than half of the environments have, in the order of the specs."""
        listed = Counter(app for spec in self._written.specs.values() for app in spec.data["apps"])
        return tuple(app for app, number in listed.items() if number * 2 > len(self._written.specs))

    def default(self, site: str, path: tuple[str, ...]) -> Any:
        """Return a fact that a new environment of a site has if its spec does not say it; ABSENT: none."""
        shared = self._written.shared.data
        return at(shared, ("sites", site, *path), at(shared, ("defaults", *path)))

    def fault(self, answers: Answers) -> str:
        """Return what is wrong with an answer by itself, whatever the others are; empty: nothing."""
        if answers.site and answers.site not in self.sites:
            return suggest.unknown("site", answers.site, self.sites)
        document = parse(drafting.fresh("new", answers, (), has_schema=False), "")
        schemas = self._sources.rendered().project.repository.schemas
        said = answers.facts()
        problems = [each for each in check_data(document, schemas.environment) if each.path in said]
        return f"it {problems[0].message}" if problems else ""

    def _is_in_no_stage(self, name: str) -> bool:
        stages = self._sources.rendered().project.repository.stages
        return bool(stages) and not any(name in stage for stage in stages)

    def draft(self, name: str, other: str, answers: Answers, apps: Sequence[str]) -> Drafted:
        """Write the spec of a new environment in memory, and check it.

        Args:
            name: its name.
            other: the environment that it is like; empty: none.
            answers: what is known of it.
            apps: the apps that it lists, beside those that these require; none: as the other, or the usual ones.

        Raises:
            InvalidEditError: when it is wrong.
            UsageError: when there is such an environment, or no such other one, site or app.
        """
        self._refuse(name, other, answers, apps)
        file = paths.spec(name)
        text = self._text(name, other, answers, apps)
        instead = {file: text}
        known = self._sources.rendered().warnings
        opened = project.open_project(self._root, instead=instead)  # others can be wrong by it, too
        try:
            rendered = project.render(opened, keep=True)
        except InvalidInputError as error:
            raise InvalidEditError(error.problems, instead) from None
        environment = next(each for each in rendered.environments if each.facts.name == name)
        listed = [app.definition.name for app in environment.apps]
        provided = environment.facts.cluster.provides
        return Drafted(
            file,
            text,
            environment.public_hosts,
            secrets(environment),
            tuple(app for app in self.usual_apps() if app not in (*listed, *provided)),
            copying.compare(parse(text, file), text, self._written.specs[other], environment.facts.data)
            if other
            else None,
            self._is_in_no_stage(name),
            tuple(p for p in rendered.warnings if p not in known and p.severity is Severity.WARNING),
        )

    def _refuse(self, name: str, other: str, answers: Answers, apps: Sequence[str]) -> None:
        refuse_name(self._root, name, self.sites)
        if other and other not in self._written.specs:
            raise UsageError(suggest.unknown("environment", other, self._written.specs))
        if answers.site and answers.site not in self.sites:
            raise UsageError(suggest.unknown("site", answers.site, self.sites))
        for app in (*apps, *answers.provides):
            if app not in self._written.apps:
                raise UsageError(suggest.unknown("app", app, self._written.apps))

    def _text(self, name: str, other: str, answers: Answers, apps: Sequence[str]) -> str:
        known = self._written.apps
        if not other:
            provided = answers.provides or self._provided(answers.site)
            listed = drafting.needed(apps or self.usual_apps(), known, provided)
            schema = (self._root / "schemas/environment.schema.json").is_file()
            return drafting.fresh(name, answers, listed, has_schema=schema)
        text = (self._root / paths.spec(other)).read_text(encoding="utf-8-sig")
        schemas = self._sources.rendered().project.repository.schemas
        try:
            text = drafting.like(text, name, answers, (*schemas.own, *schemas.identifying))
            data = parse(text, "").data
            provides = at(data, ("cluster", "provides"), self._provided(data.get("site", "")))
            for app in drafting.needed((*data["apps"], *apps), known, provides):
                if app not in data["apps"]:
                    text = editing.put(text, ("apps", app), {}, 1)
            for app in (app for app in data["apps"] if app in provides):
                text = editing.remove(text, ("apps", app), 1)
        except editing.EditError as error:
            place = parse(text, paths.spec(other)).locate(error.path, key=True)
            raise UsageError(f"{place}: {error}") from None
        return text

    def _provided(self, site: str) -> tuple[str, ...]:
        found = self.default(site, ("cluster", "provides"))
        return tuple(found) if isinstance(found, list) else ()


def why_no_name(name: str, longest: int = _LONGEST) -> str:
    """Return what keeps a text from being the name of an environment or an app: a label of the DNS (RFC 1123)."""
    if len(name) > longest:
        return f"it has {len(name)} characters, at most {longest} are allowed"
    if name and not is_text(name):
        return "YAML or Helm would read it as something else than text"
    if name.strip("-") != name:
        return "it begins or ends with a hyphen"
    return "lower-case letters, digits and hyphens"


def refuse_name(root: Path, name: str, sites: Collection[str]) -> None:
    """Refuse a name that no new environment can have.

    Raises:
        UsageError: when it is none, other verbs could not address it, or there is such an environment.
    """
    if not (_NAME.match(name) and is_text(name)):
        raise UsageError(f"{name!r} is not a name for an environment: {why_no_name(name)}")
    if name in (DEFAULTS, DEFINITION):
        raise UsageError(f"{name!r} is what efdgen set calls a layer of all environments: choose another name")
    if name in sites:
        raise UsageError(f"{name!r} is the name of a site: choose another one, such as {name}-1")
    if (root / paths.spec(name)).exists():
        raise UsageError(f"there is an environment {name} already: {paths.spec(name)}")


def write(root: Path, drafted: Drafted) -> None:
    """Write the spec of a new environment.

    Raises:
        OutputError: when it can't be written, or somebody made it meanwhile.
    """
    sources.replace(root, {drafted.file: Change(b"", drafted.text.encode(), is_new=True)})
