"""Read a Markdown or CSV file into records, with the names that its launch has on the board."""

import codecs
import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from gates.models import Gate, Launch, Owner, Section

from .csv_reader import read_csv
from .deadline import Deadline
from .gate_limit import reject_too_many, rows_of
from .import_report import ImportReport
from .json_reader import decoding_error, read_bytes
from .markdown.codes import BoardNames
from .markdown.consistency import find_contradictions
from .markdown.parsed import ParsedDocument
from .markdown.people import settle_owners
from .markdown.reader import ReadingOptions, read_markdown
from .markdown.statuses import status_word
from .markdown.to_records import to_records
from .reconcile import reconcile
from .records import Document, DocumentError, Problem, Record, duplicate_records, place_of


def read_text_document(
    path: Path,
    launch: str,
    options: ReadingOptions,
    dated: date | None,
    report: ImportReport,
    max_gates: int,
    deadline: Deadline,
) -> Document:
    """Return the records of a Markdown or CSV file; fill the report with how it was read.

    launch: slug to import under; "" for that of the document's name. max_gates: a document with
    more is refused. deadline: when to give up.

    Raises:
        DocumentError: with every problem found.
    """
    content = read_bytes(path)
    options = replace(options, check_time=deadline.check)
    board = board_names(launch)
    text = _decode_text(path.name, content)
    if path.suffix.lower() == ".csv":
        parsed, problems = read_csv(text, options, board)
    else:
        parsed, problems = read_markdown(text, options=options, board=board)
    if problems:
        raise DocumentError(problems)
    reject_too_many(path.name, len(parsed.gates), max_gates, rows_of(parsed))
    if launch and not parsed.name:
        names = Launch.objects.filter(slug=launch).values_list("name", flat=True)
        parsed.name = names.first() or launch
    slug = launch or _find_or_make_slug(path.name, parsed)
    if not launch and (known := board_names(slug)).codes:
        # The codes that the board has are known only with the name of the launch.
        reread = read_csv if path.suffix.lower() == ".csv" else _reread_markdown
        parsed, problems = reread(text, options, known)
        if problems:
            raise DocumentError(problems)
    named = Gate.objects.filter(launch__slug=slug, owner__isnull=False)
    owners = settle_owners(
        parsed,
        set(Owner.objects.values_list("name", flat=True)),
        dict(named.order_by().values_list("code", "owner__name")),
    )
    deadline.check()
    records = to_records(parsed, slug)
    if problems := duplicate_records(records):
        raise DocumentError(problems)
    _date_new_launch(records, slug, dated)
    sentences = reconcile(parsed, records, slug, dated or timezone.localdate())
    report.for_a_person = [*parsed.for_a_person, *owners, *sentences]
    deadline.check()
    report.contradictions = find_contradictions(parsed)
    deadline.check()
    report.skipped = parsed.skipped
    report.unread = parsed.unread_tables
    report.readings = [*_status_words(parsed), *parsed.readings]
    return Document(path.name, hashlib.sha256(content).hexdigest(), records)


def _reread_markdown(
    text: str, options: ReadingOptions, board: BoardNames
) -> tuple[ParsedDocument, list[Problem]]:
    return read_markdown(text, options=options, board=board)


def _status_words(parsed: ParsedDocument) -> list[str]:
    sentences = []
    for (word, meaning), names in parsed.status_words.items():
        gates = ", ".join(names[:5])
        if len(names) > 5:
            more = _("%(names)s and %(number)s more")
            gates = more % {"names": gates, "number": len(names) - 5}
        message = _("“%(word)s” is taken for %(meaning)s (%(gates)s)")
        values = {"word": word, "meaning": status_word(meaning), "gates": gates}
        sentences.append(message % values)
    return sentences


def board_names(slug: str) -> BoardNames:
    """Return the codes and sections that a launch has on the board."""
    names = BoardNames()
    gates = Gate.objects.filter(launch__slug=slug).order_by("pk")
    for code, title, letters in gates.values_list("code", "title", "section__prefix"):
        names.codes[code] = title
        names.letters[code] = letters
    sections = Section.objects.filter(launch__slug=slug).order_by("-pk")
    for letters, name in sections.values_list("prefix", "name"):
        names.sections[name.casefold()] = letters
        names.names[letters] = name
    return names


def _decode_text(name: str, content: bytes) -> str:
    """Decode a file as UTF-8; a CSV file may be UTF-16 with such a mark.

    Raises:
        DocumentError: not UTF-8, or a NUL character.
    """
    wide = name.lower().endswith(".csv") and content.startswith(
        (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    )
    try:
        text = content.decode("utf-16" if wide else "utf-8").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        message = decoding_error(content, error)
        raise DocumentError([Problem(name, "", message)]) from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        message = _("not a text: a NUL character in line %(line)s") % {"line": line}
        raise DocumentError([Problem(name, "", message)])
    return text


def _find_or_make_slug(name: str, parsed: ParsedDocument) -> str:
    """Return the slug of the launch with the document's name, or one made from the name.

    Raises:
        DocumentError: no name, several launches with this name, or a launch with this slug and
            another name.
    """
    message = ""
    launches = Launch.objects.filter(name=parsed.name).order_by("slug")
    slugs = list(launches.values_list("slug", flat=True))
    slug = slugs[0] if slugs else slugify(parsed.name)[:50].strip("-") or "launch"
    if not parsed.name:
        message = _("no title: begin with “# Name of the launch”, or say --launch")
    elif len(slugs) > 1:
        message = _("several launches have this name (%(slugs)s): say --launch")
    elif not slugs and Launch.objects.filter(slug=slug).exists():
        message = _("the launch %(slug)s has another name: say --launch, or choose another title")
    if message:
        place = f"{name}, {place_of(parsed.name_line or 1)}"
        message %= {"slugs": ", ".join(slugs), "slug": slug}
        raise DocumentError([Problem(place, "title", message)])
    return slug


def _date_new_launch(records: list[Record], slug: str, dated: date | None) -> None:
    """Give a new launch the day of `dated`, or today, where its document has no date."""
    fields = records[0].fields
    if not Launch.objects.filter(slug=slug).exists():
        day = fields.setdefault("snapshot_date", str(dated or timezone.localdate()))
        fields.setdefault("plan_starts_on", day)
