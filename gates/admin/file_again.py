"""A file that was chosen for a form which was then refused: it has to be chosen again.

A browser never fills in a file a second time. So the form that is shown again names the file, and
does not pass until it is chosen again or the tick says that it is left out.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminFileWidget
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class LostFile:
    """The name of a file that was sent with a form which was not written."""

    name: str


class FileAgainWidget(AdminFileWidget):
    """The file, and behind a refusal the name of the one that was chosen before."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        lost = value.name if isinstance(value, UploadedFile | LostFile) else ""
        chooser = super().render(name, None if lost else value, attrs, renderer)
        context = {"name": name, "lost": (lost or "")[-MAX_NAME:]}
        return chooser + render_to_string("admin/gates/file_again.html", context)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The chosen file, which also wins over the tick that clears the stored one."""
        if name in files:
            return files[name]
        found = super().value_from_datadict(data, files, name)
        lost = str(data.get(f"{name}-lost", ""))[-MAX_NAME:]
        return LostFile(lost) if lost and not data.get(f"{name}-left-out") else found

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return super().value_omitted_from_data(data, files, name) and f"{name}-lost" not in data


class FileAgainField(forms.FileField):
    """A file that is not forgotten when its form is refused for something else."""

    widget = FileAgainWidget
    default_error_messages = {
        "again": _("Choose the file “%(name)s” again, or tick that it is left out."),
    }

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was sent, so that the form shown again can name it."""
        return data or initial

    def has_changed(self, initial: Any, data: Any) -> bool:
        return isinstance(data, LostFile) or super().has_changed(initial, data)

    def clean(self, data: Any, initial: Any = None) -> Any:
        if isinstance(data, LostFile):
            raise ValidationError(
                self.error_messages["again"], code="again", params={"name": data.name}
            )
        return super().clean(data, initial)
