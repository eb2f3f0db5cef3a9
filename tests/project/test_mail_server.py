"""The mail server of EMAIL_URL: read by django-environ, refused in one line without its secret."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from dealix_gates.mail_server import mail

SENDER = "gates@dealix.example"
HIDDEN = "hunter2-hunter2"  # may never be printed

READ: dict[str, dict[str, Any]] = {
    "smtp+tls://me%40x.example:p%3Aw%2F@mail.example": {
        "EMAIL_HOST": "mail.example", "EMAIL_PORT": 587, "EMAIL_USE_TLS": True,
        "EMAIL_HOST_USER": "me@x.example", "EMAIL_HOST_PASSWORD": "p:w/",
    },
    "smtp+ssl://u:p@mail.example": {"EMAIL_PORT": 465, "EMAIL_USE_SSL": True},
    "smtp://127.0.0.1:2525": {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": 2525},
    "consolemail://": {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"},
}  # fmt: skip

REFUSED = [
    (f"mail.example:{HIDDEN}", SENDER, "EMAIL_URL must be smtp"),
    (f"memorymail://u:{HIDDEN}@x", SENDER, "EMAIL_URL must be smtp"),
    (f"smtp+tls://u:5/{HIDDEN}@mail.example", SENDER, "EMAIL_URL cannot be read"),
    (f"smtp+tls://u:5#{HIDDEN}@mail.example", SENDER, "EMAIL_URL cannot be read"),
    (f"smtp+tls://u:x/{HIDDEN}@mail.example", SENDER, "EMAIL_URL cannot be read"),
    ("smtp+tls://", SENDER, "EMAIL_URL must name the mail server"),
    (f"smtp+tls://u:{HIDDEN}@mail.example", "", "EMAIL_FROM must be the sender's address"),
    (f"smtp+tls://u:{HIDDEN}@mail.example", "a b", "EMAIL_FROM must be the sender's address"),
    ("", SENDER, "EMAIL_URL must name the mail server"),
]


@pytest.mark.parametrize("url", READ)
def test_an_address_is_read(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    monkeypatch.setenv("EMAIL_FROM", SENDER)

    found = mail()

    assert READ[url].items() <= found.items()
    assert found["DEFAULT_FROM_EMAIL"] == SENDER


def test_without_an_address_there_is_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "")
    monkeypatch.setenv("EMAIL_FROM", "")

    assert mail() == {}


@pytest.mark.parametrize(("url", "sender", "line"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_is_one_line_without_the_secret(
    monkeypatch: pytest.MonkeyPatch, url: str, sender: str, line: str
) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    monkeypatch.setenv("EMAIL_FROM", sender)

    with pytest.raises(ImproperlyConfigured, match=line) as refused:
        mail()

    assert HIDDEN not in str(refused.value)
