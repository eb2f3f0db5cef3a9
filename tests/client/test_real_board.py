"""`gatesctl` against the board itself, over HTTP: exit codes, retries, and the MCP server."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gates.models import Gate, Proposal, Run, Token
from tests.support import api, factory
from tests.support.gates_server import SCRIPT, load_client

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def client(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client's module, with a token for T1/load."""
    gate = factory.closed_gate()
    factory.claim(gate.launch, min_closed=1, requires_p0=False)
    _token, text = api.token(api.check(gate))
    for name, value in (("URL", live_server.url), ("TOKEN", text), ("LAUNCH", "primitive")):
        monkeypatch.setenv(f"GATES_{name}", value)
    module = load_client()
    monkeypatch.setattr(module, "RETRY_DELAYS", (0.0,))
    for name in ("GITHUB_SHA", "GITHUB_REF", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    return module


@pytest.fixture
def report(tmp_path: Path) -> Any:
    def write(body: str) -> str:
        path = tmp_path / "numbers.json"
        path.write_text(body)
        return str(path)

    return write


def test_a_report_passes_fails_and_is_refused(
    client: Any, report: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = [
        client.main(["report", "T1/load", report('{"seconds": 214}')]),
        client.main(["report", "t1/load", report('{"seconds": 301}')]),
        client.main(["report", "T1/load", report('{"minutes": 3}')]),
        client.main(["report", "T1/other", report('{"seconds": 1}')]),
        client.main(["report", "T9/load", report('{"seconds": 1}')]),
    ]

    out, err = capsys.readouterr()
    assert codes == [0, 1, 2, 2, 2]
    assert out == "passed\nfailed\n  seconds is 301; required: <= 300\n"
    assert "no seconds, which the check needs" in err
    assert Run.objects.count() == 2


def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_key(
    client: Any, report: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, real = [], client.OPENER.open

    def lose_the_first(*arguments: Any, **options: Any) -> Any:
        answer = real(*arguments, **options)
        opened.append(answer.status)
        if len(opened) == 1:
            answer.close()
            raise ConnectionResetError("the answer was lost")
        return answer

    monkeypatch.setattr(client.OPENER, "open", lose_the_first)

    code = client.main(["report", "T1/load", report('{"seconds": 214}')])

    assert (code, opened) == (0, [201, 200])
    assert Run.objects.count() == 1


def test_a_run_that_does_not_count_says_so(
    client: Any, report: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    code = client.main(
        ["report", "T1/load", report('{"seconds": 1}'), "--observed-at", "2020-01-01T00:00:00Z"]
    )

    assert code == 0
    assert "it does not count: It was observed more than a day" in capsys.readouterr().out


def test_run_and_probe_bring_what_they_saw(client: Any, live_server: Any, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    write = f"open({str(path)!r}, 'w').write('{{\"seconds\": 7}}')"
    health = api.check(Gate.objects.get(), "health", kind="health")
    health.conditions.update(measure="status", operator="=", bound="200")
    _token, text = api.token(health)
    ran = client.main(["run", "T1/load", str(path), "--", sys.executable, "-c", write])

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GATES_TOKEN", text)
        codes = [
            client.main(["probe", "T1/health", f"{live_server.url}/healthz"]),
            client.main(["probe", "T1/health", f"{live_server.url}/no/such/page"]),
        ]

    assert (ran, codes) == (0, [0, 1])
    assert Run.objects.count() == 3


def test_claim_and_status_are_asked(client: Any, capsys: pytest.CaptureFixture[str]) -> None:
    codes = [
        client.main(["claim", "launched"]),
        client.main(["claim", "no-such"]),
        client.main(["status"]),
        client.main(["status", "T1"]),
    ]

    out = capsys.readouterr().out
    assert codes == [0, 2, 0, 0]
    assert "Launched: allowed" in out
    assert "1 of 1 gates closed" in out
    assert "T1: closed: Gate T1" in out


def test_a_token_that_was_revoked_is_refused_and_a_board_that_is_away_unreachable(
    client: Any, report: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = Token.objects.get()
    token.revoke(token.responsible, runs_count=True)
    refused = client.main(["report", "T1/load", report('{"seconds": 1}')])
    monkeypatch.setenv("GATES_URL", "http://127.0.0.1:9")

    assert (refused, client.main(["status"])) == (2, 3)
    assert not Run.objects.exists()


def test_an_agent_reads_reports_and_proposes(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, dict[str, str]]] = [
        ("board", {}),
        ("gate", {"code": "T1"}),
        ("claim", {"claim": "launched"}),
        ("what_is_missing", {"claim": "launched"}),
        ("post_report", {"check": "T1/load", "report": '{"seconds": 214}'}),
        ("propose", {"gate": "T1", "summary": "The dashboard shows 12 events an hour"}),
        ("propose", {"gate": "T1", "summary": "done"}),
    ]
    lines = [
        {"jsonrpc": "2.0", "id": number, "method": "tools/call",
         "params": {"name": name, "arguments": arguments}}
        for number, (name, arguments) in enumerate(calls)
    ]  # fmt: skip

    board = client.board_of(client.parser().parse_args(["mcp"]))
    process = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), "mcp"],
        env={"GATES_URL": board.url, "GATES_TOKEN": board.token, "GATES_LAUNCH": board.launch},
        input="\n".join(map(json.dumps, lines)),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    results = [json.loads(line)["result"] for line in process.stdout.splitlines()]
    said = [json.loads(result["content"][0]["text"]) for result in results]
    assert [result["isError"] for result in results] == [False] * 6 + [True]
    board_data, gate, claim, missing, run, proposal = (answer["data"] for answer in said[:6])
    assert board_data["totals"]["closed"] == 1
    assert gate["checks"][0]["state"] == "never_run"
    assert (claim["allowed"], missing["missing"]) == (True, [])
    assert run["passed"] is True
    assert "until a person accepts" in proposal["note"]
    assert "HTTP 422" in said[6]["refused"]
    assert (Run.objects.count(), Proposal.objects.count()) == (1, 1)
    assert Gate.objects.get().evidence.count() == 2  # the statement, and the check that passed
