"""The forms of a launch that is made from nothing, or from an earlier one."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates.models import Gate, Launch, Section
from gates.models.date_fields import DayField
from gates.models.history import save_with_history
from gates.models.order import place_last
from gates.operations.next_launch import start_next_launch
from gates.reason_text import reason_text
from gates.rules.outline import Outline, propose_slug, read_gates, read_sections
from gates.rules.text import same_as

MAX_LINES_LENGTH = 64_000  # characters: 200 lines of the longest titles
SENT_TWICE = timedelta(minutes=10)  # a form that comes again so soon was sent twice


def made_lately(row: Any, by: User) -> bool:
    """Return whether a person made a row so lately that the same form again was sent twice."""
    added = row.history.filter(history_type="+", history_user_id=by.pk)
    return bool(added.filter(history_date__gte=timezone.now() - SENT_TWICE).exists())


class SiteForm(forms.BaseForm):
    """A form of the site's own pages: text in either direction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            if isinstance(field.widget, (forms.TextInput, forms.Textarea)):
                field.widget.attrs.setdefault("dir", "auto")


def ask_for_slug(field: forms.Field) -> None:
    """Let the field of a slug be empty: one is proposed. It is never Arabic."""
    field.required = False
    field.widget.attrs |= {"dir": "ltr", "autocapitalize": "none"}


class LaunchForm(SiteForm, forms.ModelForm):
    """A new launch. `twin` is the launch that has its name already."""

    twin: Launch | None = None

    class Meta:
        model = Launch
        fields = ("name", "slug", "snapshot_date", "plan_starts_on")
        field_classes = {"snapshot_date": DayField, "plan_starts_on": DayField}
        help_texts = {
            "slug": _("Its part of the address, such as v3-1-0. Empty: made from the name."),
            "snapshot_date": _("The day on which this board begins."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        today = timezone.localdate()
        super().__init__(*args, initial={"snapshot_date": today, "plan_starts_on": today}, **kwargs)
        ask_for_slug(self.fields["slug"])

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        launches = Launch.objects.order_by("pk")
        self.twin = next((row for row in launches if same_as(row.name) == same_as(name)), None)
        if self.twin is not None:
            message = gettext("There is a launch of this name already: %(slug)s.")
            raise forms.ValidationError(message % {"slug": self.twin.slug})
        return name

    def clean(self) -> dict[str, Any]:
        """Propose a slug where none was written."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("slug") and "slug" not in self.errors:
            taken = set(Launch.objects.values_list("slug", flat=True))
            cleaned["slug"] = propose_slug(cleaned.get("name", ""), taken, "launch")
        return cleaned

    def sent_before(self, by: User) -> Launch | None:
        """Return the launch that this person made with the same form a moment ago, if any."""
        if self.twin is None or set(self.errors) - {"name", "slug"}:
            return None
        days = ("snapshot_date", "plan_starts_on")
        same_days = all(getattr(self.twin, day) == self.cleaned_data.get(day) for day in days)
        return self.twin if same_days and made_lately(self.twin, by) else None

    def start(self, by: User, source: Launch | None = None) -> Launch:
        """Make the launch: an empty one, or the next one after another.

        Raises:
            ValidationError: by field: somebody else took the slug at the same moment.
        """
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        if source is not None:
            return start_next_launch(source, by=by, **values)
        launch = Launch(**values)
        launch.full_clean()
        save_with_history(launch, by=by, reason="")
        return launch


class LinesForm(SiteForm, forms.Form):
    """Sections or gates, one a line."""

    lines = forms.CharField(
        strip=False, max_length=MAX_LINES_LENGTH, widget=forms.Textarea(attrs={"rows": 6})
    )
    outline: Outline

    def read(self, text: str) -> Outline:
        """Return what the lines say."""
        raise NotImplementedError

    def row(self, code: str, text: str) -> Any:
        """Return a new row for one of the lines, not saved."""
        raise NotImplementedError

    def clean_lines(self) -> str:
        text: str = self.cleaned_data["lines"]
        self.outline = self.read(text)
        errors = [reason_text(reason) for reason in self.outline.errors]
        self.new_rows = [self.row(code, text) for code, text in self.outline.rows]
        for row, (code, _text) in zip(self.new_rows, self.outline.rows, strict=True):
            try:
                row.full_clean()
            except forms.ValidationError as error:
                errors += [f"{code}: {message}" for message in error.messages]
        if errors:
            raise forms.ValidationError(errors)
        return text

    @transaction.atomic
    def save(self, by: User) -> int:
        """Write the rows, each behind the last; return how many they are.

        Raises:
            LaunchArchived: the launch was archived meanwhile.
            IntegrityError: somebody else took a code at the same moment.
        """
        for row in self.new_rows:
            place_last(row)
            save_with_history(row, by=by, reason="")
        return len(self.new_rows)


class SectionsForm(LinesForm):
    """New sections of a launch."""

    def __init__(self, *args: Any, launch: Launch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.launch = launch
        self.fields["lines"].label = gettext("Sections, one a line")
        self.fields["lines"].help_text = gettext(
            "Such as “T Technical readiness”, or the names alone: then letters are proposed."
        )

    def read(self, text: str) -> Outline:
        sections = self.launch.sections.order_by("pk")
        return read_sections(text, dict(sections.values_list("prefix", "name")))

    def row(self, code: str, text: str) -> Section:
        return Section(launch=self.launch, prefix=code, name=text)


class GatesForm(LinesForm):
    """New gates of a section."""

    def __init__(self, *args: Any, section: Section, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{section.prefix}-%s", **kwargs})
        self.section = section
        self.fields["lines"].label = gettext("New gates, one a line")
        words = gettext("Titles alone, or with codes: “%(prefix)s1 Title”. Ticks are not taken.")
        self.fields["lines"].help_text = words % {"prefix": section.prefix}

    def read(self, text: str) -> Outline:
        gates = Gate.objects.filter(launch=self.section.launch_id).order_by("pk")
        titles = self.section.gates.values_list("title", flat=True)
        existing = dict(gates.values_list("code", "title"))
        return read_gates(text, self.section.prefix, existing, list(titles))

    def row(self, code: str, text: str) -> Gate:
        return Gate(section=self.section, code=code, title=text)
