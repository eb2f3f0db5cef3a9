"""The project's middleware: refused requests, the user's language, Permissions-Policy."""

from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import escape_leading_slashes

from gates.api.problem import is_api
from gates.models import Preference
from gates.rules.text import clean_name

GetResponse = Callable[[HttpRequest], HttpResponse]
LANGUAGE = "language"  # the key of a logged-in user's language in the session


def _refusal_response(
    reason: Callable[[HttpRequest], Exception | None],
) -> Callable[[GetResponse], GetResponse]:
    """Make a middleware that raises, before the view, the exception that `reason` returns."""

    def wrap(get_response: GetResponse) -> GetResponse:
        def middleware(request: HttpRequest) -> HttpResponse:
            return get_response(request)

        def process_view(request: HttpRequest, *_view: object) -> None:
            if (error := reason(request)) is not None:
                raise error

        middleware.process_view = process_view  # type: ignore[attr-defined]
        return middleware

    return wrap


@_refusal_response
def reject_null_bytes(request: HttpRequest) -> Exception | None:
    """Return 400 for a NUL character in the URL: PostgreSQL can neither store nor compare it."""
    nul = "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", "")
    return BadRequest("NUL character in the address") if nul else None


@_refusal_response
def limit_body_size(request: HttpRequest) -> Exception | None:
    """Return 400 for a body above MAX_BODY_BYTES, before it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    too_large = length.isdecimal() and int(length) > settings.MAX_BODY_BYTES
    return (
        RequestDataTooBig("the request is larger than any form here can be") if too_large else None
    )


# What chats and sentences put behind an address.
AFTER_ADDRESS = " .,:;!?)]}>\"'”»،؛؟"


def pasted_address(get_response: GetResponse) -> GetResponse:
    """Middleware: where there is no page, try the address without what a chat put into it.

    Marks of direction and other invisible characters go, and what ends a sentence.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 404 or request.method not in {"GET", "HEAD"}:
            return response
        meant = clean_name(request.path).rstrip(AFTER_ADDRESS)
        if meant in {request.path, ""}:
            return response
        query = request.META.get("QUERY_STRING", "")
        address = escape_leading_slashes(quote(meant))
        return redirect(f"{address}?{query}" if query else address)

    return middleware


def ignore_cookies_of_api(get_response: GetResponse) -> GetResponse:
    """Middleware: let a request to the API bring no cookie, so that no session opens it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if is_api(request):
            request.META.pop("HTTP_COOKIE", None)
            request.COOKIES = {}
        return get_response(request)

    return middleware


def user_language(get_response: GetResponse) -> GetResponse:
    """Middleware: activate the language of the account in place of the browser's, on every device.

    The language is read once a log-in and kept in the session. Django's LocaleMiddleware comes
    before and has chosen by cookie or browser; that stays where nobody is logged in, or the
    account has no language.
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
    """Return the language of the account; empty for none, or one that the board no longer has."""
    language = Preference.objects.filter(user_id=user_id).values_list("language", flat=True).first()
    return language if language in dict(settings.LANGUAGES) else ""


# The pages need passkeys and no other ability of the device.
PERMISSIONS_POLICY = ", ".join(
    [f"{feature}=()" for feature in (
        "accelerometer", "autoplay", "bluetooth", "browsing-topics", "camera", "display-capture",
        "encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection",
        "local-fonts", "magnetometer", "microphone", "midi", "payment", "screen-wake-lock",
        "serial", "usb", "web-share", "xr-spatial-tracking",
    )]
    + [f"publickey-credentials-{verb}=(self)" for verb in ("create", "get")]
)  # fmt: skip


def permissions_policy(get_response: GetResponse) -> GetResponse:
    """Middleware: add the Permissions-Policy header to every response."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        return response

    return middleware
