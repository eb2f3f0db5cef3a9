"""The tokens of one's own: list them, make one, end one. A token's text is shown once."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.confirmation import confirmation_step
from gates.models import Check, Token
from gates.models.revoke_form import RevokeForm
from gates.models.token import visible_tokens

from .params import request_account
from .token_form import TokenForm, revoked_message


@require_safe
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """List the tokens that the reader answers for, without their texts."""
    today = timezone.localdate()
    checks = Check.objects.select_related("gate__section__launch").order_by("pk")
    own = visible_tokens(request_account(request)).filter(responsible=request.user.pk)
    rows = [
        {"token": token, "ended": token.has_ended(today), "soon": token.ends_soon(today)}
        for token in own.prefetch_related(Prefetch("checks", checks))
    ]
    rows.sort(key=lambda row: bool(row["ended"]))
    context = {"rows": rows, "may_add": request.user.has_perms(MAKES)}
    return render(request, "gates/tokens.html", context)


MAKES = ("gates.add_token", "gates.change_gate")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required(MAKES, raise_exception=True)
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a token, and show its text in the answer: no other page has it, and no cookie."""
    if step := confirmation_step(request):
        return step
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        user = request_account(request)
        try:
            token, text = Token.issue(
                form.cleaned_data["name"],
                responsible=user,
                by=user,
                checks=form.cleaned_data["checks"],
                ends_on=form.last_day(),
            )
        except ValidationError as error:
            form.add_model_errors(error)
        else:
            return render(request, "gates/token_shown.html", {"token": token, "text": text})
    return render(request, "gates/token_new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def revoke_token(request: HttpRequest, prefix: str) -> HttpResponse:
    """End a token; ask whether its runs go on counting."""
    if step := confirmation_step(request):
        return step
    user = request_account(request)
    token = get_object_or_404(visible_tokens(user), prefix=prefix)
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        runs_count = form.cleaned_data["runs_count"]
        if token.revoke(user, runs_count=runs_count):
            messages.success(request, revoked_message(token.name, runs_count))
        else:
            messages.info(request, gettext("This token was revoked already; nothing has changed."))
        return redirect("tokens")
    return render(request, "gates/token_revoke.html", {"form": form, "token": token})
