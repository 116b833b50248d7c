"""Mails about payment proofs and provisional licenses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from storefront.billing.links import pay_url
from storefront.billing.mails import of_invoice
from storefront.billing.models import Invoice, Payment
from storefront.billing.transfers.models import BankTransfer, PaymentProof, ProvisionalGrant
from storefront.billing.transfers.running import running_grant
from storefront.core import clock
from storefront.notifications import mails


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfUnpaid(mails.Mail):
    order_number: str
    invoice_number: str
    pay_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRefused(_OfUnpaid):
    """Staff saw no payment in ``file_name``, for ``reason``, in their words."""

    file_name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionalGiven(_OfUnpaid):
    """What was ordered works until ``until``, and for good once the money has come."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionalEnding(_OfUnpaid):
    """The money has not come, and what was given ends at ``until``."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionalEnded(_OfUnpaid):
    """The money has not come: what was given was taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnotherInvoice:
    """Of the same customer, paid by the same transfer; ``due_at``, ``until``: see BookingUndone."""

    order_number: str
    invoice_number: str
    pay_url: str
    due_at: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferReturned(_OfUnpaid):
    """The bank took the money of the invoice back, and that of ``others``."""

    others: Sequence[AnotherInvoice] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingUndone(_OfUnpaid):
    """Another's money was booked to the invoice by mistake, so it is still to be paid, until ``due_at``.

    ``until``: what it buys works till then all the same, as it was given before the money; None: no longer.
    ``others``: it had been booked to them, too.
    """

    due_at: datetime
    until: datetime | None
    others: Sequence[AnotherInvoice] = ()


def proof_refused(proof: PaymentProof) -> None:
    mail = ProofRefused(**_of(proof.invoice), file_name=proof.file_name, reason=proof.reason)
    _enqueue(mail, proof.invoice, key=f"proof-refused:{proof.public_id}")


def provisional_given(grant: ProvisionalGrant) -> None:
    mail = ProvisionalGiven(**_of(grant.invoice), until=grant.until)
    _enqueue(mail, grant.invoice, key=f"provisional-given:{grant.pk}:{grant.until:%Y%m%d}")


def provisional_ending(grant: ProvisionalGrant) -> None:
    mail = ProvisionalEnding(**_of(grant.invoice), until=grant.until)
    _enqueue(mail, grant.invoice, key=f"provisional-ending:{grant.pk}:{grant.until:%Y%m%d}")


def provisional_ended(grant: ProvisionalGrant) -> None:
    _enqueue(ProvisionalEnded(**_of(grant.invoice)), grant.invoice, key=f"provisional-ended:{grant.pk}")


def transfer_returned(transfer: BankTransfer, invoices: Sequence[Invoice]) -> None:
    """One mail for all invoices of one customer. Once for a transfer and invoice, a day."""
    first, *others = invoices
    mail = TransferReturned(**_of(first), others=[AnotherInvoice(**_order_of(each)) for each in others])
    _enqueue(mail, first, key=f"transfer-returned:{transfer.pk}:{first.number}:{clock.today():%Y%m%d}")


def booking_undone(invoices: Sequence[Invoice], payment: Payment) -> None:
    """One mail for all invoices that a payment, and so one customer, had been booked to."""
    first, *others = invoices
    mail = BookingUndone(
        **_of(first), due_at=first.due_at, until=_until(first),
        others=[AnotherInvoice(**_order_of(each), due_at=each.due_at, until=_until(each)) for each in others],
    )  # fmt: skip
    _enqueue(mail, first, key=f"booking-undone:{first.number}:{payment.pk}")


def _until(invoice: Invoice) -> datetime | None:
    grant = running_grant(invoice)
    return grant.until if grant else None


class _OrderOf(TypedDict):
    order_number: str
    invoice_number: str
    pay_url: str


class _About(_OrderOf):
    name: str


def _of(invoice: Invoice) -> _About:
    return {"name": of_invoice(invoice)["name"], **_order_of(invoice)}


def _order_of(invoice: Invoice) -> _OrderOf:
    number = of_invoice(invoice)["order_number"]
    return {"order_number": number, "invoice_number": invoice.number, "pay_url": pay_url(invoice)}


def _enqueue(mail: mails.Mail, invoice: Invoice, *, key: str) -> None:
    mails.enqueue(mail, to=invoice.customer.email, language=invoice.language, key=key)
