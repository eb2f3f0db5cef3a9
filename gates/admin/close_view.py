"""The page that closes one gate: shows its definition of done, asks for proof and reason."""

from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.shown_again import typed_before, without_errors
from gates import rules
from gates.models import Evidence, Gate, TransitionRefused
from gates.models.evidence_file import delete_files_on_error
from gates.models.text_fields import CleanedFormField
from gates.reason_text import reason_text

from .base import request_user
from .evidence import EvidenceForm, tell_of_cut_trailer
from .sent_twice import note_written, once

PROOF_ERROR_CODES = {rules.NEEDS_EVIDENCE.code, "all_expired"}

EVIDENCE_FIELDS = (
    "summary",
    "kind",
    "url",
    "output",
    "file",
    "commit",
    "observed_at",
    "valid_until",
)


class AlreadyClosed(Exception):
    """The gate was closed meanwhile; rolls back the new evidence."""


class ClosingForm(EvidenceForm):
    """New evidence and the reason. The evidence may stay empty if the gate has current evidence."""

    reason = CleanedFormField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why does this proof meet the definition of done? Recorded with your name."),
    )

    read_version = None  # type: ignore[assignment]  # a new row has no version

    class Meta(EvidenceForm.Meta):
        exclude = ("gate", "withdrawn_on")

    def __init__(self, *args: Any, gate: Gate, **kwargs: Any) -> None:
        kwargs["instance"] = Evidence(gate=gate)
        super().__init__(*args, **kwargs)
        self.order_fields(EVIDENCE_FIELDS)
        self.gate = gate
        self.brings_proof = bool(set(self.changed_data) - {"reason"})
        summary = self.fields["summary"]
        self.has_proof = self._has_proof()
        summary.required = self.brings_proof or not self.has_proof
        for name in ("url", "output", "commit"):  # never Arabic, in either page language
            self.fields[name].widget.attrs["dir"] = "ltr"

    def _missing_summary(self) -> str:
        return super()._missing_summary() or reason_text(rules.NEEDS_EVIDENCE)

    def _has_proof(self) -> bool:
        today = timezone.localdate()
        return any(proof.is_current(today) for proof in self.gate.facts().proofs(today))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for error in rules.decision_errors(cleaned.get("reason", "")):
            if "reason" in cleaned:
                self.add_error("reason", reason_text(error))
        return cleaned

    def _post_clean(self) -> None:
        if self.brings_proof:
            super()._post_clean()  # type: ignore[misc]

    def close(self, by: User) -> bool:
        """Attach the evidence and close the gate, both or neither.

        Return False if the gate was closed already: a form sent twice attaches its evidence once.

        Raises:
            TransitionRefused: the gate may not be closed now; nothing was written.
        """
        with suppress(AlreadyClosed):
            self._attach_and_close(by)
            return True
        return False

    @transaction.atomic
    def _attach_and_close(self, by: User) -> None:
        with delete_files_on_error():
            if self.brings_proof:
                self.instance.recorded_by = by
                self.instance.save()
            if not self.gate.close(by, self.cleaned_data["reason"]):
                raise AlreadyClosed


def close_page(model_admin: Any, request: HttpRequest, gate: Gate) -> HttpResponse:
    """Show the form that closes a gate; on a valid POST close it and return to the gate.

    Sent twice, it closes the gate once.
    """
    return once(request, lambda: _close_page(model_admin, request, gate))


def _close_page(model_admin: Any, request: HttpRequest, gate: Gate) -> HttpResponse:
    if request.method != "POST" and gate.progress == Gate.Progress.CLOSED:
        message = gettext("%(gate)s was closed already.")
        messages.info(request, message % {"gate": gate.code})
        return redirect(model_admin.view_on_site(gate))
    typed = typed_before(request)
    form = ClosingForm(typed or request.POST or None, request.FILES or None, gate=gate)
    if typed:
        without_errors(form)
    if request.method == "POST" and form.is_valid():
        try:
            closed = form.close(request_user(request))
        except TransitionRefused as refused:
            about_proof = {reason.code for reason in refused.reasons} & PROOF_ERROR_CODES
            form.add_error("summary" if about_proof else None, refused.messages)
        except IntegrityError as error:
            form.add_error(None, model_admin.refusal_of(error).messages)
        else:
            if closed:
                note_written(request, gate)
                tell_of_cut_trailer(request, form.instance)
                reason = form.cleaned_data["reason"]
                model_admin.log_change(request, gate, f"{gettext('closed')}: {reason}")
                message = gettext("%(gate)s is closed.")
                messages.success(request, message % {"gate": gate.code})
            else:
                message = gettext("%(gate)s was closed already. What you sent was not written.")
                messages.warning(request, message % {"gate": gate.code})
            return redirect(model_admin.view_on_site(gate))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": gettext("Close %(gate)s") % {"gate": gate},
        "opts": model_admin.opts,
        "is_nav_sidebar_enabled": False,
        "gate": gate,
        "form": form,
        "typed_in": "decision_form",
        "evidence": gate.evidence.filter(gate_check=None).order_by("pk"),
        "checks": _check_states(gate),
        "may_be_empty": form.has_proof,
        "waits_for": gate.blockers.filter(resolved_at=None).select_related("waiting_on"),
    }
    return TemplateResponse(request, "admin/gates/gate/close.html", context)


def _check_states(gate: Gate) -> list[dict[str, Any]]:
    """Return each check that is not retired: its state, a sentence, and whether it holds back."""
    today = timezone.localdate()
    states = [(check, rules.check_state(check, today)) for check in gate.facts().checks]
    return [
        {
            "state": state,
            "reason": rules.check_reason(check, today),
            "holds_back": check.is_required(today) and state != rules.CheckState.GREEN,
        }
        for check, state in states
        if state != rules.CheckState.RETIRED
    ]


def share(model_admin: Any, request: HttpRequest, gate: Gate, code: str) -> HttpResponse:
    """Attach a closed gate's current evidence to the gate that the same drill covers."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    covered = gate.covers.filter(code=code).first()
    if covered is None:
        messages.error(request, gettext("That gate is not covered by this one."))
        return redirect(model_admin.view_on_site(gate))
    message = gettext("%(gate)s has that evidence already.")
    try:
        shared = gate.share_evidence(covered, request_user(request))
    except TransitionRefused as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect(model_admin.view_on_site(gate))
    if shared:
        model_admin.log_change(request, covered, f"{gettext('evidence')}: {gate.code}")
        message = gettext("%(gate)s has the evidence now. Close it once its own definition is met.")
    messages.success(request, message % {"gate": code})
    return redirect(model_admin.view_on_site(covered))
