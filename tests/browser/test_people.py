"""From a founder's phone to an engineer's board: add, send, choose a password, second factor."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.core.management import call_command
from playwright.sync_api import Request, expect

from gates.models import Owner
from tests.support.account_pages import account
from tests.support.browser import PHONE, SCREENSHOTS, Open, axe_findings, overflow

# What it shows does not depend on the engine, so one of them is enough.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite]


def test_a_founder_adds_an_engineer_who_sees_the_board(open_page: Open, settings) -> None:
    settings.REQUIRE_MFA = True
    cache.clear()
    call_command(
        "import_snapshot", "fixtures/launch_gates_2026-04-23.json", dated="2026-04-23", verbosity=0
    )
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page = open_page("/", by=account("sami"), language="ar", size=PHONE)

    # Five taps and a name; the sixth tap sends it.
    page.locator("details.account summary").click()
    page.locator("details.account a[href='/people/']").click()
    page.locator("a[href='/people/add/']").click()
    page.locator("[name=name]").fill("نورة علي")
    page.locator("main form button.primary").click()
    page.screenshot(path=SCREENSHOTS / "people-link-made.png", full_page=True)

    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert axe_findings(page) == []
    assert overflow(page) == 0
    whatsapp = page.locator("a[href^='https://wa.me/']").get_attribute("href") or ""
    text = parse_qs(urlsplit(whatsapp).query)["text"][0]
    address = text.splitlines()[-1]
    assert Owner.objects.get(name="نورة علي").role == "engineer"

    other = open_page("/", language="en", size=PHONE, javascript=False)
    requests: list[Request] = []
    other.on("request", lambda request: requests.append(request))  # noqa: PLW0108
    other.goto(address)
    expect(other.locator("html")).to_have_attribute("lang", "ar")
    preview = open_page(address, size=PHONE)  # which changes nothing; axe needs scripts
    assert axe_findings(preview) == []
    assert overflow(preview) == 0
    other.locator("[name=password1]").fill("a-long-secret-of-noura")
    other.locator("[name=password2]").fill("a-long-secret-of-noura")
    other.screenshot(path=SCREENSHOTS / "people-choose-password.png", full_page=True)
    other.locator("main form button.primary").click()

    expect(other).to_have_url(re.compile("/accounts/second-factor/$"))
    other.screenshot(path=SCREENSHOTS / "people-second-factor.png", full_page=True)
    other.locator("a[href='/accounts/second-factor/app/']").click()
    secret = other.locator("code[dir=ltr]").inner_text()
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    other.locator("[name=code]").fill(str(code))
    other.locator("main form button.primary").click()
    other.locator("main a[href='/']").click()

    expect(other.locator("#progress")).to_contain_text("18")
    expect(other.locator("html")).to_have_attribute("lang", "ar")
    referers = [request.all_headers().get("referer", "") for request in requests]
    assert set(referers) > {""}
    assert not any("key=" in referer for referer in referers)

    again = open_page(address, size=PHONE)
    expect(again.locator("h1")).to_have_text("This link does not work")
