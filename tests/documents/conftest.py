"""Documents that the tests of the import share."""

import json
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from tests.support.documents import SNAPSHOT, Rows, only


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Reports are in the active language, which a page of an earlier test may have set."""
    with translation.override("en"):
        yield


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write the snapshot with something changed to a file; `gates` cuts it down to these codes."""

    def write(change: Callable[[Rows], Any], gates: Collection[str] = ()) -> Path:
        rows = json.loads(SNAPSHOT.read_text())
        if gates:
            rows = only(rows, gates)
        change(rows)
        path = tmp_path / "changed.json"
        path.write_text(json.dumps(rows))
        return path

    return write
