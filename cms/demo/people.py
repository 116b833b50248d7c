"""People of the demo and the one password they share."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from cms.permissions import MARKETERS, ensure_role
from storefront.users import roles
from storefront.users.models import User

PASSWORD = "demo-password-2026"  # noqa: S105  (printed by the demo; of no value elsewhere)
STAFF, MARKETER, CUSTOMER = "staff@northbridge.example", "marketer@northbridge.example", "customer@northbridge.example"
#: One person per role; staff@ is the owner.
ROLES = {
    STAFF: (roles.OWNER, "Sam Staff"),
    MARKETER: (MARKETERS, "Mara Marketer"),
    "accounting@northbridge.example": (roles.ACCOUNTING, "Amir Accounting"),
    "support@northbridge.example": (roles.SUPPORT, "Sofia Support"),
    "sales@northbridge.example": (roles.SALES, "Sean Sales"),
    "auditor@northbridge.example": (roles.READ_ONLY, "Ada Auditor"),
}


def are_loaded() -> bool:
    return User.objects.filter(email=CUSTOMER).exists()


def load() -> None:
    """A member of staff for each role, and a customer."""
    password = make_password(PASSWORD)  # made once: it takes longer than all the rest here
    for email, (role, name) in ROLES.items():
        person = _person(email, password, name=name)
        person.is_staff = True
        person.save(update_fields=["is_staff"])
        person.groups.add(ensure_role(role))
    _person(CUSTOMER, password, name="Casey Customer", company="Acme Trading Ltd", phone="+49 30 5550 0123")


def _person(email: str, password: str, **fields: Any) -> User:
    """``password``: hashed."""
    user = User.objects.create_user(email=email, **fields)
    user.password = password
    user.save(update_fields=["password"])
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
