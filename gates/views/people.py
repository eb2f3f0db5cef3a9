"""The pages on people, for founders: who has an account, adding a person, links, access."""

from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import invitation
from accounts.access_link import VALID_HOURS
from accounts.confirmation import confirmed
from accounts.held_forms import take_form
from gates.board.responsibilities import responsibilities
from gates.models import Owner
from gates.models.person import Role, add_person, remove_access, renew_link
from gates.roles import is_last_founder
from gates.views.params import request_account
from gates.views.people_forms import AddPersonForm

# What the pages change: accounts, and the owners with them.
RIGHTS = ("auth.add_user", "auth.change_user", "gates.add_owner", "gates.change_owner")
# For so long the same form sent again is taken for the same person, and makes a new link.
SENT_AGAIN = timedelta(minutes=10)

for_founders = permission_required(RIGHTS, raise_exception=True)


@require_safe
@never_cache
@for_founders
def people(request: HttpRequest) -> HttpResponse:
    """List accounts with their owners, roles and links, and the owners without an account."""
    users = User.objects.select_related("owner", "access_link", "preference")
    accounts = list(users.prefetch_related("groups").order_by("-is_active", "username"))
    factors = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    context = {
        "accounts": accounts,
        "with_factor": set(factors.values_list("user_id", flat=True)),
        "owners": Owner.objects.filter(user=None),
        "roles": dict(Role.choices),
        "languages": dict(settings.LANGUAGES),
        "can_touch_superusers": request.user.is_superuser,
    }
    return render(request, "gates/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_founders
@confirmed
def add(request: HttpRequest) -> HttpResponse:
    """Add a person, and show the one-time link, which is shown nowhere else."""
    if request.method != "POST":
        typed = take_form(request)
        initial = typed.dict() if typed is not None else _initial(request)
        return _show_form(request, AddPersonForm(initial=initial))
    form = AddPersonForm(request.POST)
    if (again := _sent_again(request)) is not None:
        return _show_link(request, again, renew_link(again, by=request_account(request)))
    if not form.is_valid():
        return _show_form(request, form)
    values = form.cleaned_data
    try:
        user, key = add_person(
            values["name"],
            username=values["username"],
            role=Role(values["role"]),
            language=values["language"],
            email=values.get("email", ""),
            owner=form.owner,
            by=request_account(request),
        )
    except IntegrityError:
        form.add_error(None, gettext("Somebody else added this person at the same moment."))
        return _show_form(request, form)
    return _show_link(request, user, key, is_new=True)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_founders
@confirmed
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then make a new one-time link: for a lost one, a forgotten password, a return."""
    user = _account(request, pk)
    if request.method == "POST":
        return _show_link(request, user, renew_link(user, by=request_account(request)))
    context = {"person": user, "can_mail": settings.MAIL_IS_SET_UP and user.email}
    return render(request, "gates/person_link.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_founders
@confirmed
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the person still owns; on POST switch the account off."""
    user = _account(request, pk)
    if request.method == "POST":
        with transaction.atomic():
            last = is_last_founder([user])
            removed = not last and remove_access(user, by=request_account(request))
        if last:
            messages.error(request, gettext("The last founder cannot be switched off."))
        else:
            text = (
                gettext("%s has no access any more.")
                if removed
                else gettext("%s had no access already.")
            )
            messages.success(request, text % user)
        return redirect("people")
    owner = Owner.objects.filter(user=user).first()
    context = {
        "person": user,
        "owner": owner,
        "owned": responsibilities(user, owner),
        "is_last_founder": is_last_founder([user]),
    }
    return render(request, "gates/person_remove.html", context)


def _account(request: HttpRequest, pk: int) -> User:
    """Return another's account, which this person may change.

    Raises:
        Http404: there is none.
        PermissionDenied: it is their own, or a superuser's and they are none.
    """
    user = get_object_or_404(User, pk=pk)
    if user.pk == request.user.pk or (user.is_superuser and not request.user.is_superuser):
        raise PermissionDenied
    return user


def _initial(request: HttpRequest) -> dict[str, Any]:
    """Return what the form starts with: an owner without an account, where one is named."""
    pk = request.GET.get("owner", "")
    owner = Owner.objects.filter(pk=pk, user=None).first() if pk.isdecimal() else None
    return {} if owner is None else {"name": owner.name, "same_person": True}


def _sent_again(request: HttpRequest) -> User | None:
    """Return the account that this very form has made a moment ago, and that nobody has used."""
    made = User.objects.filter(
        first_name=request.POST.get("name", "").strip(),
        groups__name=request.POST.get("role", ""),
        last_login=None,
        access_link__made_by=request_account(request).get_username(),
        access_link__made_at__gt=timezone.now() - SENT_AGAIN,
    )
    return made.first()


def _show_form(request: HttpRequest, form: AddPersonForm) -> HttpResponse:
    return render(request, "gates/person_add.html", {"form": form})


def _show_link(request: HttpRequest, user: User, key: str, *, is_new: bool = False) -> HttpResponse:
    language = user.preference.language if hasattr(user, "preference") else ""
    address = invitation.link_address(request, key)
    text = invitation.message(user, address, language)
    mailed = None
    if "mail" in request.POST and settings.MAIL_IS_SET_UP and user.email:
        mailed = invitation.send_by_mail(user, text, language)
    context = {
        "person": user,
        "is_new": is_new,
        "address": address,
        "text": text,
        "whatsapp": invitation.whatsapp_address(text),
        "mailed": mailed,
        "hours": VALID_HOURS,
        "language": language,
    }
    return render(request, "gates/person_link_made.html", context)
