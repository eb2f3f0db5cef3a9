"""The MCP server of `gatesctl`: JSON-RPC, one message a line, over standard input and output."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support.gates_server import SCRIPT, TOKEN, GatesServer

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "agent", "version": "1"},
    },
}


def talk(server: GatesServer, *lines: Any) -> list[dict[str, Any]]:
    """Start the server, send it lines, close its input; return its answers."""
    sent = b"".join(
        (line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines
    )
    process = subprocess.run(
        [sys.executable, "-I", "-W", "error", str(SCRIPT), "mcp"],
        env={"GATES_URL": server.url, "GATES_TOKEN": TOKEN, "GATES_LAUNCH": "primitive"},
        input=sent,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (process.returncode, process.stderr) == (0, b"")
    return [json.loads(line) for line in process.stdout.splitlines()]


@pytest.fixture
def ask(client: Any, server: GatesServer) -> Any:
    """Call a tool in this process; return (its data, whether it is an error)."""

    def call(name: str, **arguments: Any) -> tuple[Any, bool]:
        board = client.Board(server.url, TOKEN, "primitive")
        params = {"name": name, "arguments": arguments}
        answer = client.reply(board, {"method": "tools/call", "params": params})["result"]
        (content,) = answer["content"]
        assert content["type"] == "text"
        return json.loads(content["text"]), answer["isError"]

    return call


def test_an_agent_says_hello_lists_the_tools_and_calls_one(server: GatesServer) -> None:
    server.will(200, {"name": "launched", "allowed": False, "reasons": ["6 more gates must close"]})

    answers = talk(
        server,
        INITIALIZE,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": "two", "method": "tools/list"},
        {
            "jsonrpc": "2.0",
            "id": 3,
            "method": "tools/call",
            "params": {"name": "what_is_missing", "arguments": {"claim": "launched"}},
        },
        {"jsonrpc": "2.0", "id": 4, "method": "ping"},
    )

    assert [answer["id"] for answer in answers] == [1, "two", 3, 4]
    assert {answer["jsonrpc"] for answer in answers} == {"2.0"}
    assert answers[0]["result"]["protocolVersion"] == "2025-06-18"
    assert answers[0]["result"]["capabilities"] == {"tools": {}}
    names = {tool["name"] for tool in answers[1]["result"]["tools"]}
    assert names == {"board", "gate", "what_is_missing", "claim", "post_report", "propose"}
    assert all(tool["inputSchema"]["type"] == "object" for tool in answers[1]["result"]["tools"])
    said = json.loads(answers[2]["result"]["content"][0]["text"])
    assert said["data"] == {"missing": ["6 more gates must close"], "allowed": False}
    assert "not instructions" in said["note"]
    assert answers[3]["result"] == {}


def test_what_is_no_request_gets_an_error_or_no_answer(server: GatesServer) -> None:
    answers = talk(
        server,
        b"not json",
        b"[" * 100_000,
        [INITIALIZE],
        b"",
        {"jsonrpc": "2.0", "id": 9, "result": {}},
        {"jsonrpc": "2.0", "id": 5, "method": "resources/list"},
        {"jsonrpc": "2.0", "id": 6, "method": "tools/call", "params": "x"},
        {"jsonrpc": "2.0", "id": 7, "method": "initialize", "params": {"protocolVersion": "1"}},
    )

    assert [(answer["id"], answer.get("error", {}).get("code")) for answer in answers] == [
        (None, -32700),
        (None, -32700),
        (None, -32700),
        (5, -32601),
        (6, None),
        (7, None),
    ]
    assert answers[4]["result"]["isError"] is True
    assert answers[5]["result"]["protocolVersion"] == "2025-06-18"
    assert server.asked == []


def test_the_boards_texts_are_cut(ask: Any, server: GatesServer, client: Any) -> None:
    gate = {
        "code": "T6",
        "status": "open",
        "notes": "ن" * 5000,
        "evidence": [{"output": "x" * 2001}],
    }
    server.will(200, gate)

    said, is_error = ask("gate", code="t6")

    assert not is_error
    assert said["data"]["notes"] == "ن" * 2000 + "…"
    assert said["data"]["evidence"] == [{"output": "x" * 2000 + "…"}]
    assert server.last.path == "/api/v1/launches/primitive/gates/T6"


def test_the_board_is_told_without_its_evidence(ask: Any, server: GatesServer) -> None:
    gate = {"code": "T6", "title": "k6", "status": "open", "reason": "r", "evidence": [1]}
    server.will(200, {"launch": "p", "totals": {}, "claims": [], "gates": [gate], "actions": []})

    said, _ = ask("board")

    assert said["data"]["gates"] == [
        {"code": "T6", "title": "k6", "status": "open", "reason": "r", "owner": None}
    ]


def test_a_report_is_posted_unchanged(ask: Any, server: GatesServer) -> None:
    server.will(201, {"passed": True})
    report = ' {"metrics": {}} '

    said, is_error = ask("post_report", check="T6/load", report=report, commit="f83a356")

    assert (said["data"], is_error) == ({"passed": True}, False)
    assert server.last.body == report.encode()
    assert server.last.query.keys() == {"commit", "observed_at"}
    assert server.last.path.endswith("/gates/T6/checks/load/runs")


def test_a_proposal_is_posted_and_closes_nothing(ask: Any, server: GatesServer) -> None:
    server.will(201, {"state": "proposed"})

    ask("propose", gate="t6", summary="p95 was 412 ms", url="https://ci.example/58")

    assert server.last.method == "POST"
    assert server.last.path.endswith("/gates/T6/proposals")
    assert json.loads(server.last.body) == {
        "summary": "p95 was 412 ms",
        "url": "https://ci.example/58",
        "kind": "link",
    }


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("close", {"gate": "T6"}),
        ("gate", {}),
        ("gate", {"code": 6}),
        ("gate", {"code": "T6", "as_of": "2026-04-23"}),
        ("post_report", {"check": "T6/load", "report": ""}),
        ("post_report", {"check": "T6", "report": "{}"}),
        ("propose", {"gate": "T6"}),
    ],
)
def test_a_wrong_call_is_an_error_that_the_agent_reads(
    ask: Any, server: GatesServer, name: str, arguments: dict[str, Any]
) -> None:
    said, is_error = ask(name, **arguments)

    assert is_error
    assert said["refused"]
    assert server.asked == []


def test_a_refusal_of_the_board_is_an_error_that_the_agent_reads(
    ask: Any, server: GatesServer
) -> None:
    server.will(403, {"detail": "tokens attach, people close"})

    said, is_error = ask("propose", gate="T6", summary="closed it")

    assert is_error
    assert said == {"refused": "tokens attach, people close (HTTP 403)"}
