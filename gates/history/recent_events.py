"""What only the history tells of the last days: changed claims, gates once closed, imports."""

from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from gates.board.as_of import index_hint
from gates.board.datetimes import days_before

NEWS_DAYS = 7  # days
RULE_NOTICE_DAYS = 14


class Event(NamedTuple):
    """A history row that changes a claim, an import, or a gate that was closed within the week.

    Or a gate whose evidence was rewritten within the week while it was closed.

    `why` is the reason, and of an import the document's name. Of a gate there is only the id; it
    changed in the week, and if it is not closed now, it was reopened. Of a required gate there is
    the code, and the id as long as it has a page at the moment shown.
    """

    what: str
    at: datetime
    kind: str
    by: str
    why: str | None
    sha256: str | None
    claim: str
    gate: str
    gate_id: int | None
    slug_was: str | None
    slug: str
    launch_was: int | None
    launch: int | None
    least_was: int | None
    least: int | None
    p0_was: int | None
    p0: int | None


# One flat statement, built by hand, because putting it together takes the ORM longer than all that
# the page asks besides. A busy week has thousands of history rows, so the database hands out only
# those that are news. "old" is what the same object said just before; it is looked up only for an
# object's first row in the span. (History ids begin at 1, so 0 means before that moment.)
BEFORE = """(
    SELECT {column} FROM {table} old
    WHERE old.id = %(same new.id)s
        AND (old.history_date, old.history_id) < (new.history_date, new.history_id)
    ORDER BY old.id, old.history_date DESC, old.history_id DESC LIMIT 1
)"""
# What an event names has the name that it had at the moment shown, whatever became of it since.
IN_FORCE = """(
    SELECT row.history_id FROM {table} row
    WHERE row.id = %(same {named})s AND row.history_date <= %(now)s
    ORDER BY row.id, row.history_date DESC, row.history_id DESC LIMIT 1
)"""
LOOKED_UP = ("new.id", "new.claim_id", "new.gate_id")
TOLD = (
    "new.history_date, new.history_type, new.history_user_name, new.history_change_reason,"
    " new.history_import"
)
CLAIM_BEFORE = BEFORE.format(column="old.history_id", table="gates_historicalclaim")
GATE_WAS = BEFORE.format(column="old.progress", table="gates_historicalgate")
# How far a gate was when its evidence was rewritten.
GATE_OF_PROOF = """(
    SELECT row.progress FROM gates_historicalgate row
    WHERE row.id = %(same new.gate_id)s AND row.history_date <= new.history_date
    ORDER BY row.id, row.history_date DESC, row.history_id DESC LIMIT 1
)"""
CLAIM_THEN = IN_FORCE.format(table="gates_historicalclaim", named="new.claim_id")
GATE_THEN = IN_FORCE.format(table="gates_historicalgate", named="new.gate_id")
# What came by `loaddata` has no record; only the tables know what it is called.
OFF_RECORD = """LEFT JOIN gates_{table} {table}_now ON {table}_now.id = new.{table}_id
        AND NOT EXISTS (SELECT 1 FROM gates_historical{table} WHERE id = {table}_now.id)"""
# The document that made the launch brings its claims; they are not news.
NOT_FROM_THE_START = """NOT (new.history_type = '+' AND new.history_import IS NOT NULL
    AND new.history_import IN (
        SELECT made.history_import FROM gates_historicallaunch made
        WHERE made.id = %(launch)s AND made.history_type = '+' AND made.history_import IS NOT NULL
    ))"""
EVENTS = f"""
    SELECT 'claim', {TOLD}, new.name, '', CAST(NULL AS bigint), old.slug, new.slug,
        old.launch_id, new.launch_id, old.min_closed, new.min_closed, old.requires_p0,
        new.requires_p0
    FROM (
        SELECT new.*, LAG(new.history_id) OVER (
            PARTITION BY new.id ORDER BY new.history_date, new.history_id
        ) AS before
        FROM gates_historicalclaim new WHERE new.history_date BETWEEN %(fortnight)s AND %(now)s
    ) new
    LEFT JOIN gates_historicalclaim old ON old.history_id = COALESCE(new.before, {CLAIM_BEFORE})
    WHERE {NOT_FROM_THE_START} AND %(launch)s IN (new.launch_id, old.launch_id)
        AND (new.history_type <> '~' OR old.slug <> new.slug OR old.launch_id <> new.launch_id
            OR COALESCE(old.min_closed, -1) <> COALESCE(new.min_closed, -1)
            OR old.requires_p0 <> new.requires_p0)
    UNION ALL
    SELECT 'requirement', {TOLD}, COALESCE(claim.name, claim_now.name),
        COALESCE(gate.code, gate_now.code, '#' || new.gate_id),
        CASE WHEN COALESCE(gate.launch_id, gate_now.launch_id) = %(launch)s
            AND COALESCE(gate.history_type, '') <> '-' THEN new.gate_id END,
        '', '', NULL, NULL, NULL, NULL, NULL, NULL
    FROM gates_historicalrequirement new
    LEFT JOIN gates_historicalclaim claim ON claim.history_id = {CLAIM_THEN}
    LEFT JOIN gates_historicalgate gate ON gate.history_id = {GATE_THEN}
    {OFF_RECORD.format(table="claim")}
    {OFF_RECORD.format(table="gate")}
    WHERE COALESCE(claim.launch_id, claim_now.launch_id) = %(launch)s
        AND COALESCE(claim.history_type, '') <> '-'
        AND new.history_type <> '~' AND {NOT_FROM_THE_START}
        AND new.history_date BETWEEN %(fortnight)s AND %(now)s
    UNION ALL
    SELECT 'gate', %(now)s, '', '', NULL, NULL, '', '', changed.id, '', '',
        NULL, NULL, NULL, NULL, NULL, NULL
    FROM (
        SELECT new.id FROM gates_historicalgate new
        WHERE new.progress = 'closed' AND new.history_date BETWEEN %(week)s AND %(now)s
        UNION
        SELECT new.id FROM (
            SELECT new.id, MIN(new.history_date) AS history_date, 0 AS history_id
            FROM gates_historicalgate new
            WHERE new.history_date BETWEEN %(week)s AND %(now)s GROUP BY new.id
        ) new WHERE {GATE_WAS} = 'closed'
    ) changed
    UNION ALL
    SELECT 'rewritten', %(now)s, '', '', NULL, NULL, '', '', changed.gate_id, '', '',
        NULL, NULL, NULL, NULL, NULL, NULL
    FROM (
        SELECT DISTINCT new.gate_id FROM gates_historicalevidence new
        WHERE new.history_type = '~' AND new.history_date BETWEEN %(week)s AND %(now)s
            AND {GATE_OF_PROOF} = 'closed'
    ) changed
    UNION ALL
    SELECT 'import', new.at, '', '', new.document, new.sha256, '', '', NULL, '', '',
        NULL, NULL, NULL, NULL, NULL, NULL
    FROM gates_import new
    WHERE new.launch_id = %(launch)s AND new.at BETWEEN %(fortnight)s AND %(now)s
"""  # noqa: S608  made of its own constants


def recent_events(launch_id: int, now: datetime) -> list[Event]:
    """Claims changed, gates that were closed, and the imports, up to a moment; one query."""
    moments = {
        "fortnight": days_before(now, RULE_NOTICE_DAYS),
        "week": days_before(now, NEWS_DAYS),
        "now": now,
    }
    asked = {name: connection.ops.adapt_datetimefield_value(at) for name, at in moments.items()}
    with connection.cursor() as cursor:
        cursor.execute(_statement(connection.vendor), {**asked, "launch": launch_id})
        return [Event(what, _parse_datetime(at), *told) for what, at, *told in cursor.fetchall()]


@cache
def _statement(vendor: str) -> str:
    found = EVENTS
    for column in LOOKED_UP:
        found = found.replace(f"%(same {column})s", index_hint(column, vendor))
    return found


def _parse_datetime(value: Any) -> datetime:
    """A moment as a driver hands it out; SQLite's have no zone and mean UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)
