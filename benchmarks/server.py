"""gunicorn with its workers, as in production, and a browser for it."""

import http.client
import os
import re
import shlex
import socket
import subprocess
import sys
from http.cookies import SimpleCookie
from pathlib import Path

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from .environment import FIXED_ENVIRONMENT

ROOT = Path(__file__).resolve().parent.parent
HOST = "gates.example"


class Server:
    """gunicorn as its unit starts it, but on its own port and with its output in a file.

    Args:
        folder: for the log and the media files.
        database_url: as in DATABASE_URL.
        options: added to the unit's options of gunicorn.
        environment: added to the environment of every server here.
    """

    def __init__(self, folder: Path, database_url: str, *options: str, **environment: str) -> None:
        unit = (ROOT / "deploy" / "dealix-gates.service").read_text()
        line = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)
        assert line
        arguments = shlex.split(line[1])[1:]
        arguments[-1:-1] = options
        # Already listening: no wait for the start, no guess at a free port.
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self.socket.getsockname()[1]
        arguments[arguments.index("--bind") + 1] = f"fd://{self.socket.fileno()}"
        self.log = folder / f"gunicorn-{self.port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603  our own command
                [Path(sys.executable).parent / "gunicorn", *arguments],
                cwd=ROOT,
                env={
                    **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
                    **FIXED_ENVIRONMENT,
                    "DJANGO_SETTINGS_MODULE": "benchmarks.server_settings",
                    "SERVED_FOLDER": str(folder),
                    "DATABASE_URL": database_url,
                    "SECRET_KEY": "0123456789" * 6,
                    "ALLOWED_HOSTS": HOST,
                    **environment,
                },
                pass_fds=[self.socket.fileno()],
                stdout=log,
                stderr=log,
            )

    def memory(self) -> float:
        """Return the resident memory of all workers in MB; shared pages count for each worker."""
        pid = self.process.pid
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in workers)
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def stop(self) -> None:
        """Let the workers finish their requests, then end them."""
        self.process.terminate()
        self.process.wait(timeout=40)
        self.socket.close()


class Browser:
    """A browser behind the proxy: it keeps cookies and sends the proxy's headers."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.cookies: dict[str, str] = {}

    def get(
        self, server: Server, path: str, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Return the response and its body."""
        return self._request(server, "GET", path, None, headers)

    def post(
        self, server: Server, path: str, **data: object
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Send a form; return the response and its body. Redirects are not followed."""
        token = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        body = encode_multipart(BOUNDARY, {**data, **token})
        return self._request(server, "POST", path, body, {"Content-Type": MULTIPART_CONTENT})

    def _request(
        self, server: Server, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        http_connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        try:
            http_connection.request(
                method,
                path,
                body,
                {
                    "Host": HOST,
                    "X-Forwarded-Proto": "https",
                    "X-Forwarded-For": self.address,
                    "Referer": f"https://{HOST}/",
                    "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
                    **headers,
                },
            )
            response = http_connection.getresponse()
            content = response.read()
        finally:
            http_connection.close()
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {
                name: cookie.coded_value for name, cookie in SimpleCookie(line).items()
            }
        return response, content
