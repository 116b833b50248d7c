"""The page behind the link of an invitation: choose a password, and come in."""

from __future__ import annotations

from allauth.account.forms import SetPasswordForm
from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from storefront.users import invitations
from storefront.users.models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form, then create the account and lead to the back office, which asks for a second factor first.

    410 if the link works no more, or the address has become a customer's meanwhile.
    """
    try:
        invitation = invitations.find(token)
        person = User(email=invitation.email, name=invitation.name)
        form = SetPasswordForm(data=request.POST if request.method == "POST" else None, user=person)
        if not form.is_valid():
            context = {"form": form, "invitation": invitation}
            return render(request, "account/invitation.html", context, status=422 if form.is_bound else 200)
        user = invitations.accept(token=token, password=form.cleaned_data["password1"])
    except invitations.InvitationError as error:
        context = {"is_taken": isinstance(error, invitations.HasAccount)}
        return render(request, "account/invitation_over.html", context, status=410)
    logout(request)  # of whoever was logged in on this device
    login(request, user, backend=BACKEND)
    return redirect(settings.WAGTAIL_PATH)
