"""allauth's hooks."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by a first order, so the sign-up form stays closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
