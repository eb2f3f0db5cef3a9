"""What every answer carries, what is refused before any page, and the reader's language."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from gates.models import Preference

GetResponse = Callable[[HttpRequest], HttpResponse]
LANGUAGE = "language"  # of a logged-in reader, in the session


def _refusal_response(
    reason: Callable[[HttpRequest], Exception | None],
) -> Callable[[GetResponse], GetResponse]:
    """Middleware that raises what `reason` finds against a request, before its view runs."""

    def wrap(get_response: GetResponse) -> GetResponse:
        def middleware(request: HttpRequest) -> HttpResponse:
            return get_response(request)

        def process_view(request: HttpRequest, *_view: object) -> None:
            if (found := reason(request)) is not None:
                raise found

        middleware.process_view = process_view  # type: ignore[attr-defined]
        return middleware

    return wrap


@_refusal_response
def reject_null_bytes(request: HttpRequest) -> Exception | None:
    """Answer 400 to a NUL character in the address: PostgreSQL can store and compare none."""
    nul = "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", "")
    return BadRequest("NUL character in the address") if nul else None


@_refusal_response
def limit_body_size(request: HttpRequest) -> Exception | None:
    """Answer 400 to a body larger than any form here can be, before it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    too_large = length.isdecimal() and int(length) > settings.MAX_BODY_BYTES
    return (
        RequestDataTooBig("the request is larger than any form here can be") if too_large else None
    )


def user_language(get_response: GetResponse) -> GetResponse:
    """Let the account's language win over the browser's, on every device it logs in from.

    It is read once a log-in and kept in the session; Django's LocaleMiddleware, which comes
    before, has chosen by cookie or browser for everybody else.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            if LANGUAGE not in request.session:
                request.session[LANGUAGE] = _user_language(int(request.session[SESSION_KEY]))
            if request.session[LANGUAGE]:
                translation.activate(request.session[LANGUAGE])
                request.LANGUAGE_CODE = translation.get_language()
        return get_response(request)

    return middleware


def _user_language(user_id: int) -> str:
    """The language a person has chosen; empty for none, or one that is no longer there."""
    chosen = Preference.objects.filter(user_id=user_id).values_list("language", flat=True).first()
    return chosen if chosen in dict(settings.LANGUAGES) else ""


# What a page here needs of the device: passkeys, and nothing else.
PERMISSIONS_POLICY = ", ".join(
    [f"{feature}=()" for feature in (
        "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture",
        "encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection",
        "local-fonts", "magnetometer", "microphone", "midi", "payment", "screen-wake-lock",
        "serial", "usb", "web-share", "xr-spatial-tracking",
    )]
    + [f"publickey-credentials-{verb}=(self)" for verb in ("create", "get")]
)  # fmt: skip


def permissions_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Say with every answer which abilities of the device its page may use."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        return response

    return middleware
