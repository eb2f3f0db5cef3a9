"""Single sign-on against a small OpenID Connect server, in a process with its environment."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings

from tests.support.openid_server import OpenIdServer

# What a browser would do: ask to log in, come back with what the server said.
LOG_IN = """
import json, os
from urllib.parse import parse_qs, urlsplit
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)  # only what the app of single sign-on adds
User.objects.create_user("sami", email="sami@example.com")
client = Client()
page = client.get("/accounts/login/").content.decode()
away = client.post("/accounts/single/sso/login/")
state = parse_qs(urlsplit(away["Location"]).query)["state"][0]
callback = "/accounts/single/sso/login/callback/"
back = client.get(callback, {"code": "c", "state": state}, follow=True)
# A session that somebody has stolen, and their own account at the provider.
User.objects.create_user("lina")
stolen = Client()
stolen.force_login(User.objects.get(username="lina"))
connecting = {}
for process in ("connect", "redirect"):
    away_again = stolen.post(f"/accounts/single/sso/login/?process={process}")
    state = parse_qs(urlsplit(away_again["Location"]).query)["state"][0]
    answer = stolen.get(callback, {"code": "c", "state": state})
    connecting[process] = answer.status_code
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin
print(json.dumps({
    "connecting": connecting,
    "connected": list(SocialAccount.objects.values_list("user__username", flat=True)),
    "administered": sorted(m._meta.app_label for m in admin.site._registry),
    "offered": "Log in with Example" in page,
    "away": away["Location"].split("?")[0],
    "user": client.session.get("_auth_user_id") and back.wsgi_request.user.get_username(),
    "accounts": list(User.objects.exclude(username="lina").values_list("username", flat=True)),
    "landed": back.request["PATH_INFO"],
}))
"""


@pytest.fixture
def provider() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), OpenIdServer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def log_in(database: Path, provider: str, **person: Any) -> dict[str, Any]:
    """Log in through the provider in a process of its own; what came of it."""
    OpenIdServer.person = {"sub": "1", "name": "Sami", **person}
    result = subprocess.run(
        [sys.executable, "-c", LOG_IN],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "dealix_gates.settings",
            "DEBUG": "on",
            "ALLOWED_HOSTS": "testserver",
            "DATABASE_URL": f"sqlite:///{database}",
            "SSO_SERVER": provider,
            "SSO_NAME": "Example",
            "SSO_CLIENT_ID": "gates",
            "SSO_CLIENT_SECRET": "made up",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return answer


@pytest.mark.sqlite  # the process has a SQLite file of its own
def test_whom_we_know_by_a_verified_address_is_let_in(migrated_sqlite: Path, provider: str) -> None:
    answer = log_in(migrated_sqlite, provider, email="sami@example.com", email_verified=True)

    assert answer["offered"]
    assert answer["away"] == f"{provider}/authorize"
    assert (answer["user"], answer["landed"]) == ("sami", "/")


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("email", "verified"), [("sami@example.com", False), ("stranger@example.com", True)]
)
def test_nobody_else_is_let_in_and_no_account_is_made(
    migrated_sqlite: Path, provider: str, email: str, verified: bool
) -> None:
    answer = log_in(migrated_sqlite, provider, email=email, email_verified=verified)

    assert answer["user"] is None
    assert answer["accounts"] == ["sami"]


@pytest.mark.sqlite
def test_an_open_session_connects_no_account_of_the_provider(
    migrated_sqlite: Path, provider: str
) -> None:
    answer = log_in(migrated_sqlite, provider, email="stranger@example.com", email_verified=True)

    assert answer["connecting"] == {"connect": 401, "redirect": 401}
    assert answer["connected"] == []
    assert "socialaccount" not in answer["administered"]


def test_it_is_off_by_default(client: Any, db: None) -> None:
    assert not settings.SINGLE_SIGN_ON
    assert client.get("/accounts/single/sso/login/").status_code == 404
