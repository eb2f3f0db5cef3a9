"""New links, and taking access away; each act is a founder's alone."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from accounts.models import AccessLink
from gates.models import Owner
from tests.support import factory
from tests.support.account_pages import account, account_form
from tests.support.clock import START
from tests.support.login import log_in, log_in_confirmed, logged_in
from tests.support.people import ADD, KEY, person_form, text_of, written
from tests.support.security_events import events

pytestmark = pytest.mark.django_db


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
