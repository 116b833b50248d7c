"""The page of one order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from oscar.apps.order.models import Order

from storefront.backoffice.orders import rows, story, timeline
from storefront.backoffice.orders.acts import links as acts
from storefront.backoffice.pages import ActLink, Crumb, DetailPage, Fact
from storefront.billing import links, status
from storefront.billing.models import Invoice
from storefront.core import money
from storefront.core.instants import deadline, instant


class OrderPage(DetailPage):
    """Lines, invoices, attempts, money, licenses, and everything that happened; acts on the order that may be done."""

    template_name = "backoffice/orders/order.html"
    permissions = ("order.view_order",)
    header_icon = "list-ul"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.reader: Any = request.user

    @cached_property
    def order(self) -> Order:
        found = Order.objects.select_related("user", "purchase_details", "planned_holder").prefetch_related("discounts")
        order = found.filter(number=self.kwargs["number"]).first()
        if order is None:
            raise Http404
        return order

    @cached_property
    def invoices(self) -> list[Invoice]:
        """The order's invoices, the one that counts last."""
        found = status.with_attempts(Invoice.objects.filter(order=self.order))
        return list(found.select_related("customer").prefetch_related("lines").order_by("pk"))

    @property
    def invoice(self) -> Invoice | None:
        return self.invoices[-1] if self.invoices else None

    @property
    def crumbs(self) -> tuple[Crumb, ...]:  # type: ignore[override]
        return (Crumb("backoffice-orders", _("Orders")),)

    def get_page_title(self) -> str:
        return _("Order %(number)s") % {"number": self.order.number}

    def facts(self) -> Iterable[Fact]:
        order, invoice = self.order, self.invoice
        state = status.of_order(order, invoice)
        yield Fact(_("State"), state.label)
        if state.reason:
            yield Fact(_("Why"), state.reason)
        yield Fact(_("Customer"), rows.name_of(order), order.user)
        details = getattr(order, "purchase_details", None)
        yield Fact(_("E-mail"), (details.email if details else "") or (order.user.email if order.user else "–"))
        if company := rows.company_of(order):
            yield Fact(_("Company"), company)
        if details and details.phone:
            yield Fact(_("Phone"), details.phone)
        if details and details.portal_address:
            yield Fact(_("Portal"), details.portal_address)
        if holder := getattr(order, "planned_holder", None):
            yield Fact(_("License for"), holder.email)
        yield Fact(_("Placed"), instant(order.date_placed))
        if invoice and state.may_pay:
            yield Fact(_("Due"), deadline(invoice.due_at))
        yield Fact(_("Total"), money.display(order.total_incl_tax, order.currency))
        if vouchers := rows.vouchers_of(order):
            yield Fact(_("Voucher"), vouchers)
        if details:
            yield Fact(_("Language"), dict(settings.LANGUAGES).get(details.language, details.language))

    def acts(self) -> Iterable[ActLink]:
        return acts.of_invoice(self.invoice) if self.invoice else ()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = story.of_invoices(self.invoices, order=self.order, reader=self.reader)
        invoice = self.invoice
        is_payable = invoice is not None and status.of_invoice(invoice).may_pay
        return super().get_context_data(**kwargs) | {
            "order": self.order,
            "invoices": [(each, status.of_invoice(each)) for each in reversed(self.invoices)],
            "invoice": invoice,
            "story": found,
            "attempts": [(each, status.of_attempt(each)) for each in found.attempts],
            "happenings": timeline.of(found, self.invoices),
            "pay_url": links.pay_url(invoice) if invoice and is_payable else "",
        }
