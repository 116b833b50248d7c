"""An order at Sberbank (``getOrderStatusExtended.do``), read into the shop's words.

Documented states: 0 registered, 1 held, 2 paid, 3 reversed, 4 refunded, 5 at the bank of the buyer (3-D Secure), 6
declined. Money counts by 2 with ``depositedAmount`` alone. Assumed, as it is not documented: that an order of which
anything was refunded is in state 4 and still tells by ``approvedAmount`` what was paid, whether or not
``depositedAmount`` goes down by what went back; anything else is not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from storefront.gateways.errors import NotFound, Unavailable
from storefront.gateways.json_body import word
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState
from storefront.gateways.payments.disputes import DisputeReason, DisputeSnapshot, DisputeStage
from storefront.gateways.payments.sberbank import amounts, bindings
from storefront.gateways.payments.sberbank.api import Order
from storefront.gateways.payments.sberbank.declines import BUYER_NEEDED, UNTRIED
from storefront.gateways.payments.sberbank.numbers import Kind, Number
from storefront.gateways.payments.sberbank.numbers import read as read_number
from storefront.gateways.payments.sberbank.refunds import refunds_of

_NOTHING = Decimal(0)
#: What an account must be given to learn which refunds an order has.
OPERATIONS = "operations in getOrderStatusExtended"


def snapshot(order: Order, *, is_live: bool, look: bool = False) -> PaymentSnapshot:
    """``look``: with its refunds and disputes also where it has none.

    Raises ``NotFound`` for an order of somebody else, ``Unavailable`` for one that cannot be read.
    """
    try:
        return _snapshot(order, is_live, look)
    except (KeyError, TypeError, ValueError, ArithmeticError) as exc:
        raise Unavailable(f"an order that cannot be read ({type(exc).__name__})", code="unreadable_answer") from exc


def id_of(order: Order) -> str:
    """``mdOrder``: in an object, or in a list of names and values. Raises KeyError without it."""
    attributes = order["attributes"]
    if isinstance(attributes, Mapping):
        return word(attributes["mdOrder"])
    return next((word(each["value"]) for each in attributes if each["name"] == "mdOrder"), "") or _missing("mdOrder")


def registered_at(order: Order) -> datetime:
    """Told in milliseconds by the one gateway, in seconds by the other."""
    told = int(order["date"])
    return datetime.fromtimestamp(told / 1000 if told > 10**11 else told, UTC)


def state_of(order: Order, number: Number) -> RemoteState:
    """Of money that came and went back it is still true that it came."""
    status = order["orderStatus"]
    if status in (2, 3, 4):
        return RemoteState.SUCCEEDED
    if status == 1:  # held, for an account that takes in two steps
        return RemoteState.PROCESSING
    if status == 5:  # nobody holds the address at which an absent buyer could confirm
        return RemoteState.FAILED if number.kind is Kind.UNATTENDED else RemoteState.PROCESSING
    if status == 6:
        is_unused = not order.get("cardAuthInfo") and code_of(order) in UNTRIED and number.kind is not Kind.UNATTENDED
        return RemoteState.EXPIRED if is_unused else RemoteState.FAILED
    if status == 0:
        return RemoteState.OPEN
    raise Unavailable(f"unknown state {status!r}", code="unreadable_answer")


def failure_of(order: Order, number: Number) -> str:
    """The code of the refusal; "" where nobody tried."""
    code = code_of(order)
    if number.kind is Kind.UNATTENDED and (order["orderStatus"] == 5 or code in UNTRIED):
        return BUYER_NEEDED  # it waited for them
    return "" if code in UNTRIED else code


def code_of(order: Order) -> str:
    code = order.get("actionCode")
    return "" if code is None else str(int(code))


def _snapshot(order: Order, is_live: bool, look: bool) -> PaymentSnapshot:
    number, reference = read_number(order["orderNumber"]), id_of(order)
    if number.kind is Kind.SETUP:
        raise NotFound("no payment, but a card that was bound", code="not_ours")
    currency, state = amounts.currency(order["currency"]), state_of(order, number)
    is_paid = state is RemoteState.SUCCEEDED
    amount = _paid(order) if is_paid else amounts.read(order["amount"])
    refunded = _refunded(order, amount) if is_paid else _NOTHING
    refunds = refunds_of(order, reference=reference, currency=currency, whole=amount) if is_paid else ()
    disputes = _disputes(order, reference, currency, amount - refunded) if is_paid else ()
    card = _part(order, "cardAuthInfo")
    return PaymentSnapshot(
        provider_reference=reference,
        our_reference=number.ours,
        state=state,
        amount=amount,
        currency=currency,
        is_live=is_live,
        charge_reference=reference if state in (RemoteState.SUCCEEDED, RemoteState.PROCESSING) else "",
        failure_code=failure_of(order, number) if state in (RemoteState.OPEN, RemoteState.FAILED) else "",
        method_label=_label(card),
        method_country=word(_part(order, "bankInfo").get("bankCountryCode"))[:2],
        amount_refunded=refunded,
        refunds=refunds if refunds or look else None,
        disputes=disputes if disputes or look else None,
        missing_right=OPERATIONS if refunds is None else "",
        saved_method=bindings.of_order(order) if is_paid else None,
    )


def _paid(order: Order) -> Decimal:
    """What the buyer paid, refunded or not."""
    money, whole = _part(order, "paymentAmountInfo"), amounts.read(order["amount"])
    if order["orderStatus"] == 3:  # taken back on the same day, before the bank had booked it
        return whole
    deposited = amounts.read(money["depositedAmount"])
    if order["orderStatus"] == 2:
        return deposited
    approved, refunded = amounts.read(money["approvedAmount"]), amounts.read(money["refundedAmount"])
    if approved not in (deposited, deposited + refunded):
        raise ValueError("amounts that do not agree")
    return approved


def _refunded(order: Order, amount: Decimal) -> Decimal:
    if order["orderStatus"] == 3:
        return amount
    return amounts.read(_part(order, "paymentAmountInfo").get("refundedAmount") or 0)


def _disputes(order: Order, reference: str, currency: str, kept: Decimal) -> tuple[DisputeSnapshot, ...]:
    """The bank tells only that it has given the money back (``chargeback``), neither why nor when."""
    if _part(order, "cardAuthInfo").get("chargeback") is not True or kept <= 0:
        return ()
    return (
        DisputeSnapshot(
            dispute_reference=f"{reference}-chargeback",
            stage=DisputeStage.LOST,
            reason=DisputeReason.OTHER,
            amount=kept,
            currency=currency,
            opened_at=registered_at(order),
            withdrawn=kept,
        ),
    )


def _label(card: Mapping[str, Any]) -> str:
    """``mir •••• 2424`` of a card."""
    digits = bindings.last4(card)
    return f"{(bindings.brand(card) or 'card').lower()} •••• {digits}" if digits else ""


def _part(order: Order, name: str) -> Mapping[str, Any]:
    part = order.get(name)
    return part if isinstance(part, Mapping) else {}


def _missing(name: str) -> str:
    raise KeyError(name)
