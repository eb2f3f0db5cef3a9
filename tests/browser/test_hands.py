"""What goes wrong between the hands and the board, in a real browser."""

import re
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from gates.models import Evidence, Gate
from tests.support import factory
from tests.support.admin_forms import person
from tests.support.browser import PHONE, Open, overflow
from tests.support.login import SECRET

# What it shows does not depend on the engine, so one of them is enough.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
SAFARI = """
  Object.defineProperty(navigator, "clipboard", { value: {
    writeText: () => Promise.reject(new DOMException("too late", "NotAllowedError")),
    write: async ([item]) => { window.copied = await (await item.getType("text/plain")).text(); },
  } });
"""


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_on_a_phone_in_arabic_a_refused_form_asks_for_its_file_again(
    committed: None, open_page: Open, tmp_path: Path, javascript: bool
) -> None:
    by, gate = person("noura", "Engineer"), factory.gate("T6")
    log = tmp_path / "k6.txt"
    log.write_text("p95 412 ms")
    address = f"/admin/gates/gate/{gate.pk}/close/"
    page = open_page(address, by=by, language="ar", size=PHONE, javascript=javascript)
    send = page.locator(".submit-row input[type=submit]")

    page.locator("[name=summary]").fill("100 rps held for 5 min")
    page.locator("[name=file]").set_input_files(log)
    send.click()
    expect(page.locator(".lost-file")).to_contain_text("k6.txt")
    page.locator("[name=reason]").fill("p95 412 ms over 5 minutes")
    send.click()
    expect(page.locator(".lost-file")).to_contain_text("k6.txt")
    assert Gate.objects.get().progress == "open"
    assert not Evidence.objects.exists()
    assert overflow(page) == 0

    page.locator("[name=file]").set_input_files(log)
    send.click()
    expect(page).to_have_url(re.compile("/gates/T6/$"))
    assert Evidence.objects.get().file.name.endswith("k6.txt")


def test_a_checksum_in_a_proof_makes_the_closing_page_no_wider(
    committed: None, open_page: Open
) -> None:
    by, gate = person("noura", "Engineer"), factory.gate("T6")
    factory.evidence(gate, f"The image has the digest sha256:{SHA256}")

    page = open_page(f"/admin/gates/gate/{gate.pk}/close/", by=by, language="ar", size=PHONE)

    assert overflow(page) == 0


def test_the_markdown_is_copied_by_safaris_rule(committed: None, open_page: Open) -> None:
    factory.gate("T6")
    page = open_page("/accounts/login/", by=factory.user("sami"))
    page.add_init_script(SAFARI)
    page.goto("/")

    page.locator("button.copy").click()

    expect(page.locator("button.copy")).to_have_text("Copied")
    assert "| T6 |" in page.evaluate("window.copied")


def test_the_log_in_page_is_not_copied(committed: None, open_page: Open) -> None:
    factory.gate("T6")
    page = open_page("/", by=factory.user("sami"))
    page.context.clear_cookies()

    page.locator("button.copy").click()

    expect(page.locator("button.copy")).to_have_text("Not copied: reload the page")


def test_an_address_that_was_cut_off_does_not_stop_the_script(
    committed: None, open_page: Open
) -> None:
    factory.gate("T6")

    page = open_page("/#100%", by=factory.user("sami"))

    expect(page.locator("button.copy")).to_be_visible()


def test_a_printed_gate_has_its_history_and_the_name_of_the_file(
    committed: None, open_page: Open
) -> None:
    file = SimpleUploadedFile("k6.txt", b"p95 410 ms")
    factory.evidence(factory.gate("T6"), kind="file", file=file)
    page = open_page("/gates/T6/", by=factory.user("sami"))

    page.emulate_media(media="print")

    expect(page.locator(".history > li").first).to_be_visible()
    expect(page.locator("a.file")).to_be_visible()
    expect(page.locator("a.file")).to_contain_text("k6.txt")


def test_what_is_typed_outlives_language_and_session(committed: None, open_page: Open) -> None:
    by, gate = person("noura", "Engineer"), factory.gate("T6")
    by.set_password(SECRET)
    by.save()
    page = open_page("/accounts/login/", size=PHONE, javascript=False)
    page.locator("[name=login]").fill("noura")
    page.locator("[name=password]").fill(SECRET)
    page.keyboard.press("Enter")
    expect(page.locator("details.account")).to_be_visible()
    page.goto(f"/admin/gates/gate/{gate.pk}/change/")
    page.locator("[name=title]").fill("k6 at night")
    page.locator("[name=evidence-0-summary]").fill("p95 412 ms over 5 minutes")

    page.locator(".language button").click()
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    expect(page.locator("[name=title]")).to_have_value("k6 at night")
    expect(page.locator("[name=evidence-0-summary]")).to_have_value("p95 412 ms over 5 minutes")
    assert overflow(page) == 0

    Session.objects.all().delete()
    page.locator("[name=title]").fill("k6 at noon")
    page.locator("[name=title]").press("Enter")
    expect(page.locator(".messages")).to_be_visible()
    page.locator("[name=login]").fill("noura")
    page.locator("[name=password]").fill(SECRET)
    page.keyboard.press("Enter")
    expect(page.locator("[name=title]")).to_have_value("k6 at noon")
    assert Gate.objects.get().title == "Gate T6"
    assert not Evidence.objects.exists()

    page.locator("[name=title]").press("Enter")
    expect(page).to_have_url(re.compile("/admin/gates/gate/$"))
    assert Gate.objects.get().title == "k6 at noon"
    assert Evidence.objects.get().summary == "p95 412 ms over 5 minutes"
