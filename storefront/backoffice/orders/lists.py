"""The lists of orders and invoices."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from oscar.apps.order.models import Order
from wagtail.admin.ui.tables import Column

from storefront.backoffice.columns import InstantColumn, LastDayColumn, LinkColumn, MoneyColumn, NumberLink, StateColumn
from storefront.backoffice.lists import BulkAct, TradeList
from storefront.backoffice.orders import queries, rows
from storefront.backoffice.orders.filters import InvoiceFilters, OrderFilters
from storefront.backoffice.rights import has_any
from storefront.backoffice.search import within
from storefront.billing import status
from storefront.billing.models import Invoice


def _currency(row: Any) -> str:
    return str(row.currency)


class OrderList(TradeList):
    """Orders, the latest first. The sum is that of all orders the filters leave, in whatever state."""

    list_name = "orders"
    model = Order
    permissions = ("order.view_order",)
    page_title = _("Orders")
    header_icon = "list-ul"
    empty_text = _("Nothing was ordered yet.")
    index_url_name = "backoffice-orders"
    index_results_url_name = "backoffice-orders-results"
    filterset_class = OrderFilters
    search_fields = ["number"]
    default_ordering = "-date_placed"
    amount_field = "total_incl_tax"
    sum_means = _("The totals of these orders, also of unpaid, cancelled and refunded ones. Income is in Numbers.")
    export_filename = "orders"
    bulk_acts = (
        BulkAct(_("Remind"), "backoffice-orders-remind", "billing.postpone_invoice"),
        BulkAct(_("CSV"), "backoffice-orders-csv", "order.view_order"),
        BulkAct(_("XLSX"), "backoffice-orders-xlsx", "order.view_order"),
        BulkAct(_("Cancel the orders"), "backoffice-orders-cancel", "billing.cancel_invoice", is_serious=True),
    )
    ready_views = (
        (_("Unpaid"), "status=New&status=Payment+in+progress"),
        (_("Overdue"), "overdue=yes"),
        (_("Paid"), "status=Paid"),
    )
    all_columns = (
        NumberLink(
            "number", label=_("Order"), sort_key="number", list_name="orders",
            get_url=lambda order: reverse("backoffice-order", args=[order.number]),
        ),
        InstantColumn("date_placed", label=_("Placed"), sort_key="date_placed"),
        StateColumn("state", label=_("State"), accessor=rows.state_of_order, sort_key="status"),
        LinkColumn("customer", label=_("Customer"), accessor=rows.name_of, instance=lambda order: order.user),
        Column("email", label=_("E-mail"), accessor="user.email"),
        Column("company", label=_("Company"), accessor=rows.company_of),
        LinkColumn("invoice", label=_("Invoice"), accessor=rows.invoice_of, instance=rows.invoice_of),
        Column("method", label=_("Paid by"), accessor=lambda o: rows.method_of(rows.paid_with(rows.invoice_of(o)))),
        Column("voucher", label=_("Voucher"), accessor=rows.vouchers_of),
        Column("portal", label=_("Portal"), accessor=lambda order: rows.detail_of(order, "portal_address")),
        Column("language", label=_("Language"), accessor=lambda order: rows.detail_of(order, "language")),
        MoneyColumn(
            "total", label=_("Total"), accessor="total_incl_tax", currency=_currency, sort_key="total_incl_tax"
        ),
    )  # fmt: skip
    default_columns = ("date_placed", "state", "customer", "company", "invoice", "total")
    export_columns = (
        (_("Order"), lambda order: order.number),
        (_("Placed"), lambda order: order.date_placed),
        (_("State"), lambda order: rows.state_of_order(order).label),
        (_("Customer"), rows.name_of),
        (_("Company"), rows.company_of),
        (_("E-mail"), lambda order: order.user.email if order.user else ""),
        (_("Currency"), _currency),
        (_("Net"), lambda order: rows.figure(order.total_excl_tax, order.currency)),
        (_("Tax"), lambda order: rows.figure(rows.net_and_tax(order)[1], order.currency)),
        (_("Total"), lambda order: rows.figure(order.total_incl_tax, order.currency)),
        (_("Invoice"), lambda order: str(rows.invoice_of(order) or "")),
        (_("Paid"), lambda order: getattr(rows.invoice_of(order), "paid_at", None)),
        (_("Paid by"), lambda order: rows.method_of(rows.paid_with(rows.invoice_of(order)))),
        (_("Payment reference"), lambda order: rows.paid_reference(rows.invoice_of(order))),
        (_("Voucher"), rows.vouchers_of),
        (_("Portal"), lambda order: rows.detail_of(order, "portal_address")),
        (_("Language"), lambda order: rows.detail_of(order, "language")),
    )

    add_item_label = _("Place an order")

    def get_add_url(self) -> str | None:
        may_place = has_any(self.request.user, ("billing.place_order",))
        return reverse("backoffice-order-place") if may_place else None

    def get_base_queryset(self) -> QuerySet[Order]:
        return queries.orders()

    def search_queryset(self, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return within.among(queryset, queries.found_orders(self.search_query)) if self.is_searching else queryset


class InvoiceList(TradeList):
    """Invoices of every kind, the latest first."""

    list_name = "invoices"
    model = Invoice
    permissions = ("billing.view_invoice",)
    page_title = _("Invoices")
    header_icon = "doc-full"
    empty_text = _("No invoice was issued yet. Each order gets one.")
    index_url_name = "backoffice-invoices"
    index_results_url_name = "backoffice-invoices-results"
    filterset_class = InvoiceFilters
    search_fields = ["number"]
    default_ordering = "-issued_at"
    sum_means = _("The amounts of these invoices, also of open, void and refunded ones. Income is in Numbers.")
    export_filename = "invoices"
    ready_views = (
        (_("Open"), "status=open"),
        (_("Overdue"), "overdue=yes"),
        (_("Paid"), "status=paid"),
        (_("Void"), "status=void"),
    )
    all_columns = (
        NumberLink(
            "number", label=_("Invoice"), sort_key="number", list_name="invoices",
            get_url=lambda invoice: reverse("backoffice-invoice", args=[invoice.number]),
        ),
        InstantColumn("issued_at", label=_("Issued"), sort_key="issued_at"),
        LastDayColumn("due_at", label=_("Due"), sort_key="due_at"),
        StateColumn("state", label=_("State"), accessor=status.of_invoice, sort_key="status"),
        LinkColumn("customer", label=_("Customer"), accessor=rows.customer_of, instance=lambda row: row.customer),
        Column("company", label=_("Company"), accessor=lambda invoice: invoice.payer.get("company", "")),
        LinkColumn("order", label=_("Order"), accessor="order.number", instance=lambda invoice: invoice.order),
        Column("kind", label=_("Kind"), accessor="get_kind_display"),
        InstantColumn("paid_at", label=_("Paid"), sort_key="paid_at"),
        Column("method", label=_("Paid by"), accessor=lambda invoice: rows.method_of(rows.paid_with(invoice))),
        MoneyColumn("net", label=_("Net"), currency=_currency),
        MoneyColumn("tax", label=_("Tax"), currency=_currency),
        MoneyColumn("amount", label=_("Total"), currency=_currency, sort_key="amount"),
    )  # fmt: skip
    default_columns = ("issued_at", "due_at", "state", "customer", "company", "order", "amount")
    export_columns = (
        (_("Invoice"), lambda invoice: invoice.number),
        (_("Issued"), lambda invoice: invoice.issued_at),
        (_("Due"), lambda invoice: invoice.due_at),
        (_("State"), lambda invoice: status.of_invoice(invoice).label),
        (_("Kind"), lambda invoice: str(invoice.get_kind_display())),
        (_("Order"), lambda invoice: invoice.order.number if invoice.order else ""),
        (_("Customer"), rows.customer_of),
        (_("Company"), lambda invoice: invoice.payer.get("company", "")),
        (_("E-mail"), lambda invoice: invoice.customer.email),
        (_("Currency"), _currency),
        (_("Net"), lambda invoice: rows.figure(invoice.net, invoice.currency)),
        (_("Tax"), lambda invoice: rows.figure(invoice.tax, invoice.currency)),
        (_("Total"), lambda invoice: rows.figure(invoice.amount, invoice.currency)),
        (_("Paid"), lambda invoice: invoice.paid_at),
        (_("Paid by"), lambda invoice: rows.method_of(rows.paid_with(invoice))),
        (_("Payment reference"), lambda invoice: rows.paid_reference(invoice)),
    )

    def get_base_queryset(self) -> QuerySet[Invoice]:
        return queries.invoices()

    def search_queryset(self, queryset: QuerySet[Invoice]) -> QuerySet[Invoice]:
        return within.among(queryset, queries.found_invoices(self.search_query)) if self.is_searching else queryset
