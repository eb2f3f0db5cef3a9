"""What a person sees, point by point, where only a browser can tell."""

import re
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from tests.support.admin_forms import person
from tests.support.browser import DESKTOP, NARROW, PHONE, Open
from tests.support.snapshot import load_snapshot

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]  # pages are the same on both engines


@pytest.fixture
def sami(committed: None) -> User:
    load_snapshot()
    return person("sami", "Founder")


def box(locator: Locator) -> Any:
    found = locator.bounding_box()
    assert found
    return {**found}


def test_each_status_has_its_own_word_and_shape(sami: User, open_page: Open) -> None:
    page = open_page("/", by=sami)

    tags = page.locator("#legend .status")
    words = tags.all_inner_texts()
    shapes = [tag.locator("use").get_attribute("href") for tag in tags.all()]

    assert words == ["Closed", "Partial", "Open", "Blocked"]
    assert len(set(shapes)) == 4
    assert page.locator(".status a, a.status").count() == 0


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_threshold_stands_at_four_fifths_from_where_reading_begins(
    sami: User, open_page: Open, language: str, size: tuple[int, int]
) -> None:
    page = open_page("/", by=sami, language=language, size=size)
    meter = page.locator("svg.meter")
    track, mark = box(meter.locator(".track")), box(meter.locator("rect.mark"))

    share = (mark["x"] + mark["width"] / 2 - track["x"]) / track["width"]

    assert meter.get_attribute("role") == "meter"
    assert meter.get_attribute("aria-valuenow") == "18"
    assert "24" in (meter.get_attribute("aria-valuetext") or "")
    assert abs((1 - share if language == "ar" else share) - 0.8) < 0.01


def test_the_strip_has_a_cell_for_every_counted_gate(sami: User, open_page: Open) -> None:
    page = open_page("/", by=sami)
    cells = page.locator(".strip .cell")

    marked = page.locator(".strip li").nth(23)
    middles = [box(cell)["y"] for cell in cells.all()]

    assert cells.count() == 30
    expect(marked).to_have_class("mark")
    assert max(middles) - min(middles) < 1
    cells.nth(5).click()
    expect(page).to_have_url(re.compile("/gates/T6/$"))


def test_a_whole_row_opens_the_gate(sami: User, open_page: Open) -> None:
    page = open_page("/", by=sami)
    row = page.locator("tr#T6")

    row.click(position={"x": box(row)["width"] - 8, "y": box(row)["height"] - 4})

    expect(page).to_have_url(re.compile("/gates/T6/$"))
    assert page.locator("a a").count() == 0


def test_filters_are_in_the_address_and_come_back(sami: User, open_page: Open) -> None:
    page = open_page("/", by=sami)

    page.locator("select[name=status]").select_option("blocked")
    page.locator(".filters button.button").click()

    expect(page.locator(".found [role=status]")).to_have_text("4 of 34 gates shown")
    assert "status=blocked" in page.url
    page.reload()
    expect(page.locator("select[name=status]")).to_have_value("blocked")
    page.get_by_role("link", name="Clear").click()
    expect(page.locator(".found [role=status]")).to_have_text("34 of 34 gates shown")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_header_stays_and_a_section_is_not_hidden_beneath_it(
    sami: User, open_page: Open, size: tuple[int, int]
) -> None:
    page = open_page("/#GV", by=sami, size=size)
    page.wait_for_timeout(200)

    nav, heading = box(page.locator("nav.jump")), box(page.locator("#GV h2"))

    assert nav["y"] >= 0
    assert page.locator("header.site nav").is_visible()
    assert box(page.locator("header.site nav"))["y"] >= 0
    assert heading["y"] >= nav["y"] + nav["height"] - 1


CONTROLS = (
    "nav a, .cell, .button, a.code, a.open-gate, summary, select, input:not([type=hidden]), "
    ".language button, .numbers th a, .title a, .counts a"
)


@pytest.mark.parametrize(("size", "least"), [(DESKTOP, 24), (PHONE, 44), (NARROW, 44)])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_targets_are_large_enough(
    sami: User, open_page: Open, language: str, size: tuple[int, int], least: int
) -> None:
    page = open_page("/", by=sami, language=language, size=size)
    small = []

    for path in ("/", "/gates/O3/", "/waiting/", "/changes/", "/history/"):
        page.goto(path)
        small += page.evaluate(
            """([controls, least]) => [...document.querySelectorAll(controls)]
              .filter(e => e.checkVisibility({visibilityProperty: true}))
              .filter(e => !e.closest(".visually-hidden"))
              .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
              .filter(([, r]) => r.width && (r.height < least - 0.5 || r.width < 23.5))
              .map(([html, r]) => `${location.pathname} ${html} ${r.width}x${r.height}`)""",
            [CONTROLS, least],
        )

    assert small == []


def test_cards_on_a_phone_are_still_a_table(sami: User, open_page: Open) -> None:
    page = open_page("/?section=T", by=sami, size=PHONE)
    table = page.locator("#T table")

    expect(table).to_have_role("table")
    assert table.get_by_role("row").count() == 9
    assert table.get_by_role("columnheader").count() == 5
    for cell in table.get_by_role("cell").all()[:10]:
        assert cell.get_attribute("data-label")


def test_on_a_phone_sections_fold_and_unfold(sami: User, open_page: Open) -> None:
    page = open_page("/", by=sami, size=PHONE)
    row = page.locator("tr#T6")

    expect(row).to_be_hidden()
    page.locator("#T summary").click()
    expect(row).to_be_visible()
    page.goto("/#T8")
    page.reload()
    expect(page.locator("tr#T8")).to_be_in_viewport()


def test_without_script_nothing_is_folded_away(sami: User, open_page: Open) -> None:
    page = open_page("/", by=sami, size=PHONE, javascript=False)

    expect(page.locator("tr#T6")).to_be_visible()
    page.locator("#T summary").click()
    expect(page.locator("tr#T6")).to_be_hidden()


def test_the_keyboard_alone_is_enough(sami: User, open_page: Open) -> None:
    page = open_page("/", by=sami)

    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("input[type=search]")).to_be_focused()
    page.keyboard.type("k6/")
    expect(page.locator("input[type=search]")).to_have_value("k6/")
    page.keyboard.press("Backspace")
    page.keyboard.type(" load")
    page.keyboard.press("Enter")
    expect(page.locator("a.open-gate")).to_have_count(1)
    assert page.url.endswith("/?q=k6+load#gates")


def test_focus_is_visible(sami: User, open_page: Open) -> None:
    page = open_page("/", by=sami)
    seen = []

    for _ in range(12):
        page.keyboard.press("Tab")
        style = "getComputedStyle(document.activeElement)"
        seen.append(page.evaluate(f"{style}.outlineStyle + ' ' + {style}.outlineWidth"))

    assert [outline for outline in seen if outline in {"none 0px", "none 3px", "auto 1px"}] == []


def test_words_of_people_keep_their_direction_in_arabic(sami: User, open_page: Open) -> None:
    page = open_page("/gates/T6/", by=sami, language="ar")

    code = page.locator("h1 .code")
    title = page.locator("h1 [dir=auto]")

    assert title.evaluate("e => getComputedStyle(e).direction") == "ltr"
    assert box(code)["x"] > box(title)["x"]  # the heading itself reads from the right


def test_what_is_copied_is_what_is_shown(sami: User, open_page: Open) -> None:
    page = open_page("/?status=blocked", by=sami)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.locator("button.copy").click()
    expect(page.locator("button.copy")).to_have_text("Copied")

    copied = str(page.evaluate("navigator.clipboard.readText()"))
    shown = page.locator("a.open-gate .code").all_inner_texts()
    rows = [line.split(" | ")[0].strip("| ") for line in copied.splitlines() if "🚫" in line]
    assert rows == shown == ["O3", "G2", "G3", "I3"]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_it_prints_on_two_pages_without_navigation(
    sami: User, open_page: Open, language: str
) -> None:
    page = open_page("/", by=sami, language=language)

    printed = page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="print")

    assert printed.count(b"/Type /Page\n") == 2
    assert b"NotoSansArabic" in printed or language == "en"
    for gone in ("header.site", "nav.jump", ".filters", "footer.site"):
        expect(page.locator(gone)).to_be_hidden()
    head = page.locator("#T thead")
    assert head.evaluate("e => getComputedStyle(e).display") == "table-header-group"
    assert page.locator("#T6").evaluate("e => getComputedStyle(e).breakInside") == "avoid"


def test_on_paper_a_part_of_the_board_says_that_it_is_one(sami: User, open_page: Open) -> None:
    page = open_page("/?section=T", by=sami)

    page.emulate_media(media="print")

    expect(page.locator(".found [role=status]")).to_have_text("8 of 34 gates shown")
    expect(page.locator(".found [role=status]")).to_be_visible()
    for gone in ('input[name="q"]', ".filters button", ".copies", ".found > a"):
        expect(page.locator(gone).first).to_be_hidden()


def test_times_are_said_in_both_ways(sami: User, open_page: Open) -> None:
    page = open_page("/gates/T1/", by=sami)

    time = page.locator(".history time").first

    assert (time.get_attribute("datetime") or "").startswith("2026-04-23T00:00:00+03:00")
    expect(page.locator(".history .meta").first).to_contain_text("ago)")


def test_headings_go_down_one_level_at_a_time(sami: User, open_page: Open) -> None:
    page = open_page("/", by=sami)

    levels = [int(tag[1]) for tag in headings(page)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def headings(page: Page) -> list[str]:
    tags: list[str] = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(e => e.tagName)"
    )
    return tags
