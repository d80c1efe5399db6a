"""What the app knows about a person, for that person, and deleting the account."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ..account_deletion import StillNeededError, delete_account, obstacles_for
from ..own_data import own_data_file
from .access import signed_in
from .rate_limits import limited


@require_safe
@login_required
def account_data(request: HttpRequest) -> HttpResponse:
    """What one can do with one's data."""
    return render(request, "assessments/account_data.html")


@require_safe
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]  # the package brings no types
@limited("own_data", reads=True)
def account_data_file(request: HttpRequest) -> HttpResponse:
    """All of it as JSON, after the password or second factor."""
    now = timezone.now()
    name = f"selbstbewertung_meine-daten_{timezone.localdate(now):%Y-%m-%d}.json"
    response = HttpResponse(
        own_data_file(signed_in(request), now),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    add_never_cache_headers(response)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
def account_delete(request: HttpRequest) -> HttpResponse:
    """Say what will happen and what has to be settled before; then delete."""
    user = signed_in(request)
    if request.method != "POST":
        return render(request, "assessments/account_delete.html", {"obstacles": obstacles_for(user)})
    try:
        delete_account(user)
    except StillNeededError as error:
        return render(request, "assessments/account_delete.html", {"obstacles": error.obstacles}, status=409)
    logout(request)
    messages.success(request, _("Your account has been deleted. Thank you for working with us."))
    return redirect("start")
