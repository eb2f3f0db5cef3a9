"""What was typed comes back after a log-in and in the other language, to nobody else."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import held_forms
from accounts.lockout import account_digest
from gates.models import Blocker, Claim, Evidence, Gate, Owner
from gates.roles import create_groups
from tests.support import factory
from tests.support.admin_forms import gate_data, proof
from tests.support.login import SECRET, log_in

pytestmark = pytest.mark.django_db

TYPED = "k6: 100 rps for 5 min, p95 412 ms"


@pytest.fixture
def people(settings: Any) -> None:
    settings.REQUIRE_MFA = False
    create_groups()
    for name, group in (("noura", "Engineer"), ("sami", "Founder")):
        user = User.objects.create_user(name, password=SECRET, is_staff=True)
        user.groups.set([Group.objects.get(name=group)])


@pytest.fixture
def noura(people: None, client: Client) -> Client:
    log_in(client, "noura")
    return client


@pytest.fixture
def gate(db: None) -> Gate:
    return factory.gate("T6")


def idle(client: Client) -> None:
    """Ten hours and more pass."""
    session = client.session
    session["used"] -= 11 * 3600
    session.save()


def gone(client: Client) -> None:
    """The session was ended: in another tab, or by the founder."""
    Session.objects.all().delete()


def send_and_log_in(client: Client, url: str, data: dict[str, Any], who: str = "noura") -> Any:
    """Send a form whose session has ended, log in where that leads, and follow."""
    refused = client.post(url, data)
    assert refused.status_code == 302
    assert refused.headers["Location"].startswith("/accounts/login/?next=")
    return client.post(refused.headers["Location"], {"login": who, "password": SECRET}, follow=True)


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.parametrize("end", [idle, gone])
def test_what_was_typed_to_close_a_gate_comes_back(
    noura: Client, gate: Gate, end: Callable[[Client], None]
) -> None:
    url = f"/admin/gates/gate/{gate.pk}/close/"
    end(noura)

    log = SimpleUploadedFile("k6.txt", b"p95 412 ms")
    response = send_and_log_in(noura, url, {"summary": TYPED, "kind": "statement", "file": log})

    text = text_of(response)
    assert response.request["PATH_INFO"] == url
    assert f">\n{TYPED}</textarea>" in text
    assert "What you typed is here again. It is not saved yet." in text
    assert re.search(r"The file\s+<bdi>k6.txt</bdi> was not kept", text)
    assert "was not closed" not in text
    assert not Evidence.objects.exists()
    assert Gate.objects.get().history.count() == 1
    assert TYPED not in text_of(noura.get(url))  # once


@pytest.mark.parametrize("end", [idle, gone])
def test_a_gates_page_comes_back_with_what_stands_below_it(
    noura: Client, gate: Gate, end: Callable[[Client], None]
) -> None:
    url = f"/admin/gates/gate/{gate.pk}/change/"
    data = gate_data(gate, title="k6 at night", notes="Seen by two", evidence=[proof(TYPED)])
    end(noura)

    text = text_of(send_and_log_in(noura, url, data | {"_save": "Save"}))

    assert 'value="k6 at night"' in text
    assert "Seen by two" in text
    assert TYPED in text
    assert "errornote" not in text
    assert Gate.objects.get().title == gate.title
    assert not Evidence.objects.exists()
    saved = noura.post(url, data)
    assert saved.status_code == 302
    assert Gate.objects.get().title == "k6 at night"


def test_a_change_of_somebody_else_meanwhile_is_told(noura: Client, gate: Gate) -> None:
    data = gate_data(gate, title="k6 at night")
    idle(noura)
    gate.notes = "Written meanwhile"
    gate.save()

    text = text_of(send_and_log_in(noura, f"/admin/gates/gate/{gate.pk}/change/", data))

    assert "this was changed while you were editing" in text
    assert 'value="k6 at night"' in text
    assert "Written meanwhile" in text


def test_the_other_forms_with_a_text_come_back_too(people: None, client: Client) -> None:
    log_in(client, "sami")
    gate = factory.gate("T6")
    claim = factory.claim(gate.launch)
    blocker = factory.blocker(gate)
    select = {"_selected_action": gate.pk, "action": "close_selected", "decide": "Close gates"}
    forms: dict[str, dict[str, Any]] = {
        f"/admin/gates/blocker/{blocker.pk}/resolve/": {"resolution": TYPED},
        f"/admin/gates/claim/{claim.pk}/delete/": {"post": "yes", "reason": TYPED},
        "/admin/gates/gate/?counted__exact=1": {**select, "reason": TYPED},
        "/admin/gates/owner/add/": {"name": TYPED, "role": "external"},
    }
    for url, data in forms.items():
        idle(client)

        assert TYPED in text_of(send_and_log_in(client, url, data, "sami")), url

    assert Blocker.objects.get().resolved_at is None
    assert Claim.objects.exists()
    assert Gate.objects.get().progress == "open"
    assert not Owner.objects.filter(name=TYPED).exists()


def test_two_tabs_both_come_back(noura: Client, gate: Gate) -> None:
    other = factory.gate("T7")
    urls = [f"/admin/gates/gate/{pk}/close/" for pk in (gate.pk, other.pk)]
    gone(noura)
    for number, url in enumerate(urls):
        noura.post(url, {"summary": f"{TYPED} {number}"})

    log_in(noura, "noura")

    for number, url in enumerate(urls):
        assert f"{TYPED} {number}" in text_of(noura.get(url))


@pytest.mark.parametrize("end", [idle, gone])
def test_nobody_else_sees_it(noura: Client, gate: Gate, end: Callable[[Client], None]) -> None:
    url = f"/admin/gates/gate/{gate.pk}/close/"
    end(noura)

    assert TYPED not in text_of(send_and_log_in(noura, url, {"summary": TYPED}, "sami"))

    noura.post("/accounts/logout/")
    log_in(noura, "noura")
    assert TYPED in text_of(noura.get(url))


def test_a_name_that_is_given_again_inherits_nothing(noura: Client, gate: Gate) -> None:
    url = f"/admin/gates/gate/{gate.pk}/close/"
    noura.post("/accounts/logout/")
    noura.post(url, {"summary": TYPED})
    User.objects.get(username="noura").delete()
    another = User.objects.create_user("noura", password=SECRET, is_staff=True)
    another.groups.add(Group.objects.get(name="Engineer"))

    log_in(noura, "noura")

    assert TYPED not in text_of(noura.get(url))


def test_a_stranger_keeps_nothing(people: None, client: Client, gate: Gate) -> None:
    response = client.post(f"/admin/gates/gate/{gate.pk}/close/", {"summary": TYPED})

    assert response.headers["Location"] == "/accounts/login/?next=/"
    assert "Go back in your browser" in text_of(client.get(response.headers["Location"]))


def test_passwords_and_large_forms_are_not_kept(people: None, client: Client, gate: Gate) -> None:
    log_in(client, "sami")
    user = User.objects.get(username="noura")
    close = f"/admin/gates/gate/{gate.pk}/close/"
    for url, data in {
        f"/admin/auth/user/{user.pk}/password/": {"password1": TYPED, "password2": TYPED},
        "/admin/auth/user/add/": {"username": TYPED, "password1": TYPED},
        "/accounts/password/": {"oldpassword": TYPED},
        "/accounts/second-factor/app/": {"code": "123456"},
        close: {"output": "x" * (held_forms.MAX_SIZE + 1)},
    }.items():
        idle(client)
        there = client.post(url, data, headers={"Referer": f"http://testserver{close}?a=1"})

        assert there.headers["Location"] == f"/accounts/login/?next={close}%3Fa%3D1", url
        assert cache.get(held_forms._key(account_digest("sami"))) is None, url
        log_in(client, "sami")


def test_a_log_in_in_another_tab_leads_back_to_what_was_typed(people: None, gate: Gate) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.get(username="noura"))
    url = f"/admin/gates/gate/{gate.pk}/close/"
    browser.cookies["csrftoken"] = "b" * 32

    refused = browser.post(url, {"summary": TYPED, "csrfmiddlewaretoken": "a" * 32})
    forged = browser.post(
        url,
        {"summary": "forged", "csrfmiddlewaretoken": "a" * 32},
        headers={"Origin": "https://evil.example"},
    )

    assert (refused.status_code, forged.status_code) == (403, 403)
    assert f'href="{url}">Show what I typed again</a>' in refused.content.decode()
    assert "Show what I typed" not in forged.content.decode()
    assert TYPED in text_of(browser.get(url))


def test_switching_the_language_keeps_what_is_typed(noura: Client, gate: Gate) -> None:
    url = f"/admin/gates/gate/{gate.pk}/close/"

    sent = {"summary": TYPED, "language": "ar"}
    response = noura.post(f"/language/?next={url}", sent, follow=True)

    text = text_of(response)
    assert response.request["PATH_INFO"] == url
    assert 'dir="rtl"' in text
    assert TYPED in text
    assert not Evidence.objects.exists()


def test_a_form_that_nobody_touched_is_just_shown_in_the_other_language(
    noura: Client, gate: Gate
) -> None:
    url = f"/admin/gates/gate/{gate.pk}/change/"

    text = text_of(
        noura.post(f"/language/?next={url}", gate_data(gate, language="ar"), follow=True)
    )

    assert 'dir="rtl"' in text
    assert "messagelist" not in text
    assert "errorlist" not in text
