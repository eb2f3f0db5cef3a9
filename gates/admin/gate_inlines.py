"""The evidence, blockers and actions on a gate's page in the admin."""

from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gates import rules
from gates.models import Action, Blocker, Evidence, Gate
from gates.models.date_fields import DAYS_AS_DAY_FIELD

from .base import CachedChoicesMixin
from .edit_conflicts import VersionFieldMixin
from .evidence import EvidenceForm
from .forms import Refusal, RefusalAwareForm
from .newest_rows import NewestRowsFormSet, NewestRowsInline


class EvidenceFormSet(NewestRowsFormSet):
    """Evidence on the gate's page; shows the refusal to delete a closed gate's last evidence."""

    refusal: Refusal | None = None
    kept_from_forms = {"kind": Evidence.Kind.CHECK}

    def clean(self) -> None:
        super().clean()
        if self.refusal and self.refusal.field == self.prefix:
            raise forms.ValidationError(self.refusal.messages)
        if self._rewrites() and rules.decision_errors(self.data.get("reason", "")):
            raise forms.ValidationError(
                _("This gate is closed on this evidence. Say above why it changes.")
            )

    def _rewrites(self) -> bool:
        """Return whether evidence of a closed gate is changed, or deleted beside other evidence.

        What is only new is no change; to delete all of it the closing rule refuses anyway.
        """
        deleted = {form for form in self.initial_forms if self._should_delete_form(form)}  # type: ignore[attr-defined]
        changed = any(form.has_changed() for form in self.initial_forms if form not in deleted)
        if deleted and not changed:
            here = Evidence.objects.filter(gate=self.instance.pk).count()
            changed = here > len(deleted) or any(form.has_changed() for form in self.extra_forms)
        # The gate in memory has what this form wants of it.
        closed = Gate.objects.filter(pk=self.instance.pk, progress=Gate.Progress.CLOSED)
        return changed and closed.exists()


class EvidenceInline(VersionFieldMixin, NewestRowsInline):
    model = Evidence
    form = EvidenceForm
    formset = EvidenceFormSet
    extra = 1
    fields = (
        ("kind", "summary"),
        ("url", "commit"),
        "output",
        "file",
        ("observed_at", "valid_until"),
    )

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.refusal = getattr(request, "refusal", None)  # type: ignore[attr-defined]
        return formset


class BlockerFormSet(NewestRowsFormSet):
    """Blockers on the gate's page: first of all those that are unresolved."""

    newest = (models.F("resolved_at").desc(nulls_first=True), "-pk")


class BlockerInline(CachedChoicesMixin, VersionFieldMixin, NewestRowsInline):
    model = Blocker
    form = RefusalAwareForm
    formset = BlockerFormSet
    extra = 1
    fields = (("needs", "waiting_on", "due_on"), "why", "resolution")
    formfield_overrides = {
        **DAYS_AS_DAY_FIELD,
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 2})},
    }


class ActionInline(CachedChoicesMixin, VersionFieldMixin, NewestRowsInline):
    model = Action
    form = RefusalAwareForm
    extra = 1
    fields = ("text", ("estimate", "day", "state", "needs"))
