"""The addresses of the API, below /api/v1/. Every error is `application/problem+json`."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.utils import translation
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from . import posting, reading
from .answers import json_answer
from .auth import NOT_ACCEPTED, TokenAuth
from .problem import CONTENT_TYPE, PEOPLE_CLOSE, Refusal, problem
from .schemas import fault

ROOT = "/api/v1/"
# Words of addresses that would decide something; there are none of them.
DECISIONS = (
    "accept", "approve", "close", "delete", "drop", "merge", "reopen", "resolve", "retire",
    "revoke", "status", "verif", "withdraw",
)  # fmt: skip

api = NinjaAPI(
    title="Dealix gates",
    version="1",
    description=f"Read a launch board, and bring proof to it. {PEOPLE_CLOSE}",
    auth=TokenAuth(),
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)
api.add_router("", reading.router)
api.add_router("", posting.router)


@api.exception_handler(Refusal)
def _refusal(_request: HttpRequest, error: Refusal) -> HttpResponse:
    return problem(error.status, error.detail, error.headers)


@api.exception_handler(AuthenticationError)
def _not_accepted(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    return problem(401, NOT_ACCEPTED, {"WWW-Authenticate": "Bearer"})


@api.exception_handler(Throttled)
def _too_many(request: HttpRequest, _error: Throttled) -> HttpResponse:
    seconds = request.api_wait  # type: ignore[attr-defined]
    message = f"This token has sent 60 posts within an hour; the next is taken in {seconds} s."
    return problem(429, message, {"Retry-After": str(seconds)})


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(422, fault(error.errors[0]))


@api.exception_handler(HttpError)
def _other(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, f"{error.message.rstrip('.')}.")


@api.exception_handler(Exception)
def _failed(_request: HttpRequest, error: Exception) -> HttpResponse:
    raise error  # dealix_gates/error_views.py answers, and the log has the traceback


@cache
def openapi() -> dict[str, Any]:
    """Return the OpenAPI document."""
    schema: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=ROOT))
    for operations in schema["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            for status in list(answers):
                if int(status) >= 400 and "content" in answers[status]:
                    (content,) = answers[status]["content"].values()
                    answers[status]["content"] = {CONTENT_TYPE: content}
    return schema


@api.get("/openapi.json", include_in_schema=False)
def openapi_json(request: HttpRequest) -> Any:
    """Return the OpenAPI document of these addresses."""
    return json_answer(openapi())


def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Return 404; where a decision is meant, with the reason why there is no such address."""
    last = rest.strip("/").rpartition("/")[2].lower()
    if last.startswith(DECISIONS):
        return problem(404, f"There is no such address: {PEOPLE_CLOSE.lower()}")
    return problem(404, "There is no such address.")


def _api_view(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate a view: English, no log-in, no form token; HEAD as GET; 405 as a problem."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = request.method
        request.method = "GET" if method == "HEAD" else method
        try:
            with translation.override("en"):
                response = view(request, *args, **kwargs)
        finally:
            request.method = method
        if response.status_code == 405:
            allowed = {"Allow": response.headers["Allow"]}
            return problem(405, f"{method} is not possible here: {PEOPLE_CLOSE.lower()}", allowed)
        if response.status_code >= 200 and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response

    wrapper.csrf_exempt = True  # type: ignore[attr-defined]
    wrapper.login_required = False  # type: ignore[attr-defined]
    return wrapper


def _patterns() -> list[URLPattern]:
    found = []
    for pattern in api.urls[0]:
        assert isinstance(pattern, URLPattern)  # noqa: S101  for the type checker
        if pattern.name != "api-root":
            pattern.callback = _api_view(pattern.callback)
            found.append(pattern)
    found.append(path("", _api_view(nothing_here), name="root"))
    found.append(re_path(r"^(?P<rest>.*)$", _api_view(nothing_here), name="nothing"))
    return found


app_name = "api"
urlpatterns = _patterns()
