"""Names as they were on record: what a reference was called at the moment of an entry.

An owner that is renamed later goes by the old name in older entries, and a deleted one by its last
name. An account is known by its id; its name then is the one that history rows of its own acts
carry. So whoever takes a user name over later inherits nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from gates.models import Check, Claim, Gate, Launch, Owner, Section

# The column that is shown for a reference to one of these models.
LABEL_FIELDS: Mapping[Any, str] = {
    Owner: "name",
    Gate: "code",
    Section: "name",
    Launch: "name",
    Claim: "name",
    Check: "key",
}

# A model, and rows of its history table by column name (`values()`).
HistoryRows = tuple[Any, list[dict[str, Any]]]


class NamesOnRecord:
    """The names of some objects and accounts at any moment."""

    def __init__(self, wanted: Mapping[Any, Iterable[int | None]]) -> None:
        """Read the names on record. wanted: ids by model; one query a model, two without history.

        Accounts have no history: see `add_authors`.
        """
        self._names: dict[Any, dict[int, list[tuple[datetime, str]]]] = {}
        self._present: dict[Any, dict[int, str]] = {}
        for model, label in LABEL_FIELDS.items():
            ids = set(wanted.get(model, ())) - {None}
            names = defaultdict(list)
            rows = model.history.filter(id__in=ids).order_by("id", "history_id")
            for pk, moment, name in rows.values_list("id", "history_date", label):
                names[pk].append((moment, name))
            self._names[model] = names
            unrecorded = model.objects.filter(pk__in=ids - names.keys()).order_by()
            self._present[model] = dict(unrecorded.values_list("pk", label))
        self._names[get_user_model()] = defaultdict(list)
        self._present[get_user_model()] = usernames(wanted.get(get_user_model(), ()))

    def add_authors(self, rows: Sequence[HistoryRows]) -> None:
        """Take the names of accounts from the rows that they wrote."""
        accounts = self._names[get_user_model()]
        written = [
            (row["history_date"], row["history_user_id"], row["history_user_name"])
            for _, history in rows
            for row in history
            if row["history_user_id"] is not None and row["history_user_name"]
        ]
        for moment, pk, name in sorted(written):
            accounts[pk].append((moment, name))

    def name(self, model: Any, pk: int, moment: datetime) -> str:
        """Return the name of an object at a moment; the first one on record if there was none yet.

        "#<id>" if none is known.
        """
        on_record = self._names.get(model, {}).get(pk, [])
        then = [name for at, name in on_record if at <= moment]
        if then:
            return then[-1]
        first = on_record[0][1] if on_record else f"#{pk}"
        return self._present.get(model, {}).get(pk, first)


def usernames(ids: Iterable[int | None]) -> dict[int, str]:
    """Return user names by id, for the ids that still have an account."""
    users = get_user_model().objects.filter(pk__in={pk for pk in ids if pk is not None})
    return dict(users.values_list("pk", "username"))
