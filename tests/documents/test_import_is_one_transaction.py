"""An import reads the board and writes it in one transaction: all of it, or nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from gates.documents import apply as applying
from gates.documents import importer
from gates.documents.json_reader import read_json
from gates.models import Import
from tests.support.assertions import everything
from tests.support.documents import SNAPSHOT

pytestmark = pytest.mark.usefixtures("committed")


class Stopped(Exception):
    """What stops an import in the middle, such as a lost connection."""


@pytest.mark.parametrize(
    "work",
    [lambda: applying.apply(read_json(SNAPSHOT)), lambda: importer.import_file(SNAPSHOT)],
    ids=["by itself", "a file"],
)
def test_an_import_that_stops_in_the_middle_leaves_nothing(
    work: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    save, saved = applying.save_with_history, []

    def stop_at_the_fortieth(row: Any, **options: Any) -> None:
        save(row, **options)
        saved.append(row)
        if len(saved) == 40:
            raise Stopped

    monkeypatch.setattr(applying, "save_with_history", stop_at_the_fortieth)

    with pytest.raises(Stopped):
        work()

    assert not any(everything().values())
    assert not Import.objects.exists()


def test_what_it_is_compared_with_is_what_it_is_written_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inside = []
    compare = importer.hold_changed_gates

    def watched(*args: Any) -> Any:
        inside.append(connection.in_atomic_block)
        return compare(*args)

    monkeypatch.setattr(importer, "hold_changed_gates", watched)

    importer.import_file(SNAPSHOT)

    assert inside == [True]
