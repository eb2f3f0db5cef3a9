"""`gatesctl report`: what is sent, when it is sent again, and which exit code follows."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

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
