"""The baseline: the cost of a page without a framework.

A bare WSGI application with the raw driver. It runs the same statements as the board's page, those
for session and account included, and joins escaped f-strings into the page's sections: with their
rows, one section where only that is requested, and without rows where the board is folded.
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

G = {name: index for index, name in enumerate(GATE_COLUMNS)}
E = {name: index for index, name in enumerate(EVIDENCE_COLUMNS)}
B = {name: index for index, name in enumerate(BLOCKER_COLUMNS)}
S = {name: index for index, name in enumerate(SECTION_COLUMNS)}


@contextmanager
def record_queries() -> Iterator[list[RecordedQuery]]:
    """Record the statements that run inside."""
    queries: list[RecordedQuery] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        table = re.search(r'FROM "(\w+)"', sql)
        queries.append((table[1] if table else "", sql, params or ()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        yield queries


def baseline_application(
    queries: Iterable[RecordedQuery], driver: Any, sqlite: bool, prefix: str = ""
) -> Callable[..., list[bytes]]:
    """Return a WSGI application that sends the board, or only the section with a prefix.

    Args:
        queries: the statements of the board's page.
        driver: a raw connection.
        sqlite: whether the connection is SQLite's, whose placeholders are different.
        prefix: of the only section; "" for all.
    """
    if sqlite:
        queries = [
            (table, re.sub(r"%\((\w+)\)s", r":\1", sql).replace("%s", "?"), params)
            for table, sql, params in queries
        ]

    def respond(_environ: Any, start_response: Any) -> list[bytes]:
        cursor = driver.cursor()
        tables = {}
        for table, sql, params in queries:
            cursor.execute(sql, params)
            tables[table] = cursor.fetchall()
        body = "".join(_page(tables, prefix)).encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    return respond


def _page(tables: dict[str, list[Any]], only: str) -> Iterator[str]:
    today = str(timezone.localdate())
    owners = {row[0]: escape(row[1]) for row in tables["gates_owner"]}
    evidence = _group_by(E["gate_id"], tables["gates_evidence"])
    unresolved = (row for row in tables["gates_blocker"] if row[B["resolved_at"]] is None)
    blockers = _group_by(B["gate_id"], unresolved)
    sections = _group_by(G["section_id"], tables["gates_gate"])
    folded = not only and len(tables["gates_gate"]) > MAX_GATES_PER_PAGE
    yield "<!DOCTYPE html><html lang=en><title>Launch gates</title><main>"
    for section in tables["gates_section"]:
        if only not in {"", section[S["prefix"]]}:
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
                yield _row(
                    gate, status, owners, evidence.get(gate[0], ()), blockers.get(gate[0], ())
                )
            yield "</table>"
        yield "</section>"


def _group_by(column: int, rows: Iterable[Any]) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return groups


def _baseline_status(gate: Any, evidence: Iterable[Any], blocked: bool, today: str) -> str:
    """Return the gate's status on a day. Days are texts, as SQLite stores them."""
    progress: str = gate[G["progress"]]
    if blocked or progress != "closed":
        return "blocked" if blocked else progress
    ends = [row[E["valid_until"]] for row in evidence]
    if any(end is None or str(end) >= today for end in ends):
        return "closed"
    return "partial" if ends else "open"


def _row(
    gate: Any, status: str, owners: dict[int, str], evidence: Iterable[Any], blockers: Iterable[Any]
) -> str:
    code, owner = escape(gate[G["code"]]), owners.get(gate[G["owner_id"]], "–")
    facts = []
    for row in blockers:
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
