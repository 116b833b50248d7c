"""Receivers of log-in signals."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, password_reset
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from storefront.notifications import addresses
from storefront.users import sessions
from storefront.users.models import User


@receiver(user_logged_in)
def session_has_begun(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Django's signal, because the checkout logs in without allauth."""
    sessions.begun(request, user)


@receiver(password_reset)
def link_proves_address(sender: type, user: User, **kwargs: Any) -> None:
    """The user of the link reads the mails of the address it was sent to."""
    addresses.cleared(user.email)
    EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=False).update(verified=True)


@receiver(email_confirmed)
def confirmed_address_works(sender: type, email_address: EmailAddress, **kwargs: Any) -> None:
    """Forget earlier bounces of the confirmed address."""
    addresses.cleared(email_address.email)


@receiver(authenticator_added)
def enrolling_code_is_used(sender: type, request: HttpRequest, authenticator: Authenticator, **kwargs: Any) -> None:
    """The code that enrolled an app counts as used, so that nobody who saw it can log in with it."""
    if authenticator.type == Authenticator.Type.TOTP:
        authenticator.wrap().validate_code(request.POST.get("code", ""))
