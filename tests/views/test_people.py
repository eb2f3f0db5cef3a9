"""The pages on people: adding one, new links, removing access; each act is a founder's alone."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AccessLink
from gates.models import Owner, Preference
from tests.support import factory
from tests.support.account_pages import account, account_form
from tests.support.clock import START
from tests.support.login import log_in, log_in_confirmed, logged_in
from tests.support.security_events import events

pytestmark = pytest.mark.django_db

ADD = "/people/add/"
KEY = re.compile(r"/accounts/link/\?key=([0-9a-f]{64})")


@pytest.fixture
def sami() -> User:
    cache.clear()
    factory.launch()
    return account("sami")


@pytest.fixture
def founder(client: Client, sami: User) -> Client:
    log_in_confirmed(client, sami)
    return client


def person_form(**fields: str) -> dict[str, str]:
    return {"name": "Noura Ali", "role": "Engineer", "language": "ar", "username": "", **fields}


def written() -> list[Any]:
    tables: tuple[Any, ...] = (User, Owner, AccessLink, Preference, Owner.history.model)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode().partition("<main")[2])


# --- adding --------------------------------------------------------------------------------


def test_one_page_makes_account_role_language_owner_and_link(founder: Client) -> None:
    response = founder.post(ADD, person_form())

    page = text_of(response)
    user = User.objects.get(username="noura")
    assert (user.first_name, user.is_active, user.is_superuser) == ("Noura Ali", True, False)
    assert not user.has_usable_password()
    assert [group.name for group in user.groups.all()] == ["Engineer"]
    assert Preference.objects.get(user=user).language == "ar"
    owner = Owner.objects.get(user=user)
    assert (owner.name, owner.role) == ("Noura Ali", "engineer")
    assert owner.history.get().history_user_name == "sami"
    assert AccessLink.find(KEY.findall(page)[0])
    assert "no-store" in response.headers["Cache-Control"]
    assert LogEntry.objects.get(object_id=str(user.pk), user__username="sami").is_addition()
    assert not KEY.search(text_of(founder.get("/people/")))


@pytest.mark.parametrize(
    ("role", "owner_role", "staff"),
    [("Founder", "founder", True), ("Engineer", "engineer", True), ("Viewer", "external", False)],
)
def test_each_role_has_its_kind_of_owner(
    founder: Client, role: str, owner_role: str, staff: bool
) -> None:
    founder.post(ADD, person_form(role=role))

    user = User.objects.get(username="noura")
    assert (user.owner.role, user.is_staff) == (owner_role, staff)


def test_the_message_is_in_the_persons_language_and_whatsapp_has_it(founder: Client) -> None:
    page = text_of(founder.post(ADD, person_form(language="en")))

    link = re.findall(r'href="(https://wa\.me/[^"]+)"', page)[0]
    text = parse_qs(urlsplit(link).query)["text"][0]
    address, user_name = text.splitlines()[-1], text.splitlines()[-2]
    assert KEY.search(address)
    assert address.startswith("http://testserver/accounts/link/?key=")
    assert user_name == "Your user name: noura"
    assert text.splitlines()[0] == "Noura Ali, this is your way in to the Dealix gates board."
    assert text in page


def test_an_owner_of_that_name_is_offered_and_not_doubled(founder: Client) -> None:
    owner = factory.owner("نورة علي", role="external")
    before = written()

    offered = text_of(founder.post(ADD, person_form(name="نوره على")))
    unchanged = written() == before
    text_of(founder.post(ADD, person_form(name="نوره على", same_person="on")))

    assert "is on the board already, without an account" in offered
    assert 'name="same_person"' in offered
    assert unchanged
    owner.refresh_from_db()
    assert (owner.user, owner.name) == (User.objects.get(username="nora"), "نورة علي")
    assert Owner.objects.count() == 1


def test_the_page_of_people_leads_to_the_form_for_an_owner(founder: Client) -> None:
    owner = factory.owner("Laila")

    path = f"{ADD}?owner={owner.pk}"
    listed, form = text_of(founder.get("/people/")), text_of(founder.get(path))
    founder.post(path, person_form(name="Laila", same_person="on"))

    assert path in listed
    assert 'value="Laila"' in form
    assert Owner.objects.get().user == User.objects.get(username="laila")


REFUSED = {
    "a name with an account": ({"name": "Sami"}, "Sami has an account."),
    "no name": ({"name": " \u200b"}, "This field is required."),
    "a user name that is taken": ({"username": "SAMI"}, "This user name is taken."),
    "a user name with spaces": ({"username": "a b"}, "Enter a valid username."),
    "an unknown role": ({"role": "Superuser"}, "Select a valid choice."),
    "an unknown language": ({"language": "xx"}, "Select a valid choice."),
    "a name that is too long": ({"name": "x" * 101}, "at most 100 characters"),
}


@pytest.mark.parametrize(("fields", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_on_its_field(
    founder: Client, sami: User, fields: dict[str, str], message: str
) -> None:
    factory.owner("Sami", user=sami)
    before = written()

    page = text_of(founder.post(ADD, person_form(**fields)))

    assert message in page
    assert written() == before


def test_the_same_form_sent_twice_adds_one_person_and_shows_a_link_that_works(
    founder: Client,
) -> None:
    founder.post(ADD, person_form())
    second = text_of(founder.post(ADD, person_form()))

    assert User.objects.count() == 2
    assert Owner.objects.count() == 1
    assert AccessLink.find(KEY.findall(second)[0])


def test_a_link_that_was_not_used_or_not_in_time_is_told(founder: Client) -> None:
    founder.post(ADD, person_form())
    waiting = text_of(founder.get("/people/"))
    AccessLink.objects.update(ends_at="2026-01-01T00:00Z")

    assert "Has a link that works until" in waiting
    assert "The link was not used in time." in text_of(founder.get("/people/"))


# --- confirmation and rights ----------------------------------------------------------------


@pytest.mark.parametrize("page", ["add", "link", "remove"])
def test_each_act_asks_for_the_password_again_and_writes_nothing(
    client: Client, sami: User, page: str
) -> None:
    noura = account("noura", "Engineer")
    client.force_login(sami)
    path = ADD if page == "add" else f"/people/{noura.pk}/{page}/"
    before = written()

    for response in (client.get(path), client.post(path, person_form())):
        assert response.headers["Location"].startswith(reverse("account_reauthenticate"))

    assert written() == before


def test_what_was_typed_is_there_after_the_confirmation(client: Client, sami: User) -> None:
    client.force_login(sami)
    client.post(ADD, person_form(name="Laila Omar"))
    log_in_confirmed_again(client)

    assert 'value="Laila Omar"' in text_of(client.get(ADD))


def log_in_confirmed_again(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": "a long enough secret"})


@pytest.mark.parametrize("page", ["link", "remove"])
def test_nobody_does_it_to_themselves_or_as_no_superuser_to_one(
    founder: Client, sami: User, page: str
) -> None:
    boss = factory.user("boss", is_superuser=True)
    before = written()

    for pk in (sami.pk, boss.pk):
        assert founder.get(f"/people/{pk}/{page}/").status_code == 403
        assert founder.post(f"/people/{pk}/{page}/").status_code == 403

    assert written() == before


# --- new links ------------------------------------------------------------------------------


def test_a_forgotten_password_is_a_new_link(founder: Client) -> None:
    noura, browser = account("noura", "Engineer"), Client()
    browser.force_login(noura)

    asked = text_of(founder.get(f"/people/{noura.pk}/link/"))
    still_in = logged_in(browser)
    page = text_of(founder.post(f"/people/{noura.pk}/link/"))

    assert "open sessions end at once" in asked
    assert still_in
    assert not logged_in(browser)
    assert not log_in(Client(), "noura").wsgi_request.user.is_authenticated
    assert AccessLink.find(KEY.findall(page)[0])


def test_who_comes_back_gets_a_link_with_the_account(founder: Client) -> None:
    noura = account("noura", "Engineer")
    noura.is_active = False
    noura.save()

    page = text_of(founder.post(f"/people/{noura.pk}/link/"))

    noura.refresh_from_db()
    assert noura.is_active
    assert AccessLink.find(KEY.findall(page)[0])


def test_without_mail_the_page_offers_only_the_link(founder: Client) -> None:
    noura = account("noura", "Engineer")
    noura.email = "noura@dealix.example"
    noura.save()

    page = text_of(founder.get(f"/people/{noura.pk}/link/"))
    founder.post(f"/people/{noura.pk}/link/", {"mail": "yes"})

    assert 'name="mail"' not in page
    assert 'name="email"' not in text_of(founder.get(ADD))
    assert mail.outbox == []


def test_with_mail_the_link_goes_to_the_persons_address(
    founder: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAIL_IS_SET_UP, settings.DEFAULT_FROM_EMAIL = True, "gates@dealix.example"

    page = text_of(
        founder.post(ADD, person_form(language="en", email="noura@dealix.example", mail="yes"))
    )

    [sent] = mail.outbox
    assert (sent.to, sent.from_email) == (["noura@dealix.example"], "gates@dealix.example")
    assert KEY.findall(str(sent.body)) == KEY.findall(page)[:1]
    assert "Sent to <bdi>noura@dealix.example</bdi>" in page
    assert [line["account"] for line in events(caplog, "access_link_mailed")] == ["noura"]


def test_a_mail_server_that_fails_leaves_the_link_to_send(
    founder: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise TimeoutError

    settings.MAIL_IS_SET_UP = True
    monkeypatch.setattr("accounts.invitation.send_mail", fail)

    page = text_of(founder.post(ADD, person_form(email="noura@dealix.example", mail="yes")))

    assert "The mail server did not take it." in page
    assert AccessLink.find(KEY.findall(page)[0])


# --- removing access ------------------------------------------------------------------------


def test_removing_access_says_what_is_still_in_their_hands_and_deletes_nothing(
    founder: Client,
) -> None:
    noura, browser = account("noura", "Engineer"), Client()
    browser.force_login(noura)
    owner = factory.owner("Noura", user=noura)
    gate = factory.gate("T6", owner=owner)
    factory.closed_gate("T7", owner=owner)
    factory.blocker(factory.gate("O3"), "PostHog API key", waiting_on=owner)
    factory.blocker(
        factory.gate("O4"), "Settled", waiting_on=owner, resolved_at=START,
        resolution="Done",
    )  # fmt: skip
    factory.action(gate.launch, "Rotate the keys", needs=owner)
    factory.action(gate.launch, "Long since over", needs=owner, state="done")

    page = text_of(founder.get(f"/people/{noura.pk}/remove/"))
    unchanged = logged_in(browser)
    after = founder.post(f"/people/{noura.pk}/remove/", follow=True)
    again = founder.post(f"/people/{noura.pk}/remove/", follow=True)

    for there in ("T6", "O3", "PostHog API key", "Rotate the keys", "1 closed gate keeps"):
        assert there in page
    for gone in ("T7", "Settled", "Long since over"):
        assert gone not in page
    assert unchanged
    assert not logged_in(browser)
    assert "noura has no access any more." in text_of(after)
    assert "noura had no access already." in text_of(again)
    noura.refresh_from_db()
    assert not noura.is_active
    assert Owner.objects.get(name="Noura").user == noura
    assert LogEntry.objects.filter(object_id=str(noura.pk)).count() == 1


def test_the_last_founder_cannot_be_switched_off_anywhere(client: Client, sami: User) -> None:
    boss = account("boss", "Engineer")
    boss.is_superuser = True
    boss.save()
    log_in_confirmed(client, boss)
    admin = f"/admin/auth/user/{sami.pk}"
    before = written()

    page = text_of(client.get(f"/people/{sami.pk}/remove/"))
    refused = client.post(f"/people/{sami.pk}/remove/", follow=True)
    off = client.post(f"{admin}/change/", account_form(sami, is_active=None))
    engineer = [group.pk for group in boss.groups.all()]
    no_role = client.post(f"{admin}/change/", account_form(sami, groups=engineer))
    client.post(f"{admin}/delete/", {"post": "yes"})
    data = {"action": "delete_selected", "_selected_action": [sami.pk], "post": "yes"}
    client.post("/admin/auth/user/", data)

    assert "Add another founder" in page
    for response in (refused, off, no_role):
        assert "The last founder cannot be switched off." in response.content.decode()
    assert [group.name for group in sami.groups.all()] == ["Founder"]
    assert written() == before


def test_a_founder_who_was_never_in_does_not_count(client: Client, sami: User) -> None:
    boss = account("boss", "Engineer")
    boss.is_superuser = True
    boss.save()
    log_in_confirmed(client, boss)
    client.post(ADD, person_form(role="Founder"))

    client.post(f"/people/{sami.pk}/remove/")
    refused = User.objects.get(pk=sami.pk).is_active
    noura = User.objects.get(username="noura")
    noura.set_password("a long enough secret")
    noura.save()
    client.post(f"/people/{sami.pk}/remove/")

    assert refused
    assert not User.objects.get(pk=sami.pk).is_active


def test_switching_off_in_the_admin_ends_the_link_too(founder: Client) -> None:
    founder.post(ADD, person_form())
    noura = User.objects.get(username="noura")

    founder.post(
        f"/admin/auth/user/{noura.pk}/change/",
        account_form(noura, is_active=None, first_name=noura.first_name),
    )

    assert not User.objects.get(username="noura").is_active
    assert not AccessLink.objects.exists()


def test_each_act_is_a_line_with_who_and_whom(
    founder: Client,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        founder.post(ADD, person_form())
        pk = User.objects.get(username="noura").pk
        founder.post(f"/people/{pk}/remove/")
        founder.post(f"/people/{pk}/link/")

    for name in ("account_added", "account_switched_off", "account_switched_on"):
        assert [(line["user"], line["account"]) for line in events(caplog, name)] == [
            ("sami", "noura")
        ]
    assert len(events(caplog, "access_link_made")) == 2
    assert events(caplog, "account_added")[0]["given"] == ["Engineer"]
    assert not KEY.search(json.dumps([record.getMessage() for record in caplog.records]))


# --- merging --------------------------------------------------------------------------------


def test_merging_shows_what_would_move_and_then_moves_it(founder: Client) -> None:
    gone, into = factory.owner("Noura A."), factory.owner("Noura")
    factory.gate("T1", owner=gone)
    query = {"gone": gone.pk, "into": into.pk}

    page = text_of(founder.get("/people/merge/", query))
    hidden = dict(re.findall(r'name="(\w+_version)" value="(\d+)"', page))
    data = {**query, **hidden, "reason": "One person"}
    without = text_of(founder.post("/people/merge/", {**data, "reason": ""}))
    unchanged = Owner.objects.count() == 2
    done = founder.post("/people/merge/", data, follow=True)
    again = founder.post("/people/merge/", data, follow=True)

    assert "gates: 1" in page
    assert "This field is required." in without
    assert unchanged
    assert "Merged: 1 thing moved to Noura." in text_of(done)
    assert "The two are one owner already." in text_of(again)
    assert [owner.name for owner in Owner.objects.all()] == ["Noura"]


def test_a_stale_merge_shows_the_present_state_and_keeps_the_reason(founder: Client) -> None:
    gone, into = factory.owner("Noura A."), factory.owner("Noura")
    data = {"gone": gone.pk, "into": into.pk, "reason": "One person"}
    into.email = "n@dealix.example"
    into.save()

    page = text_of(founder.post("/people/merge/", {**data, "gone_version": 1, "into_version": 1}))

    assert "Something changed since you opened the page." in page
    assert 'name="into_version" value="2"' in page
    assert "One person" in page
    assert Owner.objects.count() == 2


# --- cost -----------------------------------------------------------------------------------


def test_the_list_takes_the_same_number_of_queries_for_any_number_of_people(
    founder: Client,
) -> None:
    counts = []
    for number in range(2):
        for extra in range(3):
            name = f"p{number}{extra}"
            factory.owner(name, user=account(name, "Engineer"))
            factory.owner(f"without {name}")
        founder.get("/people/")
        with CaptureQueriesContext(connection) as queries:
            founder.get("/people/")
        counts.append(len(queries))

    assert counts == [8, 8]
