"""A small OpenID Connect provider that a test starts."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class OpenIdServer(BaseHTTPRequestHandler):
    """Says who has logged in: `person`."""

    person: dict[str, Any] = {}

    server: ThreadingHTTPServer

    def do_GET(self) -> None:
        here = f"http://127.0.0.1:{self.server.server_port}"
        if "openid-configuration" in self.path:
            return self.say({
                "issuer": here,
                "authorization_endpoint": f"{here}/authorize",
                "token_endpoint": f"{here}/token",
                "userinfo_endpoint": f"{here}/userinfo",
                "jwks_uri": f"{here}/keys",
            })  # fmt: skip
        return self.say(self.person)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.say({"access_token": "token", "token_type": "Bearer"})

    def say(self, what: dict[str, Any]) -> None:
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Quiet."""
