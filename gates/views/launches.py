"""All launches, and the decisions about them: which is current, which are archived, new ones."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.shown_again import typed_before, without_errors
from gates.board.summaries import launch_summaries
from gates.models import Launch, TransitionRefused
from gates.views.etag import conditional_get
from gates.views.params import request_account

from .launch_forms import LaunchForm


@require_safe
@conditional_get
def launches(request: HttpRequest) -> HttpResponse:
    """List all launches with their counts and verdicts, archived ones apart."""
    summaries = launch_summaries(timezone.now())
    context = {
        "launches": [one for one in summaries if one.launch.archived_on is None],
        "archived": [one for one in summaries if one.launch.archived_on is not None],
    }
    return render(request, "gates/launches.html", context)


@require_POST
@permission_required("gates.change_launch", raise_exception=True)
def make_current(request: HttpRequest, slug: str) -> HttpResponse:
    """Let the first page show this launch."""
    done = gettext("The first page shows %(launch)s now.")
    return _decide(request, slug, lambda launch: launch.make_current(), done)


@require_POST
@permission_required("gates.change_launch", raise_exception=True)
def archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Archive this launch, or take it back."""
    by = request_account(request)
    if "take_back" in request.POST:
        done = gettext("%(launch)s is taken back from the archive.")
        return _decide(request, slug, lambda launch: launch.take_back(by), done)
    done = gettext("%(launch)s is archived. Nothing in it changes any more.")
    return _decide(request, slug, lambda launch: launch.archive(by), done)


def _decide(
    request: HttpRequest, slug: str, step: Callable[[Launch], bool], done: str
) -> HttpResponse:
    """Take one step with a launch, and say what came of it. Taken before, it is a success too."""
    launch = get_object_or_404(Launch, slug=slug)
    try:
        step(launch)
    except TransitionRefused as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, done % {"launch": launch})
    return redirect("launches")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("gates.add_launch", raise_exception=True)
def new_launch(request: HttpRequest) -> HttpResponse:
    """Make a launch from nothing; then its sections are asked for."""
    return _start(request, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("gates.add_launch", raise_exception=True)
def next_launch(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the next launch from this one."""
    return _start(request, get_object_or_404(Launch, slug=slug))


def _start(request: HttpRequest, source: Launch | None) -> HttpResponse:
    page = "launch-sections" if source is None else "launch-board"
    by = request_account(request)
    typed = typed_before(request)
    form = LaunchForm(typed or request.POST or None)
    if typed:
        without_errors(form)
    if request.method == "POST":
        form = LaunchForm(request.POST)
        if form.is_valid():
            try:
                launch = form.start(by, source)
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, gettext("%(launch)s is there.") % {"launch": launch})
                return redirect(page, slug=launch.slug)
        elif same := form.sent_before(by):
            messages.success(request, gettext("%(launch)s is there.") % {"launch": same})
            return redirect(page, slug=same.slug)
    context = {"form": form, "source": source, "typed_in": "launch-form"}
    return render(request, "gates/launch_new.html", context)
