"""Tokens of the links that set a password."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing

from storefront.users.models import User


class PasswordTokens:
    """Good once, for settings.PASSWORD_RESET_TIMEOUT seconds.

    A token dies with a change of the password or of the account's e-mail addresses, and does not work while the account
    is closed. Unlike Django's it survives a log-in: the checkout logs buyers in, and a link mailed before that must
    still work. allauth calls both methods (settings.ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR).
    """

    def make_token(self, user: User) -> str:
        return _signer(user).sign(str(user.pk))

    def check_token(self, user: User, token: str) -> bool:
        try:
            signed = _signer(user).unsign(token, max_age=settings.PASSWORD_RESET_TIMEOUT)
        except signing.BadSignature:
            return False
        return user.is_active and signed == str(user.pk)


def _signer(user: User) -> signing.TimestampSigner:
    """Its key depends on what a token must not outlive."""
    emails = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    return signing.TimestampSigner(salt="\n".join(["storefront.users.tokens", user.password, *sorted(emails)]))
