"""What the back office itself keeps of the demo's customers (settings.DEMO_PARTS)."""

from __future__ import annotations

from storefront.backoffice.models import StaffNote
from storefront.users.models import User

_NOTES = (
    "Prefers to be called in the morning, Berlin time.",
    "Their integrator is Globex; questions about the portal go there first.",
)


def load(author: User, customer: User) -> None:
    """Notes of staff about a customer, once."""
    if not StaffNote.objects.filter(customer=customer).exists():
        StaffNote.objects.bulk_create(StaffNote(customer=customer, author=author, text=text) for text in _NOTES)
