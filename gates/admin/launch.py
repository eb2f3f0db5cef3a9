"""The admin of launches and their sections."""

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates.models import Launch, LaunchArchived, Section
from gates.models.order import place_last

from .base import BoardAdmin
from .columns import marked_text
from .edit_conflicts import VersionedFormSet, VersionFieldMixin
from .forms import RefusalAwareForm


class SectionInline(VersionFieldMixin, admin.StackedInline):
    model = Section
    form = RefusalAwareForm
    formset = VersionedFormSet
    extra = 1
    fields = (("prefix", "name", "position"),)


@admin.register(Launch)
class LaunchAdmin(BoardAdmin):
    inlines = (SectionInline,)
    list_display = (
        marked_text("name", _("name")),
        "slug",
        "snapshot_date",
        "is_current",
        "archived_on",
    )
    readonly_fields = ("is_current", "archived_on")
    prepopulated_fields = {"slug": ("name",)}
    actions = ("make_current", "delete_selected")

    def has_delete_permission(self, request: HttpRequest, obj: Launch | None = None) -> bool:
        # The front page needs a current launch; make another current before deleting this one.
        return super().has_delete_permission(request, obj) and not (obj and obj.is_current)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            place_last(row)
            row.save()
        for row in formset.deleted_objects:
            row.delete()

    @admin.action(permissions=["change"], description=_("Show on the front page"))
    def make_current(self, request: HttpRequest, queryset: models.QuerySet[Launch]) -> None:
        if queryset.count() != 1:
            self.message_user(request, gettext("Choose one launch."), messages.ERROR)
            return
        launch = queryset.get()
        try:
            launch.make_current()
        except LaunchArchived as refused:
            self.message_user(request, " ".join(refused.messages), messages.ERROR)
            return
        self.log_change(request, launch, "make_current")
        self.message_user(request, gettext("The front page now shows %s.") % launch)
