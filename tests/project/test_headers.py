"""The headers of every answer, which tell the browser what to refuse."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from dealix_gates import settings as production
from gates.views import history as history_views
from tests.support.accounts import PASSWORD, account, browser_of
from tests.support.sample_board import OneOfEach

# What it shows does not depend on the engine, so one of them is enough.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

POLICY = {
    "default-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
}

# What a script that got into a page would like to use, and what only passkeys need.
DEVICES = {
    *("bluetooth", "camera", "display-capture", "geolocation", "hid", "local-fonts", "microphone"),
    *("midi", "payment", "serial", "usb"),
}
PASSKEYS = {"publickey-credentials-create", "publickey-credentials-get"}

# A path of each kind, and what it answers to a founder.
KINDS = {
    "/": 200,
    "/gates/T1/": 200,
    "/board.json": 200,
    "/board.csv": 200,
    "/admin/": 200,
    "/admin/gates/gate/": 200,
    "/admin/gates/gate/add/": 200,
    "/admin/jsi18n/": 200,
    "/accounts/password/": 200,
    "/accounts/sessions/": 200,
    "/healthz": 200,
    "/evidence/{file}/file": 200,
    "/static/gates/site.css": 200,
    "/static/admin/js/core.js": 200,
    "/static/accounts/passkey.js": 200,
    "/admin/login/": 403,
    "/no/such/page": 404,
    "/static/no/such/file.css": 404,
    "/admin/no/such/page/": 404,
    "/gates/T1/?as_of=never": 400,
    "/burnup/": 500,
}


@pytest.fixture
def founder(monkeypatch: pytest.MonkeyPatch) -> Client:
    """A founder's client, for which the burn-up page raises an error."""

    def broken(*_args: Any) -> None:
        raise RuntimeError("broken for the test")

    monkeypatch.setattr(history_views, "burnup", broken)
    client = browser_of("Founder")
    client.raise_request_exception = False
    return client


def answer(client: Client, path: str, **options: Any) -> Any:
    one = OneOfEach()
    response = client.get(path.format(file=one.file.pk), **options)
    body = b"".join(response) if response.streaming else response.content
    return response, body.decode(errors="replace")


@pytest.mark.parametrize(("path", "status"), KINDS.items())
def test_every_answer_carries_every_header(founder: Client, path: str, status: int) -> None:
    response, body = answer(founder, path, secure=True)

    assert response.status_code == status
    policy = response.headers["Content-Security-Policy"]
    assert {part.strip() for part in policy.split(";")} == POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    allowed = dict(part.split("=") for part in response.headers["Permissions-Policy"].split(", "))
    assert allowed.keys() >= DEVICES
    assert {name for name, value in allowed.items() if value != "()"} == PASSKEYS
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    hsts = response.headers["Strict-Transport-Security"]
    assert hsts == "max-age=31536000; includeSubDomains; preload"
    if "/static/" not in path or status == 404:
        assert response.headers["X-Frame-Options"] == "DENY"
    if response.headers["Content-Type"].startswith("text/html"):
        assert re.findall(r"<script(?![^>]+src=)|<style|\sstyle=|\son\w+=", body) == []
        assert "broken for the test" not in body


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/second-factor/app/", "/badge.svg"])
def test_so_do_the_pages_before_the_login(path: str) -> None:
    response, body = answer(Client(), path)

    policy = response.headers["Content-Security-Policy"]
    assert {part.strip() for part in policy.split(";")} == POLICY
    assert re.findall(r"<script(?![^>]+src=)|<style|\sstyle=|\son\w+=", body) == []


def test_cookies_are_out_of_reach_of_scripts_and_other_sites() -> None:
    cache.clear()
    account("Founder")
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "a-founder", "password": PASSWORD})
    session, token = client.cookies["sessionid"], client.cookies["csrftoken"]

    assert session["httponly"]
    assert (session["samesite"], token["samesite"]) == ("Lax", "Lax")


def test_outside_development_cookies_and_pages_need_https(settings) -> None:
    settings.SECURE_SSL_REDIRECT = True  # the tests' own settings lift it for plain http
    plain = Client().get("/")
    health = Client().get("/healthz")

    assert production.REFUSE_OWNER_ROLE
    assert production.SECURE_SSL_REDIRECT
    assert production.SESSION_COOKIE_SECURE
    assert production.CSRF_COOKIE_SECURE
    assert (plain.status_code, plain.headers["Location"]) == (301, "https://testserver/")
    assert health.status_code == 200


def test_a_form_without_its_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    strict = browser_of("Founder")
    client.cookies = strict.cookies

    answers = {
        path: client.post(path, {}).status_code
        for path in ("/accounts/login/", "/accounts/logout/", "/admin/gates/gate/add/")
    }

    assert answers == {
        "/accounts/login/": 403,
        "/accounts/logout/": 403,
        "/admin/gates/gate/add/": 403,
    }
