"""What becomes of what efdgen refuses in an import: it is declared, or accepted, each with its reason; or left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from efdgen.errors import Problem
from efdgen.language.tuples import NamedTuple
from efdgen.repository import paths
from efdgen.verbs.imports.model import Finding
from efdgen.verbs.imports.specs import Made

_WHO = re.compile(r"\((?:(?P<app>[a-z0-9-]+) in )?environments? (?P<envs>[a-z0-9,; -]+)\)")
_NAMES = re.compile(r"[a-z0-9-]+")
_SECRET = re.compile(r"the Secret '([^']+)' is read")
_NEEDED = re.compile(r" needs ([a-z0-9-]+)")
_OTHER = re.compile(r" of the environment ([a-z0-9-]+)")
_ACCEPTED = frozenset(
    (
        "E501",
        "E503",
        "E504",
        "E506",
        "E507",
        "E508",
        "E510",
        "E512",
        "E513",
        "E515",
        "E516",
        "E521",
        "E523",
        "E525",
        "E526",
    )
)
REASON = "As it was deployed by hand."


def shared_exceptions(made: Made) -> bool:
    """Say once what all environments accept, in the shared facts; say whether there was anything."""
    listed = [spec.get("accept", []) for spec in made.specs.values()]
    common = [entry for entry in listed[0] if all(entry in each for each in listed)] if len(listed) > 1 else []
    for spec in made.specs.values():
        spec["accept"] = [entry for entry in spec.get("accept", []) if entry not in common]
        if not spec["accept"]:
            del spec["accept"]
        elif "apps" in spec:
            _in_order(spec, "accept", spec["accept"])
    if common:
        made.shared["defaults"]["accept"] = [*made.shared["defaults"].get("accept", []), *common]
    return bool(common)


def accepting(made: Made) -> list[tuple[str, dict[str, Any]]]:
    """Return what can accept rules: specs by their environment, and the shared defaults."""
    return [*made.specs.items(), ("", made.shared["defaults"])]


class Refused(NamedTuple):
    """A problem, and who it is about: an environment and an app, each empty where that is not known."""

    problem: Problem
    env: str
    app: str

    def finding(self, what: str) -> Finding:
        """Return what is said of it."""
        return Finding("I404", f"{self.problem.message} [{self.problem.code}]", "", 0, what, self.env, self.app)


def about(problem: Problem, made: Made) -> list[Refused]:
    """Say who a problem is about, by its message, or by the file that it is in: each environment by itself."""
    who = _WHO.search(problem.message)
    app = who["app"] if who else None
    if not app and problem.path[:1] == ("apps",) and len(problem.path) > 1:
        app = str(problem.path[1])
    if not app and problem.location.file.startswith(f"{paths.APPS}/"):
        app = problem.location.file.split("/")[2]
    named = _NAMES.findall(who["envs"]) if who else [paths.environment_of(problem.location.file)]
    return [Refused(problem, name, app or "") for name in named if name in made.specs] or [
        Refused(problem, "", app or "")
    ]


def accepted(made: Made, refused: Refused, before: Mapping[str, Sequence[Any]]) -> Finding | None:
    """Say in the specs what a rule wants to know, or accept it; None: nobody can, or it was accepted already."""
    code = refused.problem.code
    if code not in _ACCEPTED:
        return None
    said = None
    if code == "E504":
        said = _made_by_hand(made, refused, before)
    elif code == "E503":
        said = _linked(made, refused, before)
    elif code == "E507":
        said = _provided(made, refused)
    if said is not None:
        return said
    key = refused.env if refused.env in made.specs else ""
    target = made.specs[key] if key else made.shared["defaults"]
    is_about_app = refused.app in made.apps and (code != "E506" or key)
    entry = {"rule": code, **({"app": refused.app} if is_about_app else {}), "reason": REASON}
    if entry in before[key]:
        entry.pop("app", None)
        if entry in before[key]:
            return None
    if entry not in target.get("accept", []):
        _in_order(target, "accept", [*target.get("accept", []), entry])
    where = paths.spec(key) if key else paths.FACTS
    return refused.finding(f"accepted in {where}: write the reason there, or correct it")


def _made_by_hand(made: Made, refused: Refused, before: Mapping[str, Sequence[Any]]) -> Finding | None:
    """Declare that people make a Secret by hand, which no VaultSecret makes."""
    secret = _SECRET.search(refused.problem.message)
    if not secret or refused.app not in made.apps:
        return None
    template = made.templated.get((refused.app, secret[1]))
    if template is not None:
        return _made_by_template(made, refused, template, before)
    data = made.apps[refused.app].data
    listed = data.get("manualSecrets", [])
    if secret[1] in listed and listed is before.get(f"app {refused.app}"):
        return None
    data["manualSecrets"] = list(dict.fromkeys([*listed, secret[1]]))
    where = f"{paths.APPS}/{refused.app}/app.yaml"
    return refused.finding(f"taken for one that people make by hand: manualSecrets in {where}")


def _made_by_template(
    made: Made, refused: Refused, template: str, before: Mapping[str, Sequence[Any]]
) -> Finding | None:
    """Accept that an app reads a Secret which a template makes that stays a template."""
    key = refused.env if refused.env in made.specs else ""
    target = made.specs[key] if key else made.shared["defaults"]
    entry = {
        "rule": "E504",
        "app": refused.app,
        "reason": f"{template.rpartition('/')[2]} of the app makes the Secret.",
    }
    if any(each["rule"] == "E504" and each.get("app") == refused.app for each in before[key]):
        return None
    listed = target.get("accept", [])
    if not any(each["rule"] == "E504" and each.get("app") == refused.app for each in listed):
        _in_order(target, "accept", [*listed, entry])
    where = paths.spec(key) if key else paths.FACTS
    return refused.finding(f"{template} makes it, which stays a template: accepted in {where}")


def _provided(made: Made, refused: Refused) -> Finding | None:
    """Say that the cluster has an app which another one needs, and which is not deployed there by hand."""
    needed = _NEEDED.search(refused.problem.message)
    if not needed or refused.env not in made.specs:
        return None
    spec = made.specs[refused.env]
    cluster = spec.get("cluster", {})
    provided = cluster.get("provides", [])
    if needed[1] not in provided:
        _in_order(spec, "cluster", {**cluster, "provides": [*provided, needed[1]]})
    return refused.finding(f"taken for one that the cluster has: cluster.provides in {paths.spec(refused.env)}")


def _linked(made: Made, refused: Refused, before: Mapping[str, Any]) -> Finding | None:
    """Declare a link to an environment whose host or path another one names."""
    other = _OTHER.search(refused.problem.message)
    if not other or refused.env not in made.specs or other[1] not in made.specs or other[1] == refused.env:
        return None
    spec = made.specs[refused.env]
    links = spec.get("links", {})
    if other[1] in before[f"links {refused.env}"]:
        return None
    reason = f"{refused.app or refused.env} names it, as deployed by hand."
    _in_order(spec, "links", {other[1]: reason, **links})
    return refused.finding(f"declared in {paths.spec(refused.env)} under links: say there why")


def _in_order(target: dict[str, Any], key: str, value: Any) -> None:
    """Set a key before `apps`, which comes last in a spec."""
    target[key] = value
    if "apps" in target:
        target["apps"] = target.pop("apps")


def left_out(made: Made, problem: Problem) -> Finding | None:
    """Leave out what efdgen refuses and nobody can accept: a fact, an app, an environment; None: nothing was left."""
    refused = about(problem, made)[0]
    file, path = problem.location.file, problem.path
    env = paths.environment_of(file) or refused.env
    what = ""
    if file.startswith(f"{paths.SHARED}/") and file != paths.FACTS:
        what = _without_table(made, file)
    elif file.startswith(f"{paths.APPS}/") or path[:1] == ("sites",):
        app = refused.app or (str(path[3]) if path[2:3] == ("appDefaults",) and len(path) > 3 else "")  # noqa: PLR2004
        what = _without_app(made, app)
    elif env in made.specs and refused.app in made.specs[env]["apps"]:
        del made.specs[env]["apps"][refused.app]
        what = f"{refused.app} in {env}"
    elif env in made.specs and _without_fact(made.specs[env], path):
        what = f"{path[0]} of {env}"
    elif env in made.specs:
        del made.specs[env]
        what = env
    if not what:
        return None
    key = ".".join(map(str, path))
    where = f"{file}: {key}" if key else f"{problem.location}"
    message = f"{what} is left out, which efdgen refuses: {problem.message} [{problem.code}] ({where})"
    return Finding(
        "I207", message, "", 0, problem.hint, env if env in what else "", refused.app if refused.app in what else ""
    )


def _without_app(made: Made, app: str) -> str:
    """Take an app out; return its name, or nothing."""
    if app not in made.apps:
        return ""
    made.apps.pop(app)
    for spec in made.specs.values():
        spec["apps"].pop(app, None)
    for site in made.shared.get("sites", {}).values():
        site.get("appDefaults", {}).pop(app, None)
    return app


def _without_table(made: Made, file: str) -> str:
    """Take the JSON files of environments out of the app that has a table; return what they are, or nothing."""
    for name, app in made.apps.items():
        if any(paths.table(table) == file for table in app.files.tables):
            app.data.pop("environmentFiles", None)
            app.files.tables.clear()
            return f"the JSON files by environment of {name}"
    return ""


def _without_fact(spec: dict[str, Any], path: Sequence[Any]) -> bool:
    """Take a fact out of a spec; say whether there was one."""
    if not path or path[0] in ("name", "site", "apps") or path[0] not in spec:
        return False
    inner = spec[path[0]]
    if isinstance(inner, dict) and len(path) > 1 and path[1] in inner:
        del inner[path[1]]
    else:
        del spec[path[0]]
    return True
