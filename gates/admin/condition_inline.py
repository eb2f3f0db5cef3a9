"""The conditions on a check's page: measures that its kind of report has, and bounds on them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates import rules
from gates.models import Check, Condition
from gates.reason_text import reason_text
from gates.rules.conditions import MAX_CONDITIONS, bound_number, condition_errors
from gates.rules.measures import KIND_LABELS, MEASURES, Kind

from .edit_conflicts import VersionedFormSet, VersionFieldMixin
from .forms import RefusalAwareForm

# `Condition.clean` tells these on their field.
TOLD_ON_A_FIELD = {"unknown_measure", "bound"}


class ConditionForm(RefusalAwareForm):
    class Meta:
        model = Condition
        fields = "__all__"
        widgets = {
            "measure": forms.TextInput(attrs={"list": "measures", "dir": "ltr", "size": 34}),
            "bound": forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr", "size": 12}),
            "unit": forms.TextInput(attrs={"size": 12}),
        }
        help_texts = {"unit": _("Filled in where it is known. Nothing is converted.")}

    def fact(self) -> rules.Condition | None:
        """Return the condition that was typed; None where its fields are refused already."""
        typed = self.cleaned_data
        if not all(typed.get(name) for name in ("measure", "operator", "bound")):
            return None
        operator = rules.Operator(typed["operator"])
        return rules.Condition(typed["measure"], operator, bound_number(typed["bound"]))


class ConditionFormSet(VersionedFormSet):
    """The conditions of a check; the rules see them as a set."""

    chosen_kind = ""  # of a new check, as its address names it

    @property
    def kinds(self) -> list[Kind]:
        """The kinds of report whose measures are offered: the check's, or all while it has none."""
        kind = self.instance.kind or self.chosen_kind
        return [Kind(kind)] if kind in set(Kind) else list(Kind)

    def offered_measures(self) -> list[dict[str, str]]:
        """Return name and words of each measure that can be chosen."""
        several = len(self.kinds) > 1
        return [
            {
                "name": one.name,
                "words": gettext(one.label),
                "kind": gettext(KIND_LABELS[kind]) if several else "",
            }
            for kind in self.kinds
            for one in MEASURES[kind]
        ]

    def is_free(self) -> bool:
        """Return whether other measures than those offered can be named."""
        return bool({Kind.K6, Kind.NUMBERS} & set(self.kinds))

    def validate_unique(self) -> None:
        """Leave a condition that is set twice to the rules, which say so on its field."""

    def clean(self) -> None:
        """Refuse what the conditions are as a set, and a change of them without a reason.

        Raises:
            ValidationError: none or too many; no reason for a change.
        """
        super().clean()
        kept = [form for form in self.forms if not self._is_left_out(form)]
        facts = [form.fact() for form in kept if hasattr(form, "cleaned_data")]
        if self.instance.kind not in set(Kind) or None in facts or any(f.errors for f in kept):
            return
        told = []
        for reason in condition_errors(Kind(self.instance.kind), facts):
            if reason.code == "condition_twice":
                self._refuse_second(kept, reason)
            elif reason.code not in TOLD_ON_A_FIELD:
                told.append(reason_text(reason))
        if told:
            raise forms.ValidationError(told)
        self._ask_why()

    def _is_left_out(self, form: Any) -> bool:
        is_empty = form.empty_permitted and not form.has_changed()
        return is_empty or self._should_delete_form(form)  # type: ignore[attr-defined]

    def _refuse_second(self, kept: list[Any], reason: rules.Reason) -> None:
        sides = (reason.values["measure"], reason.values["operator"])
        same = [form for form in kept if (form.fact().measure, form.fact().operator.value) == sides]
        same[-1].add_error("measure", reason_text(reason))

    def _ask_why(self) -> None:
        """Ask why, on the check's own form, where conditions of a check are changed."""
        form = getattr(self.instance, "edited_by", None)
        if form is None or form.is_stale or not self.has_changed():
            return
        if "reason" not in form.errors:
            form.needs_reason()
            if form.errors:
                raise forms.ValidationError(_("Say above why the conditions change."))


class ConditionInline(VersionFieldMixin, admin.StackedInline):
    model = Condition
    form = ConditionForm
    formset = ConditionFormSet
    template = "admin/gates/check/conditions.html"
    max_num = MAX_CONDITIONS
    fields = (("measure", "operator", "bound", "unit"),)

    def get_extra(self, request: HttpRequest, obj: Check | None = None, **kwargs: Any) -> int:
        return 1 if obj is not None else 3

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.chosen_kind = request.GET.get("kind", "")  # type: ignore[attr-defined]
        return formset
