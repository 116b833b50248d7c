"""A payment at PayMaster, read into the shop's words.

Documented states: Pending, Authorized (held, of two stages), Confirmation (the buyer's step), Settled, Cancelled,
Rejected; a billing panel's module also knows Created. Assumed: that a page which closed unused is Cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from storefront.gateways.errors import Unavailable
from storefront.gateways.json_body import word
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState
from storefront.gateways.payments.paymaster import amounts, tokens
from storefront.gateways.payments.paymaster.api import Object
from storefront.gateways.payments.paymaster.bodies import MODE, PAGE, UNATTENDED
from storefront.gateways.payments.paymaster.declines import BUYER_NEEDED, UNUSED
from storefront.gateways.payments.refunds import RefundSnapshot, RefundState

_NOTHING = Decimal(0)
REFUND_STATES = {
    "Pending": RefundState.PENDING, "Success": RefundState.SUCCEEDED, "Rejected": RefundState.FAILED,
}  # fmt: skip


def is_ours(payment: Object) -> bool:
    """Whether this shop began it; others may use the account as well. Part of a payment will do."""
    return bool(_mode(payment))


def snapshot(payment: Object, refunds: Iterable[Object], *, look: bool = False) -> PaymentSnapshot:
    """``refunds``: those of this payment among them; ``look``: told also where it has none.

    Raises ``Unavailable`` for a payment that cannot be read.
    """
    try:
        return _snapshot(payment, refunds, look)
    except (KeyError, TypeError, ValueError, ArithmeticError) as exc:
        raise Unavailable(f"a payment that cannot be read ({type(exc).__name__})", code="unreadable_answer") from exc


def refund(told: Object, *, key: str = "") -> RefundSnapshot:
    """Raises KeyError, TypeError or ArithmeticError for what cannot be read."""
    amount, currency = amounts.read(told["amount"])
    state = REFUND_STATES[told["status"]]
    code = word(told.get("resultCode")) or "rejected" if state is RefundState.FAILED else ""
    return RefundSnapshot(word(told["id"]), state, amount, currency, key, code)


def _snapshot(payment: Object, refunds: Iterable[Object], look: bool) -> PaymentSnapshot:
    reference, (amount, currency) = word(payment["id"]), amounts.read(payment["amount"])
    state, page = _state(payment), _confirmation(payment)
    is_paid = state is RemoteState.SUCCEEDED
    given = tuple(refund(each) for each in refunds if each["paymentId"] == reference) if is_paid else ()
    refunded = sum((each.amount for each in given if each.state is not RefundState.FAILED), _NOTHING)
    if not isinstance(payment["testMode"], bool):
        raise TypeError("no mode")
    return PaymentSnapshot(
        provider_reference=reference,
        our_reference=word(payment["invoice"]["orderNo"]),
        state=state,
        amount=amount,
        currency=currency,
        is_live=not payment["testMode"],
        redirect_url=page if state is RemoteState.OPEN else "",
        charge_reference=reference if state in (RemoteState.SUCCEEDED, RemoteState.PROCESSING) else "",
        failure_code=_failure(payment) if state is RemoteState.FAILED else "",
        method_label=_label(payment),
        amount_refunded=refunded,
        refunds=given if given or look else None,
        disputes=(),
        account_reference=word(payment["merchantId"]),
        saved_method=tokens.of_payment(payment) if is_paid else None,
    )


def _state(payment: Object) -> RemoteState:
    status, mode = payment["status"], _mode(payment)
    match status:
        case "Settled":
            return RemoteState.SUCCEEDED
        case "Pending" | "Created":  # a charge of a token has no page
            return RemoteState.OPEN if mode in (PAGE, "") else RemoteState.PROCESSING
        case "Authorized":
            return RemoteState.PROCESSING
        case "Confirmation" if mode == UNATTENDED:
            return RemoteState.FAILED
        case "Confirmation":
            return RemoteState.OPEN if _confirmation(payment) else RemoteState.PROCESSING
        case "Rejected":
            return RemoteState.FAILED
        case "Cancelled":
            is_unused = mode in (PAGE, "") and _code(payment) in UNUSED
            return RemoteState.EXPIRED if is_unused else RemoteState.FAILED
    raise ValueError("unknown status")


def _failure(payment: Object) -> str:
    if _mode(payment) == UNATTENDED and payment["status"] in ("Confirmation", "Cancelled"):
        return BUYER_NEEDED  # it waited for them
    return _code(payment) or str(payment["status"]).lower()


def _code(payment: Object) -> str:
    return word(payment.get("resultCode")).lower()


def _mode(payment: Object) -> str:
    invoice = payment.get("invoice")
    params = invoice.get("params") if isinstance(invoice, Mapping) else None
    mode = params.get(MODE) if isinstance(params, Mapping) else ""
    return mode if isinstance(mode, str) else ""


def _confirmation(payment: Object) -> str:
    """Where an attending buyer confirms a charge of their token."""
    told = payment.get("confirmation")
    page = told.get("paymentUrl") if isinstance(told, Mapping) else ""
    return page if isinstance(page, str) and page.startswith(("https://", "http://")) else ""


def _label(payment: Object) -> str:
    """``visa •••• 4242`` of a card, else the name of the way to pay."""
    data = payment.get("paymentData")
    if not isinstance(data, Mapping):
        return ""
    digits = tokens.last4(data.get("paymentInstrumentTitle"))
    if digits:
        return f"{(tokens.brand(data) or 'card').lower()} •••• {digits}"
    return {"BankCard": "card", "SBP": "SBP"}.get(str(data.get("paymentMethod")), "")
