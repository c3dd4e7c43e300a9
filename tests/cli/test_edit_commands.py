"""`efdgen set`, `unset`, `pin` and `unpin`: what people see."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from support import warm
from support.checkout import edit, snapshot

LAB = "environments/lab.yaml"


def run(root: Path, *arguments: str) -> Result:
    """Run the command in this process, on a repository."""
    return CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, [*arguments, "--root", str(root)])


def test_an_edit_shows_its_lines_what_they_mean_and_what_comes_next(small: Path) -> None:
    result = run(small, "set", "lab", "store.persistence.size", "30Gi")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "environments/lab.yaml",
        "  @@ -24,5 +24,5 @@",
        "       values:",
        "         persistence:",
        "  -        size: 20Gi",
        "  +        size: 30Gi",
        "         resources:",
        "           limits:",
        "",
        "lab: 1 app, 1 value; dome: nothing",
        "",
        'lab / store / persistence.size: "20Gi" -> "30Gi"',
    ]
    assert result.stderr == "1 file written; now run: efdgen render lab\n"


def test_a_dry_run_writes_nothing(small: Path) -> None:
    before = snapshot(small)
    result = run(small, "unset", "lab", "store.persistence.size", "--dry-run")
    assert "  -        size: 20Gi\n" in result.stdout
    assert result.stderr == "Nothing was written (--dry-run)\n"
    assert snapshot(small) == before


def test_what_would_be_wrong_is_shown_as_it_would_be(small: Path) -> None:
    before = snapshot(small)
    result = run(small, "set", "lab", "dome", "store.persistence.sise", "1Gi")
    assert result.exit_code == 3
    shown = "error[E201] unknown key 'sise'\n  --> environments/dome.yaml:12:9\n   12 |         sise: 1Gi\n"
    assert shown in result.stderr
    assert result.stderr.endswith("Lines are shown as they would be. Nothing was written.\n")
    assert snapshot(small) == before


def test_an_edit_that_does_nothing_here_or_anywhere_says_so(small: Path) -> None:
    result = run(small, "set", "defaults", "kafka.storageSize", "9Gi", "--dry-run")
    hidden = "warning: this does nothing in lab: its spec sets it, too (environments/lab.yaml:10:16), and wins"
    assert hidden in result.stderr.splitlines()
    result = run(small, "set", "north", "archive.project", "others", "--dry-run")
    assert "warning: this does nothing yet: no environment of north lists archive" in result.stderr.splitlines()
    assert (
        run(small, "set", "lab", "store.persistence.size", "20Gi").output == "Nothing to change: it says so already\n"
    )


def test_a_spec_with_a_mistake_in_it_may_list_the_app(small: Path) -> None:
    edit(small / LAB, "      refresh: 5s\n", "      refresh: 5s\n    wrong: 1\n")
    result = run(small, "set", "lab", "store.persistence.size", "3Gi", "--dry-run")
    assert "this does nothing yet" not in result.stderr


def test_lists_take_several_changes(small: Path) -> None:
    result = run(small, "set", "lab", "feed.news", "--remove", "second", "--add", "second")
    assert result.exit_code == 0, result.output
    assert "  news: [first, second]\n" in (small / LAB).read_text(encoding="utf-8")


def test_mistakes_elsewhere_are_counted_and_take_away_no_more_than_they_must(small: Path) -> None:
    unknown = "What this changes in what is deployed{} is not known: there were errors before"
    right = (small / LAB).read_text()
    edit(small / LAB, "site: north", "site: north\ntitle: [north]")
    result = run(small, "set", "dome", "store.persistence.size", "30Gi")
    assert result.exit_code == 0
    assert 'dome / store / persistence.size: "8Gi" -> "30Gi"' in result.stdout.splitlines()
    assert unknown.format(" in lab") in result.stdout
    assert "warning: there was 1 error before, and there still is; see: efdgen validate" in result.stderr
    assert result.stderr.endswith("now run: efdgen render dome\n")
    result = run(small, "set", "lab", "store.persistence.size", "30Gi", "--dry-run")
    assert unknown.format(" in lab") in result.stdout
    assert "Nothing changes" not in result.stdout
    assert run(small, "unset", "lab", "title").stderr == "1 file written; now run: efdgen render\n"
    (small / LAB).write_text(right)
    edit(small / "environments/dome.yaml", "place: the dome", "place: [the dome]")
    result = run(small, "set", "lab", "store.persistence.size", "30Gi")
    assert unknown.format("") in result.stdout, "it has a link to the other one"


def test_a_pin_of_another_day_than_there_is_is_refused(small: Path) -> None:
    result = run(small, "pin", "dome", "store.image.tag", "1.9.2", "--reason", "So.", "--until", "2027-1-31")
    assert result.exit_code == 3
    assert "must be a day such as 2027-01-31" in result.stderr


def test_a_pin_has_a_reason_a_day_that_there_is_and_a_value(small: Path) -> None:
    pin = ("pin", "dome", "store.image.tag", "1.9.2", "--dry-run")
    for options, said in (
        (("--reason", "  "), "must say why"),
        (("--reason", "So.", "--until", "2027-02-29"), "must be a day"),
        (("--reason", "So.", "--until", "2027-06-31"), "must be a day"),
    ):
        result = run(small, *pin, *options)
        assert (result.exit_code, said in result.stderr) == (3, True), result.output
    assert run(small, *pin, "--reason", "So.", "--until", "2096-02-29").exit_code == 0
    result = run(small, "pin", "dome", "store.image.tag", "null", "--reason", "So.")
    assert "'null' can't be pinned; to set it: efdgen set dome store.image.tag null" in result.stderr
    result = run(small, "pin", "dome", "store.image.tag", "", "--reason", "So.")
    assert result.stderr == "error: '' can't be pinned\n", "set refuses it, too"
    assert run(small, *pin[:-1], "--reason", "So.").exit_code == 0
    result = run(small, "pin", "dome", "store.image.tag", "null", "--reason", "So.")
    assert result.stderr == "error: 'null' can't be pinned\n", "set refuses what is pinned"
    result = run(small, "pin", "lab", "store.persistence.size", "1Gi", "--reason", "So.")
    assert "lab sets store.persistence.size; first run: efdgen unset lab store.persistence.size" in result.stderr


def test_what_is_advised_works_or_is_not_advised(small: Path) -> None:
    for value, advised in (("1.9.2", True), ("<% name %>", False)):
        result = run(small, "set", "dome", "store.image.tag", value)
        assert ("error[E515]" in result.stderr, "pin it: efdgen pin dome" in result.stderr) == (True, advised)
    assert run(small, "pin", "dome", "store.image.tag", "1.9.2", "--reason", "So.").exit_code == 0
    unpin = "run: {}efdgen unpin dome store.image.tag"
    for value, pin in (
        ("1.9 x", "efdgen pin dome store.image.tag '1.9 x' --reason ..., or "),
        ("null", ""),
        ("<% name %>", ""),
    ):
        result = run(small, "set", "dome", "store.image.tag", value)
        assert result.stderr.rstrip().endswith(unpin.format(pin)), result.stderr
    result = run(small, "set", "dome", "name", "cupola")
    assert "error[E401]" in result.stderr
    assert "= run: efdgen rename dome cupola\n" in result.stderr
    result = run(small, "set", "dome", "name", "lab")
    assert "efdgen rename" not in result.stderr, "there is such an environment"


def test_the_path_of_a_spec_is_no_environment_but_names_one(small: Path) -> None:
    for path in ("environments/lab.yaml", "./lab", "rendered/docs/lab.md", "lab/"):
        assert "did you mean 'lab'?" in run(small, "check", path).stderr


def test_new_keys_beside_keys_with_dots_are_asked_for(small: Path) -> None:
    assert run(small, "set", "definition", "store.overrides", "{log.retention.hours: 1, log.dirs: x}").exit_code == 0
    result = run(small, "set", "lab", "store.overrides.log.retention.minutes", "48")
    assert "have dots, such as log.retention.hours: write overrides['log.retention.minutes']" in result.stderr
    for path in ("store.overrides['log.retention.minutes']", "store.overrides['log'].x", "store.overrides.log.dirs"):
        result = run(small, "set", "lab", path, "48", "--dry-run")
        assert "have dots" not in result.stderr, result.output


def test_wrong_usage_says_how_it_is_used(small: Path) -> None:
    for arguments in (["set", "lab", "title"], ["unset", "lab"], ["pin", "lab", "store.image.tag", "--reason", "x"]):
        result = run(small, *arguments)
        assert (result.exit_code, "too few arguments: efdgen " in result.stderr) == (2, True)
    for arguments in (["set", "lab", "store.persistence.size", "5Gi", "6Gi"], ["unset", "lab", "store.a", "store.b"]):
        result = run(small, *arguments)
        assert (result.exit_code, "too many arguments behind store." in result.stderr) == (2, True)
    assert "there is no app and no fact '5Gi': " in run(small, "unset", "lab", "5Gi").stderr
    for verb in ("set", "pin"):
        result = warm.efdgen(verb, "lab", "store.heapOptions", "-Xms4G -Xmx4G", cwd=small)
        assert result.returncode == 2
        assert f"stands behind --, after all options: efdgen {verb} ... -- VALUE" in result.stderr
        assert " -- " not in warm.efdgen(verb, "lab", "store.heapOptions", "x", "--dryrun", cwd=small).stderr
    assert "name a layer, such as an environment: efdgen set " in run(small, "set", "", "title", "x").stderr
    assert "says nothing about store.replicaCount" in run(small, "unset", "lab", "store.replicaCount").stderr


@pytest.mark.parametrize("text", [None, "", "# Nothing is changed here.\n"])
def test_a_definition_without_values_gets_its_first_one(small: Path, text: str | None) -> None:
    values = small / "templates/apps/archive/values.yaml"
    values.unlink(missing_ok=True)
    if text is not None:
        values.write_text(text, encoding="utf-8")
    result = run(small, "set", "definition", "archive.replicaCount", "2")
    assert result.exit_code == 0, result.output
    assert values.read_text(encoding="utf-8") == f"{text or ''}replicaCount: 2\n"
    assert values.stat().st_mode == values.with_name("app.yaml").stat().st_mode


def advised(root: Path, result: Result) -> Result:
    """Run what the last line of an edit says, then check everything."""
    command = result.stderr.strip().partition("; now run: efdgen ")[2]
    assert run(root, *command.split()).exit_code == 0, result.stderr
    return run(root, "check")


def test_what_comes_next_brings_every_file_up_to_date(rendered_small: Path) -> None:
    result = run(rendered_small, "set", "dome", "kafka.broker", "k.example.org:9092")
    assert result.exit_code == 0, result.output
    assert result.stderr.endswith("; now run: efdgen render dome lab\n")
    assert advised(rendered_small, result).exit_code == 0


def test_an_edit_that_only_pages_show_says_so(rendered_small: Path) -> None:
    result = run(rendered_small, "pin", "dome", "store.image.tag", "1.9.4", "--reason", "Stays here.")
    assert "Nothing that is deployed changes; " in result.stdout, result.output
    assert advised(rendered_small, result).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("set", "dome", "store.image", "foo"), "such as store.image.repository, store.image.tag and "),
        (("set", "north", "store.persistence", "[a]"), "such as store.persistence.enabled, "),
        (("pin", "dome", "store.image", "1.8.5", "--reason", "So."), "store.image is a mapping: "),
    ],
)
def test_what_would_replace_a_mapping_is_refused_with_what_is_in_it(
    small: Path, arguments: tuple[str, ...], hint: str
) -> None:
    result = run(small, *arguments)
    assert (result.exit_code, hint in result.stderr) == (2, True), result.output
    assert run(small, "set", "dome", "store.persistence", "null", "--dry-run").exit_code != 2


def test_a_pin_is_a_number_where_the_value_is_one(small: Path) -> None:
    for value in ("3", "5"):
        assert run(small, "pin", "dome", "store.replicaCount", value, "--reason", "So.").exit_code == 0
    assert run(small, "pin", "dome", "store.image.tag", "1.9", "--reason", "So.").exit_code == 0
    text = (small / "environments/dome.yaml").read_text(encoding="utf-8")
    assert ("value: 5\n" in text, 'value: "1.9"\n' in text) == (True, True), text
    edit(small / "templates/apps/store/values.yaml", "replicaCount: 1\n", "")
    assert run(small, "unpin", "dome", "store.replicaCount").exit_code == 0
    result = run(small, "pin", "dome", "store.replicaCount", "7", "--reason", "No layer has it.")
    assert (result.exit_code, "  +        value: 7\n" in result.stdout) == (0, True), result.output


def test_a_value_that_the_chart_does_not_know_is_refused_where_it_looks_like_a_slip(small: Path) -> None:
    before = snapshot(small)
    for where, file in (("definition", "templates/apps/store/values.yaml"), ("dome", "environments/dome.yaml")):
        result = run(small, "set", where, "store.persistense.size", "5Gi")
        assert (result.exit_code, snapshot(small) == before) == (2, True), result.output
        meant = f"did you mean store.persistence.size? Where it is meant as it is, edit {file} by hand"
        assert f"knows no value 'persistense': {meant}" in result.stderr
    result = run(small, "set", "definition", "store.qwxz", "1", "--dry-run")
    assert (result.exit_code, "warning[W511] " in result.stderr) == (0, True), result.output
    assert "W511" not in run(small, "set", "definition", "store.image.tag", "1.9.5", "--dry-run").output


def test_a_slip_is_answered_with_the_right_word_or_command(small: Path) -> None:
    shutil.copy(small / "templates/apps/store/chart-keys.yaml", small / "templates/apps/view/chart-keys.yaml")
    before = snapshot(small)
    for arguments, said in (
        (("set", "dome", "store.image.tag", "1.10"), "= pin it: efdgen pin dome store.image.tag 1.10 --reason ..."),
        (("pin", "dome", "store.image.tag", "1.10"), "say why it differs from the other environments: efdgen pin dome"),
        (("set", "lab", "feed.news", "third"), "= for one more item: efdgen set lab feed.news --add third"),
        (("set", "dome", "archive", "true"), "= efdgen set dome archive {} lists it; efdgen unset dome archive takes"),
        (("set", "dome", "archive"), "(the value {} lists an app)"),
        (("set", "all", "title", "x"), "for all environments, definition has the values of an app, defaults the facts"),
        (("set", "lab", "view.refresh", "1s"), "view.refresh is not a value of the chart, but a parameter: view.param"),
        (
            ("set", "lab", "argocd.rbac.groups", "--add", "guests"),
            "is a mapping, and 'guests' is not: write it like '{",
        ),
        (
            ("unset", "lab", "store.persistence.sise"),
            "nothing about store.persistence.sise; did you mean store.persist",
        ),
        (
            ("set", "lab", "store.persistence.size", "64"),
            "size is 20Gi now, and 64 has no unit: did you mean '64Gi'?\n",
        ),
        (
            ("set", "lab", "store.resources.limits.memory", "64"),
            "64 has no unit: did you mean '64Gi'? For 64 itself, type '\"64\"'\n",
        ),
        (
            ("set", "lab", "dome", "store.persistence.size"),
            "'dome' stands where APP.PATH is expected, and names a laye",
        ),
        (("set", "lab", "store.secrets.tls-cert.path", "secret/x"), "did you mean store.secrets.tls-certs.path? Where"),
        (("set", "dome", "argocd.managed", "yes"), "= type true"),
        (("unset", "lab", "vieww"), "did you mean 'view'?"),
        (("unpin", "dome", "store.image.tag"), "dome does not pin store.image.tag; it pins nothing"),
        (("unpin", "lab", "store.image.tga"), "lab does not pin store.image.tga; did you mean 'store.image.tag'?"),
    ):
        result = run(small, *arguments)
        assert (result.exit_code in (2, 3), said in result.stderr) == (True, True), result.output
    assert snapshot(small) == before
    for word, path in (("0", "store.resources.limits.memory"), ("4", "store.resources.limits.cpu")):
        assert run(small, "set", "lab", path, word, "--dry-run").exit_code == 0
    for word in ("'64'", '"64"'):
        assert run(small, "set", "lab", "store.resources.limits.memory", word, "--dry-run").exit_code == 0


def test_a_word_is_a_number_or_text_as_its_place_takes_it(small: Path) -> None:
    lab = small / LAB
    before = lab.read_bytes()
    for path, word, line in (
        ("store.targetRevision", "1.10", '    targetRevision: "1.10"\n'),
        ("cluster.provides", "--add=1", ""),
        ("store.replicaCount", "3", "      replicaCount: 3\n"),
        ("store.config.flushes", "0.5", "        flushes: 0.5\n"),
    ):
        result = run(small, "set", "lab", path, word)
        if line:
            assert (result.exit_code, line in lab.read_text(encoding="utf-8")) == (0, True), result.output
            assert (f"{word} is a number here; for text" in result.stderr) == (word == "0.5"), result.output
            assert run(small, "unset", "lab", path).exit_code == 0
        else:
            assert (result.exit_code, "unknown app '1'" in result.stderr) == (3, True), result.output
        assert lab.read_bytes() == before
    result = run(small, "set", "lab", "store.config.flushes", "1.10")
    said = "1.10 is the number 1.1 to YAML, and may be meant as text. For text, type '\"1.10\"'; for the number, 1.1"
    assert (result.exit_code, said in result.stderr, lab.read_bytes() == before) == (2, True, True), result.output
    for where, path, word, number in (
        ("lab", "store.replicaCount", "+5", "5"),
        ("dome", "store.replicaCount", "-0", "0"),
        ("lab", "store.config.flushes", "+5", ""),
    ):
        typed = ["set", "--root", str(small), "--dry-run", "--", where, path, word]
        result = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, typed)
        said = f"{word} is the number {number}, and is written so; for text, type '\"{word}\"'"
        if not number:
            said = "+5 is the number 5 to YAML, and may be meant as text. For text, type '\"+5\"'; for the number, 5"
        assert (result.exit_code, said in result.stderr) == (0 if number else 2, True), result.output
    words = ("pin", "lab", "store.replicaCount", "+5", "--reason", "Tried.", "--dry-run")
    assert "+5 is the number 5, and is written so" in run(small, *words).stderr


def test_what_goes_along_with_an_edit_is_said(small: Path) -> None:
    edit(small / LAB, "      persistence:\n", "      # Twice what the dome has.\n      persistence:  # DM-1\n")
    result = run(small, "unset", "lab", "store.persistence", "--dry-run")
    assert result.stderr.splitlines()[:2] == [
        "environments/lab.yaml:26:21: this comment goes along: # DM-1",
        "environments/lab.yaml:25:7: this comment stood above what goes, and stays: # Twice what the dome has.",
    ]
    before = (small / LAB).read_bytes()
    assert run(small, "set", "lab", "store.config.peers", "--add", "{key: a}").exit_code == 0
    result = run(small, "set", "lab", "store.config.peers", "--remove", "{key: a}")
    assert "store.config.peers has no item left and goes" in result.stderr, result.output
    assert "for a list with nothing in it: efdgen set lab store.config.peers '[]'" in result.stderr.casefold()
    assert (small / LAB).read_bytes() == before


def test_a_value_that_the_layer_pins_is_not_set_or_unset_and_it_says_what_to_run(small: Path) -> None:
    before = snapshot(small)
    for verb, said in (
        (
            ("set", "lab", "store.image.tag", "1.9.5"),
            "run: efdgen pin lab store.image.tag 1.9.5 --reason ..., or efdgen unpin lab store.image.tag\n",
        ),
        (("unset", "lab", "store.image.tag"), "lab pins store.image.tag; run: efdgen unpin lab store.image.tag\n"),
        (("set", "lab", "store[0]", "1"), "store is an app, and not a list: name a value of it, such as"),
    ):
        result = run(small, *verb)
        assert (result.exit_code, said in result.stderr) == (2, True), result.output
    edit(small / "environments/shared/facts.yaml", "        values:\n          config:\n", SITE_PIN)
    result = run(small, "unset", "lab", "store.image.pullPolicy")
    assert "To unpin it there: efdgen unpin north store.image.pullPolicy; in lab alone" in result.stderr, result.output
    assert snapshot(small)["environments/lab.yaml"] == before["environments/lab.yaml"]


SITE_PIN = """\
        pins:
          image.pullPolicy: {value: Always, reason: Tags move there.}
        values:
          config:
"""


def test_a_file_that_nobody_may_write_is_left_alone_also_by_root(small: Path) -> None:
    before = snapshot(small)
    (small / LAB).chmod(0o444)
    result = run(small, "set", "lab", "store.persistence.size", "30Gi")
    assert result.exit_code == 4
    assert f"{LAB} is read-only: if it is to change, chmod u+w {LAB}" in result.stderr
    assert snapshot(small) == before


def test_signs_of_any_script_are_written_as_they_are(small: Path) -> None:
    result = run(small, "set", "lab", "place", 'the \U0001f52d "Lab" é')
    assert result.exit_code == 0, result.output
    assert 'place: "the \U0001f52d \\"Lab\\" é"\n' in (small / LAB).read_text(encoding="utf-8")


def test_every_edit_of_every_kind_of_place_ends_with_a_word_about_it(small: Path) -> None:
    before = snapshot(small)
    apps = ("store", "archive", "ingress-nginx")
    below = ("", ".pins", ".pins.image.tag", ".values", ".parameters", ".image", ".image.tag", ".chart")
    facts = ("cluster", "apps", "site", "accept")
    for where in ("lab", "defaults"):
        for path in (*(f"{app}{rest}" for app in apps for rest in below[: None if app == "store" else 2]), *facts):
            for words in (("unset", where, path), ("set", where, path, "{}")):
                result = run(small, *words, "--dry-run")
                assert result.exit_code in (0, 2, 3), (words, result.output, result.exception)
                assert result.stderr, words
    assert snapshot(small) == before


def test_an_app_that_is_not_listed_or_not_mentioned_can_t_be_unset(small: Path) -> None:
    result = run(small, "unset", "dome", "archive")
    assert (result.exit_code, result.stderr) == (2, "error: dome does not list the app archive\n")
    result = run(small, "unset", "defaults", "archive")
    assert (result.exit_code, result.stderr) == (2, "error: defaults says nothing about archive\n")
    result = run(small, "unset", "dome", "kafka.storageSize")
    assert "dome says nothing about kafka.storageSize; its shared facts do (environments/shared" in result.stderr


def test_words_that_are_not_utf_8_are_refused(small: Path) -> None:
    before = snapshot(small)
    odd = "3\udcff"
    for words in (
        ("set", "lab", "store.persistence.size", odd),
        ("pin", "lab", "store.image.tag", "1", "--reason", odd),
        ("new", "annex", "--title", odd),
        ("list", odd),
        ("rename", "lab", odd),
        ("set", "lab", "feed.news", "--add", odd),
    ):
        result = run(small, *words)
        assert (result.exit_code, result.stderr) == (2, "error: 3\\xff is not UTF-8: type it anew\n"), words
    assert snapshot(small) == before


def test_a_mapping_that_would_take_values_away_is_refused_unless_that_is_said(small: Path) -> None:
    before = snapshot(small)
    result = run(small, "set", "lab", "store.resources", "{limits: {cpu: 2}}")
    assert result.exit_code == 2
    assert "this would take away what lab says: store.resources.limits.memory. Set each value" in result.stderr
    assert snapshot(small) == before
    assert run(small, "set", "lab", "store.resources", "{requests: {cpu: 1}}", "--replace", "--dry-run").exit_code == 0
    result = run(small, "set", "lab", "store", "{}")
    assert result.stderr.startswith("lab lists store already, and what it says of it stays; --replace takes it away\n")
    assert snapshot(small) == before
    assert run(small, "set", "lab", "store", "{}", "--replace").exit_code == 0
    assert "  store: {}\n" in (small / LAB).read_text(encoding="utf-8")


def test_what_looks_like_a_number_or_is_of_another_type_takes_the_place_of_no_number_or_boolean(small: Path) -> None:
    run(small, "set", "lab", "vault-secrets-operator", '{values: {replicas: 2, "on": {it: true}}}')
    number, truth = "vault-secrets-operator.replicas", "vault-secrets-operator.on.it"
    before = (small / LAB).read_bytes()
    for path, value, says in (
        (number, "0x10", "is 2 now, and '0x10' is text: did you mean '16'? For text, type '\"0x10\"'"),
        (number, "1e3", "did you mean '1000'?"),
        (number, "010", "did you mean '8' or '10'?"),
        (number, "1:30", "is text: write a number. For text, type '\"1:30\"'"),
        (number, "1e400", "is text: write a number."),
        (number, "true", f"is 2 now, and true is true or false: write a number. For true itself, edit {LAB} by hand"),
        (truth, "1", f"is true now, and 1 is a number: did you mean 'true'? For 1 itself, edit {LAB} by hand"),
        (truth, "0", "did you mean 'false'?"),
        (truth, "2", "is a number: write true or false."),
        (truth, "1.5", "is a number: write true or false."),
        (truth, "1e3", "is text: write true or false."),
    ):
        result = run(small, "set", "lab", path, value)
        assert result.exit_code == 2, result.output
        assert says in result.output, result.output
    assert (small / LAB).read_bytes() == before
    for path, value in (
        *((number, each) for each in ('"0x10"', "'1e3'", "16", "+5", "1.5", "500m", "1.8.5", "null", "[1]")),
        *((truth, each) for each in ('"1"', "False", "null")),
    ):
        assert run(small, "set", "lab", path, value, "--dry-run").exit_code == 0, value


def test_what_is_of_another_type_is_pinned_over_no_number_or_boolean(small: Path) -> None:
    values = small / "templates/apps/vault-secrets-operator/values.yaml"
    values.write_text(values.read_text(encoding="utf-8") + "replicas: 2\nit: true\n", encoding="utf-8")
    before = (small / LAB).read_bytes()
    for path, value, says in (
        ("replicas", "0x10", "vault-secrets-operator.replicas is 2 now, and '0x10' is text: did you mean '16'?"),
        ("replicas", "abc", "'abc' is text: write a number."),
        ("it", "1", "vault-secrets-operator.it is true now, and 1 is a number: did you mean 'true'?"),
    ):
        result = run(small, "pin", "lab", f"vault-secrets-operator.{path}", value, "--reason", "So.")
        assert result.exit_code == 2, result.output
        assert says in result.output, result.output
    assert (small / LAB).read_bytes() == before
    for path, value in (("replicas", '"0x10"'), ("replicas", "3"), ("replicas", "500m"), ("it", "false")):
        words = ("pin", "lab", f"vault-secrets-operator.{path}", value, "--reason", "So.", "--dry-run")
        assert run(small, *words).exit_code == 0, value


def test_an_app_is_handed_to_the_cluster_and_back_by_one_command(small: Path) -> None:
    before = (small / LAB).read_bytes()
    for words in (("unset", "lab", "vault-secrets-operator"), ("set", "dome", "vault-secrets-operator", "{}")):
        alone = run(small, *words, "--dry-run")
        flag = "--provided" if words[0] == "unset" else "--not-provided"
        assert alone.exit_code == 3
        assert f"efdgen {' '.join(words)} {flag}" in alone.output
    for words, hint in ((("--add", "vault-secrets-operator"), "--provided"), (("--remove", "ingress-nginx"), "")):
        assert hint in run(small, "set", "lab", "cluster.provides", *words, "--dry-run").output
    assert run(small, "unset", "lab", "vault-secrets-operator", "--provided").exit_code == 0
    assert b"  - <% inherited %>\n  - vault-secrets-operator\n" in (small / LAB).read_bytes().replace(b"    -", b"  -")
    assert run(small, "set", "lab", "vault-secrets-operator", "{}", "--not-provided").exit_code == 0
    line = b"  vault-secrets-operator: {}\n"
    assert (small / LAB).read_bytes() == before.replace(line, b"") + line, "it is listed last"
    for words in (("set", "lab", "store.image", "{}"), ("set", "north", "store", "{}"), ("set", "lab", "store", "1")):
        assert run(small, *words, "--not-provided").exit_code == 2
    assert "list ingress-nginx under `apps`" in run(small, "unset", "lab", "site").output, "about something else"


def test_an_app_that_others_need_is_taken_out_after_them(small: Path) -> None:
    needed = run(small, "unset", "lab", "store", "--dry-run")
    assert "view needs store, and so does link" in needed.output
    assert "take what needs it out first, one by one: efdgen unset lab view; or, where the cluster has" in needed.output
    assert run(small, "unset", "lab", "view").exit_code == 0
    needed = run(small, "unset", "lab", "store")
    assert needed.exit_code == 3
    assert (
        "take link out first: efdgen unset lab link; or, where the cluster has store from elsewhere: " in needed.output
    )
    assert run(small, "unset", "lab", "link").exit_code == 0
    assert run(small, "unset", "lab", "store").exit_code == 0


def test_what_does_nothing_or_is_over_is_refused_with_what_does_it(small: Path) -> None:
    run(small, "pin", "dome", "store.image.tag", "1.9.2", "--reason", "So.")
    run(small, "set", "lab", "vault-secrets-operator", '{values: {replicas: 2, "on": {it: true}}}')
    pin = ("pin", "dome", "store.image.tag", "1.9.2", "--reason", "So.", "--until")
    for words, says in (
        (("set", "north", "archive", "{}"), "an app is deployed where a spec lists it: efdgen set lab archive {}"),
        (("set", "defaults", "archive", "{}"), "efdgen set ENV archive {}"),
        ((*pin, "2020-01-31"), "2020-01-31 has passed"),
        (("set", "dome", "store.pins.image.tag.until", "2020-01-31"), "2020-01-31 has passed"),
        (("pin", "dome", "store.resources", "{cpu: 1}", "--reason", "So."), "a pin can't be a mapping"),
        (("set", "lab", "vault-secrets-operator.replicas", "two"), "is 2 now, and 'two' is text: write a number"),
        (
            ("set", "lab", "vault-secrets-operator.on.it", "no"),
            "vault-secrets-operator.on.it is true now, and 'no' is text: did you mean 'false'?",
        ),
    ):
        result = run(small, *words)
        assert result.exit_code == 2, result.output
        assert says in result.output, result.output
    assert run(small, "set", "lab", "store.resources.limits.cpu", "500m", "--dry-run").exit_code == 0
    for value in ('"no"', "<% cluster.storageClass %>"):
        assert run(small, "set", "lab", "vault-secrets-operator.on.it", value, "--dry-run").exit_code == 0
    assert run(small, "set", "dome", "store.pins.image.tag.until", "2099-01-31").exit_code == 0
    assert run(small, "versions", "archive").stderr.splitlines()[-1] == "no environment runs archive"
