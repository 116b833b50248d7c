"""What a token stands at, and taking the money that its buyer agreed to.

https://developer.paypal.com/api/nvp-soap/get-express-checkout-details-nvp/ and .../do-express-checkout-payment-nvp/
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from paypal.express import gateway as package

from storefront.gateways.errors import Declined, NotFound
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState
from storefront.gateways.payments.paypal_nvp import failures, limits
from storefront.gateways.payments.paypal_nvp.addresses import Addresses
from storefront.gateways.payments.paypal_nvp.models import NvpCharge
from storefront.gateways.payments.paypal_nvp.post import Connection, asked
from storefront.gateways.payments.paypal_nvp.transactions import plain, search_invoice

#: PayPal takes ten tries by one token; then its buyer begins anew.
MOST_REFUSALS = 8
#: Where PayPal does not tell that a refused buyer agreed anew, it is tried again after this, doubled each time.
FIRST_GAP = timedelta(seconds=20)
_NOTHING_DONE = ("paymentactionnotinitiated", "paymentactionfailed")


def message_id(our_reference: str, key: str) -> str:
    """``MSGSUBID`` of a request: at most 38 characters, its own for every key of every shop."""
    return hashlib.sha256(f"{our_reference} {key}".encode()).hexdigest()[:38]


def look(connection: Connection, addresses: Addresses, token: str, *, now: datetime) -> PaymentSnapshot | NvpCharge:
    """What a token stands at before its payment; the charge, once a payment was made by it.

    Raises NotFound for a token that PayPal does not know.
    """
    charge = NvpCharge.objects.filter(token=token).first() or NvpCharge(token=token)
    try:
        checkout, row = asked(connection, lambda: package.get_txn(token))
    except Declined as refusal:
        if refusal.code != failures.EXPIRED or charge.pk is None:
            raise NotFound(refusal.message, code=refusal.code) from refusal
        return _found_by_invoice(connection, charge) or _snapshot(charge, {}, addresses, RemoteState.EXPIRED)
    status = plain(checkout["CHECKOUTSTATUS"])
    if paid := checkout.get("PAYMENTREQUEST_0_TRANSACTIONID"):
        return _note_payment(charge, paid)
    if status not in _NOTHING_DONE:
        return _snapshot(charge, checkout, addresses, RemoteState.PROCESSING)
    if "PAYERID" not in checkout:
        row.delete()  # a page that nobody has used yet is looked at often, and says nothing
        return _snapshot(charge, checkout, addresses, RemoteState.OPEN)
    return _snapshot(charge, checkout, addresses, _agreed(charge, status, now))


def take(connection: Connection, charge: NvpCharge, key: str, *, notify_url: str, now: datetime) -> bool:
    """Take the money, if what the buyer agreed to is what was asked for; whether PayPal has made a payment of it.

    False: refused, which is noted with the charge. Raises Unavailable (unknown: the same key asks again).
    """
    checkout, _row = asked(connection, lambda: package.get_txn(charge.token))
    if paid := checkout.get("PAYMENTREQUEST_0_TRANSACTIONID"):
        _note_payment(charge, paid)
        return True
    if not fits(charge, checkout):
        return False
    if "PAYERID" not in checkout:
        _note_refusal(charge, failures.NOT_APPROVED, now)
        return False

    def do() -> Any:
        return package.do_txn(checkout["PAYERID"], charge.token, charge.amount, charge.currency)

    try:
        reply, _row = asked(
            connection,
            do,
            MSGSUBID=message_id(charge.our_reference, key),
            PAYMENTREQUEST_0_INVNUM=charge.invoice,
            PAYMENTREQUEST_0_CUSTOM=charge.our_reference,
            PAYMENTREQUEST_0_NOTIFYURL=notify_url,
        )
    except Declined as refusal:
        if refusal.code in failures.DONE_BEFORE:
            return _paid_before(connection, charge)
        _note_refusal(charge, refusal.code, now)
        return False
    _note_payment(charge, reply["PAYMENTINFO_0_TRANSACTIONID"])
    return True


def fits(charge: NvpCharge, checkout: Mapping[str, str]) -> bool:
    """Whether PayPal's word on a token is what we asked for: the package compares nothing of it."""
    return (
        limits.read(checkout["PAYMENTREQUEST_0_AMT"]) == charge.amount
        and checkout["PAYMENTREQUEST_0_CURRENCYCODE"] == charge.currency
        and checkout.get("PAYMENTREQUEST_0_INVNUM") == charge.invoice
        and checkout.get("PAYMENTREQUEST_0_CUSTOM") == charge.our_reference
    )


def _agreed(charge: NvpCharge, status: str, now: datetime) -> RemoteState:
    """Whether the buyer's agreement may be tried: after a refusal only once they have agreed anew."""
    if charge.pk is None:
        return RemoteState.OPEN  # not asked for by us: never taken
    if not charge.refusals:
        return RemoteState.APPROVED
    if _is_over(charge):
        return RemoteState.FAILED
    if status == "paymentactionfailed" and not charge.is_refusal_seen:
        NvpCharge.objects.filter(pk=charge.pk, refusals=charge.refusals).update(is_refusal_seen=True)
    if status == "paymentactionnotinitiated" and charge.is_refusal_seen:
        return RemoteState.APPROVED
    gap = FIRST_GAP * 2 ** (charge.refusals - 1)
    return RemoteState.APPROVED if charge.refused_at is None or now - charge.refused_at >= gap else RemoteState.OPEN


def _is_over(charge: NvpCharge) -> bool:
    return charge.refusals >= MOST_REFUSALS or charge.refusal_code not in failures.CHOOSE_AGAIN


def _snapshot(
    charge: NvpCharge, checkout: Mapping[str, str], addresses: Addresses, state: RemoteState
) -> PaymentSnapshot:
    """PayPal's own figures where it gives some, else those of the charge."""
    token = charge.token or ""
    return PaymentSnapshot(
        provider_reference=token,
        our_reference=checkout.get("PAYMENTREQUEST_0_CUSTOM", "") if checkout else charge.our_reference,
        state=state,
        amount=limits.read(checkout["PAYMENTREQUEST_0_AMT"]) if checkout else charge.amount,
        currency=checkout["PAYMENTREQUEST_0_CURRENCYCODE"] if checkout else charge.currency,
        is_live=addresses.is_live,
        redirect_url=addresses.pay_page(token) if state in (RemoteState.OPEN, RemoteState.APPROVED) else "",
        failure_code=charge.refusal_code if state in (RemoteState.OPEN, RemoteState.FAILED) else "",
        approval=f"{charge.refusals + 1}" if state is RemoteState.APPROVED else "",
    )


def _note_payment(charge: NvpCharge, transaction_id: str) -> NvpCharge:
    """Kept with the charge: a token is forgotten after hours, what came of the payment is asked for years."""
    NvpCharge.objects.filter(pk=charge.pk).update(transaction_id=transaction_id)
    charge.transaction_id = transaction_id
    return charge


def _note_refusal(charge: NvpCharge, code: str, now: datetime) -> None:
    refused = NvpCharge.objects.filter(pk=charge.pk, refusals=charge.refusals)
    refused.update(refusals=F("refusals") + 1, refusal_code=code[:20], refused_at=now, is_refusal_seen=False)


def _paid_before(connection: Connection, charge: NvpCharge) -> bool:
    """PayPal says that it was paid already: by the call whose answer never came."""
    checkout, _row = asked(connection, lambda: package.get_txn(charge.token))
    if paid := checkout.get("PAYMENTREQUEST_0_TRANSACTIONID"):
        _note_payment(charge, paid)
        return True
    return _found_by_invoice(connection, charge) is not None


def _found_by_invoice(connection: Connection, charge: NvpCharge) -> NvpCharge | None:
    """A payment whose token is over before its answer came is found by our reference."""
    for each in search_invoice(connection, charge):
        if plain(each["TYPE"]) == "payment":
            return _note_payment(charge, each["TRANSACTIONID"])
    return None
