"""`gatesctl run` and `probe`: what is sent, and which exit code follows."""

import json
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from gates.measurements import read_report
from gates.rules.measures import Kind
from tests.support.gates_server import GatesServer, gates_server

PASSED, FAILED, REFUSED = 0, 1, 2
YES = {"passed": True}


# --- run ---------------------------------------------------------------------------------------


def python(code: str) -> list[str]:
    return ["--", sys.executable, "-c", code]


def test_what_a_command_wrote_is_sent_although_it_failed(
    client: Any, server: GatesServer, tmp_path: Path
) -> None:
    server.will(201, {"passed": False})
    path = tmp_path / "out.json"
    write = f"open({str(path)!r}, 'w').write('[1]'); raise SystemExit(99)"

    assert client.main(["run", "T6/load", str(path), *python(write)]) == FAILED
    assert server.last.body == b"[1]"


def test_what_a_command_printed_is_sent(client: Any, server: GatesServer) -> None:
    server.will(201, YES)

    assert (
        client.main(["run", "--commit", "f83a356", "T8/restore", "-", *python("print(7)")])
        == PASSED
    )
    assert server.last.body.strip() == b"7"
    assert server.last.query["commit"] == "f83a356"
    assert server.last.path.endswith("/gates/T8/checks/restore/runs")


@pytest.mark.parametrize("before", ["{}", None])
def test_a_report_from_before_the_command_is_not_sent(
    client: Any, server: GatesServer, tmp_path: Path, before: str | None
) -> None:
    path = tmp_path / "out.json"
    if before is not None:
        path.write_text(before)

    assert client.main(["run", "T6/load", str(path), *python("raise SystemExit(1)")]) == REFUSED
    assert server.asked == []


@pytest.mark.parametrize("command", [[], ["--"], ["--", "/no/such/program"]])
def test_without_a_command_nothing_is_sent(
    client: Any, server: GatesServer, command: list[str]
) -> None:
    assert client.main(["run", "T6/load", "-", *command]) == REFUSED
    assert server.asked == []


# --- probe -------------------------------------------------------------------------------------


def probed(client: Any, server: GatesServer, *arguments: str) -> dict[str, str]:
    """The measures that the board reads from what the probe sent."""
    assert client.main(["probe", *arguments]) == PASSED
    report = read_report(Kind.HEALTH, server.last.body)
    return {name: str(value) for name, value in report.measures.items() if name != "milliseconds"}


@pytest.mark.parametrize(
    ("status", "page", "arguments", "expected"),
    [
        (200, {"checks": {"postgres": {"status": "ok", "ms": 26.9}, "redis": "up"}}, [],
         {"status": "200", "parts_down": "0"}),
        (503, {"status": "down", "parts": {"postgres": "ok", "redis": False}}, [],
         {"status": "503", "parts_down": "1"}),
        (200, {"database": "ok", "role": "owner", "version": 3}, ["--parts", "."],
         {"status": "200", "parts_down": "1"}),
        (200, {"data": {"all": {"a": {"ok": True}, "b": {"x": 1}}}}, ["--parts", "data.all"],
         {"status": "200", "parts_down": "1"}),
        (200, {"database": "ok"}, [], {"status": "200"}),
        (200, b"OK", [], {"status": "200"}),
        (500, b"<html>", [], {"status": "500", "parts_down": "1"}),
        (302, b"", [], {"status": "302", "parts_down": "1"}),
        (0, b"", [], {"status": "0", "parts_down": "1"}),
    ],
)  # fmt: skip
def test_the_parser_reads_what_the_probe_saw(
    client: Any,
    server: GatesServer,
    status: int,
    page: Any,
    arguments: list[str],
    expected: dict[str, str],
) -> None:
    server.will(201, YES)
    with gates_server() as service:
        service.will(status, page)

        found = probed(client, server, "T1/health", f"{service.url}/deep?key=s", *arguments)

    assert found == expected
    assert "Authorization" not in service.last.headers
    sent = json.loads(server.last.body)
    assert sent["url"] == f"{service.url}/deep"  # no query: it may hold a secret
    assert sent["milliseconds"] > 0


def test_a_service_that_is_not_there_is_down(client: Any, server: GatesServer) -> None:
    server.will(201, YES)
    with gates_server() as service:
        gone = service.url

    assert probed(client, server, "T1/health", gone) == {"status": "0", "parts_down": "1"}


def test_a_service_that_never_answers_is_down(client: Any, server: GatesServer) -> None:
    server.will(201, YES)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connected to, and never read
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"

        found = probed(client, server, "T1/health", address, "--timeout", "0.1")

    assert found == {"status": "0", "parts_down": "1"}
