"""What only the history tells of the last days: changed claims, reopened gates, imports."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from gates.moments import days_before

WEEK = 7  # days
FORTNIGHT = 14


class Event(NamedTuple):
    """One history row (a claim's, a required gate's, a reopened gate's), or an import.

    `why` is the reason, and of an import the document's name.
    """

    what: str
    at: datetime
    kind: str
    by: str
    why: str | None
    sha256: str | None
    claim: str
    gate: str
    slug_was: str | None
    slug: str
    launch_was: int | None
    launch: int | None
    least_was: int | None
    least: int | None
    p0_was: int | None
    p0: int | None


# One flat statement, built by hand, because putting it together takes the ORM longer than all that
# the page asks besides. "was" is what the same object said just before.
WAS = """(
    SELECT old.{column} FROM {table} old
    WHERE old.id = %(same)s
        AND (old.history_date, old.history_id) < (new.history_date, new.history_id)
    ORDER BY old.id, old.history_date DESC, old.history_id DESC LIMIT 1
)"""
# As in `recorded`: else PostgreSQL walks the index on dates alone, past all other objects' rows.
SAME = {"postgresql": "ANY(ARRAY[new.id])", "sqlite": "new.id"}
TOLD = (
    "new.history_date, new.history_type, new.history_user_name, new.history_change_reason,"
    " new.history_import"
)
CLAIM_WAS = {
    column: WAS.format(column=column, table="gates_historicalclaim")
    for column in ("slug", "launch_id", "min_closed", "requires_p0")
}
GATE_WAS = WAS.format(column="progress", table="gates_historicalgate")
# The document that made the launch brings its claims; they are not news.
NOT_FROM_THE_START = """NOT (new.history_type = '+' AND new.history_import IS NOT NULL
    AND new.history_import IN (
        SELECT made.history_import FROM gates_historicallaunch made
        WHERE made.id = %(launch)s AND made.history_type = '+' AND made.history_import IS NOT NULL
    ))"""
EVENTS = f"""
    SELECT 'claim', {TOLD}, new.name, '', {CLAIM_WAS["slug"]}, new.slug,
        {CLAIM_WAS["launch_id"]}, new.launch_id, {CLAIM_WAS["min_closed"]}, new.min_closed,
        {CLAIM_WAS["requires_p0"]}, new.requires_p0
    FROM gates_historicalclaim new
    WHERE new.history_date BETWEEN %(fortnight)s AND %(now)s AND {NOT_FROM_THE_START}
        AND (new.launch_id = %(launch)s OR {CLAIM_WAS["launch_id"]} = %(launch)s)
    UNION ALL
    SELECT 'requirement', {TOLD}, claim.name, gate.code, '', '', NULL, NULL, NULL, NULL, NULL, NULL
    FROM gates_historicalrequirement new
    JOIN gates_claim claim ON claim.id = new.claim_id
    LEFT JOIN gates_gate gate ON gate.id = new.gate_id
    WHERE claim.launch_id = %(launch)s AND {NOT_FROM_THE_START}
        AND new.history_date BETWEEN %(fortnight)s AND %(now)s
    UNION ALL
    SELECT 'gate', {TOLD}, '', new.code, '', '', NULL, NULL, NULL, NULL, NULL, NULL
    FROM gates_historicalgate new
    WHERE new.launch_id = %(launch)s AND new.history_type = '~' AND new.progress <> 'closed'
        AND new.history_date BETWEEN %(week)s AND %(now)s AND {GATE_WAS} = 'closed'
    UNION ALL
    SELECT 'import', new.at, '', '', new.document, new.sha256, '', '', '', '',
        NULL, NULL, NULL, NULL, NULL, NULL
    FROM gates_import new
    WHERE new.launch_id = %(launch)s AND new.at BETWEEN %(fortnight)s AND %(now)s
"""  # noqa: S608  made of its own constants


def recent_history(launch_id: int, now: datetime) -> list[Event]:
    """Claims changed, gates reopened and the imports, up to a moment; one query."""
    moments = {
        "fortnight": days_before(now, FORTNIGHT),
        "week": days_before(now, WEEK),
        "now": now,
    }
    asked = {name: connection.ops.adapt_datetimefield_value(at) for name, at in moments.items()}
    with connection.cursor() as cursor:
        words = EVENTS.replace("%(same)s", SAME[connection.vendor])
        cursor.execute(words, {**asked, "launch": launch_id})
        return [Event(what, _moment(at), *told) for what, at, *told in cursor.fetchall()]


def _moment(value: Any) -> datetime:
    """A moment as a driver hands it out; SQLite's have no zone and mean UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)
