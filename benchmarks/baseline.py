"""The floor: what a page's bytes cost without a framework.

A bare WSGI application that runs the very statements the board's page runs, session and account
included, with the raw driver, and joins escaped f-strings into the sections that the page sends:
with their rows, of one section where only that is asked for, and without where the board is folded.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

from django.db import connection
from django.utils import timezone

from gates.board.queries import BLOCKER_COLUMNS, EVIDENCE_COLUMNS, GATE_COLUMNS, SECTION_COLUMNS
from gates.board.rows import MAX_GATES_PER_PAGE

RecordedQuery = tuple[str, str, Any]  # first table, SQL, parameters

G = {name: at for at, name in enumerate(GATE_COLUMNS)}
E = {name: at for at, name in enumerate(EVIDENCE_COLUMNS)}
B = {name: at for at, name in enumerate(BLOCKER_COLUMNS)}
S = {name: at for at, name in enumerate(SECTION_COLUMNS)}


@contextmanager
def record_queries() -> Iterator[list[RecordedQuery]]:
    """The statements that run meanwhile, each with the first table it reads from."""
    found: list[RecordedQuery] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        table = re.search(r'FROM "(\w+)"', sql)
        found.append((table[1] if table else "", sql, params or ()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def baseline_application(
    run: Iterable[RecordedQuery], driver: Any, sqlite: bool, asked: str = ""
) -> Callable[..., list[bytes]]:
    """A WSGI application over a raw connection: the board, or the section with a prefix."""
    if sqlite:  # it writes parameters differently
        run = [
            (table, re.sub(r"%\((\w+)\)s", r":\1", sql).replace("%s", "?"), params)
            for table, sql, params in run
        ]

    def answer(_environ: Any, start_response: Any) -> list[bytes]:
        cursor = driver.cursor()
        tables = {}
        for table, sql, params in run:
            cursor.execute(sql, params)
            tables[table] = cursor.fetchall()
        body = "".join(_page(tables, asked)).encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    return answer


def _page(tables: dict[str, list[Any]], asked: str) -> Iterator[str]:
    today = str(timezone.localdate())
    owners = {row[0]: escape(row[1]) for row in tables["gates_owner"]}
    evidence = _by(E["gate_id"], tables["gates_evidence"])
    unresolved = (row for row in tables["gates_blocker"] if row[B["resolved_at"]] is None)
    blockers = _by(B["gate_id"], unresolved)
    sections = _by(G["section_id"], tables["gates_gate"])
    folded = not asked and len(tables["gates_gate"]) > MAX_GATES_PER_PAGE
    yield "<!DOCTYPE html><html lang=en><title>Launch gates</title><main>"
    for section in tables["gates_section"]:
        if asked not in {"", section[S["prefix"]]}:
            continue
        prefix, name = escape(section[S["prefix"]]), escape(section[S["name"]])
        gates = sections.get(section[0], [])
        statuses = [
            _baseline_status(gate, evidence.get(gate[0], ()), gate[0] in blockers, today)
            for gate in gates
        ]
        yield f'<section id="{prefix}"><h2>{name}</h2><p>{statuses.count("closed")} of '
        yield f"{len(gates)} closed</p>"
        if folded:
            yield f'<p><a href="?section={prefix}#gates">Show its {len(gates)} gates</a></p>'
        else:
            yield '<table role="table">'
            for gate, status in zip(gates, statuses, strict=True):
                proofs, waits = evidence.get(gate[0], ()), blockers.get(gate[0], ())
                yield _row(gate, status, owners, proofs, waits)
            yield "</table>"
        yield "</section>"


def _by(column: int, rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def _baseline_status(gate: Any, evidence: Iterable[Any], waits: bool, today: str) -> str:
    """What the gate is worth on a day; days as texts, because that is how SQLite keeps them."""
    progress: str = gate[G["progress"]]
    if waits or progress != "closed":
        return "blocked" if waits else progress
    ends = [row[E["valid_until"]] for row in evidence]
    if any(end is None or str(end) >= today for end in ends):
        return "closed"
    return "partial" if ends else "open"


def _row(
    gate: Any, status: str, owners: dict[int, str], evidence: Iterable[Any], waits: Iterable[Any]
) -> str:
    code, owner = escape(gate[G["code"]]), owners.get(gate[G["owner_id"]], "–")
    facts = []
    for row in waits:
        day = row[B["due_on"]]
        due = f' <span class="muted">due <time datetime="{day}">{day}</time></span>' if day else ""
        facts.append(
            f'<li class="warn">Waiting on <bdi>{owners.get(row[B["waiting_on_id"]], "")}</bdi>: '
            f'<span dir="auto">{escape(row[B["needs"]])}</span>{due}</li>'
        )
    for row in evidence:
        summary, url = escape(row[E["summary"]]), escape(row[E["url"]])
        facts.append(
            f'<li><a href="{url}" rel="noopener noreferrer nofollow" dir="auto">{summary}</a></li>'
            if url
            else f'<li><span dir="auto">{summary}</span></li>'
        )
    if status != "closed":
        facts.append(
            '<li><span class="muted">Done when:</span> <span dir="auto">'
            f"{escape(gate[G['definition_of_done']])}</span></li>"
            f'<li dir="auto">{escape(gate[G["notes"]])}</li>'
        )
    return (
        f'<tr role="row" id="{code}" class="is-{status}"><th role="rowheader" scope="row" '
        f'data-label="Gate"><a class="open-gate" href="/gates/{code}/"><span class="code">{code}'
        f'</span> <span dir="auto">{escape(gate[G["title"]])}</span></a></th><td role="cell" '
        f'class="is" data-label="Status"><span class="status {status}"><svg class="icon" '
        f'aria-hidden="true"><use href="/static/gates/icons.svg#{status}"/></svg>{status}</span>'
        f'</td><td role="cell" data-label="Evidence"><ul class="facts">{"".join(facts)}</ul></td>'
        f'<td role="cell" class="who" data-label="Owner"><bdi>{owner}</bdi></td><td role="cell" '
        f'class="rank" data-label="Priority">{escape(gate[G["priority"]])}</td></tr>'
    )
