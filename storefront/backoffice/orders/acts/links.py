"""The buttons of acts beside an order and its invoice."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from storefront.backoffice.pages import ActLink
from storefront.billing import queries
from storefront.billing.models import Invoice
from storefront.billing.transfers import accounts


def of_invoice(invoice: Invoice) -> list[ActLink]:
    """What can be done with an invoice and its order as they stand."""
    if not queries.asks_for_money(invoice):
        return []

    def to(route: str) -> str:
        return reverse(route, args=[invoice.number])

    is_by_transfer = accounts.for_invoice(invoice) is not None
    found = [
        ActLink(
            _("Confirm a bank transfer"), to("backoffice-transfer-confirm"), "transfers.book_banktransfer", "check"
        ),
        ActLink(_("Give the license for now"), to("backoffice-provisional"), "transfers.give_provisional", "time"),
    ]
    return [
        *(found if is_by_transfer else []),
        ActLink(_("Remind"), to("backoffice-invoice-remind"), "billing.postpone_invoice", "mail"),
        ActLink(_("Extend the due day"), to("backoffice-invoice-postpone"), "billing.postpone_invoice", "calendar-alt"),
        ActLink(_("Change the payer"), to("backoffice-invoice-payer"), "billing.change_payer", "user"),
        ActLink(_("Cancel the order"), to("backoffice-invoice-cancel"), "billing.cancel_invoice", "cross", True),
    ]
