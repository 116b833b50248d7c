"""Acts on several orders at once: one reason, one preview, an entry in the log for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from oscar.apps.order.models import Order

from storefront.backoffice import history
from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.orders.acts import cancel, due_day
from storefront.backoffice.orders.acts.base import in_words, names
from storefront.backoffice.orders.lists import OrderList
from storefront.backoffice.pages import Crumb
from storefront.billing import status
from storefront.billing.errors import BillingError
from storefront.billing.models import Invoice
from storefront.billing.services import unpaid
from storefront.core import clock
from storefront.gateways.errors import ConfigurationError, GatewayError

#: Chosen at once: what fits on a page of the list.
MOST = 100
_NOT_NOW = (BillingError, GatewayError, ConfigurationError, OperationalError)


def chosen_ids(data: Any) -> list[int]:
    """The numbers in ``?id=``, as Wagtail's list sends them. Raises Http404 for none or too many."""
    ids = [int(text) for text in data.getlist("id") if text.isascii() and text.isdecimal() and len(text) < 19]
    if not 0 < len(ids) <= MOST:
        raise Http404
    return ids


class BulkOrders(ActView):
    """An act on each of the chosen orders whose invoice still asks for money; the others are named and left alone.

    Each is a transaction of its own that looks again under the invoice's lock: an order that was paid or cancelled
    since the preview is left alone, too, and named afterwards.
    """

    is_atomic = False
    expected_errors = (OperationalError,)
    crumbs = (Crumb("backoffice-orders", gettext_lazy("Orders")),)

    def get_object(self) -> Any:
        """The latest invoice of each chosen order, by the order's number."""
        found = status.with_attempts(Invoice.objects.filter(order__in=chosen_ids(self.request.GET)))
        latest = {each.order_id: each for each in found.select_related("customer").order_by("pk")}
        if not latest:
            raise Http404
        self.invoices: Sequence[Invoice] = sorted(latest.values(), key=lambda invoice: str(invoice.order))
        return None

    def get_success_url(self) -> str:
        return reverse("backoffice-orders")

    def one(self, invoice: Invoice, form: Any) -> None:
        """Act on one, with its entry in the log. Raises what billing raises."""
        raise NotImplementedError

    def said(self, invoice: Invoice) -> Iterator[str]:
        """What will happen to one, in sentences."""
        raise NotImplementedError

    def preview(self, form: Any) -> list[str]:
        sentences, left = [], []
        for invoice in self.invoices:
            try:
                unpaid.check(invoice)
            except BillingError as error:
                left.append(_("Order %(order)s is left as it is.") % names(invoice) + " " + in_words(error))
            else:
                sentences.append(" ".join(self.said(invoice)))
        if not sentences:
            raise Refused(_("None of the chosen orders is unpaid."))
        return [*sentences, *left, *self.closing(form)]

    def closing(self, form: Any) -> list[str]:
        return []

    def perform(self, form: Any) -> Outcome:
        done, left = 0, []
        for invoice in self.invoices:
            try:
                self.one(invoice, form)
                done += 1
            except _NOT_NOW as error:
                why = in_words(error) if isinstance(error, BillingError) else _("The provider does not answer.")
                left.append(f"{names(invoice)['order']}: {why}")
        if not done:
            raise Refused(" ".join(left))
        message = ngettext("Done for %(count)d order.", "Done for %(count)d orders.", done) % {"count": done}
        return Outcome(" ".join([message, *left]))

    def note(self, invoice: Invoice, form: Any, *, is_told: bool) -> None:
        history.record(
            invoice, self.action, by=self.user, reason=form.cleaned_data["reason"], customer=invoice.customer,
            is_told=is_told,
        )  # fmt: skip


class CancelOrders(BulkOrders):
    permissions = ("billing.cancel_invoice",)
    action = cancel.ACTION
    page_title = gettext_lazy("Cancel the chosen orders")
    header_icon = "cross"
    form_class = cancel.CancelForm
    is_serious = True

    def said(self, invoice: Invoice) -> Iterator[str]:
        return cancel.sentences(invoice)

    def closing(self, form: Any) -> list[str]:
        is_told = form.cleaned_data["tell_customer"]
        return [_("Each customer is told by mail.") if is_told else _("The customers are not told.")]

    def one(self, invoice: Invoice, form: Any) -> None:
        is_told = form.cleaned_data["tell_customer"]
        unpaid.close_charges(invoice=invoice)
        with transaction.atomic():
            unpaid.cancel(invoice=invoice, is_told=is_told)
            self.note(invoice, form, is_told=is_told)


class RemindOrders(BulkOrders):
    permissions = ("billing.postpone_invoice",)
    action = due_day.REMIND
    page_title = gettext_lazy("Send payment reminders")
    header_icon = "mail"
    form_class = ActForm

    def said(self, invoice: Invoice) -> Iterator[str]:
        yield _("%(email)s gets a mail with the payment link of order %(order)s.") % names(invoice)
        if invoice.reminded_at and invoice.reminded_at > clock.now() - unpaid.PAUSE:
            yield _("Reminded less than a day ago: this one is left out.")

    def one(self, invoice: Invoice, form: Any) -> None:
        with transaction.atomic():
            unpaid.remind(invoice=invoice)
            self.note(invoice, form, is_told=True)


class ExportOrders(OrderList):
    """The chosen orders as a file; ``file_format`` is csv or xlsx."""

    file_format = OrderList.FORMAT_CSV

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.is_export = True

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return self.as_spreadsheet(self.get_queryset(), self.file_format)

    def get_queryset(self) -> QuerySet[Order]:
        return self.get_base_queryset().filter(pk__in=chosen_ids(self.request.GET)).order_by("-date_placed", "-pk")
