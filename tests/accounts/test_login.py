"""Logging in and out: where it leads, what it refuses, and how long a session lives."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import TemporaryPassword
from tests.support import factory
from tests.support.admin_forms import person

pytestmark = pytest.mark.django_db

SECRET = "a long enough secret"
NEW = "another-long-secret-9"


@pytest.fixture(autouse=True)
def no_attempts_yet() -> Iterator[None]:
    """Attempts are counted in the database's cache table, which other tests may have used."""
    cache.clear()
    yield
    cache.clear()


def log_in(client: Client, username: str = "sami", password: str = SECRET, **data: str) -> Any:
    return client.post(reverse("account_login"), {"login": username, "password": password, **data})


def logged_in(client: Client) -> bool:
    """Whether a page behind the login opens."""
    return client.get(reverse("history")).status_code == 200


def change_password(client: Client, old: str = SECRET, new: str = NEW) -> Any:
    return client.post(
        reverse("account_change_password"),
        {"oldpassword": old, "password1": new, "password2": new},
    )


# --- in and out ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "lands"),
    [
        ("/gates/T6/", "/gates/T6/"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_logging_in_leads_back_but_never_to_another_site(
    client: Client, asked: str, lands: str
) -> None:
    factory.user("sami", password=SECRET)

    in_the_form = log_in(client, next=asked)
    client.post(reverse("account_logout"))
    in_the_address = client.post(
        reverse("account_login") + f"?next={asked}", {"login": "sami", "password": SECRET}
    )

    assert in_the_form.headers["Location"] == lands
    assert in_the_address.headers["Location"] == lands


@pytest.mark.parametrize("name", ["sami", "nobody"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    client: Client, name: str
) -> None:
    factory.user("sami", password=SECRET)

    response = log_in(client, name, "wrong")

    assert response.status_code == 200
    assert "The username and/or password you specified are not correct" in response.content.decode()
    assert not logged_in(client)


def test_logging_out_asks_first_and_then_ends_the_session(client: Client) -> None:
    factory.user("sami", password=SECRET)
    log_in(client)

    asked = client.get(reverse("account_logout"))
    still = logged_in(client)
    client.post(reverse("account_logout"))

    assert asked.status_code == 200
    assert still
    assert not logged_in(client)


@pytest.mark.parametrize("path", ["signup/", "password/reset/", "email/", "login/code/"])
def test_nobody_signs_up_or_resets_a_password_by_mail(client: Client, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404


# --- lock-out ------------------------------------------------------------------------------


def test_after_five_wrong_passwords_even_the_right_one_waits(client: Client) -> None:
    factory.user("sami", password=SECRET)
    factory.user("lina", password=SECRET)
    for _ in range(5):
        log_in(client, "sami", "wrong")

    right = log_in(Client(), "sami")
    other = Client()
    log_in(other, "lina")

    assert "Too many failed attempts" in right.content.decode()
    assert "_auth_user_id" not in right.client.session
    assert logged_in(other)


def test_a_lock_out_holds_in_every_process(client: Client) -> None:
    """The count is in the database, so a new worker knows it."""
    factory.user("sami", password=SECRET)
    for _ in range(5):
        log_in(client, "sami", "wrong")

    keys = [
        row for row in _rows("SELECT cache_key FROM accounts_attempts") if "login_failed" in row[0]
    ]

    assert keys


def _rows(statement: str) -> list[tuple[str, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_whoever_asks_too_often_is_told_to_wait(client: Client) -> None:
    statuses = [log_in(client, f"someone{number}", "x").status_code for number in range(31)]

    assert statuses[0] == 200
    assert statuses[-1] == 429


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
    start = time.time()

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
    start = time.time()
    step = settings.SESSION_IDLE_SECONDS // 2

    alive = []
    for seconds in range(step, settings.SESSION_COOKIE_AGE + 2 * step, step):
        monkeypatch.setattr("accounts.middleware.time.time", lambda now=start + seconds: now)
        alive.append((seconds, logged_in(client)))

    assert alive == [(at, at <= settings.SESSION_COOKIE_AGE) for at, _ in alive]
    assert {still for _, still in alive} == {True, False}


def test_using_a_session_costs_no_query_but_every_five_minutes(
    client: Client, django_assert_num_queries, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory.user("sami", password=SECRET)
    log_in(client)
    client.get(reverse("account_login"))  # reads the account's language, once a log-in
    start = time.time()

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


# --- passwords -----------------------------------------------------------------------------


def test_changing_the_password_ends_the_other_sessions(client: Client) -> None:
    user = factory.user("sami", password=SECRET)
    factory.launch()
    elsewhere = Client()
    log_in(elsewhere)
    log_in(client)

    wrong = change_password(client, old="wrong")
    done = change_password(client)

    assert wrong.status_code == 200
    assert done.headers["Location"] == "/"
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert logged_in(client)
    assert not logged_in(elsewhere)


def test_a_weak_password_is_refused(client: Client) -> None:
    user = factory.user("sami", password=SECRET)
    log_in(client)

    response = change_password(client, new="12345678")

    assert response.status_code == 200
    user.refresh_from_db()
    assert user.check_password(SECRET)


def test_the_first_login_with_a_given_password_leads_to_changing_it_and_nowhere_else(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("bootstrap")
    printed = re.search(r"sami\s+(\S+)", capsys.readouterr().out)
    assert printed
    given = printed[1]

    log_in(client, password=given)
    elsewhere = [client.get(url) for url in ("/", "/board.json", "/admin/", "/waiting/")]
    again = Client()
    log_in(again, password=given)
    still = again.get("/")
    change_password(again, old=given)

    change = reverse("account_change_password")
    assert [(page.status_code, page.headers["Location"]) for page in elsewhere] == [
        (302, change)
    ] * 4
    assert (still.status_code, still.headers["Location"]) == (302, change)
    assert again.get("/").status_code == 200
    assert not TemporaryPassword.objects.filter(user__username="sami").exists()


def test_a_password_that_the_founder_sets_is_a_given_one(client: Client) -> None:
    client.force_login(person("sami", "Founder"))
    lina = factory.user("lina", password=SECRET)

    client.post(
        reverse("admin:auth_user_password_change", args=[lina.pk]),
        {"password1": NEW, "password2": NEW, "usable_password": "true"},
    )
    client.post(
        reverse("admin:auth_user_add"),
        {"username": "omar", "password1": NEW, "password2": NEW, "usable_password": "true"},
    )

    given = set(TemporaryPassword.objects.values_list("user__username", flat=True))
    assert given == {"lina", "omar"}
    assert User.objects.get(username="lina").check_password(NEW)


def test_json_is_not_the_way_in(client: Client) -> None:
    factory.user("sami", password=SECRET)

    response = client.post(
        reverse("account_login"),
        json.dumps({"login": "sami", "password": SECRET}),
        content_type="application/json",
    )

    assert response.status_code < 500
    assert not logged_in(client)
