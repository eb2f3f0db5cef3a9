"""The admin of claims and their required gates. Changing a rule needs a reason."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import security_log
from accounts.shown_again import typed_before
from gates import rules
from gates.models import Claim, Launch, Requirement
from gates.reason_text import validation_errors

from .base import BoardAdmin
from .columns import marked_text
from .edit_conflicts import VersionedFormSet, VersionFieldMixin
from .forms import AutoDirForm, ReasonRequiredForm, RefusalAwareForm, reason_field
from .gate_field import GateFieldMixin
from .launch_names import LaunchNamesMixin

# Changing these does not change the rule. Slug, launch and position identify the claim.
WORDING_FIELDS = {"name", "reason"}


class ClaimForm(ReasonRequiredForm):
    """A claim, and a reason, which is needed to add it or to change more than its name."""

    says_launched = forms.BooleanField(
        label=capfirst(Claim._meta.get_field("says_launched").verbose_name),
        help_text=Claim._meta.get_field("says_launched").help_text,
        required=False,
    )

    class Meta:
        model = Claim
        fields = "__all__"

    def clean_says_launched(self) -> bool | None:
        return self.cleaned_data["says_launched"] or None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_stale:
            return cleaned
        if self.instance.pk is None or set(self.changed_data) - WORDING_FIELDS:
            self.needs_reason()
        return cleaned


class DeletionForm(AutoDirForm, forms.Form):
    """Asks why a claim is deleted."""

    reason = reason_field()

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if errors := rules.decision_errors(reason):
            raise forms.ValidationError(validation_errors(errors))
        return reason


class RequirementFormSet(VersionedFormSet):
    """The required gates; they are part of the rule, so changing them needs the reason too."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Let a bare code mean a gate of the claim's launch."""
        super().add_fields(form, index)
        form.fields["gate"].home = lambda: self.instance.launch_id

    def clean(self) -> None:
        super().clean()
        form = getattr(self.instance, "edited_by", None)
        if form is None or form.is_stale:
            return
        if self.has_changed() and "reason" not in form.errors:
            form.needs_reason()
            if form.errors:
                raise forms.ValidationError(_("Say above why the rule changes."))


class RequirementInline(GateFieldMixin, VersionFieldMixin, admin.StackedInline):
    model = Requirement
    form = RefusalAwareForm
    formset = RequirementFormSet
    extra = 1


@admin.register(Claim)
class ClaimAdmin(LaunchNamesMixin, BoardAdmin):
    form = ClaimForm
    inlines = (RequirementInline,)
    list_display = (
        marked_text("name", _("name")),
        "launch",
        "min_closed",
        "requires_p0",
        "says_launched",
    )
    list_select_related = ("launch",)
    fields = (
        "launch",
        ("name", "slug"),
        ("min_closed", "requires_p0"),
        "says_launched",
        "reason",
        "position",
    )
    prepopulated_fields = {"slug": ("name",)}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose the current launch, and that its first claim says that it is complete."""
        launch = Launch.objects.filter(is_current=True).first()
        first = launch is not None and not launch.claims.exists()
        proposed = {"launch": launch, "says_launched": first}
        return {**proposed, **super().get_changeform_initial_data(request)}

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        claim = super().save_form(request, form, change)
        if change:
            claim.edited_by = form  # for RequirementFormSet, which is validated next
        return claim

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return no actions: claims are deleted one by one, each with a reason."""
        return {}

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        typed = typed_before(request)
        form = DeletionForm(request.POST if request.method == "POST" else None, initial=typed)
        allowed = self.has_delete_permission(request)
        if request.method == "POST" and allowed and not form.is_valid():
            for message in form.errors["reason"]:
                self.message_user(request, str(message), messages.ERROR)
            return redirect(request.path)
        context = {"reason": form["reason"], "typed_in": "decision_form", **(extra_context or {})}
        return super().delete_view(request, object_id, context)

    def delete_model(self, request: HttpRequest, obj: Claim) -> None:
        obj._change_reason = request.POST["reason"]  # type: ignore[attr-defined]
        super().delete_model(request, obj)

    def save_model(self, request: HttpRequest, obj: Claim, form: Any, change: bool) -> None:
        if not change or set(form.changed_data) - {"reason"}:
            obj._change_reason = form.cleaned_data["reason"]  # type: ignore[attr-defined]
            super().save_model(request, obj, form, change)
        if changed := sorted(set(form.changed_data) - WORDING_FIELDS):
            security_log.log_on_commit("claim_rule_changed", claim=obj.slug, changed=changed)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        reason = form.cleaned_data["reason"]
        for row in [*formset.save(commit=False), *formset.deleted_objects]:
            row._change_reason = reason
        formset.save()
        if formset.has_changed():
            security_log.log_on_commit(
                "claim_rule_changed", claim=form.instance.slug, changed=["required_gates"]
            )
