"""`set`, `unset`, `pin` and `unpin` of the small repository: what is refused, what is hidden, what is written."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from efdgen.environment.resolve import Resolver
from efdgen.errors import InvalidEditError, InvalidInputError, OutputError, UsageError
from efdgen.explain import questions
from efdgen.explain.edits import making
from efdgen.explain.edits.making import Edit, Items
from efdgen.explain.edits.model import Target, names
from efdgen.explain.environment import Environment
from efdgen.language.layers import ABSENT, at, leaves
from efdgen.output import sources as sources_of_files
from efdgen.output.compare import Change
from efdgen.repository.load import load
from efdgen.verbs import edit as verb
from efdgen.verbs.edit import Sources
from efdgen.verbs.edited import Edited
from support import few
from support.checkout import edit
from support.repository import small_repository

LAB, DOME = "environments/lab.yaml", "environments/dome.yaml"
FACTS = "environments/shared/facts.yaml"
STORE = "templates/apps/store/values.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_repository(tmp_path)


def put(root: Path, where: str, path: str, value: Any) -> Edited:
    sources = Sources(root)
    return sources.edited([making.put(sources.target(where, path), value)])


def unset(root: Path, where: str, path: str) -> Edited:
    sources = Sources(root)
    return sources.edited([making.remove(sources.there(sources.target(where, path)))])


def in_list(sources: Sources, target: Target, items: Items) -> Edit:
    return making.in_list(target, items, sources.value_at(target), sources.below(target))


def lines(edited: Edited, file: str) -> tuple[list[str], list[str]]:
    """Return the lines that are gone, and those that are new."""
    change = edited.changes[file]
    before, after = (content.decode().splitlines() for content in change[:2])
    return [line for line in before if line not in after], [line for line in after if line not in before]


@pytest.mark.parametrize(
    ("where", "path", "value", "file", "expected"),
    [
        ("lab", "store.persistence.size", "30Gi", LAB, ["        size: 30Gi"]),
        ("dome", "store.persistence.size", "30Gi", DOME, ["    values:", "      persistence:", "        size: 30Gi"]),
        ("north", "store.persistence.size", "30Gi", FACTS, ["          persistence:", "            size: 30Gi"]),
        ("defaults", "kafka.storageSize", "20Gi", FACTS, ["    storageSize: 20Gi"]),
        ("dome", "kafka.storageSize", "20Gi", DOME, ["kafka:", "  storageSize: 20Gi"]),
        ("definition", "store.image.tag", "1.9.5", STORE, ['  tag: "1.9.5"']),
        ("definition", "store.chart.version", "1.2.4", "templates/apps/store/app.yaml", ['  version: "1.2.4"']),
        ("dome", "view.parameters.refresh", "9s", DOME, ["    parameters:", "      refresh: 9s"]),
        ("dome", "store.secrets.tls-certs.path", "secret/x", DOME, ["        path: secret/x"]),
        ("dome", "view.syncPolicy", {"automated": {}}, DOME, ["    syncPolicy:", "      automated: {}"]),
        ("lab", "feed.news[0]", "third", LAB, None),
    ],
)
def test_a_change_is_written_at_the_layer_that_was_asked_for(
    root: Path, where: str, path: str, value: Any, file: str, expected: list[str] | None
) -> None:
    sources = Sources(root)
    target = sources.target(where, path)
    assert target.file == file
    if expected is not None:
        edited = sources.edited([making.put(target, value)])
        assert set(expected) <= set(lines(edited, file)[1])


@pytest.mark.parametrize(
    ("where", "path", "value", "code"),
    [
        ("dome", "store.image.tag", "1.9.5", "E515"),
        ("lab", "store.persistence.sise", "1Gi", "E201"),
        ("lab", "store.persistence.size", "1GB", "E206"),
        ("lab", "kafka.brokr", "x", "E201"),
        ("lab", "feed.news", ["thrid"], "E402"),
        ("lab", "store.heapOptions", "<% nam %>", "E301"),
        ("lab", "view.parameters.refrsh", "1s", "E402"),
        ("dome", "hosts.view", "store-lab.example.org", "E501"),
    ],
)
def test_what_validate_refuses_is_refused_before_anything_is_written(
    root: Path, where: str, path: str, value: Any, code: str
) -> None:
    before = (root / LAB).read_bytes(), (root / DOME).read_bytes()
    with pytest.raises(InvalidEditError) as raised:
        put(root, where, path, value)
    assert code in {problem.code for problem in raised.value.problems}
    assert ((root / LAB).read_bytes(), (root / DOME).read_bytes()) == before


def test_mistakes_that_were_there_before_do_not_keep_one_from_an_edit(root: Path) -> None:
    edit(root / DOME, "place: the dome", "place: [the dome]")
    edited = put(root, "lab", "store.persistence.size", "30Gi")
    assert [problem.code for problem in edited.before] == ["E204"]
    assert edited.review is None
    assert put(root, "dome", "place", "the dome").before == ()


@pytest.mark.parametrize(
    ("where", "path", "message"),
    [
        ("lba", "kafka.broker", "unknown environment or site 'lba': did you mean 'lab'"),
        ("lab", "stor.image", "there is no app and no fact 'stor': did you mean 'store'"),
        ("dome", "link.s3Sink.enabled", "dome does not list the app link; list it first with: efdgen set dome link {}"),
        ("definition", "kafka.broker", "unknown app 'kafka'"),
        ("definition", "store", "name a value of store"),
        ("definition", "store.targetRevision", "is not a value of the chart; environments, sites and the defaults"),
        (
            "definition",
            "store.pins.image",
            "what all environments have is not pinned: efdgen set definition store.PATH",
        ),
        ("definition", "store.version", "it is the chart's: efdgen charts upgrade store VERSION"),
        ("definition", "store.wave", "it is written in templates/apps/store/app.yaml: edit that by hand"),
        ("lab", "store.persistence..size", "is not a path"),
        ("lab", "store..size", "is not a path"),
        ("lab", "store.persistence.", "ends with a dot"),
        ("lab", "store.env[0]x", "is not a path"),
        ("lab", "store.env[0]", "there is no list here whose item could be set: set the list as a whole"),
        ("defaults", "stages", "stages is about all environments, and no fact: edit environments/shared/facts.yaml"),
    ],
)
def test_what_leads_nowhere_is_refused_with_a_hint(root: Path, where: str, path: str, message: str) -> None:
    edit(root / FACTS, "defaults:\n", "stages: [[lab], [dome]]\ndefaults:\n")
    with pytest.raises(UsageError, match=message.replace("{", "\\{")):
        put(root, where, path, "x")


def test_what_can_not_be_read_is_said_to_be_wrong_and_not_unknown(root: Path) -> None:
    edit(root / DOME, "name: dome", "name: [dome")
    with pytest.raises(InvalidInputError, match=r"dome\.yaml"):
        Sources(root).target("dome", "store.persistence.size")
    (root / "templates/apps/view/app.yaml").write_text("chart: 3\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"view/app\.yaml"):
        Sources(root).target("lab", "view.title")


def test_nothing_is_written_outside_of_the_repository(root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.yaml"
    elsewhere.write_bytes(b"before")
    (root / LAB).unlink()
    (root / LAB).symlink_to(elsewhere)
    with pytest.raises(OutputError, match="leads out of the repository"):
        sources_of_files.replace(root, {LAB: Change(b"before", b"after")})
    assert elsewhere.read_bytes() == b"before"


def test_an_anchor_in_the_way_is_refused_at_its_place(root: Path) -> None:
    edit(root / LAB, "      persistence:\n", "      persistence: &disk\n")
    with pytest.raises(UsageError, match=r"environments/lab.yaml:\d+:7: the anchor &disk stands here"):
        put(root, "lab", "store.persistence.size", "1Gi")


@pytest.mark.parametrize(
    ("where", "path", "value", "environment", "layer", "is_pin"),
    [
        ("defaults", "store.persistence.size", "9Gi", "lab", "spec", False),
        ("definition", "store.config.write_timeout", "9s", "lab", "site north", False),
        ("definition", "store.image.tag", "1.9.9", "lab", "spec", True),
        ("north", "kafka.storageSize", "9Gi", "lab", "spec", False),
        ("defaults", "place", "here", "dome", "spec", False),
    ],
)
def test_a_change_that_a_more_specific_layer_hides_names_it(
    root: Path, where: str, path: str, value: Any, environment: str, layer: str, is_pin: bool
) -> None:
    hidden = {each.environment: each for each in put(root, where, path, value).hidden}
    assert (hidden[environment].layer, hidden[environment].is_pin) == (layer, is_pin)
    assert hidden[environment].location.line


def test_a_setting_of_an_app_that_nobody_lists_says_so(root: Path) -> None:
    assert [target.app for target in put(root, "north", "archive.syncPolicy", {"automated": {}}).unlisted] == [
        "archive"
    ]


def test_an_app_is_switched_on_and_off(root: Path) -> None:
    text = (root / DOME).read_bytes()
    on = put(root, "dome", "archive", {})
    assert lines(on, DOME) == ([], ["  archive: {}"])
    assert not put(root, "dome", "store", {}).changes, "it is listed already"
    verb.write(root, on)
    verb.write(root, unset(root, "dome", "archive"))
    assert (root / DOME).read_bytes() == text


def test_a_list_that_a_layer_has_not_begins_with_what_it_inherits(root: Path) -> None:
    sources = Sources(root)
    target = sources.target("dome", "feed.news")
    edited = sources.edited([in_list(sources, target, Items(first=["second"]))])
    assert lines(edited, DOME)[1] == ["feed:", "  news:", "  - second"]
    target = sources.target("lab", "aliases")
    edited = sources.edited([in_list(sources, target, Items(last=["table"]))])
    assert lines(edited, LAB)[1] == ["aliases: [bench, table]"]
    target = sources.target("lab", "cluster.provides")
    assert sources.below(target) == ["ingress-nginx"], "its site's"


def test_items_come_and_go_and_the_others_stay(root: Path) -> None:
    sources = Sources(root)
    target = sources.target("lab", "feed.news")
    items = Items(gone=["first"], last=["first"])
    edited = sources.edited([in_list(sources, target, items)])
    assert not edited.changes, "the same, in the same order"
    with pytest.raises(UsageError, match=r"feed\.news has no item 'thrid'; it has: second, first"):
        in_list(sources, target, Items(gone=["thrid"]))


def test_a_list_that_is_as_it_was_before_leaves_no_trace(root: Path) -> None:
    before = (root / DOME).read_bytes()
    for path in ("feed.news", "aliases"):
        for items in (Items(last=["second"]), Items(gone=["second"])):
            sources = Sources(root)
            verb.write(root, sources.edited([in_list(sources, sources.target("dome", path), items)]))
        assert (root / DOME).read_bytes() == before, path


def test_a_list_of_the_defaults_stays_with_nothing_in_it(root: Path) -> None:
    before = (root / FACTS).read_bytes()
    group = '{subject: "example:EFD ops", role: "role:ops"}'
    for path, item, left in (
        ("feed.news", "second", "    news: []"),
        ("argocd.rbac.groups", group, "      groups: []"),
    ):
        for items in (Items(gone=[item]), Items(last=[item]))[:: 1 if item == group else -1]:
            sources = Sources(root)
            edited = sources.edited([in_list(sources, sources.target("defaults", path), items)])
            assert not items.gone or lines(edited, FACTS)[1] == [left]
            verb.write(root, edited)
    # A group in brackets, as its list has none any more.
    assert (root / FACTS).read_bytes() == before.replace(
        b"groups:\n      - subject: example:EFD ops\n        role: role:ops\n",
        b'groups: [{subject: "example:EFD ops", role: "role:ops"}]\n',
    )


def test_what_a_list_inherits_stands_in_it_once(root: Path) -> None:
    sources = Sources(root)
    target = sources.target("lab", "cluster.provides")
    with pytest.raises(UsageError, match="holds <% inherited %> already, or gets it by itself"):
        in_list(sources, target, Items(last=["<% inherited %>"]))
    edited = put(root, "lab", "feed.news", ["<% inherited %>", "second"])
    verb.write(root, edited)
    sources = Sources(root)
    with pytest.raises(UsageError, match="already"):
        in_list(sources, sources.target("lab", "feed.news"), Items(first=["<% inherited %>"]))
    with pytest.raises(InvalidEditError, match="inherited"):
        put(root, "lab", "feed.news", ["<% inherited %>", "<% inherited %>", "second"])


def test_a_pin_gets_a_new_value_and_goes(root: Path) -> None:
    sources = Sources(root)
    target = sources.pin("dome", "store.image.tag")
    pinned = sources.edited(making.pin(target, sources.value_at(target), "1.9.2", "Why: not.", "2027-01-31"))
    assert lines(pinned, DOME)[1] == [
        "  store:",
        *("    pins:", "      image.tag:", '        value: "1.9.2"', '        reason: "Why: not."'),
        '        until: "2027-01-31"',
    ]
    text = (root / DOME).read_bytes()
    verb.write(root, pinned)
    sources = Sources(root)
    target = sources.pin("dome", "store.image.tag")
    again = sources.edited(making.pin(target, sources.value_at(target), "1.9.3", "Why: not.", None))
    assert lines(again, DOME) == (['        value: "1.9.2"', '        until: "2027-01-31"'], ['        value: "1.9.3"'])
    verb.write(root, sources.edited([making.remove(sources.there(target))]))
    assert (root / DOME).read_bytes() == text


def test_a_pin_of_the_site_is_named_with_what_takes_it_away(root: Path) -> None:
    edit(root / FACTS, "      store:\n        values:\n          config:", PINNED)
    edit(
        root / LAB,
        "    pins:\n      image.tag:\n        value: 1.9.3\n        reason: 1.9.4 has not been tried here.\n",
        "",
    )
    sources = Sources(root)
    with pytest.raises(UsageError, match=r"its site north does .*efdgen unpin north store.image.tag; in lab alone: "):
        sources.there(sources.pin("lab", "store.image.tag"))
    taken = put(root, "lab", "store.pins.image.tag", None)
    assert not taken.hidden
    assert [change.after for change in taken.review.changes if taken.review] == ["1.9.4"]  # type: ignore[union-attr]


PINNED = """\
      store:
        pins:
          image.tag:
            value: "1.9.1"
            reason: Tried here first.
        values:
          config:"""


@pytest.mark.parametrize(
    ("where", "path", "why"),
    [
        ("definition", "store.image.tag", "efdgen set definition store.image.tag VALUE"),
        ("lab", "kafka.broker", "only a value of an app's chart can be pinned"),
        ("lab", "view.parameters.refresh", "only a value"),
        ("lab", "store.env['a.b']", "keys without dots"),
    ],
)
def test_what_can_not_be_pinned_is_refused(root: Path, where: str, path: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        Sources(root).pin(where, path)


def test_bytes_that_people_wrote_stay(root: Path) -> None:
    content = b"\xef\xbb\xbf" + (root / LAB).read_bytes().replace(b"\n", b"\r\n").replace(
        b"name: lab", b"name: 'lab' # \xc3\xa9"
    )
    (root / LAB).write_bytes(content)
    (root / LAB).chmod(0o640)
    verb.write(root, put(root, "lab", "store.persistence.size", "30Gi"))
    assert (root / LAB).read_bytes() == content.replace(b"size: 20Gi", b"size: 30Gi")
    assert (root / LAB).stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in (root / "environments").iterdir()) == ["dome.yaml", "lab.yaml", "shared"]


def test_nothing_is_written_over_what_somebody_else_wrote_meanwhile(root: Path) -> None:
    sources = Sources(root)
    edits = [making.put(sources.target(where, "store.persistence.size"), "30Gi") for where in ("dome", "lab")]
    edited = sources.edited(edits)
    dome = (root / DOME).read_bytes()
    edit(root / LAB, "name: lab", "name: lab # mine")
    with pytest.raises(OutputError, match=r"lab\.yaml changed while it was edited"):
        verb.write(root, edited)
    assert (root / DOME).read_bytes() == dome


# -- laws


@functools.cache
def _sources(root: Path) -> Sources:
    return Sources(root)


PLACES = [
    *((where, "store.persistence.size", st.sampled_from(["1Gi", "20Gi", "8Gi"])) for where in ("lab", "dome", "north")),
    *((where, "store.config.write_timeout", st.sampled_from(["1s", "60s"])) for where in ("defaults", "dome", "north")),
    *((where, "kafka.storageSize", st.sampled_from(["1Gi", "2Ti"])) for where in ("lab", "defaults", "north")),
    ("definition", "store.heapOptions", st.sampled_from(["-Xms1G -Xmx1G", "-Xms512M -Xmx512M"])),
    ("definition", "store.config.region", st.sampled_from(["x", "", "no"])),
    ("lab", "view.parameters.refresh", st.sampled_from(["1s", "5s"])),
    ("lab", "title", st.sampled_from(["12e4567", "The lab", "é: #"])),
]


@settings(few, max_examples=few.max_examples // 2)
@given(st.data())
def test_any_edits_mean_what_they_say_unless_a_warning_says_otherwise(
    rendered_small: Path, draw: st.DataObject
) -> None:
    sources = _sources(rendered_small)
    wanted: dict[tuple[str, str], Any] = {}
    for where, path, values in draw.draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3)):
        wanted[where, path] = draw.draw(values)
    targets = {key: sources.target(*key) for key in wanted}
    edited = sources.edited([making.put(targets[key], value) for key, value in wanted.items()])
    repository = load(rendered_small, instead=edited.texts)
    hidden = {(each.environment, each.path) for each in edited.hidden}
    for key, value in wanted.items():
        target = targets[key]
        for name in names(target, sources.written):
            now = _now(repository, name, target)
            if target.file in edited.texts and now is not None and (name, target.setting) not in hidden:
                assert now == value, (name, target)


LISTS = [
    ("lab", "argocd.rbac.groups", [{"subject": "guests", "role": "role:ops"}]),
    ("defaults", "argocd.rbac.groups", [{"subject": "more", "role": "role:admin"}]),
    ("lab", "feed.news", ["first"]),
    ("north", "cluster.provides", ["vault-secrets-operator"]),
    ("lab", "store.args", ["--lab"]),
    ("dome", "store.args", ["--dome", "--two"]),
    ("defaults", "store.args", ["--all"]),
]


@settings(few, max_examples=few.max_examples // 2)
@given(st.data())
def test_what_explain_says_after_edits_is_what_is_in_force_and_where_it_was_written(
    rendered_small: Path, draw: st.DataObject
) -> None:
    sources = _sources(rendered_small)
    asked: dict[str, Target] = {}
    edits = []
    for where, path, values in draw.draw(st.lists(st.sampled_from(PLACES), max_size=2, unique_by=lambda e: e[:2])):
        target = asked[path] = sources.target(where, path)
        edits.append(making.put(target, draw.draw(values)))
    for where, path, items in draw.draw(st.lists(st.sampled_from(LISTS), max_size=3, unique_by=lambda e: e[:2])):
        target = asked[path] = sources.target(where, path)
        ends = {draw.draw(st.sampled_from(["last", "first"])): [json.dumps(item) for item in items]}
        edits.append(in_list(sources, target, Items(**ends)))
    pin = draw.draw(st.sampled_from([None, "lab", "dome", "north"]))
    if pin is not None:
        target = asked["store.image.tag"] = sources.target(pin, "store.image.tag")
        edits += making.pin(sources.pin(pin, "store.image.tag"), ABSENT, "2.0.0", "Tried here.", None)
    try:
        edited = sources.edited(edits)
    except InvalidEditError:
        return
    repository = load(rendered_small, instead=edited.texts)
    for path, target in asked.items():
        for name in names(target, sources.written):
            resolver = Resolver(repository)
            environment = Environment(repository, resolver, resolver.resolve(name), lambda *_: ())
            now = _now(repository, name, target)
            if now in (None, ABSENT) or target.setting[:1] == ("parameters",):
                continue
            answers = questions.ask(environment, path)
            assert [answer.value for answer in answers] == [value for _, value in leaves(now)], (name, path)
            for answer in answers:
                place = answer.winner.location if answer.winner is not None else None
                assert place is not None
                line = _text(rendered_small, edited, place.file).split("\n")[place.line - 1]
                assert "<%" in line or str(answer.value) in line.replace('\\"', '"'), (line, answer.value)


def _text(root: Path, edited: Edited, file: str) -> str:
    return edited.texts.get(file) or (root / file).read_text(encoding="utf-8")


def _now(repository: Any, name: str, target: Any) -> Any:
    """Return what is in force in an environment; None: it has nothing of the kind."""
    environment = Resolver(repository).resolve(name)
    if not target.app:
        return at(environment.facts.data, target.setting)
    found = [app for app in environment.apps if app.definition.name == target.app]
    if not found:
        return None
    if target.setting[0] == "values":
        return at(found[0].values, target.setting[1:])
    return None


@settings(few, max_examples=few.max_examples // 2)
@given(st.data())
def test_what_is_set_and_unset_gives_every_file_back(rendered_small: Path, draw: st.DataObject) -> None:
    sources = _sources(rendered_small)
    new = [
        *((where, "store.replicaCount", 3) for where in ("lab", "dome", "north", "defaults")),
        *((where, "store.env.NEW", "x") for where in ("lab", "dome", "definition")),
        *((where, "vault.address", "https://x.example.org") for where in ("lab", "dome", "north")),
        ("dome", "archive", {}),
        ("dome", "kafka.storageSize", "1Gi"),
        ("dome", "feed.news", ["first"]),
        ("lab", "hosts.store", "x.example.org"),
    ]
    edits = []
    for where, path, value in draw.draw(
        st.lists(st.sampled_from(new), min_size=1, max_size=4, unique_by=lambda e: e[:2])
    ):
        target = sources.target(where, path)
        edits.append((making.put(target, value), making.remove(target)))
    order: Callable[[Any], Any] = draw.draw(st.sampled_from([list, lambda made: list(reversed(made))]))
    assert sources.edited([put for put, _ in edits] + [gone for _, gone in order(edits)]).changes == {}
    assert all(isinstance(change, Change) for change in sources.edited([put for put, _ in edits]).changes.values())
