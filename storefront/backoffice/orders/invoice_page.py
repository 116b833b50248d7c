"""The page of one invoice, and the document as the customer prints it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View

from storefront.account import printed
from storefront.backoffice.orders import rows, story, taxed, timeline
from storefront.backoffice.orders.acts import links as acts
from storefront.backoffice.pages import ActLink, Crumb, DetailPage, Fact
from storefront.backoffice.refunds import offers as refund_offers
from storefront.backoffice.refusals import refuse
from storefront.backoffice.rights import KEEPS_BOOKS, StaffOnly
from storefront.billing import links, payer_fields, status
from storefront.billing.models import Invoice
from storefront.billing.payer_details import PayerDetails
from storefront.core import money
from storefront.core.instants import deadline, instant
from storefront.core.language import nearest_language


def invoice_or_404(number: str) -> Invoice:
    """With lines, customer, order and attempts."""
    found = status.with_attempts(Invoice.objects.filter(number=number)).select_related("customer")
    invoice = found.prefetch_related("lines").first()
    if invoice is None:
        raise Http404
    return invoice


class InvoicePage(DetailPage):
    """The document's content, the attempts to pay it, where its money went, and everything that happened."""

    template_name = "backoffice/orders/invoice.html"
    permissions = ("billing.view_invoice",)
    header_icon = "doc-full"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.reader: Any = request.user

    @cached_property
    def invoice(self) -> Invoice:
        return invoice_or_404(self.kwargs["number"])

    @property
    def crumbs(self) -> tuple[Crumb, ...]:  # type: ignore[override]
        return (Crumb("backoffice-invoices", _("Invoices")),)

    def get_page_title(self) -> str:
        return _("Invoice %(number)s") % {"number": self.invoice.number}

    def facts(self) -> Iterable[Fact]:
        invoice, state = self.invoice, status.of_invoice(self.invoice)
        yield Fact(_("State"), state.label)
        if state.reason:
            yield Fact(_("Why"), state.reason)
        yield Fact(_("Customer"), rows.customer_of(invoice), invoice.customer)
        if self._shows_payer():
            yield Fact(_("E-mail"), invoice.payer.get("email") or invoice.customer.email)
            yield from _payer(PayerDetails.from_json(invoice.payer))
        if invoice.order:
            yield Fact(_("Order"), invoice.order.number, invoice.order)
        yield Fact(_("Kind"), invoice.get_kind_display())
        yield Fact(_("Issued"), instant(invoice.issued_at))
        yield Fact(_("Due"), deadline(invoice.due_at))
        if invoice.paid_at:
            yield Fact(_("Paid"), instant(invoice.paid_at))
        if invoice.void_reason:
            yield Fact(_("Why void"), invoice.void_reason)
        for label, amount in ((_("Net"), invoice.net), (_("Tax"), invoice.tax), (_("Total"), invoice.amount)):
            yield Fact(label, money.display(amount, invoice.currency))

    def _shows_payer(self) -> bool:
        """Of an erased customer only to those who keep the books."""
        return self.invoice.customer.erased_at is None or bool(self.reader.has_perm(KEEPS_BOOKS))

    def acts(self) -> Iterable[ActLink]:
        return [*acts.of_invoice(self.invoice), *refund_offers.of_invoice(self.invoice)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = story.of_invoices([self.invoice], order=self.invoice.order, reader=self.reader)
        is_payable = status.of_invoice(self.invoice).may_pay
        return super().get_context_data(**kwargs) | {
            "invoice": self.invoice,
            "story": found,
            "attempts": [(each, status.of_attempt(each)) for each in found.attempts],
            "happenings": timeline.of(found, [self.invoice]),
            "taxed": taxed.of_invoice(self.invoice),
            "pay_url": links.pay_url(self.invoice) if is_payable else "",
        }


def _payer(payer: PayerDetails) -> Iterable[Fact]:
    """Whom the invoice names, as it does."""
    if payer.company:
        yield Fact(_("Company"), payer.company)
    town = " ".join(part for part in (payer.postcode, payer.city) if part)
    country = payer_fields.country_name(payer.country) if payer.country else ""
    if lines := [part for part in (*payer.address.splitlines(), town, country) if part.strip()]:
        yield Fact(_("Address"), ", ".join(lines))
    if payer.vat_id:
        yield Fact(payer_fields.vat_name(payer.country), payer.vat_id)
    for name, number in payer_fields.printed_numbers(payer):
        yield Fact(name, number)
    if payer.phone:
        yield Fact(_("Phone"), payer.phone)


class Printed(StaffOnly, View):
    """The document in its own language, as its customer sees it."""

    permissions = ("billing.view_invoice",)
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, number: str) -> HttpResponseBase:
        invoice = invoice_or_404(number)
        if invoice.customer.erased_at is not None and not request.user.has_perm(KEEPS_BOOKS):
            return refuse(request, (KEEPS_BOOKS,))
        back = reverse("backoffice-invoice", args=[number])
        with translation.override(nearest_language(invoice.language)):
            context = printed.context(invoice) | {"back_url": back}
            response = render(request, "account_pages/invoice_print.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response
