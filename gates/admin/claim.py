"""Claims and the gates they require. A changed rule goes on record with a reason."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import log
from gates.models import Claim, Requirement

from .base import BoardAdmin, ReasonedForm, RefusableForm
from .gate_field import GateByCode
from .stale import CarriesVersion, VersionedFormSet

RULE = {"min_closed", "requires_p0"}


class ClaimForm(ReasonedForm):
    """A claim, and the reason that changing its rule asks for."""

    class Meta:
        model = Claim
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.instance.pk and not self.is_stale and RULE & set(self.changed_data):
            self.needs_reason()
        return cleaned


class RequirementFormSet(VersionedFormSet):
    """The required gates are part of the rule, so changing them needs the reason too."""

    def clean(self) -> None:
        super().clean()
        form = getattr(self.instance, "edited_by", None)
        if form is None or form.is_stale:
            return
        if self.has_changed() and "reason" not in form.errors:
            form.needs_reason()
            if form.errors:
                raise forms.ValidationError(_("Say above why the rule changes."))


class RequirementInline(GateByCode, CarriesVersion, admin.StackedInline):
    model = Requirement
    form = RefusableForm
    formset = RequirementFormSet
    extra = 1


@admin.register(Claim)
class ClaimAdmin(BoardAdmin):
    form = ClaimForm
    inlines = (RequirementInline,)
    list_display = ("name", "launch", "min_closed", "requires_p0")
    list_select_related = ("launch",)
    fields = ("launch", ("name", "slug"), ("min_closed", "requires_p0"), "reason", "position")
    prepopulated_fields = {"slug": ("name",)}

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        claim = super().save_form(request, form, change)
        if change:
            claim.edited_by = form  # for RequirementFormSet, which is looked at next
        return claim

    def save_model(self, request: HttpRequest, obj: Claim, form: Any, change: bool) -> None:
        if not change or set(form.changed_data) - {"reason"}:
            obj._change_reason = form.cleaned_data["reason"]  # type: ignore[attr-defined]
            super().save_model(request, obj, form, change)
        if rule := sorted(RULE & set(form.changed_data)):
            log.note_once_written("claim_rule_changed", claim=obj.slug, changed=rule)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        reason = form.cleaned_data["reason"]
        for row in [*formset.save(commit=False), *formset.deleted_objects]:
            row._change_reason = reason
        formset.save()
        if formset.has_changed():
            log.note_once_written(
                "claim_rule_changed", claim=form.instance.slug, changed=["required_gates"]
            )
