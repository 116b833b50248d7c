"""Where a buyer goes on once they have chosen how to pay."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest

from checkout import unpaid as visitors_orders
from checkout.pay import choosing, renewal_boxes, saved_methods
from checkout.pay.renewal_boxes import NotKept
from storefront.billing import links, methods_by_hand
from storefront.billing.models import Invoice
from storefront.billing.personal_account import paying
from storefront.billing.services import starting


def begin(request: HttpRequest, invoice: Invoice, method: str, *, total: Decimal) -> str:
    """The address where the buyer pays now: the provider's page, the page that confirms a saved method, the pay page
    with instructions, or the result of paying from the account. Raises as ``starting`` does, NotKept, OfferChanged."""
    boxes = renewal_boxes.ticked(request.POST)
    if method == paying.NAME:
        renewal_boxes.prepare(request, invoice, boxes, pays_from="account")
        paying.pay(invoice=invoice)
        return links.result_path(invoice)
    if saved := saved_methods.chosen(request, invoice, method):
        _reserve(request, invoice, saved.gateway)
        return saved_methods.confirm_path(invoice, saved, boxes)
    if boxes and not saved_methods.can_save(method):
        raise NotKept
    terms = renewal_boxes.prepare(request, invoice, boxes)
    is_placed_here = visitors_orders.was_placed_here(request, invoice)
    is_by_hand = method in methods_by_hand.names()
    if not is_by_hand:
        _reserve(request, invoice, method)
    else:
        paying.give_back(invoice=invoice, method=method)
    try:
        if is_by_hand:
            starting.choose_by_hand(invoice=invoice, name=method, total=total)
            return choosing.instructions_path(invoice, method)
        attempt = starting.start(
            invoice=invoice,
            gateway_name=method,
            instead_of=request.POST.get("instead", ""),
            total=total,
            wish=saved_methods.wish(request, invoice, method, terms),
        )
        return attempt.redirect_url
    finally:  # another invoice may have taken its place, even where no page was opened after that
        newer = Invoice.objects.filter(replaces=invoice).first() if is_placed_here else None
        if newer is not None:
            visitors_orders.note_placed(request, newer)


def _reserve(request: HttpRequest, invoice: Invoice, method: str) -> None:
    """What the customer pays from their account beside the charge by ``method``, as they have agreed on the page."""
    rest = choosing.agreed_rest(request, invoice)
    if rest is not None:
        paying.use_part(invoice=invoice, method=method, rest=rest)
    elif visitors_orders.is_customer(request, invoice):
        paying.give_back(invoice=invoice, method=method)
