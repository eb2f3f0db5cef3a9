"""axe finds nothing on any page, in either language, light or dark, on a phone or a desktop.

The full profile looks at every page in both languages and both widths, light and dark, and keeps
each as a picture in var/screenshots, for a person to look at. The quick one looks at every page in
English on a desktop and in Arabic on a phone, both light, and at some of them in the dark; at the
colours in English alone.
"""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from gates.models import Blocker, Check, Evidence, Gate, Launch
from tests.support import api, factory
from tests.support.admin_forms import person
from tests.support.browser import DESKTOP, NARROW, SCREENSHOTS, Open, axe_findings, overflow
from tests.support.profile import tries
from tests.support.snapshot import load_snapshot

# The pages are the same on both engines, so one of them is enough.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

# In the dark only the colours differ.
SCHEMES = {"light": (), "dark": ("color-contrast", "link-in-text-block")}
# Language, size, and the colour schemes to look at.
VIEWS = tries(
    quick=[("en", DESKTOP, ("light", "dark")), ("ar", NARROW, ("light",))],
    full=[
        (language, size, tuple(SCHEMES)) for language in ("en", "ar") for size in (DESKTOP, NARROW)
    ],
)
PICTURES = tries(quick=False, full=True)
# Their parts are those of the others, in the same colours.
SEEN_IN_THE_DARK = {
    "board", "board-past", "gate-closed", "gate-blocked", "waiting", "changes", "history", "claim",
    "second-factor", "admin", "admin-gates", "admin-gate", "admin-close", "admin-user",
}  # fmt: skip


def two_owners() -> str:
    """The query of a page that would merge two owners."""
    return f"gone={factory.owner('Noura').pk}&into={factory.owner('Sami').pk}"


def pages() -> dict[str, str]:
    """Every kind of page for somebody who is logged in, by a name for its picture."""
    launch = Launch.objects.get(is_current=True)
    gate = launch.gates.get(code="T6")
    claim = launch.claims.get(slug="launched")
    check = Check.objects.get(key="rollback", gate__launch=launch)
    return {
        "board": "/",
        "board-filtered": "/?status=open&q=drill",
        "board-nothing-found": "/?q=nothing-like-it",
        "board-past": "/?as_of=2026-05-01",
        "gate-open": "/gates/T6/",
        "gate-closed": "/gates/T8/",
        "gate-blocked": "/gates/O3/",
        "gate-checked": "/gates/T7/",
        "check": "/gates/T7/checks/rollback/",
        "waiting": "/waiting/",
        "changes": "/changes/?since=2026-04-01",
        "history": "/history/",
        "burnup": "/burnup/",
        "honesty": "/honesty/",
        "priorities": "/priorities/",
        "claim": "/claims/launched/",
        "people": "/people/",
        "people-add": "/people/add/",
        "people-merge": "/people/merge/",
        "people-merging": f"/people/merge/?{two_owners()}",
        "people-link": f"/people/{factory.user('noura').pk}/link/",
        "people-remove": f"/people/{factory.user('noura').pk}/remove/",
        "link-dead": "/accounts/link/",
        "launches": "/launches/",
        "launch-new": "/new-launch/",
        "launch-next": "/launches/next/next/",
        "launch-sections": "/launches/next/sections/",
        "launch-gates": "/launches/next/gates/",
        "launch-claims": "/launches/next/claims/",
        "launch-archived": "/launches/old/",
        "gate-taken-over": "/launches/next/gates/T8/",
        "password": "/accounts/password/",
        "sessions": "/accounts/sessions/",
        "tokens": "/tokens/",
        "token-new": "/tokens/new/",
        "second-factor": "/accounts/second-factor/",
        "passkeys": "/accounts/passkeys/",
        "not-found": "/gates/ZZ99/",
        "admin": "/admin/",
        "admin-gates": "/admin/gates/gate/",
        "admin-gate": f"/admin/gates/gate/{gate.pk}/change/",
        "admin-gate-history": f"/admin/gates/gate/{gate.pk}/history/",
        "admin-close": f"/admin/gates/gate/{gate.pk}/close/",
        "admin-gate-delete": f"/admin/gates/gate/{gate.pk}/delete/",
        "admin-resolve": f"/admin/gates/blocker/{Blocker.objects.earliest('pk').pk}/resolve/",
        "admin-evidence": f"/admin/gates/evidence/{Evidence.objects.earliest('pk').pk}/change/",
        "admin-blockers": "/admin/gates/blocker/",
        "admin-claim": f"/admin/gates/claim/{claim.pk}/change/",
        "admin-check": f"/admin/gates/check/{check.pk}/change/",
        "admin-check-add": "/admin/gates/check/add/",
        "admin-checks": "/admin/gates/check/",
        "admin-launch": f"/admin/gates/launch/{launch.pk}/change/",
        "admin-action": "/admin/gates/action/add/",
        "admin-owners": "/admin/gates/owner/",
        "admin-users": "/admin/auth/user/",
        "admin-user": "/admin/auth/user/add/",
    }


@pytest.mark.parametrize(
    ("language", "size", "schemes"), VIEWS, ids=[f"{view[0]}-{view[1][0]}" for view in VIEWS]
)
def test_axe_finds_nothing_and_nothing_overflows(
    open_page: Open, language: str, size: tuple[int, int], schemes: tuple[str, ...]
) -> None:
    load_snapshot()
    founder = person("sami", "Founder")
    drill = Gate.objects.get(code="T8")
    factory.evidence(drill, kind="link", url="https://example.com/drill")
    drill.close(founder, "Restored, row counts equal")
    first = drill.launch.slug
    call_command("next_launch", source=first, slug="next", by="sami", verbosity=0)
    call_command("next_launch", source=first, slug="old", by="sami", verbosity=0)
    Launch.objects.get(slug="old").archive(founder)
    api.token(api.check(drill), responsible=founder, by=founder)
    rollback = Check.objects.get(key="rollback", gate__launch=drill.launch)
    # One of two days ago, which does not count and says why.
    for number, seconds in ((0, "214"), (1, "290"), (2, "330"), (-172_800, "200")):
        moment = timezone.now() + timedelta(seconds=number)
        factory.run(rollback, observed_at=moment, numbers={"seconds": seconds}, commit="ce0027e")
    # The colours are those of the other language, and comparing them takes axe the longest.
    without = () if PICTURES or language == "en" else SCHEMES["dark"]
    page = open_page("/", by=founder, language=language, size=size)
    findings: list[str] = []
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    for name, path in pages().items():
        page.goto(path)
        for scheme in schemes:
            rules = SCHEMES[scheme]
            if rules and not PICTURES and name not in SEEN_IN_THE_DARK:
                continue
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            where = f"{name}-{language}-{scheme}-{size[0]}"
            if PICTURES and (size == DESKTOP or scheme == "light"):
                page.screenshot(path=SCREENSHOTS / f"{where}.png", full_page=not rules)
            findings += [f"{where}: {found}" for found in axe_findings(page, rules, without)]
            if wider := overflow(page):
                findings.append(f"{where}: {wider} px wider than the window")

    assert not findings, "\n".join(findings)


@pytest.mark.parametrize("size", [DESKTOP, NARROW], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_login_is_for_everybody(open_page: Open, language: str, size: tuple[int, int]) -> None:
    page = open_page("/", language=language, size=size)
    page.locator("main form button.primary").click()
    empty = axe_findings(page)
    page.fill("[name=login]", "sami")
    page.fill("[name=password]", "wrong")
    page.locator("main form button.primary").click()
    page.screenshot(path=SCREENSHOTS / f"login-refused-{language}-{size[0]}.png", full_page=True)

    assert empty == []
    assert axe_findings(page) == []
    assert overflow(page) == 0
