"""The board as a document, for scripts, spreadsheets and people: /board.json, .csv and .md."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from gates.asked import board_asked_for, known, says_when
from gates.snapshot.write import FORMATS, Unavailable


@require_safe
@says_when
def board(request: HttpRequest, form: str, slug: str | None = None) -> HttpResponse:
    """The same board as the page's, now or with ?as_of= as it was then."""
    if form not in FORMATS:
        raise Http404
    content_type, write = FORMATS[form]
    try:
        text = write(known(board_asked_for(request, slug)))
    except Unavailable as error:
        return HttpResponse(str(error), status=501, content_type="text/plain; charset=utf-8")
    return HttpResponse(text, content_type=content_type)
