"""Log-in pages that allauth does not bring."""

from __future__ import annotations

from allauth.account.views import EmailView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from storefront.core import clock
from storefront.users import access
from storefront.users.models import User


@login_required
@require_http_methods(["GET", "POST"])
def set_password(request: HttpRequest) -> HttpResponse:
    """For a customer without a password: mail him the link that sets it.

    A first order signs its buyer in without any proof that the address is his, so a password may only come by
    a link sent to that address. At most one mail in five minutes.
    """
    user = request.user
    if not isinstance(user, User) or user.has_usable_password():
        return redirect("account_change_password")
    if request.method == "POST":
        access.request_first_password(user=user, at=clock.now())
        messages.success(request, _("We have sent a link to %(email)s.") % {"email": user.email})
        return redirect("account_set_password")
    return render(request, "account/password_set.html")


@method_decorator(login_required, name="dispatch")
class ChangeEmail(EmailView):
    """Change of the e-mail address: only by somebody who could prove the present one."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and not user.has_usable_password():
            return redirect("account_set_password")
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response
