"""An import reads the board and writes it in one transaction: all of it, or nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from gates.documents.apply import apply
from gates.documents.identity import hold_changed_gates
from gates.documents.importer import import_file
from gates.documents.json_reader import read_json
from gates.models import Import
from gates.models.history import save_with_history
from tests.support.assertions import everything
from tests.support.documents import SNAPSHOT

pytestmark = pytest.mark.usefixtures("committed")


class Stopped(Exception):
    """What stops an import in the middle, such as a lost connection."""


@pytest.mark.parametrize(
    "work",
    [lambda: apply(read_json(SNAPSHOT)), lambda: import_file(SNAPSHOT)],
    ids=["by itself", "a file"],
)
def test_an_import_that_stops_in_the_middle_leaves_nothing(
    work: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = []

    def stop_at_the_fortieth(row: Any, **options: Any) -> None:
        save_with_history(row, **options)
        saved.append(row)
        if len(saved) == 40:
            raise Stopped

    monkeypatch.setattr("gates.documents.apply.save_with_history", stop_at_the_fortieth)

    with pytest.raises(Stopped):
        work()

    assert not any(everything().values())
    assert not Import.objects.exists()


def test_what_it_is_compared_with_is_what_it_is_written_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inside = []

    def watched(*args: Any) -> Any:
        inside.append(connection.in_atomic_block)
        return hold_changed_gates(*args)

    monkeypatch.setattr("gates.documents.importer.hold_changed_gates", watched)

    import_file(SNAPSHOT)

    assert inside == [True]
