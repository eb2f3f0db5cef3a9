"""People in cells: names, placeholders for nobody, several people, handles."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gates.rules.text import comparison_form

from .escaping import escape_text, unescape_text
from .parsed import ParsedDocument
from .vocabulary import NOBODY, strip_markup, without_direction

_BETWEEN_PEOPLE = re.compile(
    r"\s*(?:,|،|;(?=\s)|&(?!#)|\+|/|<br ?/?>|\band\b|\sو\s|\s(?=@))\s*", re.IGNORECASE
)
_DATED = re.compile(
    r"[\s,;(]*\b(?P<word>asked|requested|raised|since|due|until|by)\b:?(?: (?:on|in|by))?\s+"
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})\)?",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"@?[^\W\d_][\w.'’-]*(?: (?:[A-Z\u0600-\u06ff][\w.'’-]*|bin|ibn|al|van|de|von)){0,3}"
)
_LINK = re.compile(r"\[([^\[\]]{1,200})\]\([^()\s]{0,500}\)")
_NOT_A_NAME = re.compile(r"(?:the|a|an|our|their|its|his|her|old|new|this|that)\b", re.IGNORECASE)
LONGEST_CELL = 1000  # the patterns are slow on a longer text


@dataclass(slots=True)
class People:
    """The people of a cell: the first, and the others as written."""

    name: str = ""
    others: str = ""
    handle: bool = False  # “@mona”

    def person(self) -> str:
        """Return the name without the sign of a handle."""
        return self.name[1:] if self.handle else self.name


def parse_people(cell: str) -> People:
    """Return the people that a cell names, unescaped; an empty name for nobody."""
    written = strip_markup(cell)
    if is_nobody(written):
        return People()  # before “n/a” is split as two names
    if len(written) > LONGEST_CELL:
        return People(unescape_text(written))  # no name: the board refuses it
    written = _LINK.sub(r"\1", written)
    names = [strip_markup(name) for name in _BETWEEN_PEOPLE.split(written)]
    names = [name for name in names if not is_nobody(name)]
    if not names:
        return People()
    handle = names[0].startswith("@") and len(names[0]) > 1
    return People(unescape_text(names[0]), unescape_text(", ".join(names[1:])), handle)


def is_nobody(name: str) -> bool:
    """Tell whether a name is a placeholder: “—”, “TBD”, “n/a”."""
    letters = comparison_form(without_direction(name)).strip(" .*_`?!-–—")
    return not any(c.isalnum() for c in letters) or letters.replace(" ", "") in NOBODY


def is_placeholder(text: str) -> bool:
    """Tell whether a text has letters, and says nobody or nothing: “TBD”, “none”."""
    return is_nobody(text) and any(c.isalnum() for c in text)


def says_nothing(cell: str) -> bool:
    """Tell whether a cell is empty or has dashes and the like only; a sign such as 🔥 is more."""
    return not any(c.isalnum() or unicodedata.category(c) == "So" for c in cell)


def looks_like_person(text: str) -> bool:
    """Tell whether the text after “from” names a person: “Huda”, not “the old system”."""
    name = strip_markup(text)
    if _NOT_A_NAME.match(name) or not name or len(name) > LONGEST_CELL:
        return False
    begins = name.lstrip("@")[:1]
    return (begins.isupper() or begins > "\u0600") and _NAME.fullmatch(name) is not None


def split_dates(text: str) -> tuple[str, str, str]:
    """Return (text, raised, due) of “Mona, asked 2026-03-01, due 2026-04-01”."""
    raised = due = ""
    if len(text) > LONGEST_CELL:
        return text, raised, due
    for match in _DATED.finditer(text):
        if match["word"].casefold() in {"due", "until", "by"}:
            due = due or match["date"]
        else:
            raised = raised or match["date"]
    return _DATED.sub("", text).strip() if raised or due else text, raised, due


def person_cell(name: str) -> str:
    """Return a name as a cell that `parse_people` reads as this one person."""
    cell = escape_text(name)
    if parse_people(cell) == People(name) and split_dates(cell)[0] == cell:
        return cell
    return "".join(f"&#{ord(char)};" for char in name)


def settle_owners(
    parsed: ParsedDocument, board: Collection[str], owners: Mapping[str, str]
) -> list[str]:
    """Take out owners that are perhaps known under another name: “@mona” beside Mona.

    board: names of the owners of the board. owners: of its gates, by code. Returns one sentence a
    gate. A handle that is like no known name is taken as a name without its sign, and one that is
    like the name of the gate's owner on the board as that one.
    """
    written = [gate.owner for gate in parsed.gates if gate.owner and not gate.owner_is_handle]
    written += [blocker.waiting_on for blocker in parsed.blockers if blocker.waiting_on]
    known = {name.casefold(): name for name in (*written, *board)}
    sentences = []
    for gate in parsed.gates:
        if not gate.owner_is_handle:
            continue
        name = gate.owner.removeprefix("@")
        if owners.get(gate.code, "").casefold() == name.casefold():
            gate.owner = owners[gate.code]
        elif perhaps := known.get(name.casefold(), ""):
            message = _(
                "line %(line)s: the owner “%(owner)s” of %(code)s is perhaps %(name)s; nobody is "
                "set as its owner"
            )
            values = {"line": gate.line, "owner": gate.owner, "code": gate.code, "name": perhaps}
            sentences.append(message % values)
            if f"Owner: {gate.owner}" not in gate.notes:
                gate.note(f"Owner: {gate.owner}")
            gate.owner = ""
        else:
            gate.owner = name
    return sentences
