"""Accounts that nobody has proven: the checkout logs in whoever typed an unused e-mail."""

from __future__ import annotations

from django.db import transaction

from storefront.core import states
from storefront.users import services, staffing
from storefront.users.models import User


@transaction.atomic
def shut_out(user: User) -> None:
    """End all sessions of an account that is not proven, before staff give it something: they mean the person who
    reads the e-mails, who may be another than the one who typed the address."""
    locked = states.lock(User(pk=user.pk))
    if not services.is_proven(locked):
        staffing.end_sessions(locked)
