"""The page that merges two owners who are one person."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gates.models import Owner, StaleObjectError
from gates.models.owner_merge import merge_owners, references, was_merged
from gates.views.params import request_account
from gates.views.people_forms import ChooseOwnersForm, MergeForm


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required(("gates.change_owner", "gates.delete_owner"), raise_exception=True)
def merge(request: HttpRequest) -> HttpResponse:
    """Ask which two, show what would move, and on POST merge them."""
    if request.method == "POST":
        return _merge(request, request_account(request))
    if "into" not in request.GET:
        form = ChooseOwnersForm(initial=request.GET.dict())
        return render(request, "gates/merge.html", {"choose": form})
    chosen = ChooseOwnersForm(request.GET)
    if not chosen.is_valid():
        return render(request, "gates/merge.html", {"choose": chosen})
    return _show(request, chosen.cleaned_data["gone"], chosen.cleaned_data["into"])


def _merge(request: HttpRequest, by: User) -> HttpResponse:
    form = MergeForm(request.POST)
    if not form.is_valid():
        gone, into = form.cleaned_data.get("gone"), form.cleaned_data.get("into")
        if gone and into:
            return _show(request, gone, into, form)
        pk = request.POST.get("gone", "")
        if pk.isdecimal() and was_merged(int(pk)):  # the same form sent twice
            messages.success(request, gettext("The two are one owner already."))
            return redirect("people")
        return render(request, "gates/merge.html", {"choose": ChooseOwnersForm(request.POST)})
    values = form.cleaned_data
    gone, into = values["gone"], values["into"]
    try:
        moved = merge_owners(
            gone,
            into,
            versions=(values["gone_version"], values["into_version"]),
            by=by,
            reason=values["reason"],
        )
    except ValidationError as error:
        form.add_error(None, error.messages)
    except (StaleObjectError, Owner.DoesNotExist):
        form.add_error(
            None, gettext("Something changed since you opened the page. Nothing moved; look again.")
        )
    else:
        words = ngettext(
            "Merged: %(number)s thing moved to %(name)s.",
            "Merged: %(number)s things moved to %(name)s.",
            moved,
        )
        messages.success(request, words % {"number": moved, "name": into.name})
        return redirect("people")
    present = Owner.objects.in_bulk([gone.pk, into.pk])
    if len(present) < 2:
        messages.error(request, gettext("One of the two is no longer there. Nothing moved."))
        return redirect("people")
    return _show(request, present[gone.pk], present[into.pk], form)


def _show(
    request: HttpRequest, gone: Owner, into: Owner, form: MergeForm | None = None
) -> HttpResponse:
    """Show what would move, with the versions of this moment."""
    data = {
        "gone": gone.pk,
        "into": into.pk,
        "gone_version": gone.version,
        "into_version": into.version,
    }
    if form is None:
        form = MergeForm(initial=data)
    else:
        form.data = {**{name: form.data.get(name) for name in form.data}, **data}
    counts = [
        (model._meta.verbose_name_plural, number)
        for model, _field, rows in references(gone)
        if (number := rows.count())
    ]
    context = {"gone": gone, "into": into, "counts": counts, "form": form}
    return render(request, "gates/merge.html", context)
