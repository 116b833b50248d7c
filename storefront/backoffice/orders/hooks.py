"""Orders, invoices and payments in Wagtail: addresses, menu, permissions, pages of things."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from oscar.apps.order.models import Order
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from storefront.backoffice import history, links
from storefront.backoffice.lists import TradeList
from storefront.backoffice.menu import StaffMenuItem
from storefront.backoffice.orders import invoice_page, lists, order_page, payment_lists, payment_page
from storefront.backoffice.orders.acts import bulk, cancel, due_day, payer, place
from storefront.backoffice.saved_views import views as saved_views
from storefront.billing.models import Invoice, Payment, PaymentAttempt

LISTS = (
    ("orders/", lists.OrderList),
    ("invoices/", lists.InvoiceList),
    ("payments/", payment_lists.AttemptList),
    ("payments/received/", payment_lists.PaymentList),
)

links.register_page(Order, "backoffice-order", permissions=("order.view_order",), arg="number")
links.register_page(Invoice, "backoffice-invoice", permissions=("billing.view_invoice",), arg="number")
links.register_page(PaymentAttempt, "backoffice-payment", permissions=("billing.view_paymentattempt",), arg="public_id")
links.register_page(Payment, "backoffice-payment", permissions=("billing.view_payment",), arg="public_id")
for _path, _list in LISTS:
    saved_views.offer(_list.list_name, route=_list.index_url_name, permissions=_list.permissions)


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    found = []
    for address, view in LISTS:
        found.append(path(address, view.as_view(), name=view.index_url_name))
        found.append(path(f"{address}results/", view.as_view(results_only=True), name=view.index_results_url_name))
    return [
        *found,
        path("orders/place/", place.Place.as_view(), name="backoffice-order-place"),
        path("orders/cancel/", bulk.CancelOrders.as_view(), name="backoffice-orders-cancel"),
        path("orders/remind/", bulk.RemindOrders.as_view(), name="backoffice-orders-remind"),
        path("orders/csv/", bulk.ExportOrders.as_view(), name="backoffice-orders-csv"),
        path("orders/xlsx/", bulk.ExportOrders.as_view(file_format="xlsx"), name="backoffice-orders-xlsx"),
        path("orders/<str:number>/", order_page.OrderPage.as_view(), name="backoffice-order"),
        path("invoices/<str:number>/", invoice_page.InvoicePage.as_view(), name="backoffice-invoice"),
        path("invoices/<str:number>/print/", invoice_page.Printed.as_view(), name="backoffice-invoice-print"),
        path("invoices/<str:number>/cancel/", cancel.Cancel.as_view(), name="backoffice-invoice-cancel"),
        path("invoices/<str:number>/postpone/", due_day.Postpone.as_view(), name="backoffice-invoice-postpone"),
        path("invoices/<str:number>/remind/", due_day.Remind.as_view(), name="backoffice-invoice-remind"),
        path("invoices/<str:number>/payer/", payer.ChangePayer.as_view(), name="backoffice-invoice-payer"),
        path("payments/<str:public_id>/", payment_page.PaymentPage.as_view(), name="backoffice-payment"),
    ]


@hooks.register("register_sales_menu_item")
def orders_item() -> MenuItem:
    return _item(_("Orders"), lists.OrderList, icon="list-ul", order=10)


@hooks.register("register_sales_menu_item")
def invoices_item() -> MenuItem:
    return _item(_("Invoices"), lists.InvoiceList, icon="doc-full", order=20)


@hooks.register("register_sales_menu_item")
def payments_item() -> MenuItem:
    return _item(_("Payments"), payment_lists.AttemptList, icon="clipboard-list", order=30)


def _item(label: str | Promise, view: type[TradeList], *, icon: str, order: int) -> MenuItem:
    return StaffMenuItem(
        label, reverse_lazy(view.index_url_name), permissions=view.permissions, icon_name=icon,
        name=view.list_name, order=order,
    )  # fmt: skip


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    history.register(actions, cancel.ACTION, _("Cancel an order"))
    history.register(actions, place.ACTION, _("Place an order for a customer"))
    history.register(actions, due_day.POSTPONE, _("Extend the due day of an invoice"))
    history.register(actions, due_day.REMIND, _("Send a payment reminder"))
    history.register(actions, payer.ACTION, _("Change the payer of an invoice"))


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    """Shown in Wagtail's form for groups."""
    billing = Q(
        content_type__app_label="billing",
        codename__in=(
            "view_invoice", "view_paymentattempt", "view_payment", "view_ledgertransaction",
            "cancel_invoice", "postpone_invoice", "change_payer", "place_order",
        ),
    )  # fmt: skip
    order = Q(content_type__app_label="order", codename="view_order")
    views = Q(content_type__app_label="backoffice", codename="delete_savedview")
    return Permission.objects.filter(billing | order | views)
