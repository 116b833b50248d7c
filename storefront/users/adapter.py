"""allauth's hooks: no sign-up, links that start with SITE_URL, mails through the outbox."""

from __future__ import annotations

import html
from math import ceil
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from storefront.core import references, throttle, visitor
from storefront.core.language import nearest_language
from storefront.notifications import mails
from storefront.users import login_limits, password_links, services
from storefront.users.models import User
from storefront.users.sessions import described


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are created by a first order, so the sign-up form is closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return visitor.client_address(request) or "0.0.0.0"  # noqa: S104  (no address is known; sessions want one)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt by ``login_limits`` instead of allauth's rule, which counts an account from anywhere."""
        try:
            login_limits.count(request, credentials.get("email", ""))
        except throttle.Throttled as exc:
            minutes = ceil(exc.retry_after / 60)
            text = ngettext(
                "Too many wrong passwords. Please wait a minute, or set a new one: "
                "the link that we send lets you in at once.",
                "Too many wrong passwords. Please wait %(minutes)s minutes, or set a new one: "
                "the link that we send lets you in at once.",
                minutes,
            )
            raise ValidationError(text % {"minutes": minutes}, "too_many_login_attempts") from None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user is not None:
            login_limits.forgive(request, credentials.get("email", ""))
        return user

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        response = cast(HttpResponse, super().post_login(request, user, **kwargs))
        login_limits.remember_device(request, response, user)
        return response

    def set_password(self, user: Any, password: str) -> None:
        """Refused if the account was closed since the link was opened, or its e-mail corrected: the link was mailed to
        somebody else then."""
        with transaction.atomic():
            locked = services.locked(user)
            if locked.email != user.email or not locked.is_active:
                raise PermissionDenied
            user.set_password(password)
            user.save(update_fields=["password"])

    def get_reset_password_from_key_url(self, key: str) -> str:
        # Never from the request's Host: a poisoned one would carry the link to somebody else's site.
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.SITE_URL + path.replace("UID-KEY", key)

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        password_links.request_confirmation(address=emailconfirmation.email_address)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Enqueue notices about the account (password changed, second factor added ...).

        Mails with links that open an account are sent by ``password_links`` instead.
        """
        user = context.get("user") or getattr(self.request, "user", None)
        language = getattr(user, "language", settings.LANGUAGE_CODE)
        with translation.override(nearest_language(language)):
            message = self.render_mail(template_prefix, email, {"email": email, **context})
        text = html.unescape(str(message.body))
        mails.enqueue(
            mails.AccountNotice(title=str(message.subject), paragraphs=mails.paragraphs(text)),
            to=email,
            language=language,
            key=f"account:{references.public_id()}",
        )

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Accept the new address, unless another account has taken it since the change was requested."""
        others = User.objects.filter(email__iexact=email_address.email).exclude(pk=email_address.user_id)
        if others.exists():
            text = _("%(email)s could not be confirmed.") % {"email": email_address.email}
            self.add_message(request, messages.ERROR, message=text)
            return False
        return bool(super().confirm_email(request, email_address))


class MFAAdapter(DefaultMFAAdapter):
    """Passkeys show the shop's name and are named after the device that stores them."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.SHOP_NAME}

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        return described(self.request.headers.get("User-Agent", "")) or _("Passkey")
