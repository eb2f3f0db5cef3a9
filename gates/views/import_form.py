"""The form of an import in the browser: the document, and what a person says about it."""

import base64
import binascii
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates.board.launches import current_slug
from gates.documents.importer import SUFFIXES
from gates.documents.json_reader import MAX_BYTES
from gates.documents.markdown.columns import column_name, meaning_of
from gates.documents.markdown.reader import ReadingOptions
from gates.documents.markdown.vocabulary import parse_status
from gates.documents.records import Problem
from gates.models.text_fields import CleanedSlugFormField
from gates.rules import Status
from gates.rules.text import clean_name

TOKEN_AGE = 24 * 60 * 60  # seconds
SALT = "gates.import"
MAX_QUESTIONS = 50  # on a page
# Names of the fields in which a person chooses what a word or a column means.
STATUS_FIELD, COLUMN_FIELD, EMPTY_FIELD = "status:", "column:", "empty_status"
STATUS_VALUES = frozenset(status.value for status in Status)


class ImportForm(forms.Form):
    """The document and what a person says about it; `token` is a document sent before."""

    document = forms.FileField(
        label=_("Document"),
        required=False,
        help_text=_("Markdown (.md), a sheet (.csv) or a fixture (.json), at most 10 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )
    launch = CleanedSlugFormField(
        store=clean_name,
        label=_("Launch"),
        required=False,
        help_text=_("Its slug. Needed for a document without a title."),
    )
    older = forms.BooleanField(
        label=_("Reopen gates that were closed after this document"), required=False
    )
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_launch(self) -> str:
        """Return the slug as its launch has it today: a former one means the same launch."""
        slug: str = self.cleaned_data["launch"]
        return current_slug(slug) or slug

    def clean(self) -> dict[str, Any]:
        """Set `name` and `content` of the document.

        Raises:
            ValidationError: no document, one of an unknown kind, too large, or a broken token.
        """
        values: dict[str, Any] = super().clean() or {}
        upload = values.get("document")
        if upload is not None:
            values["name"], values["content"] = _accepted(upload.name, upload.read(MAX_BYTES + 1))
        elif values.get("token"):
            values["name"], values["content"] = _open_token(values["token"])
        elif "document" not in self.errors:
            raise forms.ValidationError({"document": gettext("Choose a document.")})
        return values


def _accepted(name: str, content: bytes) -> tuple[str, bytes]:
    name = PurePath(name.replace("\\", "/").replace("\0", "")).name[:200]
    if PurePath(name).suffix.lower() not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        message = gettext("Only %(known)s can be imported.") % {"known": known}
        raise forms.ValidationError({"document": message})
    if len(content) > MAX_BYTES:
        message = gettext("Larger than 10 MB, which is more than a document can have.")
        raise forms.ValidationError({"document": message})
    return name, content


def make_token(name: str, content: bytes) -> str:
    """Return a document as a signed text that travels in the form between report and import."""
    packed = base64.urlsafe_b64encode(zlib.compress(name.encode() + b"\0" + content)).decode()
    return signing.TimestampSigner(salt=SALT).sign(packed)


def _open_token(token: str) -> tuple[str, bytes]:
    try:
        packed = signing.TimestampSigner(salt=SALT).unsign(token, max_age=TOKEN_AGE)
        name, _nul, content = zlib.decompress(base64.urlsafe_b64decode(packed)).partition(b"\0")
        return name.decode(), content
    except (signing.BadSignature, binascii.Error, zlib.error, ValueError) as error:
        message = gettext("The report is too old. Upload the document again.")
        raise forms.ValidationError({"document": message}) from error


def chosen(data: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a request in which a person chose what something means."""
    names = (STATUS_FIELD, COLUMN_FIELD, EMPTY_FIELD)
    return {name: data[name] for name in data if name.startswith(names) and data[name]}


def reading_options(choices: Mapping[str, str]) -> ReadingOptions:
    """Return the choices for the reader; what nobody could have chosen is left out."""
    columns, statuses = {}, {}
    for name, value in choices.items():
        if name.startswith(STATUS_FIELD) and value in STATUS_VALUES:
            statuses[name.removeprefix(STATUS_FIELD).casefold()] = Status(value)
        elif name.startswith(COLUMN_FIELD) and (
            meaning := meaning_of(name.removeprefix(COLUMN_FIELD))
        ):
            columns[column_name(value)] = meaning
    return ReadingOptions(parse_status(choices.get(EMPTY_FIELD, "")), columns, statuses)


def questions(problems: Sequence[Problem]) -> Iterator[dict[str, Any]]:
    """Yield the choices that would have a refused document read, each once, the first ones."""
    statuses = [(status.value, gettext(status.value.capitalize())) for status in Status]
    choices = dict.fromkeys(problem.choice for problem in problems if problem.choice)
    for kind, *words in list(choices)[:MAX_QUESTIONS]:
        if kind == "status":
            yield {
                "name": STATUS_FIELD + words[0],
                "label": gettext("What does “%(word)s” mean?") % {"word": words[0]},
                "options": statuses,
            }
        elif kind == "column":
            yield {
                "name": COLUMN_FIELD + words[0],
                "label": gettext("Which column is %(name)s?") % {"name": words[0]},
                "options": [(name, name) for name in words[1:] if name],
            }
        else:
            yield {
                "name": EMPTY_FIELD,
                "label": gettext("What does an empty status mean?"),
                "options": statuses,
            }
