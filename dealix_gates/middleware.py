"""What every answer carries, and what is refused before any page is asked."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse


def refuse_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """Answer 400 to a NUL character in the address: PostgreSQL can store and compare none."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, *_view: object) -> None:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL character in the address")

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def refuse_oversized(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """Answer 400 to a body larger than any form here can be, before it is read."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, *_view: object) -> None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.MAX_BODY_BYTES:
            raise RequestDataTooBig("the request is larger than any form here can be")

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


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
