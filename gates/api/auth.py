"""Who asks: the token of a request. Cookies open nothing here, and a token opens nothing else."""

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from accounts import security_log
from gates.models import Token
from gates.models.token import PREFIX_LENGTH, PREFIX_MARK, find_token

MOST_POSTS, WINDOW = 60, 3600  # posts of a token in so many seconds
NOT_ACCEPTED = (
    "This token is not accepted: it is missing, wrong, ended or revoked,"
    " or its person's account is switched off."
)


class TokenAuth(HttpBearer):
    """Accepts `Authorization: Bearer dgx_…`; `request.auth` is then the `Token`."""

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        today = timezone.localdate()
        found = find_token(token.strip(), today)
        if found is None:
            prefix = token.strip().removeprefix(PREFIX_MARK)[:PREFIX_LENGTH]
            security_log.log_event("token_refused", token=prefix)
            return None
        found.mark_used(today)
        return found


class HourlyPosts(BaseThrottle):
    """At most 60 posts of a token in any hour, refused ones too, on all servers together.

    Each post takes one of 60 places in the cache's table, which is free again an hour later. To
    take one is atomic, so that of many posts at once none is missed.
    """

    def allow_request(self, request: HttpRequest) -> bool:
        token: Token = request.auth  # type: ignore[attr-defined]
        now = timezone.now().timestamp()
        places = [f"api-post:{token.pk}:{number}" for number in range(MOST_POSTS)]
        taken = cache.get_many(places)
        free = (place for place in places if place not in taken)
        if any(cache.add(place, now, WINDOW) for place in free):
            return True
        oldest = min(cache.get_many(places).values(), default=now)
        seconds = max(1, int(oldest + WINDOW - now) + 1)
        request.api_wait = seconds  # type: ignore[attr-defined]
        return False
