"""The board speaks the reader's language, and remembers it for the account."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation

from gates.models import Preference
from tests.support import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sami(client: Client) -> Client:
    factory.gate("T1")
    client.force_login(factory.user("sami"))
    return client


def language_of(client: Client, **headers: str) -> tuple[str, str]:
    page = client.get(
        "/accounts/login/" if not client.session.get("_auth_user_id") else "/", headers=headers
    )
    html = page.content.decode()
    tag = html[html.index("<html") : html.index(">", html.index("<html"))]
    return tag.split('lang="')[1].split('"')[0], tag.split('dir="')[1].split('"')[0]


def test_the_browser_decides_until_somebody_chooses(client: Client) -> None:
    assert language_of(client) == ("en", "ltr")
    assert language_of(client, accept_language="ar-SA,ar;q=0.9,en;q=0.5") == ("ar", "rtl")
    assert language_of(client, accept_language="fr") == ("en", "ltr")


def test_a_choice_is_kept_for_the_account_on_every_device(sami: Client) -> None:
    response = sami.post("/language/", {"language": "ar", "next": "/waiting/"})

    assert response.headers["Location"] == "/waiting/"
    assert language_of(sami) == ("ar", "rtl")
    phone = Client()
    phone.force_login(factory.user("sami"))
    assert language_of(phone) == ("ar", "rtl")
    assert language_of(phone, accept_language="en") == ("ar", "rtl")
    other = Client()
    other.force_login(factory.user("noura"))
    assert language_of(other) == ("en", "ltr")


def test_the_language_can_be_changed_before_logging_in(client: Client) -> None:
    client.post("/language/", {"language": "ar", "next": "/accounts/login/"})

    assert language_of(client) == ("ar", "rtl")


@pytest.mark.parametrize("chosen", ["", "xx", "en\r\nSet-Cookie: a=b", "../.."])
def test_an_unknown_language_changes_nothing(sami: Client, chosen: str) -> None:
    sami.post("/language/", {"language": chosen})

    assert Preference.objects.count() == 0
    assert language_of(sami) == ("en", "ltr")


def test_it_leads_nowhere_else(sami: Client) -> None:
    response = sami.post("/language/", {"language": "ar", "next": "//evil.example/"})

    assert response.headers["Location"] == "/"


def test_documents_speak_english_unless_told_otherwise(sami: Client) -> None:
    sami.post("/language/", {"language": "ar"})

    english = sami.get("/board.json").json()["gates"][0]["reason"]
    arabic = sami.get("/board.json?language=ar").json()["gates"][0]["reason"]

    assert english == "not started, or explicitly incomplete"
    assert arabic != english


def test_a_password_that_is_too_short_is_refused_in_arabic() -> None:
    with translation.override("ar"), pytest.raises(ValidationError) as refused:
        MinimumLengthValidator().validate("short")

    assert "كلمة المرور قصيرة" in refused.value.messages[0]


@pytest.mark.parametrize(
    ("shown", "sent", "there"),
    [
        ("/?status=open", {"q": "k6 \u0627", "status": ""}, "/?q=k6+%D8%A7"),
        ("/history/?page=2&person=sami", {"person": "sami", "gate": ""}, ""),
        ("/history/?page=2", {"gate": "T6"}, "/history/?gate=T6"),
        ("/?as_of=30.11.2026", {"as_of": "30.11.2026"}, ""),
        ("/changes/", {"since": "2026-11-23", "until": "2026-11-30"}, ""),
        ("/changes/", {"since": "2026-04-01", "until": "2026-11-30"},
         "/changes/?since=2026-04-01&until=2026-11-30"),
        ("https://evil.example/x", {"q": "k6"}, "/x?q=k6"),
        ("////evil.example", {"q": "k6"}, "/"),
    ],
)  # fmt: skip
def test_the_switch_keeps_filters_that_were_not_sent_yet(
    sami: Client, shown: str, sent: dict[str, str], there: str
) -> None:
    query = {"language": "ar", "next": shown, "shown": "since=2026-11-23&until=2026-11-30"}

    response = sami.post(f"/language/?{urlencode(query)}", sent)

    assert response.headers["Location"] == (there or shown)
    assert language_of(sami) == ("ar", "rtl")


@pytest.mark.parametrize("path", ["/", "/history/", "/changes/"])
def test_a_page_with_filters_sends_them_with_the_switch(path: str) -> None:
    factory.gate("T1")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(factory.user("sami"))
    page = strict.get(path).content.decode()
    form = re.search(r'<form class="(?:filters|range)[^>]* id="(\w+)"', page)
    assert form
    button = re.search(
        rf'<button form="{form[1]}" formmethod="post"[^>]*formaction="([^"]+)"\s+'
        r'name="(\w+)" value="(\w+)"', page
    )  # fmt: skip
    assert button

    response = strict.post(unescape(button[1]), {button[2]: button[3], "gate": "T1"})

    assert response.headers["Location"] == f"{path}?gate=T1"
    assert "csrfmiddlewaretoken=" not in response.headers["Location"]
