"""`gatesctl claim` and `status`, and what the file needs to run."""

import ast
import subprocess
import sys
from typing import Any

import pytest

from tests.support.gates_server import SCRIPT, TOKEN, GatesServer

BOARD = {
    "launch": "primitive",
    "totals": {"closed": 18, "counted": 30},
    "gates": [
        {"code": "T1", "title": "Health", "status": "closed", "reason": "1 piece"},
        {"code": "T6", "title": "k6\x1b[2J", "status": "partial", "reason": "failed"},
    ],
    "claims": [],
}


@pytest.mark.parametrize(
    ("answer", "code", "out"),
    [
        ({"name": "launched", "allowed": True, "reasons": []}, 0, "launched: allowed\n"),
        (
            {"name": "launched", "allowed": False, "reasons": ["6 more gates must close"]},
            1,
            "launched: not allowed\n  6 more gates must close\n",
        ),
        ({"allowed": "true"}, 1, "launched: not allowed\n"),
    ],
)
def test_a_claim_is_allowed_or_not(
    client: Any,
    server: GatesServer,
    capsys: pytest.CaptureFixture[str],
    answer: dict[str, Any],
    code: int,
    out: str,
) -> None:
    server.will(200, answer)

    assert client.main(["claim"]) == code
    assert capsys.readouterr().out == out
    assert server.last.method == "GET"
    assert server.last.path == "/api/v1/launches/primitive/claims/launched"


def test_no_such_claim_is_refused(client: Any, server: GatesServer) -> None:
    server.will(404, {"detail": "There is no such claim."})

    assert client.main(["claim", "نقول"]) == 2
    assert server.last.path.endswith("/claims/%D9%86%D9%82%D9%88%D9%84")


def test_the_status_names_what_is_not_closed(
    client: Any, server: GatesServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.will(200, BOARD)

    assert client.main(["status"]) == 0
    assert capsys.readouterr().out == ("18 of 30 gates closed\nT6: partial: k6 [2J\n  failed\n")


def test_the_status_of_one_gate(
    client: Any, server: GatesServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.will(200, BOARD["gates"][0])  # type: ignore[index]

    assert client.main(["--launch", "next", "status", "t1"]) == 0
    assert server.last.path == "/api/v1/launches/next/gates/T1"
    assert capsys.readouterr().out.startswith("T1: closed: Health\n")


@pytest.mark.parametrize("body", [b"<html>log in</html>", b"[]", b"\xff", b""])
def test_an_answer_that_is_not_the_boards_is_no_answer(
    client: Any, server: GatesServer, body: bytes
) -> None:
    server.will(200, body)

    assert client.main(["claim"]) == 3


def test_a_board_that_is_not_there_is_unreachable(
    client: Any, server: GatesServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATES_URL", "http://127.0.0.1:1")

    assert client.main(["claim"]) == 3


def test_the_file_runs_by_itself(server: GatesServer) -> None:
    server.will(200, {"name": "launched", "allowed": False, "reasons": ["one"]})
    environment = {"GATES_URL": server.url, "GATES_TOKEN": TOKEN, "GATES_LAUNCH": "primitive"}

    answer = subprocess.run(
        [sys.executable, "-I", "-W", "error", str(SCRIPT), "claim"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (answer.returncode, answer.stdout, answer.stderr) == (
        1,
        "launched: not allowed\n  one\n",
        "",
    )


def test_it_needs_the_standard_library_of_python_3_8_alone() -> None:
    tree = ast.parse(SCRIPT.read_text(), feature_version=(3, 8))

    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    newer = {"removeprefix", "removesuffix", "pairwise", "is_relative_to", "UTC"}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    unions = [node for node in ast.walk(tree) if isinstance(node, ast.BitOr)]

    assert imported <= sys.stdlib_module_names
    assert attributes & newer == set()
    assert unions == []  # neither `dict | dict` nor `str | None`
    assert not {"tomllib", "zoneinfo", "graphlib"} & imported


def test_the_token_is_never_an_argument(client: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        client.main(["--token", TOKEN, "claim"])

    assert ended.value.code == 2
