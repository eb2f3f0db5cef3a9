"""How long a session lives, what it costs, and how it is ended."""

import time

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from accounts.signals import SESSION_USED
from gates.models import Gate
from tests.support import factory
from tests.support.login import SECRET, log_in, log_in_confirmed, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_attempts_yet")]


# --- sessions ------------------------------------------------------------------------------


def test_the_session_key_changes_at_login(client: Client) -> None:
    factory.user("sami", password=SECRET)
    planted = client.session  # as somebody else might have put it into the browser
    planted.save()
    key = str(planted.session_key)

    log_in(client)

    assert client.session.session_key != key
    assert not client.session.exists(key)
    assert logged_in(client)


def test_a_session_ends_when_it_is_not_used(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings
) -> None:
    factory.user("sami", password=SECRET)
    factory.launch()
    log_in(client)
    start = client.session[SESSION_USED]

    monkeypatch.setattr(
        "accounts.middleware.time.time", lambda: start + settings.SESSION_IDLE_SECONDS
    )
    in_time = logged_in(client)
    monkeypatch.setattr(
        "accounts.middleware.time.time", lambda: start + 2 * settings.SESSION_IDLE_SECONDS + 60
    )
    too_late = client.get(reverse("history"))

    assert in_time
    assert too_late.status_code == 302
    assert too_late.headers["Location"].startswith(reverse("account_login"))
    assert "logged out for your safety" in client.get(reverse("account_login")).content.decode()


def test_a_session_ends_after_a_week_however_much_it_is_used(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings
) -> None:
    factory.user("sami", password=SECRET)
    factory.launch()
    log_in(client)
    start = client.session[SESSION_USED]
    step = settings.SESSION_IDLE_SECONDS // 2

    alive = []
    for seconds in range(step, settings.SESSION_COOKIE_AGE + 2 * step, step):
        monkeypatch.setattr("accounts.middleware.time.time", lambda now=start + seconds: now)
        alive.append((seconds, logged_in(client)))

    assert alive == [(at, at <= settings.SESSION_COOKIE_AGE) for at, _ in alive]
    assert {still for _, still in alive} == {True, False}


@pytest.mark.parametrize("key", ["began", "used"])
def test_a_session_past_its_end_writes_nothing_and_is_gone(client: Client, key: str) -> None:
    factory.user("sami", password=SECRET)
    gate = factory.gate("T1")
    log_in_confirmed(client, User.objects.create_superuser("root"))
    session = client.session
    session[key] = int(time.time()) - (7 * 24 * 3600 + 60)
    session.save()

    answer = client.post(
        reverse("admin:gates_gate_changelist"),
        {"action": "delete_selected", "_selected_action": [gate.pk], "post": "yes"},
    )

    assert answer.headers["Location"].startswith(reverse("account_login"))
    assert Gate.objects.filter(pk=gate.pk).exists()
    assert not session.exists(str(session.session_key))


def test_using_a_session_costs_no_query_but_every_five_minutes(
    client: Client, django_assert_num_queries, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory.user("sami", password=SECRET)
    log_in(client)
    client.get(reverse("account_login"))  # reads the account's language, once a log-in
    start = client.session[SESSION_USED]

    with django_assert_num_queries(2):  # the session and the account
        client.get(reverse("account_login"))
    monkeypatch.setattr("accounts.middleware.time.time", lambda: start + 301)
    client.get(reverse("history"))

    assert client.session["used"] == int(start) + 301


@pytest.mark.parametrize("backend", ["accounts.backend.Accounts", "accounts.backends.Accounts"])
def test_a_session_begun_by_a_backend_of_an_earlier_release_logs_in_again(
    client: Client, backend: str
) -> None:
    factory.user("sami", password=SECRET)
    factory.launch()
    log_in(client)
    session = client.session
    session[BACKEND_SESSION_KEY] = backend
    session.save()

    before = client.get(reverse("history"))
    log_in(client)

    assert before.status_code == 302
    assert before.headers["Location"].startswith(reverse("account_login"))
    assert logged_in(client)


def test_a_disabled_account_is_out_at_once(client: Client) -> None:
    user = factory.user("sami", password=SECRET)
    factory.launch()
    log_in(client)
    before = logged_in(client)

    user.is_active = False
    user.save()

    assert before
    assert not logged_in(client)
    again = log_in(Client())
    assert "not correct" in again.content.decode()


def test_sessions_are_listed_and_the_others_can_be_ended(client: Client) -> None:
    factory.user("sami", password=SECRET)
    factory.launch()
    elsewhere = Client(headers={"User-Agent": "A forgotten laptop"})
    log_in(elsewhere)
    log_in(client)

    listed = client.get(reverse("usersessions_list")).content.decode()
    client.post(reverse("usersessions_list"))

    assert "A forgotten laptop" in listed
    assert "This device" in listed
    assert logged_in(client)
    assert not logged_in(elsewhere)
