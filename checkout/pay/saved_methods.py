"""Saved methods on the pay page: offered to their owner alone, and the box that saves what they pay with."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from checkout import unpaid as visitors_orders
from checkout.pay.renewal_boxes import RENEW
from storefront.billing import gateway_registry, links
from storefront.billing.models import Drawing, Invoice, PaymentAttempt, SavedMethod
from storefront.billing.saved_methods import queries, texts
from storefront.billing.saved_methods.mandates import SaveWish, Terms
from storefront.billing.services.open_methods import OpenMethod
from storefront.core import visitor
from storefront.gateways.payments.base import Feature

#: The box that saves what the buyer pays with.
SAVE = "save_method"
_PREFIX = "saved:"


def is_saved(name: str) -> bool:
    """Whether a choice of the pay page is a saved method."""
    return name.startswith(_PREFIX)


def shown(request: HttpRequest, invoice: Invoice, open_methods: Sequence[OpenMethod]) -> list[OpenMethod]:
    """The customer's own saved methods that may pay the invoice, the default one first. For a visitor no query."""
    if invoice.sold_by or not visitors_orders.is_customer(request, invoice):
        return []
    away = {each.name: each.is_away for each in open_methods if not each.is_by_hand}
    return [
        OpenMethod(
            name=f"{_PREFIX}{method.public_id}",
            title=method.label,
            help_text=_("Saved. You confirm the payment on the next page."),
            marks=(),
            drawing=Drawing.CARD if method.last4 else Drawing.WALLET,
            is_away=away[method.gateway],
            is_by_hand=True,
        )
        for method in queries.offered(invoice.customer, invoice.currency)
        if method.gateway in away
    ]


def savable(request: HttpRequest, invoice: Invoice, open_methods: Sequence[OpenMethod]) -> list[str]:
    """The titles of the open methods that can be saved; none unless the customer themselves pays."""
    if invoice.sold_by or not visitors_orders.is_customer(request, invoice):
        return []
    return [each.title for each in open_methods if not each.is_by_hand and can_save(each.name)]


def chosen(request: HttpRequest, invoice: Invoice, name: str) -> SavedMethod | None:
    """The saved method that a choice names, if it is the customer's and they look."""
    if not is_saved(name) or not visitors_orders.is_customer(request, invoice):
        return None
    return queries.own(invoice.customer, name.removeprefix(_PREFIX))


def wish(request: HttpRequest, invoice: Invoice, gateway_name: str, renewals: Sequence[Terms]) -> SaveWish | None:
    """What the customer agrees to by the boxes of this request; None where nothing is to be saved, or cannot be.

    ``renewals``: what they agreed to about licenses that renew by themselves.
    """
    is_asked = SAVE in request.POST and visitors_orders.is_customer(request, invoice)
    if not (is_asked or renewals) or invoice.sold_by or not can_save(gateway_name):
        return None
    kept = [texts.keep_terms(ip_address=visitor.client_address(request))] if is_asked else []
    saving = PaymentAttempt.Saving.UNATTENDED if renewals else PaymentAttempt.Saving.ATTENDED
    return SaveWish(saving=saving, terms=[*kept, *renewals])


def can_save(gateway_name: str) -> bool:
    """Whether what is paid with by a method can be saved."""
    known = gateway_name in gateway_registry.names()
    return known and Feature.SAVED_METHOD in gateway_registry.features(gateway_name)


def confirm_path(invoice: Invoice, method: SavedMethod, renewals: Sequence[str]) -> str:
    """The page on which a payment by a saved method is confirmed; ``renewals``: the boxes that were ticked."""
    path = reverse("pay-saved", kwargs={"token": links.pay_token(invoice)})
    return f"{path}?{urlencode({'method': method.public_id, RENEW: list(renewals)}, doseq=True)}"
