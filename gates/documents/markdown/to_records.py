"""A parsed Markdown document as records."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.text import slugify

from gates.documents.records import Record, place_of
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

from .blockers import blockers_of, settle_notes
from .parsed import (
    ParsedClaim,
    ParsedDocument,
    ParsedEvidence,
    ParsedGate,
    ParsedNote,
    StatedGap,
)
from .vocabulary import CHOICES


def to_records(parsed: ParsedDocument, slug: str) -> list[Record]:
    """Return the records of a document for the launch `slug`. Unnamed fields are absent."""
    return [
        _launch_record(parsed, slug),
        *_section_records(parsed, slug),
        *_owner_records(parsed),
        *_gate_records(parsed, slug),
        *_evidence_records(parsed, slug),
        *_blocker_records(parsed, slug),
        *_action_records(parsed, slug),
        *_claim_records(parsed, slug),
    ]


def parse_moment(text: str) -> str | None:
    """Return a moment as written; of a date alone its midnight here. None for an empty text."""
    day = parse_date(text) if len(text) == 10 and text.isascii() else None
    if day is None:
        return text or None
    return timezone.make_aware(datetime.combine(day, time.min)).isoformat()


def evidence_of(parsed: ParsedDocument) -> dict[str, list[ParsedEvidence]]:
    """Return each gate's evidence: first that of its row, then that of tables of evidence."""
    evidence: dict[str, list[ParsedEvidence]] = defaultdict(list)
    for gate in parsed.gates:
        if gate.evidence:
            evidence[gate.code].append(gate.evidence)
    for proof in parsed.evidence:
        evidence[proof.code].append(proof)
    return evidence


def closed_without_evidence(parsed: ParsedDocument) -> list[ParsedGate]:
    """Return the gates that the document calls closed without evidence."""
    proven = evidence_of(parsed)
    return [gate for gate in parsed.gates if gate.status == Status.CLOSED and not proven[gate.code]]


def claims_of(parsed: ParsedDocument) -> list[ParsedClaim]:
    """Return the claims of the table of claims; without it those of the rule and the gaps."""
    if parsed.claims:
        return parsed.claims
    claims = []
    ruled = {rule.min_closed for rule in parsed.rules}
    own_lines = {rule.line for rule in parsed.rules}
    gaps = [gap for gap in parsed.gaps if gap.line not in own_lines]
    for rule in parsed.rules:
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


def _launch_record(parsed: ParsedDocument, slug: str) -> Record:
    optional = {
        "name": parsed.name,
        "snapshot_date": parsed.snapshot_date,
        "plan_starts_on": parsed.plan_starts_on or parsed.snapshot_date,
        "notes": parsed.notes,
    }
    return _make_record(Launch, parsed.name_line or 1, {"slug": slug}, optional)


def _section_records(parsed: ParsedDocument, slug: str) -> Iterator[Record]:
    for position, section in enumerate(parsed.sections, start=1):
        optional = {"launch": [slug], "prefix": section.prefix, "name": section.name}
        yield _make_record(Section, section.line, {**optional, "position": position})


def _owner_records(parsed: ParsedDocument) -> Iterator[Record]:
    lines: dict[str, int] = {}
    named = [
        *((gate.owner, gate.line) for gate in parsed.gates),
        *((blocker.waiting_on, blocker.line) for blocker in blockers_of(parsed)),
        *((action.needs, action.line) for action in parsed.actions),
    ]
    for name, line in named:
        if name:
            lines.setdefault(name, line)
    return (_make_record(Owner, line, {"name": name}) for name, line in lines.items())


def _gate_records(parsed: ParsedDocument, slug: str) -> Iterator[Record]:
    unproven = {gate.code for gate in closed_without_evidence(parsed)}
    not_counted = {note.code: note.text for note in parsed.not_counted}
    covers = {note.code: note.text for note in parsed.covers}
    closings = {note.code: note for note in _closing_fields(parsed)}
    settle_notes(parsed)
    for gate in parsed.gates:
        # A gate that is not closed has no closing note; the text is kept.
        if gate.code in unproven and gate.code in closings:
            text = " ".join(filter(None, (closings[gate.code].date, closings[gate.code].text)))
            if text not in gate.notes:
                gate.note(text)
    for section in parsed.sections:
        for position, gate in enumerate(section.gates, start=1):
            cover = gate.covered_by or covers.get(gate.code)
            optional = {
                "priority": gate.priority,
                "definition_of_done": gate.definition_of_done,
                "notes": gate.notes,
                "owner": [gate.owner] if gate.owner else None,
                "covered_by": [slug, cover] if cover else None,
                "not_counted_reason": not_counted.get(gate.code, ""),
            }
            required = {
                "launch": [slug],
                "section": [slug, section.prefix],
                "code": gate.code,
                "title": gate.title,
                "progress": "partial" if gate.code in unproven else gate.progress.value,
                "position": position,
            }
            if not_counted:
                required["counted"] = gate.code not in not_counted
            if required["progress"] == "closed" and gate.code in closings:
                optional["closing_note"] = closings[gate.code].text
                optional["closed_at"] = parse_moment(closings[gate.code].date)
            yield _make_record(Gate, gate.line, required, optional)


def _closing_fields(parsed: ParsedDocument) -> Iterator[ParsedNote]:
    """Yield the notes on the closing of gates, the most complete last."""
    for this_round in parsed.rounds:
        for item in this_round.items:
            code = item.split(" ")[0]
            text = f"+{this_round.number} this round: {item}"
            yield ParsedNote(this_round.line, code, text)
    yield from parsed.newly_closed
    yield from parsed.closings


def _evidence_records(parsed: ParsedDocument, slug: str) -> Iterator[Record]:
    for code, proofs in evidence_of(parsed).items():
        for proof in proofs:
            optional = {
                "url": proof.url,
                "output": proof.output,
                "commit": proof.commit,
                "observed_at": parse_moment(proof.observed),
                "valid_until": proof.valid_until,
            }
            required = {"gate": [slug, code], "kind": proof.kind, "summary": proof.summary}
            yield _make_record(Evidence, proof.line, required, optional)


def _blocker_records(parsed: ParsedDocument, slug: str) -> Iterator[Record]:
    for blocker in blockers_of(parsed):
        required = {
            "gate": [slug, blocker.code],
            "needs": blocker.needs,
        }
        optional = {
            "waiting_on": [blocker.waiting_on] if blocker.waiting_on else None,
            "why": blocker.why,
            "due_on": blocker.due,
            "resolved_at": parse_moment(blocker.resolved),
            "resolution": blocker.resolution,
            "raised_at": parse_moment(blocker.raised),
        }
        yield _make_record(Blocker, blocker.line, required, optional)


def _action_records(parsed: ParsedDocument, slug: str) -> Iterator[Record]:
    for position, action in enumerate(parsed.actions, start=1):
        optional = {
            "gate": [slug, action.code] if action.code else None,
            "estimate": action.estimate,
            "needs": [action.needs] if action.needs else None,
        }
        required = {
            "launch": [slug],
            "text": action.text,
            "day": action.day,
            "state": action.state,
            "position": position,
        }
        yield _make_record(Action, action.line, required, optional)


def _claim_records(parsed: ParsedDocument, slug: str) -> Iterable[Record]:
    claims, requirements = [], []
    for position, claim in enumerate(claims_of(parsed), start=1):
        required = {
            "launch": [slug],
            "slug": claim.slug,
            "name": claim.name,
            "min_closed": claim.min_closed,
            "requires_p0": claim.requires_p0,
            "position": position,
        }
        if claim.choice is not None:
            chosen = {word: choice for choice, word in CHOICES.items()}
            required["says_launched"] = chosen[claim.choice]
        claims.append(_make_record(Claim, claim.line, required))
        for code in claim.required:
            key = {"claim": [slug, claim.slug], "gate": [slug, code]}
            requirements.append(_make_record(Requirement, claim.line, key))
    # The one that is chosen last, after another has given it up: two at once are refused.
    claims.sort(key=lambda record: record.fields.get("says_launched") is True)
    return [*claims, *requirements]


def _make_record(
    model: type,
    line: int,
    required: Mapping[str, Any],
    optional: Mapping[str, Any] | None = None,
) -> Record:
    """Return a record with all `required` fields and the `optional` ones that have a value."""
    present = {name: value for name, value in (optional or {}).items() if value not in ("", None)}
    return Record(model, {**required, **present}, place_of(line))
