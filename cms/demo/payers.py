"""Payers of the demo, as shop.toml lists them.

Buyer, payer and the one who holds the license may be three: the customer buys for a client, whose company pays by the
link, and whose administrator takes the license.
"""

from __future__ import annotations

from typing import Any

from cms.demo import people
from cms.demo.content import read
from storefront.billing.models import Invoice
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import payers, replacing
from storefront.billing.states import InvoiceStatus
from storefront.licensing.models import Handover
from storefront.licensing.services import handovers
from storefront.licensing.states import HandoverStatus
from storefront.users.models import User


def load() -> None:
    """Those of the customer: the first is the default."""
    customer = User.objects.get(email=people.CUSTOMER)
    for fields in _listed().values():
        if fields.get("owner") == "customer":
            payers.add(customer=customer, details=PayerDetails.from_json(fields))


def details_of(key: str) -> PayerDetails | None:
    """None for ""."""
    return named(key) if key else None


def named(key: str) -> PayerDetails:
    """The payer that shop.toml lists under this name."""
    return PayerDetails.from_json(_listed()[key])


def address_to(invoice: Invoice, key: str) -> Invoice:
    """Whoever has the link of an unpaid invoice names the payer: the invoice in its place, or the same for ""."""
    details = details_of(key)
    if details is None or invoice.status != InvoiceStatus.OPEN or invoice.payer["company"] == details.company:
        return invoice
    return replacing.change_payer(invoice=invoice, payer=details.to_json(), is_told=False)


def answer(invoice: Invoice, answer: str) -> None:
    """What was bought for somebody is taken by them, or refused (``refuse``)."""
    offers = Handover.objects.filter(license__periods__invoice_line__invoice=invoice, status=HandoverStatus.OPEN)
    for offer in offers.select_related("license", "holder").distinct():
        if answer == "refuse":
            handovers.refuse(offer=offer)
        else:
            handovers.accept(offer=offer)


def _listed() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read("shop")["payers"]
    return found
