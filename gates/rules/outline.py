"""A launch typed or pasted as lines: sections, gates, and the codes and slugs proposed for them.

Each line is one section or gate. Marks of lists in front of it are left out, and so are ticks: a
gate is closed with its evidence.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, product

from django.utils.translation import gettext_noop

from .reason import Reason
from .text import clean, clean_code, comparison_form, same_as

MAX_LINES = 200  # in one form
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MARKS = re.compile(r"(?:[-*+•·–]\s+|\d{1,3}[.)]\s+)?(?:\[[ xX✓]?\]\s+)?")
FIRST_WORD = re.compile(r"(\S+?)(?:[:.)]|\s+[-–—:])?\s+(?=\S)(.+)", re.DOTALL)
PREFIX = re.compile("[A-Z]{1,8}")


@dataclass(slots=True)
class Outline:
    """What lines say.

    rows: (code, title) of a gate, or (prefix, name) of a section, in order.
    known: lines that the launch has already, word for word.
    errors: why the text cannot be taken.
    """

    rows: list[tuple[str, str]] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    errors: list[Reason] = field(default_factory=list)


def read_sections(text: str, existing: Mapping[str, str]) -> Outline:
    """Return the sections that a text names: "T Technical Readiness", or names alone.

    existing: the launch's sections, prefix → name.
    """
    outline = Outline()
    taken = dict(existing)
    lines = [_section_line(line) for line in _lines(text)]
    typed = {prefix for prefix, _ in lines if prefix}
    for written, name in lines:
        prefix = written
        if prefix in taken or (not prefix and _has(taken.values(), name)):
            if not prefix or same_as(taken[prefix]) == same_as(name):
                outline.known.append(name)
            else:
                outline.errors.append(_taken(prefix, taken[prefix]))
            continue
        prefix = written or propose_prefix(name, {*taken, *typed})
        taken[prefix] = name
        outline.rows.append((prefix, name))
    return _limited(outline, lines)


def read_gates(
    text: str, prefix: str, existing: Mapping[str, str], in_section: Collection[str]
) -> Outline:
    """Return the gates that a text names: "T1 Deep health check", or titles alone.

    A first word is a code only if its letters are the section's; "k6 load test" is a title.

    prefix: of the section.
    existing: the launch's gates, code → title.
    in_section: the titles of the section's gates.
    """
    outline = Outline()
    taken, titles = dict(existing), list(in_section)
    lines = [_gate_line(line, prefix) for line in _lines(text)]
    used = {code for code, _ in lines if code}
    last = max((_number(code, prefix) for code in taken), default=0)
    for written, title in lines:
        code = written
        if code and not title:
            message = gettext_noop("%(code)s has no title.")
            outline.errors.append(Reason("no_title", message, {"code": code}))
        elif code in taken and same_as(taken[code]) != same_as(title):
            outline.errors.append(_taken(code, taken[code]))
        elif code in taken or (not code and _has(titles, title)):
            outline.known.append(title)
        else:
            while not code:
                last += 1
                code = "" if f"{prefix}{last}" in {*used, *taken} else f"{prefix}{last}"
            last = max(last, _number(code, prefix))
            taken[code] = title
            titles.append(title)
            outline.rows.append((code, title))
    return _limited(outline, lines)


def propose_prefix(name: str, taken: Collection[str]) -> str:
    """Return a free prefix for a section: from the letters of its name, else the next letter."""
    words = [word.upper() for word in re.findall("[A-Za-z]+", name)]
    joined = "".join(words)
    wanted = [joined[:1], "".join(word[0] for word in words[:2]), joined[:2]]
    wanted += [joined[:1] + letter for letter in joined[1:]]
    pairs = ("".join(pair) for pair in product(ALPHABET, repeat=2))
    every = chain(wanted, ALPHABET, pairs)
    return next(prefix for prefix in every if prefix and prefix not in taken)


def propose_slug(name: str, taken: Collection[str], otherwise: str) -> str:
    """Return a free slug from a name's Latin letters and digits, numbered if need be.

    otherwise: what to begin with where the name has none, as in Arabic.
    """
    plain = re.sub("[^a-z0-9]+", "-", comparison_form(name)).strip("-")
    base = plain[:40].strip("-") or otherwise
    if base not in taken and plain:
        return base
    return next(slug for n in range(2, len(taken) + 3) if (slug := f"{base}-{n}") not in taken)


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if cleaned := clean(line):
            yield MARKS.sub("", cleaned, count=1) or cleaned


def _section_line(line: str) -> tuple[str, str]:
    """Return the prefix, which may be empty, and the name."""
    match = FIRST_WORD.fullmatch(line)
    if match and PREFIX.fullmatch(match[1]):
        return match[1], match[2]
    return "", line


def _gate_line(line: str, prefix: str) -> tuple[str, str]:
    """Return the code, which may be empty, and the title, which may be empty after a code."""
    match = FIRST_WORD.fullmatch(line)
    word, title = (match[1], match[2]) if match else (line, "")
    code = clean_code(word)
    if re.fullmatch(f"{prefix}[0-9]+", code):
        return code, title
    return "", line


def _number(code: str, prefix: str) -> int:
    match = re.fullmatch(f"{prefix}([0-9]+)", code)
    return int(match[1]) if match else 0


def _has(texts: Collection[str], text: str) -> bool:
    return same_as(text) in map(same_as, texts)


def _taken(code: str, by: str) -> Reason:
    message = gettext_noop("%(code)s is taken already, by “%(name)s”.")
    return Reason("taken", message, {"code": code, "name": by})


def _limited(outline: Outline, lines: Collection[object]) -> Outline:
    if len(lines) > MAX_LINES:
        message = gettext_noop("%(lines)s lines are more than can be taken at once (%(most)s).")
        outline.errors = [Reason("lines", message, {"lines": len(lines), "most": MAX_LINES})]
    elif not lines:
        message = gettext_noop("Write at least one line.")
        outline.errors.append(Reason("empty", message))
    return outline
