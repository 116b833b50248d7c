"""Accounts that nobody has proven: the checkout logs in whoever typed an unused e-mail."""

from __future__ import annotations

from django.db import transaction

from storefront.users import corrections, services, staffing
from storefront.users.models import User


@transaction.atomic
def shut_out(user: User) -> None:
    """End all sessions of an account that is not proven, before staff give it something: they mean the person who
    reads the e-mails, who may be another than the one who typed the address."""
    locked = services.locked(user)
    if not corrections.is_proven(locked):
        staffing.end_sessions(locked)
