"""A checksum or a long word makes no page wider than its window, and no list is cut off at 1280."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from gates.models import Gate
from tests.support import factory
from tests.support.admin_forms import person
from tests.support.browser import DESKTOP, NARROW, PHONE, Open, overflow

# What it shows does not depend on the engine, so one of them is enough.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
LONG = "x" * 240


@pytest.fixture
def sami(committed: None) -> User:
    """A founder, and a board whose texts have words of any length."""
    by = person("sami", "Founder")
    owner = factory.owner("O" * 78)
    gate = factory.gate("T6", title=f"Run `k6` on {SHA256}", definition_of_done=LONG, owner=owner)
    factory.evidence(gate, f"The image is sha256:{SHA256}", output=LONG, commit=SHA256)
    factory.blocker(factory.gate("T7"), LONG, why=LONG, waiting_on=owner)
    factory.action(gate.launch, f"`{SHA256}` {LONG}", gate=gate, estimate="1–2 hr", needs=owner)
    factory.claim(gate.launch, slug="s" * 50, name=LONG[:200])
    factory.launch("second", name=f"`v4` {'L' * 150}")
    factory.user("u" * 150)
    return by


def pages() -> list[str]:
    gate = Gate.objects.get(code="T6")
    rows: list[Any] = [
        gate,
        gate.evidence.get(),
        gate.actions.get(),
        Gate.objects.get(code="T7").blockers.get(),
        gate.launch.claims.get(),
        gate.owner,
        User.objects.get(username="u" * 150),
    ]
    found = ["/", "/gates/T6/", "/gates/T7/", "/waiting/", f"/claims/{'s' * 50}/"]
    found.append(f"/admin/gates/gate/{gate.pk}/close/")
    for row in rows:
        address = f"/admin/{row._meta.app_label}/{row._meta.model_name}"
        found += [f"{address}/{row.pk}/change/", f"{address}/{row.pk}/delete/"]
        found += [f"{address}/", f"{address}/{row.pk}/history/"]
    return found


@pytest.mark.parametrize(
    ("language", "size"), [("ar", NARROW), ("en", PHONE)], ids=["ar-320", "en-390"]
)
def test_no_page_is_wider_than_a_phone(
    sami: User, open_page: Open, language: str, size: tuple[int, int]
) -> None:
    page = open_page("/", by=sami, language=language, size=size)
    wider = {}

    for path in pages():
        page.goto(path)
        wider[path] = overflow(page)

    assert {path: pixels for path, pixels in wider.items() if pixels} == {}


LISTS = ("gate", "evidence", "blocker", "action", "claim", "launch", "owner")
CUT_OFF = "list => list.scrollWidth - list.clientWidth"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_list_of_the_admin_is_cut_off_on_a_desk(
    sami: User, open_page: Open, language: str
) -> None:
    page = open_page("/", by=sami, language=language, size=DESKTOP)
    cut, marks = {}, {}

    for name in LISTS:
        page.goto(f"/admin/gates/{name}/")
        cut[name] = page.locator(".results").evaluate(CUT_OFF)
        marks[name] = page.locator("main").inner_text().count("`")

    assert {name: pixels for name, pixels in cut.items() if pixels} == {}
    assert {name: count for name, count in marks.items() if count} == {}


def test_an_estimate_is_read_in_its_own_direction_and_the_roles_are_boxes(
    sami: User, open_page: Open
) -> None:
    page = open_page("/admin/gates/action/", by=sami, language="ar", size=DESKTOP)
    direction = page.locator("td.field-estimate").evaluate("td => getComputedStyle(td).unicodeBidi")

    page.goto(f"/admin/auth/user/{sami.pk}/change/")

    assert direction == "plaintext"
    assert page.locator("#id_groups input[type=checkbox]").count() == 3
    assert page.locator("#id_groups").inner_text().split() == ["مهندس", "المؤسس", "مطّلع"]
    assert (
        page.locator("#content input:not([type=hidden])").evaluate_all(
            "boxes => boxes.filter(box => box.type !== 'submit' && !box.labels.length).length"
        )
        == 0
    )


def test_a_printed_board_says_why_a_claim_is_refused(sami: User, open_page: Open) -> None:
    page = open_page("/", by=sami)
    reason = page.locator(".claim .reasons > li").first

    page.emulate_media(media="print")

    assert not page.locator(".claim[open]").count()
    assert reason.is_visible()
    assert "24" in reason.inner_text()
