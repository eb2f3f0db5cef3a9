"""Import a launch document in the browser: upload it, look at the report, import it."""

import hashlib
import json
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import FieldDoesNotExist
from django.db import transaction
from django.db.models import BooleanField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import capfirst
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.held_forms import take_form
from gates.documents.difference import Difference
from gates.documents.importer import ImportReport, import_file
from gates.documents.records import DocumentError, Problem

from .import_form import ImportForm, chosen, make_token, questions, reading_options

# A worker has thirty seconds for a request, in which the document is reported and then imported.
MAX_GATES = 500
LOST = "document-lost"  # the name of a file that was sent after the session had ended
MAX_SECONDS = 12
# What an import may change only for those who may change it elsewhere.
PERMISSIONS = {
    "claim": "gates.change_claim",
    "requirement": "gates.change_claim",
    "launch": "gates.add_launch",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("gates.change_gate", raise_exception=True)
def import_document(request: HttpRequest) -> HttpResponse:
    """Show the form; on POST the report of a dry run; with `import`, import what was shown.

    What was typed before a log-in, or in the other language, is shown again and not imported.
    """
    sent = request.POST if request.method == "POST" else take_form(request)
    if sent is None:
        return _page(request, {"form": ImportForm()})
    if request.method != "POST":
        messages.info(request, gettext("What you typed is here again. It is not saved yet."))
        if not sent.get("token"):
            return _page(request, {"form": ImportForm(initial=sent.dict()), "lost": sent.get(LOST)})
    form = ImportForm(sent, request.FILES)
    if not form.is_valid():
        return _page(request, {"form": form, **_kept(form.cleaned_data)})
    values = form.cleaned_data
    choices = chosen(sent)
    options = {
        "options": reading_options(choices),
        "max_gates": MAX_GATES,
        "max_seconds": MAX_SECONDS,
        "launch": values["launch"],
        "older": values["older"],
        "same_gates": sent.getlist("same_gate"),
        "by": request.user,
    }
    try:
        report = _run(values["name"], values["content"], dry_run=True, **options)
        denied = _denied(request, report)
        shown = _digest(report)
        if request.method == "POST" and "import" in sent and not denied:
            done = shown == sent.get("shown") and _import(values, shown, options)
            if done:
                count = len(report.differences)
                text = ngettext(
                    "%(number)s change imported.", "%(number)s changes imported.", count
                )
                messages.success(request, text % {"number": count})
                return redirect("launch-board", slug=report.launch)
            if not report.differences:  # such as the second of two that were sent on a slow line
                messages.success(
                    request, gettext("All that this document says is on the board already.")
                )
                return redirect("launch-board", slug=report.launch)
            messages.warning(
                request, gettext("The board changed meanwhile. Nothing was imported; look again.")
            )
    except DocumentError as error:
        context = {
            "form": form,
            "problems": error.problems,
            "questions": list(questions(error.problems)),
            "choices": choices,
            "confirmed": options["same_gates"],
            "values": values,
        }
        return _page(request, {**context, **_kept(values)})
    context = {
        "form": form,
        "report": report,
        "shown": shown,
        "denied": denied,
        "gates": _by_gate(report.differences),
        "confirmed": options["same_gates"],
        "choices": choices,
        "values": values,
    }
    return _page(request, {**context, **_kept(values)})


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "gates/import.html", {**context, "typed_in": "import_form"})


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    """Return the name and the token of a document that was sent; nothing without one."""
    if "content" not in values:
        return {}
    return {"name": values["name"], "token": make_token(values["name"], values["content"])}


def _run(name: str, content: bytes, **options: Any) -> ImportReport:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        try:
            path.write_bytes(content)
        except (OSError, ValueError) as error:
            raise DocumentError([Problem(name, "", str(error))]) from error
        return import_file(path, **options)


def _import(values: dict[str, Any], shown: str, options: dict[str, Any]) -> bool:
    """Import, unless the report is another one than the one shown; then nothing is written."""
    with transaction.atomic():
        report = _run(values["name"], values["content"], dry_run=False, **options)
        same = _digest(report) == shown
        if not same:
            transaction.set_rollback(True)
    return same


def _digest(report: ImportReport) -> str:
    text = json.dumps(asdict(report), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _denied(request: HttpRequest, report: ImportReport) -> bool:
    """Tell whether the document changes claims, or adds a launch, and the user may not."""
    changed = {
        difference.model
        for difference in report.differences
        if difference.model != "launch" or not difference.field or difference.field == "name"
    }
    needed = {PERMISSIONS[model] for model in changed & PERMISSIONS.keys()}
    return not request.user.has_perms(needed)


def _by_gate(differences: list[Difference]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return (code, changes) for each gate; first the changes that belong to none, under ""."""
    gates: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for difference in differences:
        model = apps.get_model("gates", difference.model)
        gates[difference.gate].append(
            {
                "model": capfirst(str(model._meta.verbose_name)),
                "name": "" if difference.model == "gate" else difference.name,
                "field": _field_name(model, difference.field),
                "old": _shown(model, difference.field, difference.old),
                "new": _shown(model, difference.field, difference.new),
                "values": [
                    (_field_name(model, name), _shown(model, name, text))
                    for name, text in difference.values
                ],
            }
        )
    return sorted(gates.items(), key=lambda item: item[0] != "")


def _field_name(model: Any, name: str) -> str:
    try:
        return capfirst(str(model._meta.get_field(name).verbose_name)) if name else ""
    except FieldDoesNotExist:
        return name


def _shown(model: Any, name: str, text: str) -> str:
    """Return a value as the board names it: “closed”, yes or no."""
    field = next((f for f in model._meta.concrete_fields if f.name == name), None)
    if isinstance(field, BooleanField):
        return gettext("Yes") if text == "True" else gettext("No")
    choices = dict(field.flatchoices) if field is not None and field.choices else {}
    return str(choices.get(text, text))
