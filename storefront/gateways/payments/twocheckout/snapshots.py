"""An order at 2Checkout, read into the shop's words.

https://docs.2checkout.com/json-rpc-api-reference/json-rpc-api-6.0/api-responses/order-with-dynamic-products

Documented for orders are PENDING, AUTHRECEIVED, COMPLETE, REVERSED, REFUND, CANCELED, and that a check against fraud
approves or refuses them: https://verifone.cloud/docs/2checkout/API-Integration/01Start-using-the-2Checkout-API/\
2Checkout-API-general-information/Order_flow_in_2Checkout_API
Documented for notifications are PURCHASE_PENDING, PENDING_APPROVAL, PENDING_ORDER_APPROVAL, PAYMENT_AUTHORIZED and
PAYMENT_RECEIVED: https://verifone.cloud/docs/2checkout/API-Integration/Webhooks/\
06Instant_Payment_Notification_%2528IPN%2529/IPN-triggers
Assumed: that the API says these of orders, too; that SUSPECT is under way and INVALID over; that the check refuses by
FRAUD and INVALIDDATA, and that such an order is not paid later, unless it is COMPLETE or REVERSED; that
``PaymentDetails.Type`` of a transfer is WIRE. A status that is none of these leaves the outcome unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from storefront.gateways.errors import Unavailable
from storefront.gateways.json_body import word
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState
from storefront.gateways.payments.instructions import PaymentInstructions
from storefront.gateways.payments.twocheckout.api import Order
from storefront.gateways.payments.twocheckout.disputes import read as read_disputes
from storefront.gateways.payments.twocheckout.limits import rounded
from storefront.gateways.payments.twocheckout.links import Reference, reference
from storefront.gateways.payments.twocheckout.refunds import refunds_of, returned

#: Reserved or received, and not ours yet: it may still be reviewed or delivered.
_AUTHORISED = frozenset({"AUTHRECEIVED", "PAYMENT_AUTHORIZED", "PAYMENT_RECEIVED"})
_UNDER_WAY = frozenset({"PENDING", "PENDING_APPROVAL", "PENDING_ORDER_APPROVAL", "SUSPECT"})
_OVER = frozenset({"CANCELED", "INVALID"})
#: By the check against fraud (``ApproveStatus``).
_REFUSED = frozenset({"FRAUD", "INVALIDDATA"})
#: What counts first, where a link was used more than once: money, money on its way, a page still open.
_RANKS = (RemoteState.SUCCEEDED, RemoteState.PROCESSING, RemoteState.WAITING, RemoteState.OPEN)


@dataclass(frozen=True, slots=True)
class Terms:
    """How orders count. ``is_net``: 2Checkout sells, and what it adds as tax is not ours; ``is_early``: money counts
    when it is received and approved, before the order is complete."""

    is_net: bool = False
    is_early: bool = False


def unused(carried: Reference, *, now: datetime, is_live: bool) -> PaymentSnapshot:
    """A link through which no order was made."""
    return PaymentSnapshot(
        provider_reference=str(carried),
        our_reference=carried.ours,
        state=RemoteState.OPEN if now < carried.closes_at else RemoteState.EXPIRED,
        amount=carried.amount,
        currency=carried.currency,
        is_live=is_live,
    )


def snapshot(order: Order, terms: Terms, *, now: datetime, look: bool = False, alone: bool = False) -> PaymentSnapshot:
    """One order. ``look``: with its refunds and disputes also where it has none; ``alone``: named by its own number,
    not by its link's, through which another one was paid.

    Raises ``Unavailable`` for an order that cannot be read.
    """
    try:
        return _snapshot(order, terms, now, look, alone)
    except (KeyError, TypeError, ValueError, InvalidOperation) as exc:
        raise Unavailable(f"an order that cannot be read ({type(exc).__name__})", code="unreadable_answer") from exc


def _snapshot(order: Order, terms: Terms, now: datetime, look: bool, alone: bool) -> PaymentSnapshot:
    carried, number = reference(word(order["ExternalReference"])), word(order["RefNo"])
    currency = word(order["Currency"]).upper()
    gross = rounded(Decimal(str(order["GrossPrice"])), currency)
    amount = rounded(Decimal(str(order["NetPrice"])), currency) if terms.is_net else gross
    if order["GrossPrice"] and rounded(gross, currency) != Decimal(str(order["GrossPrice"])):
        raise ValueError("an amount with more places than its currency has")
    state = _state(order, terms, carried, now)
    is_paid = state is RemoteState.SUCCEEDED
    refunds = refunds_of(order, amount=amount, gross=gross, currency=currency) if is_paid else ()
    disputes = read_disputes(order, kept=amount - returned(refunds), currency=currency) if is_paid else ()
    return PaymentSnapshot(
        provider_reference=number if alone else str(carried),
        our_reference=carried.ours,
        state=state,
        amount=amount,
        currency=currency,
        is_live=_details(order).get("Type") != "TEST",
        charge_reference=number,
        failure_code=_status(order) if state in (RemoteState.OPEN, RemoteState.FAILED) else "",
        method_label=_label(order),
        amount_refunded=returned(refunds),
        refunds=refunds if refunds or look else None,
        disputes=disputes if disputes or look else None,
        instructions=_instructions(order) if state is RemoteState.WAITING else None,
    )


def _instructions(order: Order) -> PaymentInstructions:
    """2Checkout mails the details itself, and its API does not tell them."""
    kind = word(_details(order).get("Type")).lower()
    return PaymentInstructions(method="bank_transfer" if kind in ("wire", "", "test") else kind)


def chosen(found: Iterable[PaymentSnapshot]) -> list[PaymentSnapshot]:
    """The orders of one link, the one that counts first. A link may be used again, by a buyer whose card was refused
    and by one who pays twice."""
    return sorted(found, key=lambda each: (_rank(each.state), int(each.charge_reference)))


def also_paid(found: Sequence[PaymentSnapshot]) -> tuple[str, ...]:
    """Of the orders of one link, as ``chosen`` sorts them, those that were paid beside the one that counts: by their
    own numbers, as a link can be paid more than once."""
    return tuple(each.charge_reference for each in found[1:] if each.state is RemoteState.SUCCEEDED)


def sure(readable: Sequence[PaymentSnapshot], unreadable: Sequence[Order]) -> list[PaymentSnapshot]:
    """The orders of one link, the one that counts first, where some of them can't be read.

    Money that came by one is certain, whatever the others are; they are named beside it, for a person. Without such
    money one of the others may be it: raises ``Unavailable``.
    """
    found = chosen(readable)
    if unreadable:
        if not found or found[0].state is not RemoteState.SUCCEEDED:
            raise Unavailable("an order by this link cannot be read", code="unreadable_answer")
        numbers = tuple(str(order.get("RefNo") or "")[:40] for order in unreadable)
        found[0] = replace(found[0], unreadable=numbers)
    return found


def _rank(state: RemoteState) -> int:
    return _RANKS.index(state) if state in _RANKS else len(_RANKS)


def _status(order: Order) -> str:
    return word(order["Status"])


def _state(order: Order, terms: Terms, carried: Reference, now: datetime) -> RemoteState:
    """Of money that came and went back it is still true that it came."""
    status, approval = _status(order), word(order.get("ApproveStatus"))
    if status in ("COMPLETE", "REFUND"):
        return RemoteState.SUCCEEDED
    if status in _OVER or (approval in _REFUSED and status != "REVERSED"):
        return RemoteState.FAILED
    if status == "REVERSED":  # declined or stopped; the buyer may try again while the link is open
        return RemoteState.OPEN if now < carried.closes_at else RemoteState.FAILED
    if status in _AUTHORISED and status != "PAYMENT_AUTHORIZED" and approval == "OK" and terms.is_early:
        return RemoteState.SUCCEEDED
    if status == "PURCHASE_PENDING":  # the buyer was told how to pay elsewhere
        return RemoteState.WAITING
    if status in _AUTHORISED | _UNDER_WAY:
        return RemoteState.PROCESSING
    raise Unavailable(f"unknown status {status!r}", code="unreadable_answer")


def _details(order: Order) -> dict[str, Any]:
    details = order.get("PaymentDetails")
    return details if isinstance(details, dict) else {}


def _label(order: Order) -> str:
    """``visa •••• 1111`` of a card, else the name of the way to pay."""
    method = _details(order).get("PaymentMethod")
    card = method if isinstance(method, dict) else {}
    kind, digits = word(card.get("CardType")), word(card.get("LastDigits"))
    if digits:
        return f"{kind.lower() or 'card'} •••• {digits}"
    name = word(_details(order).get("Type"))
    return {"PAYPAL": "PayPal", "CC": "card", "TEST": ""}.get(name, name.lower())
