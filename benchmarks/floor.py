"""The floor: what a page's bytes cost without a framework.

A bare WSGI application that runs the very statements the board's page runs, session and account
included, with the raw driver, and joins escaped f-strings into the page's rows.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

from django.db import connection

from gates.board import BLOCKER, EVIDENCE, GATE, SECTION

Statement = tuple[str, str, Any]  # first table, SQL, parameters

G = {name: at for at, name in enumerate(GATE)}
E = {name: at for at, name in enumerate(EVIDENCE)}
B = {name: at for at, name in enumerate(BLOCKER)}
S = {name: at for at, name in enumerate(SECTION)}


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """The statements that run meanwhile, each with the first table it reads from."""
    found: list[Statement] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        table = re.search(r'FROM "(\w+)"', sql)
        found.append((table[1] if table else "", sql, params or ()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def application(run: Iterable[Statement], driver: Any, sqlite: bool) -> Callable[..., list[bytes]]:
    """A WSGI application over a raw connection."""
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
        body = "".join(_page(tables)).encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    return answer


def _page(tables: dict[str, list[Any]]) -> Iterator[str]:
    owners = {row[0]: escape(row[1]) for row in tables["gates_owner"]}
    evidence: dict[int, list[Any]] = {}
    for row in tables["gates_evidence"]:
        evidence.setdefault(row[E["gate_id"]], []).append(row)
    blockers: dict[int, list[Any]] = {}
    for row in tables["gates_blocker"]:
        blockers.setdefault(row[B["gate_id"]], []).append(row)
    sections: dict[int, list[Any]] = {}
    for row in tables["gates_gate"]:
        sections.setdefault(row[G["section_id"]], []).append(row)
    yield "<!DOCTYPE html><html lang=en><title>Launch gates</title><main>"
    for section in tables["gates_section"]:
        prefix, name = escape(section[S["prefix"]]), escape(section[S["name"]])
        rows = sections.get(section[0], [])
        yield f'<section id="{prefix}"><h2>{name}</h2><p>of {len(rows)}</p><table role="table">'
        for gate in rows:
            yield _row(gate, owners, evidence.get(gate[0], ()), blockers.get(gate[0], ()))
        yield "</table></section>"


def _row(gate: Any, owners: dict[int, str], evidence: Iterable[Any], waits: Iterable[Any]) -> str:
    code, status = escape(gate[G["code"]]), escape(gate[G["progress"]])
    owner = owners.get(gate[G["owner_id"]], "–")
    facts = [
        f'<li class="warn">Waiting on <bdi>{owners.get(row[B["waiting_on_id"]], "")}</bdi>: '
        f'<span dir="auto">{escape(row[B["needs"]])}</span></li>'
        for row in waits
    ]
    for row in evidence:
        summary, url = escape(row[E["summary"]]), escape(row[E["url"]])
        facts.append(
            f'<li><a href="{url}" rel="noopener noreferrer nofollow" dir="auto">{summary}</a></li>'
            if url
            else f'<li><span dir="auto">{summary}</span></li>'
        )
    if status != "closed":
        facts.append(
            '<li><span class="quiet">Done when:</span> <span dir="auto">'
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
