"""Log-in pages that allauth lacks or that differ from its own."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.views import ConfirmEmailView, EmailView
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from storefront.core import clock, throttle
from storefront.notifications import addresses
from storefront.users import password_links, sessions
from storefront.users.models import User


@login_required
@require_http_methods(["GET", "POST"])
def set_password(request: HttpRequest) -> HttpResponse:
    """For a customer without a password: mail them the link that sets one.

    A first order logs its buyer in without proof that the address is theirs, so a password can only be set by a link
    sent to that address. At most one mail in five minutes.
    """
    user = request.user
    if not isinstance(user, User) or user.has_usable_password():
        return redirect("account_change_password")
    if request.method == "POST":
        addresses.cleared(user.email)  # a requested mail is always tried
        password_links.request_first_password(user=user, at=clock.now())
        messages.success(request, _("We have sent a link to %(email)s.") % {"email": user.email})
        return redirect("account_set_password")
    return render(request, "account/password_set.html")


@login_required
@require_POST
def mail_again(request: HttpRequest) -> HttpResponse:
    """The customer says that their address works: send a mail there, and reminders again.

    If that mail bounces as well, they are told again.
    """
    user = cast(User, request.user)
    try:
        throttle.hit_key("mail-again", str(user.pk))
    except throttle.Throttled as exc:
        return throttle.too_many(request, exc.retry_after)
    password_links.try_address(user=user)
    messages.success(request, _("We have sent a mail to %(email)s.") % {"email": user.email})
    return redirect("account-home")


@method_decorator(login_required, name="dispatch")
class ChangeEmail(EmailView):
    """Change of the e-mail address: only for users with a password, who have confirmed the current one."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and not user.has_usable_password():
            return redirect("account_set_password")
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


@method_decorator(login_required, name="dispatch")
class ConfirmEmail(ConfirmEmailView):
    """The link mailed to a new address works only in a session of the account that requested the change.

    Another recipient (of a mistyped address) must not confirm it; a link of another account is answered with 404.
    """

    def get_object(self, queryset: Any = None) -> Any:
        confirmation = super().get_object(queryset)
        if confirmation.email_address.user_id != self.request.user.pk:
            raise Http404
        return confirmation


class Sessions(ListUserSessionsView):
    """The account's sessions: end one (field ``end``), all others, or all (``everywhere``)."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["rows"] = [
            {"session": each, "device": sessions.described(each.user_agent)} for each in reversed(context["sessions"])
        ]
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        if pk := self.request.POST.get("end", ""):
            own = UserSession.objects.filter(user_id=self.request.user.pk)
            for session in own.filter(pk=pk) if pk.isascii() and pk.isdigit() else ():
                session.end()
            messages.success(self.request, _("That session has ended."))
            return redirect("usersessions_list")
        response: HttpResponse = super().form_valid(form)
        if "everywhere" in self.request.POST:
            get_adapter().logout(self.request)
            return redirect("account_login")
        return response
