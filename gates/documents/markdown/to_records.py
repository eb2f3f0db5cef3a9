"""What a Markdown document says, as the rows it wants on the board."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.text import slugify

from gates.documents.records import Record
from gates.models import (
    Action,
    Blocker,
    Claim,
    Evidence,
    Gate,
    Launch,
    Owner,
    Requirement,
    Section,
)
from gates.rules import Status

from .parsed import (
    ParsedBlocker,
    ParsedClaim,
    ParsedDocument,
    ParsedEvidence,
    ParsedGate,
    ParsedNote,
    StatedGap,
)


def to_records(paper: ParsedDocument, slug: str) -> list[Record]:
    """The rows of a document for the launch `slug`. What the document does not say is left out."""
    return [
        _launch_record(paper, slug),
        *_section_records(paper, slug),
        *_owner_records(paper),
        *_gate_records(paper, slug),
        *_evidence_records(paper, slug),
        *_blocker_records(paper, slug),
        *_action_records(paper, slug),
        *_claim_records(paper, slug),
    ]


def parse_moment(text: str) -> str | None:
    """A moment as written; a date alone is its midnight here. None for nothing."""
    day = parse_date(text) if len(text) == 10 and text.isascii() else None
    if day is None:
        return text or None
    return timezone.make_aware(datetime.combine(day, time.min)).isoformat()


def evidence_of(paper: ParsedDocument) -> dict[str, list[ParsedEvidence]]:
    """The proofs of each gate: the one in its row, then those in tables of evidence."""
    found: dict[str, list[ParsedEvidence]] = defaultdict(list)
    for gate in paper.gates:
        if gate.evidence:
            found[gate.code].append(gate.evidence)
    for proof in paper.evidence:
        found[proof.code].append(proof)
    return found


def closed_without_evidence(paper: ParsedDocument) -> list[ParsedGate]:
    """The gates that the document calls closed and gives nothing for."""
    proven = evidence_of(paper)
    return [gate for gate in paper.gates if gate.status == Status.CLOSED and not proven[gate.code]]


def blockers_of(paper: ParsedDocument) -> list[ParsedBlocker]:
    """The blockers with a name each: of blocked gates, and those that were resolved.

    A table of blockers says more than a row, so where it has the gate it is believed.
    """
    gates = {gate.code: gate for gate in paper.gates}
    listed = {blocker.code for blocker in paper.blockers}
    in_rows = [gate.blocker for gate in paper.gates if gate.blocker and gate.code not in listed]
    people = {code: count.person for count in paper.counts for code in count.codes}
    found = []
    for blocker in (*paper.blockers, *in_rows):
        gate = gates.get(blocker.code)
        row = gate.blocker if gate else None
        blocker.waiting_on = (
            blocker.waiting_on or (row.waiting_on if row else "") or people.get(blocker.code, "")
        )
        blocked = gate is None or gate.status == Status.BLOCKED
        if blocker.waiting_on and blocker.needs and (blocked or blocker.resolved):
            found.append(blocker)
    return found


def blocked_by_nobody(paper: ParsedDocument) -> list[ParsedGate]:
    """The gates that the document calls blocked without saying by whom."""
    named = {blocker.code for blocker in blockers_of(paper)}
    return [
        gate for gate in paper.gates if gate.status == Status.BLOCKED and gate.code not in named
    ]


def claims_of(paper: ParsedDocument) -> list[ParsedClaim]:
    """The claims of the table of claims, or else those in the rule and the gaps."""
    if paper.claims:
        return paper.claims
    claims = []
    ruled = {rule.min_closed for rule in paper.rules}
    own_lines = {rule.line for rule in paper.rules}
    gaps = [gap for gap in paper.gaps if gap.line not in own_lines]
    for rule in paper.rules:
        named = next((gap.name for gap in gaps if gap.threshold == rule.min_closed), rule.name)
        slug = slugify(rule.name) or "launched"
        claims.append(
            ParsedClaim(rule.line, slug, named.capitalize(), rule.min_closed, rule.requires_p0)
        )
    claims += [_claim_in(gap) for gap in gaps if gap.threshold not in ruled or gap.codes]
    return claims


def _claim_in(gap: StatedGap) -> ParsedClaim:
    short = gap.name.casefold().removesuffix(" launch").removesuffix(" claim")
    slug = slugify(short) or f"claim-{gap.line}"
    return ParsedClaim(gap.line, slug, gap.name.capitalize(), gap.threshold, required=gap.codes)


def _launch_record(paper: ParsedDocument, slug: str) -> Record:
    said = {
        "name": paper.name,
        "snapshot_date": paper.snapshot_date,
        "plan_starts_on": paper.plan_starts_on or paper.snapshot_date,
        "notes": paper.notes,
    }
    return _make_record(Launch, paper.name_line or 1, {"slug": slug}, said)


def _section_records(paper: ParsedDocument, slug: str) -> Iterator[Record]:
    for position, section in enumerate(paper.sections, start=1):
        said = {"launch": [slug], "prefix": section.prefix, "name": section.name}
        yield _make_record(Section, section.line, {**said, "position": position})


def _owner_records(paper: ParsedDocument) -> Iterator[Record]:
    lines: dict[str, int] = {}
    named = [
        *((gate.owner, gate.line) for gate in paper.gates),
        *((blocker.waiting_on, blocker.line) for blocker in blockers_of(paper)),
        *((action.needs, action.line) for action in paper.actions),
    ]
    for name, line in named:
        if name:
            lines.setdefault(name, line)
    return (_make_record(Owner, line, {"name": name}) for name, line in lines.items())


def _gate_records(paper: ParsedDocument, slug: str) -> Iterator[Record]:
    unproven = {gate.code for gate in closed_without_evidence(paper)}
    not_counted = {note.code: note.text for note in paper.not_counted}
    covers = {note.code: note.text for note in paper.covers}
    closings = {note.code: note for note in _closing_fields(paper)}
    for gate in blocked_by_nobody(paper):
        if gate.blocker and gate.blocker.needs not in gate.notes:
            gate.note(f"Blocked on {gate.blocker.needs}")
    for section in paper.sections:
        for position, gate in enumerate(section.gates, start=1):
            cover = gate.covered_by or covers.get(gate.code)
            said = {
                "priority": gate.priority,
                "definition_of_done": gate.definition_of_done,
                "notes": gate.notes,
                "owner": [gate.owner] if gate.owner else None,
                "covered_by": [slug, cover] if cover else None,
                "not_counted_reason": not_counted.get(gate.code, ""),
            }
            needed = {
                "launch": [slug],
                "section": [slug, section.prefix],
                "code": gate.code,
                "title": gate.title,
                "progress": "partial" if gate.code in unproven else gate.progress.value,
                "position": position,
            }
            if not_counted:
                needed["counted"] = gate.code not in not_counted
            if needed["progress"] == "closed" and gate.code in closings:
                said["closing_note"] = closings[gate.code].text
                said["closed_at"] = parse_moment(closings[gate.code].date)
            yield _make_record(Gate, gate.line, needed, said)


def _closing_fields(paper: ParsedDocument) -> Iterator[ParsedNote]:
    """What is said of the closing of gates, the fullest last."""
    for said in paper.rounds:
        for item in said.items:
            code = item.split(" ")[0]
            yield ParsedNote(said.line, code, f"+{said.number} this round: {item}")
    yield from paper.newly_closed
    yield from paper.closings


def _evidence_records(paper: ParsedDocument, slug: str) -> Iterator[Record]:
    for code, proofs in evidence_of(paper).items():
        for proof in proofs:
            said = {
                "url": proof.url,
                "output": proof.output,
                "commit": proof.commit,
                "observed_at": parse_moment(proof.observed),
                "valid_until": proof.valid_until,
            }
            needed = {"gate": [slug, code], "kind": proof.kind, "summary": proof.summary}
            yield _make_record(Evidence, proof.line, needed, said)


def _blocker_records(paper: ParsedDocument, slug: str) -> Iterator[Record]:
    for blocker in blockers_of(paper):
        needed = {
            "gate": [slug, blocker.code],
            "needs": blocker.needs,
            "waiting_on": [blocker.waiting_on],
        }
        said = {
            "why": blocker.why,
            "due_on": blocker.due,
            "resolved_at": parse_moment(blocker.resolved),
            "resolution": blocker.resolution,
            "raised_at": parse_moment(blocker.raised),
        }
        yield _make_record(Blocker, blocker.line, needed, said)


def _action_records(paper: ParsedDocument, slug: str) -> Iterator[Record]:
    for position, action in enumerate(paper.actions, start=1):
        said = {
            "gate": [slug, action.code] if action.code else None,
            "estimate": action.estimate,
            "needs": [action.needs] if action.needs else None,
        }
        needed = {
            "launch": [slug],
            "text": action.text,
            "day": action.day,
            "state": action.state,
            "position": position,
        }
        yield _make_record(Action, action.line, needed, said)


def _claim_records(paper: ParsedDocument, slug: str) -> Iterable[Record]:
    found, required = [], []
    for position, claim in enumerate(claims_of(paper), start=1):
        needed = {
            "launch": [slug],
            "slug": claim.slug,
            "name": claim.name,
            "min_closed": claim.min_closed,
            "requires_p0": claim.requires_p0,
            "position": position,
        }
        found.append(_make_record(Claim, claim.line, needed))
        for code in claim.required:
            key = {"claim": [slug, claim.slug], "gate": [slug, code]}
            required.append(_make_record(Requirement, claim.line, key))
    return [*found, *required]


def _make_record(
    model: type, line: int, needed: Mapping[str, Any], said: Mapping[str, Any] | None = None
) -> Record:
    """A row with what it needs and what the document says of the rest."""
    told = {name: value for name, value in (said or {}).items() if value not in ("", None)}
    return Record(model, {**needed, **told}, f"line {line}")
