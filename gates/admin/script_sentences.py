"""The sentences of the admin's scripts, where Django's Arabic is wrong."""

from typing import Any

from django.utils.translation import get_language, ngettext
from django.views.i18n import JavaScriptCatalog

SELECTED = "%(sel)s of %(cnt)s selected"
ARABIC_FORMS = (0, 1, 2, 3, 11, 100)  # a number for each plural form, in their order


class AdminScriptCatalog(JavaScriptCatalog):
    packages = ["django.contrib.admin"]

    def get_catalog(self) -> dict[str, Any]:
        catalog: dict[str, Any] = super().get_catalog()
        if get_language() == "ar":
            catalog[SELECTED] = [ngettext(SELECTED, SELECTED, number) for number in ARABIC_FORMS]
        return catalog


script_sentences = AdminScriptCatalog.as_view()
