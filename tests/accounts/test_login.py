"""Logging in and out: where it leads, what it refuses, and the lock-out."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from tests.support import factory
from tests.support.login import SECRET, log_in, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_attempts_yet")]


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


def test_json_is_not_the_way_in(client: Client) -> None:
    factory.user("sami", password=SECRET)

    response = client.post(
        reverse("account_login"),
        json.dumps({"login": "sami", "password": SECRET}),
        content_type="application/json",
    )

    assert response.status_code < 500
    assert not logged_in(client)
