"""Find codes that a document uses for another gate than the board, and hold their rows back.

A code names a gate. A document whose row has the code with another title, section or counting is
perhaps about another gate, and closing that gate would close the board's. So nothing of such a
row is imported until a person says that it is the same gate.
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from gates.models import Action, Blocker, Claim, Evidence, Gate, Launch, Requirement, Section

from .records import Document, Record
from .titles import is_same_title


def hold_changed_gates(
    document: Document, confirmed: Collection[str] = ()
) -> list[tuple[str, str]]:
    """Take the rows of changed gates out of a document; return (code, sentence) of each gate.

    confirmed: codes of gates that a person says are the same.
    """
    board = _board_gates(document)
    held: dict[tuple[str, str], str] = {}
    for record in document.records:
        key = record.key()
        gate = board.get(key) if record.model is Gate else None
        if gate is not None and gate.code not in confirmed:
            changes = _changes(record, gate, document.records)
            if changes:
                held[(str(key[0]), gate.code)] = f"{record.where}: {gate.code} {changes}"
    if not held:
        return []
    claims = _take_out(document, set(held))
    required = _requiring_claims(held)
    sentences = []
    for (slug, code), sentence in held.items():
        asked = _asked_by(code, required.get((slug, code), ()))
        left_out = _and_claims(claims.get((slug, code), ()))
        text = _(
            "%(change)s. Nothing of its row is imported%(claims)s. If it is the same gate, say "
            "--same-gate %(code)s; if it is another one, give it a code of its own"
        )
        values = {"change": f"{sentence}{asked}", "claims": left_out, "code": code}
        sentences.append((code, text % values))
    return sentences


def _board_gates(document: Document) -> dict[tuple[Any, ...], Gate]:
    gates = Gate.objects.filter(launch__slug__in=document.launch_slugs())
    query = gates.select_related("launch", "section").order_by("pk")
    return {gate.natural_key(): gate for gate in query}


def _changes(record: Record, gate: Gate, records: Sequence[Record]) -> str:
    fields = record.fields
    changes = []
    title, section, counted = fields.get("title"), fields.get("section"), fields.get("counted")
    if isinstance(title, str) and not is_same_title(gate.title, title):
        message = _("was “%(old)s” and is now “%(new)s”")
        changes.append(message % {"old": gate.title, "new": title})
    section_key = _key(section)
    if section_key and section_key != (gate.launch.slug, gate.section.prefix):
        message = _("was in the section %(old)s and is now in %(new)s")
        changes.append(message % {"old": gate.section, "new": section_key[-1]})
    if isinstance(counted, bool) and counted != gate.counted:
        changes.append(
            _("was counted and is now not counted")
            if gate.counted
            else _("was not counted and is now counted")
        )
    return ", ".join(changes)


def _key(value: Any) -> tuple[str, ...] | None:
    """Return a reference as a natural key; None for what `apply` refuses."""
    if isinstance(value, list) and all(type(part) is str for part in value):
        return tuple(value)
    return None


def _take_out(document: Document, held: set[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    """Remove the records of held gates, and new claims that require one; return those claims."""
    known = set(
        Claim.objects.filter(launch__slug__in=document.launch_slugs()).values_list(
            "launch__slug", "slug"
        )
    )
    claims: dict[Any, list[str]] = {}
    dropped: set[tuple[Any, ...]] = set()
    for record in document.records:
        if record.model is Requirement:
            claim, gate = _key(record.fields["claim"]), _key(record.fields["gate"])
            if claim and gate in held and claim not in known:
                dropped.add(claim)
                claims.setdefault(gate, []).append(str(claim[-1]))
    emptied = {
        _key(r.fields.get("section"))
        for r in document.records
        if r.model is Gate and r.key() in held
    }
    document.records[:] = [
        record
        for record in document.records
        if not _is_of(record, held)
        and not (record.model is Claim and record.key() in dropped)
        and not (record.model is Requirement and _key(record.fields["claim"]) in dropped)
    ]
    # A section with held gates only: its name belongs to the other gates.
    emptied -= {_key(r.fields.get("section")) for r in document.records if r.model is Gate}
    document.records[:] = [
        record
        for record in document.records
        if record.model is not Section or record.key() not in emptied
    ]
    return claims


def _is_of(record: Record, held: set[tuple[str, str]]) -> bool:
    if record.model is Gate:
        return record.key() in held
    if record.model in {Evidence, Blocker, Action}:
        return _key(record.fields.get("gate")) in held
    return False


def _requiring_claims(held: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    claims: dict[tuple[str, str], list[str]] = {}
    query = Requirement.objects.filter(gate__code__in={code for _, code in held})
    rows = query.order_by("pk").values_list("gate__launch__slug", "gate__code", "claim__slug")
    for slug, code, claim in rows:
        claims.setdefault((slug, code), []).append(claim)
    return claims


def _asked_by(code: str, claims: Collection[str]) -> str:
    message = _("; claim %(claim)s asks for %(code)s")
    return "".join(message % {"claim": claim, "code": code} for claim in claims)


def _and_claims(claims: Collection[str]) -> str:
    if not claims:
        return ""
    return _(", nor the new claim %(names)s, which asks for it") % {"names": ", ".join(claims)}


def reopened_by_older(document: Document) -> list[tuple[Record, str]]:
    """Return the gates that an older document would reopen, with the day of their closing.

    The day of a gate's closing is that of `closed_at`, or else of the board's newest document.
    """
    days = {
        str(r.fields["slug"]): str(r.fields["snapshot_date"])
        for r in document.records
        if r.model is Launch and r.fields.get("snapshot_date")
    }
    board = _board_gates(document) if days else {}
    found = []
    for record in document.records:
        gate = board.get(record.key()) if record.model is Gate else None
        if gate is None or gate.progress != Gate.Progress.CLOSED:
            continue
        if record.fields.get("progress", "closed") == "closed":
            continue
        closed = timezone.localdate(gate.closed_at) if gate.closed_at else gate.launch.snapshot_date
        day = days.get(gate.launch.slug)
        if day is not None and day < str(closed):
            found.append((record, str(closed)))
    return found
