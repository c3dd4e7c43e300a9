from __future__ import annotations

import base64
import hashlib
import itertools
import re
from pathlib import Path

import click
import pytest

from efdgen import __version__
from efdgen.language.layers import ABSENT
from efdgen.report import diff
from efdgen.report.diff.as_html import MAX_OPEN
from efdgen.report.html import asset, page
from efdgen.review.model import Change, Reordered, Review, WholeApp, WholeEnvironment
from efdgen.review.semantic import Item
from support.browser import PHONE, WINDOWS, Show
from support.checkout import edit
from support.html import Document
from support.warm import efdgen

EVIL = "</script><script>document.title='evil'</script><img src=x onerror=\"document.title='evil'\"><b>&amp;'\""
MINUS = "\N{MINUS SIGN}"
LONG = "\n".join(f"line {number}" for number in range(60))

REVIEW = Review(
    base="main",
    environments=("base", "sandbox", "summit"),
    added_environments=(WholeEnvironment("lab", ("influxdb", "kapacitor")),),
    removed_environments=(WholeEnvironment("attic", ("influxdb",)),),
    added_apps=(WholeApp("kafdrop", "0.1.3", ("summit",)),),
    removed_apps=(WholeApp("telegraf-ds", "1.0.23", ("base", "summit")),),
    changes=(
        Change(("base", "summit"), ("influxdb",), "", ("image", "tag"), "1.8.5", "1.8.10"),
        Change(("base", "summit"), ("influxdb",), "", ("config", "http", "auth-enabled"), ABSENT, True),
        Change(("base", "summit"), ("kapacitor", "telegraf"), "templates/a.yaml", (), LONG, f"{LONG}\nthe end"),
        Change(("base",), ("influxdb",), "", ("env", Item("name", "HOST"), "value"), "a.example.org", "b.example.org"),
        Change(("summit",), ("chronograf",), "Application", ("spec", "source"), "old", ABSENT),
        Change((), ("kafka-aggregator",), "", (), ABSENT, {"name": "kafka-aggregator", "version": "0.1.0"}),
    ),
    reordered=(Reordered(("summit",), ("chronograf",), "", ("ingress", "hosts")),),
)
ENTRIES = 4 + len(REVIEW.changes) + len(REVIEW.reordered)
EMPTY = Review("rendered/", ("base", "summit"))


def html(review: Review) -> str:
    return diff.written(review, "html", click.style)


def evil() -> Review:
    change = Change((EVIL,), (EVIL,), EVIL, (EVIL, Item("name", EVIL)), EVIL, {"key": EVIL})
    lines = change._replace(before=f"{EVIL}\n", after=f"{EVIL}\nmore {EVIL}\n")
    return Review(
        EVIL,
        (EVIL,),
        (WholeEnvironment(EVIL, (EVIL,)),),
        (WholeEnvironment(f"{EVIL}2", (EVIL,)),),
        (WholeApp(EVIL, EVIL, (EVIL,)),),
        changes=(change, lines),
        reordered=(Reordered((EVIL,), (EVIL,), EVIL, (EVIL,)),),
    )


def huge(environments: int = 200, each: int = 25) -> Review:
    names = tuple(f"site-{number:03}" for number in range(environments))
    wide = Change(names, ("influxdb",), "", ("image", "tag"), "1.8.5", "1.8.10")
    narrow = (
        Change((name,), ("influxdb",), "", ("config", f"setting_{number}"), number, number + 1)
        for name in names
        for number in range(each)
    )
    return Review("main", names, changes=(wide, *narrow))


@pytest.mark.parametrize("review", [REVIEW, EMPTY, evil(), huge(3, 2)], ids=["all", "empty", "evil", "many"])
class TestSource:
    def test_it_is_well_formed(self, review: Review) -> None:
        document = Document(html(review))
        assert document.tags.count("h1") == document.tags.count("main") == 1
        ids = document.values("id")
        assert len(ids) == len(set(ids))
        assert ("lang", "en") in document.attributes
        assert ("content", "width=device-width, initial-scale=1") in document.attributes

    def test_it_refers_to_nothing_outside(self, review: Review) -> None:
        document = Document(html(review))
        assert {value for name in ("src", "href", "action", "data") for value in document.values(name)} <= {"#main"}
        assert not {"link", "img", "iframe", "object", "base"} & set(document.tags)
        for text in (*document.inline["style"], *document.inline["script"]):
            assert not re.search(r"url\(|@import|https?://|fetch|XMLHttpRequest|innerHTML", text)

    def test_only_its_own_styles_and_scripts_may_run(self, review: Review) -> None:
        document = Document(html(review))
        (policy,) = (value for value in document.values("content") if value.startswith("default-src"))
        directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert directives["default-src"] == directives["base-uri"] == directives["form-action"] == "'none'"
        for kind in ("style", "script"):
            digests = [hashlib.sha256(text.encode()).digest() for text in document.inline[kind]]
            assert directives[f"{kind}-src"].split() == [
                f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests
            ]
        assert not [name for name, _ in document.attributes if name == "style" or name.startswith("on")]

    def test_it_is_the_same_each_time(self, review: Review) -> None:
        assert html(review) == html(review)


def test_every_change_is_there() -> None:
    source = html(REVIEW)
    text = Document(source).text
    assert len(re.findall(r'class="entry\b', source)) == ENTRIES
    for name in ("lab", "attic", "kafdrop", "0.1.3", "telegraf-ds", "kapacitor, telegraf", "templates/a.yaml"):
        assert name in text
    for path in ("image.tag", "config.http.auth-enabled", "env[HOST].value", "spec.source", "ingress.hosts"):
        assert path in text
    for value in (
        f'{MINUS}"1.8.5"',
        '+"1.8.10"',
        "+true",
        "not set",
        "+the end",
        f"{MINUS}a.example.org",
        "+b.example.org",
    ):
        assert value in text
    assert "deployed nowhere" in text
    assert f"efdgen {__version__}" in text


def test_what_differs_within_a_value_or_a_line_is_marked() -> None:
    lines = Change(("base",), ("app",), "", ("text",), "one two three\nsame\n", "one 2 three\nsame\n")
    source = html(Review("main", ("base", "summit"), changes=(*REVIEW.changes[:1], lines)))
    assert re.findall(r"<mark>(.*?)</mark>", source) == ["5", "10", "two", "2"]


def test_values_that_have_little_in_common_are_not_marked() -> None:
    change = Change(("base",), ("app",), "", ("mode",), "some text here", "here other words")
    assert "<mark>" not in html(Review("main", ("base",), changes=(change,)))


def test_only_the_first_groups_of_very_many_changes_are_unfolded() -> None:
    opened = html(huge(40, 25)).count('class="group" open')
    assert opened == 1 + (MAX_OPEN - 1) // 25
    assert html(huge(2, 10)).count('class="group" open') == 3


def test_more_environments_than_one_wants_to_read_are_all_there_and_folded() -> None:
    source = html(huge(9, 0))
    assert "and 3 more" in source
    assert "All 9 environments" in source
    assert source.count(">site-008<") == 2 + source.count('<option value="8">site-008<')


def test_characters_that_nobody_sees_are_shown() -> None:
    change = Change(("base",), ("app",), "", ("user",), "admin", "\u202enimda\u200b")
    assert "\u202e" not in html(Review("main", ("base",), changes=(change,)))
    lines = change._replace(before="a\nb", after="a\n\u2066b")
    shown = html(Review("main", ("base",), changes=(lines,)))
    assert "\u2066" not in shown
    assert "\\u2066b" in shown


def test_nothing_changes() -> None:
    text = Document(html(EMPTY)).text
    assert "Nothing changes" in text
    assert "all 2 environments" in text


def test_a_page_has_what_its_template_has() -> None:
    assert asset("no-such-file.js").text == ""
    with pytest.raises(Exception, match="is undefined"):
        page("diff", base="main")


def _luminance(color: str) -> float:
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


COLORS = dict(re.findall(r"--([\w-]+): (light-dark\(.*?\));", asset("base.css").text))


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "background"),
    [
        *itertools.product(("text", "dim"), ("page", "surface", "raised")),
        *(("accent", background) for background in ("page", "surface", "accent-soft")),
        ("text", "accent-soft"),
        *((kind, f"{kind}-{shade}") for kind in ("added", "removed") for shade in ("soft", "mark")),
        ("text", "added-soft"),
        ("text", "removed-soft"),
        ("unsure", "unsure-soft"),
        ("unsure", "surface"),
    ],
)
def test_the_contrast_is_enough_to_read(scheme: int, text: str, background: str) -> None:
    colors = (re.findall("#[0-9a-f]{6}", COLORS[name])[scheme] for name in (text, background))
    dark, light = sorted(map(_luminance, colors))
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("review", [REVIEW, EMPTY, evil(), huge(40, 5)], ids=["all", "empty", "evil", "many"])
def test_a_page_fits_asks_for_nothing_and_has_no_errors(show: Show, review: Review) -> None:
    shown = show(html(review))
    for typed in ("", "e"):
        if review is not EMPTY:
            shown.page.locator("#search").fill(typed)
        for size in WINDOWS:
            shown.resize(size)
            assert shown.overflow() <= 0, (typed, size)
    assert shown.requests == []
    assert shown.page.title().startswith("What changes, compared with ")


def test_what_is_injected_stays_text(show: Show) -> None:
    shown = show(html(evil()))
    assert shown.page.title() == f"What changes, compared with {EVIL}"
    assert shown.page.locator("img, b b, strong b, main script").count() == 0
    shown.page.locator("#environment").select_option(label=EVIL)
    assert shown.page.title() == f"What changes, compared with {EVIL}"


def test_a_script_that_gets_into_a_page_does_not_run(show: Show) -> None:
    raw = html(REVIEW).replace("<main", "<script>document.title = 'evil'</script><img src=x onerror=alert()><main", 1)
    shown = show(raw)
    assert shown.page.title() == "What changes, compared with main"
    assert any("Content Security Policy" in error for error in shown.errors)
    shown.errors.clear()


def test_search_narrows(show: Show) -> None:
    page = show(html(REVIEW)).page
    containers = page.locator(".group:visible, .block:visible, .listing:visible")
    for typed, count in {
        "SUMMIT": 7,
        "telegraf-ds": 1,
        "image.tag": 1,
        "": ENTRIES,
        "1.8.10": 1,
        "base influxdb host": 1,
        "kapacitor lab": 1,
        "application": 1,
        "no such thing": 0,
        "deployed nowhere": 1,
    }.items():
        page.locator("#search").fill(typed)
        assert page.locator("#count").inner_text() == f"{count} of {ENTRIES}", typed
        assert page.locator(".entry:visible").count() == count, typed
        assert page.locator("#none").is_visible() is (count == 0), typed
        assert containers.filter(has_not=page.locator(".entry:not([hidden])")).count() == 0, typed


def test_search_finds_what_is_folded_and_folds_it_again(show: Show) -> None:
    page = show(html(huge()), size=PHONE).page
    folded = page.locator(".group:not([open])").count()
    assert folded > 100
    page.locator("#search").fill("site-199 setting_24")
    assert page.locator("#count").inner_text() == "1 of 5,001"
    assert page.locator(".entry:not([hidden])").is_visible()
    page.locator("#search").press("Escape")
    assert page.locator("#count").inner_text() == "5,001 of 5,001"
    assert page.locator(".group:not([open])").count() == folded


def test_an_environment_of_the_blast_radius_is_a_filter(show: Show) -> None:
    page = show(html(REVIEW)).page
    button = page.get_by_role("button", name="base")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert page.locator("#count").inner_text() == f"5 of {ENTRIES}"
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert page.locator("#count").inner_text() == f"{ENTRIES} of {ENTRIES}"


def test_filters_by_environment_and_app_add_up(show: Show) -> None:
    page = show(html(REVIEW)).page
    page.locator("#environment").select_option(label="summit")
    page.locator("#app").select_option(label="chronograf")
    assert page.locator("#count").inner_text() == f"2 of {ENTRIES}"
    page.locator("#search").fill("hosts")
    assert page.locator("#count").inner_text() == f"1 of {ENTRIES}"
    page.locator("#search").fill("nothing like it")
    page.get_by_role("button", name="Show everything").click()
    assert page.locator("#count").inner_text() == f"{ENTRIES} of {ENTRIES}"


def test_the_address_holds_the_filters(show: Show, tmp_path: Path) -> None:
    file = tmp_path / "diff.html"
    file.write_text(html(REVIEW), encoding="utf-8")
    shown = show(address=f"{file.as_uri()}#search=tag&environment=summit", allowed=file.as_uri())
    page = shown.page
    assert page.locator("#count").inner_text() == f"1 of {ENTRIES}"
    page.locator("#search").fill("a b")
    assert page.evaluate("location.hash") == "#search=a+b&environment=summit"
    assert {url.partition("#")[0] for url in shown.requests} == {file.as_uri()}


def test_a_slash_goes_to_the_search(show: Show) -> None:
    page = show(html(REVIEW)).page
    page.keyboard.press("/")
    page.keyboard.type("a/b")
    assert page.locator("#search").input_value() == "a/b"


def test_everything_folds(show: Show) -> None:
    page = show(html(REVIEW)).page
    page.get_by_role("button", name="Fold all", exact=True).click()
    assert page.locator(".group[open]").count() == 0
    page.get_by_role("button", name="Unfold all").click()
    assert page.locator(".group[open]").count() == page.locator(".group").count() == 4


def test_dark_and_light(show: Show, tmp_path: Path) -> None:
    file = tmp_path / "diff.html"
    file.write_text(html(REVIEW), encoding="utf-8")
    shown = show(address=file.as_uri(), color_scheme="dark")
    dark = shown.background()
    shown.page.emulate_media(color_scheme="light")
    assert shown.background() != dark
    shown.page.get_by_role("button", name="Dark").click()
    assert shown.background() == dark
    # What a page keeps reaches the browser a moment later: a page that is loaded anew at once may not find it yet.
    for _ in range(20):
        shown.page.reload()
        if shown.background() == dark:
            break
        shown.page.wait_for_timeout(100)
    assert shown.background() == dark
    shown.page.get_by_role("button", name="Light").click()
    assert shown.background() != dark


def test_without_javascript_everything_is_there(show: Show) -> None:
    page = show(html(REVIEW), java_script_enabled=False).page
    assert not page.locator("#search, #theme, #none").filter(visible=True).count()
    assert page.locator(".entry:visible").count() == ENTRIES


def test_the_command_writes_the_page(checkout: Path) -> None:
    edit(checkout / "environments" / "summit.yaml", "query_timeout: 900s", "query_timeout: 600s")
    run = efdgen("diff", "summit", "--format", "html", "--root", checkout)
    assert (run.returncode, run.stderr) == (0, "")
    assert "coordinator.query_timeout" in Document(run.stdout).text


def test_the_command_says_what_is_wrong_with_a_spec(checkout: Path) -> None:
    edit(checkout / "environments" / "summit.yaml", "name: summit\n", "name: summit\ncolour: red\n")
    run = efdgen("diff", "--format", "html", "--root", checkout)
    assert (run.returncode, run.stdout) == (3, "")
    assert "environments/summit.yaml:3:" in run.stderr
