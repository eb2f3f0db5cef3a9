"""Refusals of the API: `application/problem+json` (RFC 9457), one sentence, in English."""

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from gates.rules.reason import Reason

PREFIX = "/api/"
CONTENT_TYPE = "application/problem+json"
PEOPLE_CLOSE = "Tokens attach, people close."


class Refusal(Exception):
    """A request that is refused; nothing was written."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        self.status, self.detail, self.headers = status, detail, headers
        super().__init__(detail)


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return the answer of a refused request."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=status, content_type=CONTENT_TYPE
    )
    response.headers["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        response.headers[name.replace("_", "-")] = value
    return response


def is_api(request: HttpRequest) -> bool:
    """Return whether a request is one to the API, whose errors are no pages."""
    return request.path_info.startswith(PREFIX)


def sentence(reasons: Iterable[Reason]) -> str:
    """Return reasons of the rules as one sentence."""
    return "; ".join(reason.render().rstrip(".") for reason in reasons) + "."
