"""The lists: awaited transfers, the oldest first; transfers that came; payment proofs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column

from storefront.backoffice.columns import (
    BadgeColumn,
    DayColumn,
    InstantColumn,
    LastDayColumn,
    LinkColumn,
    MoneyColumn,
    NumberLink,
)
from storefront.backoffice.pages import ListPage
from storefront.backoffice.rights import has_any
from storefront.billing.services import part_payments
from storefront.billing.transfers.instructions import reference_of
from storefront.billing.transfers.models import AwaitedTransfer, BankTransfer, PaymentProof, ProofStatus, TransferStatus
from storefront.billing.transfers.services import awaiting

VIEW, BOOK = "transfers.view_banktransfer", "transfers.book_banktransfer"
VIEW_PROOFS, DECIDE = "transfers.view_paymentproof", "transfers.decide_paymentproof"
PROVISIONAL = "transfers.give_provisional"
TONES = {
    TransferStatus.WAITING: "waiting", TransferStatus.BOOKED: "good", TransferStatus.FOREIGN: "off",
    TransferStatus.REVERSED: "bad", ProofStatus.PROVISIONAL: "new", ProofStatus.CREDITED: "good",
    ProofStatus.REFUSED: "off",
}  # fmt: skip


def waiting() -> int:
    """What the menu counts: files that nobody has looked at, and transfers that nobody has assigned."""
    proofs = PaymentProof.objects.filter(status=ProofStatus.WAITING).count()
    return proofs + BankTransfer.objects.filter(status=TransferStatus.WAITING).count()


def _tone(row: Any) -> str:
    return TONES.get(row.status, "waiting")


def _due(row: AwaitedTransfer) -> Decimal:
    return part_payments.due(row.invoice)


def _payer(row: AwaitedTransfer) -> str:
    payer = row.invoice.payer
    return str(payer.get("company") or payer.get("name") or row.invoice.customer.email)


_CUSTOMER = LinkColumn(
    "customer", label=_("Customer"), accessor="invoice.customer.email", instance=lambda row: row.invoice.customer
)


class AwaitedList(ListPage):
    """Whose money is expected by transfer; one press leads to the form that books it."""

    model = AwaitedTransfer
    permissions = (VIEW, BOOK)
    page_title = _("Awaited transfers")
    empty_text = _("No bank transfer is awaited.")
    header_icon = "download"
    index_url_name = "backoffice-awaited"
    index_results_url_name = "backoffice-awaited-results"
    default_ordering = "chosen_at"
    search_fields = ["invoice__number", "invoice__customer__email", "invoice__order__number"]
    list_export = [
        "invoice.number", "invoice.issued_at", "invoice.amount", "invoice.currency", "invoice.customer.email",
        "chosen_at",
    ]  # fmt: skip
    columns = [
        NumberLink(
            "number",
            label=_("Invoice"),
            accessor="invoice.number",
            list_name="awaited",
            get_url=lambda row: reverse("backoffice-transfer-confirm", args=[row.invoice.number]),
        ),
        Column("reference", label=_("Reference"), accessor=lambda row: reference_of(row.invoice)),
        MoneyColumn("due", label=_("Still due"), accessor=_due, currency=lambda row: row.invoice.currency),
        Column("payer", label=_("Payer"), accessor=_payer),
        _CUSTOMER,
        DayColumn("chosen_at", label=_("Awaited since"), sort_key="chosen_at"),
        LastDayColumn("due_at", label=_("Due"), accessor="invoice.due_at", sort_key="invoice__due_at"),
        Column("proofs", label=_("Files"), accessor=lambda row: len(row.invoice.payment_proofs.all()) or ""),
    ]  # fmt: skip

    def get_base_queryset(self) -> QuerySet[AwaitedTransfer]:
        return awaiting.awaited().prefetch_related("invoice__payment_proofs")

    def search_queryset(self, queryset: QuerySet[AwaitedTransfer]) -> QuerySet[AwaitedTransfer]:
        """By the number of the invoice, also by its digits alone, or the customer's e-mail."""
        if not self.is_searching:
            return queryset
        typed = self.search_query.strip()
        digits = "".join(filter(str.isdigit, typed))
        found = Q(invoice__number__icontains=typed) | Q(invoice__customer__email__icontains=typed)
        if len(digits) == 10:
            found |= Q(invoice__number__endswith=f"{digits[:4]}-{digits[4:]}")
        return queryset.filter(found)


class TransferList(ListPage):
    model = BankTransfer
    permissions = (VIEW, BOOK)
    page_title = _("Bank transfers")
    add_item_label = _("Note a transfer that came")
    empty_text = _("No bank transfer has been noted yet. They are confirmed among the awaited ones.")
    header_icon = "download"
    index_url_name = "backoffice-transfers"
    index_results_url_name = "backoffice-transfers-results"
    default_ordering = "-value_on"
    list_filter = ["status", "account", "value_on"]
    search_fields = ["bank_reference", "payer_name", "payer_account", "text", "shares__invoice__number"]
    list_export = [
        "pk", "value_on", "status", "amount", "currency", "account", "bank_reference", "payer_name", "payer_account",
        "text", "customer.email", "booked_by.email", "reason",
    ]  # fmt: skip
    columns = [
        NumberLink(
            "value_on",
            label=_("Value date"),
            accessor=lambda row: date_format(row.value_on, "SHORT_DATE_FORMAT"),
            list_name="transfers",
            sort_key="value_on",
            get_url=lambda row: reverse("backoffice-transfer", args=[row.pk]),
        ),
        MoneyColumn("amount", label=_("Amount"), sort_key="amount", currency=lambda row: row.currency),
        BadgeColumn("status", label=_("State"), accessor="get_status_display", sort_key="status", tone=_tone),
        Column("payer_name", label=_("Payer")),
        Column("bank_reference", label=_("Reference of the bank")),
        LinkColumn("customer", label=_("Customer"), accessor="customer.email", instance=lambda row: row.customer),
        Column("account", label=_("Our account"), accessor="account.name"),
    ]

    def get_add_url(self) -> str | None:
        return reverse("backoffice-transfer-note") if has_any(self.request.user, (BOOK,)) else None

    def get_base_queryset(self) -> QuerySet[BankTransfer]:
        return BankTransfer.objects.select_related("account", "customer", "booked_by")

    def search_queryset(self, queryset: QuerySet[BankTransfer]) -> QuerySet[BankTransfer]:
        if not self.is_searching:
            return queryset
        found = Q()
        for name in self.search_fields:
            found |= Q(**{f"{name}__icontains": self.search_query.strip()})
        return queryset.filter(pk__in=BankTransfer.objects.filter(found).values("pk"))


class ProofList(ListPage):
    model = PaymentProof
    permissions = (VIEW_PROOFS, DECIDE)
    page_title = _("Payment proofs")
    empty_text = _("Nobody has sent a payment proof yet.")
    header_icon = "doc-full"
    index_url_name = "backoffice-proofs"
    index_results_url_name = "backoffice-proofs-results"
    default_ordering = "created_at"
    list_filter = ["status", "source", "created_at"]
    search_fields = ["invoice__number", "invoice__customer__email"]
    list_export = ["invoice.number", "created_at", "status", "source", "invoice.customer.email", "reason"]
    columns = [
        NumberLink(
            "file_name",
            label=_("File"),
            accessor=lambda row: row.file_name or "–",
            list_name="proofs",
            get_url=lambda row: reverse("backoffice-proof", args=[row.public_id]),
        ),
        LinkColumn("invoice", label=_("Invoice"), accessor="invoice.number", instance=lambda row: row.invoice),
        _CUSTOMER,
        MoneyColumn("amount", label=_("Amount"), accessor="invoice.amount", currency=lambda row: row.invoice.currency),
        BadgeColumn("status", label=_("State"), accessor="get_status_display", sort_key="status", tone=_tone),
        InstantColumn("created_at", label=_("Sent"), sort_key="created_at"),
    ]  # fmt: skip

    def get_base_queryset(self) -> QuerySet[PaymentProof]:
        return PaymentProof.objects.select_related("invoice__customer")

    def search_queryset(self, queryset: QuerySet[PaymentProof]) -> QuerySet[PaymentProof]:
        if not self.is_searching:
            return queryset
        typed = self.search_query.strip()
        return queryset.filter(Q(invoice__number__icontains=typed) | Q(invoice__customer__email__icontains=typed))
