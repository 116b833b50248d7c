"""Another payer for an unpaid invoice: it becomes void, and a new one with a new number takes its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from django.db import transaction

from storefront.billing import mails
from storefront.billing.errors import CannotWithdraw, ChargeOpen, PayerUnchanged, TaxDiffers
from storefront.billing.models import Invoice, InvoiceLine
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import invoices, taxation, unpaid
from storefront.billing.services.invoices import NewLine
from storefront.billing.states import INVOICE_TRANSITIONS, OPEN_ATTEMPT, AttemptStatus, InvoiceKind, InvoiceStatus
from storefront.core import clock, states

#: What of the payer may change; the e-mail is the customer's, who stays.
FIELDS = tuple(field.name for field in fields(PayerDetails) if field.name != "email")


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


def check(*, invoice: Invoice, payer: Mapping[str, str]) -> None:
    """Whether an unpaid invoice could be replaced now. Raises as ``unpaid.check`` does, PayerUnchanged, CannotWithdraw
    (the buyer holds a voucher or the details of a transfer, and its money would come for the old invoice), or
    TaxDiffers (the new payer would be taxed otherwise, so that the price agreed on no longer fits)."""
    unpaid.check(invoice)
    after = changed(invoice, payer)
    pending = invoice.attempts.filter(status__in=[AttemptStatus.PENDING, AttemptStatus.CANCELLED])
    if any(each.is_awaited or (each.is_given_up and each.next_check_at is not None) for each in pending):
        raise CannotWithdraw
    decision = taxation.decide_for(payer=after, at=clock.now())
    is_same = decision.treatment == invoice.tax_treatment
    if not is_same or any(line.tax_rate != decision.rate for line in invoice.lines.all()):
        raise TaxDiffers


def change_payer(*, invoice: Invoice, payer: Mapping[str, str], is_told: bool) -> Invoice:
    """Void an unpaid invoice and issue one for the same lines and the same due day to ``payer``, in one transaction.

    The order stays. ``payer``: those of FIELDS that change. Returns the new invoice. Call ``unpaid.close_charges``
    first. Raises as ``check`` does, or ChargeOpen.
    """
    with transaction.atomic():
        old = unpaid.lock(invoice)
        check(invoice=old, payer=payer)
        if old.attempts.filter(status__in=OPEN_ATTEMPT).exists():
            raise ChargeOpen
        new = invoices.issue(
            customer=old.customer,
            order=old.order,
            currency=old.currency,
            payer=changed(old, payer),
            lines=[_same(line) for line in old.lines.all()],
            language=old.language,
            kind=InvoiceKind(old.kind),
            replaces=old,
        )
        states.apply(
            old,
            InvoiceStatus.VOID,
            table=INVOICE_TRANSITIONS,
            voided_at=clock.now(),
            void_reason=f"Replaced by {new.number}",
        )
        if is_told:
            mails.invoice_replaced(new, old)
    return new


def _same(line: InvoiceLine) -> NewLine:
    return NewLine(
        description=line.description,
        amount=line.amount,
        list_amount=line.list_amount,
        quantity=line.quantity,
        order_line=line.order_line,
        license_terms=line.license_terms,
    )
