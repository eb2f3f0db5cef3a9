"""What Sami and the engineers come for, in a real browser, from the log-in to the history."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from gates.models import Blocker, Gate, Owner
from tests.support.admin_forms import person
from tests.support.browser import PHONE, SCREENSHOTS, Open
from tests.support.snapshot import load_snapshot

# What it shows does not depend on the engine, so one of them is enough.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

PASSWORD = "a long enough secret"


def account(name: str, role: str) -> User:
    user = person(name, role)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def people(committed: None) -> None:
    """The snapshot on the board, Sami as its founder and Noura as an engineer."""
    load_snapshot()
    sami = account("sami", "Founder")
    Owner.objects.filter(name="Sami").update(user=sami)
    account("noura", "Engineer")


def log_in(page: Page, name: str) -> None:
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_sami_on_a_phone_in_arabic_resolves_what_waits_on_him(
    people: None, open_page: Open, javascript: bool
) -> None:
    page = open_page("/", language="ar", size=PHONE, javascript=javascript)
    log_in(page, "sami")

    html = page.locator("html")
    expect(html).to_have_attribute("dir", "rtl")
    expect(page.locator("#progress")).to_contain_text("18")
    expect(page.locator("#waiting li")).to_have_count(4)
    page.screenshot(path=SCREENSHOTS / "sami-phone.png")  # the README shows it

    page.locator("nav a[href='/waiting/']").click()
    page.locator("a[href$='/resolve/']").first.click()
    page.locator("[name=resolution]").fill("المفتاح في الخزنة")
    page.locator("form input[type=submit]").click()

    expect(page).to_have_url(re.compile("/gates/O3/$"))
    expect(page.locator("#blockers ~ ul")).to_contain_text("المفتاح في الخزنة")
    page.goto("/waiting/")
    expect(page.locator("a[href$='/resolve/']")).to_have_count(3)
    resolved = Blocker.objects.get(gate__code="O3")
    assert (resolved.resolution, resolved.resolved_by) == (
        "المفتاح في الخزنة",
        User.objects.get(username="sami"),
    )


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_an_engineer_closes_a_gate_with_its_proof(
    people: None, open_page: Open, javascript: bool
) -> None:
    page = open_page("/", javascript=javascript)
    log_in(page, "noura")
    expect(page.locator("#progress")).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "board.png")  # the README shows it
    page.locator("input[type=search]").fill("k6 load")
    page.keyboard.press("Enter")
    expect(page.locator(".found [role=status]")).to_have_text("1 of 34 gates shown")
    page.locator("a.open-gate").click()
    expect(page).to_have_url(re.compile("/gates/T6/$"))

    page.get_by_role("link", name="Close this gate").click()
    expect(page.locator("dl.facts")).to_contain_text("100 rps sustained for 5 min")
    page.locator("[name=reason]").fill("p95 412 ms over 5 minutes")
    page.get_by_role("button", name="Attach and close").click()
    expect(page.locator(".form-row.errors")).to_contain_text("evidence")
    expect(page.locator(".errornote")).to_contain_text("T6 was not closed")
    expect(page.locator("[name=reason]")).to_have_value("p95 412 ms over 5 minutes")
    assert Gate.objects.get(code="T6").progress == "open"
    assert Gate.objects.get(code="T6").history.count() == 1

    page.locator("[name=summary]").fill("k6: 100 rps for 5 min, p95 412 ms")
    page.get_by_role("button", name="Attach and close").click()
    expect(page.locator(".messages")).to_contain_text("T6 is closed.")
    expect(page.locator(".why .status")).to_have_text("Closed")
    expect(page.locator(".history > li").first).to_contain_text("noura")
    expect(page.locator(".history")).to_contain_text("k6: 100 rps for 5 min, p95 412 ms")

    page.goto("/")
    expect(page.locator("#progress")).to_have_text(re.compile(r"19\s+of 30 gates closed"))
    expect(page).to_have_title("19/30 · Launch gates")
    expect(page.locator("#news")).to_contain_text("1 gate closed")
    expect(page.locator("tr#T6 .status")).to_have_text("Closed")


def test_the_language_is_switched_with_one_button_and_stays(people: None, open_page: Open) -> None:
    page = open_page("/waiting/", by=User.objects.get(username="sami"))

    page.locator(".language button").click()

    expect(page).to_have_url(re.compile("/waiting/$"))
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    page.goto("/admin/gates/gate/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.locator(".language button").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_one_click_attaches_the_evidence_of_the_same_drill(people: None, open_page: Open) -> None:
    noura = User.objects.get(username="noura")
    drill = Gate.objects.get(code="T8")
    drill.evidence.create(summary="Restored on staging, row counts equal")
    drill.close(noura, "Scenario 5 executed")
    page = open_page("/gates/T8/", by=noura)

    page.get_by_role("button", name="Attach it to R2").click()

    expect(page).to_have_url(re.compile("/gates/R2/$"))
    expect(page.locator("#evidence ~ article")).to_contain_text("row counts equal")
    assert Gate.objects.get(code="R2").progress == "open"
