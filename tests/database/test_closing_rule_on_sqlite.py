"""SQLite: REPLACE, and a connection that is not Django's."""

import sqlite3
from contextlib import closing

import pytest
from django.db import connection

from gates.database import closing_rule
from tests.support import factory
from tests.support.assertions import everything

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


EVIDENCE = 'kind, summary, url, output, file, sha256, "commit", recorded_at'
GATE = (
    "section_id, title, priority, definition_of_done, notes, counted, not_counted_reason,"
    " position, closing_note"
)
# {closed} and {proof} are a closed gate and its only evidence, {open} and {spare} an open gate
# and its evidence, {bare} a gate without any.
ROUND_THE_RULE = {
    "close": "UPDATE gates_gate SET progress = 'closed' WHERE id = {bare}",
    "close or ignore": "UPDATE OR IGNORE gates_gate SET progress = 'closed' WHERE id = {bare}",
    "close or replace": "UPDATE OR REPLACE gates_gate SET progress = 'closed' WHERE id = {bare}",
    "delete one": "DELETE FROM gates_evidence WHERE id = {proof}",
    "delete all": "DELETE FROM gates_evidence",
    "move": "UPDATE gates_evidence SET gate_id = {open} WHERE id = {proof}",
    "move or ignore": "UPDATE OR IGNORE gates_evidence SET gate_id = {open} WHERE id = {proof}",
    "move to nowhere": "UPDATE gates_evidence SET gate_id = -7 WHERE id = {proof}",
    "move by replace": f"INSERT OR REPLACE INTO gates_evidence (id, gate_id, {EVIDENCE})"
    f" SELECT id, {{open}}, {EVIDENCE} FROM gates_evidence WHERE id = {{proof}}",
    "move by replace of a text key": f"REPLACE INTO gates_evidence (id, gate_id, {EVIDENCE})"
    f" SELECT '{{proof}}', {{open}}, {EVIDENCE} FROM gates_evidence WHERE id = {{proof}}",
    "move by upsert": f"INSERT INTO gates_evidence (id, gate_id, {EVIDENCE})"
    f" SELECT id, {{open}}, {EVIDENCE} FROM gates_evidence WHERE id = {{proof}}"
    " ON CONFLICT (id) DO UPDATE SET gate_id = excluded.gate_id",
    "replace by summary": f"INSERT OR REPLACE INTO gates_evidence (gate_id, {EVIDENCE})"
    f" SELECT gate_id, {EVIDENCE} FROM gates_evidence WHERE id = {{proof}}",
    "take the key": "UPDATE OR REPLACE gates_evidence SET id = {proof} WHERE id = {spare}",
    "take the key by rowid": "UPDATE OR REPLACE gates_evidence SET rowid = {proof}"
    " WHERE id = {spare}",
    "take the summary": "UPDATE OR REPLACE gates_evidence SET gate_id = {closed}, summary ="
    " (SELECT summary FROM gates_evidence WHERE id = {proof}) WHERE id = {spare}",
    "insert closed": f"INSERT INTO gates_gate (launch_id, code, progress, {GATE})"
    f" SELECT launch_id, 'T9', 'closed', {GATE} FROM gates_gate WHERE id = {{bare}}",
    "insert closed or ignore": "INSERT OR IGNORE INTO gates_gate"
    f" (launch_id, code, progress, {GATE}) SELECT launch_id, 'T9', 'closed', {GATE}"
    " FROM gates_gate WHERE id = {bare}",
    "close by replace": "INSERT OR REPLACE INTO gates_gate"
    f" (id, launch_id, code, progress, {GATE}) SELECT id, launch_id, code, 'closed', {GATE}"
    " FROM gates_gate WHERE id = {bare}",
    "replace by code": f"INSERT OR REPLACE INTO gates_gate (launch_id, code, progress, {GATE})"
    f" SELECT launch_id, code, 'closed', {GATE} FROM gates_gate WHERE id = {{open}}",
    "reopen by replace": "INSERT OR REPLACE INTO gates_gate"
    f" (id, launch_id, code, progress, {GATE}) SELECT id, launch_id, code, 'open', {GATE}"
    " FROM gates_gate WHERE id = {closed}",
    "reopen by replace of the code": f"REPLACE INTO gates_gate (launch_id, code, progress, {GATE})"
    f" SELECT launch_id, code, 'open', {GATE} FROM gates_gate WHERE id = {{closed}}",
    "close by upsert": f"INSERT INTO gates_gate (id, launch_id, code, progress, {GATE})"
    f" SELECT id, launch_id, code, 'closed', {GATE} FROM gates_gate WHERE id = {{bare}}"
    " ON CONFLICT (id) DO UPDATE SET progress = excluded.progress",
    "change a closed gate's key": "UPDATE gates_gate SET id = 777 WHERE id = {closed}",
    "take a gate's key": "UPDATE OR REPLACE gates_gate SET id = {bare} WHERE id = {closed}",
    "take a gate's code": "UPDATE OR REPLACE gates_gate SET code = (SELECT code FROM gates_gate"
    " WHERE id = {closed}) WHERE id = {bare}",
}


@pytest.mark.parametrize("statement", ROUND_THE_RULE.values(), ids=ROUND_THE_RULE.keys())
def test_a_raw_connection_without_foreign_keys_is_refused(committed: None, statement: str) -> None:
    closed, still_open, bare = factory.closed_gate("T1"), factory.gate("T2"), factory.gate("T3")
    keys = {
        "closed": closed.pk,
        "proof": closed.evidence.get().pk,
        "open": still_open.pk,
        "spare": factory.evidence(still_open, "A proof to spare").pk,
        "bare": bare.pk,
    }
    before = everything()
    raw = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    raw.execute("PRAGMA foreign_keys = OFF")

    with closing(raw), pytest.raises(sqlite3.IntegrityError) as refusal:
        raw.execute(statement.format(**keys))

    names = (closing_rule.CLOSED_NEEDS_EVIDENCE, closing_rule.KEY_IN_USE)
    assert str(refusal.value) in names
    assert everything() == before
