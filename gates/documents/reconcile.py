"""Reconcile a document's records with the board, and report the decisions of a person.

Closing needs current evidence and no unresolved blocker, and only a person resolves a blocker. A
gate that a document calls closed without these is imported as partial.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from gates.models import Blocker, Evidence, Gate, Section
from gates.models.file_check import file_state
from gates.rules import EvidenceFact, Progress

from .markdown.blockers import blocked_by_nothing, blockers_of, listed_codes
from .markdown.parsed import ParsedDocument
from .markdown.statuses import status_word
from .markdown.to_records import closed_without_evidence, evidence_of
from .records import Record

CLOSING_RECORD_FIELDS = ("closing_note", "closed_at")


def reconcile(parsed: ParsedDocument, records: list[Record], slug: str, day: date) -> list[str]:
    """Change the records where the board forbids them; return one sentence a decision.

    day: the one on which a proof has to count for its gate to be closed.
    """
    progress = dict(
        Gate.objects.filter(launch__slug=slug).order_by().values_list("code", "progress")
    )
    unresolved: dict[str, list[Any]] = defaultdict(list)
    resolved: dict[tuple[str, str], Any] = {}
    query = Blocker.objects.filter(gate__launch__slug=slug).select_related("gate", "waiting_on")
    for blocker in query.order_by("pk"):
        if blocker.resolved_at is None:
            unresolved[blocker.gate.code].append(blocker)
        else:
            resolved[(blocker.gate.code, blocker.needs)] = blocker
    records_by_key = {
        (r.gate_code(), str(r.fields["needs"])): r for r in records if r.model is Blocker
    }
    gates = {str(r.fields["code"]): r for r in records if r.model is Gate}
    return [
        *_empty_cells(parsed),
        *_renamed_sections(records, slug),
        *_unproven(parsed, gates, progress),
        *_expired(parsed, gates, progress, slug, day),
        *_blocked_by_nothing(parsed, unresolved),
        *_blocked_as_said(parsed, unresolved),
        *_blocked_by_nobody(parsed, unresolved),
        *_closed_but_waiting(gates, progress, unresolved),
        *_blockers_not_resolved(records_by_key, unresolved, resolved),
    ]


def _empty_cells(parsed: ParsedDocument) -> Iterator[str]:
    if parsed.empty_statuses:
        message = _("the status was empty and is taken as told: %(gates)s")
        yield message % {"gates": ", ".join(parsed.empty_statuses)}


def _unproven(
    parsed: ParsedDocument, gates: dict[str, Record], progress: dict[str, str]
) -> Iterator[str]:
    for gate in closed_without_evidence(parsed):
        values = {"code": gate.code, "line": gate.line, "text": gate.no_proof}
        message = _("%(code)s (line %(line)s): closed in the document, no evidence given") % values
        if gate.no_proof:
            message += _(" (“%(text)s” proves nothing; it is kept in the notes)") % values
        if progress.get(gate.code) == Progress.CLOSED:
            gates[gate.code].fields.pop("progress")
            yield message + _("; it stays closed on the evidence it has")
        else:
            yield message + _("; imported as partial")


def _expired(
    parsed: ParsedDocument,
    gates: dict[str, Record],
    progress: dict[str, str],
    slug: str,
    day: date,
) -> Iterator[str]:
    last = {
        code: max((proof.valid_until or "9999") for proof in proofs)
        for code, proofs in evidence_of(parsed).items()
        if proofs and code in gates and progress.get(code) != Progress.CLOSED
    }
    expired = {
        code: until
        for code, until in last.items()
        if until < str(day) and gates[code].fields.get("progress") == Progress.CLOSED
    }
    if not expired:
        return
    known = Evidence.objects.filter(gate__launch__slug=slug, gate__code__in=expired)
    facts = known.annotate(file_state=file_state()).order_by().values_list(
        "gate__code", "valid_until", "withdrawn_on", "file_state"
    )  # fmt: skip
    proven = {code for code, *fact in facts if EvidenceFact(*fact).is_current(day)}
    for code, until in expired.items():
        if code not in proven:
            _import_as_partial(gates[code])
            message = _(
                "%(code)s (%(place)s): closed in the document, but its proof ended on %(day)s; "
                "imported as partial"
            )
            yield message % {"code": code, "place": gates[code].where, "day": until}


def _import_as_partial(record: Record) -> None:
    """Let a gate that the document closes be partial; how it was closed goes to its notes."""
    record.fields["progress"] = Progress.PARTIAL.value
    kept = [str(record.fields.pop(name, "")) for name in CLOSING_RECORD_FIELDS]
    notes = [str(record.fields.get("notes", "")), *kept]
    record.fields["notes"] = "\n".join(filter(None, notes))


def _blocked_by_nothing(parsed: ParsedDocument, unresolved: dict[str, list[Any]]) -> Iterator[str]:
    for gate in blocked_by_nothing(parsed):
        if not unresolved[gate.code]:
            message = _(
                "%(code)s (line %(line)s): imported as %(status)s: blocked, but nothing says by "
                "what"
            )
            status = status_word(gate.progress)
            yield message % {"code": gate.code, "line": gate.line, "status": status}


def _blocked_as_said(parsed: ParsedDocument, unresolved: dict[str, list[Any]]) -> Iterator[str]:
    listed = listed_codes(parsed)
    for gate in parsed.gates:
        blocker = gate.blocker
        if blocker is None or not blocker.said or gate.code in listed:
            continue
        if blocker.needs not in {known.needs for known in unresolved[gate.code]}:
            message = _(
                "%(code)s (line %(line)s): blocked, and only the text of its row can say by what: "
                "“%(needs)s” is taken for it"
            )
            yield message % {"code": gate.code, "line": gate.line, "needs": blocker.needs}


def _blocked_by_nobody(parsed: ParsedDocument, unresolved: dict[str, list[Any]]) -> Iterator[str]:
    for blocker in blockers_of(parsed):
        people = {known.needs: known.waiting_on for known in unresolved[blocker.code]}
        if not blocker.waiting_on and not blocker.resolved and not people.get(blocker.needs):
            message = _(
                "%(code)s (line %(line)s): nothing says who brings “%(needs)s”; nobody is named "
                "on the board yet"
            )
            yield message % {"code": blocker.code, "line": blocker.line, "needs": blocker.needs}


def _renamed_sections(records: list[Record], slug: str) -> Iterator[str]:
    sections = Section.objects.filter(launch__slug=slug).order_by()
    names = dict(sections.values_list("prefix", "name"))
    for record in records:
        if record.model is Section:
            old, new = names.get(str(record.fields["prefix"])), record.fields["name"]
            if old not in {None, new}:
                message = _("%(place)s: the heading renames the section '%(old)s' to '%(new)s'")
                yield message % {"place": record.where, "old": old, "new": new}


def _closed_but_waiting(
    gates: dict[str, Record], progress: dict[str, str], unresolved: dict[str, list[Any]]
) -> Iterator[str]:
    for code, record in gates.items():
        closes = record.fields.get("progress") == Progress.CLOSED != progress.get(code)
        if closes and unresolved[code]:
            _import_as_partial(record)
            needs = ", ".join(map(_need, unresolved[code]))
            message = _(
                "%(code)s (%(place)s): closed in the document, but on the board it waits for "
                "%(needs)s; imported as partial. Resolve the blocker, then import again"
            )
            yield message % {"code": code, "place": record.where, "needs": needs}


def _need(blocker: Blocker) -> str:
    if blocker.waiting_on is None:
        return str(blocker.needs)
    values = {"needs": blocker.needs, "owner": blocker.waiting_on}
    return _("%(needs)s (from %(owner)s)") % values


def _blockers_not_resolved(
    records_by_key: dict[tuple[str, str], Record],
    unresolved: dict[str, list[Any]],
    resolved: dict[tuple[str, str], Any],
) -> Iterator[str]:
    known = set(resolved)
    for code, blockers in unresolved.items():
        for blocker in blockers:
            known.add((code, blocker.needs))
            if (code, blocker.needs) not in records_by_key:
                message = _(
                    "%(code)s: the document no longer names the blocker '%(needs)s'; resolve it on "
                    "the board if it has come"
                )
                if blocker.waiting_on:
                    message = _(
                        "%(code)s: the document no longer names the blocker '%(needs)s' (from "
                        "%(owner)s); resolve it on the board if it has come"
                    )
                values = {"needs": blocker.needs, "owner": blocker.waiting_on}
                yield message % {"code": code, **values}
    for key, record in records_by_key.items():
        settled = key in resolved and key[1] not in {b.needs for b in unresolved[key[0]]}
        if settled and "resolution" not in record.fields:
            message = _(
                "%(code)s (%(place)s): blocked by '%(needs)s', which the board has resolved"
            )
            yield message % {"code": key[0], "place": record.where, "needs": key[1]}
        if key not in known:
            # Without a date in the document the blocker has none; the default would be now.
            record.fields.setdefault("raised_at", None)
