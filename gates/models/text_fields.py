"""Columns of text that are cleaned wherever a form or a document fills them (`rules/text.py`).

They are stored as Django's own fields, which is what migrations name.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.db import models

from gates.rules import text


class CleanedFormField(forms.CharField):
    """A form's field that takes what is pasted and gives what is stored.

    Lengths are those of the stored text: a line break is one character.
    """

    def __init__(self, *, store: Callable[[str], str] = text.clean, **kwargs: Any) -> None:
        self.store = store
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        return self.store(super().to_python(value) or "") or self.empty_value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the text differs, other than in what is not stored."""
        return super().has_changed(self.to_python(initial), data)


class OutputFormField(CleanedFormField):
    """What a command printed: an indentation at its beginning belongs to it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(store=text.clean_output, **{**kwargs, "strip": False})


class CleanedSlugFormField(CleanedFormField, forms.SlugField):
    pass


class CleanedEmailFormField(CleanedFormField, forms.EmailField):
    pass


class CleanedMixin:
    """A column that a form or a document fills; `store` is what is kept of the text."""

    store: Callable[[str], str] = staticmethod(text.clean)
    form_class: type[CleanedFormField] = CleanedFormField
    choices: Any

    def clean(self, value: Any, model_instance: Any) -> Any:
        """Return the value as it is stored, validated."""
        return super().clean(self.stored_value(value), model_instance)  # type: ignore[misc]

    def stored_value(self, value: Any) -> Any:
        """Return what is stored of a text; any other value as it is."""
        return self.store(value) if isinstance(value, str) else value

    def formfield(self, **kwargs: Any) -> Any:
        form_class = partial(self.form_class, store=self.store)
        return super().formfield(**{"form_class": form_class, **kwargs})  # type: ignore[misc]

    def deconstruct(self) -> Any:
        """As the field of Django's that it is in the database."""
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        bases = (base for base in type(self).__mro__ if base.__module__.startswith("django.db."))
        return name, f"django.db.models.{next(bases).__name__}", args, kwargs


class CleanedCharField(CleanedMixin, models.CharField):  # type: ignore[misc]
    """A line or two of ordinary text."""


class CleanedTextField(CleanedMixin, models.TextField):  # type: ignore[misc]
    """Ordinary text of any length."""


class NameField(CleanedMixin, models.CharField):  # type: ignore[misc]
    """A name or a link: nothing invisible is left in it."""

    store = staticmethod(text.clean_name)


class CodeField(CleanedMixin, models.CharField):  # type: ignore[misc]
    """A code such as T6, in capital letters and Western digits."""

    store = staticmethod(text.clean_code)


class CleanedSlugField(CleanedMixin, models.SlugField):  # type: ignore[misc]
    """A slug: nothing invisible is left in it."""

    store = staticmethod(text.clean_name)
    form_class = CleanedSlugFormField


class CleanedEmailField(CleanedMixin, models.EmailField):  # type: ignore[misc]
    """An e-mail address: nothing invisible is left in it."""

    store = staticmethod(text.clean_name)
    form_class = CleanedEmailFormField
