"""What money may come for: the invoices of a currency, with what each still asks for and who pays for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from storefront.billing.bank_statements.matching import Claim, Matcher
from storefront.billing.models import Invoice, PartPayment
from storefront.billing.payer_details import PayerDetails
from storefront.billing.states import InvoiceStatus
from storefront.billing.transfers.models import BankTransfer, TransferStatus
from storefront.core import clock
from storefront.formats.bank_statements import normalised_account

#: For so long, money may still come for an invoice that is paid or void.
REMEMBERED = timedelta(days=400)
_COLUMNS = ("pk", "number", "amount", "currency", "customer_id", "status", "payer", "tax_facts__sold_by")


def matcher(currency: str) -> Matcher:
    """For lines in this currency, as things stand now. Four queries, however many invoices there are."""
    every = Invoice.objects.filter(currency=currency, amount__gt=0)
    open_ones = every.filter(status=InvoiceStatus.OPEN)
    over = every.exclude(status=InvoiceStatus.OPEN).filter(issued_at__gte=clock.now() - REMEMBERED)
    held = _held(open_ones)
    accounts = _accounts()
    rows = [*open_ones.order_by("pk").values_list(*_COLUMNS), *over.order_by("pk").values_list(*_COLUMNS)]
    return Matcher(_claim(row, held, accounts) for row in rows)


def _held(open_ones: QuerySet[Invoice]) -> dict[int, Decimal]:
    """What is kept for an invoice until the whole price is there."""
    kept = PartPayment.objects.filter(released_at=None, invoice__in=open_ones)
    return dict(kept.order_by().values_list("invoice").annotate(total=Sum("amount")))


def _accounts() -> dict[int, set[str]]:
    """Accounts that customers paid from before."""
    found: dict[int, set[str]] = defaultdict(set)
    booked = BankTransfer.objects.filter(status=TransferStatus.BOOKED).exclude(payer_account="").exclude(customer=None)
    for customer, account in booked.order_by().values_list("customer", "payer_account").distinct():
        found[customer].add(normalised_account(account))
    return found


def _claim(row: tuple[Any, ...], held: dict[int, Decimal], accounts: dict[int, set[str]]) -> Claim:
    pk, number, amount, currency, customer, status, stored, sold_by = row
    payer = PayerDetails.from_json(stored)
    is_open = status == InvoiceStatus.OPEN
    return Claim(
        pk=pk,
        number=number,
        due=amount - held.get(pk, Decimal(0)) if is_open else amount,
        currency=currency,
        customer=customer,
        payer_name=payer.title,
        accounts=frozenset(_numbers_of(payer)) | frozenset(accounts.get(customer, ())),
        is_open=is_open,
        is_ours=not sold_by,
    )


def _numbers_of(payer: PayerDetails) -> Iterable[str]:
    told = (payer.bank_account, payer.tax_number, payer.registration_number, payer.vat_id)
    return (each for each in map(normalised_account, told) if len(each) >= 6)
