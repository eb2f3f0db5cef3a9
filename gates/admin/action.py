"""The admin of actions: next steps, with or without a gate."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from gates.models import Action

from .base import BoardAdmin
from .columns import marked_text
from .gate_field import GateFieldMixin
from .launch_names import LaunchNamesMixin
from .newest_rows import OfGateFilter


@admin.register(Action)
class ActionAdmin(LaunchNamesMixin, GateFieldMixin, BoardAdmin):
    list_display = (marked_text("text", _("text")), "gate", "day", "estimate", "state", "needs")
    list_filter = (OfGateFilter, "state", "day", "needs")
    list_select_related = ("gate", "needs")
    search_fields = ("text", "gate__code")
