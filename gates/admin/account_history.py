"""The history of an account or a group in the admin: the record of it, newest first."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from accounts.account_record import Kind, differences
from accounts.models import AccountChange

from .role_choices import role_name

ROWS_PER_PAGE = 50
LABELS = {
    "name": gettext_lazy("name"),
    "password": gettext_lazy("password"),
    "groups": gettext_lazy("groups"),
    "rights": gettext_lazy("rights of its own"),
    "second_factors": gettext_lazy("second factor"),
}
EVENTS = {"unlocked": gettext_lazy("may try to log in again")}


class AccountHistoryMixin(admin.ModelAdmin):
    """Shows the record in place of Django's log, which knows only what was done in the admin."""

    object_history_template = "admin/auth/object_history.html"

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        kind = Kind.ACCOUNT if self.model is User else Kind.GROUP
        pk = int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0
        rows = AccountChange.objects.filter(kind=kind, object_id=pk).order_by("-pk")
        page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("p"))
        context = {"record": [_entry(row) for row in page], "record_page": page}
        return super().history_view(request, object_id, {**context, **(extra_context or {})})


def _entry(row: AccountChange) -> dict[str, Any]:
    """Return a row of the record for the template: when, who, from where, what."""
    earlier = AccountChange.objects.filter(kind=row.kind, object_id=row.object_id, pk__lt=row.pk)
    before = earlier.order_by("-pk").values_list("state", flat=True).first()
    if row.state is None:
        what = [gettext("deleted")]
    else:
        what = [_difference(name, *pair) for name, pair in differences(before, row.state).items()]
    if row.event:
        what.insert(0, str(EVENTS.get(row.event, row.event)))
    return {"at": row.at, "by": row.by_name, "way": row.way, "what": what, "first": before is None}


def _difference(name: str, old: Any, new: Any) -> str:
    label = LABELS.get(name) or User._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    label = capfirst(str(label))
    if name == "password":
        return gettext("%(what)s set") % {"what": label}
    if isinstance(new, list):
        given = [f"+ {role_name(each)}" for each in new]
        taken = [f"− {role_name(each)}" for each in old]
        return f"{label}: {', '.join([*given, *taken])}"
    return f"{label}: {_shown(new)}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(value) or "–"
