"""Import of one file: read it, reconcile it with the board, apply it, and report."""

import codecs
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts import security_log
from gates.models import Action, Claim, Gate, Launch, Owner, Section
from gates.rules import Progress, Status

from .apply import ProgressCallback, apply, no_progress
from .backdating import start_of_day
from .csv_reader import read_csv
from .difference import Difference
from .identity import hold_changed_gates, reopened_by_older
from .json_reader import decoding_error, read_bytes, read_json
from .markdown.codes import BoardNames, title_key
from .markdown.consistency import Contradiction, find_contradictions
from .markdown.gate_table import MAX_GATES
from .markdown.parsed import ParsedDocument, SkippedLines
from .markdown.people import settle_owners
from .markdown.reader import ReadingOptions, read_markdown
from .markdown.to_records import to_records
from .reconcile import reconcile
from .records import Document, DocumentError, Problem, Record, duplicate_records

SUFFIXES = (".json", ".md", ".csv")


@dataclass(slots=True)
class ImportReport:
    """The result of an import or of a dry run."""

    name: str  # of the file, without its folder
    launch: str = ""  # slug
    differences: list[Difference] = field(default_factory=list)
    # Rows of the board that the document does not name. They stay.
    not_in_document: list[str] = field(default_factory=list)
    # Decisions that a document cannot make, one sentence each.
    for_a_person: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)  # codes of gates that are not imported
    # How words, columns and codes were understood, where it is not plain.
    readings: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)  # tables of statuses that were not read
    contradictions: list[Contradiction] = field(default_factory=list)
    skipped: list[SkippedLines] = field(default_factory=list)


def import_file(
    path: Path,
    *,
    launch: str = "",
    by: User | None = None,
    dry_run: bool = False,
    empty_status: tuple[Status, Progress] | None = None,
    dated: date | None = None,
    options: ReadingOptions | None = None,
    older: bool = False,
    same_gates: Collection[str] = (),
    on_progress: ProgressCallback = no_progress,
) -> ImportReport:
    """Import a document in one transaction.

    launch: slug to import under, instead of the document's own.
    empty_status: status and progress of a gate whose status cell is empty (Markdown only).
    dated: day under which the history is written; None for now.
    options: meanings of columns and words, instead of `empty_status` (Markdown and CSV).
    older: reopen gates even if they were closed after the document's date.
    same_gates: codes of gates that are the same although title, section or counting changed.
    on_progress: called with (records done, records in all).

    Raises:
        DocumentError: with every problem found; nothing was written.
    """
    report = ImportReport(path.name)
    with transaction.atomic():
        if path.suffix.lower() == ".json":
            document = read_json(path)
            if launch:
                document.rename_launch(launch)
            else:
                _reject_second_slug(document)
        else:
            options = options or ReadingOptions(empty_status)
            document = _read_text_document(path, launch, options, dated, report)
        _reject_too_many(document)
        held = hold_changed_gates(document, same_gates)
        report.held = [code for code, _ in held]
        report.for_a_person = [*(sentence for _, sentence in held), *report.for_a_person]
        if not older:
            _reject_older(document)
        moment = start_of_day(dated) if dated else None
        report.not_in_document = _not_in_document(document)
        report.differences = apply(
            document, by=by, dry_run=dry_run, dated=moment, on_progress=on_progress
        )
    report.launch = next((str(r.fields["slug"]) for r in document.records if r.model is Launch), "")
    if not dry_run:
        security_log.log_event(
            "import",
            user=by.get_username() if by else None,
            file=path.name,
            launch=report.launch,
            changes=len(report.differences),
        )
    return report


def _reject_too_many(document: Document) -> None:
    """Refuse a document with more gates than a board is made for.

    Raises:
        DocumentError: more than `MAX_GATES`.
    """
    gates = sum(record.model is Gate for record in document.records)
    if gates > MAX_GATES:
        message = f"{gates:,} gates are more than a document can have ({MAX_GATES:,})"
        raise DocumentError([Problem(document.name, "", message)])


def _reject_older(document: Document) -> None:
    """Refuse a document that would reopen gates that were closed after its own date.

    Raises:
        DocumentError: it would.
    """
    problems = [
        Problem(
            str(record),
            "progress",
            f"would reopen a gate that was closed on {day}, after this document; say --older to "
            "reopen it all the same",
        )
        for record, day in reopened_by_older(document)
    ]
    if problems:
        raise DocumentError(problems)


def _reject_second_slug(document: Document) -> None:
    """Refuse a new slug for a launch whose name is on the board.

    Raises:
        DocumentError: another launch has the name, and none has the document's slug.
    """
    for record in document.records:
        slug, name = record.fields.get("slug"), record.fields.get("name")
        if record.model is not Launch or Launch.objects.filter(slug=slug).exists():
            continue
        other = Launch.objects.filter(name=name).order_by("slug").first()
        if other is not None:
            message = (
                f"the launch {name!r} is on the board as {other.slug}: say --launch {other.slug}, "
                f"or --launch {slug} if it is to be another one"
            )
            raise DocumentError([Problem(str(record), "slug", message)])


def _read_text_document(
    path: Path,
    launch: str,
    options: ReadingOptions,
    dated: date | None,
    report: ImportReport,
) -> Document:
    content = read_bytes(path)
    board = _board_names(launch)
    text = _decode_text(path.name, content)
    if path.suffix.lower() == ".csv":
        parsed, problems = read_csv(text, options, board)
    else:
        parsed, problems = read_markdown(text, options=options, board=board)
    if problems:
        raise DocumentError(problems)
    if launch and not parsed.name:
        names = Launch.objects.filter(slug=launch).values_list("name", flat=True)
        parsed.name = names.first() or launch
    slug = launch or _launch_slug(path.name, parsed)
    if not launch and (known := _board_names(slug)).codes:
        # The codes that the board has are known only with the name of the launch.
        reread = read_csv if path.suffix.lower() == ".csv" else _reread_markdown
        parsed, problems = reread(text, options, known)
        if problems:
            raise DocumentError(problems)
    owners = settle_owners(parsed, set(Owner.objects.values_list("name", flat=True)))
    records = to_records(parsed, slug)
    if problems := duplicate_records(records):
        raise DocumentError(problems)
    _date_new_launch(records, slug, dated)
    report.for_a_person = [*parsed.for_a_person, *owners, *reconcile(parsed, records, slug)]
    report.contradictions = find_contradictions(parsed)
    report.skipped = parsed.skipped
    report.unread = parsed.unread_tables
    report.readings = [*_status_words(parsed), *parsed.readings]
    return Document(path.name, hashlib.sha256(content).hexdigest(), records)


def _reread_markdown(
    text: str, options: ReadingOptions, board: BoardNames
) -> tuple[ParsedDocument, list[Problem]]:
    return read_markdown(text, options=options, board=board)


def _status_words(parsed: ParsedDocument) -> list[str]:
    return [
        f"“{word}” is taken for {meaning} ({', '.join(names[:5])}"
        f"{f' and {len(names) - 5} more' if len(names) > 5 else ''})"
        for (word, meaning), names in parsed.status_words.items()
    ]


def _board_names(slug: str) -> BoardNames:
    """Return the codes and sections that a launch has on the board."""
    names = BoardNames()
    gates = Gate.objects.filter(launch__slug=slug).order_by("-pk")
    for code, title, letters in gates.values_list("code", "title", "section__prefix"):
        names.codes[title_key(title)] = code
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
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        message = decoding_error(content, error)
        raise DocumentError([Problem(name, "", message)]) from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise DocumentError([Problem(name, "", f"not a text: a NUL character in line {line}")])
    return text


def _launch_slug(name: str, parsed: ParsedDocument) -> str:
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
        message = "no title: begin with “# Name of the launch”, or say --launch"
    elif len(slugs) > 1:
        message = f"several launches have this name ({', '.join(slugs)}): say --launch"
    elif not slugs and Launch.objects.filter(slug=slug).exists():
        message = f"the launch {slug} has another name: say --launch, or choose another title"
    if message:
        raise DocumentError([Problem(f"{name}, line {parsed.name_line or 1}", "title", message)])
    return slug


def _date_new_launch(records: list[Record], slug: str, dated: date | None) -> None:
    """Give a new launch the day of `dated`, or today, where its document has no date."""
    fields = records[0].fields
    if not Launch.objects.filter(slug=slug).exists():
        day = fields.setdefault("snapshot_date", str(dated or timezone.localdate()))
        fields.setdefault("plan_starts_on", day)


def _not_in_document(document: Document) -> list[str]:
    """Return the rows of the document's launches that it does not name. They stay."""
    named = {(record.model, record.key()) for record in document.records}
    slugs = [record.key()[0] for record in document.records if record.model is Launch]
    scopes: list[tuple[Any, dict[str, Any]]] = [
        (Section, {}),
        (Gate, {}),
        (Action, {"state__in": ["todo", "doing"]}),
        (Claim, {}),
    ]
    missing = []
    for model, scope in scopes:
        rows = model.objects.filter(launch__slug__in=slugs, **scope).select_related("launch")
        missing += [
            f"{model._meta.verbose_name} {row}"
            for row in rows.order_by("pk")
            if (model, row.natural_key()) not in named
        ]
    return missing
