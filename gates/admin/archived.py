"""Rows of an archived launch: their pages only show them, and say why."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse

from gates.models import Launch, LaunchArchived
from gates.models.of_launch import OfLaunch


def archived_message(row: Any) -> str:
    """Return why a row is not changed; empty if its launch is not archived, or it has none."""
    launch = row.its_launch() if isinstance(row, OfLaunch) and row.pk else row
    if not isinstance(launch, Launch) or launch.archived_on is None:
        return ""
    return " ".join(LaunchArchived(str(launch)).messages)


class ArchivedMixin(admin.ModelAdmin):
    """For admin classes of a launch and its rows.

    What is sent all the same, from a page older than the archiving, goes on to the models. They
    refuse it, and its form is shown again with what was typed.
    """

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (request.method == "POST" or not archived_message(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (request.method == "POST" or not archived_message(obj))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        message = archived_message(context.get("original"))
        if message and request.method == "GET":
            messages.warning(request, message)
        return super().render_change_form(request, context, *args, **kwargs)
