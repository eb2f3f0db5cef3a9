"""What a password must not hold."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# The company's and the product's name, which are the first that somebody would try here.
OUR_NAMES = ("dealix", "ديلكس", "ديليكس")
# Figures and signs that people write for letters.
LOOKALIKES = str.maketrans("013457@$!|", "oieastasil")


class NotOurNameValidator:
    """Refuse a password that holds our name, also with capitals, signs or figures in it."""

    def validate(self, password: str, user: object = None) -> None:
        text = unicodedata.normalize("NFKC", password).casefold()
        for one in (text, text.translate(LOOKALIKES), text.translate(LOOKALIKES | {ord("1"): "l"})):
            letters = "".join(character for character in one if character.isalpha())
            if any(name in letters for name in OUR_NAMES):
                raise ValidationError(
                    gettext("The password must not hold the name of the company or the product."),
                    code="password_our_name",
                )

    def get_help_text(self) -> str:
        return str(_("Your password must not hold the name of the company or the product."))
