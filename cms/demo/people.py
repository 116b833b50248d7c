"""People of the demo and the one password they share."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress

from cms.permissions import ensure_marketers
from storefront.users.models import User

PASSWORD = "demo-password-2026"  # noqa: S105  (printed by the demo; of no value elsewhere)
STAFF, MARKETER, CUSTOMER = "staff@northbridge.example", "marketer@northbridge.example", "customer@northbridge.example"


def are_loaded() -> bool:
    return User.objects.filter(email=CUSTOMER).exists()


def load() -> None:
    """A member of staff with all rights, a marketer, a customer."""
    staff = _person(STAFF, name="Sam Staff")
    staff.is_staff = staff.is_superuser = True
    staff.save()
    _person(MARKETER, name="Mara Marketer").groups.add(ensure_marketers())
    _person(CUSTOMER, name="Casey Customer", company="Acme Trading Ltd", phone="+49 30 5550 0123")


def _person(email: str, **fields: Any) -> User:
    user = User.objects.create_user(email=email, password=PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
