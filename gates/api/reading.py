"""What a token reads: the board, one gate, one claim, and itself."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from ninja import Query, Router

from gates.board.etag import answer_conditionally, board_etag
from gates.board.queries import read_board, read_gate
from gates.board.rows import MAX_GATES_PER_PAGE
from gates.documents.export import FORMATS
from gates.documents.json_writer import gate_as_data

from . import schemas
from .answers import JSON, asker, claim_data, json_answer, token_data
from .lookup import claim_slug, find_launch, gate_code, moment
from .params import only
from .problem import Refusal

router = Router()
AS_OF = Query("", max_length=40, description="An ISO 8601 date or time: the board as it was then.")
REFUSED = dict.fromkeys((400, 401, 404, 422), schemas.Problem)


def _kept(request: HttpRequest, make: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Return the answer with its ETag, or 304."""
    return answer_conditionally(request, board_etag(request, asker(request).prefix), make)


@router.get("/me", response={200: schemas.Me, 400: schemas.Problem, 401: schemas.Problem})
def me(request: HttpRequest) -> Any:
    """Return what this token may do, until when, and who is responsible for it."""
    only(request)
    return _kept(request, lambda: json_answer(token_data(asker(request))))


@router.get("/launches/{slug}/board", response={200: schemas.Board, **REFUSED})
def board(request: HttpRequest, slug: str, as_of: str = AS_OF) -> Any:
    """Return the whole board of a launch, as `/board.json` has it."""
    only(request, "as_of")

    def make() -> HttpResponseBase:
        now = timezone.now()
        then = moment(as_of, now)
        found = read_board(find_launch(slug, then), now, then)
        pieces = FORMATS["json"].pieces(found)
        if len(found.visible_gates()) > MAX_GATES_PER_PAGE:
            return StreamingHttpResponse(pieces, content_type=JSON)
        return HttpResponse(pieces, content_type=JSON)

    return _kept(request, make)


@router.get("/launches/{slug}/gates/{code}", response={200: schemas.GateOut, **REFUSED})
def gate(request: HttpRequest, slug: str, code: str, as_of: str = AS_OF) -> Any:
    """Return one gate with its evidence, blockers and checks."""
    only(request, "as_of")

    def make() -> HttpResponseBase:
        now = timezone.now()
        then = moment(as_of, now)
        launch = find_launch(slug, then)
        row = read_gate(launch, code, now, then) if code.isalnum() else None
        row = row or read_gate(launch, gate_code(launch, code, then), now, then)
        if row is None:
            raise Refusal(404, "There is no gate of this code in the launch.")
        return json_answer(gate_as_data(row))

    return _kept(request, make)


@router.get("/launches/{slug}/claims/{name}", response={200: schemas.ClaimWithRule, **REFUSED})
def claim(request: HttpRequest, slug: str, name: str, as_of: str = AS_OF) -> Any:
    """Return whether a claim may be made, with every reason against it."""
    only(request, "as_of")

    def make() -> HttpResponseBase:
        now = timezone.now()
        then = moment(as_of, now)
        launch = find_launch(slug, then)
        claims = {row.slug: row for row in read_board(launch, now, then).claims}
        row = claims.get(name) or claims.get(claim_slug(launch, name, then))
        if row is None:
            raise Refusal(404, "There is no claim of this name in the launch.")
        return json_answer(claim_data(row))

    return _kept(request, make)
