"""The client `gatesctl`, and a small real HTTP server that answers as the board's API does."""

import importlib.util
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

SCRIPT = Path(__file__).resolve().parents[2] / "client" / "gatesctl.py"
TOKEN = "dgx_12345678" + "x" * 43


def load_client() -> Any:
    """The client as a module; it is one file that is in no package."""
    spec = importlib.util.spec_from_file_location("gatesctl_under_test", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Asked:
    """One request that the server got."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass
class GatesServer:
    """Answers in turn; the last one again and again. (status, JSON or bytes, headers)"""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: list[tuple[int, Any, dict[str, str]]] = field(default_factory=list)

    def will(self, status: int, body: Any = None, **headers: str) -> None:
        self.answers.append((status, body if body is not None else {}, headers))

    @property
    def last(self) -> Asked:
        return self.asked[-1]


@contextmanager
def gates_server() -> Iterator[GatesServer]:
    """Serve on a free port of this machine until the end."""
    server = GatesServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(split.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server.asked.append(
                Asked(self.command, split.path, query, dict(self.headers.items()), body)
            )
            status, said, headers = server.answers[0]
            if len(server.answers) > 1:
                del server.answers[0]
            if status == 0:  # the connection breaks off
                self.connection.close()
                return
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 `http.server` calls it so

        def log_message(self, *_arguments: object) -> None:
            """Keep quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()
