"""Give every gate of a document a code of the board, and every section its letters.

A code of the board is capital letters and a number. A gate that is written without one keeps the
code that the board has for its title; otherwise it gets one that is as close to the written code
as can be, or the next free number of its section.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from gates.documents.records import Problem, place_of
from gates.documents.titles import is_same_title, title_key
from gates.rules.text import fold_digits

from .parsed import ParsedDocument, ParsedGate, ParsedSection
from .vocabulary import CODE, strip_markup

_LETTERS_AND_NUMBER = re.compile(
    r"(?P<letters>[A-Za-z]{1,8})[\s_.-]*0*(?P<number>[0-9]{1,4})(?P<more>[a-z]|\.[0-9]+)?"
)
_GATE_NUMBER = re.compile(
    r"(?:(?:launch\s+)?gate|check|البوابة|بوابة)?[\s-]*#?0*([0-9]{1,4})", re.IGNORECASE
)
_NUMBER = re.compile(r"[#(]?0*([0-9]{1,4})[.)]?")
MAX_PREFIX = 8
MAX_NAME = 100  # of a section on the board
MAX_SPELLINGS = 300  # titles of the board compared with each new title; it takes a while


@dataclass(slots=True)
class BoardNames:
    """What the launch of a document has on the board already."""

    codes: dict[str, str] = field(default_factory=dict)  # code: title of the gate
    sections: dict[str, str] = field(default_factory=dict)  # name, casefolded: letters
    letters: dict[str, str] = field(default_factory=dict)  # code: letters of its section
    names: dict[str, str] = field(default_factory=dict)  # letters: name of the section


def assign_codes(parsed: ParsedDocument, board: BoardNames) -> list[Problem]:
    """Set the codes and letters of a parsed document; return the references that name no gate."""
    return _Codes(parsed, board).assign()


class _Codes:
    """State of one assignment."""

    def __init__(self, parsed: ParsedDocument, board: BoardNames) -> None:
        self.parsed, self.board = parsed, board
        self.used = {gate.code for gate in parsed.gates if CODE.fullmatch(gate.code)}
        self.highest: dict[str, int] = {}
        for code in (*self.used, *board.codes):
            self._count(code)
        self.by_title: dict[str, list[str]] = {}  # codes of the board
        for code, title in board.codes.items():
            self.by_title.setdefault(title_key(title), []).append(code)
        # Letters of first codes, which the sections take that come first.
        self.first_letters = {
            section.gates[0].code.rstrip("0123456789")
            for section in parsed.sections
            if section.gates and CODE.fullmatch(section.gates[0].code)
        }
        self.spellings: dict[str, str] | None = None  # code: title, of gates not named as they are
        self.final: dict[str, str] = {}  # code or title as written: code
        self.prefixes: dict[str, ParsedSection] = {}

    def assign(self) -> list[Problem]:
        self._take_prefixes()
        titles: dict[str, set[str]] = {}
        for section in self.parsed.sections:
            for gate in section.gates:
                if not CODE.fullmatch(gate.code):
                    self._assign(section, gate)
                titles.setdefault(title_key(gate.title), set()).add(gate.code)
        by_title = {title: codes.pop() for title, codes in titles.items() if len(codes) == 1}
        return [*self._refer(by_title)]

    def _take_prefixes(self) -> None:
        written = [section for section in self.parsed.sections if section.prefix]
        for section in written:
            self.prefixes.setdefault(section.prefix, section)
        self._tell_apart()
        for section in self.parsed.sections:
            if not section.prefix:
                section.prefix = self._letters(section)
                self.prefixes[section.prefix] = section
            if section.name == section.prefix:
                section.name = self.board.names.get(section.prefix, section.name)
            section.name = section.name or section.prefix

    def _tell_apart(self) -> None:
        """Name sections of one name by their parents, unless their codes have other letters."""
        names: dict[str, list[ParsedSection]] = {}
        for section in self.parsed.sections:
            names.setdefault(section.name.casefold(), []).append(section)
        for sections in names.values():
            letters = {self._own_letters(section) for section in sections}
            if len(letters) < len(sections) or "" in letters:
                for section in sections if len(sections) > 1 else ():
                    if section.parent and not section.prefix:
                        section.name = f"{section.parent} › {section.name}"[:MAX_NAME]

    def _own_letters(self, section: ParsedSection) -> str:
        code = section.gates[0].code if section.gates else ""
        return section.prefix or (code.rstrip("0123456789") if CODE.fullmatch(code) else "")

    def _letters(self, section: ParsedSection) -> str:
        """Return the letters of a section without any: of its first code, of the board, new."""
        first = section.gates[0] if section.gates else None
        letters = self._own_letters(section)
        if letters and letters not in self.prefixes and len(letters) <= MAX_PREFIX:
            return letters
        known = [self.board.sections.get(section.name.casefold(), "")]
        if first:
            codes = self.by_title.get(title_key(first.title), ())
            known += [self.board.letters.get(code, "") for code in codes]
        for letters in known:
            if letters and letters not in self.prefixes:
                return letters
        if first and (written := _LETTERS_AND_NUMBER.fullmatch(first.written_code)):
            letters = written["letters"].upper()
            if self._is_free(letters):
                return letters
        return next(letters for letters in _candidates(section.name) if self._is_free(letters))

    def _is_free(self, letters: str) -> bool:
        taken = letters in self.prefixes or letters in self.first_letters
        return not taken and letters not in self.board.names

    def _assign(self, section: ParsedSection, gate: ParsedGate) -> None:
        code = self._known_code(section, gate)
        if not code:
            code = next(code for code in self._choices(section, gate) if code not in self.used)
        for written in (gate.code, gate.written_code):
            if written:
                self.final.setdefault(written, code)
        self.parsed.readings.append(code_given(gate.line, gate.written_code, gate.title, code))
        gate.code = code
        self.used.add(code)
        self._count(code)

    def _known_code(self, section: ParsedSection, gate: ParsedGate) -> str:
        """Return the code that the board has for a title: the same one, else another spelling."""
        free = [c for c in self.by_title.get(title_key(gate.title), ()) if c not in self.used]
        if not free:
            if self.spellings is None:
                written = {title_key(gate.title) for gate in self.parsed.gates}
                self.spellings = {
                    code: title
                    for code, title in self.board.codes.items()
                    if title_key(title) not in written
                }
                if len(self.spellings) > MAX_SPELLINGS:
                    self.spellings = {}
            free = [
                code
                for code, title in self.spellings.items()
                if code not in self.used and is_same_title(title, gate.title)
            ]
        in_section = [code for code in free if self.board.letters.get(code) == section.prefix]
        return next(iter(in_section or free), "")

    def _choices(self, section: ParsedSection, gate: ParsedGate) -> Iterator[str]:
        """Yield codes for a gate, the best first.

        A written `SEC-01` is the code SEC1, even if the board has that code for another title: a
        person decides then. A written number may have moved to another gate. `G1b` is no G1.
        """
        letters = section.prefix
        if written := _LETTERS_AND_NUMBER.fullmatch(gate.written_code):
            letters = written["letters"].upper()
            if not written["more"]:
                yield f"{letters}{written['number']}"
        elif number := _NUMBER.fullmatch(fold_digits(gate.written_code)):
            code = f"{section.prefix}{number.group(1)}"
            if code not in self.board.codes:
                yield code
        yield f"{letters}{self.highest.get(letters, 0) + 1}"

    def _count(self, code: str) -> None:
        letters = code.rstrip("0123456789")
        number = code[len(letters) :]
        if number and len(number) < 9:
            self.highest[letters] = max(self.highest.get(letters, 0), int(number))

    def _refer(self, by_title: Mapping[str, str]) -> Iterator[Problem]:
        """Set the codes of everything that refers to a gate by its written code or its title."""
        for gate in self.parsed.gates:
            gate.covered_by = self.final.get(gate.covered_by, gate.covered_by)
            for part in (gate.evidence, gate.blocker):
                if part is not None:
                    part.code = gate.code
        referring: tuple[Any, ...] = (
            *self.parsed.evidence,
            *self.parsed.blockers,
            *self.parsed.actions,
            *self.parsed.newly_closed,
            *self.parsed.closings,
            *self.parsed.covers,
            *self.parsed.not_counted,
        )
        for item in referring:
            code = self.final.get(item.code, item.code)
            if code and not CODE.fullmatch(code):
                code = by_title.get(title_key(code), code)
            if code and not CODE.fullmatch(code):
                message = _("'%(text)s' is not a code, nor the title of one gate")
                yield Problem(place_of(item.line), "gate", message % {"text": code})
            item.code = code
        self.parsed.rename_codes(self.final)
        for cover in self.parsed.covers:
            text = strip_markup(cover.text)
            named = text if CODE.fullmatch(text) else by_title.get(title_key(text), text)
            cover.text = self.final.get(text, named)


def code_given(line: int, written: str, title: str, code: str) -> str:
    """Return the sentence of the report that a gate has another code than its document writes."""
    name = f"{written} “{title}”" if written else f"“{title}”"
    message = _("line %(line)s: %(name)s has the code %(code)s")
    return message % {"line": line, "name": name, "code": code}


def normal_code(written: str) -> str:
    """Return a code as written, but “Gate 1” and “1” of a heading as G1."""
    number = _GATE_NUMBER.fullmatch(fold_digits(written))
    return f"G{number.group(1)}" if number else written


def _candidates(name: str) -> Iterator[str]:
    """Yield letters for a section, the best first: S, SE, SR for “Security review”; or G."""
    words = re.findall(r"[A-Za-z]+", name)
    first = words[0].upper() if words else "G"
    yield first[0]
    initials = "".join(word[0] for word in words).upper()[:MAX_PREFIX]
    yield from (first[:2], initials or "G", first[:3])
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    yield from (f"{first[0]}{a}" for a in letters)
    yield from (f"{first[0]}{a}{b}" for a in letters for b in letters)
    yield from (f"{first[0]}{a}{b}{c}" for a in letters for b in letters for c in letters)
