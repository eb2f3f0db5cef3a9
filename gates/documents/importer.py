"""Import of one file: read it, reconcile it with the board, apply it, and report."""

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import security_log
from gates.models import Action, Claim, Gate, Launch, Section
from gates.rules import Progress, Status

from .apply import apply
from .backdating import start_of_day
from .deadline import Deadline
from .gate_limit import reject_too_many
from .identity import hold_changed_gates, reopened_by_older
from .import_report import ImportReport
from .json_reader import read_json
from .markdown.gate_table import MAX_GATES
from .markdown.reader import ReadingOptions
from .progress import ProgressCallback, no_progress
from .records import Document, DocumentError, Problem
from .text_document import read_text_document

__all__ = ["SUFFIXES", "ImportReport", "import_file"]

SUFFIXES = (".json", ".md", ".csv")


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
    max_gates: int = MAX_GATES,
    max_seconds: float | None = None,
    on_progress: ProgressCallback = no_progress,
) -> ImportReport:
    """Import a document in one transaction.

    launch: slug to import under, instead of the document's own.
    empty_status: status and progress of a gate whose status cell is empty (Markdown only).
    dated: day under which the history is written; None for now.
    options: meanings of columns and words, instead of `empty_status` (Markdown and CSV).
    older: reopen gates even if they were closed after the document's date.
    same_gates: codes of gates that are the same although title, section or counting changed.
    max_gates: a document with more is refused.
    max_seconds: after this time the import gives up.
    on_progress: called with (records done, records in all).

    Raises:
        DocumentError: with every problem found; nothing was written.
    """
    report = ImportReport(path.name)
    deadline = Deadline(path.name, max_seconds)
    with transaction.atomic():
        if path.suffix.lower() == ".json":
            document = read_json(path)
            if launch:
                document.rename_launch(launch)
            else:
                _reject_second_slug(document)
        else:
            options = options or ReadingOptions(empty_status)
            document = read_text_document(path, launch, options, dated, report, max_gates, deadline)
        gates = sum(record.model is Gate for record in document.records)
        reject_too_many(document.name, gates, max_gates, len(document.records))
        held = hold_changed_gates(document, same_gates)
        report.held = [code for code, _ in held]
        report.for_a_person = [*(sentence for _, sentence in held), *report.for_a_person]
        if not older:
            _reject_older(document)
        moment = start_of_day(dated) if dated else None
        report.not_in_document = _not_in_document(document)

        def progress(done: int, total: int) -> None:
            deadline.check()
            on_progress(done, total)

        report.differences = apply(
            document, by=by, dry_run=dry_run, dated=moment, on_progress=progress
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


def _reject_older(document: Document) -> None:
    """Refuse a document that would reopen gates that were closed after its own date.

    Raises:
        DocumentError: it would.
    """
    problems = [
        Problem(
            str(record),
            "progress",
            _(
                "would reopen a gate that was closed on %(day)s, after this document; say --older "
                "to reopen it all the same"
            )
            % {"day": day},
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
            message = _(
                "the launch '%(name)s' is on the board as %(other)s: say --launch %(other)s, or "
                "--launch %(slug)s if it is to be another one"
            )
            message %= {"name": name, "other": other.slug, "slug": slug}
            raise DocumentError([Problem(str(record), "slug", message)])


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
