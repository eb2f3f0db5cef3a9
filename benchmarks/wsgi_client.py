"""A logged-in user who requests pages from the WSGI application, as a server would."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

Application = Callable[..., Any]


class WsgiClient:
    """One user with one session, in the database in use."""

    def __init__(self, user: User, application: Application) -> None:
        self.application = application
        browser = Client()
        browser.force_login(user)
        session = browser.cookies[settings.SESSION_COOKIE_NAME].value
        self.cookies = f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={'x' * 32}"

    def get(self, path: str, etag: str = "") -> tuple[int, dict[str, str], bytes]:
        """Return (status, headers, body) of a page."""
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "gates.example",
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "gates.example",
            "HTTP_X_FORWARDED_PROTO": "https",
            "HTTP_COOKIE": self.cookies,
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
        }
        if etag:
            environ["HTTP_IF_NONE_MATCH"] = etag
        start: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            start.update(status=int(status[:3]), headers=dict(headers))

        response = self.application(environ, start_response)
        body = b"".join(response)
        if hasattr(response, "close"):
            response.close()
        return start["status"], start["headers"], body
