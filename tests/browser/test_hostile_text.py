"""Hostile text in a real browser: no dialog, no script error, no CSP report, nothing too wide."""

import pytest
from django.contrib.auth.models import User

from tests.support import factory
from tests.support.browser import PHONE, Open, overflow
from tests.support.xss_corpus import CORPUS, GROUPS, board_saying

# The pages are the same on both engines, so one of them is enough.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

PAGES = [
    "/", "/gates/T1/", "/claims/launched/", "/waiting/", "/changes/", "/history/", "/honesty/",
    "/burnup/", "/accounts/sessions/", "/admin/gates/evidence/", "/admin/gates/gate/",
    "/admin/auth/user/",
]  # fmt: skip


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_hostile_happens_on_any_page(open_page: Open, group: str) -> None:
    """`open_page` fails the test on a dialog, a script error or a CSP report."""
    one = board_saying(*(CORPUS[name] for name in GROUPS[group]))
    reader: User = factory.user("reader", is_staff=True, is_superuser=True)
    page = open_page("/", by=reader, size=PHONE)

    for path in [*PAGES, f"/admin/gates/gate/{one.gate.pk}/change/"]:
        page.goto(path)
        page.wait_for_load_state()
        if not path.startswith("/admin/"):
            assert overflow(page) <= 0, path
