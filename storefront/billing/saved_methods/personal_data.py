"""Saved methods, mandates and auto payment of a customer: the methods go, what they agreed to is proof that is kept."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from storefront.billing.auto_top_ups import personal_data as auto_top_ups
from storefront.billing.models import Mandate, MethodSetup, SavedMethod
from storefront.billing.models.saved_methods import SHOWN
from storefront.billing.saved_methods import mandates, removing
from storefront.core.personal_data import Person, Table, of

_PROOF = _("Proof of what you agreed to, kept as long as a charge may be disputed and the law has the records kept.")
_CHARGED = _("Which card was charged is part of the records of money: its last digits are kept, nothing else.")


def remove_all(person: Person) -> None:
    """Nothing is charged any more; the worker has the providers forget them."""
    auto_top_ups.turn_off(person)
    for method in SavedMethod.objects.filter(customer=person.pk, status__in=SHOWN):
        removing.remove(method, by=mandates.CUSTOMER)


def _forget(rows: QuerySet[Any], person: Person) -> None:
    """The provider's ids stay until the worker has told it to forget them."""
    rows.update(email="", fingerprint="")


TABLES = (
    Table(
        model=SavedMethod, rows=of("customer"), file="payment-methods", kept=_CHARGED, erase=_forget,
        hidden=("public_id", "provider_customer", "method_reference", "initial_reference", "fingerprint"),
    ),
    Table(model=Mandate, rows=of("customer"), file="payment-methods", kept=_PROOF, hidden=("public_id",)),
    Table(
        model=MethodSetup, rows=of("customer"), kept=_CHARGED,
        left_out=_("When you opened a page to save a method; what you saved is in the copy."),
    ),
    *auto_top_ups.TABLES,
)  # fmt: skip
NOT_PERSONAL = auto_top_ups.NOT_PERSONAL
