"""Tokens of the links that set a password."""

from __future__ import annotations

from datetime import datetime

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator

from storefront.users.models import User


class PasswordTokens(EmailAwarePasswordResetTokenGenerator):
    """Good once and for settings.PASSWORD_RESET_TIMEOUT seconds.

    A token dies with a change of the password or of the e-mail addresses. Unlike Django's it does not die with a
    log-in: a buyer is signed in at the checkout, and his link, which may be made before or after that, must work.
    """

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        last_login: datetime | None = user.last_login
        user.last_login = None
        try:
            return str(super()._make_hash_value(user, timestamp))
        finally:
            user.last_login = last_login
