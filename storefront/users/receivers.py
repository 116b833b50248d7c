"""What follows from an event of the log-in."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import password_reset
from django.dispatch import receiver

from storefront.users.models import User


@receiver(password_reset)
def link_proves_address(sender: type, user: User, **kwargs: Any) -> None:
    """Who used the link reads the mail of the address it was sent to."""
    EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=False).update(verified=True)
