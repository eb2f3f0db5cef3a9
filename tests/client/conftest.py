"""A board to talk to, and the client with an environment of its own."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.gates_server import TOKEN, GatesServer, gates_server, load_client

CI_VARIABLES = [
    *("GITHUB_SHA", "GITHUB_REF", "GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_SERVER_URL"),
    *("CI_COMMIT_SHA", "CI_COMMIT_REF_NAME", "CI_PROJECT_PATH", "CI_JOB_URL"),
]


@pytest.fixture
def server() -> Iterator[GatesServer]:
    with gates_server() as running:
        yield running


@pytest.fixture
def client(server: GatesServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client's module, without waiting between its tries."""
    module = load_client()
    monkeypatch.setattr(module, "RETRY_DELAYS", (0.0, 0.0))
    monkeypatch.setenv("GATES_URL", server.url)
    monkeypatch.setenv("GATES_TOKEN", TOKEN)
    monkeypatch.setenv("GATES_LAUNCH", "primitive")
    for name in CI_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return module
