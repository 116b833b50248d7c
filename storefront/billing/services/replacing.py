"""Another payer for an unpaid invoice: it becomes void, and a new one with a new number takes its place.

What was agreed on at published prices stays. The tax is the new payer's, and where it differs so does the total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from django.db import transaction

from storefront.billing import mails, payment_limits, signals
from storefront.billing.errors import (
    CannotWithdraw,
    ChargeOpen,
    NoMethodForTotal,
    PayerUnchanged,
    TaxDiffers,
    TransferExpected,
)
from storefront.billing.models import Invoice
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import invoices, orders, part_payments, recharging, unpaid
from storefront.billing.services.invoices import NewLine
from storefront.billing.states import INVOICE_TRANSITIONS, OPEN_ATTEMPT, AttemptStatus, InvoiceKind, InvoiceStatus
from storefront.billing.tax import TaxDecision, TaxSummary, summary_of
from storefront.core import clock, states
from storefront.core.money import TaxedAmount

#: What of the payer may change; the e-mail is the customer's, who stays.
FIELDS = tuple(field.name for field in fields(PayerDetails) if field.name != "email")


@dataclass(frozen=True, slots=True)
class Replacement:
    """The invoice as it would be issued to ``payer``."""

    payer: dict[str, str]
    decision: TaxDecision
    lines: list[NewLine]

    @property
    def total(self) -> TaxedAmount:
        return TaxedAmount.total(line.taxed for line in self.lines if line.taxed is not None)

    @property
    def tax(self) -> TaxSummary:
        return summary_of(self.decision.treatment, self.decision.facts, self.total)


def changed(invoice: Invoice, payer: Mapping[str, str]) -> dict[str, str]:
    """The payer as the new invoice would name them. Raises PayerUnchanged."""
    before = PayerDetails.from_json(invoice.payer).to_json()
    after = before | {name: payer[name].strip() for name in FIELDS if name in payer}
    if "kind" not in payer:
        after["kind"] = ""  # a company, if one is named
    details = PayerDetails.from_json(after)
    if details.to_json() == before:
        raise PayerUnchanged
    return details.to_json()


def check(*, invoice: Invoice, payer: Mapping[str, str]) -> Replacement:
    """What would take the place of an unpaid invoice now. Call ``taxation.ask`` first.

    Raises as ``unpaid.check`` does, PayerUnchanged, TaxRateMissing, NoMethodForTotal, or CannotWithdraw (the buyer
    holds a voucher or the details of a transfer, and its money would come for the old invoice; TransferExpected).
    """
    unpaid.check(invoice)
    check_nothing_expected(invoice)
    after = changed(invoice, payer)
    pending = invoice.attempts.filter(status__in=[AttemptStatus.PENDING, AttemptStatus.CANCELLED])
    if any(each.is_awaited or (each.is_given_up and each.next_check_at is not None) for each in pending):
        raise CannotWithdraw
    decision, lines = recharging.for_payer(invoice=invoice, payer=after)
    planned = Replacement(after, decision, lines)
    total, currency = planned.total.gross, invoice.currency
    if total != invoice.amount and (found := payment_limits.problem(total, currency)):
        raise NoMethodForTotal(payment_limits.sentence(found, currency))
    return planned


def check_nothing_expected(invoice: Invoice) -> None:
    """Raise TransferExpected while a payment proof waits for staff or what the invoice buys was given for the time
    being: both stand for money that comes for this very number."""
    is_seen = invoice.payment_proofs.filter(status__in=["waiting", "provisional"]).exists()
    if is_seen or invoice.provisional_grants.filter(ended_at=None).exists():
        raise TransferExpected


def change_payer(*, invoice: Invoice, payer: Mapping[str, str], is_told: bool, total: Decimal | None = None) -> Invoice:
    """Void an unpaid invoice and issue one for the same lines and the same due day to ``payer``, in one transaction.

    The order stays, at the new invoice's amounts. ``payer``: those of FIELDS that change. ``total``: what the new
    invoice may come to, in major units, if somebody has agreed to it. Returns the new invoice. Call
    ``unpaid.close_charges`` first. Raises as ``check`` does, ChargeOpen, or TaxDiffers (it would be another total).
    """
    with transaction.atomic():
        old = unpaid.lock(invoice)
        planned = check(invoice=old, payer=payer)
        if total is not None and planned.total.gross != total:
            raise TaxDiffers
        if old.attempts.filter(status__in=OPEN_ATTEMPT).exists():
            raise ChargeOpen
        new = put_in_place(old, payer=planned.payer, decision=planned.decision, lines=planned.lines)
        if is_told:
            mails.invoice_replaced(new, old)
    return new


def put_in_place(old: Invoice, *, payer: Mapping[str, str], decision: TaxDecision, lines: Sequence[NewLine]) -> Invoice:
    """Void a locked invoice without a charge and issue another one in its place; in the caller's transaction. Raises
    TransferExpected."""
    check_nothing_expected(old)
    new = invoices.issue(
        customer=old.customer,
        order=old.order,
        currency=old.currency,
        payer=payer,
        lines=lines,
        language=old.language,
        kind=InvoiceKind(old.kind),
        tax_decision=decision,
        replaces=old,
    )
    states.apply(
        old,
        InvoiceStatus.VOID,
        table=INVOICE_TRANSITIONS,
        voided_at=clock.now(),
        void_reason=f"Replaced by {new.number}",
    )
    signals.invoice_voided.send(sender=Invoice, invoice=old)
    orders.take_amounts(new)
    part_payments.move(old, new)
    return new
