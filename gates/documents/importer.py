"""Import of one file: read it, reconcile it with the board, apply it, and report."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts import security_log
from gates.models import Action, Claim, Gate, Launch, Section
from gates.rules import Progress, Status

from .apply import ProgressCallback, apply, no_progress
from .backdating import start_of_day
from .difference import Difference
from .json_reader import decoding_error, read_bytes, read_json
from .markdown.consistency import Contradiction, find_contradictions
from .markdown.parsed import ParsedDocument, SkippedLines
from .markdown.reader import read_markdown
from .markdown.to_records import to_records
from .reconcile import reconcile
from .records import Document, DocumentError, Problem, Record, duplicate_records

SUFFIXES = (".json", ".md")


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
    on_progress: ProgressCallback = no_progress,
) -> ImportReport:
    """Import a document in one transaction.

    launch: slug to import under, instead of the document's own.
    empty_status: status and progress of a gate whose status cell is empty (Markdown only).
    dated: day under which the history is written; None for now.
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
            document = _read_markdown_document(path, launch, empty_status, dated, report)
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


def _read_markdown_document(
    path: Path,
    launch: str,
    empty_status: tuple[Status, Progress] | None,
    dated: date | None,
    report: ImportReport,
) -> Document:
    content = read_bytes(path)
    parsed, problems = read_markdown(_decode_text(path.name, content), empty_status)
    if problems:
        raise DocumentError(problems)
    slug = launch or _launch_slug(path.name, parsed)
    records = to_records(parsed, slug)
    if problems := duplicate_records(records):
        raise DocumentError(problems)
    _date_new_launch(records, slug, dated)
    report.for_a_person = reconcile(parsed, records, slug)
    report.contradictions = find_contradictions(parsed)
    report.skipped = parsed.skipped
    return Document(path.name, hashlib.sha256(content).hexdigest(), records)


def _decode_text(name: str, content: bytes) -> str:
    """Decode a file as UTF-8, with or without a byte order mark.

    Raises:
        DocumentError: not UTF-8, or a NUL character.
    """
    try:
        text = content.decode("utf-8-sig")
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
