"""A file onto the board: read, matched with what is there, applied; and a report of all of it."""

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

from .apply import Difference, ProgressCallback, apply, no_progress
from .backdating import start_of_day
from .json_reader import read_bytes, read_json, why_not_utf8
from .markdown.consistency import Contradiction, find_contradictions
from .markdown.parsed import ParsedDocument, SkippedLines
from .markdown.reader import read_markdown
from .markdown.to_records import to_records
from .reconcile import reconcile
from .records import Document, DocumentError, Problem, Record, duplicate_records

SUFFIXES = (".json", ".md")


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do, and what a person has to look at."""

    name: str
    launch: str = ""
    differences: list[Difference] = field(default_factory=list)
    not_in_document: list[str] = field(default_factory=list)
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
    tell: ProgressCallback = no_progress,
) -> ImportReport:
    """Bring a document onto the board, all of it or nothing.

    Raises:
        DocumentRefused: with every problem found; nothing was written.
    """
    report = ImportReport(path.name)
    with transaction.atomic():
        if path.suffix.lower() == ".json":
            document = read_json(path)
            if launch:
                document.rename_launch(launch)
            else:
                _refuse_a_second_name(document)
        else:
            document = _read_markdown_document(path, launch, empty_status, dated, report)
        moment = start_of_day(dated) if dated else None
        report.not_in_document = _on_the_board(document)
        report.differences = apply(document, by=by, dry_run=dry_run, dated=moment, tell=tell)
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


def _refuse_a_second_name(document: Document) -> None:
    """See that the document's launch is not on the board under another slug.

    Raises:
        DocumentRefused: one of the same name is, and none has the document's slug.
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
    paper, problems = read_markdown(_decode_text(path.name, content), empty_status)
    if problems:
        raise DocumentError(problems)
    slug = launch or _launch_slug(path.name, paper)
    found = to_records(paper, slug)
    if problems := duplicate_records(found):
        raise DocumentError(problems)
    _date_a_new_launch(found, slug, dated)
    report.for_a_person = reconcile(paper, found, slug)
    report.contradictions = find_contradictions(paper)
    report.skipped = paper.skipped
    return Document(path.name, hashlib.sha256(content).hexdigest(), found)


def _decode_text(name: str, content: bytes) -> str:
    """The text of a file.

    Raises:
        DocumentRefused: it is not text, or not in UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = why_not_utf8(content, error)
        raise DocumentError([Problem(name, "", message)]) from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise DocumentError([Problem(name, "", f"not a text: a NUL character in line {line}")])
    return text


def _launch_slug(name: str, paper: ParsedDocument) -> str:
    """The launch a document is about: the one with its name, or a new one named after it.

    Raises:
        DocumentRefused: no name, or several launches have it, or another one has its slug.
    """
    message = ""
    named = Launch.objects.filter(name=paper.name).order_by("slug")
    slugs = list(named.values_list("slug", flat=True))
    slug = slugs[0] if slugs else slugify(paper.name)[:50].strip("-") or "launch"
    if not paper.name:
        message = "no title: begin with “# Name of the launch”, or say --launch"
    elif len(slugs) > 1:
        message = f"several launches have this name ({', '.join(slugs)}): say --launch"
    elif not slugs and Launch.objects.filter(slug=slug).exists():
        message = f"the launch {slug} has another name: say --launch, or choose another title"
    if message:
        raise DocumentError([Problem(f"{name}, line {paper.name_line or 1}", "title", message)])
    return slug


def _date_a_new_launch(found: list[Record], slug: str, dated: date | None) -> None:
    """A new launch begins on the day its first document names, or is dated, or is imported."""
    said = found[0].fields
    if not Launch.objects.filter(slug=slug).exists():
        day = said.setdefault("snapshot_date", str(dated or timezone.localdate()))
        said.setdefault("plan_starts_on", day)


def _on_the_board(document: Document) -> list[str]:
    """What the board has of this launch and the document does not; all of it stays."""
    named = {(record.model, record.key()) for record in document.records}
    slugs = [record.key()[0] for record in document.records if record.model is Launch]
    scopes: list[tuple[Any, dict[str, Any]]] = [
        (Section, {}),
        (Gate, {}),
        (Action, {"state__in": ["todo", "doing"]}),
        (Claim, {}),
    ]
    found = []
    for model, scope in scopes:
        rows = model.objects.filter(launch__slug__in=slugs, **scope).select_related("launch")
        found += [
            f"{model._meta.verbose_name} {row}"
            for row in rows.order_by("pk")
            if (model, row.natural_key()) not in named
        ]
    return found
