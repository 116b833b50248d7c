"""Auto payment of a customer: it is turned off; what was charged is part of the records of money."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from storefront.billing.auto_top_ups import switching
from storefront.billing.models import AutoTopUp, AutoTopUpCharge
from storefront.core.personal_data import Person, Table, of, overwrite

_RECORD = _("What was charged by itself, and what you had set, is part of the records of money.")


def turn_off(person: Person) -> None:
    """Nothing is charged any more."""
    for top_up in AutoTopUp.objects.filter(customer=person.pk, is_on=True):
        switching.turn_off(top_up, by=AutoTopUp.EndedBy.CUSTOMER)


TABLES = (
    Table(
        model=AutoTopUp, rows=of("customer"), file="payment-methods", kept=_RECORD, erase=overwrite(payer={}),
        hidden=("public_id", "looked_for"),
    ),
    Table(
        model=AutoTopUpCharge, rows=of("auto_top_up__customer"), file="payment-methods", kept=_RECORD,
        hidden=("public_id", "next_at"),
    ),
)  # fmt: skip
NOT_PERSONAL = {"billing.AutoTopUp_included": "which invoices were chosen; both sides are listed"}
