"""Runs for some apps only (`--app`): what counts, what is a warning, and what is not looked at."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.errors import InvalidInputError, Severity, UsageError
from efdgen.helm import engines
from efdgen.verbs import deadvalues, diff, lint, objectdiff, project, render
from support.checkout import edit
from support.findings import problems as read
from support.findings import sarif_results
from support.repository import overlay
from support.standins import StandIns, metadata, pack

LAB, DOME, FACTS = "environments/lab.yaml", "environments/dome.yaml", "environments/shared/facts.yaml"
VIEW = "templates/apps/view"


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli.command, [*arguments, "--root", str(root)])


# What is wrong with view, each at another time: when files are read, when expressions are evaluated, by the rules.
WRONG = {
    "a parameter in a spec": (LAB, "refresh: 5s", "refres: 5s", "E402"),
    "a key in a spec": (LAB, "refresh: 5s", "refresh: 5s\n    value: {}", "E201"),
    "a type in a spec": (LAB, "  view:\n", "  view:\n    targetRevision: 5\n", "E204"),
    "an app without settings": (DOME, "view: {}", "view: 5", "E204"),
    "an expression in a spec": (DOME, "view: {}", "view: {values: {env: {X: <% nowhere %>}}}", "E301"),
    "a definition": (f"{VIEW}/app.yaml", "requires: [store]", "requires: store", "E204"),
    "a definition that can't be parsed": (f"{VIEW}/app.yaml", "requires: [store]", "requires: [store", "E103"),
    "its values": (f"{VIEW}/values.yaml", "<% parameters.refresh %>", "<% parameters.refres %>", "E301"),
    "its types": (f"{VIEW}/values.yaml", "path: /", "path: 5", "E204"),
    "its template": (f"{VIEW}/templates/config.yaml", "<% app.namespace %>", "<% app.namspace %>", "E301"),
    "shared defaults": (FACTS, "  appDefaults:\n", "  appDefaults:\n    view: {parameters: {refres: 1s}}\n", "E402"),
    "a rule": (DOME, "view: {}", "view: {values: {image: {tag: '3'}}}", "E515"),
}


@pytest.mark.parametrize(("file", "old", "new", "code"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_with_another_app_is_a_warning(small: Path, file: str, old: str, new: str, code: str) -> None:
    text = (small / file).read_text(encoding="utf-8")
    overlay(small, {file: text.replace(old, new, 1)})
    assert text.count(old) >= 1

    for apps in ((), ("view",), ("view", "store"), ("efd",)):
        with pytest.raises(InvalidInputError) as caught:
            project.rendering(small, (), apps)
        assert [(p.code, p.location.file) for p in caught.value.problems] == [(code, file)], apps
    warnings = project.rendering(small, (), ["store"]).warnings
    assert [(p.code, p.location.file, p.severity) for p in warnings] == [(code, file, Severity.WARNING)]
    outcome = render.check(small, (), ["store"])
    assert (outcome.changes, outcome.foreign) == ((), ())
    assert outcome.unchanged == len([path for path in of_store(small) if path.is_file()])


def of_store(root: Path) -> list[Path]:
    rendered = root / "rendered/apps"
    return [*(rendered / "store").rglob("*"), rendered / "efd/templates/store.yaml"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (DOME, "place: the dome", "place: <% nowhere %>"),
        (DOME, "place: the dome", "plaec: the dome"),
        (FACTS, "  domain: example.org\n", "  domain: 5\n"),
        ("templates/wrapper/Chart.yaml", "<% app.name %>", "<% app.nam %>"),
        ("templates/runbook/20-daily.md", "<% parent %>", "<% paren %>"),
    ],
)
def test_what_is_no_app_s_counts_always(small: Path, file: str, old: str, new: str) -> None:
    text = (small / file).read_text(encoding="utf-8")
    assert old in text
    overlay(small, {file: text.replace(old, new, 1)})
    with pytest.raises(InvalidInputError) as caught:
        project.rendering(small, (), ["store"])
    assert {problem.location.file for problem in caught.value.problems} == {file}


def test_an_app_is_what_it_extends_and_not_what_extends_it(small: Path) -> None:
    # archive extends store.
    edit(small / DOME, "  view: {}\n", "  view: {}\n  archive: {}\n")
    edit(small / "templates/apps/store/values.yaml", "write_timeout: 10s", "write_timeout: <% nowhere %>")
    for app in ("store", "archive"):
        with pytest.raises(InvalidInputError, match="'nowhere' is not defined"):
            project.rendering(small, (), [app])
    edit(small / "templates/apps/store/values.yaml", "write_timeout: <% nowhere %>", "write_timeout: 10s")
    edit(small / "templates/apps/archive/app.yaml", "extends: store\n", "extends: store\nnamspace: x\n")
    with pytest.raises(InvalidInputError, match="unknown key 'namspace'"):
        project.rendering(small, (), ["archive"])
    assert [problem.code for problem in project.rendering(small, (), ["store"]).warnings] == ["E201"]


def test_a_base_that_can_t_be_read_is_not_taken_for_another_s(small: Path) -> None:
    edit(small / "templates/apps/store/app.yaml", "chart:\n", "chart:\n\t")
    with pytest.raises(InvalidInputError):
        project.rendering(small, (), ["archive"])


@pytest.mark.parametrize("app", ["store", "view"])
def test_what_two_apps_have_to_do_with_each_other_is_about_both(small: Path, app: str) -> None:
    edit(small / DOME, "view: status.dome.example.org", "view: store-dome.dome.example.org")
    with pytest.raises(InvalidInputError, match="store and view claim one host"):
        project.rendering(small, ["dome"], [app])


def test_an_app_that_is_misspelt_is_not_said_to_be_missing(small: Path) -> None:
    edit(small / DOME, "  store: {}\n", "  stroe: {}\n")
    warnings = project.rendering(small, ["dome"], ["view"]).warnings
    assert [(problem.code, problem.hint) for problem in warnings] == [("E402", "did you mean 'store'?")]
    edit(small / DOME, "  stroe: {}\n", "  cellar: {}\n")
    with pytest.raises(InvalidInputError, match="view needs store"):
        project.rendering(small, ["dome"], ["view"])


def test_environments_and_apps_go_together(small: Path) -> None:
    edit(small / LAB, "refresh: 5s", "refres: 5s")
    with pytest.raises(InvalidInputError):
        project.rendering(small, ["lab"], ["view"])
    assert [p.severity for p in project.rendering(small, ["dome"], ["view"]).warnings] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("form", "count"),
    [("json", lambda text: len(read(text))), ("sarif", lambda text: len(sarif_results(text)))],
)
def test_machines_read_the_warnings(small: Path, form: str, count: Mapping[str, int]) -> None:
    edit(small / LAB, "refresh: 5s", "refres: 5s")
    for verb in ("validate", "check"):
        result = run(small, verb, "--app", "store", "--format", form)
        assert (result.exit_code, count(result.stdout)) == (0, 1)  # type: ignore[operator]


# -- the command line


@pytest.mark.parametrize("verb", ["check", "validate", "diff", "lint"])
def test_an_unknown_app_is_wrong_usage(small: Path, verb: str) -> None:
    result = run(small, verb, "--app", "stor")
    assert (result.exit_code, result.stderr) == (2, "error: unknown app 'stor': did you mean 'store'?\n")
    result = run(small, verb, "lab", "--app", "zzz")
    known = "archive, efd, ingress-nginx, link, store, vault-secrets-operator, view"
    assert (result.exit_code, result.stderr) == (2, f"error: unknown app 'zzz': known: {known}\n")


def test_a_result_says_what_was_looked_at(small: Path) -> None:
    assert run(small, "validate", "--app", "view", "--app", "store").stdout == (
        "valid: dome, lab (only view, store looked at)\n"
    )
    # Chart.yaml, two templates of every wrapper chart and one of its own, values and a feed; the Application.
    files = len([path for path in (small / "rendered/apps/view").rglob("*") if path.is_file()]) + 1
    assert run(small, "check", "--app", "view").stdout == (
        f"{files} files are what the specs render to (only view looked at)\n"
    )


# -- check


def test_only_files_of_the_apps_are_compared(small: Path) -> None:
    edit(small / LAB, "        size: 20Gi", "        size: 40Gi")  # store's
    edit(small / LAB, "refresh: 5s", "refresh: 6s")
    overlay(small, {"rendered/apps/store/mine.txt": "", "rendered/docs/lab.md": "", "rendered/apps/efd/x.txt": ""})
    result = run(small, "check", "--app", "view")
    assert result.exit_code == 1
    assert [line for line in result.stdout.splitlines() if not line.startswith(" ")] == [
        "changed  rendered/apps/view/values-lab.yaml"
    ]
    assert result.stderr == "To bring 1 file up to date, run: efdgen render (only view looked at)\n"
    outcome = render.check(small, ["lab"], ["store"])
    assert [change.path for change in outcome.changes] == ["apps/store/values-lab.yaml"]
    assert render.check(small, (), ["store"]).foreign == ("apps/store/mine.txt",)
    assert render.check(small, ["dome"], ["view"]).is_clean
    assert render.check(small, (), ["efd"]).foreign == ("apps/efd/x.txt",)


def test_an_application_is_its_app_s(small: Path) -> None:
    values = "apps/efd/values-lab.yaml"
    edit(small / LAB, "  view:\n", "  view:\n    targetRevision: v2\n")
    assert [change.path for change in render.check(small, (), ["view"]).changes] == [values]
    assert render.check(small, (), ["store"]).is_clean
    overlay(small, {f"rendered/{values}": "a: [", "rendered/apps/efd/templates/view.yaml": None})
    assert [c.path for c in render.check(small, (), ["view"]).changes] == ["apps/efd/templates/view.yaml"]
    assert render.check(small, (), ["view"]).foreign == (values,)


def test_of_values_that_apps_share_only_their_parts_are_shown(small: Path) -> None:
    values = small / "rendered/apps/efd/values-lab.yaml"
    before = values.read_text(encoding="utf-8")
    # What link has is wrong, and can't be rendered; what store has differs, too.
    edit(small / LAB, "        topicRegex:", "        topicRegexx: <% nowhere %>\n        topicRegex:")
    edit(small / LAB, "  view:\n", "  view:\n    targetRevision: v2\n")
    edit(small / LAB, "  store:\n", "  store:\n    targetRevision: v3\n")
    (change,) = render.check(small, (), ["view"]).changes
    assert (change.before or b"").decode() == before
    shown = list(difflib.ndiff(before.splitlines(), (change.after or b"").decode().splitlines()))
    assert [line for line in shown if line.startswith(("- ", "+ "))] == [
        "-     targetRevision: HEAD",
        "+     targetRevision: v2",
    ]
    line = next(number for number, text in enumerate(before.splitlines(), 1) if text == "  view:") + 5
    result = run(small, "check", "--app", "view", "--format", "json")
    assert [(p.code, p.location.line) for p in read(result.stdout) if p.code == "E603"] == [("E603", line)]
    # What is new or gone is a part, too.
    overlay(small, {LAB: (small / LAB).read_text(encoding="utf-8").replace("  view:\n", "  view2:\n")})
    (change,) = [each for each in render.check(small, (), ["store"]).changes if each.path == "apps/efd/values-lab.yaml"]
    assert b"  view:\n" in (change.after or b"")


def test_what_is_left_of_a_removed_environment_is_found(small: Path) -> None:
    (small / LAB).unlink()
    outcome = render.check(small, (), ["link"])
    assert [change.path for change in outcome.changes] == ["apps/efd/values-lab.yaml", "apps/link/values-lab.yaml"]


# -- diff


def test_a_diff_is_of_the_apps_only(small: Path) -> None:
    edit(small / LAB, "        size: 20Gi", "        size: 40Gi")
    edit(small / LAB, "refresh: 5s", "refresh: 6s")
    edit(small / DOME, "  view: {}\n", "")
    result = run(small, "diff", "--app", "store")
    assert (result.exit_code, result.stdout.splitlines()) == (
        0,
        [
            "Compared with rendered/; only store",
            "lab: 1 app, 1 value; dome: nothing",
            "",
            'lab / store / persistence.size: "20Gi" -> "40Gi"',
        ],
    )
    assert run(small, "diff", "dome", "--app", "store").stdout.endswith("Nothing changes\n")
    assert json.loads(run(small, "diff", "--app", "store", "--format", "json").stdout)["apps"] == ["store"]
    (gone,) = diff.compare(small, (), None, ["view"]).shown.removed_apps
    assert (gone.app, gone.environments) == ("view", ("dome",))


def test_an_environment_comes_with_the_apps_that_are_looked_at(small: Path) -> None:
    overlay(
        small,
        {
            "environments/barn.yaml": "name: barn\ncluster: {provides: [ingress-nginx]}\napps:\n"
            "  vault-secrets-operator: {}\n  store: {}\n"
        },
    )
    review = diff.compare(small, (), None, ["store"]).shown
    assert [(each.name, each.apps) for each in review.added_environments] == [("barn", ("store",))]
    assert diff.compare(small, (), None, ["view"]).shown.is_empty


def test_an_app_that_is_gone_can_be_named(small: Path) -> None:
    edit(small / LAB, "  link:\n", "  #link:\n")
    text = (small / LAB).read_text(encoding="utf-8")
    overlay(small, {LAB: text.partition("  #link:")[0], "templates/apps/link": None})
    review = diff.compare(small, (), None, ["link"]).shown
    assert [app.app for app in review.removed_apps] == ["link"]
    with pytest.raises(UsageError, match="unknown app 'lnik': did you mean 'link'"):
        diff.compare(small, (), None, ["lnik"])


def test_the_scope_of_a_change_is_of_all_apps(small: Path) -> None:
    edit(small / LAB, "        size: 20Gi", "        size: 40Gi")
    result = run(small, "diff", "--app", "view", "--fail-outside", "dome")
    assert (result.exit_code, result.stdout) == (1, "Compared with rendered/; only view\nNothing changes\n")


@pytest.mark.usefixtures("at_once")
def test_objects_of_other_apps_are_not_made(small: Path) -> None:
    charts = StandIns(project.rendering(small).tree)
    edit(small / LAB, "        size: 20Gi", "        size: 40Gi")
    edit(small / LAB, "  view:\n", "  view:\n    targetRevision: v2\n")
    edit(small / LAB, "refresh: 5s", "refresh: 6s")
    compared = diff.compare(small, (), None, ["view"])
    found = objectdiff.compare(compared.trees, compared.shown, engines.choose("sdk"), charts)
    assert {(change.apps, change.part) for change in found.shown.changes} == {
        (("efd",), "Application argocd/view"),
        (("view",), "ConfigMap display/view-values"),
    }
    assert {chart.name for chart in charts.asked} == {"view"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  view:\n    parameters:\n      refresh: 5s\n", "", "APP REMOVED  view"),
        ("  view:\n", "  view:\n    targetRevision: v2\n", "view / Application / targetRevision: HEAD -> v2"),
        ("        size: 20Gi", "        size: 40Gi", "Nothing changes"),
    ],
)
def test_the_parent_chart_has_all_applications(small: Path, old: str, new: str, said: str) -> None:
    edit(small / LAB, old, new)
    output = run(small, "diff", "--app", "efd").stdout
    assert said in output, output


def test_an_app_that_is_missing_is_what_the_others_miss(small: Path) -> None:
    spec = (small / LAB).read_text(encoding="utf-8")
    start, end = spec.index("  store:\n"), spec.index("  view:\n")
    overlay(small, {LAB: spec[:start] + spec[end:]})
    with pytest.raises(InvalidInputError) as caught:
        project.rendering(small, ["lab"], ["store"])
    assert "view needs store" in str(caught.value)


# -- lint

OLD = "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: x}\n"


def old_charts(root: Path) -> StandIns:
    """Return charts whose objects no current cluster knows."""
    charts = StandIns(project.rendering(root).tree)
    for chart in list(charts.archives):
        files = {"Chart.yaml": metadata(chart.name, chart.version), "templates/x.yaml": OLD}
        charts.archives[chart] = pack(chart.name, files)
    return charts


def test_only_objects_of_the_apps_are_checked(small: Path) -> None:
    edit(small / LAB, 'kubernetesVersion: "1.21.5"', 'kubernetesVersion: "1.22.0"')
    charts = old_charts(small)
    found = lint.lint(small, ["lab"], engines.choose("sdk"), charts, ["view"])
    # Some versions of kubernetes-validate have schemas for 1.22 as well, and find more (E701).
    removed = [problem.message.rpartition("(")[2] for problem in found.problems if problem.code == "E702"]
    assert removed == ["view in environment lab, template view/templates/x.yaml)"]
    assert all("view in environment lab" in problem.message for problem in found.problems)
    assert {chart.name for chart in charts.asked} == {"view"}


def test_an_app_that_no_environment_has_is_wrong_usage(small: Path) -> None:
    message = "the app 'link' is in none of: environment dome; known: efd, store, view"
    with pytest.raises(UsageError, match=message):
        lint.lint(small, ["dome"], engines.choose("sdk"), old_charts(small), ["link"])
    found = lint.lint(small, (), engines.choose("sdk"), StandIns(project.rendering(small).tree), ["link"])
    assert (found.environments, found.problems) == (("dome", "lab"), ())


def test_dead_values_of_the_apps_only(small: Path) -> None:
    edit(small / DOME, "  view: {}\n", "  view: {}\n  archive: {}\n")
    charts = StandIns(project.rendering(small).tree)
    found = deadvalues.search(small, ["dome"], engines.choose("sdk"), charts, ["archive"])
    assert found.notes == (
        "what is shared with environment lab was not judged: name them, too, or none",
        "what is shared with the app store was not judged: name them, too, or none",
    )
    assert {chart.name for chart in charts.asked} == {"store-chart"}


def test_hydrate_takes_apps_either_way(small: Path) -> None:
    shown = {
        run(small, "hydrate", "lab", *apps).stdout for apps in (("efd",), ("--app", "efd"), ("efd", "--app", "efd"))
    }
    assert [text.count("kind: Application\n") for text in shown] == [4]
    result = run(small, "hydrate", "lab", "--app", "stor")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        2,
        "error: lab has no app 'stor': did you mean 'store'?",
    )
