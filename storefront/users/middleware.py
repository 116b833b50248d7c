"""Access to the back office."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from storefront.core import error_pages
from storefront.users.models import User
from storefront.users.roles import ENTER

#: It only redirects to the one log-in (``closed_logins``).
LOGIN_PATH = f"{settings.WAGTAIL_PATH}login/"


class StaffMFAMiddleware:
    """Admits to the back office only its staff, and only after a log-in with a second factor.

    Being enrolled is not enough: the second factor must have been used in this session (settings.STAFF_MFA_REQUIRED).
    A logged-in user without the right gets 403 instead of a log-in form that would redirect in a circle.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._refusal(request) or self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        if not request.path_info.startswith(settings.WAGTAIL_PATH) or request.path_info == LOGIN_PATH:
            return None
        user = request.user
        if not isinstance(user, User):
            return self._to("account_login", request)
        if not user.has_perm(ENTER):
            return error_pages.forbidden(request)
        if not settings.STAFF_MFA_REQUIRED or _used_second_factor(request):
            return None
        if is_mfa_enabled(user):
            has_codes = is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES])
            return self._to("mfa_reauthenticate" if has_codes else "mfa_reauthenticate_webauthn", request)
        messages.warning(request, _("Protect your log-in with a second factor to enter the back office."))
        return redirect("mfa_activate_totp")

    @staticmethod
    def _to(name: str, request: HttpRequest) -> HttpResponse:
        if is_by_script(request):
            # A redirect would be followed, and the log-in page be poured into the one that is being edited.
            return HttpResponse(_("Your session has ended."), status=401, content_type="text/plain; charset=utf-8")
        target = request.get_full_path() if request.method == "GET" else request.path
        return redirect(f"{reverse(name)}?{urlencode({'next': target})}")


def is_by_script(request: HttpRequest) -> bool:
    """Whether a script asks, and not a person who opens a page: https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header"""
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    return mode != "navigate" or request.headers.get("X-Requested-With") == "XMLHttpRequest"


def _used_second_factor(request: HttpRequest) -> bool:
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))
