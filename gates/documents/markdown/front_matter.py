"""Read the front matter of a document: its name and its day."""

from django.utils.translation import gettext as _

from gates.documents.records import place_of

from .parsed import ParsedDocument, SkippedLines
from .prepare import Source
from .vocabulary import DATE_LABELS
from .written_dates import date_at_start

NAMES = ("title", "name", "launch")


def read_front_matter(source: Source, parsed: ParsedDocument) -> None:
    """Read the values of a source's front matter into `parsed`; list what is not used."""
    values = dict(source.front_matter)
    for name in NAMES:
        if name in values and not parsed.name:
            parsed.name_line, parsed.name = values.pop(name)
    for name in [name for name in ("snapshot date", *values) if name in values]:
        day, rest = date_at_start(values[name][1])
        of_document = name == "snapshot date" or name in DATE_LABELS
        if of_document and day and not rest and not parsed.snapshot_date:
            parsed.snapshot_date = day
            del values[name]
    if values or source.front_lines:
        parsed.skipped.append(_skipped(values, source.front_lines))


def _skipped(values: dict[str, tuple[int, str]], others: list[tuple[int, str]]) -> SkippedLines:
    named = ((line, f"{name}: {text}") for name, (line, text) in values.items())
    lines = sorted([*named, *others])
    first, sample = lines[0]
    numbered = [f"{place_of(line)}: {text}" for line, text in lines]
    return SkippedLines(first, _("front matter"), len(lines), sample[:80], numbered)
