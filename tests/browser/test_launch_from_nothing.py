"""A launch made from nothing on a phone, in Arabic, without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from gates.models import Claim, Gate, Launch
from tests.support.admin_forms import person
from tests.support.browser import PHONE, Open, overflow

# What it shows does not depend on the engine, so one of them is enough.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite]


def test_a_launch_from_nothing_on_a_phone(open_page: Open) -> None:
    sami = person("sami", "Founder")
    page = open_page("/launches/", by=sami, language="ar", size=PHONE, javascript=False)
    wide = []

    page.locator("a[href='/new-launch/']").click()
    page.locator("[name=name]").fill("إطلاق النمو")
    wide.append(overflow(page))
    page.locator("main form button.primary").click()

    expect(page).to_have_url(re.compile("/launches/launch-2/sections/$"))
    page.locator("[name=lines]").fill("الجاهزية التقنية\nGV الحوكمة")
    wide.append(overflow(page))
    page.locator("main form button.primary").click()

    expect(page).to_have_url(re.compile("/launches/launch-2/gates/$"))
    section = page.locator("section#A")
    section.locator("[name=lines]").fill("A١ فحص الصحة\nاختبار الحمل k6\nA1 مكرر")
    section.locator("form button.button").last.click()
    expect(page.locator("section#A .alert")).to_contain_text("A1")
    expect(section.locator("[name=lines]")).to_have_value(re.compile("اختبار الحمل k6"))
    assert not Gate.objects.exists()

    section.locator("[name=lines]").fill("A١ فحص الصحة\nاختبار الحمل k6")
    section.locator("form button.button").last.click()
    section.locator("button[name=down]").first.click()
    expect(page.locator("section#A li .code")).to_have_text(["A2", "A1"])
    wide.append(overflow(page))

    page.locator("a.primary[href$='/claims/']").click()
    page.locator("#setup-form [name=name]").fill("أُطلق")
    page.locator("#setup-form [name=min_closed]").fill("2")
    page.locator("#setup-form [name=reason]").fill("اتفقنا في الاجتماع")
    wide.append(overflow(page))
    page.locator("#setup-form button.primary").click()

    expect(page.locator("input[type=radio]:checked")).to_have_count(1)
    page.locator(".setup li").last.locator("a").click()
    expect(page.locator("#progress")).to_contain_text("0")
    claim = Claim.objects.get()
    assert (claim.says_launched, claim.min_closed, claim.launch) == (True, 2, Launch.objects.get())
    assert wide == [0, 0, 0, 0]
