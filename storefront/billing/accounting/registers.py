"""Lists of a month, each with headings and rows of values: journal, tax, payments, refunds, documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from storefront.billing import gateway_registry
from storefront.billing.accounting import accounts, journal, oss, oss_records
from storefront.billing.accounting.tax_rows import tax
from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models import Document
from storefront.billing.models import LedgerAccount, LedgerEntry
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services.ledger import BANK_TRANSFER, EARLIER_PAYOUTS
from storefront.billing.states import RefundWay
from storefront.billing.tax.treatments import TaxTreatment
from storefront.core import money
from storefront.core.instants import day_of
from storefront.core.spans import Span

Row = list[Any]
PAYMENT, REFUNDS = ("payment",), ("refund", "refund_failed")
#: Documents that ask for nothing.
_WITHOUT_SUMS = (DocumentKind.CONTRACT, DocumentKind.RECONCILIATION)


@dataclass(frozen=True, slots=True)
class Register:
    """``name`` is that of its file; ``heads`` and ``rows`` are read in the active language, within a snapshot."""

    name: str
    title: str | Promise
    heads: Callable[[], list[str]]
    rows: Callable[[Span], Iterator[Row]]

    def table(self, span: Span) -> Iterator[Row]:
        """Headings first."""
        yield self.heads()
        yield from self.rows(span)


def received(span: Span, kinds: tuple[str, ...]) -> QuerySet[LedgerEntry]:
    """What came from the providers or went back, by entry of a provider's account (below zero what it holds more), and
    refunds that were paid out by bank transfer."""
    where = Q(account__kind=AccountKind.PROVIDER) | Q(account__kind=AccountKind.BANK, account__name=EARLIER_PAYOUTS)
    entries = LedgerEntry.objects.filter(
        where, transaction__kind__in=kinds, created_at__gte=span.start, created_at__lt=span.end
    )
    return entries.order_by("created_at", "pk")


def _tax_heads() -> list[str]:
    return [_("Scheme"), _("Taxed as"), _("Country"), _("Rate"), _("Currency"), _("Net"), _("Tax"), _("Gross")]


def _tax_rows(span: Span) -> Iterator[Row]:
    for row in tax(span):
        scheme = "OSS" if row.is_oss else ""
        label = str(TaxTreatment(row.treatment).label) if row.treatment in TaxTreatment.values else row.treatment
        rate = "" if row.rate is None else row.rate.normalize()
        yield [scheme, label, row.country, rate, row.currency, row.net, row.tax, row.net + row.tax]


def _oss_heads() -> list[str]:
    return [
        _("Quarter"), _("Country"), _("Rate"), _("Currency"), _("Net"), _("Tax"), _("ECB rate of one euro"),
        _("ECB rate of"), _("Net in euro"), _("Tax in euro"), _("Corrects the quarter"),
    ]  # fmt: skip


def _oss_rows(span: Span) -> Iterator[Row]:
    name = oss.name_of(oss.quarter(span))
    for row in oss.rows(span):
        rate = ["", ""] if row.rate_of_euro is None else [row.rate_of_euro.normalize(), row.published_on or ""]
        euro = ["" if each is None else each for each in (row.euro_net, row.euro_tax)]
        corrects = oss.name_of(row.corrects) if row.corrects else ""
        yield [name, row.country, row.rate.normalize(), row.currency, row.net, row.tax, *rate, *euro, corrects]


def _payer_heads() -> list[str]:
    return [_("Customer"), _("Name"), _("Company"), _("Payer's country"), _("VAT number"), _("Tax number")]


def _payer(customer: int | None, payer: dict[str, Any]) -> Row:
    names = ("name", "company", "country", "vat_id", "tax_number")
    return [customer or "", *(str(payer.get(name) or "") for name in names)]


def _journal_heads() -> list[str]:
    return [
        _("Date"), _("Movement"), _("Kind"), _("Document"), pgettext("in the books", "Account"), _("Account name"),
        _("Debit"), _("Credit"), _("Currency"), _("Taxed as"), _("Country"), _("Rate"), _("Payment reference"),
        *_payer_heads(),
    ]  # fmt: skip


def _journal_rows(span: Span) -> Iterator[Row]:
    chart = accounts.chart()
    for moved in journal.movements(span):
        about = [moved.reference, *_payer(moved.customer, moved.payer)]
        for part in moved.parts:
            account = chart.get(part.slot) or accounts.Account(part.slot, accounts.name_of(part.slot))
            yield [
                day_of(moved.at), moved.key, moved.kind, moved.document, account.number or account.slot, account.name,
                _amount(part.debit, moved.currency), _amount(part.credit, moved.currency), moved.currency,
                part.treatment, part.country, "" if part.rate is None else part.rate.normalize(), *about,
            ]  # fmt: skip


def _amount(amount: Decimal, currency: str) -> Decimal | str:
    return money.quantize(amount, currency) if amount else ""


def _payment_heads() -> list[str]:
    return [
        _("Date"), _("Kind"), _("Payment method"), _("Paid with"), _("Payment reference"), _("Document"),
        _("Currency"), _("Amount"), *_payer_heads(),
    ]  # fmt: skip


def _payment_rows(span: Span, kinds: tuple[str, ...], sign: int) -> Iterator[Row]:
    entries = received(span, kinds).select_related("account", "transaction__payment__attempt__invoice")
    for entry in entries.iterator(chunk_size=1000):
        payment = entry.transaction.payment
        invoice = payment.invoice if payment else None
        yield [
            day_of(entry.created_at), entry.transaction.kind, _method(entry.account),
            payment.method_label if payment else "", payment.reference if payment else "",
            invoice.number if invoice else "", entry.account.currency,
            money.quantize(sign * entry.amount, entry.account.currency),
            *_payer(payment.customer_id if payment else None, invoice.payer if invoice else {}),
        ]  # fmt: skip


def _method(account: LedgerAccount) -> str:
    if account.kind == AccountKind.BANK or account.name == BANK_TRANSFER:
        return str(RefundWay.BANK.label)
    return gateway_registry.verbose_name(account.name)


def documents(span: Span) -> QuerySet[Document]:
    """By the day that is printed on them."""
    found = Document.objects.filter(issued_on__gte=span.first, issued_on__lte=span.last)
    return found.select_related("invoice", "corrects").order_by("issued_on", "pk")


def _document_heads() -> list[str]:
    return [
        _("Date"), _("Kind"), _("Number"), _("Corrects"), _("Invoice"), _("Currency"), _("Net"), _("Tax"), _("Gross"),
        *_payer_heads(),
    ]  # fmt: skip


def _document_rows(span: Span) -> Iterator[Row]:
    for document in documents(span).iterator(chunk_size=500):
        content, has_sums = document.content, document.kind not in _WITHOUT_SUMS
        payer = {
            "name": content.payer.contact, "company": content.payer.name, "country": content.payer.country,
            "vat_id": content.payer.vat_id, "tax_number": content.payer.tax_number,
        }  # fmt: skip
        yield [
            document.issued_on, document.get_kind_display(), document.number,
            document.corrects.number if document.corrects else "", document.sale.number if document.sale else "",
            document.currency, *((content.net, content.tax, content.gross) if has_sums else ("", "", "")),
            *_payer(document.customer_id, payer),
        ]  # fmt: skip


REGISTERS = (
    Register("journal", gettext_lazy("Journal"), _journal_heads, _journal_rows),
    Register("tax", gettext_lazy("Tax by country and rate"), _tax_heads, _tax_rows),
    Register("oss", gettext_lazy("OSS return of the quarter"), _oss_heads, _oss_rows),
    Register(
        "oss-records",
        gettext_lazy("Sales taxed in the consumer's country, with evidence"),
        oss_records.heads,
        oss_records.rows,
    ),
    Register("payments", gettext_lazy("Payments"), _payment_heads, lambda span: _payment_rows(span, PAYMENT, -1)),
    Register("refunds", gettext_lazy("Refunds"), _payment_heads, lambda span: _payment_rows(span, REFUNDS, 1)),
    Register("documents", gettext_lazy("Documents"), _document_heads, _document_rows),
)
