"""Blockers: what gates wait for, and from whom."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from gates.models import Blocker

from .base import BoardAdmin, person


@admin.register(Blocker)
class BlockerAdmin(BoardAdmin):
    list_display = ("needs", "gate", "waiting_on", "due_on", "resolved_at")
    list_filter = ("waiting_on", ("resolved_at", admin.EmptyFieldListFilter))
    list_select_related = ("gate", "waiting_on")
    search_fields = ("needs", "why", "gate__code")
    autocomplete_fields = ("gate",)
    fields = (
        "gate",
        ("needs", "waiting_on", "due_on"),
        "why",
        "resolution",
        ("raised_at", "resolved_at", "resolved_by"),
    )
    readonly_fields = ("raised_at", "resolved_at", "resolved_by")

    def save_model(self, request: HttpRequest, obj: Blocker, form: Any, change: bool) -> None:
        obj.settle(person(request))
        super().save_model(request, obj, form, change)
