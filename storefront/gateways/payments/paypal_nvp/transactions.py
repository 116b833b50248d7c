"""A payment that was made, in the shop's words: GetTransactionDetails, and TransactionSearch for what came of it.

https://developer.paypal.com/api/nvp-soap/get-transaction-details-nvp/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from storefront.gateways.errors import Unavailable
from storefront.gateways.payments.base import PaymentSnapshot, PendingReason, RemoteState
from storefront.gateways.payments.disputes import DisputeReason, DisputeSnapshot, DisputeStage
from storefront.gateways.payments.paypal_nvp import limits
from storefront.gateways.payments.paypal_nvp.models import NvpCharge, NvpRefund
from storefront.gateways.payments.paypal_nvp.post import Connection
from storefront.gateways.payments.refunds import RefundSnapshot, RefundState

#: PAYMENTSTATUS without its hyphens and underscores: PayPal spells some of them in two ways.
STATES = {
    "completed": RemoteState.SUCCEEDED,
    "processed": RemoteState.SUCCEEDED,
    "completedfundsheld": RemoteState.SUCCEEDED,
    "refunded": RemoteState.SUCCEEDED,
    "partiallyrefunded": RemoteState.SUCCEEDED,
    "reversed": RemoteState.SUCCEEDED,
    "canceledreversal": RemoteState.SUCCEEDED,
    "pending": RemoteState.PROCESSING,
    "inprogress": RemoteState.PROCESSING,
    "created": RemoteState.PROCESSING,
    "denied": RemoteState.FAILED,
    "failed": RemoteState.FAILED,
    "expired": RemoteState.FAILED,
    "voided": RemoteState.FAILED,
}
_MOVED_BACK = frozenset({"refunded", "partiallyrefunded", "reversed", "canceledreversal"})
#: PENDINGREASON: what waits for a bank, for PayPal, and for a setting of the seller's account. Others say nothing.
_PENDING = {
    "echeck": PendingReason.BANK,
    "paymentreview": PendingReason.REVIEW,
    **dict.fromkeys(
        ("address", "intl", "multicurrency", "unilateral", "upgrade", "verify", "authorization", "order"),
        PendingReason.SELLER,
    ),
}
#: REASONCODE of a reversal.
_REASONS = {
    "chargeback": DisputeReason.UNRECOGNISED,
    "chargebacksettlement": DisputeReason.UNRECOGNISED,
    "buyercomplaint": DisputeReason.UNACCEPTABLE,
    "guarantee": DisputeReason.NOT_RECEIVED,
    "unauthorizedclaim": DisputeReason.FRAUDULENT,
    "unauthorizedspoof": DisputeReason.FRAUDULENT,
    "refund": DisputeReason.CREDIT_MISSING,
}
#: The bank has decided against us; before that a reversal may still be taken back.
_LOST = frozenset({"chargebacksettlement"})
_REFUND_STATES = {
    "completed": RefundState.SUCCEEDED, "success": RefundState.SUCCEEDED, "processed": RefundState.SUCCEEDED,
    "denied": RefundState.FAILED, "failed": RefundState.FAILED, "canceled": RefundState.FAILED,
}  # fmt: skip


def plain(word: str) -> str:
    """A word of PayPal's without case and punctuation."""
    return "".join(character for character in word.lower() if character.isalnum())


def transaction_of(
    connection: Connection, charge: NvpCharge, *, is_live: bool, look_for_disputes: bool, look_for_refunds: bool
) -> PaymentSnapshot:
    """What PayPal says today of the payment made by a charge."""
    details = connection.ask("GetTransactionDetails", TRANSACTIONID=charge.transaction_id or "")
    found = snapshot(details, charge, is_live=is_live)
    status = plain(details["PAYMENTSTATUS"])
    if look_for_refunds or status in _MOVED_BACK:
        refunds = refunds_of(connection, charge)
        given = sum((each.amount for each in refunds if each.state is not RefundState.FAILED), Decimal(0))
        found = replace(found, refunds=refunds, amount_refunded=found.amount if status == "refunded" else given)
    if look_for_disputes or status in ("reversed", "canceledreversal"):
        found = replace(found, disputes=_disputes(details, found))
    return found


def snapshot(details: Mapping[str, str], charge: NvpCharge, *, is_live: bool) -> PaymentSnapshot:
    """Raises Unavailable for a status that PayPal does not document: whether it is money is unknown."""
    status = plain(details["PAYMENTSTATUS"])
    state = STATES.get(status)
    if state is None:
        raise Unavailable(f"unknown payment status {details['PAYMENTSTATUS']!r}", code="unreadable_answer")
    is_pending = state is RemoteState.PROCESSING
    is_failed = state is RemoteState.FAILED
    return PaymentSnapshot(
        provider_reference=charge.token or "",
        our_reference=details.get("CUSTOM", ""),
        state=state,
        amount=limits.read(details["AMT"]),
        currency=details["CURRENCYCODE"],
        is_live=is_live,
        charge_reference=details["TRANSACTIONID"],
        failure_code=(details.get("REASONCODE") or details["PAYMENTSTATUS"]) if is_failed else "",
        method_label="PayPal",
        method_country=details.get("COUNTRYCODE", "").upper() if len(details.get("COUNTRYCODE", "")) == 2 else "",
        account_reference=details.get("RECEIVERID", ""),
        pending_reason=_PENDING.get(plain(details.get("PENDINGREASON", ""))) if is_pending else None,
    )


def search(connection: Connection, *, since: datetime, **fields: str) -> Iterator[dict[str, str]]:
    """TransactionSearch, the newest hundred: TRANSACTIONID, TYPE, STATUS, AMT, CURRENCYCODE of each.

    https://developer.paypal.com/api/nvp-soap/transaction-search-nvp/
    """
    reply = connection.ask("TransactionSearch", STARTDATE=f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", **fields)
    names = ("TRANSACTIONID", "TYPE", "STATUS", "AMT", "CURRENCYCODE")
    for number in range(100):
        if f"L_TRANSACTIONID{number}" not in reply:
            return
        yield {name: reply.get(f"L_{name}{number}", "") for name in names}


def search_invoice(connection: Connection, charge: NvpCharge) -> list[dict[str, str]]:
    """All that carries the charge's invoice number: the payment and its refunds."""
    return list(search(connection, since=charge.created_at - timedelta(days=1), INVNUM=charge.invoice))


def refunds_of(connection: Connection, charge: NvpCharge) -> tuple[RefundSnapshot, ...]:
    """Every refund of a charge, whoever began it; ours with their keys."""
    keys = dict(NvpRefund.objects.filter(charge=charge).values_list("refund_id", "idempotency_key"))
    return tuple(
        RefundSnapshot(
            refund_reference=each["TRANSACTIONID"],
            state=_REFUND_STATES.get(plain(each["STATUS"]), RefundState.PENDING),
            amount=abs(limits.read(each["AMT"])),
            currency=each["CURRENCYCODE"],
            idempotency_key=keys.get(each["TRANSACTIONID"], ""),
        )
        for each in search_invoice(connection, charge)
        if plain(each["TYPE"]) == "refund"
    )


def _disputes(details: Mapping[str, str], found: PaymentSnapshot) -> tuple[DisputeSnapshot, ...]:
    """A reversal is told by the payment's status alone. The amount is what was left of the payment."""
    status, reason = plain(details["PAYMENTSTATUS"]), plain(details.get("REASONCODE", ""))
    if status not in ("reversed", "canceledreversal"):
        return ()
    kept = found.amount - (found.amount_refunded or Decimal(0))
    is_reversed = status == "reversed"
    stage = DisputeStage.WON if not is_reversed else DisputeStage.LOST if reason in _LOST else DisputeStage.OPEN
    return (
        DisputeSnapshot(
            dispute_reference=f"{found.charge_reference}-reversal",
            stage=stage,
            reason=_REASONS.get(reason, DisputeReason.OTHER),
            amount=kept,
            currency=found.currency,
            opened_at=_time(details.get("ORDERTIME", "")),
            withdrawn=kept if is_reversed else Decimal(0),
        ),
    )


def _time(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Unavailable("PayPal's answer holds no time", code="unreadable_answer") from None
