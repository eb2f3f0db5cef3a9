"""What every answer says about the device, besides what Django and django-csp send."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

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
