"""What the blocked gates of a document wait for, and from whom."""

import re

from gates.models import Blocker
from gates.rules import Status

from .cells import CellText, parse_cell
from .escaping import unescape_text
from .parsed import ParsedBlocker, ParsedDocument, ParsedGate
from .people import is_nobody, looks_like_person, parse_people, split_dates

MAX_NEEDS = Blocker._meta.get_field("needs").max_length or 0
# What stands between “blocked” and the thing that blocks.
_BY = re.compile(r"^(?:on|by|for|due to|because of|بسبب|على)\s+", re.IGNORECASE)
_WAITING = re.compile(r"waiting|awaiting|بانتظار|في انتظار", re.IGNORECASE)
_BREAK = re.compile("<br ?/?>", re.IGNORECASE)


def parsed_blocker(gate: ParsedGate, cell: CellText) -> ParsedBlocker:
    """Return the blocker of the sentence “Blocked on …” of a cell."""
    needs, person = unescape_text(cell.needs), unescape_text(cell.waiting_on)
    return ParsedBlocker(gate.line, gate.code, needs, person, raised=cell.raised, due=cell.due)


def blocker_in(gate: ParsedGate, text: str) -> tuple[ParsedBlocker, str]:
    """Return the blocker in a text such as “keys from Huda, asked 2026-03-01”, and the rest."""
    cell = parse_cell(f"Blocked on {text}")
    return parsed_blocker(gate, cell), unescape_text(cell.rest)


def words_of_blocker(word: str, rest: str) -> str:
    """Return what a status cell says after its word: of “Blocked by DNS” “DNS”.

    “Waiting on Mona” stays whole: it says whom the gate waits for.
    """
    names = [parse_cell(f"Blocked on {text}").waiting_on for text in (rest, f"{word} {rest}")]
    if rest and _WAITING.fullmatch(word) and not names[0] and names[1]:
        return f"{word} {rest}"
    return _BY.sub("", rest, count=1)


def blocker_as_said(gate: ParsedGate, text: str) -> ParsedBlocker | None:
    """Return the blocker of a blocked row where only the row's text can say what it waits for.

    The first sentence of the text is what the gate needs. None if it says nothing, or too much.
    """
    text = _BREAK.split(text, maxsplit=1)[0]
    blocker, _rest = blocker_in(gate, text)
    if is_nobody(text) or not blocker.needs or len(blocker.needs) > MAX_NEEDS:
        return None
    blocker.said = unescape_text(text)
    return blocker


def blockers_in_lines(gate: ParsedGate, cell: str) -> tuple[list[ParsedBlocker], bool]:
    """Return the blockers of a cell of lines such as “Huda: keys”, as our own CSV has them.

    “—: domain” names nobody. None if a line is no such one. Also whether every line begins with a
    name or a sign for nobody.
    """
    found, is_whole = [], True
    for line in _BREAK.split(cell):
        text, raised, due = split_dates(line)
        who, colon, needs = text.partition(": ")
        if not colon:
            return [], False
        person = parse_people(who)
        name = person.person() if looks_like_person(person.name) else ""
        is_whole = is_whole and bool(name or is_nobody(who)) and not person.others
        needs = unescape_text(needs)
        found.append(ParsedBlocker(gate.line, gate.code, needs, name, raised=raised, due=due))
    return found, is_whole


def blockers_of(parsed: ParsedDocument) -> list[ParsedBlocker]:
    """Return the blockers of blocked gates, and resolved ones; some name no person.

    Where a table of blockers has the gate, it wins over the gate's row: it has more fields.
    """
    gates = {gate.code: gate for gate in parsed.gates}
    listed = listed_codes(parsed)
    in_rows = [gate.blocker for gate in parsed.gates if gate.blocker and gate.code not in listed]
    people = {code: count.person for count in parsed.counts for code in count.codes}
    found = []
    for blocker in (*parsed.blockers, *in_rows):
        gate = gates.get(blocker.code)
        row = gate.blocker if gate else None
        blocker.waiting_on = (
            blocker.waiting_on or (row.waiting_on if row else "") or people.get(blocker.code, "")
        )
        blocker.needs = blocker.needs or (row.needs if row else "")
        blocked = gate is None or gate.status == Status.BLOCKED
        if blocker.needs and (blocked or blocker.resolved):
            found.append(blocker)
    return found


def listed_codes(parsed: ParsedDocument) -> set[str]:
    """Return the codes of the gates in tables of blockers."""
    return {blocker.code for blocker in parsed.blockers}


def blocked_by_nothing(parsed: ParsedDocument) -> list[ParsedGate]:
    """Return the gates that the document calls blocked without saying by what."""
    named = {blocker.code for blocker in blockers_of(parsed)}
    return [
        gate for gate in parsed.gates if gate.status == Status.BLOCKED and gate.code not in named
    ]


def settle_notes(parsed: ParsedDocument) -> None:
    """Take out of the notes what a blocker says completely; add whom a row of no blocker names."""
    listed = listed_codes(parsed)
    for gate in parsed.gates:
        lines = gate.notes.split("\n")
        blocker = gate.blocker
        if blocker and blocker.needs == blocker.said in lines and gate.code not in listed:
            lines.remove(blocker.said)
            gate.notes = "\n".join(lines)
    unnamed = {gate.code: gate for gate in blocked_by_nothing(parsed)}
    for row in parsed.blockers:
        text = f"Waiting on: {row.waiting_on}"
        gate_of_row = unnamed.get(row.code)
        if gate_of_row and row.waiting_on and not row.needs and text not in gate_of_row.notes:
            gate_of_row.note(text)
