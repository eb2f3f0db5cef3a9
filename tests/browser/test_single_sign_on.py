"""Single sign-on in a real browser: the log-in button leads to a provider of another origin."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from threading import Thread
from urllib.request import urlopen

import pytest
from django.conf import settings
from playwright.sync_api import Browser, expect

from tests.support.openid_server import OpenIdServer

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]


class Provider(OpenIdServer):
    """A provider with a log-in page."""

    def do_GET(self) -> None:  # noqa: N802  the library's name
        if not self.path.startswith("/authorize"):
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<h1>Who are you?</h1>")
        return None


def serve(handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def provider() -> Iterator[str]:
    server = serve(Provider)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def board(migrated_sqlite: Path, provider: str) -> Iterator[str]:
    """The board in a process of its own: single sign-on is a matter of the start."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "DEBUG": "on",
        "ALLOWED_HOSTS": "localhost",
        "DATABASE_URL": f"sqlite:///{migrated_sqlite}",
        "SSO_SERVER": provider,
        "SSO_NAME": "Example",
        "SSO_CLIENT_ID": "gates",
        "SSO_CLIENT_SECRET": "made up",
    }
    command = [sys.executable, "manage.py"]
    # Single sign-on has tables of its own.
    subprocess.run([*command, "migrate", "-v0"], cwd=settings.BASE_DIR, env=environment, check=True)
    server = subprocess.Popen(
        [*command, "runserver", "--noreload", str(port)],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://localhost:{port}"
    for _ in range(100):
        try:
            urlopen(f"{url}/healthz").close()  # noqa: S310  our own server
            break
        except OSError:
            time.sleep(0.2)
    yield url
    server.terminate()
    server.wait()


def test_the_button_leads_to_the_provider(board: str, provider: str, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{board}/accounts/login/")

    page.get_by_role("button", name="Log in with Example").click()

    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    assert page.url.startswith(f"{provider}/authorize")
    context.close()


def test_no_form_leads_to_another_origin(board: str, browser: Browser) -> None:
    other = serve(Provider)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{board}/accounts/login/")

    page.evaluate(
        "url => { document.forms[0].action = url; document.forms[0].submit() }",
        f"http://127.0.0.1:{other.server_port}/authorize",
    )
    page.wait_for_timeout(500)

    assert page.url == f"{board}/accounts/login/"
    context.close()
    other.shutdown()
    other.server_close()
