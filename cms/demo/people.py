"""People of the demo and the one password they share."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from cms.permissions import ensure_marketers
from storefront.users.models import User

PASSWORD = "demo-password-2026"  # noqa: S105  (printed by the demo; of no value elsewhere)
STAFF, MARKETER, CUSTOMER = "staff@northbridge.example", "marketer@northbridge.example", "customer@northbridge.example"


def are_loaded() -> bool:
    return User.objects.filter(email=CUSTOMER).exists()


def load() -> None:
    """A member of staff with all rights, a marketer, a customer."""
    password = make_password(PASSWORD)  # made once: it takes longer than all the rest here
    staff = _person(STAFF, password, name="Sam Staff")
    staff.is_staff = staff.is_superuser = True
    staff.save()
    _person(MARKETER, password, name="Mara Marketer").groups.add(ensure_marketers())
    _person(CUSTOMER, password, name="Casey Customer", company="Acme Trading Ltd", phone="+49 30 5550 0123")


def _person(email: str, password: str, **fields: Any) -> User:
    """``password``: hashed."""
    user = User.objects.create_user(email=email, **fields)
    user.password = password
    user.save(update_fields=["password"])
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
