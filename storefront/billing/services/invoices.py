"""Issuing invoices and making them void."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from oscar.apps.order.models import Line, Order

from storefront.billing import mails, signals
from storefront.billing.errors import ChargeOpen, NothingToPay
from storefront.billing.models import Invoice, InvoiceLine, InvoiceSequence, Seller
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import orders, receiving, taxation
from storefront.billing.services.locking import lock_invoice
from storefront.billing.states import INVOICE_TRANSITIONS, OPEN_ATTEMPT, AttemptStatus, InvoiceKind, InvoiceStatus
from storefront.billing.tax import TaxDecision
from storefront.core import clock, money, states
from storefront.core.instants import day_of, end_of_day
from storefront.core.license_terms import LicenseTerms
from storefront.core.money import TaxedAmount
from storefront.users.models import User

SELLER_FIELDS = (
    "name", "address", "country", "registration_number", "tax_number", "vat_id", "email", "phone", "bank_details",
)  # fmt: skip
#: The version of ``content_hash`` that new invoices are hashed by.
HASH_VERSION = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """One line to be invoiced. Both amounts are totals of the whole line, tax included, in major units of the invoice's
    currency: ``list_amount`` before any saving, ``amount`` what is to be paid. ``taxed``: the net and tax of
    ``amount``, where it was made from a published price. ``license_terms``: what paying for it grants."""

    description: str
    amount: Decimal
    list_amount: Decimal
    quantity: int = 1
    order_line: Line | None = None
    license_terms: LicenseTerms | None = None
    taxed: TaxedAmount | None = None


def issue(
    *,
    customer: User,
    order: Order | None,
    currency: str,
    payer: Mapping[str, str],
    lines: Sequence[NewLine],
    language: str = "en",
    kind: InvoiceKind = InvoiceKind.ORDER,
    tax_decision: TaxDecision | None = None,
    replaces: Invoice | None = None,
) -> Invoice:
    """Write a numbered invoice, frozen from now on; it commits with the caller's transaction.

    ``order`` may be None whatever the ``kind``. ``payer``: those fields of ``PayerDetails`` that are known; others are
    kept out of the document. Tax is decided here unless the caller has done so, and taken out of the lines' amounts
    unless they say what is in them. The number is
    the next of the year's series: issuers wait for each other, and a rolled-back invoice leaves no gap. It is due
    settings.UNPAID_ORDER_DAYS days later, that whole day included, in the shop's time zone; one that ``replaces``
    another, at the same time as that.
    One of zero is open like any other until ``free.settle``. Raises NothingToPay without lines or pieces, MoneyError
    for an amount the currency cannot express.
    """
    _check(lines, currency)
    now = clock.now()
    decision = tax_decision or taxation.decide_for(
        payer=payer, at=now, published=sum((line.amount for line in lines), Decimal(0)), currency=currency
    )
    taxed = _taxed(lines, decision, currency)
    total = TaxedAmount.total(taxed)
    with transaction.atomic():
        invoice = Invoice(
            number=_next_number(now),
            customer=customer,
            order=order,
            kind=kind,
            currency=currency,
            net=total.net,
            tax=total.tax,
            amount=total.gross,
            seller=_seller(),
            payer=PayerDetails.from_json(payer).to_json(),
            tax_treatment=decision.treatment,
            tax_facts=decision.facts.to_json(),
            language=language,
            hash_version=HASH_VERSION,
            issued_at=now,
            due_at=replaces.due_at if replaces else end_of_day(now, days=settings.UNPAID_ORDER_DAYS),
            reminded_at=replaces.reminded_at if replaces else None,
            replaces=replaces,
        )
        rows = [
            _line(invoice, position, line, amount, decision.rate)
            for position, (line, amount) in enumerate(zip(lines, taxed, strict=True), start=1)
        ]
        invoice.content_hash = content_hash(invoice, rows)
        invoice.save(force_insert=True)
        InvoiceLine.objects.bulk_create(rows)
        signals.invoice_issued.send(sender=Invoice, invoice=invoice)
    return invoice


def _taxed(lines: Sequence[NewLine], decision: TaxDecision, currency: str) -> list[TaxedAmount]:
    known = [line.taxed for line in lines if line.taxed is not None]
    if len(known) < len(lines):
        return decision.split([line.amount for line in lines], currency)
    if any(amount.gross != line.amount for amount, line in zip(known, lines, strict=True)):
        raise money.MoneyError("net and tax do not make up the amount")
    return known


def _line(invoice: Invoice, position: int, line: NewLine, amount: TaxedAmount, tax_rate: Decimal) -> InvoiceLine:
    row = InvoiceLine(
        invoice=invoice,
        position=position,
        order_line=line.order_line,
        description=line.description[:500],
        quantity=line.quantity,
        list_amount=line.list_amount,
        net=amount.net,
        tax=amount.tax,
        tax_rate=tax_rate if amount.rate is None else amount.rate,
        amount=amount.gross,
    )
    row.license_terms = line.license_terms
    return row


def void(*, invoice: Invoice, reason: str, is_told: bool = True) -> Invoice:
    """Make an unpaid invoice void, cancel its order, tell the customer unless told not to. A void one is left as it is.

    Raises ChargeOpen while a charge is open (call cancelling.cancel_open first, outside a transaction) and
    TransitionError for a paid one.
    """
    with transaction.atomic():
        locked = lock_invoice(invoice.pk)
        if locked.status == InvoiceStatus.OPEN and locked.attempts.filter(status__in=OPEN_ATTEMPT).exists():
            raise ChargeOpen
        changed = states.apply(
            locked, InvoiceStatus.VOID, table=INVOICE_TRANSITIONS, voided_at=clock.now(), void_reason=reason[:200]
        )
        if changed:
            signals.invoice_voided.send(sender=Invoice, invoice=locked)
            receiving.keep_parts(locked)
            orders.cancel(order=locked.order)
            # Whose money came all the same was told that it is kept.
            if is_told and not locked.attempts.filter(status=AttemptStatus.SUCCEEDED).exists():
                mails.order_voided(locked)
    return locked


def content_hash(invoice: Invoice, lines: Sequence[InvoiceLine]) -> str:
    """SHA-256 of everything that was issued, the same before and after the database.

    Computed by the invoice's ``hash_version``: 1 has two places for each amount and knows no tax; 2 has three, and net
    and tax of the invoice and its lines; 3 has its kind, 4 why it is taxed as it is, too. An algorithm that invoices
    were issued by is never changed.
    """
    lines = sorted(lines, key=lambda line: line.position)
    figure = "{:.2f}".format if invoice.hash_version == 1 else "{:.3f}".format
    content = {
        "number": invoice.number,
        "issued_at": _stamp(invoice.issued_at),
        "currency": invoice.currency,
        "amount": figure(invoice.amount),
        "seller": invoice.seller,
        "payer": invoice.payer,
        "language": invoice.language,
        "lines": [
            [
                line.position,
                line.description,
                line.quantity,
                figure(line.list_amount),
                figure(line.amount),
                line.license_terms_json,
            ]
            for line in lines
        ],
    }
    if invoice.hash_version > 1:
        content |= {
            "hash_version": invoice.hash_version,
            "tax": [figure(invoice.net), figure(invoice.tax)],
            "line_taxes": [[figure(line.net), figure(line.tax), figure(line.tax_rate)] for line in lines],
        }
    if invoice.hash_version > 2:
        content["kind"] = str(invoice.kind)
    if invoice.hash_version > 3:
        content |= {"tax_treatment": str(invoice.tax_treatment), "tax_facts": invoice.tax_facts}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _check(lines: Sequence[NewLine], currency: str) -> None:
    if not lines:
        raise NothingToPay
    for line in lines:
        for amount in (line.amount, line.list_amount):
            if not money.is_exact(amount, currency) or not money.is_storable(amount) or amount < 0:
                raise money.MoneyError(f"not an amount of {currency}: {amount}")
        if line.quantity < 1:
            raise NothingToPay


def _next_number(now: datetime) -> str:
    """``INV-2026-000042``, by the year in the shop's time zone. The series' row stays locked until the transaction
    ends, so there is never a gap."""
    sequence = InvoiceSequence(series=str(day_of(now).year))
    try:
        states.lock(sequence)
    except InvoiceSequence.DoesNotExist:  # the first invoice of the year
        InvoiceSequence.objects.get_or_create(series=sequence.series)
        states.lock(sequence)
    sequence.last += 1
    sequence.save(update_fields=["last"])
    return f"INV-{sequence.series}-{sequence.last:06d}"


def _seller() -> dict[str, str]:
    seller = Seller.objects.filter(is_default=True).order_by("-pk").first()
    if seller is None:
        return {name: "" for name in SELLER_FIELDS} | {"name": settings.SHOP_NAME, "email": settings.SUPPORT_EMAIL}
    return {name: getattr(seller, name) for name in SELLER_FIELDS}


def _stamp(moment: datetime) -> str:
    return f"{moment.timestamp():.3f}"
