"""Lists, filters and choices that name the launch, where the board has several."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.admin.options import ModelAdmin
from django.db import models
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates.documents.records import LAUNCH_PATHS
from gates.inline_markdown import inline_text
from gates.models import Gate, Launch, Section


def launch_names(request: HttpRequest) -> dict[int, str]:
    """Return the launches' names by id, those of the front page first; read once a request."""
    names: dict[int, str] | None = getattr(request, "launch_names", None)
    if names is None:
        rows = Launch.objects.order_by("-is_current", "-snapshot_date", "slug")
        names = {pk: inline_text(name) for pk, name in rows.values_list("pk", "name")}
        request.launch_names = names  # type: ignore[attr-defined]
    return names


def has_several_launches(request: HttpRequest) -> bool:
    return len(launch_names(request)) > 1


def gate_name(request: HttpRequest, gate: Gate) -> str:
    """Return a gate's code for a message, with its launch where there are several."""
    names = launch_names(request)
    return f"{gate.code} ({names[gate.launch_id]})" if len(names) > 1 else str(gate.code)


def warn_of_several_launches(
    request: HttpRequest, queryset: models.QuerySet[Any], model: Any
) -> None:
    """Say of which launches the selected rows are, where they are of several."""
    path = LAUNCH_PATHS.get(model, "")
    if not path or not has_several_launches(request):
        return
    chosen = set(queryset.order_by().values_list(f"{path}pk", flat=True))
    names = [name for pk, name in launch_names(request).items() if pk in chosen]
    if len(names) > 1:
        words = gettext("What you selected belongs to several launches: %(names)s")
        messages.warning(request, words % {"names": gettext(", ").join(names)})


class LaunchFilter(admin.SimpleListFilter):
    """Filters a list by launch; not shown where there is only one."""

    title = _("launch")
    parameter_name = "launch"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        self.path = LAUNCH_PATHS[model_admin.model]
        return [(str(pk), name) for pk, name in launch_names(request).items()]

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        value = self.value()
        if value not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(**{f"{self.path}pk": value})


class SectionFilter(RelatedFieldListFilter):
    """Filters by section: those of the chosen launch, or all of them with their launch's name."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: ModelAdmin
    ) -> list[tuple[Any, Any]]:
        names, chosen = launch_names(request), request.GET.get(LaunchFilter.parameter_name, "")
        sections = Section.objects.order_by("launch", "position", "prefix")
        if chosen.isdecimal() and int(chosen) in names:
            sections = sections.filter(launch=int(chosen))
        elif len(names) > 1:
            return [(row.pk, f"{row} ({names[row.launch_id]})") for row in sections]
        return [(row.pk, str(row)) for row in sections]


class SectionField(ModelChoiceField):
    """A choice of a section; without a launch of its own it names that of each section."""

    def label_from_instance(self, section: Any) -> str:
        return f"{section} ({section.launch})" if self.names_launches else str(section)

    names_launches = False

    def of_launch(self, launch_id: int | None) -> None:
        """Offer the sections of one launch; for None those of all that are not archived."""
        sections = Section.objects.select_related("launch")
        if launch_id is not None:
            self.queryset = sections.filter(launch=launch_id)
        else:
            sections = sections.filter(launch__archived_on=None)
            self.queryset = sections.order_by("-launch__is_current", *Section._meta.ordering or ())
            self.names_launches = Launch.objects.count() > 1


class LaunchNamesMixin(ModelAdmin):
    """For admin classes of rows of a launch: a column and a filter, where there are several."""

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = list(super().get_list_display(request))
        if has_several_launches(request) and "launch" not in columns:
            columns.insert(1, "launch_name")
        return columns

    def get_list_select_related(self, request: HttpRequest) -> Any:
        path = LAUNCH_PATHS[self.model].removesuffix("__")
        return (*super().get_list_select_related(request), path)  # type: ignore[misc]

    def get_list_filter(self, request: HttpRequest) -> Any:
        return (LaunchFilter, *super().get_list_filter(request))

    @admin.display(description=_("launch"))
    def launch_name(self, row: Any) -> str:
        return str(row.launch if hasattr(row, "launch_id") else row.gate.launch)
