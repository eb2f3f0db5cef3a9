"""Documents that the tests of the import share."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.documents import SNAPSHOT, Rows


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Callable[[Rows], Any]], Path]:
    """The snapshot with something changed, as a file."""

    def write(change: Callable[[Rows], Any]) -> Path:
        rows = json.loads(SNAPSHOT.read_text())
        change(rows)
        path = tmp_path / "changed.json"
        path.write_text(json.dumps(rows))
        return path

    return write
