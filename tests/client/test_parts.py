"""What a probe makes of the parts of a health page: what it cannot read is not left out."""

import json
from typing import Any

import pytest

from tests.support.gates_server import load_client


@pytest.mark.parametrize(
    ("checks", "parts"),
    [
        ({"db": None, "redis": "ok"}, {"db": "unknown", "redis": "ok"}),
        ({"db": 0, "redis": "ok"}, {"db": "unknown", "redis": "ok"}),
        ({"db": {}, "redis": {"status": 7}}, {"db": "unknown", "redis": "unknown"}),
        ({"db": [{"status": "pass"}, {"status": "fail"}]}, {"db": "fail"}),
        ({"db": [{"status": "pass"}]}, {"db": "pass"}),
        ({"db": []}, {"db": "unknown"}),
        ({"db": True, "redis": {"ok": False}}, {"db": True, "redis": False}),
    ],
)
def test_what_is_not_understood_is_unknown(checks: Any, parts: Any) -> None:
    client = load_client()

    assert client.find_parts(json.dumps({"checks": checks}).encode(), "") == parts


@pytest.mark.parametrize("url", ["https://[bad", "http://[::1"])
def test_an_address_that_is_none_is_refused_and_not_failed(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GATES_TOKEN", "GATES_LAUNCH"):
        monkeypatch.setenv(name, "x")

    assert load_client().main(["--url", url, "status"]) == 2
    assert "refused" in capsys.readouterr().err
