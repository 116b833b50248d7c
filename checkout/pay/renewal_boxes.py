"""The boxes of the pay page by which what is bought renews by itself; never ticked beforehand."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from checkout import unpaid as visitors_orders
from checkout.renewals import offers
from checkout.renewals.offers import Offer
from storefront.billing.errors import BillingError
from storefront.billing.models import Invoice, SavedMethod
from storefront.billing.saved_methods.mandates import Terms
from storefront.core import visitor

#: The name of the boxes. The value of each: the offer's key, a colon, and the hash of the text that was shown.
RENEW = "renew"


class NotKept(BillingError):
    """It is to renew by itself, but the chosen way to pay cannot be charged later."""

    message = _("What renews by itself needs a way to pay that can be kept. Choose another way, or take the tick away.")


def shown(request: HttpRequest, invoice: Invoice) -> list[Offer]:
    """The offers for the customer themselves; none for whoever else pays."""
    return offers.offers_of(invoice) if visitors_orders.is_customer(request, invoice) else []


def ticked(data: QueryDict) -> list[str]:
    """The boxes that were ticked, as their values."""
    return [value for value in data.getlist(RENEW) if ":" in value][:50]


def prepare(
    request: HttpRequest,
    invoice: Invoice,
    boxes: Sequence[str],
    *,
    pays_from: str = "method",
    method: SavedMethod | None = None,
) -> list[Terms]:
    """Before any payment of the customer's: what they chose to renew by itself begins with the payment, and what they
    had chosen before is dropped. Raises OfferChanged."""
    if not visitors_orders.is_customer(request, invoice):
        return []
    chosen = dict(box.split(":", 1) for box in boxes)
    ip_address = visitor.client_address(request)
    return offers.prepare(invoice, chosen, get_language() or "en", ip_address, pays_from=pays_from, method=method)
