"""The mail server that EMAIL_URL names, as django-environ reads it, and the sender."""

import re
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from dealix_gates.env_file import text

MAIL_PORTS = {"smtp": 25, "smtps": 587, "smtp+tls": 587, "smtp+ssl": 465}


def mail() -> dict[str, Any]:
    """Return Django's settings of mail by their names; empty where EMAIL_URL is not set."""
    url, sender = text("EMAIL_URL"), text("EMAIL_FROM")
    if not url:
        if sender:
            raise ImproperlyConfigured(
                "EMAIL_URL must name the mail server, because EMAIL_FROM is set"
            )
        return {}
    scheme = url.partition(":")[0]
    # The address is not repeated in a message: it holds a password.
    if scheme not in {*MAIL_PORTS, "consolemail", "filemail"}:
        raise ImproperlyConfigured(
            "EMAIL_URL must be smtp+tls://user:password@host or smtp+ssl://user:password@host"
        )
    unreadable = ImproperlyConfigured(
        "EMAIL_URL cannot be read as an address; in its user and password write @ : / ? # % as "
        "%40 %3A %2F %3F %23 %25"
    )
    if scheme in MAIL_PORTS and re.search("[/?#]", url.partition("://")[2]):
        raise unreadable
    try:
        config: dict[str, Any] = environ.Env.email_url_config(url)
    except (KeyError, ValueError) as error:
        raise unreadable from error
    if scheme in MAIL_PORTS and not config["EMAIL_HOST"]:
        raise ImproperlyConfigured(
            "EMAIL_URL must name the mail server: smtp+tls://user:password@host"
        )
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", sender):
        raise ImproperlyConfigured(
            "EMAIL_FROM must be the sender's address, such as gates@dealix.example"
        )
    port = config.get("EMAIL_PORT") or MAIL_PORTS.get(scheme)
    known = {name: value for name, value in config.items() if name.startswith("EMAIL_")}
    return {**known, "EMAIL_PORT": port, "DEFAULT_FROM_EMAIL": sender}
