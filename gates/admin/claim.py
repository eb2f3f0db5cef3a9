"""The admin of claims and their required gates. Changing a rule needs a reason."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import security_log
from gates.models import Claim, Launch, Requirement
from gates.models.claim import LAUNCH_CLAIM_SLUGS

from .columns import marked_text
from .deletion import ReasonedDeletionMixin
from .edit_conflicts import VersionedFormSet, VersionFieldMixin
from .forms import ReasonRequiredForm, RefusalAwareForm
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.says_by_slug():
            self.initial["says_launched"] = True

    def clean_says_launched(self) -> bool | None:
        """Return False only where a tick is taken from a claim whose slug alone would say it."""
        if self.cleaned_data["says_launched"]:
            return True
        by_slug = self.instance.pk and self.instance.slug in LAUNCH_CLAIM_SLUGS
        return False if by_slug and self.initial["says_launched"] is not None else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_stale:
            return cleaned
        if self.instance.pk is None or set(self.changed_data) - WORDING_FIELDS:
            self.needs_reason()
        return cleaned


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
class ClaimAdmin(LaunchNamesMixin, ReasonedDeletionMixin):
    form = ClaimForm
    inlines = (RequirementInline,)
    list_display = (
        marked_text("name", _("name")),
        "launch",
        "min_closed",
        "requires_p0",
        "says_it",
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

    @admin.display(
        description=_("says that the launch is complete"), boolean=True, ordering="says_launched"
    )
    def says_it(self, claim: Claim) -> bool:
        by_slug = claim.slug in LAUNCH_CLAIM_SLUGS and claim.says_by_slug()
        return bool(claim.says_launched) or by_slug

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
