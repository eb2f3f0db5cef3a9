"""One proposal of a token: a person looks at it, and accepts or drops it."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.shown_again import typed_before
from gates.models import Evidence, Proposal
from gates.models.text_fields import CleanedFormField
from gates.views.params import request_account


class DropForm(forms.Form):
    """Why a proposal is not used."""

    why = CleanedFormField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required("gates.add_evidence", raise_exception=True)
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a proposal; with `accept` record it as evidence, with `drop` say why it is not used."""
    proposals = Proposal.objects.select_related(
        "gate__section__launch", "token__responsible", "decision__by"
    )
    found = get_object_or_404(proposals, pk=pk)
    gate = redirect("launch-gate", found.gate.launch.slug, found.gate.code)
    form = DropForm(request.POST if "drop" in request.POST else None)
    refusals: list[str] = []
    if request.method == "POST":
        user = request_account(request)
        try:
            if "accept" in request.POST:
                done = found.accept(user) is not None
                text = gettext("Accepted: it is evidence now, recorded with your name.")
            elif form.is_valid():
                done = found.drop(user, form.cleaned_data["why"])
                text = gettext("Dropped. The proposal stays on record with your reason.")
            else:
                return _page(request, found, form, refusals)
        except ValidationError as error:
            if "drop" in request.POST:
                form.add_error("why", error.messages)
            else:
                refusals = error.messages
            return _page(request, found, form, refusals)
        if done:
            messages.success(request, text)
        else:
            messages.info(request, gettext("This was decided already; nothing has changed."))
        return gate
    if (typed := typed_before(request)) is not None:
        form = DropForm(initial={"why": typed.get("why", "")})
    return _page(request, found, form, refusals)


def _page(
    request: HttpRequest, found: Proposal, form: forms.Form, refusals: list[str]
) -> HttpResponse:
    context = {
        "proposal": found,
        "kind": Evidence.Kind(found.kind).label,
        "decision": getattr(found, "decision", None),
        "form": form,
        "refusals": refusals,
    }
    return render(request, "gates/proposal.html", context)
