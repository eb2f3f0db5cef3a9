"""A gate's page has forms for its newest rows only; the lists of rows lead to the others.

A gate with hundreds of proofs would be a page of megabytes and tens of thousands of fields.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gates.models import Gate

from .edit_conflicts import VersionedFormSet

MAX_INLINE_ROWS = 25


class NewestRowsFormSet(VersionedFormSet):
    """The forms of the newest rows, in the order of all; what is sent back may be of any rows.

    newest: the order in which rows are chosen.
    kept_from_forms: column and value of rows that nobody edits.
    """

    newest: tuple[Any, ...] = ("-pk",)
    kept_from_forms: Mapping[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if self.kept_from_forms:
            rows = kwargs.get("queryset")
            rows = self.model._default_manager.all() if rows is None else rows
            kwargs["queryset"] = rows.exclude(**self.kept_from_forms)
        super().__init__(*args, **kwargs)

    def get_queryset(self) -> Any:
        if self.is_bound:
            return super().get_queryset()
        if not hasattr(self, "_newest_rows"):
            rows: models.QuerySet[Any] = super().get_queryset()
            chosen = rows.order_by(*self.newest).values("pk")[:MAX_INLINE_ROWS]
            self._newest_rows = rows.filter(pk__in=chosen)
        return self._newest_rows

    @property
    def hidden_count(self) -> int:
        """How many rows of the gate have no form on this page."""
        shown: int = self.initial_form_count()
        if shown < MAX_INLINE_ROWS:  # then there are no others, or a part of them was sent
            return 0
        rows = self.model._default_manager.filter(**{self.fk.name: self.instance})
        if self.kept_from_forms:
            rows = rows.exclude(**self.kept_from_forms)
        return max(0, int(rows.count()) - shown)


class NewestRowsInline(admin.StackedInline):
    """An inline whose formset is a `NewestRowsFormSet`; it says how many rows it leaves out."""

    template = "admin/gates/newest_stacked.html"
    formset = NewestRowsFormSet


class OfGateFilter(admin.SimpleListFilter):
    """Narrows a list to one gate, `?gate=<id>`; offers none, since there may be thousands."""

    title = _("gate")
    parameter_name = "gate"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        asked = request.GET.get(self.parameter_name, "")
        gates = Gate.objects.filter(pk=asked) if asked.isdecimal() and len(asked) < 19 else ()
        return [(str(gate.pk), gate.code) for gate in gates]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        return queryset.filter(gate_id=self.value()) if self.value() else queryset
