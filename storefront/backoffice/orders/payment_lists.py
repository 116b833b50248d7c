"""The lists of attempts to pay and of money received."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column

from storefront.backoffice.columns import InstantColumn, LinkColumn, MoneyColumn, NumberLink, StateColumn
from storefront.backoffice.lists import TradeList
from storefront.backoffice.orders import queries, rows
from storefront.backoffice.orders.filters import AttemptFilters, PaymentFilters
from storefront.backoffice.search import within
from storefront.billing import status
from storefront.billing.models import Payment, PaymentAttempt


def _currency(row: Any) -> str:
    return str(row.currency)


def _page(row: PaymentAttempt | Payment) -> str:
    return reverse("backoffice-payment", args=[row.public_id])


def _invoice(row: Payment) -> str:
    paid = rows.invoice_paid(row)
    return paid.number if paid else ""


def _order(row: Payment) -> str:
    paid = rows.invoice_paid(row)
    return paid.order.number if paid and paid.order else ""


def _company(row: Payment) -> str:
    paid = rows.invoice_paid(row)
    return paid.payer.get("company", "") if paid else row.customer.company


class AttemptList(TradeList):
    """Attempts to pay, the latest first, also those that brought nothing."""

    list_name = "attempts"
    model = PaymentAttempt
    permissions = ("billing.view_paymentattempt",)
    page_title = _("Payments")
    page_subtitle = _("Attempts")
    header_icon = "clipboard-list"
    empty_text = _("Nobody has begun to pay yet.")
    index_url_name = "backoffice-payments"
    index_results_url_name = "backoffice-payments-results"
    filterset_class = AttemptFilters
    search_fields = ["provider_reference"]
    default_ordering = "-created_at"
    sum_means = _("What these attempts asked for, also those that brought nothing.")
    export_filename = "payment-attempts"
    ready_views = (
        (_("Under way"), "status=created&status=pending"),
        (_("Declined"), "declined=yes"),
        (_("Succeeded"), "status=succeeded"),
    )
    all_columns = (
        NumberLink("number", label=_("Attempt"), accessor=str, list_name="attempts", get_url=_page),
        InstantColumn("created_at", label=_("Begun"), sort_key="created_at"),
        StateColumn("state", label=_("State"), accessor=status.of_attempt, sort_key="status"),
        Column("failure_code", label=_("Code of the refusal"), sort_key="failure_code"),
        LinkColumn("invoice", label=_("Invoice"), accessor="invoice.number", instance=lambda row: row.invoice),
        LinkColumn("order", label=_("Order"), accessor="invoice.order.number", instance=lambda row: row.invoice.order),
        LinkColumn(
            "customer", label=_("Customer"), accessor=lambda row: rows.customer_of(row.invoice),
            instance=lambda row: row.invoice.customer,
        ),
        Column("method", label=_("Method"), accessor=rows.method_of),
        Column("reference", label=_("Payment reference"), accessor=rows.reference_of),
        MoneyColumn("amount", label=_("Amount"), currency=_currency, sort_key="amount"),
    )  # fmt: skip
    default_columns = ("created_at", "state", "failure_code", "invoice", "customer", "method", "amount")
    export_columns = (
        (_("Attempt"), str),
        (_("Begun"), lambda row: row.created_at),
        (_("State"), lambda row: status.of_attempt(row).label),
        (_("Reason"), lambda row: status.of_attempt(row).reason),
        (_("Code of the refusal"), lambda row: row.failure_code),
        (_("Invoice"), lambda row: row.invoice.number),
        (_("Order"), lambda row: row.invoice.order.number if row.invoice.order else ""),
        (_("Customer"), lambda row: rows.customer_of(row.invoice)),
        (_("Company"), lambda row: row.invoice.payer.get("company", "")),
        (_("E-mail"), lambda row: row.invoice.customer.email),
        (_("Method"), rows.method_of),
        (_("Payment reference"), rows.reference_of),
        (_("Currency"), _currency),
        (_("Amount"), lambda row: rows.figure(row.amount, row.currency)),
    )

    def get_base_queryset(self) -> QuerySet[PaymentAttempt]:
        return queries.attempts()

    def search_queryset(self, queryset: QuerySet[PaymentAttempt]) -> QuerySet[PaymentAttempt]:
        return within.among(queryset, queries.found_attempts(self.search_query)) if self.is_searching else queryset


class PaymentList(TradeList):
    """Money received, the latest first, through a provider's page or without one."""

    list_name = "payments"
    model = Payment
    permissions = ("billing.view_payment",)
    page_title = _("Payments")
    page_subtitle = _("Money received")
    header_icon = "clipboard-list"
    empty_text = _("No money has come yet.")
    index_url_name = "backoffice-received"
    index_results_url_name = "backoffice-received-results"
    filterset_class = PaymentFilters
    search_fields = ["reference"]
    default_ordering = "-received_at"
    sum_means = _("All that came, before refunds and disputes, also what lies on personal accounts; no income.")
    export_filename = "payments"
    ready_views = ((_("Refunded"), "refunded=yes"), (_("Disputed"), "is_disputed=yes"))
    all_columns = (
        NumberLink("number", label=_("Payment"), accessor="number", list_name="payments", get_url=_page),
        InstantColumn("received_at", label=_("Received"), sort_key="received_at"),
        LinkColumn(
            "customer", label=_("Customer"), accessor=lambda row: row.customer.get_full_name() or row.customer.email,
            instance=lambda row: row.customer,
        ),
        LinkColumn("invoice", label=_("Invoice"), accessor=_invoice, instance=rows.invoice_paid),
        Column("method", label=_("Method"), accessor=rows.method_of),
        MoneyColumn("amount_refunded", label=_("Refunded"), currency=_currency, sort_key="amount_refunded"),
        MoneyColumn("amount_lost", label=_("Lost in disputes"), currency=_currency, sort_key="amount_lost"),
        MoneyColumn("amount", label=_("Amount"), currency=_currency, sort_key="amount"),
    )  # fmt: skip
    default_columns = ("received_at", "customer", "invoice", "method", "amount_refunded", "amount")
    export_columns = (
        (_("Payment"), lambda row: row.number),
        (_("Received"), lambda row: row.received_at),
        (_("Customer"), lambda row: row.customer.get_full_name()),
        (_("Company"), _company),
        (_("E-mail"), lambda row: row.customer.email),
        (_("Invoice"), _invoice),
        (_("Order"), _order),
        (_("Method"), rows.method_of),
        (_("Payment reference"), lambda row: rows.reference_of(row.attempt) or row.reference),
        (_("Currency"), _currency),
        (_("Amount"), lambda row: rows.figure(row.amount, row.currency)),
        (_("Refunded"), lambda row: rows.figure(row.amount_refunded, row.currency)),
        (_("Lost in disputes"), lambda row: rows.figure(row.amount_lost, row.currency)),
    )

    def get_base_queryset(self) -> QuerySet[Payment]:
        return queries.payments()

    def search_queryset(self, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        return within.among(queryset, queries.found_payments(self.search_query)) if self.is_searching else queryset
