"""The message that goes with a one-time link, in the language of the person it is for."""

import logging
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext

from . import security_log
from .access_link import VALID_HOURS

logger = logging.getLogger("django.mail")


def link_address(request: HttpRequest, key: str) -> str:
    """Return the whole address of a link."""
    return request.build_absolute_uri(f"{reverse('access_link')}?{urlencode({'key': key})}")


def message(user: User, address: str, language: str) -> str:
    """Return the text to send; the address stands alone in its line."""
    with translation.override(language or settings.LANGUAGE_CODE):
        words = {"name": user.first_name or user.get_username(), "user": user.get_username()}
        words["hours"] = str(VALID_HOURS)
        return "\n".join(
            [
                gettext("%(name)s, this is your way in to the Dealix gates board.") % words,
                gettext("Open the link within %(hours)s hours and choose a password.") % words,
                gettext("Your user name: %(user)s") % words,
                address,
            ]
        )


def whatsapp_address(text: str) -> str:
    """Return the link that opens WhatsApp with the text; who sends it chooses to whom."""
    return f"https://wa.me/?text={quote(text, safe='')}"


def send_by_mail(user: User, text: str, language: str) -> bool:
    """Send the text to the account's e-mail address; False if the mail server did not take it."""
    with translation.override(language or settings.LANGUAGE_CODE):
        subject = gettext("Your way in to the Dealix gates board")
    try:
        send_mail(subject, text, None, [user.email])
    except OSError as error:
        logger.error(  # noqa: TRY400  its traceback would hold the link
            "a link could not be sent by mail: %s", type(error).__name__
        )
        return False
    security_log.log_event("access_link_mailed", account=user.get_username())
    return True
