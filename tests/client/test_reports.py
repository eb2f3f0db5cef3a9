"""`gatesctl report`, `run` and `probe`: what is sent, and which exit code follows."""

import json
import os
import socket
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gates.measurements import read_report
from gates.rules.measures import Kind
from tests.support.gates_server import TOKEN, GatesServer, gates_server

PASSED, FAILED, REFUSED, UNREACHABLE = 0, 1, 2, 3
RUNS = "/api/v1/launches/primitive/gates/T6/checks/load/runs"
YES = {"passed": True, "counts": True, "why_not": []}
OBSERVED = "2026-06-02T09:00:00+00:00"


@pytest.fixture
def summary(tmp_path: Path) -> Path:
    path = tmp_path / "summary.json"
    path.write_text('{"metrics": {"http_reqs": {"count": 1}}}')
    return path


def test_a_report_is_sent_as_the_tool_wrote_it(
    client: Any, server: GatesServer, summary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.will(201, YES)
    os.utime(summary, (1_780_000_000, 1_780_000_000))

    code = client.main(["report", "t6/load", str(summary)])

    assert code == PASSED
    assert capsys.readouterr().out == "passed\n"
    asked = server.last
    assert (asked.method, asked.path, asked.body) == ("POST", RUNS, summary.read_bytes())
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["Content-Type"] == "application/json"
    # It was seen when it was written, not when it was sent.
    assert datetime.fromisoformat(asked.query["observed_at"]).timestamp() == 1_780_000_000
    assert asked.query.keys() == {"observed_at"}


def test_xml_is_sent_as_xml(client: Any, server: GatesServer, tmp_path: Path) -> None:
    server.will(201, YES)
    path = tmp_path / "junit.xml"
    path.write_bytes(b"<?xml version='1.0'?><testsuites/>")

    client.main(["report", "T3/unit", str(path)])

    assert server.last.headers["Content-Type"] == "application/xml"


@pytest.mark.parametrize(
    ("answer", "code", "out"),
    [
        (YES, PASSED, "passed\n"),
        (
            {"passed": False, "reasons": ["p95 is 612; required: < 500"], "why_not": []},
            FAILED,
            "failed\n  p95 is 612; required: < 500\n",
        ),
        (
            {"passed": True, "why_not": ["It is of refs/pull/58/merge."]},
            PASSED,
            "passed\n  it does not count: It is of refs/pull/58/merge.\n",
        ),
        (
            {"passed": False, "why_not": "It is old."},
            FAILED,
            "failed\n  it does not count: It is old.\n",
        ),
        ({"passed": "yes"}, FAILED, "failed\n"),
        ({}, FAILED, "failed\n"),
        (
            {"passed": False, "reasons": ["\x1b[2J\n\u202eforged"]},
            FAILED,
            "failed\n   [2J  forged\n",
        ),
    ],
)
def test_the_board_decides_what_passed(
    client: Any,
    server: GatesServer,
    summary: Path,
    capsys: pytest.CaptureFixture[str],
    answer: dict[str, Any],
    code: int,
    out: str,
) -> None:
    server.will(201, answer)

    assert client.main(["report", "T6/load", str(summary)]) == code
    assert capsys.readouterr().out == out


def test_ci_names_where_a_run_comes_from(
    client: Any, server: GatesServer, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.will(201, YES)
    monkeypatch.setenv("GITHUB_SHA", "f83a356")
    monkeypatch.setenv("GITHUB_REF", "refs/heads/main")
    monkeypatch.setenv("GITHUB_REPOSITORY", "VoXc2/dealix")
    monkeypatch.setenv("GITHUB_RUN_ID", "58")

    client.main(["report", "T6/load", "--ref", "release", str(summary)])

    query = server.last.query
    assert query.pop("observed_at")
    assert query == {
        "commit": "f83a356",
        "ref": "release",
        "repository": "VoXc2/dealix",
        "url": "https://github.com/VoXc2/dealix/actions/runs/58",
    }


@pytest.mark.parametrize(
    ("answers", "code", "tries"),
    [
        ([503, 201], PASSED, 2),
        ([0, 201], PASSED, 2),
        ([429, 201], PASSED, 2),
        ([500, 502, 201], PASSED, 3),
        ([503], UNREACHABLE, 3),
        ([0], UNREACHABLE, 3),
        ([429], REFUSED, 3),
        ([401], REFUSED, 1),
        ([403], REFUSED, 1),
        ([404], REFUSED, 1),
        ([413], REFUSED, 1),
        ([415], REFUSED, 1),
        ([422], REFUSED, 1),
    ],
)
def test_a_try_is_repeated_with_the_same_key(
    client: Any, server: GatesServer, summary: Path, answers: list[int], code: int, tries: int
) -> None:
    for status in answers:
        server.will(status, YES)

    assert client.main(["report", "T6/load", str(summary)]) == code
    assert len(server.asked) == tries
    keys = {asked.headers["Idempotency-Key"] for asked in server.asked}
    assert len(keys) == 1
    assert len(next(iter(keys))) == 64


def test_another_report_or_moment_has_another_key(
    client: Any, server: GatesServer, summary: Path
) -> None:
    server.will(201, YES)
    command = ["report", "T6/load", "--observed-at", OBSERVED, str(summary)]

    client.main(command)
    client.main(command)
    client.main([*command[:3], "2026-06-02T10:00:00+00:00", str(summary)])
    summary.write_text("{}")
    client.main(command)

    keys = [asked.headers["Idempotency-Key"] for asked in server.asked]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_the_board_says_how_long_to_wait(
    client: Any, server: GatesServer, summary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(client.time, "sleep", waited.append)
    server.will(429, {}, Retry_After="7")
    server.will(503, {}, Retry_After="3600")
    server.will(201, YES)

    assert client.main(["report", "T6/load", str(summary)]) == PASSED
    assert waited == [7.0, client.MAX_RETRY_AFTER]


def test_an_hour_is_not_waited_for(client: Any, server: GatesServer, summary: Path) -> None:
    server.will(429, {"detail": "60 an hour are enough"}, Retry_After="1800")

    assert client.main(["report", "T6/load", str(summary)]) == REFUSED
    assert len(server.asked) == 1


def test_a_refusal_is_told_in_the_boards_words(
    client: Any, server: GatesServer, summary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.will(422, {"title": "Refused", "detail": "The report is empty."})

    client.main(["report", "T6/load", str(summary)])

    out, err = capsys.readouterr()
    assert (out, err) == ("", "refused: The report is empty. (HTTP 422)\n")


def test_the_token_follows_no_redirect(
    client: Any, server: GatesServer, summary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with gates_server() as elsewhere:
        elsewhere.will(200, YES)
        server.will(302, {}, Location=elsewhere.url)

        assert client.main(["report", "T6/load", str(summary)]) == REFUSED
        assert elsewhere.asked == []
    assert "correct GATES_URL" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GATES_TOKEN", "", "set GATES_TOKEN"),
        ("GATES_URL", "", "set GATES_URL"),
        ("GATES_LAUNCH", "", "set GATES_LAUNCH"),
        ("GATES_URL", "http://gates.example", "must begin with https://"),
        ("GATES_URL", "ftp://127.0.0.1", "must begin with https://"),
        ("GATES_TOKEN", "a b", "is not a token"),
        ("GATES_TOKEN", "رمز", "is not a token"),
    ],
)
def test_a_wrong_environment_is_refused_and_nothing_sent(
    client: Any,
    server: GatesServer,
    summary: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    said: str,
) -> None:
    monkeypatch.setenv(name, value)

    assert client.main(["report", "T6/load", str(summary)]) == REFUSED
    assert said in capsys.readouterr().err
    assert server.asked == []


@pytest.mark.parametrize(
    ("check", "content"),
    [("T6", b"{}"), ("T6/", b"{}"), ("T6/load/x", b"{}"), ("T6/load", b" \n"), ("T6/load", None)],
)
def test_what_cannot_be_a_report_is_refused_and_nothing_sent(
    client: Any, server: GatesServer, tmp_path: Path, check: str, content: bytes | None
) -> None:
    path = tmp_path / "report.json"
    if content is not None:
        path.write_bytes(content)

    assert client.main(["report", check, str(path)]) == REFUSED
    assert server.asked == []


def test_a_report_that_is_too_large_is_not_sent(
    client: Any, server: GatesServer, tmp_path: Path
) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(b"1" * (1024 * 1024 + 1))

    assert client.main(["report", "T6/load", str(path)]) == REFUSED
    assert server.asked == []


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
